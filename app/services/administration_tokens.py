"""Tokens for programs that record or read: which there are, making one, revoking one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from app.domain.administration import TOKEN_WARNING, TokenState
from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.base import Named, table_of
from app.models.organisations import ApiToken, Membership, Organisation, Team, User, UserKind
from app.services.organisations import TokenOrder, create_token, token_id
from app.services.work import Work

_TOKEN, _USER = table_of(ApiToken), table_of(User)
_TEAM, _MEMBERSHIP = table_of(Team), table_of(Membership)


@dataclass(frozen=True, slots=True)
class TokenRead:
    """A token, without what makes it one."""

    id: UUID
    name: str
    user: Named
    kind: UserKind
    role: Role
    team: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    state: TokenState

    @property
    def works(self) -> bool:
        """Whether it opens anything now."""
        return self.state in (TokenState.WORKS, TokenState.ENDS_SOON)

    @property
    def can_be_revoked(self) -> bool:
        """Whether there is anything left to revoke: what lost its role can get it back."""
        return self.works or self.state is TokenState.BLOCKED


def list_tokens(work: Work) -> list[TokenRead]:
    """Return all tokens of the organisation: those that work first, by when they end."""
    # The same condition as at the door: a role, and a team, count only as long as they are held.
    holds = exists().where(
        _MEMBERSHIP.c.organisation_id == _TOKEN.c.organisation_id,
        _MEMBERSHIP.c.user_id == _TOKEN.c.user_id,
        _MEMBERSHIP.c.role == _TOKEN.c.role,
    )
    rows = work.session.connection().execute(
        select(
            _TOKEN.c.id,
            _TOKEN.c.name,
            _TOKEN.c.user_id,
            _USER.c.name.label("user_name"),
            _USER.c.kind,
            _TOKEN.c.role,
            _TEAM.c.name.label("team"),
            _TOKEN.c.created_at,
            _TOKEN.c.expires_at,
            _TOKEN.c.revoked_at,
            holds.label("holds"),
        )
        .select_from(
            _TOKEN.join(
                _USER,
                (_USER.c.organisation_id == _TOKEN.c.organisation_id) & (_USER.c.id == _TOKEN.c.user_id),
            ).outerjoin(
                _TEAM,
                (_TEAM.c.organisation_id == _TOKEN.c.organisation_id) & (_TEAM.c.id == _TOKEN.c.team_id),
            )
        )
        .where(_TOKEN.c.organisation_id == work.actor.organisation_id)
        .order_by(_TOKEN.c.expires_at, _TOKEN.c.id)
    )
    found = [
        TokenRead(
            id=row.id,
            name=row.name,
            user=Named(id=row.user_id, name=row.user_name),
            kind=row.kind,
            role=row.role,
            team=row.team,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            state=_state(row.revoked_at, row.expires_at, work.now, holds=bool(row.holds)),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.works)


def _state(revoked_at: datetime | None, expires_at: datetime, now: datetime, *, holds: bool) -> TokenState:
    if revoked_at is not None:
        return TokenState.REVOKED
    if expires_at <= now:
        return TokenState.EXPIRED
    if not holds:
        return TokenState.BLOCKED
    return TokenState.ENDS_SOON if expires_at <= now + TOKEN_WARNING else TokenState.WORKS


def make_token(work: Work, order: TokenOrder) -> str:
    """Make a token and return it, this once.

    Raises what `create_token()` raises; whoever calls knows the team and who holds the role.
    """
    own = sqlmodel_select(Organisation).where(col(Organisation.id) == work.actor.organisation_id)
    made = create_token(work.session, work.session.exec(own).one(), order, work.now)
    work.trail.about("token", token_id(work.session, made))
    return made


def revoke_token(work: Work, id_: UUID) -> None:
    """Revoke a token, from the next request on; one that is revoked stays so. Raises `NotFound`."""
    work.trail.about("token", id_)
    own = (_TOKEN.c.organisation_id == work.actor.organisation_id, _TOKEN.c.id == id_)
    connection = work.session.connection()
    if connection.execute(select(_TOKEN.c.id).where(*own)).first() is None:
        raise NotFound
    connection.execute(update(_TOKEN).where(*own, _TOKEN.c.revoked_at.is_(None)).values(revoked_at=work.now))

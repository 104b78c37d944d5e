"""What there is to see of accounts: who signs in here, how they stand, and who waits for what."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, select

from app.domain.administration import AccountState, may_grant_reset, state_of_account
from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.base import Named, table_of
from app.models.logins import LinkKind, LocalAccount, SignInLink
from app.models.organisations import Membership, Team, User, UserKind
from app.services.work import Work

_USER, _ACCOUNT, _TEAM = table_of(User), table_of(LocalAccount), table_of(Team)
_MEMBERSHIP, _LINK = table_of(Membership), table_of(SignInLink)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One role of somebody, in one team or in the whole organisation. `id` is of the membership."""

    id: UUID
    role: Role
    team: Named | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody in the organisation, and how they sign in. Secrets are not here, only that there are."""

    id: UUID
    name: str
    state: AccountState
    login: str | None
    has_factor: bool
    signed_in_at: datetime | None
    blocked_at: datetime | None
    reset_asked_by: Named | None
    roles: tuple[HeldRole, ...]

    def reset_can_be_granted_by(self, user_id: UUID) -> bool:
        """Tell whether somebody is the third person who may allow a new second step."""
        asked = self.reset_asked_by
        return asked is not None and may_grant_reset(user_id, self.id, asked.id)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link of somebody that still works."""

    kind: LinkKind
    expires_at: datetime


def list_colleagues(work: Work) -> list[Colleague]:
    """Return everybody in the organisation, by name."""
    return _colleagues(work)


def read_colleague(work: Work, user_id: UUID) -> Colleague:
    """Return one colleague. Raises `NotFound`."""
    work.trail.about("account", user_id)
    return find_colleague(work, user_id)


def find_colleague(work: Work, user_id: UUID) -> Colleague:
    """Return one colleague, for what is then done to them. Raises `NotFound`."""
    found = _colleagues(work, user_id)
    if not found:
        raise NotFound
    return found[0]


def find_human_colleague(work: Work, user_id: UUID) -> Colleague:
    """Return one colleague who can sign in. Raises `NotFound`, also for a program."""
    found = find_colleague(work, user_id)
    if found.state is AccountState.MACHINE:
        raise NotFound
    return found


def open_link(work: Work, user_id: UUID) -> OpenLink | None:
    """Return the link of somebody that still works; making another one ends it."""
    row = (
        work.session.connection()
        .execute(
            select(_LINK.c.kind, _LINK.c.expires_at)
            .where(
                _LINK.c.organisation_id == work.actor.organisation_id,
                _LINK.c.user_id == user_id,
                _LINK.c.used_at.is_(None),
                _LINK.c.expires_at > work.now,
            )
            .order_by(_LINK.c.expires_at.desc())
        )
        .first()
    )
    return OpenLink(*row) if row else None


def _colleagues(work: Work, user_id: UUID | None = None) -> list[Colleague]:
    asker = _USER.alias("asker")
    same_organisation = _ACCOUNT.c.organisation_id == _USER.c.organisation_id
    rows = select(
        _USER.c.id,
        _USER.c.name,
        _USER.c.kind,
        _ACCOUNT.c.id.label("account_id"),
        _ACCOUNT.c.login,
        _ACCOUNT.c.password_hash.is_not(None).label("has_password"),
        _ACCOUNT.c.factor_secret.is_not(None).label("has_factor"),
        _ACCOUNT.c.signed_in_at,
        _ACCOUNT.c.blocked_at,
        asker.c.id.label("asker_id"),
        asker.c.name.label("asker_name"),
    ).select_from(
        _USER.outerjoin(_ACCOUNT, same_organisation & (_ACCOUNT.c.user_id == _USER.c.id)).outerjoin(
            asker,
            (asker.c.organisation_id == _USER.c.organisation_id)
            & (asker.c.id == _ACCOUNT.c.factor_reset_asked_by_id),
        )
    )
    rows = rows.where(_USER.c.organisation_id == work.actor.organisation_id).order_by(
        _USER.c.name, _USER.c.id
    )
    if user_id is not None:
        rows = rows.where(_USER.c.id == user_id)
    roles = _held_roles(work, user_id)
    return [_colleague(row, tuple(roles[row.id])) for row in work.session.connection().execute(rows)]


def _colleague(row: Row[*tuple[object, ...]], roles: tuple[HeldRole, ...]) -> Colleague:
    found = row._mapping  # noqa: SLF001 - the public name of it
    has_account = found["account_id"] is not None
    state = state_of_account(
        is_machine=found["kind"] is UserKind.MACHINE,
        has_account=has_account,
        has_password=bool(found["has_password"]),
        is_blocked=found["blocked_at"] is not None,
    )
    asked_by = Named(id=found["asker_id"], name=found["asker_name"]) if found["asker_id"] else None
    return Colleague(
        id=found["id"],
        name=found["name"],
        state=state,
        login=found["login"],
        has_factor=has_account and bool(found["has_factor"]),
        signed_in_at=found["signed_in_at"],
        blocked_at=found["blocked_at"],
        reset_asked_by=asked_by,
        roles=roles,
    )


def _held_roles(work: Work, user_id: UUID | None) -> dict[UUID, list[HeldRole]]:
    rows = (
        select(
            _MEMBERSHIP.c.id,
            _MEMBERSHIP.c.user_id,
            _MEMBERSHIP.c.role,
            _TEAM.c.id.label("team_id"),
            _TEAM.c.name.label("team_name"),
        )
        .select_from(
            _MEMBERSHIP.outerjoin(
                _TEAM,
                (_TEAM.c.organisation_id == _MEMBERSHIP.c.organisation_id)
                & (_TEAM.c.id == _MEMBERSHIP.c.team_id),
            )
        )
        .where(_MEMBERSHIP.c.organisation_id == work.actor.organisation_id)
    )
    if user_id is not None:
        rows = rows.where(_MEMBERSHIP.c.user_id == user_id)
    found: dict[UUID, list[HeldRole]] = defaultdict(list)
    for row in work.session.connection().execute(rows):
        team = Named(id=row.team_id, name=row.team_name) if row.team_id else None
        found[row.user_id].append(HeldRole(row.id, row.role, team))
    usual = [*Role]
    for held in found.values():
        held.sort(key=lambda one: (usual.index(one.role), one.team.name if one.team else ""))
    return found

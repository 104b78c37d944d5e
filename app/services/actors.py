"""Who is behind a token. Runs before any organisation is bound, on the account tables only."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, and_, bindparam, select
from sqlmodel import col

from app.domain.errors import NotAuthenticated
from app.models.organisations import ApiToken, Membership, User
from app.services.work import Actor

# A role counts only as long as its user still holds it, so that taking it away acts at once.
_ACTOR: Select[*tuple[Any, ...]] = (
    select(
        col(ApiToken.organisation_id),
        col(ApiToken.user_id),
        col(User.name),
        col(User.kind),
        col(ApiToken.id).label("token_id"),
        col(ApiToken.name).label("token_name"),
        col(ApiToken.role),
        col(ApiToken.team_id).label("token_team_id"),
        col(ApiToken.expires_at),
        col(ApiToken.revoked_at),
        col(Membership.team_id),
    )
    .join(
        User,
        and_(
            col(User.organisation_id) == col(ApiToken.organisation_id),
            col(User.id) == col(ApiToken.user_id),
        ),
    )
    .join(
        Membership,
        and_(
            col(Membership.organisation_id) == col(ApiToken.organisation_id),
            col(Membership.user_id) == col(ApiToken.user_id),
            col(Membership.role) == col(ApiToken.role),
        ),
    )
    .where(col(ApiToken.token_hash) == bindparam("hash"))
    .order_by(col(Membership.id))
)


class Found(NamedTuple):
    """Somebody behind a token. `refusal` says why it does not work any more; `None`: it works."""

    actor: Actor
    token_id: UUID
    token_name: str
    refusal: str | None


def find_actor(connection: Connection, token_hash: str, now: datetime) -> Found:
    """Return who this token was made for. Raises `NotAuthenticated` when nobody ever made it."""
    rows = connection.execute(_ACTOR, {"hash": token_hash}).all()
    if not rows:
        raise NotAuthenticated
    first = rows[0]
    teams = [row.team_id for row in rows if row.team_id is not None]
    actor = Actor(
        organisation_id=first.organisation_id,
        user_id=first.user_id,
        name=first.name,
        role=first.role,
        team_ids=tuple(teams if first.token_team_id is None else {first.token_team_id} & {*teams}),
        kind=first.kind,
    )
    refusal = None
    if first.revoked_at is not None:
        refusal = "token_revoked"
    elif first.expires_at <= now:
        refusal = "token_expired"
    return Found(actor, first.token_id, first.token_name, refusal)

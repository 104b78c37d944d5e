"""Who is behind a token. Runs before any organisation is bound, on the account tables only."""

from datetime import datetime
from typing import Any

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


def find_actor(connection: Connection, token_hash: str, now: datetime) -> Actor:
    """Return who acts with this token.

    Raises `NotAuthenticated` for an unknown, expired or revoked token, always in the same words.
    """
    rows = connection.execute(_ACTOR, {"hash": token_hash}).all()
    if not rows or rows[0].expires_at <= now or rows[0].revoked_at is not None:
        raise NotAuthenticated
    first = rows[0]
    teams = [row.team_id for row in rows if row.team_id is not None]
    return Actor(
        organisation_id=first.organisation_id,
        user_id=first.user_id,
        name=first.name,
        role=first.role,
        team_ids=tuple(teams if first.token_team_id is None else {first.token_team_id} & {*teams}),
    )

"""What every use case is handed: the session, who acts, when, and in which language."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.domain.roles import Role
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.organisations import UserKind
from app.services.trail import Trail


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which organisation and role; `team_ids` are the teams the role holds in."""

    organisation_id: UUID
    user_id: UUID
    name: str
    role: Role
    team_ids: tuple[UUID, ...]
    kind: UserKind = UserKind.PERSON


@dataclass(frozen=True, slots=True)
class Work:
    """One transaction of one actor. `session` is bound to the actor's organisation.

    What the work shows and records it says on its `trail`, which is written down at the end.
    """

    session: Session
    actor: Actor
    now: datetime
    language: Language
    knowledge: Knowledge
    trail: Trail


def organisation_of(session: Session) -> UUID:
    """Return the organisation a session is bound to, for statements that bypass the ORM."""
    organisation_id: UUID = session.info["organisation_id"]
    return organisation_id

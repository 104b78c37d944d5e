"""Who saw or did what, with the fields of NEN 7513. No content: no answers, no texts, no tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.access_log import Action, Basis, Outcome
from app.domain.roles import Role
from app.models.base import UtcDateTime, belongs_to, enum_column, uuid7
from app.models.organisations import UserKind

LONGEST_ADDRESS = 45
LONGEST_USER = 64
LONGEST_REQUEST_ID = 64
LONGEST_TRACE = 64


class AccessEvent(SQLModel, table=True):
    """One look, change or refused attempt. `number` rises by order of writing; seals name ranges of it.

    `event` is a permission or the name of a command. `on_behalf_of` is what the calling application
    claims about who uses it. The names stand here as they were then.
    """

    __tablename__ = "access_event"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        Index(None, "organisation_id", "recorded_at", "id"),
        Index(None, "organisation_id", "actor_id", "recorded_at", "id"),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    number: int = Field(sa_type=BigInteger)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    event: str = Field(max_length=40)
    action: Action = Field(sa_type=enum_column(Action))
    outcome: Outcome = Field(sa_type=enum_column(Outcome))
    reason: str | None = Field(max_length=40)
    actor_id: UUID | None
    actor_kind: UserKind | None = Field(sa_type=enum_column(UserKind, "actor_kind"))
    actor_name: str = Field(max_length=200)
    role: Role | None = Field(sa_type=enum_column(Role))
    team_id: UUID | None
    on_behalf_of: str | None = Field(max_length=LONGEST_USER)
    basis: Basis | None = Field(sa_type=enum_column(Basis))
    emergency: bool
    entity_kind: str | None = Field(max_length=40)
    entity_id: UUID | None
    application: str | None = Field(max_length=200)
    token_id: UUID | None
    address: str | None = Field(max_length=LONGEST_ADDRESS)
    request_id: str | None = Field(max_length=LONGEST_REQUEST_ID)
    traceparent: str | None = Field(max_length=LONGEST_TRACE)


class AccessedClient(SQLModel, table=True):
    """A case that was seen or changed. It may be erased by now: then its random id is all that is left."""

    __tablename__ = "accessed_client"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "event_id"], ["access_event.organisation_id", "access_event.id"]
        ),
        Index(None, "organisation_id", "case_id", "event_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(primary_key=True)


class AccessSeal(SQLModel, table=True):
    """A run of log rows, hashed into the ledger. `until` is the newest moment in it."""

    __tablename__ = "access_seal"
    __table_args__ = (UniqueConstraint("organisation_id", "first_number"),)

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    first_number: int = Field(sa_type=BigInteger)
    last_number: int = Field(sa_type=BigInteger)
    count: int
    until: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    digest: str = Field(max_length=64)


class AccessReview(SQLModel, table=True):
    """The sign-off of one month of the log: who looked at it, and what was found."""

    __tablename__ = "access_review"
    __table_args__ = (
        belongs_to("user", "recorded_by_id"),
        Index(None, "organisation_id", "month", "recorded_at"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    month: str = Field(max_length=7)
    finding: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID

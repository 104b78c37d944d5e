"""What it is about: cases, participants, concerns and conversations. Opaque references only."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, model_validator
from pydantic import Field as ApiField
from pydantic_core import PydanticCustomError
from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.thread import ParticipantRole, Referral
from app.models.base import (
    FreeText,
    Input,
    Named,
    Output,
    Reference,
    ShortText,
    UtcDateTime,
    belongs_to,
    enum_column,
    uuid7,
)


class CaseStatus(StrEnum):
    """Whether work goes on in a case."""

    OPEN = "open"
    CLOSED = "closed"


class CaseEventKind(StrEnum):
    """What happened to a case."""

    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"
    HANDED_OVER = "handed_over"
    RESTRICTED = "restricted"
    RELEASED = "released"


class RetentionBasis(StrEnum):
    """On which ground a file is kept: Jeugdwet article 7.3.8, Wmo 2015 article 5.3.4, or another."""

    JEUGDWET = "jeugdwet"
    WMO = "wmo"
    DEMO = "demo"
    OTHER = "other"


class Case(SQLModel, table=True):
    """One file: who works on it, and whether it is open. Who may see it is `visible_cases`."""

    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        belongs_to("user", "practitioner_id"),
        belongs_to("team", "team_id"),
        CheckConstraint("(status = 'closed') = (closed_at is not null)", name="closed_at"),
        CheckConstraint(
            "(retention_basis = 'other') = (retention_years is not null)", name="other_has_years"
        ),
        Index(None, "organisation_id", "practitioner_id", "opened_at", "id"),
        Index(None, "organisation_id", "team_id", "opened_at", "id"),
        Index(None, "organisation_id", "team_id", "practitioner_id"),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    reference: str = Field(max_length=64)
    status: CaseStatus = Field(sa_type=enum_column(CaseStatus))
    practitioner_id: UUID
    team_id: UUID | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    restricted: bool = False
    retention_basis: RetentionBasis = Field(
        default=RetentionBasis.JEUGDWET, sa_type=enum_column(RetentionBasis)
    )
    retention_years: int | None = None
    legal_hold: bool = False
    version: int = 1


class CaseEvent(SQLModel, table=True):
    """One thing that happened to a case, by whom, and who works on it from then on."""

    __tablename__ = "case_event"
    __table_args__ = (
        belongs_to("case", "case_id"),
        belongs_to("user", "recorded_by_id"),
        belongs_to("user", "practitioner_id"),
        Index(None, "organisation_id", "case_id", "id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    kind: CaseEventKind = Field(sa_type=enum_column(CaseEventKind))
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID
    practitioner_id: UUID
    closing_answer: str | None = Field(default=None, max_length=2000)
    salt: bytes = Field(sa_type=LargeBinary)


class Participant(SQLModel, table=True):
    """Somebody in a case, by an opaque reference. `role` is what was said of it last."""

    __table_args__ = (
        UniqueConstraint("organisation_id", "case_id", "reference"),
        belongs_to("case", "case_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    reference: str = Field(max_length=64)
    role: ParticipantRole | None = Field(default=None, sa_type=enum_column(ParticipantRole))


class Concern(SQLModel, table=True):
    """What it is about in a case. `wording` is how it was put last."""

    __table_args__ = (
        UniqueConstraint("organisation_id", "case_id", "reference"),
        belongs_to("case", "case_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    reference: str = Field(max_length=64)
    wording: str | None = Field(default=None, max_length=200)


class Conversation(SQLModel, table=True):
    """A conversation in a case, known by the moment it was held."""

    __table_args__ = (
        UniqueConstraint("organisation_id", "case_id", "held_at"),
        belongs_to("case", "case_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    held_at: datetime = Field(sa_type=UtcDateTime)
    referral: Referral | None = Field(default=None, sa_type=enum_column(Referral))


# ---------------------------------------------------------------- in

CaseReference = Annotated[
    Reference,
    ApiField(description="The caller's own reference of the case; no name.", examples=["2026-0042"]),
]
ParticipantReference = Annotated[
    Reference,
    ApiField(description="Who it is, within the case; no name.", examples=["mother"]),
]
ConcernReference = Annotated[
    Reference,
    ApiField(description="What it is about, within the case.", examples=["signing"]),
]
Wording = Annotated[
    ShortText,
    ApiField(description="The concern in the person's own words.", examples=["learning to sign ourselves"]),
]
ClosingAnswer = Annotated[
    FreeText,
    ApiField(
        description="The answer to the closing question: what is needed to go on without us.",
        examples=["She knows whom to call when it gets too much."],
    ),
]


class CaseCreate(Input):
    """A case to open."""

    reference: CaseReference


class CaseChange(Input):
    """A change of a case: close it, reopen it, or hand it over. Left out is left as it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {
                    "title": "Close",
                    "properties": {"status": {"enum": ["closed"]}, "closing_answer": {"type": "string"}},
                    "required": ["status", "closing_answer"],
                },
                {
                    "title": "Reopen",
                    "properties": {"status": {"enum": ["open"]}, "closing_answer": {"type": "null"}},
                    "required": ["status"],
                },
                {
                    "title": "Hand over",
                    "properties": {
                        "status": {"type": "null"},
                        "closing_answer": {"type": "null"},
                        "practitioner_id": {"type": "string"},
                    },
                    "required": ["practitioner_id"],
                },
            ]
        }
    )

    status: CaseStatus | None = ApiField(default=None, description="`closed` or `open`.", examples=["closed"])
    closing_answer: ClosingAnswer | None = ApiField(default=None)
    practitioner_id: UUID | None = ApiField(
        default=None,
        description="The practitioner who takes over.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"],
    )

    @model_validator(mode="after")
    def check_that_it_fits_together(self) -> "CaseChange":
        """A closing needs its answer, and nothing else has one; something has to change."""
        if self.status is None and self.practitioner_id is None:
            raise PydanticCustomError("nothing_to_change", "nothing to change")
        if (self.status is CaseStatus.CLOSED) != (self.closing_answer is not None):
            raise PydanticCustomError("closing_answer", "a closing and its answer go together")
        return self


# ---------------------------------------------------------------- out


class CaseEventRead(Output):
    """One thing that happened to a case."""

    kind: CaseEventKind = ApiField(description="What happened.", examples=["opened"])
    recorded_at: datetime = ApiField(description="When.", examples=["2026-11-20T09:00:00Z"])
    recorded_by: Named = ApiField(description="By whom.")
    practitioner: Named = ApiField(description="Who works on the case from then on.")
    closing_answer: str | None = ApiField(
        description="The answer to the closing question, when the case was closed.",
        examples=["She knows whom to call when it gets too much."],
    )


class CaseHead(Output):
    """A case without its history."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    reference: str = ApiField(description="The caller's own reference.", examples=["2026-0042"])
    status: CaseStatus = ApiField(description="Open or closed.", examples=["open"])
    practitioner: Named = ApiField(description="Who works on it.")
    team: Named | None = ApiField(description="The team it belongs to.")
    opened_at: datetime = ApiField(description="When it was opened.", examples=["2026-11-20T09:00:00Z"])
    closed_at: datetime | None = ApiField(
        description="When it was closed, unless it is open.", examples=["2026-12-20T09:00:00Z"]
    )
    restricted: bool = ApiField(
        description="The client asked for restriction: it can be read, and nothing in it changes.",
        examples=[False],
    )
    version: int = ApiField(description="Counts the changes; also the ETag.", examples=[1])


class CaseRead(CaseHead):
    """A case with what happened to it."""

    closing_question: str = ApiField(
        description="To put to the client before the case is closed.",
        examples=["What do you need to go on without us?"],
    )
    events: list[CaseEventRead] = ApiField(description="What happened to it, the oldest first.")


class ParticipantRead(Output):
    """Somebody in a case."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    reference: str = ApiField(description="Who it is, within the case.", examples=["mother"])
    role: ParticipantRole | None = ApiField(
        description="Who somebody is in the case, as it was said.", examples=["parent"]
    )


class ConcernRead(Output):
    """What it is about."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    reference: str = ApiField(description="What it is about, within the case.", examples=["signing"])
    wording: str | None = ApiField(description="How it was put.", examples=["learning to sign ourselves"])


class ConversationRead(Output):
    """When they spoke, and how the person came there."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    held_at: datetime = ApiField(description="When it was held.", examples=["2026-11-20T09:00:00Z"])
    referral: Referral | None = ApiField(
        description="How the person came there, as it was said.", examples=["voluntary"]
    )

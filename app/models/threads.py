"""The course of one participant on one concern: a projection that can always be rebuilt."""

from datetime import datetime
from uuid import UUID

from pydantic import Field as ApiField
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.answers import Question
from app.domain.classification import Clarity, RelationshipType
from app.domain.thread import ChangeReason, Direction, Perspective
from app.models.base import Output, QuestionList, UtcDateTime, belongs_to, enum_column, uuid7
from app.models.cases import ConcernRead, ParticipantRead
from app.models.classifications import EntryRead
from app.models.signals import SignalRead


class Thread(SQLModel, table=True):
    """Participant x concern, with how it stands now. Everything below `concern_id` is a projection.

    `recorded_count` counts every row that was ever recorded; `assessment_count` those in force.
    `signals_under` names the thresholds its signals were worked out with; null when they never were.
    """

    __table_args__ = (
        UniqueConstraint("organisation_id", "participant_id", "concern_id"),
        belongs_to("case", "case_id"),
        belongs_to("participant", "participant_id"),
        belongs_to("concern", "concern_id"),
        # What the caseload is ordered and filtered by; all columns would make a name too long for PostgreSQL.
        Index("ix_thread_standing", "organisation_id", "case_id", "last_assessed_at", "relationship_type"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    participant_id: UUID
    concern_id: UUID
    relationship_type: RelationshipType | None = Field(default=None, sa_type=enum_column(RelationshipType))
    clarity: Clarity | None = Field(default=None, sa_type=enum_column(Clarity))
    provisional: bool = False
    perspective: Perspective | None = Field(default=None, sa_type=enum_column(Perspective))
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_assessed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_assessment_id: UUID | None = None
    assessment_count: int = 0
    recorded_count: int = 0
    signals_under: str | None = Field(default=None, max_length=16)


class TransitionRow(SQLModel, table=True):
    """The step into one assessment in force; rebuilt with its thread."""

    __tablename__ = "transition"
    __table_args__ = (
        belongs_to("thread", "thread_id"),
        belongs_to("case", "case_id"),
        belongs_to("assessment", "assessment_id"),
        belongs_to("assessment", "previous_id"),
        Index(None, "organisation_id", "thread_id"),
        Index(None, "organisation_id", "case_id", "assessed_at", "assessment_id"),
        Index(None, "organisation_id", "assessed_at", "assessment_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    assessment_id: UUID = Field(primary_key=True)
    previous_id: UUID
    thread_id: UUID
    case_id: UUID
    assessed_at: datetime = Field(sa_type=UtcDateTime)
    from_type: RelationshipType | None = Field(sa_type=enum_column(RelationshipType, "from_type"))
    to_type: RelationshipType | None = Field(sa_type=enum_column(RelationshipType, "to_type"))
    direction: Direction = Field(sa_type=enum_column(Direction))
    changed_answers: tuple[str, ...] = Field(sa_type=QuestionList)
    change_reason: ChangeReason | None = Field(sa_type=enum_column(ChangeReason))
    other_assessor: bool
    movement: bool
    same_type_in_a_row: int


class TransitionSummary(Output):
    """One step, as it stands in a log."""

    assessment_id: UUID = ApiField(
        description="The assessment it leads to.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"]
    )
    previous_id: UUID = ApiField(
        description="The assessment it comes from.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0f"],
    )
    assessed_at: datetime = ApiField(description="When it was seen.", examples=["2026-11-20T09:00:00Z"])
    from_type: RelationshipType | None = ApiField(
        serialization_alias="from", description="The type before.", examples=["visitor"]
    )
    to_type: RelationshipType | None = ApiField(
        serialization_alias="to", description="The type after.", examples=["complainant"]
    )
    direction: Direction = ApiField(
        description="Forward is towards customer. Unclear: a type is missing, or another assessor.",
        examples=["forward"],
    )
    changed_answers: list[Question] = ApiField(description="Which answers changed.", examples=[["problem"]])
    change_reason: ChangeReason | None = ApiField(
        description="Why, as the practitioner said.", examples=["relationship_changed"]
    )
    other_assessor: bool = ApiField(
        description="Another assessor or perspective: no movement of the client.", examples=[False]
    )
    movement: bool = ApiField(
        description="Whether the step says something about the client.", examples=[True]
    )


class TransitionRead(TransitionSummary):
    """One step, with the approach for it."""

    entries: list[EntryRead] = ApiField(description="What fits the change just made.")


class TransitionInThread(TransitionSummary):
    """One step, with the thread it belongs to."""

    case_id: UUID = ApiField(description="The case.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0d"])
    thread_id: UUID = ApiField(description="The thread.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0e"])


class CurrentRead(Output):
    """How a thread stands."""

    relationship_type: RelationshipType | None = ApiField(
        description="The type of the relationship, unless it is open.", examples=["complainant"]
    )
    clarity: Clarity = ApiField(description="How sure that is.", examples=["leaning"])
    provisional: bool = ApiField(description="Whether an answer is still unknown.", examples=[False])
    perspective: Perspective = ApiField(description="Whose view it is.", examples=["practitioner"])
    since: datetime = ApiField(
        description="Since when it has been this type.", examples=["2026-11-20T09:00:00Z"]
    )
    last_assessed_at: datetime = ApiField(
        description="The newest assessment.", examples=["2026-11-20T09:00:00Z"]
    )
    assessment_id: UUID = ApiField(
        description="The assessment that says so.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"],
    )
    assessment_count: int = ApiField(description="How many assessments count in this thread.", examples=[2])


class ThreadHead(Output):
    """Participant x concern, with how it stands."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0e"])
    case_id: UUID = ApiField(description="The case.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0d"])
    participant: ParticipantRead = ApiField(description="Who.")
    concern: ConcernRead = ApiField(description="About what.")
    current: CurrentRead | None = ApiField(
        description="How it stands; null when every assessment was retracted, or none was known."
    )
    signals: list[SignalRead] = ApiField(description="What asks for attention, by the published rules.")


class MatrixRead(Output):
    """All threads of a case: participants x concerns."""

    items: list[ThreadHead] = ApiField(description="By participant, then by concern.")

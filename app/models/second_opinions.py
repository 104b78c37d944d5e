"""Second opinions: who is asked for an own view of a conversation, and what became of it."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, model_validator
from pydantic import Field as ApiField
from sqlalchemy import Boolean, CheckConstraint, Index, literal_column
from sqlmodel import Field, SQLModel

from app.domain.answers import Question
from app.domain.classification import RelationshipType
from app.domain.second_opinion import OpinionState
from app.models.assessments import (
    REASON_NEEDS_TYPE,
    AssessmentHead,
    CaseNamedRead,
    OwnWords,
    OwnWordsRead,
    refuse_reason_alone,
)
from app.models.base import FreeText, Input, Named, Output, UtcDateTime, belongs_to, enum_column, uuid7
from app.models.cases import ConcernRead, ConversationRead, ParticipantRead
from app.models.classifications import AnswersIn, EntryRead

_NOT_WITHDRAWN = literal_column("state <> 'withdrawn'", Boolean)


class SecondOpinion(SQLModel, table=True):
    """Somebody who is asked for an own view of one conversation in one thread.

    While it is asked, the whole case is out of sight of that supervisor: see `visible_to`. `assessment_id`
    is what it was asked on, `given_id` the assessment that they gave. `blind` is settled when it is given.
    """

    __tablename__ = "second_opinion"
    __table_args__ = (
        *(belongs_to(target, f"{target}_id") for target in ("case", "thread", "conversation", "assessment")),
        belongs_to("assessment", "given_id"),
        *(belongs_to("user", column) for column in ("supervisor_id", "asked_by_id", "withdrawn_by_id")),
        CheckConstraint("(state = 'asked') = (ended_at is null)", name="ended"),
        CheckConstraint("(state = 'given') = (given_id is not null)", name="given"),
        CheckConstraint("(state = 'given') = (blind is not null)", name="settled"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_by_id is not null)", name="withdrawn"),
        Index(None, "organisation_id", "supervisor_id", "state", "case_id"),
        Index(None, "organisation_id", "asked_by_id"),
        Index(None, "organisation_id", "case_id"),
        Index(None, "organisation_id", "given_id"),
        # One view of one conversation by one supervisor, however often the assessment is corrected.
        Index(
            "ix_second_opinion_once",
            *("organisation_id", "thread_id", "conversation_id", "supervisor_id"),
            unique=True,
            sqlite_where=_NOT_WITHDRAWN,
            postgresql_where=_NOT_WITHDRAWN,
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    thread_id: UUID
    conversation_id: UUID
    assessment_id: UUID
    supervisor_id: UUID
    asked_by_id: UUID
    asked_at: datetime = Field(sa_type=UtcDateTime)
    state: OpinionState = Field(sa_type=enum_column(OpinionState))
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    given_id: UUID | None = None
    blind: bool | None = None
    withdrawn_by_id: UUID | None = None


# ---------------------------------------------------------------- in


class SecondOpinionCreate(Input):
    """Who is asked for an own view."""

    supervisor_id: UUID = ApiField(
        description="A supervisor of the team of the case, who did not record the assessment; "
        "a supervisor can name themselves.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"],
    )


class OpinionAnswers(Input):
    """An own view of the conversation."""

    model_config = ConfigDict(json_schema_extra=REASON_NEEDS_TYPE)

    answers: AnswersIn = ApiField(description="The three answers.")
    own_words: OwnWords = ApiField(
        default_factory=OwnWords, description="What you heard the person say, where you were there."
    )
    judged_type: RelationshipType | None = ApiField(
        default=None,
        description="Your own judgement; it stands beside the computed type.",
        examples=["complainant"],
    )
    judged_reason: FreeText | None = ApiField(
        default=None,
        description="Why the own judgement is what it is.",
        examples=["She speaks of what others should do."],
    )
    note: FreeText | None = ApiField(
        default=None, description="A note.", examples=["Heard the recording together."]
    )

    _check = model_validator(mode="after")(refuse_reason_alone)


class WithdrawalCreate(Input):
    """There is nothing to choose."""


# ---------------------------------------------------------------- out


class OpinionOnFile(Output):
    """Who was asked for an own view of a conversation, and what became of it."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e13"])
    state: OpinionState = ApiField(description="What became of it.", examples=["asked"])
    assessment_id: UUID = ApiField(
        description="The assessment it was asked on.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"]
    )
    thread_id: UUID = ApiField(description="The thread.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0e"])
    supervisor: Named = ApiField(description="Who is asked.")
    asked_by: Named = ApiField(description="Who asked.")
    asked_at: datetime = ApiField(description="When.", examples=["2026-11-20T09:00:00Z"])
    ended_at: datetime | None = ApiField(
        description="When it was given or withdrawn; null until then.", examples=["2026-11-20T09:00:00Z"]
    )
    given_id: UUID | None = ApiField(
        description="The assessment that they gave; null where there is none.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e11"],
    )
    blind: bool | None = ApiField(
        description="Whether the supervisor gave it without having looked at the case since the conversation "
        "was first judged, by the access log; null until it is given.",
        examples=[True],
    )


class SecondOpinionItem(OpinionOnFile):
    """One second opinion, and which conversation it is about."""

    case: CaseNamedRead = ApiField(description="Which case.")
    participant: ParticipantRead = ApiField(description="Who.")
    concern: ConcernRead = ApiField(description="About what.")
    conversation: ConversationRead = ApiField(description="When they spoke.")


class SecondOpinionRead(SecondOpinionItem):
    """A second opinion: until it is given, the conversation alone; from then on both views side by side."""

    own_words: OwnWordsRead = ApiField(description="What the person said.")
    assessment: AssessmentHead | None = ApiField(
        description="The first view, as it counts now; null until the opinion is given."
    )
    opinion: AssessmentHead | None = ApiField(
        description="The view of the supervisor, as it counts now; null until it is given."
    )
    different_answers: list[Question] | None = ApiField(
        description="On which questions the two differ; null until there are two that count.",
        examples=[["share_in_solution"]],
    )
    same_type: bool | None = ApiField(
        description="Whether both come to the same type, or both to none; null like `different_answers`.",
        examples=[False],
    )
    advice: EntryRead | None = ApiField(description="What fits where the two differ.")

"""Assessments: three answers about one conversation. A row is never changed; see the migrations."""

from datetime import datetime
from typing import Annotated, Protocol, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, StrictBool, StrictInt, model_validator
from pydantic import Field as ApiField
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError
from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.answers import Answer
from app.domain.classification import Clarity, RelationshipType
from app.domain.thread import (
    ChangeReason,
    ParticipantRole,
    Perspective,
    Referral,
    TaskDone,
    TaskGiven,
)
from app.models.base import (
    FreeText,
    Input,
    Moment,
    Named,
    Output,
    UtcDateTime,
    belongs_to,
    enum_column,
    uuid7,
    whole,
)
from app.models.cases import (
    CaseReference,
    ConcernRead,
    ConcernReference,
    ConversationRead,
    ParticipantRead,
    ParticipantReference,
    Wording,
)
from app.models.classifications import AnswersIn, AnswersRead, ClassificationRead
from app.models.rights import StatementRead
from app.models.signals import SignalRead
from app.models.threads import TransitionRead


def _scale_check(name: str) -> CheckConstraint:
    return CheckConstraint(f"{name} between 0 and 10", name=name)


class Assessment(SQLModel, table=True):
    """One recorded view, or its correction or retraction.

    What was said about participant, concern and conversation stands here too, as it was said then.
    `recorded_at` rises within a thread, whatever the clock does.
    """

    __table_args__ = (
        UniqueConstraint("organisation_id", "thread_id", "number"),
        UniqueConstraint("organisation_id", "supersedes_id"),
        belongs_to("case", "case_id"),
        belongs_to("thread", "thread_id"),
        belongs_to("conversation", "conversation_id"),
        belongs_to("user", "recorded_by_id"),
        belongs_to("assessment", "supersedes_id"),
        CheckConstraint("(supersedes_id is null) = (reason is null)", name="correction_has_reason"),
        CheckConstraint("supersedes_id is not null or not retracted", name="retraction_supersedes"),
        _scale_check("progress"),
        _scale_check("confidence"),
        _scale_check("willingness"),
        Index(None, "organisation_id", "case_id", "assessed_at", "id"),
        Index(None, "organisation_id", "assessed_at", "id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    thread_id: UUID
    conversation_id: UUID
    number: int
    assessed_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID
    perspective: Perspective = Field(sa_type=enum_column(Perspective))
    participant_role: ParticipantRole | None = Field(sa_type=enum_column(ParticipantRole))
    concern_wording: str | None = Field(max_length=200)
    referral: Referral | None = Field(sa_type=enum_column(Referral))
    problem: Answer = Field(sa_type=enum_column(Answer, "problem"))
    help_request: Answer = Field(sa_type=enum_column(Answer, "help_request"))
    share_in_solution: Answer = Field(sa_type=enum_column(Answer, "share_in_solution"))
    words_on_problem: str | None = Field(max_length=2000)
    words_on_help_request: str | None = Field(max_length=2000)
    words_on_share_in_solution: str | None = Field(max_length=2000)
    relationship_type: RelationshipType | None = Field(sa_type=enum_column(RelationshipType))
    clarity: Clarity = Field(sa_type=enum_column(Clarity))
    provisional: bool
    ruleset_version: str = Field(max_length=32)
    ruleset_hash: str = Field(max_length=64)
    judged_type: RelationshipType | None = Field(sa_type=enum_column(RelationshipType, "judged_type"))
    judged_reason: str | None = Field(max_length=2000)
    progress: int | None
    confidence: int | None
    willingness: int | None
    task_given: TaskGiven | None = Field(sa_type=enum_column(TaskGiven))
    previous_task_done: TaskDone | None = Field(sa_type=enum_column(TaskDone))
    change_reason: ChangeReason | None = Field(sa_type=enum_column(ChangeReason))
    note: str | None = Field(max_length=2000)
    supersedes_id: UUID | None
    reason: str | None = Field(max_length=2000)
    retracted: bool
    salt: bytes = Field(sa_type=LargeBinary)


# ---------------------------------------------------------------- in


Scale = Annotated[
    StrictInt, ApiField(ge=0, le=10, description="From 0 to 10.", examples=[4]), BeforeValidator(whole)
]
OwnWord = Annotated[
    FreeText, ApiField(description="In the person's own words.", examples=["I worry about later"])
]
RecordedRole = Annotated[
    ParticipantRole | None, ApiField(description="Who somebody is in the case.", examples=["parent"])
]


class CaseNamed(Input):
    """Which case; it is opened when it does not exist."""

    reference: CaseReference


class ParticipantNamed(Input):
    """Which participant."""

    reference: ParticipantReference
    role: RecordedRole = None


class ConcernNamed(Input):
    """Which concern."""

    reference: ConcernReference
    wording: Wording | None = None


class ConversationNamed(Input):
    """Which conversation, known by the moment it was held."""

    held_at: Moment | None = ApiField(
        default=None,
        description="When it was held, not in the future. Left out: now.",
        examples=["2026-11-20T10:00:00+01:00"],
    )
    referral: Referral | None = ApiField(
        default=None, description="How the person came there.", examples=["voluntary"]
    )


class OwnWords(Input):
    """What the person said, per question."""

    problem: OwnWord | None = None
    help_request: OwnWord | None = None
    share_in_solution: OwnWord | None = None


class Scales(Input):
    """Scaling questions, each from 0 to 10."""

    progress: Scale | None = None
    confidence: Scale | None = None
    willingness: Scale | None = None


class Judges(Protocol):
    """What may hold an own judgement beside the answers, with a reason."""

    judged_type: RelationshipType | None
    judged_reason: str | None


J = TypeVar("J", bound=Judges)

REASON_NEEDS_TYPE: JsonDict = {
    "anyOf": [
        {"title": "Without a reason", "properties": {"judged_reason": {"type": "null"}}},
        {
            "title": "With an own judgement",
            "properties": {"judged_type": {"type": "string"}},
            "required": ["judged_type"],
        },
    ]
}
"""The rule of `refuse_reason_alone`, for who reads the description."""


def refuse_reason_alone(body: J) -> J:
    """Refuse a reason without a judgement: the judgement was forgotten."""
    if body.judged_reason is not None and body.judged_type is None:
        raise PydanticCustomError("judged_type", "a reason without a judged type")
    return body


class AssessmentCreate(Input):
    """The main job: the three answers about one conversation."""

    model_config = ConfigDict(json_schema_extra=REASON_NEEDS_TYPE)

    case: CaseNamed = ApiField(description="Which case.")
    participant: ParticipantNamed = ApiField(description="Who.")
    concern: ConcernNamed = ApiField(description="About what.")
    conversation: ConversationNamed = ApiField(
        default_factory=ConversationNamed, description="When they spoke."
    )
    assessed_at: Moment | None = ApiField(
        default=None,
        description=(
            "When the judgement was made, if that was later than the conversation: "
            "in supervision, for instance. Left out: when the conversation was held."
        ),
        examples=["2026-11-20T10:00:00+01:00"],
    )
    answers: AnswersIn = ApiField(description="The three answers.")
    own_words: OwnWords = ApiField(default_factory=OwnWords, description="What the person said.")
    perspective: Perspective = ApiField(
        default=Perspective.PRACTITIONER, description="Whose view it is.", examples=["practitioner"]
    )
    judged_type: RelationshipType | None = ApiField(
        default=None,
        description="The practitioner's own judgement; it stands beside the computed type.",
        examples=["complainant"],
    )
    judged_reason: FreeText | None = ApiField(
        default=None,
        description="Why the own judgement is what it is.",
        examples=["She asked me twice when we would meet again."],
    )
    scales: Scales = ApiField(default_factory=Scales, description="Scaling questions.")
    task_given: TaskGiven | None = ApiField(
        default=None, description="What was given to do.", examples=["observation"]
    )
    previous_task_done: TaskDone | None = ApiField(
        default=None, description="Whether the task before was done.", examples=["partly"]
    )
    change_reason: ChangeReason | None = ApiField(
        default=None,
        description="Why the answers differ from last time.",
        examples=["relationship_changed"],
    )
    note: FreeText | None = ApiField(
        default=None, description="A note of the practitioner.", examples=["Met at school."]
    )

    _check = model_validator(mode="after")(refuse_reason_alone)


class CorrectionCreate(Input):
    """Other answers instead of the recorded ones, or the message that it was entered in error."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {
                    "title": "Other answers",
                    "properties": {"answers": {"type": "object"}, "retracted": {"enum": [False]}},
                    "required": ["answers"],
                },
                {
                    "title": "Entered in error",
                    "properties": {
                        "answers": {"type": "null"},
                        "own_words": {"type": "null"},
                        "retracted": {"enum": [True]},
                    },
                    "required": ["retracted"],
                },
            ]
        }
    )

    answers: AnswersIn | None = ApiField(default=None, description="The answers as they should have been.")
    own_words: OwnWords | None = ApiField(
        default=None, description="What the person said; left out: as it was recorded."
    )
    retracted: StrictBool = ApiField(
        default=False,
        description="Entered in error: it stays visible and counts no more.",
        examples=[False],
    )
    reason: FreeText = ApiField(description="Why it is corrected.", examples=["I had misheard the answer."])

    @model_validator(mode="after")
    def check_that_it_is_one_of_the_two(self) -> "CorrectionCreate":
        """Either there are other answers, or it counts no more."""
        if self.retracted == (self.answers is not None):
            raise PydanticCustomError("answers_or_retracted", "either answers or retracted")
        if self.retracted and self.own_words is not None:
            raise PydanticCustomError("answers_or_retracted", "no own words with a retraction")
        return self


# ---------------------------------------------------------------- out


class CaseNamedRead(Output):
    """Which case."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0d"])
    reference: str = ApiField(description="The caller's own reference.", examples=["2026-0042"])


class OwnWordsRead(Output):
    """What the person said, per question."""

    problem: str | None = ApiField(description="About the problem.", examples=["I worry about later"])
    help_request: str | None = ApiField(description="About the request.", examples=["What should I do?"])
    share_in_solution: str | None = ApiField(
        description="About the own part.", examples=["At bath time, I point and show."]
    )


class ScalesRead(Output):
    """Scaling questions, each from 0 to 10."""

    progress: int | None = ApiField(description="How far it is.", examples=[4])
    confidence: int | None = ApiField(description="How much confidence there is.", examples=[6])
    willingness: int | None = ApiField(description="How willing the person is.", examples=[7])


class AssessmentItem(Output):
    """One assessment in a list, without what was written about it: a list shows many clients at once."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    number: int = ApiField(description="The place in the order of recording of its thread.", examples=[2])
    thread_id: UUID = ApiField(description="The thread.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0e"])
    case_id: UUID = ApiField(description="The case.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0d"])
    assessed_at: datetime = ApiField(description="When it held.", examples=["2026-11-20T09:00:00Z"])
    recorded_at: datetime = ApiField(description="When we knew it.", examples=["2026-11-20T09:05:00Z"])
    recorded_by: Named = ApiField(description="Who recorded it.")
    case: CaseNamedRead = ApiField(description="Which case.")
    participant: ParticipantRead = ApiField(description="Who.")
    concern: ConcernRead = ApiField(description="About what.")
    conversation: ConversationRead = ApiField(description="When they spoke.")
    answers: AnswersRead = ApiField(description="The three answers.")
    perspective: Perspective = ApiField(description="Whose view it is.", examples=["practitioner"])
    relationship_type: RelationshipType | None = ApiField(
        description="The computed type.", examples=["complainant"]
    )
    clarity: Clarity = ApiField(description="How sure that is.", examples=["leaning"])
    provisional: bool = ApiField(
        description="A type was given while one answer is unknown.", examples=[False]
    )
    judged_type: RelationshipType | None = ApiField(
        description="The practitioner's own judgement.", examples=["complainant"]
    )
    scales: ScalesRead = ApiField(description="Scaling questions.")
    task_given: TaskGiven | None = ApiField(description="What was given to do.", examples=["observation"])
    previous_task_done: TaskDone | None = ApiField(
        description="Whether the task before was done.", examples=["partly"]
    )
    change_reason: ChangeReason | None = ApiField(
        description="Why the answers differ from last time.", examples=["relationship_changed"]
    )
    supersedes: UUID | None = ApiField(
        description="The assessment this one corrects.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0f"],
    )
    superseded_by: UUID | None = ApiField(
        description="The correction of this one. It counts no more.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e11"],
    )
    retracted: bool = ApiField(description="Entered in error: it counts no more.", examples=[False])


class AssessmentHead(AssessmentItem):
    """One assessment as it was recorded, with the type it came to."""

    own_words: OwnWordsRead = ApiField(description="What the person said.")
    judged_reason: str | None = ApiField(
        description="Why the own judgement is what it is.",
        examples=["She asked me twice when we would meet again."],
    )
    note: str | None = ApiField(description="A note.", examples=["Met at school."])
    reason: str | None = ApiField(
        description="Why it corrects another.", examples=["I had misheard the answer."]
    )
    statements: list[StatementRead] = ApiField(description="What the client says about it, the oldest first.")


class AssessmentRead(AssessmentHead):
    """One assessment with its result and the step it made."""

    classification: ClassificationRead = ApiField(
        description="The result, by the version of the rules of that moment."
    )
    transition: TransitionRead | None = ApiField(
        description="The step into it; null for the first of a thread, and when it counts no more."
    )
    signals: list[SignalRead] = ApiField(
        description="What asks for attention in its thread now, as far as it rests on this assessment."
    )

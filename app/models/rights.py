"""The rights of one client: their own statement, what a copy of the file withholds, and erasure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field as ApiField
from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import FreeText, Input, Named, Output, UtcDateTime, belongs_to, enum_column, uuid7


class Statement(SQLModel, table=True):
    """What the client says about an assessment. It is added; the assessment stays as it is."""

    __table_args__ = (
        belongs_to("assessment", "assessment_id"),
        belongs_to("case", "case_id"),
        belongs_to("user", "recorded_by_id"),
        Index(None, "organisation_id", "assessment_id", "recorded_at"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    assessment_id: UUID
    case_id: UUID
    text: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID
    salt: bytes = Field(sa_type=LargeBinary)


class WithholdingGround(StrEnum):
    """Why a passage stays out of an export."""

    ABOUT_ANOTHER = "about_another"
    HARM = "harm"


class Withholding(SQLModel, table=True):
    """A passage that stays out of exports: one field of one row, on a ground, decided by somebody."""

    __table_args__ = (
        belongs_to("case", "case_id"),
        belongs_to("user", "recorded_by_id"),
        UniqueConstraint("organisation_id", "entity_id", "field"),
        Index(None, "organisation_id", "case_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    entity_id: UUID
    field: str = Field(max_length=40)
    ground: WithholdingGround = Field(sa_type=enum_column(WithholdingGround))
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID


class ErasureReason(StrEnum):
    """Why somebody wants something erased."""

    CLIENT_ASKED = "client_asked"
    COURT_ORDER = "court_order"
    RETENTION = "retention"
    RECORDED_BY_MISTAKE = "recorded_by_mistake"


class RefusalGround(StrEnum):
    """Why an erasure is refused: GDPR article 17(3)(b), Jeugdwet article 7.3.9."""

    LEGAL_DUTY = "legal_duty"
    INTEREST_OF_ANOTHER = "interest_of_another"
    LEGAL_HOLD = "legal_hold"
    CHILD_UNDER_TWELVE = "child_under_twelve"


class ErasureOrder(SQLModel, table=True):
    """An order to erase a case, or one participant of it. It moves forward only, and is never deleted.

    The people are named by id without a foreign key: after a restore an order is carried out again,
    and the backup may be older than they are.
    """

    __tablename__ = "erasure_order"
    __table_args__ = (
        CheckConstraint("(granted_by_id is null) = (granted_at is null)", name="granted"),
        CheckConstraint("(refused_by_id is null) = (refused_at is null)", name="refused"),
        CheckConstraint("(refusal_ground is null) = (refused_at is null)", name="refusal_has_ground"),
        CheckConstraint("(executed_by_id is null) = (executed_at is null)", name="executed"),
        CheckConstraint("granted_at is null or refused_at is null", name="one_decision"),
        CheckConstraint(
            "executed_at is null or (granted_at is not null and executed_by_id <> granted_by_id)",
            name="two_people",
        ),
        Index(None, "organisation_id", "case_id"),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    case_id: UUID
    participant_id: UUID | None
    reason: ErasureReason = Field(sa_type=enum_column(ErasureReason))
    requested_by_id: UUID
    requested_at: datetime = Field(sa_type=UtcDateTime)
    granted_by_id: UUID | None = None
    granted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refused_by_id: UUID | None = None
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refusal_ground: RefusalGround | None = Field(default=None, sa_type=enum_column(RefusalGround))
    executed_by_id: UUID | None = None
    executed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1


class ErasedRow(SQLModel, table=True):
    """The id of a row that was erased, and by which order. That is all that is left of it."""

    __tablename__ = "erased_row"
    __table_args__ = (belongs_to("erasure_order", "order_id"), Index(None, "organisation_id", "order_id"))

    organisation_id: UUID = Field(primary_key=True)
    entity_id: UUID = Field(primary_key=True)
    entity_kind: str = Field(max_length=32)
    order_id: UUID


# ---------------------------------------------------------------- in


class Passage(StrEnum):
    """Which text can be withheld: of an assessment, a closing, a statement, a use of advice, a concern.

    The wording of a concern goes for all its assessments.
    """

    WORDS_ON_PROBLEM = "words_on_problem"
    WORDS_ON_HELP_REQUEST = "words_on_help_request"
    WORDS_ON_SHARE_IN_SOLUTION = "words_on_share_in_solution"
    JUDGED_REASON = "judged_reason"
    NOTE = "note"
    REASON = "reason"
    CLOSING_ANSWER = "closing_answer"
    TEXT = "text"
    USE_REASON = "use_reason"
    REFLECTION_TEXT = "reflection_text"
    WORDING = "wording"


class StatementCreate(Input):
    """What the client says about an assessment."""

    text: FreeText = ApiField(
        description="In the client's own words.", examples=["I do want to learn it, but not in this group."]
    )


class WithholdingCreate(Input):
    """A passage to keep out of copies, after somebody read it."""

    entity_id: UUID = ApiField(
        description="The assessment, closing, statement, use of advice or concern it belongs to.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"],
    )
    field: Passage = ApiField(description="Which text of it.", examples=["note"])
    ground: WithholdingGround = ApiField(
        description="It is about somebody else, or it would do serious harm.", examples=["about_another"]
    )


# ---------------------------------------------------------------- out


class StatementRead(Output):
    """What the client says about an assessment."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    text: str | None = ApiField(
        description="In the client's own words; null in a copy that it is kept out of.",
        examples=["I do want to learn it, but not in this group."],
    )
    recorded_at: datetime = ApiField(
        description="When it was written down.", examples=["2026-11-20T09:00:00Z"]
    )
    recorded_by: Named = ApiField(description="Who wrote it down.")


class PassageRead(Output):
    """A text that is kept out of copies."""

    entity_id: UUID = ApiField(
        description="The assessment, closing, statement, use of advice or concern it belongs to.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"],
    )
    field: Passage = ApiField(description="Which text of it.", examples=["note"])
    ground: WithholdingGround = ApiField(
        description="It is about somebody else, or it would do serious harm.", examples=["about_another"]
    )


class WithholdingRead(PassageRead):
    """A text that is kept out of copies, and who decided that."""

    id: UUID = ApiField(
        description="The id of the decision.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"]
    )
    recorded_at: datetime = ApiField(description="When it was decided.", examples=["2026-11-20T09:00:00Z"])
    recorded_by: Named = ApiField(description="Who decided it.")

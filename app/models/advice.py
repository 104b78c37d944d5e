"""What was used of an advice that an assessment showed."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field as ApiField
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field, SQLModel

from app.domain.advice import Use
from app.domain.approach import EntryKind
from app.domain.classification import Clarity, RelationshipType
from app.domain.thread import Direction
from app.models.base import FreeText, Input, Named, Output, UtcDateTime, belongs_to, enum_column, uuid7

LONGEST_ENTRY_ID = 40


class AdviceUse(SQLModel, table=True):
    """What somebody did with one entry that an assessment's approach showed. The newest row counts.

    `entry_version` is the version of the rules, or of the own entry, in which the entry was shown.
    """

    __tablename__ = "advice_use"
    __table_args__ = (
        belongs_to("assessment", "assessment_id"),
        belongs_to("case", "case_id"),
        belongs_to("user", "recorded_by_id"),
        CheckConstraint("\"use\" <> 'declined' or use_reason is not null", name="declined_has_reason"),
        Index(None, "organisation_id", "assessment_id", "recorded_at"),
        Index(None, "organisation_id", "case_id", "recorded_at"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    assessment_id: UUID
    case_id: UUID
    entry_id: str = Field(max_length=LONGEST_ENTRY_ID)
    entry_version: str = Field(max_length=16)
    use: Use = Field(sa_type=enum_column(Use))
    use_reason: str | None = Field(default=None, max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID
    salt: bytes = Field(sa_type=LargeBinary)


# ---------------------------------------------------------------- in


class EntrySource(StrEnum):
    """Whose an entry is."""

    CATALOGUE = "catalogue"
    OWN = "own"


EntryId = Annotated[
    str,
    ApiField(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$",
        max_length=LONGEST_ENTRY_ID,
        description="The id of an entry: ours, or an own one, which begins with `own-`.",
        examples=["com-st-01"],
    ),
]


class AdviceUseCreate(Input):
    """What was done with one entry that the assessment's approach showed."""

    entry_id: EntryId
    use: Use = ApiField(
        description="`accepted`: as it stands; `adapted`: in another way; `declined`: not used.",
        examples=["adapted"],
    )
    reason: FreeText | None = ApiField(
        default=None,
        description="In your own words. Needed with `declined`.",
        examples=["Drawing it works better for her than talking."],
    )

    @model_validator(mode="after")
    def check_that_a_declined_entry_has_a_reason(self) -> "AdviceUseCreate":
        """What is declined without a reason teaches nobody anything."""
        if self.use is Use.DECLINED and self.reason is None:
            raise PydanticCustomError("declined_reason", "declined without a reason")
        return self


# ---------------------------------------------------------------- out


class FollowedRead(Output):
    """The next assessment of the same perspective in the thread. It came after; that says nothing of why."""

    assessment_id: UUID = ApiField(
        description="The assessment.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e11"]
    )
    assessed_at: datetime = ApiField(description="When it held.", examples=["2026-12-04T09:00:00Z"])
    relationship_type: RelationshipType | None = ApiField(
        description="The type it came to.", examples=["customer"]
    )
    clarity: Clarity = ApiField(description="How sure that is.", examples=["clear"])
    direction: Direction = ApiField(
        description="Forward is towards customer. Unclear: a type is missing, or another assessor.",
        examples=["forward"],
    )


class AdviceUseRead(Output):
    """What somebody did with one entry, and what followed."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    assessment_id: UUID = ApiField(
        description="The assessment that showed it.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e0f"]
    )
    entry_id: str = ApiField(description="The entry.", examples=["com-st-01"])
    entry_version: str = ApiField(
        description="The version of the rules, or of the own entry, in which it was shown.",
        examples=["2026.1"],
    )
    source: EntrySource = ApiField(description="Whose entry it is.", examples=["catalogue"])
    kind: EntryKind = ApiField(description="What kind of suggestion.", examples=["stance"])
    text: str = ApiField(
        description="The entry as it was shown.", examples=["Erken eerst, en oprecht. De last is echt."]
    )
    use: Use = ApiField(description="What was done with it.", examples=["adapted"])
    reason: str | None = ApiField(
        description="Why; null in a copy that it is kept out of.",
        examples=["Drawing it works better for her than talking."],
    )
    counts: bool = ApiField(
        description="The newest about this entry counts; what was said before stays.", examples=[True]
    )
    recorded_at: datetime = ApiField(
        description="When it was written down.", examples=["2026-11-20T09:00:00Z"]
    )
    recorded_by: Named = ApiField(description="Who wrote it down.")
    followed_by: FollowedRead | None = ApiField(
        description="What was assessed next; null while nothing was, or when the assessment counts no more."
    )


class AdviceUseList(Output):
    """What was done with the entries of one assessment."""

    items: list[AdviceUseRead] = ApiField(description="The oldest first.")

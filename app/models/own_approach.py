"""An organisation's own layer over our approach: what it adds, and what it hides."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StrictBool, model_validator
from pydantic import Field as ApiField
from pydantic_core import PydanticCustomError
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.approach import BY_TYPE, Audience, EntryKind
from app.models.advice import LONGEST_ENTRY_ID, EntryId
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
)


class OwnEntry(SQLModel, table=True):
    """One version of an organisation's own entry. `entry_id` is `own-` and 32 hexadecimal digits."""

    __tablename__ = "own_entry"
    __table_args__ = (
        belongs_to("user", "recorded_by_id"),
        UniqueConstraint("organisation_id", "entry_id", "version"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    entry_id: str = Field(max_length=LONGEST_ENTRY_ID)
    version: int
    active_from: datetime = Field(sa_type=UtcDateTime)
    retired: bool
    kind: EntryKind = Field(sa_type=enum_column(EntryKind))
    audiences: str = Field(max_length=64)
    text_nl: str = Field(max_length=2000)
    text_en: str = Field(max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID


class HiddenEntry(SQLModel, table=True):
    """One decision to hide an entry of ours, or to show it again."""

    __tablename__ = "hidden_entry"
    __table_args__ = (
        belongs_to("user", "recorded_by_id"),
        UniqueConstraint("organisation_id", "entry_id", "version"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    entry_id: str = Field(max_length=LONGEST_ENTRY_ID)
    version: int
    active_from: datetime = Field(sa_type=UtcDateTime)
    hidden: bool
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    recorded_by_id: UUID


# ---------------------------------------------------------------- in


def _by_type(values: list[Audience]) -> list[Audience]:
    if not set(values) <= set(BY_TYPE):
        raise PydanticCustomError("enum", "not types", {"expected": ", ".join(BY_TYPE)})
    return sorted(set(values), key=BY_TYPE.index)


Audiences = Annotated[
    list[Audience],
    AfterValidator(_by_type),
    ApiField(
        alias="for",
        min_length=1,
        max_length=len(BY_TYPE),
        description="For which relationships: visitor, complainant, customer; unclear: there is no type.",
        examples=[["complainant"]],
        json_schema_extra={"items": {"enum": [*BY_TYPE], "type": "string"}},
    ),
]
Begins = Annotated[
    Moment | None,
    ApiField(
        description=(
            "From when it holds, at least a minute from now; left out: a minute from now. What was recorded "
            "before that keeps showing what it showed."
        ),
        examples=["2026-12-01T00:00:00+01:00"],
    ),
]


class BothLanguages(Input):
    """A text in Dutch and in English."""

    nl: FreeText = ApiField(description="In Dutch.", examples=["Vraag eerst naar gisteren."])
    en: FreeText = ApiField(description="In English.", examples=["Ask about yesterday first."])


class OwnEntryCreate(Input):
    """An entry of your own."""

    kind: EntryKind = ApiField(description="What kind of suggestion.", examples=["question"])
    audiences: Audiences
    text: BothLanguages = ApiField(description="The suggestion, in both languages.")
    active_from: Begins = None

    @model_validator(mode="after")
    def check_that_a_task_goes_with_a_type(self) -> "OwnEntryCreate":
        """Without a type no task for the client fits (domain report, 1.3), not even one of your own."""
        if self.kind is EntryKind.TASK and Audience.UNCLEAR in self.audiences:
            raise PydanticCustomError("task_without_type", "a task where there is no type")
        return self


class OwnEntryVersionCreate(OwnEntryCreate):
    """Another version of an entry; it says all of it."""

    retired: StrictBool = ApiField(
        default=False, description="True: from then on it is not shown any more.", examples=[False]
    )


class HiddenEntryCreate(Input):
    """An entry of ours to hide, or to show again."""

    entry_id: EntryId
    hidden: StrictBool = ApiField(
        default=True, description="False: show it again from then on.", examples=[True]
    )
    active_from: Begins = None


# ---------------------------------------------------------------- out


class TextsRead(Output):
    """A text in Dutch and in English."""

    nl: str = ApiField(description="In Dutch.", examples=["Vraag eerst naar gisteren."])
    en: str = ApiField(description="In English.", examples=["Ask about yesterday first."])


class OwnEntryRead(Output):
    """One version of an entry of your own."""

    id: UUID = ApiField(description="The id in addresses.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    entry_id: str = ApiField(
        description="The id in an approach: `own-` and the digits of the id.",
        examples=["own-0199f0a47f6c7c3e8a512f6f3c1d9e10"],
    )
    version: int = ApiField(description="Counts the versions; of the newest also the ETag.", examples=[1])
    kind: EntryKind = ApiField(description="What kind of suggestion.", examples=["question"])
    audiences: list[Audience] = ApiField(
        serialization_alias="for", description="For which relationships.", examples=[["complainant"]]
    )
    text: TextsRead = ApiField(description="The suggestion, in both languages.")
    active_from: datetime = ApiField(description="From when it holds.", examples=["2026-12-01T00:00:00Z"])
    retired: bool = ApiField(description="From then on it is not shown any more.", examples=[False])
    recorded_at: datetime = ApiField(
        description="When it was written down.", examples=["2026-11-20T09:00:00Z"]
    )
    recorded_by: Named = ApiField(description="Who wrote it down.")


class OwnEntryList(Output):
    """Entries of your own."""

    items: list[OwnEntryRead] = ApiField(
        description="The oldest entry first; of one entry its versions in order."
    )


class HiddenEntryRead(Output):
    """One decision about an entry of ours."""

    id: UUID = ApiField(
        description="The id of the decision.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"]
    )
    entry_id: str = ApiField(description="The entry.", examples=["com-st-01"])
    version: int = ApiField(description="Counts the decisions about this entry.", examples=[1])
    hidden: bool = ApiField(description="False: it is shown again from then on.", examples=[True])
    active_from: datetime = ApiField(description="From when it holds.", examples=["2026-12-01T00:00:00Z"])
    recorded_at: datetime = ApiField(
        description="When it was written down.", examples=["2026-11-20T09:00:00Z"]
    )
    recorded_by: Named = ApiField(description="Who decided it.")


class HiddenEntryList(Output):
    """Every decision about entries of ours."""

    items: list[HiddenEntryRead] = ApiField(description="The oldest first.")

"""What all tables and API shapes share: types, ids, and how constraints are named."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy import DateTime, Dialect, Enum, ForeignKeyConstraint, MetaData, String, Table
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from typing_extensions import TypeAliasType
from uuid_utils.compat import uuid7

from app.domain.identifiers import holds_bsn, holds_email, holds_iban, holds_phone

__all__ = ["uuid7"]

T = TypeVar("T")

# Without names Alembic cannot address a constraint on SQLite.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


# ---------------------------------------------------------------- columns


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always with a zone in Python; SQLite itself would give it back without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; refuse a moment without a zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(members: type[StrEnum], name: str = "") -> Enum:
    """Return a column type that stores the value of a member, checked by the database as well.

    `name` is of the check; it is needed where a table has two columns of one enumeration.
    """
    return Enum(
        members,
        values_callable=lambda kind: [member.value for member in kind],
        name=name or re.sub(r"(?<!^)(?=[A-Z])", "_", members.__name__).lower(),
        native_enum=False,
        create_constraint=True,
        length=32,
    )


class QuestionList(TypeDecorator[tuple[str, ...]]):
    """A few question names in one short text column."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        """Join with spaces."""
        del dialect
        return None if value is None else " ".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Split again."""
        del dialect
        return None if value is None else tuple(value.split())


def table_of(kind: type[SQLModel]) -> Table:
    """Return the table behind a class, for statements on the hot path."""
    table: Table = kind.__table__  # type: ignore[attr-defined]  # every table class has one
    return table


# ---------------------------------------------------------------- texts and moments that come in

_CONTROL = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# With the mark that says how a file is written, which nobody sees in a text.
_NONCHARACTER = re.compile(
    "[\ufeff\ufdd0-\ufdef" + "".join(chr(p * 0x10000 + n) for p in range(17) for n in (0xFFFE, 0xFFFF)) + "]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")


def clean_text(value: str) -> str:
    """Refuse characters that only deceive or break, and write the rest in one form (NFC)."""
    value = _LINE_ENDS.sub("\n", value)
    for code, pattern in (
        ("surrogate", _SURROGATE),
        ("control_character", _CONTROL),
        ("direction_character", _BIDI),
        ("noncharacter", _NONCHARACTER),
    ):
        if pattern.search(value):
            raise PydanticCustomError(code, "a character that is not allowed")
    return unicodedata.normalize("NFC", value).strip()


def _within(limit: int) -> AfterValidator:
    def check(value: str) -> str:
        value = clean_text(value)
        if not value:
            raise PydanticCustomError("blank", "only white space")
        if len(value) > limit:
            raise PydanticCustomError("string_too_long", "too long", {"max_length": limit})
        return _refuse_what(value, looks_like_bsn=holds_bsn)

    return AfterValidator(check)


def _one_line(value: str) -> str:
    if "\n" in value or "\t" in value:
        raise PydanticCustomError("control_character", "a line break or tab")
    return value


def _refuse_what(value: str, **looks_like: Callable[[str], bool]) -> str:
    for code, holds in looks_like.items():
        if holds(value):
            raise PydanticCustomError(code, "what must not be recorded")
    return value


def _opaque(value: str) -> str:
    return _refuse_what(
        value, looks_like_email=holds_email, looks_like_iban=holds_iban, looks_like_phone=holds_phone
    )


def refuse_personal_numbers(value: str | None) -> str | None:
    """Refuse a reference by which anybody can tell who somebody is."""
    return value if value is None else _opaque(_refuse_what(value, looks_like_bsn=holds_bsn))


# The same rules as a pattern, for readers of the API description.
_INVISIBLE = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
_REFUSED = rf"{_INVISIBLE}\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff"
_WHITE = r" \t\n\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_LINES = {"pattern": rf"^[^{_REFUSED}]*[^\s{_REFUSED}][^{_REFUSED}]*$"}
_LINE = {"pattern": rf"^[{_WHITE}]*[^\s{_REFUSED}]([^\t\n\r{_REFUSED}]*[^\s{_REFUSED}])?[{_WHITE}]*$"}

# Aliases with a name, so that the API description says each of them once.
Reference = TypeAliasType(
    "Reference",
    Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            description=(
                "An opaque name from the caller's own system: at most 64 characters on one line. What looks "
                "like a citizen number (BSN), e-mail address, IBAN or phone number is refused."
            ),
            examples=["2026-0042"],
            json_schema_extra=_LINE,
        ),
        _within(64),
        AfterValidator(_one_line),
        AfterValidator(_opaque),
    ],
)
ShortText = TypeAliasType(
    "ShortText",
    Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description=(
                "At most 200 characters on one line. What looks like a citizen number (BSN) is refused."
            ),
            examples=["learning to sign ourselves"],
            json_schema_extra=_LINE,
        ),
        _within(200),
        AfterValidator(_one_line),
    ],
)
FreeText = TypeAliasType(
    "FreeText",
    Annotated[
        str,
        Field(
            min_length=1,
            max_length=2000,
            description=(
                "At most 2,000 characters; white space at the ends is taken off. What looks like a citizen "
                "number (BSN) is refused."
            ),
            examples=["I worry about later"],
            json_schema_extra=_LINES,
        ),
        _within(2000),
    ],
)

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC)
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise PydanticCustomError("moment", "not a moment with a zone")
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("moment", "not an existing moment") from error
    if moment < _EARLIEST:
        raise PydanticCustomError("moment_too_early", "before 1900")
    return moment


def utc_text(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with a `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A moment that comes in: RFC 3339 with a zone, from 1900 on. What goes out is UTC with a `Z`."""


def whole(value: object) -> object:
    """Take 4.0 for 4: to JSON it is the same number, and some languages write it so."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# ---------------------------------------------------------------- API shapes


class Input(BaseModel):
    """What comes in. Unknown fields are refused, so that nothing is dropped in silence."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


class Output(BaseModel):
    """What goes out. Without defaults, so that every field is always there."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


EXAMPLE_CURSOR = "WyIyMDI2LTExLTIwVDA5OjAwOjAwWiIsIjAxOTlmMGE0N2Y2YzdjM2U4YTUxMmY2ZjNjMWQ5ZTEwIl0"


class Page(Output, Generic[T]):
    """One page of a list; `next` is the address of the page after this one."""

    items: list[T] = Field(description="What is on this page.")
    next: str | None = Field(
        description="Address of the next page, or null on the last one.",
        examples=[f"/v1/cases?cursor={EXAMPLE_CURSOR}"],
    )


class Named(Output):
    """Something that is referred to: its id and its name."""

    id: UUID = Field(examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"], description="The id.")
    name: str = Field(examples=["Demonstration practitioner"], description="The name.")


def belongs_to(target: str, column: str) -> ForeignKeyConstraint:
    """Return a foreign key with the organisation first: no row can point at another one's."""
    return ForeignKeyConstraint(["organisation_id", column], [f"{target}.organisation_id", f"{target}.id"])

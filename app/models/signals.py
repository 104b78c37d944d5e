"""What asks for attention in a thread, as it is kept for lists, and the thresholds of an organisation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, StrictInt
from pydantic import Field as ApiField
from sqlalchemy import CheckConstraint, Dialect, Index, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.domain.approach import Audience
from app.domain.signals import DEFAULTS, SignalKind
from app.models.base import Input, Output, UtcDateTime, belongs_to, enum_column, whole
from app.models.classifications import EntryRead

FEWEST, MOST = 2, 20
LEAST_DAYS, MOST_DAYS = 7, 3650


class IdList(TypeDecorator[tuple[UUID, ...]]):
    """Some ids in one text column, as hexadecimal digits."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[UUID] | None, dialect: Dialect) -> str | None:
        """Join with spaces."""
        del dialect
        return None if value is None else " ".join(one.hex for one in value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[UUID, ...] | None:
        """Split again."""
        del dialect
        return None if value is None else tuple(UUID(hex=one) for one in value.split())


class ThreadSignal(SQLModel, table=True):
    """A signal of the course of a thread; rebuilt with its thread.

    What depends on the day (`not_seen`) or on another thread (part of `hidden_customer`) is not here.
    """

    __tablename__ = "thread_signal"
    __table_args__ = (
        belongs_to("thread", "thread_id"),
        belongs_to("case", "case_id"),
        Index(None, "organisation_id", "case_id", "kind"),
    )

    organisation_id: UUID = Field(primary_key=True)
    thread_id: UUID = Field(primary_key=True)
    kind: SignalKind = Field(primary_key=True, sa_type=enum_column(SignalKind))
    case_id: UUID
    since: datetime = Field(sa_type=UtcDateTime)
    rests_on: tuple[UUID, ...] = Field(sa_type=IdList)
    about: Audience = Field(sa_type=enum_column(Audience))


class SignalSetting(SQLModel, table=True):
    """From when on something is a signal in an organisation. The newest row counts; none is ever changed."""

    __tablename__ = "signal_setting"
    __table_args__ = (
        belongs_to("user", "set_by_id"),
        CheckConstraint(f"stuck_after between 1 and {MOST}", name="stuck_after"),
        CheckConstraint(f"not_done_after between 1 and {MOST}", name="not_done_after"),
        CheckConstraint(f"not_seen_days between 1 and {MOST_DAYS}", name="not_seen_days"),
    )

    organisation_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    stuck_after: int
    not_done_after: int
    not_seen_days: int
    set_at: datetime = Field(sa_type=UtcDateTime)
    set_by_id: UUID


# ---------------------------------------------------------------- in

_Times = Annotated[StrictInt, ApiField(ge=FEWEST, le=MOST), BeforeValidator(whole)]


class SignalSettingsChange(Input):
    """From when on something is a signal. All of it, so that nothing changes by being left out."""

    stuck_after: _Times = ApiField(
        description=f"So many assessments of the same type in a row, {FEWEST} to {MOST}.",
        examples=[DEFAULTS.stuck_after],
    )
    not_done_after: _Times = ApiField(
        description=f"So many times a task was not done, {FEWEST} to {MOST}.",
        examples=[DEFAULTS.not_done_after],
    )
    not_seen_days: Annotated[StrictInt, ApiField(ge=LEAST_DAYS, le=MOST_DAYS), BeforeValidator(whole)] = (
        ApiField(
            description=f"So many days without an assessment, {LEAST_DAYS} to {MOST_DAYS}.",
            examples=[DEFAULTS.not_seen_days],
        )
    )


# ---------------------------------------------------------------- out


class SignalRead(Output):
    """Something that asks for attention in a thread."""

    kind: SignalKind = ApiField(description="Which rule holds; see GET /v1/signals.", examples=["stuck"])
    label: str = ApiField(description="What it is called.", examples=["No movement"])
    since: datetime = ApiField(description="Since when it holds.", examples=["2026-11-20T09:00:00Z"])
    text: str = ApiField(
        description="What was seen.",
        examples=["3 times in a row the same type, and nothing moved forward in between."],
    )
    assessments: list[UUID] = ApiField(
        description="The assessments it rests on, the oldest first.",
        examples=[["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"]],
    )
    entry: EntryRead | None = ApiField(
        description="What may help; null where the organisation hides that entry."
    )


class SignalRuleRead(Output):
    """A kind of signal, with its rule in words."""

    kind: SignalKind = ApiField(description="The id.", examples=["not_seen"])
    label: str = ApiField(description="What it is called.", examples=["Long ago"])
    rule: str = ApiField(
        description="When it holds, with the threshold of the one who asks, or else ours.",
        examples=["The case is open, and nobody recorded an assessment here for 60 days or longer."],
    )
    threshold: int | None = ApiField(
        description="The number an organisation can set, where there is one.", examples=[60]
    )
    sources: list[str] = ApiField(description="Codes; see GET /v1/sources.", examples=[["inf"]])


class SignalRuleList(Output):
    """All kinds of signals."""

    items: list[SignalRuleRead] = ApiField(description="In the order in which they are shown.")


class SignalSettingsRead(Output):
    """From when on something is a signal in the organisation."""

    stuck_after: int = ApiField(description="Assessments of the same type in a row.", examples=[3])
    not_done_after: int = ApiField(description="Times a task was not done.", examples=[2])
    not_seen_days: int = ApiField(description="Days without an assessment.", examples=[60])
    version: int = ApiField(description="Rises with every change; 0 is how we set it.", examples=[0])

"""What the ledger commits to, read back as plain values: hundreds of thousands of rows a second.

The database itself writes ids and moments in the canonical form, so that no row passes through Python
objects on its way to a hash. What comes out is compared with `domain/ledger.py` by tests.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    DateTime,
    Select,
    String,
    Uuid,
    any_,
    bindparam,
    cast,
    except_,
    func,
    null,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType
from sqlmodel import SQLModel

from app.domain.ledger import FORMS, SALTED
from app.models.access_log import AccessReview, AccessSeal
from app.models.advice import AdviceUse
from app.models.assessments import Assessment
from app.models.base import UtcDateTime, table_of
from app.models.cases import Case, CaseEvent, Concern, Conversation, Participant
from app.models.ledger import LedgerEntry
from app.models.own_approach import HiddenEntry, OwnEntry
from app.models.rights import ErasedRow, ErasureOrder, Statement
from app.models.threads import Thread

Values = Sequence[Any]

TABLES: Mapping[str, type[SQLModel]] = {
    "assessment/1": Assessment,
    "case_event/1": CaseEvent,
    "statement/1": Statement,
    "advice_use/1": AdviceUse,
    "own_entry/1": OwnEntry,
    "hidden_entry/1": HiddenEntry,
    "access_seal/1": AccessSeal,
    "access_review/1": AccessReview,
    "erasure_requested/1": ErasureOrder,
    "erasure_granted/1": ErasureOrder,
    "erasure_refused/1": ErasureOrder,
    "erasure_executed/1": ErasureOrder,
    "erased/1": ErasedRow,
}
"""Where the row of each kind of entry stands."""

_STEPS = {
    "erasure_granted/1": "granted_at",
    "erasure_refused/1": "refused_at",
    "erasure_executed/1": "executed_at",
}
_ENTRY = table_of(LedgerEntry)
_TRUTHS = {None: None, 0: False, 1: True}


# ---------------------------------------------------------------- the rows behind entries


@dataclass(frozen=True, slots=True)
class Source:
    """How to read rows of one kind by their `ids`: the id, the salt, then the form's fields."""

    statement: Select[Any]
    names: tuple[str, ...]
    truths: tuple[str, ...]

    def content(self, values: Values) -> bytes:
        """Return the canonical JSON of a row that the statement gave."""
        plain = dict(zip(self.names, values[2:], strict=True))
        for name in self.truths:
            plain[name] = _TRUTHS[plain[name]]
        return plain_text(plain)


def plain_text(plain: Mapping[str, Any]) -> bytes:
    """Return the same bytes as `domain.ledger.canonical_text`, faster."""
    # Bytes do not belong here; written as hexadecimal they cannot pass for the text they replaced.
    text = to_json(plain, bytes_mode="hex")
    return text if text.isascii() else unicodedata.normalize("NFC", text.decode()).encode()


@cache
def source(kind: str, dialect: str) -> Source:
    """Return how to read rows of a kind."""
    table = table_of(TABLES[kind])
    columns: dict[str, ColumnElement[Any]] = dict(table.c.items())
    if kind == "assessment/1":
        columns |= _what_it_is_about()
    names = FORMS[kind]
    return Source(
        select(
            plain(_key(kind), dialect),
            type_coerce(table.c.salt, NullType()) if kind in SALTED else null(),
            *(plain(columns[name], dialect).label(f"f_{name}") for name in names),
        ).where(
            table.c.organisation_id == bindparam("of_organisation"),
            one_of(_key(kind), dialect),
            *_step_taken(kind),
        ),
        names,
        tuple(name for name in names if isinstance(columns[name].type, Boolean)),
    )


def one_of(column: ColumnElement[Any], dialect: str) -> ColumnElement[bool]:
    """Return that a column has one of the `ids`, which are plain text.

    By id and never by a join: before PostgreSQL knows how many rows an organisation has, it joins all
    of them with all of them.
    """
    if dialect == "postgresql":
        return column == any_(cast(bindparam("ids", type_=ARRAY(String)), ARRAY(Uuid)))
    return type_coerce(column, String).in_(bindparam("ids", expanding=True))


@cache
def entries(dialect: str) -> Select[Any]:
    """Return how to read a range of the chain, in order, ready to be hashed."""
    columns = ("seq", "kind", "entity_id", "recorded_at", "actor_id", "commitment", "previous_hash", "hash")
    return (
        select(*(plain(_ENTRY.c[name], dialect).label(f"f_{name}") for name in columns))
        .where(
            _ENTRY.c.organisation_id == bindparam("of_organisation"),
            _ENTRY.c.seq > bindparam("after"),
        )
        .order_by(_ENTRY.c.seq)
        .limit(bindparam("at_most"))
    )


@cache
def without_entry(kind: str, dialect: str) -> Select[Any]:
    """Return how to find a row of a kind that no entry of the chain is about."""
    table = table_of(TABLES[kind])
    return missing(
        (table, _key(kind), *_step_taken(kind)), (_ENTRY, _ENTRY.c.entity_id, _ENTRY.c.kind == kind), dialect
    )


Side = tuple[Any, ...]
"""A table, a column with an id, and conditions."""


def missing(there: Side, not_here: Side, dialect: str) -> Select[Any]:
    """Return how to find an id of an organisation that stands on one side and not on the other."""
    table, id_, *conditions = there
    other, same, *others = not_here
    own = table.c.organisation_id == bindparam("of_organisation")
    if dialect == "postgresql":
        # A difference of sets takes time in proportion, whatever is known about the tables.
        rest = except_(
            select(id_.label("id")).where(own, *conditions),
            select(same).where(other.c.organisation_id == bindparam("of_organisation"), *others),
        ).subquery()
        return select(plain(rest.c.id, dialect)).limit(1)
    # SQLite looks each one up, without keeping them all.
    is_there = select(1).where(other.c.organisation_id == table.c.organisation_id, same == id_, *others)
    return select(plain(id_, dialect)).where(own, *conditions, ~is_there.exists()).limit(1)


@cache
def erased(dialect: str) -> Select[Any]:
    """Return how to find which of the `ids` were erased: by an executed order, and said in the ledger."""
    row, order = table_of(ErasedRow), table_of(ErasureOrder)
    executed = select(1).where(
        order.c.organisation_id == row.c.organisation_id,
        order.c.id == row.c.order_id,
        order.c.executed_at.is_not(None),
    )
    told = select(1).where(
        _ENTRY.c.organisation_id == row.c.organisation_id,
        _ENTRY.c.entity_id == row.c.entity_id,
        _ENTRY.c.kind == "erased/1",
    )
    return select(plain(row.c.entity_id, dialect)).where(
        row.c.organisation_id == bindparam("of_organisation"),
        one_of(row.c.entity_id, dialect),
        executed.exists(),
        told.exists(),
    )


@cache
def duplicates(dialect: str) -> Select[Any]:
    """Return how to find an entry about the same thing as another; the database has a key against it."""
    return (
        select(func.max(_ENTRY.c.seq), _ENTRY.c.kind, plain(_ENTRY.c.entity_id, dialect))
        .where(_ENTRY.c.organisation_id == bindparam("of_organisation"))
        .group_by(_ENTRY.c.entity_id, _ENTRY.c.kind)
        .having(func.count() > 1)
        .order_by(func.max(_ENTRY.c.seq))
        .limit(1)
    )


def _key(kind: str) -> ColumnElement[Any]:
    table = table_of(TABLES[kind])
    return table.c.entity_id if kind == "erased/1" else table.c.id


def _step_taken(kind: str) -> tuple[ColumnElement[bool], ...]:
    step = _STEPS.get(kind)
    return (table_of(ErasureOrder).c[step].is_not(None),) if step else ()


def _what_it_is_about() -> dict[str, ColumnElement[Any]]:
    own, thread = table_of(Assessment), table_of(Thread)

    def at(kind: type[SQLModel], name: str, id_: ColumnElement[Any]) -> ColumnElement[Any]:
        table = table_of(kind)
        return (
            select(table.c[name])
            .where(table.c.organisation_id == own.c.organisation_id, table.c.id == id_)
            .correlate(own, thread)
            .scalar_subquery()
        )

    def through_thread(kind: type[SQLModel], column: ColumnElement[Any]) -> ColumnElement[Any]:
        return (
            select(at(kind, "reference", column))
            .where(thread.c.organisation_id == own.c.organisation_id, thread.c.id == own.c.thread_id)
            .correlate(own)
            .scalar_subquery()
        )

    return {
        "case_reference": at(Case, "reference", own.c.case_id),
        "participant_reference": through_thread(Participant, thread.c.participant_id),
        "concern_reference": through_thread(Concern, thread.c.concern_id),
        "held_at": at(Conversation, "held_at", own.c.conversation_id),
    }


def plain(column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Return a column in plain form: ids as 32 digits, moments as the canonical form has them."""
    match column.type:
        case Uuid() if dialect == "postgresql":
            return func.replace(cast(column, String), "-", "", type_=NullType())
        case UtcDateTime() | DateTime() if dialect == "postgresql":
            return func.to_char(
                func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', type_=NullType()
            )
        case UtcDateTime() | DateTime():
            moment = func.replace(type_coerce(column, String), " ", "T", type_=String())
            return type_coerce(moment + "Z", NullType())
        case _:
            return type_coerce(column, NullType())


def fetch(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> list[Any]:
    """Return the rows as the driver gives them: nothing is converted, so nothing is made up either."""
    result = connection.execute(statement, values)
    try:
        return list(result.cursor.fetchall())
    finally:
        result.close()

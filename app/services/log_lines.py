"""Read the access log and its seals as they are hashed: lines of plain text."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from app.domain.ledger import LOG_FORM
from app.models.access_log import AccessedClient, AccessEvent, AccessSeal
from app.models.base import table_of
from app.services.plain_rows import fetch, one_of, plain

_EVENT, _CLIENT = table_of(AccessEvent), table_of(AccessedClient)
_PAGE = 2000
_BELOW_ALL = -(2**62)

LogLine = tuple[int, str, int, bytes]
"""Number, moment, how many rows it stands for, and the bytes that are hashed."""


@cache
def _events(dialect: str) -> Select[Any]:
    return (
        select(
            _EVENT.c.number,
            *(_as_text(_EVENT.c[name], dialect).label(f"f_{name}") for name in LOG_FORM),
        )
        .where(
            _EVENT.c.organisation_id == bindparam("of_organisation"),
            _EVENT.c.number > bindparam("after"),
        )
        .order_by(_EVENT.c.number)
        .limit(_PAGE)
    )


@cache
def _clients(dialect: str) -> Select[Any]:
    return (
        select(plain(_CLIENT.c.event_id, dialect), plain(_CLIENT.c.case_id, dialect))
        .where(_CLIENT.c.organisation_id == bindparam("of_organisation"), one_of(_CLIENT.c.event_id, dialect))
        .order_by(_CLIENT.c.event_id, _CLIENT.c.case_id)
    )


@cache
def seals(dialect: str) -> Select[Any]:
    """Return how to read the seals in the order of what they cover."""
    seal = table_of(AccessSeal)
    columns = ("id", "first_number", "last_number", "count", "until", "digest")
    return (
        select(*(plain(seal.c[name], dialect).label(f"f_{name}") for name in columns))
        .where(
            seal.c.organisation_id == bindparam("of_organisation"),
            seal.c.first_number > bindparam("after"),
        )
        .order_by(seal.c.first_number)
        .limit(bindparam("at_most"))
    )


def log_lines(connection: Connection, own: Mapping[str, Any], after: int = _BELOW_ALL) -> Iterator[LogLine]:
    """Yield the lines of the access log with a higher number, in order, as a seal hashes them.

    `own` names the organisation, as `of_organisation`.
    """
    dialect = connection.dialect.name
    id_, recorded_at = 1 + LOG_FORM.index("id"), 1 + LOG_FORM.index("recorded_at")
    while page := fetch(connection, _events(dialect), {**own, "after": after}):
        shown: dict[str, list[str]] = {}
        ids = {**own, "ids": [row[id_] for row in page]}
        for event_id, case_id in fetch(connection, _clients(dialect), ids):
            shown.setdefault(event_id, []).append(case_id)
        for row in page:
            cases = shown.get(row[id_], ())
            line = to_json([*row[1:], *cases], bytes_mode="hex")
            yield row[0], row[recorded_at], 1 + len(cases), line + b"\n"
        after = page[-1][0]


def _as_text(column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    match column.type:
        case Boolean() if dialect == "sqlite":
            number = type_coerce(column, Integer)
            words = case((number == 0, "false"), (number == 1, "true"), else_=cast(number, String))
            return type_coerce(words, NullType())
        case Boolean() | BigInteger():
            return cast(column, String)
        case _:
            return plain(column, dialect)

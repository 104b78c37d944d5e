"""Verify the access log against its seals. The seals themselves are verified with the ledger."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.access_log import LOG_YEARS
from app.domain.years import years_after
from app.models.access_log import AccessedClient, AccessEvent, AccessSeal
from app.models.base import table_of
from app.services.log_lines import LogLine, log_lines, seals
from app.services.plain_rows import fetch, missing

_EVENT, _CLIENT, _SEAL = table_of(AccessEvent), table_of(AccessedClient), table_of(AccessSeal)
_PAGE = 1000
_TOLD_EVERY = 4000


class LogFault(Exception):
    """The log is not what was sealed; the message says which seal, and `kind` and `id` name the row."""

    def __init__(self, sentence: str, kind: str, id_: str) -> None:
        super().__init__(sentence)
        self.kind, self.id = kind, id_


def verify_log(connection: Connection, own: Mapping[str, Any], now: datetime) -> Iterator[tuple[int, int]]:
    """Compare every sealed line with its seal; yield now and then how many rows and lines were done.

    Raises `LogFault`. A seal from before the time the log is kept may have lost its lines: all of them
    or none. Lines that no seal covers yet are counted and nothing more.
    """
    last = rows = lines = 0
    log = log_lines(connection, own)
    line = next(log, None)
    for id_, first, until_number, count, until, digest in _seals(connection, own):
        named = f"The seal {id_} of the access log, over the lines {first} to {until_number},"
        if first != last + 1 or until_number < first:
            raise LogFault(f"{named} does not follow the seal before it, which ends at {last}.", *_seal(id_))
        whole, found, newest = hashlib.sha256(), 0, ""
        while line is not None and line[0] <= until_number:
            whole.update(line[3])
            newest = max(newest, line[1])
            found, rows, lines = found + 1, rows + line[2], lines + 1
            line = next(log, None)
            if lines >= _TOLD_EVERY:
                yield rows, lines
                rows = lines = 0
        last = until_number
        if not found and years_after(datetime.fromisoformat(until), LOG_YEARS) <= now:
            continue
        if found != count:
            raise LogFault(f"{named} counted {count} lines, and now there are {found}.", *_seal(id_))
        if whole.hexdigest() != digest or newest != until:
            raise LogFault(f"{named} does not fit: a line was changed.", *_seal(id_))
    rest = _rest(line, log)
    yield rows + rest[0], lines + rest[1]
    astray = missing((_CLIENT, _CLIENT.c.event_id), (_EVENT, _EVENT.c.id), connection.dialect.name)
    for [id_] in fetch(connection, astray, own):
        raise LogFault(
            f"The access log names a client for the line {id_}, which is not there.",
            "accessed_client",
            str(id_),
        )


def _seal(id_: str) -> tuple[str, str]:
    return _SEAL.name, id_


def _seals(connection: Connection, own: Mapping[str, Any]) -> Iterator[Any]:
    after, statement = -(2**62), seals(connection.dialect.name)
    while page := fetch(connection, statement, {**own, "after": after, "at_most": _PAGE}):
        yield from page
        after = page[-1][1]


def _rest(line: LogLine | None, log: Iterator[LogLine]) -> tuple[int, int]:
    rows = lines = 0
    while line is not None:
        rows, lines = rows + line[2], lines + 1
        line = next(log, None)
    return rows, lines

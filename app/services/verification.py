"""Verify the chain of one organisation against its rows, its log and its checkpoints."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select
from sqlmodel import Session

from app.domain.ledger import NOTHING_BEFORE, SALTED, commitment, link
from app.models.access_log import AccessEvent
from app.models.base import table_of
from app.models.ledger import LedgerEntry, LedgerHead
from app.services.checkpoints import Checkpoint
from app.services.log_verification import LogFault, verify_log
from app.services.plain_rows import TABLES, duplicates, entries, erased, fetch, source, without_entry
from app.services.work import organisation_of

_PAGE = 1000
_ENTRY, _HEAD = table_of(LedgerEntry), table_of(LedgerHead)
_OWN: BindParameter[Any] = bindparam("of_organisation")
_READ_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.organisation_id == _OWN)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong: the place in the chain, the row, and a sentence with both in it."""

    seq: int | None
    kind: str | None
    id: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries and rows were checked, and what was wrong, if anything."""

    entries: int
    rows: int
    fault: Fault | None


Progress = Callable[[int], None]


def verify(
    session: Session,
    checkpoints: Sequence[Checkpoint],
    now: datetime,
    progress: Progress = lambda _: None,
) -> Verdict:
    """Verify everything the organisation of this session has recorded, in the order of recording.

    Read the checkpoints before the transaction begins: one that is written meanwhile would lie beyond
    what the transaction sees. `progress` is told how many entries and lines of the log were done; see
    `size`. Memory does not grow with the ledger.
    """
    walk = _Walk(session.connection(), organisation_of(session), checkpoints, progress)
    fault = None
    try:
        walk.chain()
        walk.end()
        walk.rows_without_entry()
        for rows, done in verify_log(walk.connection, walk.own, now):
            walk.rows += rows
            progress(done)
    except _Found as found:
        fault = found.fault
    except LogFault as found:
        fault = Fault(None, found.kind, found.id, str(found))
    return Verdict(walk.entries, walk.rows, fault)


def size(session: Session) -> int:
    """Return how much there is to verify, for a progress bar."""
    own = organisation_of(session)
    return sum(
        session.connection()
        .execute(select(func.count()).select_from(table).where(table.c.organisation_id == own))
        .scalar_one()
        for table in (_ENTRY, table_of(AccessEvent))
    )


class _Found(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


def _wrong(sentence: str, seq: int | None = None, kind: str | None = None, id_: str | None = None) -> _Found:
    return _Found(Fault(seq, kind, id_, sentence))


class _Walk:
    """One verification under way: how far it is, and the hash it got there with."""

    def __init__(
        self,
        connection: Connection,
        organisation_id: Any,  # noqa: ANN401 - an id
        checkpoints: Sequence[Checkpoint],
        progress: Progress,
    ) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self.organisation: str = organisation_id.hex
        self.own: dict[str, Any] = {"of_organisation": organisation_id}
        self.checkpoints: dict[int, list[Checkpoint]] = {}
        for checkpoint in checkpoints:
            self.checkpoints.setdefault(checkpoint.seq, []).append(checkpoint)
        self.progress = progress
        self.entries = self.rows = 0
        self.seq, self.hash, self.recorded_at = 0, NOTHING_BEFORE, ""

    def chain(self) -> None:
        """Go along the chain: each entry fits the one before it, its row, and its checkpoint."""
        self._lies_on_the_chain()
        values = {**self.own, "after": -(2**31), "at_most": _PAGE}
        while page := fetch(self.connection, entries(self.dialect), values):
            rows = _Rows(self.connection, self.own, page)
            for entry in page:
                self._next(entry)
                self.rows += rows.check(entry)
                self._lies_on_the_chain()
            values["after"] = page[-1][0]
            self.entries += len(page)
            self.progress(len(page))

    def end(self) -> None:
        """Compare the end of the chain with what the head and the checkpoints say."""
        head = next(iter(fetch(self.connection, _READ_HEAD, self.own)), (0, NOTHING_BEFORE))
        if tuple(head) != (self.seq, self.hash):
            first_bad = self.seq if head[0] == self.seq else min(head[0], self.seq) + 1
            raise _wrong(
                f"Entry {first_bad} is not as it should be: the chain ends at entry {self.seq}, and its head "
                f"says that it ends at entry {head[0]}, with another hash.",
                first_bad,
            )
        beyond = min((seq for seq in self.checkpoints if seq > self.seq), default=None)
        if beyond is not None:
            [checkpoint, *_] = self.checkpoints[beyond]
            raise _wrong(
                f"The chain ends at entry {self.seq}, but on {checkpoint.time} it had entry {beyond} (line "
                f"{checkpoint.line} of the checkpoints): the newest entries were removed.",
                self.seq + 1,
            )

    def rows_without_entry(self) -> None:
        """Look for rows that never went through the ledger, and for entries about the same thing."""
        for kind, table in TABLES.items():
            for [id_] in fetch(self.connection, without_entry(kind, self.dialect), self.own):
                name = table_of(table).name
                raise _wrong(f"The {name} {id_} has no entry '{kind}' in the ledger.", None, name, id_)
        for seq, kind, id_ in fetch(self.connection, duplicates(self.dialect), self.own):
            name = table_of(TABLES[kind]).name
            raise _wrong(f"Entry {seq} is about the {name} {id_}, as an earlier entry is.", seq, name, id_)

    def _next(self, entry: Sequence[Any]) -> None:
        seq, kind, entity, recorded_at, actor, committed, previous, hash_ = entry
        if seq != self.seq + 1:
            missing = self.seq + 1
            raise _wrong(f"Entry {missing} is missing: after {self.seq} comes {seq}.", missing)
        if kind not in TABLES:
            raise _wrong(f"Entry {seq} is of a kind that does not exist.", seq)
        if previous != self.hash:
            raise _wrong(f"{_place(entry)} does not build on entry {self.seq}.", *_named(entry))
        try:
            fits = hash_ == link(
                self.organisation, seq, kind, entity, recorded_at, actor or "", committed, previous
            )
        except (TypeError, UnicodeError):
            fits = False
        if not fits:
            raise _wrong(f"{_place(entry)} was changed: its hash does not fit.", *_named(entry))
        if recorded_at < self.recorded_at:
            raise _wrong(f"{_place(entry)} was recorded before entry {self.seq}.", *_named(entry))
        self.seq, self.hash, self.recorded_at = seq, hash_, recorded_at

    def _lies_on_the_chain(self) -> None:
        for checkpoint in self.checkpoints.get(self.seq, ()):
            if checkpoint.hash != self.hash:
                raise _wrong(
                    f"Entry {self.seq} or one before it is not what it was on {checkpoint.time}: the chain "
                    f"has another hash than line {checkpoint.line} of the checkpoints.",
                    self.seq,
                )


def _named(entry: Sequence[Any]) -> tuple[int, str, str]:
    seq, kind, entity, *_ = entry
    return seq, table_of(TABLES[kind]).name, entity


def _place(entry: Sequence[Any]) -> str:
    seq, name, id_ = _named(entry)
    return f"Entry {seq}, of the {name} {id_},"


class _Rows:
    """The rows behind one page of entries, as they stand in the database."""

    def __init__(self, connection: Connection, own: Mapping[str, Any], page: Sequence[Sequence[Any]]) -> None:
        dialect = connection.dialect.name
        ids: dict[str, list[Any]] = {}
        for entry in page:
            ids.setdefault(entry[1], []).append(entry[2])
        self._sources = {kind: source(kind, dialect) for kind in ids if kind in TABLES}
        self._found = {
            kind: {row[0]: row for row in fetch(connection, read.statement, {**own, "ids": ids[kind]})}
            for kind, read in self._sources.items()
        }
        salted = [id_ for kind in SALTED for id_ in ids.get(kind, ())]
        looked_up = fetch(connection, erased(dialect), {**own, "ids": salted}) if salted else ()
        self._erased = {id_ for [id_] in looked_up}

    def check(self, entry: Sequence[Any]) -> int:
        """Check that the row of an entry is there and as it was, or was erased; return how many rows."""
        seq, kind, entity, _, _, committed, _, _ = entry
        row = self._found[kind].get(entity)
        name = table_of(TABLES[kind]).name
        if row is None:
            if kind in SALTED and entity in self._erased:
                return 0
            raise _wrong(f"The {name} {entity} of entry {seq} is gone, and was not erased.", *_named(entry))
        if kind in SALTED and entity in self._erased:
            raise _wrong(f"The {name} {entity} of entry {seq} was erased, yet it is there.", *_named(entry))
        try:
            salt = row[1] if kind in SALTED else b""
            fits = commitment(salt, self._sources[kind].content(row)) == committed
        except (TypeError, ValueError, KeyError):
            fits = False
        if not fits:
            raise _wrong(f"The {name} {entity} is not what entry {seq} says was recorded.", *_named(entry))
        return 1

"""R18: whoever has the database and no signing key cannot change what is older than a checkpoint."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.database import Database
from app.domain.ledger import commitment, link
from app.knowledge import Knowledge
from app.services.checkpoints import Checkpoint
from app.services.plain_rows import fetch, source
from app.services.verification import Fault
from tests.reliability.recorded import Recorder, some_history, superuser, undone
from tests.reliability.volume import report, volume
from tests.support import People

FORGERIES = volume(100, 1000)
SEED = 20261121

Row = dict[str, Any]


class Forger:
    """A superuser with a plan. Each forgery says by which ids or places in the chain it may be found."""

    def __init__(self, connection: Connection, dice: random.Random) -> None:
        self.connection, self.dice = connection, dice

    def rows(self, table: str) -> list[Row]:
        found = self.connection.execute(text(f'SELECT * FROM "{table}"'))
        rows = [{**row._mapping} for row in found]
        return sorted(rows, key=lambda row: str([*row.values()]))

    def run(self, statement: str, **values: Any) -> None:
        assert self.connection.execute(text(statement), values).rowcount == 1

    def change(self) -> set[str]:
        """Change one field of one row, so that it is another value."""
        table, row = self.pick()
        name = self.dice.choice([*row])
        value = self.another(name, row[name])
        where, keys = self.where(table, row)
        self.run(f'UPDATE "{table}" SET {name} = :value WHERE {where}', value=value, **keys)
        if row in self.rows(table):
            # PostgreSQL leaves out spaces for which a column has no room: then nothing was forged.
            raise IndexError
        return self.suspects(table, row) | self.suspects(table, row | {name: value})

    def delete(self) -> set[str]:
        table, row = self.pick()
        where, keys = self.where(table, row)
        self.run(f'DELETE FROM "{table}" WHERE {where}', **keys)
        return self.suspects(table, row)

    def insert(self) -> set[str]:
        """Copy a row, with another id, to where it could have been."""
        table, row = self.pick()
        row = dict(row)
        for name in {"accessed_client": ["case_id"], "ledger_entry": ["entity_id"]}.get(table, ["id"]):
            row[name] = self.id()
        for name in {"seq", "number", "first_number"} & row.keys():
            row[name] = -self.dice.randrange(1000)
        if "supersedes_id" in row:
            row |= {"supersedes_id": None, "reason": None, "retracted": row["retracted"] and False}
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        self.run(f'INSERT INTO "{table}" ({names}) VALUES ({values})', **row)
        return self.suspects(table, row) | {"1"}

    def swap(self) -> set[str]:
        """Let two rows change places in one field."""
        table, one = self.pick()
        _, other = self.pick(table)
        names = [name for name in one if one[name] != other[name] and name not in _KEYS]
        name = self.dice.choice(names)
        for row, value in ((one, other[name]), (other, one[name])):
            where, keys = self.where(table, row)
            self.run(f'UPDATE "{table}" SET {name} = :value WHERE {where}', value=value, **keys)
        return self.suspects(table, one) | self.suspects(table, other)

    def swap_people(self) -> set[str]:
        """Let two participants, of one case or of two, change names."""
        one, other = self.dice.sample(self.rows("participant"), 2)
        if one["reference"] == other["reference"]:
            raise IndexError
        rename = "UPDATE participant SET reference = :name WHERE id = :id"
        for id_, name in (
            (one["id"], "in between"),
            (other["id"], one["reference"]),
            (one["id"], other["reference"]),
        ):
            self.run(rename, id=id_, name=name)
        threads = {
            thread["id"]
            for thread in self.rows("thread")
            if thread["participant_id"] in {one["id"], other["id"]}
        }
        return {plain(row["id"]) for row in self.rows("assessment") if row["thread_id"] in threads}

    def rebuild(self) -> set[str]:
        """Change an answer and hash everything behind it again, as somebody with the program can."""
        entries = sorted(self.rows("ledger_entry"), key=lambda row: row["seq"])
        chosen = self.dice.choice([row for row in entries if row["kind"] == "assessment/1"])
        self.run("UPDATE assessment SET note = 'forged' WHERE id = :id", id=chosen["entity_id"])
        own = {"of_organisation": UUID(str(chosen["organisation_id"]))}
        dialect = self.connection.dialect.name
        read = source("assessment/1", dialect)
        [row] = fetch(self.connection, read.statement, {**own, "ids": [plain(chosen["entity_id"])]})
        chosen["commitment"] = commitment(row[1], read.content(row))
        before = entries[entries.index(chosen)]["previous_hash"]
        for entry in entries[entries.index(chosen) :]:
            moment = entry["recorded_at"]
            entry["previous_hash"] = before
            before = link(
                plain(entry["organisation_id"]),
                entry["seq"],
                entry["kind"],
                plain(entry["entity_id"]),
                moment_of(moment),
                plain(entry["actor_id"]) if entry["actor_id"] else "",
                entry["commitment"],
                before,
            )
            self.run(
                "UPDATE ledger_entry SET commitment = :commitment, previous_hash = :previous, hash = :hash "
                "WHERE seq = :seq",
                commitment=entry["commitment"],
                previous=entry["previous_hash"],
                hash=before,
                seq=entry["seq"],
            )
        self.run("UPDATE ledger_head SET hash = :hash", hash=before)
        return {str(seq) for seq in range(chosen["seq"], entries[-1]["seq"] + 1)}

    def cut(self) -> set[str]:
        """Remove the newest entries with their rows, and let the head end before them."""
        entries = sorted(self.rows("ledger_entry"), key=lambda row: row["seq"])
        last = self.dice.randrange(1, len(entries))
        for entry in entries[last:]:
            table = entry["kind"].partition("/")[0]
            self.run(f'DELETE FROM "{table}" WHERE id = :id', id=entry["entity_id"])
            self.run("DELETE FROM ledger_entry WHERE seq = :seq", seq=entry["seq"])
        self.run(
            "UPDATE ledger_head SET seq = :seq, hash = :hash",
            seq=last,
            hash=entries[last - 1]["hash"],
        )
        # What no seal covers any more goes as well.
        sealed = max((row["last_number"] for row in self.rows("access_seal")), default=0)
        self.connection.execute(
            text(
                "DELETE FROM accessed_client WHERE event_id IN "
                "(SELECT id FROM access_event WHERE number > :sealed)"
            ),
            {"sealed": sealed},
        )
        self.connection.execute(text("DELETE FROM access_event WHERE number > :sealed"), {"sealed": sealed})
        return {str(last + 1)}

    # ------------------------------------------------------------ helpers

    def pick(self, table: str | None = None) -> tuple[str, Row]:
        table = table or self.dice.choice(_TABLES)
        return table, self.dice.choice(self.rows(table))

    def id(self) -> Any:
        made = UUID(int=self.dice.getrandbits(128), version=4)
        return made.hex if self.connection.dialect.name == "sqlite" else made

    def another(self, name: str, value: Any) -> Any:
        """Return another value that could stand in this column."""
        if isinstance(value, str) and (name.endswith("_at") or name == "until"):
            return value.replace("2026", "2025")
        if name in {"emergency", "retracted", "provisional"}:
            return type(value)(not value)
        if name.endswith("id") and name != "request_id":
            return self.id()
        if value is None:
            return self.dice.randrange(11) if name in _SCALES else "forged"
        return self.other(value)

    def other(self, value: Any) -> Any:
        match value:
            case int():
                return value + self.dice.choice([-1, 1, 500])
            case bytes():
                at = self.dice.randrange(len(value))
                return value[:at] + bytes([value[at] ^ 1 << self.dice.randrange(8)]) + value[at + 1 :]
            case datetime():
                return value + timedelta(microseconds=self.dice.choice([1, 10**9]))
            case _:
                return self.dice.choice([value + " ", value[:-1] or "x", value + "\u0301", "forged", "no"])

    def where(self, table: str, row: Row) -> tuple[str, Row]:
        keys = {"accessed_client": ("event_id", "case_id"), "ledger_entry": ("seq",)}.get(table, ("id",))
        return " AND ".join(f"{key} = :old_{key}" for key in keys), {f"old_{key}": row[key] for key in keys}

    def suspects(self, table: str, row: Row) -> set[str]:
        """Return what a fault about this row may name: its id, its place, or the seal over it."""
        if table == "ledger_entry":
            return {str(row["seq"]), str(row["seq"] + 1)}
        if table in {"access_event", "accessed_client"}:
            # Every seal is over the lines of one case here, so any of them says where to look.
            return {plain(seal["id"]) for seal in self.rows("access_seal")} | {plain(row.get("event_id"))}
        return {plain(row["id"])}


_TABLES = (
    "ledger_entry",
    "assessment",
    "access_event",
    "accessed_client",
    "access_seal",
    "statement",
    "case_event",
)
_SCALES = ("progress", "confidence", "willingness")
_KEYS = ("organisation_id", "id", "seq", "number", "first_number", "event_id")


def plain(id_: Any) -> str:
    return str(id_).replace("-", "")


def moment_of(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value).replace(" ", "T") + "Z"


DEEDS: tuple[Callable[[Forger], set[str]], ...] = (
    Forger.change,
    Forger.change,
    Forger.change,
    Forger.delete,
    Forger.insert,
    Forger.swap,
    Forger.swap_people,
    Forger.rebuild,
    Forger.cut,
)


@pytest.fixture
def scene(
    database: Database, people: People, knowledge: Knowledge
) -> Iterator[tuple[Recorder, list[Checkpoint], Connection]]:
    recorder = Recorder(database, people, knowledge)
    checkpoints = some_history(recorder)
    with superuser(database) as connection:
        yield recorder, checkpoints, connection


@pytest.mark.timeout(1800)
def test_every_forgery_before_a_checkpoint_is_found(
    scene: tuple[Recorder, list[Checkpoint], Connection],
) -> None:
    recorder, checkpoints, connection = scene
    assert recorder.verify(checkpoints, connection).fault is None
    tried = number = 0
    done: set[str] = set()
    while tried < FORGERIES:
        number += 1
        seed = f"{SEED}-{number}"
        print(f"seed {seed}")  # noqa: T201 - shown when it fails
        dice = random.Random(seed)  # noqa: S311 - repeatable
        deed = dice.choice(DEEDS)
        with undone(connection):
            try:
                suspects = deed(Forger(connection, dice))
            except (DBAPIError, IndexError):
                # The database itself refused, or there was nothing to choose from.
                continue
            fault = recorder.verify(checkpoints, connection).fault
        assert fault is not None, f"not found: {seed}, {deed.__name__}"
        assert names(fault) & suspects, f"{seed}, {deed.__name__}: {fault}"
        done.add(deed.__name__)
        tried += 1
    assert done == {deed.__name__ for deed in DEEDS}
    assert recorder.verify(checkpoints, connection).fault is None
    report(
        "R18",
        "forgeries by somebody with full control, older than the newest checkpoint",
        "embedded" if recorder.database.is_embedded else "postgresql",
        figure=f"{tried} forgeries: all found, each with its entry, row or seal named",
        passes="all found",
        control="without checkpoints a cut tail and a rebuilt chain are missed",
    )


def names(fault: Fault) -> set[str]:
    return {str(fault.seq), str(fault.id)}


def test_without_checkpoints_a_cut_tail_and_a_rebuilt_chain_are_missed(
    scene: tuple[Recorder, list[Checkpoint], Connection],
) -> None:
    recorder, checkpoints, connection = scene
    for number in range(5):
        for deed in (Forger.cut, Forger.rebuild):
            with undone(connection):
                deed(Forger(connection, random.Random(number)))  # noqa: S311 - repeatable
                assert recorder.verify([], connection).fault is None
                assert recorder.verify(checkpoints, connection).fault is not None

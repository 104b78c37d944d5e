"""R19: what was erased is nowhere any more. The search is tried on what is there, and on a bad setting.

An encrypted file hides remnants, so the embedded database is searched on a file without a key: the
same program with the same settings, and SQLCipher leaves the pages as they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2
from fastapi import FastAPI

from app.access import Surroundings
from app.database import Database, open_database
from app.database.schema import migrate
from app.knowledge import Knowledge
from app.main import create_app
from app.settings import Settings
from app.trust import TrustFolder
from tests.api.test_erasures import erase
from tests.promises.world import all_rows
from tests.reliability.volume import report, volume
from tests.support import Caller, Clock, People, answers, make_people

CANARIES = volume(50, 1000)
MARK = "kanarie"
REAL_CONNECT = sqlcipher3.dbapi2.connect
PER_ROUND = 9


class Plain(sqlcipher3.dbapi2.Connection):  # type: ignore[misc]  # the driver has no types
    """A connection without a key, so that its file can be read by anybody."""

    secure_delete = True

    def execute(self, statement: str, *parameters: Any) -> Any:
        """Leave out the key, and in the control what wipes."""
        if statement.startswith("PRAGMA key"):
            return self.cursor()
        if statement == "PRAGMA secure_delete=ON" and not self.secure_delete:
            statement = "PRAGMA secure_delete=OFF"
        return super().execute(statement, *parameters)


class Careless(Plain):
    """The same, with the default of the driver: deleted bytes stay."""

    secure_delete = False


class Canaries:
    """Words that stand nowhere else."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self) -> str:
        self.made.append(f"{MARK}-{len(self.made):05}-x")
        return self.made[-1]

    def found_in(self, content: bytes) -> set[str]:
        """Return which of them stand in some bytes."""
        return {one for one in self.made if one.encode() in content}


@contextmanager
def application_on(
    database: Database, knowledge: Knowledge, clock: Clock, trust: Path
) -> Iterator[dict[str, Caller]]:
    """Yield the whole cast in front of the real application."""
    people: People = make_people(database, "first")
    app: FastAPI = create_app()
    app.state.surroundings = Surroundings(database, knowledge, clock, trust=TrustFolder(trust))
    yield {name: Caller(app, token) for name, token in people.tokens.items()}


def fill(callers: dict[str, Caller], clock: Clock) -> Canaries:
    """Put a canary in every text and reference of one file, between the rows of another."""
    new, anna, petra = Canaries(), callers["anna"], callers["petra"]
    case = {"reference": new()}
    for turn in range(max(1, CANARIES // PER_ROUND)):
        clock.forward(minutes=5)
        recorded = anna.post(
            "/v1/assessments",
            {
                "case": case,
                "participant": {"reference": new()},
                "concern": {"reference": new(), "wording": new()},
                "answers": answers("yyn"),
                "own_words": {
                    "problem": new(),
                    "help_request": new(),
                    "share_in_solution": f"{new()} {'lang ' * 300}",
                },
                "judged_type": "visitor",
                "judged_reason": new(),
                "note": new(),
            },
            headers={"Idempotency-Key": f"recorded-{turn:05}"},
        )
        assert recorded.status_code == 201, recorded.text
        anna.record(case={"reference": "stays"}, note=f"Turn {turn}")
    path = f"/v1/assessments/{recorded.json()['id']}"
    case_id = recorded.json()["case_id"]
    case_path = f"/v1/cases/{case_id}"
    any_version = {"If-Match": "*"}
    for response in (
        anna.post(f"{path}/statements", {"text": new()}),
        anna.post(f"{path}/advice-uses", {"entry_id": "com-st-01", "use": "declined", "reason": new()}),
        anna.post("/v1/reflections", {"prompt_id": "perspective", "text": new(), "case_id": case_id}),
        anna.post("/v1/reflections", {"prompt_id": "closer", "text": new(), "case_id": case_id}),
        anna.post(f"{path}/corrections", {"answers": answers("nnn"), "reason": new()}, headers=any_version),
        anna.patch(case_path, {"status": "closed", "closing_answer": new()}, headers=any_version),
        petra.get(f"/v1/clients/{case['reference']}/export"),
    ):
        assert response.status_code in (200, 201), response.text
    return new


def everything_on_disk(*folders: Path) -> bytes:
    """Return all bytes of all files in some folders."""
    return b"".join(
        path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()
    )


def everything_that_goes_out(callers: dict[str, Caller]) -> bytes:
    """Return what can be asked for after an erasure."""
    paths = ("/v1/clients", "/v1/clients/stays/export", "/v1/erasure-orders", "/v1/reports/retention")
    found = [callers["petra"].get(path) for path in paths]
    found += [callers["anna"].get(path) for path in ("/v1/assessments", "/v1/cases", "/v1/transitions")]
    assert {one.status_code for one in found} == {200}
    return b"".join(one.content for one in found)


def plain_database(monkeypatch: pytest.MonkeyPatch, folder: Path, kind: type[Plain]) -> Database:
    """Make an embedded database without a key."""
    monkeypatch.setattr(
        "app.database.engine.sqlcipher3.dbapi2.connect",
        lambda path, **options: REAL_CONNECT(path, factory=kind, **options),
    )
    database = open_database(Settings(data_dir=folder))
    migrate(database)
    return database


@pytest.mark.parametrize("kind", [Plain, Careless])
def test_nothing_is_left_on_disk(
    kind: type[Plain],
    request: pytest.FixtureRequest,
    knowledge: Knowledge,
    clock: Clock,
    tmp_path: Path,
) -> None:
    capfd: pytest.CaptureFixture[str] = request.getfixturevalue("capfd")
    folder, trust = tmp_path / "data", tmp_path / "trust"
    database = plain_database(request.getfixturevalue("monkeypatch"), folder, kind)
    with application_on(database, knowledge, clock, trust) as callers:
        canaries = fill(callers, clock)
        assert everything_on_disk(folder)[:15] == b"SQLite format 3"
        assert canaries.found_in(everything_on_disk(folder)) == set(canaries.made), "the search works"
        assert (folder / "werkrelatie.db-wal").stat().st_size
        erase(callers, reference=canaries.made[0])
        assert not (folder / "werkrelatie.db-wal").stat().st_size
        left = canaries.found_in(everything_on_disk(folder, trust))
        if kind is Careless:
            assert len(left) > len(canaries.made) / 2, "the control: without wiping most of it stays"
        else:
            assert left == set()
            assert MARK.encode() not in everything_on_disk(folder, trust)
        assert MARK.encode() not in everything_that_goes_out(callers)
        log = capfd.readouterr()
        assert MARK not in log.out + log.err
    database.close()
    report(
        "R19",
        f"{'control: ' if kind is Careless else ''}search for what was erased: file, journal, exports, logs",
        "embedded",
        figure=f"{len(left)} of {len(canaries.made)} left",
        passes="most are left" if kind is Careless else "0 left",
        control="-" if kind is Careless else "secure_delete=OFF leaves most, see below",
    )


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_nothing_is_left_in_a_dump(
    database: Database, knowledge: Knowledge, clock: Clock, tmp_path: Path
) -> None:
    with application_on(database, knowledge, clock, tmp_path / "trust") as callers:
        canaries = fill(callers, clock)
        dump = repr(all_rows(database)).encode()
        assert canaries.found_in(dump) == set(canaries.made), "the search works"
        erase(callers, reference=canaries.made[0])
        dump = repr(all_rows(database)).encode() + everything_on_disk(tmp_path / "trust")
        assert MARK.encode() not in dump
        assert MARK.encode() not in everything_that_goes_out(callers)
        report(
            "R19",
            "search for what was erased in a dump, exports and the trust folder",
            "postgresql",
            figure=f"0 of {len(canaries.made)} left",
            passes="0 left",
        )

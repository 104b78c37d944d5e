"""What an erasure takes, what it leaves exactly as it was, and how it is done again after a restore."""

import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from app.database import Database, OrganisationSession, drop_remnants, open_database, transaction
from app.erasures import BadErasure, replay_erasures, sync_erasures
from app.knowledge import load_knowledge
from app.services.erasure import executed_orders, replay
from app.services.projections import rebuild, rules_of, thread_ids
from app.settings import Settings
from app.trust import ERASURES, TrustFolder
from app.upkeep import JOBS, Upkeep
from tests.api.test_erasures import asked, erase, granted, step
from tests.promises.world import all_rows
from tests.support import START, Caller, People, answers, as_role, server_database

OF_CLIENTS = (
    *("case", "case_event", "participant", "concern", "conversation", "thread"),
    *("assessment", "transition", "statement", "withholding", "second_opinion", "advice_use"),
)
"""The tables with something about a client in them; each row names its case."""

Rows = dict[str, list[tuple[Any, ...]]]


def fill(callers: dict[str, Caller], reference: str) -> dict[str, Any]:
    """Make a file with every kind of row, about a mother and a father; return one of its assessments."""
    anna, petra = callers["anna"], callers["petra"]
    case = {"reference": reference}
    first = anna.record(case=case, answers="yyn", note="Met at school.", held_at=START)
    path = f"/v1/assessments/{first['id']}"
    anna.record(case=case, answers="yyy", held_at=START - timedelta(days=1))
    anna.record(case=case, concern={"reference": "work"}, held_at=START - timedelta(days=2))
    father = anna.record(case=case, participant={"reference": "father"}, answers="nnn", held_at=START)
    anna.record(case=case, participant={"reference": "father"}, concern={"reference": "money"})
    correction = {"answers": answers("ynn"), "reason": "Misheard."}
    made = [
        anna.post(f"{path}/corrections", correction, headers={"If-Match": "*"}),
        anna.post(f"{path}/statements", {"text": "Not so."}),
        anna.post(f"/v1/assessments/{father['id']}/statements", {"text": "Well said."}),
        anna.post(f"{path}/advice-uses", {"entry_id": "com-st-01", "use": "accepted"}),
        anna.post(
            f"/v1/assessments/{father['id']}/advice-uses",
            {"entry_id": "vis-st-01", "use": "declined", "reason": "He was in a hurry."},
        ),
        petra.post(
            f"/v1/clients/{reference}/withholdings",
            {"entity_id": first["id"], "field": "note", "ground": "harm"},
        ),
    ]
    assert [one.status_code for one in made] == [201] * 6, [one.text for one in made]
    sam = next(one["id"] for one in anna.get("/v1/users").json()["items"] if one["name"] == "sam")
    for asked_on in (made[0].json(), father):
        path = f"/v1/assessments/{asked_on['id']}/second-opinions"
        assert anna.post(path, {"supervisor_id": sam}).status_code == 201
    return dict(first)


def about(rows: Rows, id_: str) -> Rows:
    """Return the rows about clients that name an id."""
    return {table: [row for row in rows[table] if UUID(id_) in row] for table in OF_CLIENTS}


def without(rows: Rows, id_: str) -> Rows:
    """Return the rows about clients that do not name an id."""
    return {table: [row for row in rows[table] if UUID(id_) not in row] for table in OF_CLIENTS}


@pytest.fixture
def files(callers: dict[str, Caller]) -> dict[str, dict[str, Any]]:
    """Two files that have everything."""
    return {reference: fill(callers, reference) for reference in ("gone", "stays")}


# ---------------------------------------------------------------- what it takes, and what it leaves


@pytest.mark.usefixtures("people")
def test_of_two_clients_one_goes_and_the_other_is_as_it_was(
    database: Database, callers: dict[str, Caller], files: dict[str, dict[str, Any]]
) -> None:
    gone, stays = (files[reference]["case_id"] for reference in ("gone", "stays"))
    before = all_rows(database)
    assert all(about(before, gone).values())
    counts = {one["kind"]: one["count"] for one in erase(callers, reference="gone")["erased"]}
    after = all_rows(database)
    assert not any(about(after, gone).values())
    assert without(after, gone) == without(before, gone) == about(before, stays)
    expected = {table: len(rows) for table, rows in about(before, gone).items()}
    assert {table: counts[table] for table in OF_CLIENTS} == expected
    for table in ("ledger_entry", "access_event", "accessed_client"):
        assert set(before[table]) <= set(after[table]), table
    salted = {
        row[1]
        for table in ("assessment", "case_event", "statement", "advice_use")
        for row in about(before, gone)[table]
    }
    assert {row[1] for row in after["erased_row"]} == salted


def test_the_projections_of_what_stays_can_still_be_made_again(
    database: Database, callers: dict[str, Caller], people: People, files: dict[str, dict[str, Any]]
) -> None:
    assert files
    erase(callers, reference="gone", participant="mother")
    before = all_rows(database)
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        rules = rules_of(session, load_knowledge().rulesets)
        found = thread_ids(session)
        for thread_id in found:
            rebuild(session, rules, thread_id)
    assert len(found) == 6
    assert all_rows(database) == before


def test_of_two_participants_one_goes_with_what_only_they_hold(
    database: Database, callers: dict[str, Caller], files: dict[str, dict[str, Any]]
) -> None:
    case_id, mother = files["gone"]["case_id"], files["gone"]["participant"]["id"]
    before = all_rows(database)
    threads = {row[1] for row in about(before, case_id)["thread"] if UUID(mother) in row}
    assert len(threads) == 2
    erase(callers, reference="gone", participant="mother")
    after = all_rows(database)
    assert without(after, case_id) == without(before, case_id)
    here, there = about(after, case_id), about(before, case_id)
    assert all(set(here[table]) <= set(there[table]) for table in OF_CLIENTS), "nothing is changed"
    assert [row[3] for row in here["participant"]] == ["father"]
    assert sorted(row[3] for row in here["concern"]) == ["money", "signing"]
    assert len(there["conversation"]) - len(here["conversation"]) == 2
    assert {row[1] for row in there["thread"]} - {row[1] for row in here["thread"]} == threads
    assert here["assessment"] == [row for row in there["assessment"] if not threads & set(row)]
    assert len(here["statement"]) == len(here["advice_use"]) == 1
    assert here["withholding"] == []
    assert here["case_event"] == there["case_event"]
    erase(callers, reference="gone", participant="father")
    erase(callers, reference="gone")
    assert not any(about(all_rows(database), case_id).values())


def test_erasing_what_was_erased_meanwhile_takes_nothing(
    callers: dict[str, Caller], files: dict[str, dict[str, Any]]
) -> None:
    assert files
    again = granted(callers, reference="gone")
    erase(callers, reference="gone")
    assert step(callers["aad"], again, "executions").json()["erased"] == []


# ---------------------------------------------------------------- what stays forbidden

FORBIDDEN = {
    "an assessment of another case": "DELETE FROM assessment",
    "an event of another case": "DELETE FROM case_event",
    "a statement of another case": "DELETE FROM statement",
    "a withholding of another case": "DELETE FROM withholding WHERE case_id = '{stays}'",
    "what happened to a case that lost a participant": "DELETE FROM case_event WHERE case_id = '{partly}'",
    "what others said there": "DELETE FROM assessment WHERE case_id = '{partly}'",
    "what others state there": "DELETE FROM statement WHERE case_id = '{partly}'",
    "a change": "UPDATE assessment SET note = 'changed'",
    "a change of a statement": "UPDATE statement SET text = 'changed'",
    "the order": "DELETE FROM erasure_order",
    "taking the order back": "UPDATE erasure_order SET executed_at = NULL, executed_by_id = NULL",
    "another case in the order": "UPDATE erasure_order SET case_id = '{stays}'",
    "the list of what was erased": "DELETE FROM erased_row",
    "the ledger": "DELETE FROM ledger_entry",
    "the access log": "DELETE FROM access_event",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_an_executed_order_opens_nothing_else(
    database: Database, callers: dict[str, Caller], files: dict[str, dict[str, Any]], statement: str
) -> None:
    partly = fill(callers, "partly")
    erase(callers, reference="gone")
    erase(callers, reference="partly", participant="mother")
    before = all_rows(database)
    ids = {"stays": files["stays"]["case_id"], "partly": partly["case_id"]}
    if database.is_embedded:
        ids = {name: UUID(id_).hex for name, id_ in ids.items()}
    everybody = nullcontext(database) if database.is_embedded else as_role(database, "postgres")
    with everybody as opened, pytest.raises(DBAPIError), transaction(opened, write=True) as connection:
        connection.exec_driver_sql(statement.format(**ids))
    assert all_rows(database) == before


# ---------------------------------------------------------------- after a restore

Copy = Callable[[], AbstractContextManager[Database]]


@pytest.fixture
def copied(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Copy:
    """Return a way to open a copy of the database, as it is at that moment."""

    @contextmanager
    def embedded() -> Iterator[Database]:
        drop_remnants(database)
        folder = tmp_path / f"copy{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        shutil.copy(tmp_path / "data" / "werkrelatie.db", folder / "werkrelatie.db")
        settings = Settings(data_dir=folder, database_key_file=tmp_path / "data.key")
        copy = open_database(settings)
        yield copy
        copy.close()

    @contextmanager
    def server() -> Iterator[Database]:
        database.writer.dispose()
        address: str = request.getfixturevalue("postgresql_address")
        with server_database(address, template=database.writer.url.database) as copy:
            yield copy

    return embedded if database.is_embedded else server


@contextmanager
def session_on(database: Database, people: People) -> Iterator[OrganisationSession]:
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        yield session
        session.flush()


def test_an_erasure_is_done_again_in_an_older_database(
    database: Database, callers: dict[str, Caller], people: People, copied: Copy
) -> None:
    with copied() as empty:
        ids = {reference: fill(callers, reference)["case_id"] for reference in ("gone", "stays")}
        with copied() as full:
            waiting = granted(callers, reference="gone")
            with copied() as decided:
                done = step(callers["aad"], waiting, "executions").json()
                wanted = all_rows(database)
                with session_on(database, people) as session:
                    records = json.loads(json.dumps([*executed_orders(session)]))
                assert [one["order"]["id"] for one in records] == [done["order"]["id"]]
                assert "gone" not in json.dumps(records)
                for older in (empty, full, decided):
                    _check_replay(older, people, records[0], wanted, ids)


def _check_replay(
    older: Database, people: People, record: dict[str, Any], wanted: Rows, ids: dict[str, str]
) -> None:
    before = all_rows(older)
    now = START + timedelta(days=3)
    with session_on(older, people) as session:
        assert replay(session, record, now)
    after = all_rows(older)
    assert after["erasure_order"] == wanted["erasure_order"], "the same people at the same times"
    assert not any(about(after, ids["gone"]).values())
    assert without(after, ids["gone"]) == without(before, ids["gone"])
    erased = {row[1] for row in after["erased_row"]}
    assert erased <= {UUID(id_) for _, id_ in record["erased"]}
    salted = {
        row[1]
        for table in ("assessment", "case_event", "statement", "advice_use")
        for row in about(before, ids["gone"])[table]
    }
    assert erased == salted
    new = sorted(set(after["ledger_entry"]) - set(before["ledger_entry"]), key=lambda row: row[1])
    kinds = [row[2] for row in new]
    assert kinds[-len(erased) - 1 :] == ["erasure_executed/1"] + ["erased/1"] * len(erased)
    assert {row[4] for row in new} == {now}
    with session_on(older, people) as session:
        assert not replay(session, record, now)
    assert all_rows(older) == after, "a second time there is nothing to do"


def test_a_record_of_another_organisation_is_refused(
    database: Database, callers: dict[str, Caller], people: People
) -> None:
    callers["anna"].record()
    erase(callers)
    with session_on(database, people) as session:
        [record] = executed_orders(session)
        with pytest.raises(ValueError, match="another organisation"):
            replay(session, record | {"organisation_id": str(UUID(int=7))}, START)


def test_the_list_outside_the_database_has_each_erasure_once(
    application: FastAPI, database: Database, callers: dict[str, Caller], tmp_path: Path
) -> None:
    trust = TrustFolder(tmp_path / "trust")
    callers["anna"].record(case={"reference": "first"})
    callers["anna"].record(case={"reference": "second"})
    erase(callers, reference="first")
    assert [*trust.lines(ERASURES)] == []
    application.state.surroundings = replace(application.state.surroundings, trust=trust)
    erase(callers, reference="second")
    assert len([*trust.lines(ERASURES)]) == 2, "what was missing is added as well"
    assert sync_erasures(database, trust) == 0
    asked(callers["petra"], reference=callers["anna"].record()["case"]["reference"])
    assert sync_erasures(database, trust) == 0


@pytest.mark.parametrize("damaged", [b"no json", b"[]", b'{"order": {}}', b'{"order": "cut o', b"\xff\x00"])
def test_a_damaged_line_keeps_no_erasure_from_the_list_and_is_told(
    database: Database, callers: dict[str, Caller], tmp_path: Path, damaged: bytes
) -> None:
    trust = TrustFolder(tmp_path)
    (tmp_path / ERASURES).write_bytes(damaged)  # without an end, as when the power failed
    callers["anna"].record()
    erase(callers)
    for _ in range(2):
        with pytest.raises(BadErasure, match=r"^line 1 of .*erasures\.jsonl is no erasure$"):
            sync_erasures(database, trust)
        first, *listed = trust.lines(ERASURES)
        assert ["executed_at" in json.loads(line)["order"] for line in listed] == [True]
        assert first.encode() == damaged or "\\xff" in first


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
def test_what_is_left_in_the_journal_is_dropped_also_when_the_list_is_damaged(
    application: FastAPI, database: Database, tmp_path: Path, upkeep_log: io.StringIO
) -> None:
    trust = TrustFolder(tmp_path)
    trust.append(ERASURES, ["no json"])
    around = replace(application.state.surroundings, trust=trust)
    journal = tmp_path / "data" / "werkrelatie.db-wal"
    with transaction(database, write=True) as connection:
        connection.exec_driver_sql("INSERT INTO sign_in_failure VALUES ('1', 'key', 'now')")
    assert journal.stat().st_size > 0
    jobs = tuple(job for job in JOBS if job.name in {"erasures", "remnants"})
    Upkeep(around, trust, jobs).round()
    assert journal.stat().st_size == 0
    assert '"job":"erasures"' in upkeep_log.getvalue()


def test_the_whole_list_is_repeated(
    database: Database, callers: dict[str, Caller], copied: Copy, tmp_path: Path
) -> None:
    trust = TrustFolder(tmp_path / "trust")
    for reference in ("first", "second"):
        callers["anna"].record(case={"reference": reference})
    with copied() as older:
        for reference in ("first", "second"):
            erase(callers, reference=reference)
        assert sync_erasures(database, trust) == 2
        stranger = json.loads(next(trust.lines(ERASURES))) | {"organisation_id": str(UUID(int=7))}
        trust.append(ERASURES, [json.dumps(stranger)])
        assert replay_erasures(older, trust.lines(ERASURES), START) == 2
        assert replay_erasures(older, trust.lines(ERASURES), START) == 0
        assert all_rows(older)["case"] == []
        assert sync_erasures(older, trust) == 0


@pytest.mark.parametrize(
    "line", ["no json", "[]", "{}", '{"organisation_id": 7}', '{"organisation_id": "no id"}']
)
def test_a_list_with_a_bad_line_repeats_nothing(
    database: Database, callers: dict[str, Caller], copied: Copy, tmp_path: Path, line: str
) -> None:
    trust = TrustFolder(tmp_path / "trust")
    callers["anna"].record()
    with copied() as older:
        erase(callers)
        assert sync_erasures(database, trust) == 1
        before = all_rows(older)
        with pytest.raises(BadErasure):
            replay_erasures(older, [*trust.lines(ERASURES), line], START)
        assert all_rows(older) == before

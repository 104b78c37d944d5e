"""What verifying finds: a table of everything that can be wrong, each named."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.database import Database, OrganisationSession, transaction
from app.domain.access_log import LOG_YEARS
from app.knowledge import Knowledge
from app.services.access_retention import prune
from app.services.checkpoints import Checkpoint
from app.services.verification import size
from tests.log_rows import lines
from tests.reliability.recorded import Recorder, some_history, superuser, undone
from tests.support import People


@pytest.fixture
def recorder(database: Database, people: People, knowledge: Knowledge) -> Recorder:
    return Recorder(database, people, knowledge)


@pytest.fixture
def root(database: Database, recorder: Recorder) -> Iterator[tuple[Connection, list[Checkpoint]]]:
    """Somebody whom nothing stops, on a database with a history."""
    checkpoints = some_history(recorder, 2)
    with superuser(database) as connection:
        yield connection, checkpoints


def test_verify_an_honest_history(recorder: Recorder) -> None:
    assert recorder.verify([]).fault is None
    checkpoints = some_history(recorder, 2)
    verdict = recorder.verify(checkpoints)
    assert (verdict.entries, verdict.fault) == (20, None)
    # 12 + 2 assessments, 2 statements, 2 openings, 2 seals; 16 lines with a client each.
    assert verdict.rows == 20 + 2 * 16
    with (
        transaction(recorder.database, write=False) as connection,
        OrganisationSession(connection, recorder.people.organisation.id) as session,
    ):
        assert size(session) == 20 + 16


FIRST = "(SELECT id FROM assessment ORDER BY id LIMIT 1)"
# PostgreSQL numbers by a sequence, which does not begin at 1 here.
SECOND = "(SELECT min(number) + 1 FROM (SELECT number FROM access_event) x)"
FAULTS = [
    # what is done, and what the sentence has to say
    ("UPDATE ledger_entry SET kind = 'statement/1' WHERE seq = 3", "was changed: its hash"),
    ("UPDATE ledger_entry SET kind = 'other/1' WHERE seq = 3", "Entry 3 is of a kind that does not exist"),
    ("DELETE FROM ledger_entry WHERE seq = 3", "Entry 3 is missing"),
    ("UPDATE ledger_entry SET seq = 1000 WHERE seq = 3", "Entry 3 is missing"),
    ("UPDATE ledger_entry SET hash = previous_hash WHERE seq = 3", "was changed: its hash"),
    ("UPDATE ledger_entry SET previous_hash = hash WHERE seq = 3", "does not build on entry 2"),
    ("UPDATE ledger_entry SET actor_id = NULL WHERE seq = 3", "was changed: its hash"),
    ("DELETE FROM ledger_entry WHERE seq = 20", "Entry 20 is not as it should be"),
    ("UPDATE ledger_head SET seq = 19", "Entry 20 is not as it should be"),
    ("DELETE FROM ledger_head", "Entry 1 is not as it should be"),
    (f"UPDATE assessment SET problem = 'maybe' WHERE id = {FIRST}", "is not what entry 2 says"),
    (f"UPDATE assessment SET provisional = NOT provisional WHERE id = {FIRST}", "is not what entry 2 says"),
    (f"UPDATE assessment SET note = NULL WHERE id = {FIRST}", "is not what entry 2 says"),
    (f"DELETE FROM assessment WHERE id = {FIRST}", "of entry 2 is gone, and was not erased"),
    ("UPDATE participant SET reference = reference || 'x' WHERE reference = 'father'", "entry 3 says"),
    (
        (
            "UPDATE conversation SET held_at = '2020-01-01 00:00:00' WHERE held_at = "
            "(SELECT min(held_at) FROM conversation)"
        ),
        "is not what entry 2 says",
    ),
    ("UPDATE \"case\" SET reference = 'x' WHERE reference = 'case-0'", "is not what entry 2 says"),
    ("UPDATE statement SET text = 'I agree.'", "The statement"),
    ("DELETE FROM statement", "is gone, and was not erased"),
    ("UPDATE case_event SET kind = 'closed'", "The case_event"),
    ("UPDATE access_seal SET digest = 'x' WHERE first_number = 1", "The access_seal"),
    ("DELETE FROM access_seal WHERE first_number = 1", "The access_seal"),
    (f"UPDATE access_event SET actor_name = 'bas' WHERE number = {SECOND}", "a line was changed"),
    (f"UPDATE access_event SET emergency = NOT emergency WHERE number = {SECOND}", "a line was changed"),
    (f"UPDATE access_event SET number = 0 WHERE number = {SECOND}", "a line was changed"),
    (f"DELETE FROM access_event WHERE number = {SECOND}", "counted 8 lines, and now there are 7"),
    ("DELETE FROM access_event", "counted 8 lines, and now there are 0"),
    ("DELETE FROM accessed_client", "a line was changed"),
]


@pytest.mark.parametrize(("attack", "sentence"), FAULTS)
def test_verify_names_what_is_wrong(
    recorder: Recorder, root: tuple[Connection, list[Checkpoint]], attack: str, sentence: str
) -> None:
    connection, checkpoints = root
    connection.execute(text(attack))
    for known in ([], checkpoints):
        fault = recorder.verify(known, connection).fault
        assert fault is not None
        assert sentence in fault.sentence
        assert fault.seq is not None or fault.id is not None
        assert fault.id is None or fault.id in fault.sentence


COPIES: list[tuple[str, Callable[[dict[str, object]], dict[str, object]], str]] = [
    ("assessment", lambda _: {"number": 99}, "has no entry 'assessment/1'"),
    ("case_event", lambda _: {}, "has no entry 'case_event/1'"),
    ("statement", lambda _: {}, "has no entry 'statement/1'"),
    ("access_seal", lambda _: {"first_number": 9999}, "has no entry 'access_seal/1'"),
    ("access_event", lambda _: {"number": 0}, "counted 8 lines, and now there are 9"),
]


@pytest.mark.parametrize(("table", "changes", "sentence"), COPIES)
def test_verify_finds_a_row_that_never_went_through_the_ledger(
    recorder: Recorder,
    root: tuple[Connection, list[Checkpoint]],
    table: str,
    changes: Callable[[dict[str, object]], dict[str, object]],
    sentence: str,
) -> None:
    connection, _ = root
    row = {**connection.execute(text(f"SELECT * FROM {table} ORDER BY id LIMIT 1")).one()._mapping}
    row |= {"id": "0" * 31 + "7"} | changes(row)
    insert(connection, table, row)
    fault = recorder.verify([], connection).fault
    assert fault is not None
    assert sentence in fault.sentence


def test_verify_finds_a_client_beside_the_log(
    recorder: Recorder, root: tuple[Connection, list[Checkpoint]]
) -> None:
    connection, _ = root
    row = {**connection.execute(text("SELECT * FROM accessed_client LIMIT 1")).one()._mapping}
    with undone(connection):
        insert(connection, "accessed_client", row | {"case_id": "0" * 32})
        fault = recorder.verify([], connection).fault
        assert fault is not None
        assert "a line was changed" in fault.sentence
    insert(connection, "accessed_client", row | {"event_id": "0" * 32})
    fault = recorder.verify([], connection).fault
    assert fault is not None
    assert fault.kind == "accessed_client"


def insert(connection: Connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


# ---------------------------------------------------------------- checkpoints


def test_verify_finds_that_the_newest_entries_were_removed_by_a_checkpoint_alone(
    recorder: Recorder, root: tuple[Connection, list[Checkpoint]]
) -> None:
    _, checkpoints = root
    beyond = replace(checkpoints[-1], line=7, seq=25)
    assert recorder.verify(checkpoints).fault is None
    fault = recorder.verify([*checkpoints, beyond]).fault
    assert fault is not None
    assert fault.seq == 21
    assert "line 7 of the checkpoints" in fault.sentence


def test_verify_names_the_first_checkpoint_that_does_not_lie_on_the_chain(
    recorder: Recorder, root: tuple[Connection, list[Checkpoint]]
) -> None:
    _, [first, second] = root
    fault = recorder.verify([replace(first, hash=bytes(32)), replace(second, hash=bytes(32))]).fault
    assert fault is not None
    assert fault.seq == first.seq == 10
    assert "line 1 of the checkpoints" in fault.sentence


# ---------------------------------------------------------------- erasure


def test_verify_accepts_what_was_erased_and_nothing_else_that_is_gone(
    database: Database, recorder: Recorder
) -> None:
    checkpoints = some_history(recorder, 2)
    with (
        transaction(database, write=False) as connection,
        OrganisationSession(connection, recorder.people.organisation.id) as session,
    ):
        case_id = (
            session.connection()
            .execute(text("SELECT id FROM \"case\" WHERE reference = 'case-0'"))
            .scalar_one()
        )
    order = recorder.erase(UUID(str(case_id)))
    recorder.seal()
    assert recorder.verify(checkpoints).fault is None
    for attack, sentence in (
        ("UPDATE erasure_order SET executed_at = NULL, executed_by_id = NULL", "and was not erased"),
        ("UPDATE erasure_order SET reason = 'court_order'", "The erasure_order"),
        ("DELETE FROM erasure_order", "and was not erased"),
        ("UPDATE erasure_order SET granted_by_id = requested_by_id", "The erasure_order"),
        ("DELETE FROM erased_row WHERE entity_kind = 'assessment'", "and was not erased"),
        ("UPDATE erased_row SET entity_kind = 'case'", "The erased_row"),
    ):
        with superuser(database) as connection:
            connection.execute(text(attack))
            fault = recorder.verify(checkpoints, connection).fault
        assert fault is not None
        assert sentence in fault.sentence
    assert order.executed_at is not None


# ---------------------------------------------------------------- seals


def test_seal_covers_every_line_once(recorder: Recorder) -> None:
    assert not recorder.seal()
    recorder.record("case", "mother", "yyn")
    assert recorder.seal()
    assert not recorder.seal()
    recorder.record("case", "mother", "yyy")
    assert recorder.verify([]).fault is None
    assert recorder.seal()
    assert recorder.verify([]).fault is None


def test_numbers_go_on_when_every_line_was_pruned(database: Database, recorder: Recorder) -> None:
    # The database looks at its own clock, so what is old has to be so by that.
    today = datetime.now(UTC)
    recorder.now = today - timedelta(days=6 * 366)
    for answers in ("nnn", "ynn"):
        recorder.record("case", "mother", answers)
    assert recorder.seal()
    newest = max(line["number"] for line in lines(database))
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, recorder.people.organisation.id) as session,
    ):
        step = prune(session, today, LOG_YEARS)
    assert step is not None
    assert (step.lines, step.seals) == (2, 1)
    recorder.now = today
    recorder.record("case", "mother", "yyn")
    assert [line["number"] - newest for line in lines(database)] == [1, 2]
    assert recorder.verify([]).fault is None
    assert recorder.seal()
    assert recorder.verify([]).fault is None


def test_verify_accepts_a_log_that_was_pruned_after_five_years_by_whole_seals(
    database: Database, recorder: Recorder
) -> None:
    some_history(recorder, 2)
    with superuser(database) as connection:
        first = "(SELECT id FROM access_event ORDER BY number LIMIT 8)"
        connection.execute(text(f"DELETE FROM accessed_client WHERE event_id IN {first}"))
        connection.execute(text(f"DELETE FROM access_event WHERE id IN {first.replace('8', '7')}"))
        for days in (0, 365 * 6):
            recorder.now += timedelta(days=days)
            fault = recorder.verify([], connection).fault
            assert fault is not None
            assert "now there are 1" in fault.sentence
        connection.execute(text(f"DELETE FROM access_event WHERE id IN {first.replace('8', '1')}"))
        assert recorder.verify([], connection).fault is None
        recorder.now -= timedelta(days=365 * 6)
        fault = recorder.verify([], connection).fault
        assert fault is not None
        assert "now there are 0" in fault.sentence

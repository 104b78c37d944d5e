"""What was recorded before there was a ledger is kept and chained, whatever happens on the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, select

from app.database import Database, open_database, transaction
from app.database.schema import migrate
from app.domain.ledger import NOTHING_BEFORE, Entry, canonical, commitment
from app.models.assessments import Assessment
from app.models.base import table_of
from app.models.cases import Case, CaseEvent, Concern, Conversation, Participant
from app.models.ledger import LedgerEntry, LedgerHead
from app.models.threads import Thread
from app.settings import Settings
from tests.support import START, server_database, tampering

ROOT = Path(__file__).parents[2]
EARLIER = ("organisation", "team", "user", "case", "participant", "concern", "conversation", "thread")
HISTORY = ("case_event", "assessment")
NEW = (
    *("salt", "restricted", "retention_basis", "retention_years", "legal_hold"),
    *("signals_under", "was", "became"),
)


@pytest.fixture(params=["embedded", "postgresql"])
def before_the_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database at the first revision, with two organisations at work in it."""
    if request.param == "embedded":
        database = open_database(Settings(data_dir=tmp_path / "data"))
        migrate(database, "0001")
        fill(database)
        yield database
        database.close()
        return
    address = request.getfixturevalue("postgresql_address")
    with server_database(address, template=None, role="owner") as database:
        migrate(database, "0001")
        fill(database)
        yield database


# ---------------------------------------------------------------- rows of then


def literal(value: object) -> str:
    """Write a value as both databases read it."""
    match value:
        case None | bool():
            return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
        case UUID():
            return f"'{value.hex}'"
        case datetime():
            return f"'{value:%Y-%m-%d %H:%M:%S.%f}'"
        case int():
            return str(value)
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def put(connection: Connection, table: str, **values: object) -> None:
    """Insert a row as it was at the first revision, which the models no longer describe."""
    connection.exec_driver_sql(
        f'INSERT INTO "{table}" ({", ".join(values)}) VALUES ({", ".join(map(literal, values.values()))})'
    )


def fill(database: Database) -> None:
    """Record in two organisations, two cases each, in turns; each with a correction."""
    with tampering(database) as connection:
        for slug in ("noord", "demo"):
            here = {"organisation_id": uuid4()}
            user, team = uuid4(), uuid4()
            put(
                connection,
                "organisation",
                id=here["organisation_id"],
                slug=slug,
                name=slug,
                demonstration=slug == "demo",
                created_at=START - timedelta(days=9),
            )
            put(connection, "team", **here, id=team, name="North")
            put(connection, "user", **here, id=user, name="anna", kind="person", created_at=START)
            threads = [_thread(connection, here, user, team, number) for number in (1, 2)]
            latest: dict[int, UUID] = {}
            for n in range(6):
                # In turns, twice in the same moment, and once corrected.
                moment = START + timedelta(minutes=n // 2)
                latest[n] = _assessment(
                    connection, here, user, threads[n % 2], number=n // 2 + 1, moment=moment
                )
            later = START + timedelta(hours=1)
            _assessment(connection, here, user, threads[0], number=4, moment=later, supersedes=latest[0])


def _thread(
    connection: Connection, here: dict[str, UUID], user: UUID, team: UUID, number: int
) -> dict[str, UUID]:
    ids = {name: uuid4() for name in ("case_id", "participant_id", "concern_id", "id", "conversation_id")}
    case = here | {"case_id": ids["case_id"]}
    put(
        connection,
        "case",
        **here,
        id=ids["case_id"],
        reference=f"case-{number}",
        team_id=team,
        practitioner_id=user,
        status="open",
        opened_at=START,
        version=1,
    )
    put(
        connection,
        "case_event",
        **case,
        id=uuid4(),
        kind="opened",
        recorded_at=START - timedelta(minutes=number),
        recorded_by_id=user,
        practitioner_id=user,
    )
    put(connection, "participant", **case, id=ids["participant_id"], reference="mother")
    put(connection, "concern", **case, id=ids["concern_id"], reference="signing", wording="caf\u00e9's")
    put(connection, "conversation", **case, id=ids["conversation_id"], held_at=START)
    put(
        connection,
        "thread",
        **case,
        id=ids["id"],
        participant_id=ids["participant_id"],
        concern_id=ids["concern_id"],
        provisional=False,
        assessment_count=3,
        recorded_count=3,
    )
    return ids


def _assessment(
    connection: Connection, here: dict[str, UUID], user: UUID, thread: dict[str, UUID], **row: Any
) -> UUID:
    id_, moment, number, supersedes = uuid4(), row["moment"], row["number"], row.get("supersedes")
    put(
        connection,
        "assessment",
        **here,
        id=id_,
        case_id=thread["case_id"],
        thread_id=thread["id"],
        conversation_id=thread["conversation_id"],
        number=number,
        assessed_at=moment - timedelta(days=number),
        recorded_at=moment,
        recorded_by_id=user,
        perspective="practitioner",
        problem="yes",
        help_request="yes",
        share_in_solution="no",
        words_on_problem="Het gaat n\u00ed\u00e9t \u2014 zei ze.",
        relationship_type="complainant",
        clarity="clear",
        provisional=False,
        ruleset_version="1",
        ruleset_hash="0" * 64,
        supersedes_id=supersedes,
        reason="Misheard." if supersedes else None,
        retracted=False,
    )
    return id_


# ---------------------------------------------------------------- looking


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the first revision, without what was added later."""
    with tampering(database) as connection:
        return {
            table: sorted(
                (
                    {name: value for name, value in row.items() if name not in NEW}
                    for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()
                ),
                key=repr,
            )
            for table in (*EARLIER, *HISTORY)
        }


def recorded(connection: Connection) -> dict[UUID, tuple[str, dict[str, Any]]]:
    """Return all of history by id, each row with what its entry commits to."""
    a, e = table_of(Assessment), table_of(CaseEvent)
    case, thread, person = table_of(Case), table_of(Thread), table_of(Participant)
    concern, talk = table_of(Concern), table_of(Conversation)
    assessments = (
        select(
            a,
            case.c.reference.label("case_reference"),
            person.c.reference.label("participant_reference"),
            concern.c.reference.label("concern_reference"),
            talk.c.held_at,
        )
        .join(case, case.c.id == a.c.case_id)
        .join(thread, thread.c.id == a.c.thread_id)
        .join(person, person.c.id == thread.c.participant_id)
        .join(concern, concern.c.id == thread.c.concern_id)
        .join(talk, talk.c.id == a.c.conversation_id)
    )
    return {
        row["id"]: (kind, dict(row))
        for kind, statement in (("assessment/1", assessments), ("case_event/1", select(e)))
        for row in connection.execute(statement).mappings()
    }


def check_chains(database: Database) -> None:
    """Compute every chain again; every row has one entry, and they stand in the order of recording."""
    entry_table, head_table = table_of(LedgerEntry), table_of(LedgerHead)
    with tampering(database) as connection:
        rows = recorded(connection)
        heads = {row["organisation_id"]: row for row in connection.execute(select(head_table)).mappings()}
        assert len(heads) == 2
        chained: list[UUID] = []
        for organisation, head in heads.items():
            last, seq, moments = NOTHING_BEFORE, 0, []
            for found in connection.execute(
                select(entry_table)
                .where(entry_table.c.organisation_id == organisation)
                .order_by(entry_table.c.seq)
            ).mappings():
                kind, row = rows[found["entity_id"]]
                seq += 1
                entry = Entry(
                    organisation,
                    seq,
                    kind,
                    row["id"],
                    row["recorded_at"],
                    row["recorded_by_id"],
                    commitment(row["salt"], canonical(kind, row)),
                    last,
                )
                assert {name: found[name] for name in Entry.__dataclass_fields__} == {
                    name: getattr(entry, name) for name in Entry.__dataclass_fields__
                }
                assert found["hash"] == entry.hash
                last = entry.hash
                moments.append((row["recorded_at"], row["id"]))
                chained.append(row["id"])
            assert moments == sorted(moments)
            assert (head["seq"], head["hash"]) == (seq, last) == (9, last)
        assert sorted(chained) == sorted(rows)
        salts = [row["salt"] for _, row in rows.values()]
        assert len(set(salts)) == len(salts) == 18
        assert {len(salt) for salt in salts} == {32}


# ---------------------------------------------------------------- the promises


def test_all_rows_are_kept_and_chained_in_the_order_of_recording(before_the_ledger: Database) -> None:
    before = everything(before_the_ledger)
    assert {table: len(rows) for table, rows in before.items() if table in HISTORY} == {
        "case_event": 4,
        "assessment": 14,
    }
    migrate(before_the_ledger)
    assert everything(before_the_ledger) == before
    check_chains(before_the_ledger)


def test_down_and_up_again_chains_the_same_rows(before_the_ledger: Database) -> None:
    before = everything(before_the_ledger)
    migrate(before_the_ledger)
    migrate(before_the_ledger, "-1")
    assert everything(before_the_ledger) == before
    migrate(before_the_ledger)
    assert everything(before_the_ledger) == before
    check_chains(before_the_ledger)


def test_a_changed_row_does_not_fit_its_entry(before_the_ledger: Database) -> None:
    migrate(before_the_ledger)
    with tampering(before_the_ledger) as connection:
        name = "guard_assessment_update" if before_the_ledger.is_embedded else "guard_assessment_statement"
        on = "" if before_the_ledger.is_embedded else " ON assessment"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{on}")
        connection.exec_driver_sql("UPDATE assessment SET problem = 'no' WHERE number = 2")
    with pytest.raises(AssertionError):
        check_chains(before_the_ledger)


HALFWAY = """
import sys, time
from sqlalchemy import event
from app.database import open_database
from app.database.schema import migrate
from app.settings import Settings
database = open_database(Settings())
def stop(connection, cursor, statement, *rest):
    if statement.startswith(sys.argv[1]):
        print("halfway", flush=True)
        time.sleep(60)
event.listen(database.writer, "before_cursor_execute", stop)
migrate(database)
"""


@pytest.mark.parametrize(
    "at", ["UPDATE case_event SET salt", "INSERT INTO ledger_head", "UPDATE alembic_version", "TRUNCATE"]
)
def test_killed_halfway_it_starts_again_as_if_nothing_had_happened(
    before_the_ledger: Database, at: str
) -> None:
    before = everything(before_the_ledger)
    place = {"WERKRELATIE_DATABASE_URL": before_the_ledger.writer.url.render_as_string(hide_password=False)}
    if before_the_ledger.is_embedded:
        at = at.replace("TRUNCATE", "INSERT OR REPLACE")
        with transaction(before_the_ledger, write=False) as connection:
            file = connection.exec_driver_sql("PRAGMA database_list").first()
        assert file
        place = {"WERKRELATIE_DATA_DIR": str(Path(file[2]).parent)}
    with subprocess.Popen(
        [sys.executable, "-c", HALFWAY, at],
        cwd=ROOT,
        env=os.environ | place,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "halfway\n"
        process.send_signal(signal.SIGKILL)
    assert everything(before_the_ledger) == before
    with tampering(before_the_ledger) as connection:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    assert version == "0001"
    migrate(before_the_ledger)
    assert everything(before_the_ledger) == before
    check_chains(before_the_ledger)


def test_moments_of_then_have_their_zone(before_the_ledger: Database) -> None:
    migrate(before_the_ledger)
    with tampering(before_the_ledger) as connection:
        found = connection.execute(select(table_of(LedgerEntry).c.recorded_at)).scalars().all()
    assert {moment.tzinfo for moment in found} == {UTC}

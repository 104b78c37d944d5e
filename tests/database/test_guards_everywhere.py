"""Every guarded table: each way to change a row is refused, but for the few that the law asks for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Table, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.database import Database
from app.database.bite import _put_rows
from app.database.guards import GUARDED, install, lift
from app.domain.access_log import LOG_YEARS
from app.models.access_log import AccessedClient, AccessEvent
from app.models.assessments import Assessment
from app.models.base import metadata, table_of, uuid7
from app.models.cases import CaseEvent
from app.models.ledger import LedgerHead
from app.models.rights import ErasureOrder, Statement, Withholding
from app.models.threads import Thread
from tests.support import START, Caller, People, tampering

ORDER, HEAD = table_of(ErasureOrder), table_of(LedgerHead)
EVENT, CLIENT = table_of(AccessEvent), table_of(AccessedClient)


def refusal(connection: Connection, statement: Any) -> str:
    """Try a statement and undo it; return why it was refused, or nothing."""
    savepoint = connection.begin_nested()
    try:
        if isinstance(statement, str):
            connection.exec_driver_sql(statement)
        else:
            connection.execute(statement)
    except DBAPIError as error:
        return str(error.orig)
    else:
        return ""
    finally:
        savepoint.rollback()


# ---------------------------------------------------------------- the truth table


def attacks_on(connection: Connection, table: str) -> dict[str, str]:
    """Return every kind of change of a table, as a statement of this database."""
    key = inspect(connection).get_pk_constraint(table)["constrained_columns"]
    join = " AND ".join(f"a.{column} = b.{column}" for column in key)
    keep = f"{key[0]} = excluded.{key[0]}"
    attacks = {
        "update": f"UPDATE {table} SET {key[0]} = {key[0]}",
        "delete": f"DELETE FROM {table}",
        "upsert": f"INSERT INTO {table} SELECT * FROM {table} WHERE true "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {keep}",
    }
    if connection.dialect.name == "sqlite":
        return attacks | {
            "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
            "update or replace": f"UPDATE OR REPLACE {table} SET {key[0]} = {key[0]}",
        }
    return attacks | {
        "truncate": f"TRUNCATE {table} CASCADE",
        "merge": f"MERGE INTO {table} a USING {table} b ON {join} "
        f"WHEN MATCHED THEN UPDATE SET {key[-1]} = b.{key[-1]}",
        "merge that deletes": f"MERGE INTO {table} a USING {table} b ON {join} WHEN MATCHED THEN DELETE",
    }


def went_through(connection: Connection) -> set[tuple[str, str]]:
    """Return which attacks on which tables no guard refused; every table has a row for it."""
    outer = connection.begin_nested()
    try:
        tables = _put_rows(connection)
        return {
            (table, name)
            for table in GUARDED
            if table in tables
            for name, statement in attacks_on(connection, table).items()
            if "append-only" not in refusal(connection, statement)
        }
    finally:
        outer.rollback()


def every_attack(connection: Connection) -> set[tuple[str, str]]:
    """Return all attacks there are at this revision."""
    tables = {*inspect(connection).get_table_names()}
    return {(table, name) for table in GUARDED if table in tables for name in attacks_on(connection, table)}


def test_every_attack_on_every_guarded_table_is_refused(database: Database) -> None:
    with tampering(database) as connection:
        assert went_through(connection) == set()
        everything = every_attack(connection)
        assert {table for table, _ in everything} == set(GUARDED)
        lift(connection)
        assert went_through(connection) == everything
        install(connection)
        assert went_through(connection) == set()


def test_nothing_switches_the_guards_off(database: Database) -> None:
    with tampering(database) as connection:
        if database.is_embedded:
            for setting in ("recursive_triggers=OFF", "writable_schema=ON", "trusted_schema=ON"):
                connection.exec_driver_sql(f"PRAGMA {setting}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        assert went_through(connection) == set()
        if database.is_embedded:
            connection.exec_driver_sql("PRAGMA recursive_triggers=ON")
            connection.exec_driver_sql("PRAGMA writable_schema=OFF")
            connection.exec_driver_sql("PRAGMA trusted_schema=OFF")


def test_what_is_written_once_has_a_guard() -> None:
    may_change = {
        *("organisation", "team", "user", "membership", "api_token", "case", "idempotency_key"),
        *("participant", "concern", "conversation", "thread", "transition"),
        "thread_signal",
    }
    may_change |= {"local_account", "recovery_code", "login_session", "sign_in_link"}
    may_change |= {"setup_link", "sign_in_failure"}
    # An answer never changes, but it goes with its session: on PostgreSQL the right to change it is missing.
    may_change |= {"training_session", "training_participant", "training_answer"}
    may_change |= {"second_opinion"}  # what was asked; what is given is an assessment
    # What is private belongs to who wrote it, who may take it back.
    may_change |= {"reflection"}
    with_steps = {"erasure_order", "ledger_head"}
    assert set(GUARDED) | with_steps | may_change == set(metadata.tables)
    assert not set(GUARDED) & may_change


# ---------------------------------------------------------------- erasure


@pytest.fixture
def erasable(database: Database, anna: Caller, people: People) -> dict[str, Any]:
    """Two cases; one with two participants. Each assessment has a statement and a passage withheld."""
    found = {
        "mother": anna.record(),
        "father": anna.record(participant={"reference": "father"}),
        "other": anna.record(case={"reference": "2026-0043"}),
    }
    with tampering(database) as connection:
        for one in found.values():
            own = {
                "organisation_id": people.organisation.id,
                "case_id": UUID(one["case_id"]),
                "recorded_at": START,
                "recorded_by_id": people.users["anna"].user_id,
            }
            words = {"id": uuid7(), "assessment_id": UUID(one["id"]), "text": "No.", "salt": bytes(32)}
            connection.execute(insert(table_of(Statement)).values(own | words))
            passage = {"id": uuid7(), "entity_id": UUID(one["id"]), "field": "note", "ground": "harm"}
            connection.execute(insert(table_of(Withholding)).values(own | passage))
    return found


def order_for(people: People, one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a request to erase the case of an assessment."""
    return {
        "organisation_id": people.organisation.id,
        "id": uuid7(),
        "case_id": UUID(one["case_id"]),
        "participant_id": None,
        "reason": "client_asked",
        "requested_by_id": people.users["anna"].user_id,
        "requested_at": START,
        "version": 1,
        **changes,
    }


def steps(people: People) -> dict[str, dict[str, Any]]:
    """Return the steps an order can take, each by somebody else."""
    return {
        "granted": {"granted_by_id": people.users["petra"].user_id, "granted_at": START},
        "refused": {
            "refused_by_id": people.users["petra"].user_id,
            "refused_at": START,
            "refusal_ground": "legal_duty",
        },
        "executed": {"executed_by_id": people.users["aad"].user_id, "executed_at": START},
    }


def deletable(connection: Connection) -> dict[str, set[UUID]]:
    """Return, for every table of history, the cases or assessments of the rows that may go."""
    kinds: tuple[type[SQLModel], ...] = (Assessment, Statement, CaseEvent, Withholding)
    about = ("id", "assessment_id", "case_id", "entity_id")
    return {
        kind.__name__: {
            row[1]
            for row in connection.execute(select(table.c.id, table.c[name]))
            if "append-only" not in refusal(connection, table.delete().where(table.c.id == row[0]))
        }
        for kind, name in zip(kinds, about, strict=True)
        for table in (table_of(kind),)
    }


COVERS: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "a request": ("requested",),
    "a granted order": ("granted",),
    "a refused order": ("refused",),
    "an executed order": ("granted", "executed"),
}


@pytest.mark.parametrize("so_far", COVERS)
@pytest.mark.parametrize("whose", ["case", "participant"])
def test_history_goes_under_an_executed_order_that_covers_it_and_no_other(
    database: Database, people: People, erasable: dict[str, Any], so_far: str, whose: str
) -> None:
    mother, father = erasable["mother"], erasable["father"]
    participant = UUID(mother["participant"]["id"]) if whose == "participant" else None
    order = order_for(people, mother, participant_id=participant)
    with tampering(database) as connection:
        if COVERS[so_far]:
            connection.execute(insert(ORDER).values(order))
        for step in COVERS[so_far]:
            connection.execute(update(ORDER).values(steps(people).get(step, {"version": 2})))
        found = deletable(connection)
    assessments = {UUID(mother["id"])} | ({UUID(father["id"])} if whose == "case" else set())
    gone: dict[str, set[UUID]] = {"Assessment": set(), "Statement": set(), "CaseEvent": set()}
    gone["Withholding"] = set()
    if so_far == "an executed order":
        gone["Assessment"] = gone["Statement"] = assessments
        gone["CaseEvent"] = {UUID(mother["case_id"])} if whose == "case" else set()
        # What is kept out of a copy may go with the case it belongs to.
        gone["Withholding"] = {UUID(mother["id"]), UUID(father["id"])}
    assert found == gone


def test_an_order_of_another_organisation_erases_nothing(
    database: Database, people: People, erasable: dict[str, Any]
) -> None:
    with tampering(database) as connection:
        other = uuid7()
        organisation = metadata.tables["organisation"]
        values = {"id": other, "slug": "x", "name": "X", "demonstration": True, "created_at": START}
        connection.execute(insert(organisation).values(values))
        connection.execute(insert(ORDER).values(order_for(people, erasable["mother"], organisation_id=other)))
        for step in ("granted", "executed"):
            connection.execute(update(ORDER).values(steps(people)[step]))
        assert not any(deletable(connection).values())


def test_an_order_moves_forward_only_and_by_two_people(
    database: Database, people: People, erasable: dict[str, Any]
) -> None:
    order, step = order_for(people, erasable["mother"]), steps(people)
    same = step["executed"] | {"executed_by_id": step["granted"]["granted_by_id"]}
    undone = {name: dict.fromkeys(values) for name, values in step.items()}
    other_words: list[dict[str, Any]] = [
        {"case_id": UUID(erasable["other"]["case_id"])},
        {"participant_id": uuid7()},
        {"reason": "court_order"},
        {"requested_by_id": uuid7()},
        {"requested_at": START + timedelta(days=1)},
        {"id": uuid7()},
    ]
    # At each stage: what is refused.
    stages: dict[tuple[str, ...], list[dict[str, Any]]] = {
        (): [step["executed"], step["granted"] | step["executed"], step["granted"] | step["refused"]],
        ("granted",): [
            undone["granted"],
            step["refused"],
            {"granted_by_id": uuid7()},
            {"granted_at": START + timedelta(days=1)},
            same,
        ],
        ("refused",): [
            undone["refused"],
            step["granted"],
            step["executed"],
            {"refusal_ground": "legal_hold"},
        ],
        ("granted", "executed"): [undone["executed"], undone["granted"], {"version": 9}, step["refused"]],
    }
    with tampering(database) as connection:
        for decided in ("granted", "refused", "executed"):
            assert "an order starts as a request" in refusal(
                connection, insert(ORDER).values(order | step[decided])
            )
        for stage, refused in stages.items():
            outer = connection.begin_nested()
            connection.execute(insert(ORDER).values(order))
            for name in stage:
                connection.execute(update(ORDER).values(step[name]))
            for values in (*refused, *other_words):
                assert refusal(connection, update(ORDER).values(values)), (stage, values)
            assert "append-only" in refusal(connection, ORDER.delete())
            outer.rollback()


def test_without_the_guards_an_order_goes_back(
    database: Database, people: People, erasable: dict[str, Any]
) -> None:
    step = steps(people)
    with tampering(database) as connection:
        connection.execute(insert(ORDER).values(order_for(people, erasable["mother"])))
        connection.execute(update(ORDER).values(step["granted"]))
        lift(connection)
        assert not refusal(connection, update(ORDER).values(dict.fromkeys(step["granted"])))
        assert not refusal(connection, ORDER.delete())
        install(connection)


# ---------------------------------------------------------------- the head of the chain


@pytest.mark.usefixtures("erasable")
def test_the_head_of_the_ledger_only_grows(database: Database) -> None:
    def insert_again(table: Table) -> str:
        columns = ", ".join(column.name for column in table.columns)
        return f"INSERT OR REPLACE INTO ledger_head ({columns}) SELECT {columns} FROM ledger_head"

    with tampering(database) as connection:
        seq = connection.execute(select(HEAD.c.seq)).scalar_one()
        assert seq == 5  # three assessments, two cases opened
        for refused in ({"seq": 0}, {"seq": seq - 1}, {"seq": seq}, {"organisation_id": uuid7(), "seq": 99}):
            assert "append-only" in refusal(connection, update(HEAD).values(refused)), refused
        assert "append-only" in refusal(connection, HEAD.delete())
        assert not refusal(connection, update(HEAD).values(seq=seq + 1))
        if database.is_embedded:
            connection.exec_driver_sql("PRAGMA recursive_triggers=OFF")
            assert "append-only" in refusal(connection, insert_again(HEAD))
            connection.exec_driver_sql("PRAGMA recursive_triggers=ON")
        else:
            assert "append-only" in refusal(connection, "TRUNCATE ledger_head")


# ---------------------------------------------------------------- the log


@pytest.mark.parametrize(
    ("age", "may_go"),
    [
        (timedelta(0), False),
        (timedelta(days=365 * LOG_YEARS), False),
        (timedelta(days=365 * LOG_YEARS + 3), True),
        (timedelta(days=-1), False),
    ],
    ids=["new", "two days before the term", "after the term", "from the future"],
)
def test_a_line_of_the_log_goes_after_its_term(
    database: Database, people: People, age: timedelta, may_go: bool
) -> None:
    whose = {"organisation_id": people.organisation.id}
    event = {
        "id": uuid7(),
        "number": 1000,
        "recorded_at": datetime.now(UTC) - age,
        "event": "case:read",
        "action": "R",
        "outcome": "granted",
        "actor_name": "anna",
        "emergency": False,
    }
    with tampering(database) as connection:
        connection.execute(insert(EVENT).values(whose | event))
        connection.execute(insert(CLIENT).values(whose | {"event_id": event["id"], "case_id": uuid7()}))
        assert ("append-only" in refusal(connection, CLIENT.delete())) is not may_go
        assert ("append-only" in refusal(connection, EVENT.delete())) is not may_go
        for table, change in ((EVENT, {"actor_name": "bas"}), (CLIENT, {"case_id": uuid7()})):
            assert "append-only" in refusal(connection, update(table).values(change))
        if may_go:
            connection.execute(CLIENT.delete())
            connection.execute(EVENT.delete())
        assert (connection.execute(select(EVENT.c.id)).first() is None) is may_go


def test_a_thread_is_no_history_of_its_own(database: Database, anna: Caller) -> None:
    anna.record()
    with tampering(database) as connection:
        assert not refusal(connection, update(table_of(Thread)).values(assessment_count=9))

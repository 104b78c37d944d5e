"""What the program forgets to filter, PostgreSQL still does; what no request needs, SQLite refuses."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.database import Database, OrganisationSession, transaction
from app.database.authorizer import lifted
from app.database.walls import bind, is_walled, owned_tables, put_up
from app.models import access_log, idempotency, ledger, rights  # noqa: F401 - for the metadata
from app.models.base import metadata, uuid7
from app.services.organisations import OneOrganisationOnly, create_organisation
from tests.support import START, People, make_people, tampering

OWNED = sorted(table.name for table in metadata.sorted_tables if "organisation_id" in table.columns)


@dataclass
class Two:
    """Two organisations, and a connection of the serving role bound to the first."""

    database: Database
    first: People
    second: People
    connection: Connection


@pytest.fixture
def two(postgresql: Database) -> Iterator[Two]:
    first, second = make_people(postgresql, "first"), make_people(postgresql, "second")
    with transaction(postgresql, write=True) as connection:
        bind(connection, first.organisation.id)
        yield Two(postgresql, first, second, connection)


def seen(connection: Connection, table: str = "team") -> set[UUID]:
    """Return whose rows a select without any filter shows."""
    return {*connection.exec_driver_sql(f'SELECT organisation_id FROM "{table}"').scalars()}  # noqa: S608 - names of tables


def refused(connection: Connection, statement: str, *values: object) -> str:
    """Return why a statement was refused."""
    savepoint = connection.begin_nested()
    with pytest.raises(DBAPIError) as error:
        connection.exec_driver_sql(statement, values)
    savepoint.rollback()
    return str(error.value.orig)


def test_a_select_without_a_filter_shows_own_rows_only(two: Two) -> None:
    for table in ("team", "user", "membership", "api_token"):
        assert seen(two.connection, table) == {two.first.organisation.id}
    with tampering(two.database) as everything:
        assert seen(everything) == {two.first.organisation.id, two.second.organisation.id}


def test_a_row_of_another_organisation_is_neither_added_changed_nor_taken(two: Two) -> None:
    theirs, own = two.second.organisation.id, two.first.organisation.id
    insert = "INSERT INTO team (organisation_id, id, name) VALUES (%s, %s, 'x')"
    move = "UPDATE team SET organisation_id = %s"
    for statement, values in ((insert, (theirs, uuid7())), (move, (theirs,))):
        assert "row-level security" in refused(two.connection, statement, *values)
    for statement in ("UPDATE team SET name = name || '!'", "DELETE FROM team"):
        savepoint = two.connection.begin_nested()
        name = two.connection.exec_driver_sql(f"{statement} WHERE organisation_id <> %s", (own,))
        assert name.rowcount == 0
        savepoint.rollback()
    two.connection.exec_driver_sql("UPDATE team SET name = name || '!'")
    bind(two.connection, theirs)
    names = two.connection.exec_driver_sql("SELECT name FROM team ORDER BY name").scalars().all()
    assert names == ["north", "south"]


def test_the_binding_outlasts_a_savepoint_and_no_transaction(postgresql: Database) -> None:
    people = make_people(postgresql, "first")
    used = set()
    for round_ in range(4):
        with transaction(postgresql, write=True) as connection:
            used.add(connection.connection.dbapi_connection)
            assert seen(connection) == set(), f"round {round_}: unbound, yet something to see"
            assert "row-level security" in refused(
                connection,
                "INSERT INTO team (organisation_id, id, name) VALUES (%s, %s, 'x')",
                people.organisation.id,
                uuid7(),
            )
            with OrganisationSession(connection, people.organisation.id) as session:
                assert session.connection().exec_driver_sql("SELECT count(*) FROM team").scalar_one() == 2
            connection.begin_nested().rollback()
            assert seen(connection) == {people.organisation.id}
    assert len(used) == 1, "the same connection of the pool each time, or this says nothing"


def test_a_binding_for_the_session_would_leak(postgresql: Database) -> None:
    people = make_people(postgresql, "first")
    with transaction(postgresql, write=True) as connection:
        connection.exec_driver_sql(
            "SELECT set_config('app.organisation', %s, false)", (str(people.organisation.id),)
        )
    with transaction(postgresql, write=True) as connection:
        assert seen(connection) == {people.organisation.id}


def test_every_table_of_an_organisation_has_its_wall(postgresql: Database) -> None:
    with transaction(postgresql, write=True) as connection:
        assert sorted(owned_tables(connection)) == OWNED
        walled = connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity "
            "AND oid IN (SELECT polrelid FROM pg_policy WHERE polname = 'organisation') ORDER BY 1"
        )
        assert walled.scalars().all() == OWNED
        rights = connection.exec_driver_sql(
            "SELECT has_table_privilege('ledger_entry', 'UPDATE'), has_table_privilege('team', 'TRUNCATE'), "
            "has_table_privilege('assessment', 'UPDATE'), has_table_privilege('team', 'UPDATE')"
        ).one()
        assert tuple(rights) == (False, False, False, True)


def test_a_new_table_gets_its_wall_without_being_named(postgresql: Database) -> None:
    with tampering(postgresql) as connection:
        connection.exec_driver_sql("CREATE TABLE note (organisation_id uuid, word text)")
        put_up(connection)
        connection.exec_driver_sql("INSERT INTO note VALUES (%s, 'x')", (uuid7(),))
    with transaction(postgresql, write=True) as connection:
        assert seen(connection, "note") == set()


# ---------------------------------------------------------------- the embedded database

NEVER_NEEDED = (
    "DROP TRIGGER guard_assessment_update",
    "DROP TABLE assessment",
    "ALTER TABLE assessment RENAME TO gone",
    "CREATE TABLE note (word)",
    "CREATE TEMP TRIGGER t BEFORE INSERT ON team BEGIN SELECT 1; END",
    "CREATE VIEW everything AS SELECT * FROM assessment",
    "ATTACH ':memory:' AS other",
    "PRAGMA writable_schema=ON",
    "PRAGMA journal_mode=DELETE",
    "PRAGMA synchronous=OFF",
    "PRAGMA foreign_keys=OFF",
    "PRAGMA recursive_triggers=OFF",
    "PRAGMA secure_delete=OFF",
    "PRAGMA rekey=''",
    "UPDATE ledger_entry SET seq = 1",
    "DELETE FROM ledger_entry",
    "INSERT INTO ledger_entry SELECT * FROM ledger_entry WHERE true ON CONFLICT DO UPDATE SET seq = 1",
    "SELECT load_extension('x')",
)


@pytest.mark.parametrize("statement", NEVER_NEEDED)
def test_what_no_request_needs_is_refused(embedded: Database, statement: str) -> None:
    with transaction(embedded, write=True) as connection, pytest.raises(DBAPIError, match="not authorized"):
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", ["ALTER TABLE team ADD COLUMN x", "PRAGMA trusted_schema=ON"])
def test_a_migration_may_do_it_and_afterwards_nobody(embedded: Database, statement: str) -> None:
    with transaction(embedded, write=True) as connection:
        assert not is_walled(connection)
        with lifted(connection):
            connection.exec_driver_sql(statement)
        statement = statement.replace(" x", " y")
        with pytest.raises(DBAPIError, match="not authorized"):
            connection.exec_driver_sql(statement)


def test_an_embedded_database_takes_one_organisation_with_clients(embedded: Database) -> None:
    with transaction(embedded, write=True) as connection, Session(connection) as session:
        create_organisation(session, "demo", "Demo", START, demonstration=True)
        create_organisation(session, "own", "Own", START)
        create_organisation(session, "practice", "Practice", START, demonstration=True)
        with pytest.raises(OneOrganisationOnly):
            create_organisation(session, "other", "Other", START)
        for statement in (
            "UPDATE organisation SET demonstration = 0",
            "INSERT INTO organisation SELECT '0', '0', name, 0, created_at FROM organisation LIMIT 1",
        ):
            assert "one organisation with clients" in refused(connection, statement)


def test_a_server_takes_several_organisations_with_clients(postgresql: Database) -> None:
    with transaction(postgresql, write=True) as connection, Session(connection) as session:
        for slug in ("noord", "zuid"):
            create_organisation(session, slug, slug, START)

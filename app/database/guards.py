"""Triggers that keep history from being changed, put back and tried after every migration.

They are not part of single migrations: SQLite drops the triggers of a table that a migration
rebuilds, without a word. So every run of the migrations ends here, up or down.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from app.database.engine import StartRefused

HISTORY = "assessment"

_INSUFFICIENT_PRIVILEGE = "42501"

_SQLITE = {
    "assessment_no_update": """
        CREATE TRIGGER assessment_no_update BEFORE UPDATE ON assessment
        BEGIN SELECT RAISE(ABORT, 'append-only: an assessment is never updated'); END""",
    "assessment_no_delete": """
        CREATE TRIGGER assessment_no_delete BEFORE DELETE ON assessment
        BEGIN SELECT RAISE(ABORT, 'append-only: an assessment is never deleted'); END""",
    # INSERT OR REPLACE deletes without the delete trigger unless recursive_triggers is on.
    # Every unique key has to be named here.
    "assessment_no_replace": """
        CREATE TRIGGER assessment_no_replace BEFORE INSERT ON assessment
        WHEN EXISTS (
            SELECT 1 FROM assessment a
            WHERE a.organisation_id = NEW.organisation_id AND a.id = NEW.id)
        OR EXISTS (
            SELECT 1 FROM assessment a
            WHERE a.organisation_id = NEW.organisation_id AND a.supersedes_id = NEW.supersedes_id)
        OR EXISTS (
            SELECT 1 FROM assessment a
            WHERE a.organisation_id = NEW.organisation_id
            AND a.thread_id = NEW.thread_id AND a.number = NEW.number)
        BEGIN SELECT RAISE(ABORT, 'append-only: this assessment exists'); END""",
}

# Statement triggers bite on an empty table too. ALWAYS: a plain trigger is skipped where
# session_replication_role is 'replica'.
_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'append-only: %% on %%', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$""",
    "DROP TRIGGER IF EXISTS assessment_append_only ON assessment",
    """
    CREATE TRIGGER assessment_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assessment
    FOR EACH STATEMENT EXECUTE FUNCTION append_only()""",
    "ALTER TABLE assessment ENABLE ALWAYS TRIGGER assessment_append_only",
)

_FORBIDDEN = (
    "UPDATE assessment SET note = 'changed'",
    "DELETE FROM assessment",
)


def install(connection: Connection) -> None:
    """Put the guards on; without the table (before the first migration) there is nothing to guard."""
    if not inspect(connection).has_table(HISTORY):
        return
    for statement in _statements(connection):
        connection.exec_driver_sql(statement)


def _statements(connection: Connection) -> Iterable[str]:
    if connection.dialect.name == "postgresql":
        yield from _POSTGRESQL
        return
    for name, statement in _SQLITE.items():
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield statement


def bite(connection: Connection, *, alone: bool = False) -> None:
    """Try everything that must be refused, and undo it all.

    Only when `alone` TRUNCATE is tried too: it waits until nobody else uses the table. Raises
    `StartRefused` naming the statement that went through.
    """
    if not inspect(connection).has_table(HISTORY):
        return
    outer = connection.begin_nested()
    try:
        forbidden = [*_FORBIDDEN]
        if connection.dialect.name == "sqlite":
            _put_a_row(connection)
            # With recursive triggers the delete guard would hide that the guard against REPLACE is gone.
            connection.exec_driver_sql("PRAGMA recursive_triggers=OFF")
            forbidden.append("INSERT OR REPLACE INTO assessment SELECT * FROM assessment")
        elif alone:
            forbidden.append("TRUNCATE assessment CASCADE")
        for statement in forbidden:
            _must_be_refused(connection, statement)
    finally:
        outer.rollback()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA recursive_triggers=ON")


def _must_be_refused(connection: Connection, statement: str) -> None:
    savepoint = connection.begin_nested()
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        # Any other error, such as a lock that did not come free, says nothing about the guards.
        if "append-only" not in str(error.orig) and not _lacks_the_right(error):
            raise
    else:
        raise StartRefused(
            f"History is not protected: the database let '{statement}' through (nothing was "
            "changed). Run 'werkrelatie init' to put the guards back, and find out who took them off."
        )
    finally:
        savepoint.rollback()


def _lacks_the_right(error: DBAPIError) -> bool:
    """Tell whether the role of PostgreSQL itself may not do this, which is refusal enough."""
    return getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE


def _put_a_row(connection: Connection) -> None:
    """Insert one row to try the row triggers on; it points at nothing and never gets committed."""
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    columns = inspect(connection).get_columns(HISTORY)
    values = {
        column["name"]: _SAMPLE.get(column["name"], "0" * 32) for column in columns if not column["nullable"]
    }
    names = ", ".join(values)
    connection.exec_driver_sql(
        f"INSERT INTO {HISTORY} ({names}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608 - names from the schema itself
        tuple(values.values()),
    )


_SAMPLE: dict[str, object] = {
    "number": 1,
    "assessed_at": "2000-01-01 00:00:00.000000",
    "recorded_at": "2000-01-01 00:00:00.000000",
    "perspective": "observer",
    "problem": "unknown",
    "help_request": "unknown",
    "share_in_solution": "unknown",
    "clarity": "incomplete",
    "provisional": 0,
    "ruleset_version": "0",
    "ruleset_hash": "0",
    "retracted": 0,
}

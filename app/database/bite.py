"""Try everything that must be refused, on a made-up organisation, and undo it all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CHAR,
    Boolean,
    Connection,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Uuid,
    insert,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.database.engine import StartRefused
from app.database.guards import GUARDED
from app.database.walls import bind, is_walled, owned_tables

_INSUFFICIENT_PRIVILEGE = "42501"
_SAMPLE = UUID(int=0)
_OTHER = UUID(int=1)

# Every id is the same one, so each row finds those it points at when they come first.
_IN_ORDER = (
    "organisation",
    "user",
    "case",
    "participant",
    "concern",
    "conversation",
    "thread",
    "assessment",
    "case_event",
    "statement",
    "advice_use",
    "own_entry",
    "hidden_entry",
    "withholding",
    "ledger_entry",
    "ledger_head",
    "access_event",
    "accessed_client",
    "access_seal",
    "access_review",
    "signal_setting",
    "erasure_order",
    "erased_row",
)
_WORDS = {
    "status": "open",
    "retention_basis": "wmo",
    "perspective": "observer",
    "problem": "unknown",
    "help_request": "unknown",
    "share_in_solution": "unknown",
    "clarity": "incomplete",
    "action": "R",
    "outcome": "granted",
    "ground": "harm",
    "reason": "retention",
    "use": "accepted",
}
_KINDS = {"user": "machine", "case_event": "opened", "ledger_entry": "sample/1", "own_entry": "stance"}

_ATTACKS = (
    ("erasure_order", "UPDATE erasure_order SET reason = 'court_order'"),
    ("erasure_order", "DELETE FROM erasure_order"),
    ("ledger_head", "UPDATE ledger_head SET seq = 0"),
    ("ledger_head", "DELETE FROM ledger_head"),
    (
        "ledger_head",
        (
            "INSERT INTO ledger_head (organisation_id, seq, hash, recorded_at) "
            "SELECT organisation_id, 0, hash, recorded_at FROM ledger_head WHERE true "
            "ON CONFLICT (organisation_id) DO UPDATE SET seq = 0"
        ),
    ),
)


def bite(connection: Connection, *, alone: bool = False) -> None:
    """Try every attack on every guarded table, and to look over the wall between organisations.

    Only when `alone` TRUNCATE is tried too: it waits until nobody else uses the table. Raises
    `StartRefused` naming the statement that went through.
    """
    outer = connection.begin_nested()
    try:
        tables = _put_rows(connection)
        embedded = not is_walled(connection)
        if embedded:
            # With recursive triggers the delete guard would hide that the guard against REPLACE is gone.
            connection.exec_driver_sql("PRAGMA recursive_triggers=OFF")
        for statement in _attacks(tables, embedded=embedded, alone=alone):
            _must_be_refused(connection, statement)
        _must_see_nothing_of_others(connection)
    finally:
        outer.rollback()
        if not is_walled(connection):
            connection.exec_driver_sql("PRAGMA recursive_triggers=ON")


def _attacks(tables: set[str], *, embedded: bool, alone: bool) -> Iterator[str]:
    for table in (name for name in GUARDED if name in tables):
        yield f"UPDATE {table} SET organisation_id = organisation_id"
        yield f"DELETE FROM {table}"
    for table, statement in _ATTACKS:
        if table in tables:
            yield statement
    for table in (name for name in (*GUARDED, "ledger_head", "erasure_order") if name in tables):
        if embedded:
            yield f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
        elif alone:
            yield f"TRUNCATE {table} CASCADE"


def _must_be_refused(connection: Connection, statement: str) -> None:
    savepoint = connection.begin_nested()
    try:
        connection.exec_driver_sql(statement)
    except IntegrityError as error:
        # A key that points at the row came in between; on a row without one it would have gone through.
        went_through = "append-only" not in str(error.orig)
    except DBAPIError as error:
        # Any other error, such as a lock that did not come free, says nothing about the guards.
        if not _lacks_the_right(error):
            raise
        went_through = False
    else:
        went_through = True
    finally:
        savepoint.rollback()
    if went_through:
        raise StartRefused(
            f"History is not protected: the database let '{statement}' through (nothing was "
            "changed). Run 'werkrelatie init' to put the guards back, and find out who took them off."
        )


def _lacks_the_right(error: DBAPIError) -> bool:
    """Tell whether the role of PostgreSQL itself may not do this, which is refusal enough."""
    return getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE


def _must_see_nothing_of_others(connection: Connection) -> None:
    if not is_walled(connection) or _ignores_walls(connection):
        return
    for whose in (_OTHER, None):
        bind(connection, whose)
        for table in owned_tables(connection):
            # The organisation that was made up has a row here, and nobody else may see it.
            seen = connection.exec_driver_sql(
                f'SELECT 1 FROM "{table}" WHERE organisation_id = %s LIMIT 1',
                (_SAMPLE,),
            ).first()
            if seen:
                raise StartRefused(
                    f"The table '{table}' shows rows of another organisation. Run 'werkrelatie init' to "
                    "put its row level security back, and find out who changed it."
                )


def _ignores_walls(connection: Connection) -> bool:
    return bool(
        connection.exec_driver_sql(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).scalar()
    )


def _put_rows(connection: Connection) -> set[str]:
    """Insert one row into every guarded table and those it points at; they never get committed."""
    bind(connection, _SAMPLE)
    metadata = MetaData()
    metadata.reflect(connection, only=lambda name, _: name in _IN_ORDER)
    for name in _IN_ORDER:
        if name in metadata.tables:
            table = metadata.tables[name]
            connection.execute(insert(table), _sample(table))
    return {*metadata.tables}


def _sample(table: Table) -> dict[str, Any]:
    return {
        column.name: _value(table.name, column.name, column.type)
        for column in table.columns
        if not column.nullable
    }


def _value(table: str, column: str, kind: object) -> Any:  # noqa: ANN401, PLR0911 - one per type
    match kind:
        case Uuid():
            return _SAMPLE
        case CHAR():
            return _SAMPLE.hex
        case DateTime():
            # Of now: a line of the log is protected while it is young.
            return datetime.now(UTC)
        case Boolean():
            # The one organisation with clients in an embedded database may be there.
            return column == "demonstration"
        case Integer():
            return 1
        case LargeBinary():
            return bytes(32)
        case _ if column == "kind":
            return _KINDS[table]
        case _:
            return _WORDS.get(column, "0")

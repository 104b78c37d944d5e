"""Triggers that keep history from being changed, put back and tried after every migration.

They are not part of single migrations: SQLite drops the triggers of a table that a migration
rebuilds, without a word. So every run of the migrations begins by taking all of them off, and ends
by putting them on.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, Inspector, inspect

from app.database.engine import StartRefused
from app.domain.access_log import LOG_YEARS

_PARTICIPANT_OF_THREAD = """
    SELECT t.participant_id FROM thread t
    WHERE t.organisation_id = OLD.organisation_id AND t.id = OLD.thread_id"""
_PARTICIPANT_OF_ASSESSMENT = """
    SELECT t.participant_id FROM assessment a
    JOIN thread t ON t.organisation_id = a.organisation_id AND t.id = a.thread_id
    WHERE a.organisation_id = OLD.organisation_id AND a.id = OLD.assessment_id"""

HISTORY: Mapping[str, str] = {
    "assessment": f"o.participant_id IS NULL OR o.participant_id = ({_PARTICIPANT_OF_THREAD})",
    "statement": f"o.participant_id IS NULL OR o.participant_id = ({_PARTICIPANT_OF_ASSESSMENT})",
    "advice_use": f"o.participant_id IS NULL OR o.participant_id = ({_PARTICIPANT_OF_ASSESSMENT})",
    "case_event": "o.participant_id IS NULL",
    # Whose passage it is depends on where the passage stands, and it says nothing of a client itself: any
    # order about the case will do.
    "withholding": "1 = 1",
}
"""What is recorded of a client: never updated, deleted only where an executed order covers the row."""

FOREVER = (
    *("ledger_entry", "access_seal", "access_review", "erased_row"),
    *("own_entry", "hidden_entry", "signal_setting"),
)
"""Never updated, never deleted."""

LOG = ("access_event", "accessed_client")
"""Never updated; deleted only when it is old enough."""

GUARDED = (*HISTORY, *FOREVER, *LOG)

_DECIDED = "NEW.granted_at IS NOT NULL OR NEW.refused_at IS NOT NULL OR NEW.executed_at IS NOT NULL"
_SAME = ("organisation_id", "id", "case_id", "participant_id", "reason", "requested_by_id", "requested_at")
_GRANT = ("granted_by_id", "granted_at")
_REFUSAL = ("refused_by_id", "refused_at", "refusal_ground")


def install(connection: Connection) -> None:
    """Put the guards on every table that is there; an older schema has fewer."""
    inspector = inspect(connection)
    tables = {*inspector.get_table_names()}
    make = _on_postgresql if connection.dialect.name == "postgresql" else _on_sqlite
    for statement in make(inspector, tables):
        connection.exec_driver_sql(statement.replace("%", "%%") if _is_server(connection) else statement)


def lift(connection: Connection) -> None:
    """Take the guards off, for a migration. It ends by putting them on again, or is undone."""
    if _is_server(connection):
        tables = inspect(connection).get_table_names()
        names = connection.exec_driver_sql(
            "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
        ).all()
        for name, table in names:
            if table in tables and name.startswith("guard_"):
                connection.exec_driver_sql(f'DROP TRIGGER {name} ON "{table}"')
        return
    triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
    for name in triggers.all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def refuse_changed_guards(connection: Connection) -> None:
    """Check that every guard is there, word for word and switched on. Raises `StartRefused`.

    Trying them is not enough: on PostgreSQL the serving role lacks the rights for some attacks, so it
    would not notice that the guard behind them is gone.
    """
    inspector = inspect(connection)
    tables = {*inspector.get_table_names()}
    if _is_server(connection):
        found = {*connection.exec_driver_sql(_TRIGGERS).scalars()}
        found |= {
            _function(name, source.removeprefix(" BEGIN ").removesuffix(" END "))
            for name, source in connection.exec_driver_sql(_FUNCTIONS)
        }
        expected = _on_postgresql(inspector, tables)
    else:
        stored = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'").scalars()
        found = {text.replace("CREATE TRIGGER", "CREATE TRIGGER IF NOT EXISTS", 1) for text in stored}
        expected = _on_sqlite(inspector, tables)
    for statement in expected:
        if statement.startswith("CREATE") and statement not in found:
            raise StartRefused(
                f"History is not protected: the guard '{_NAME.findall(statement)[0]}' is missing, changed or "
                "switched off. Run 'werkrelatie init' to put it back, and find out who did it."
            )


_NAME = re.compile(r"(?:FUNCTION|TRIGGER(?: IF NOT EXISTS)?) (\w+)")
_TRIGGERS = """SELECT pg_get_triggerdef(pg_trigger.oid, true) FROM pg_trigger
    JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND tgenabled = 'A' AND relnamespace = current_schema()::regnamespace"""
_FUNCTIONS = """SELECT proname, prosrc FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype"""


def _is_server(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _may_go(table: str, tables: Iterable[str], *, server: bool) -> str:
    """Return the condition under which a row of a table may be deleted."""
    if table in LOG:
        oldest = (
            f"now() - interval '{LOG_YEARS} years'"
            if server
            else f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-{LOG_YEARS} years')"
        )
        if table == "access_event":
            return f"OLD.recorded_at < {oldest}"
        return f"""NOT EXISTS (SELECT 1 FROM access_event e
            WHERE e.organisation_id = OLD.organisation_id AND e.id = OLD.event_id
            AND e.recorded_at >= {oldest})"""
    if table in HISTORY and "erasure_order" in tables:
        return f"""EXISTS (SELECT 1 FROM erasure_order o
            WHERE o.organisation_id = OLD.organisation_id AND o.case_id = OLD.case_id
            AND o.executed_at IS NOT NULL AND ({HISTORY[table]}))"""
    return "1 = 0"


def _refusal(table: str) -> str:
    if table in LOG:
        return f"append-only: {table} is deleted only after {LOG_YEARS} years"
    if table in HISTORY:
        return f"append-only: {table} is deleted only under an executed erasure order"
    return f"append-only: {table} is never deleted"


# ---------------------------------------------------------------- SQLite


def _on_sqlite(inspector: Inspector, tables: set[str]) -> Iterator[str]:
    def trigger(name: str, event: str, condition: str, message: str) -> str:
        return f"""CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event}
            WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"""

    for table in (name for name in GUARDED if name in tables):
        may_go = _may_go(table, tables, server=False)
        yield trigger(
            f"guard_{table}_update", f"UPDATE ON {table}", "1 = 1", f"append-only: {table} is never updated"
        )
        yield trigger(f"guard_{table}_delete", f"DELETE ON {table}", f"NOT ({may_go})", _refusal(table))
        # INSERT OR REPLACE deletes without the delete trigger unless recursive_triggers is on.
        yield trigger(
            f"guard_{table}_replace",
            f"INSERT ON {table}",
            _exists_already(inspector, table),
            f"append-only: this row of {table} exists",
        )
    if "ledger_head" in tables:
        yield trigger(
            "guard_ledger_head_delete", "DELETE ON ledger_head", "1 = 1", "append-only: ledger_head"
        )
        yield trigger(
            "guard_ledger_head_replace",
            "INSERT ON ledger_head",
            _exists_already(inspector, "ledger_head"),
            "append-only: this row of ledger_head exists",
        )
        yield trigger(
            "guard_ledger_head_update",
            "UPDATE ON ledger_head",
            "NEW.seq <= OLD.seq OR NEW.organisation_id <> OLD.organisation_id",
            "append-only: the ledger only grows",
        )
    if "erasure_order" in tables:
        yield trigger(
            "guard_erasure_order_start",
            "INSERT ON erasure_order",
            f"{_DECIDED} OR {_exists_already(inspector, 'erasure_order')}",
            "append-only: an order starts as a request",
        )
        yield trigger(
            "guard_erasure_order_step",
            "UPDATE ON erasure_order",
            _order_step(changed="IS NOT"),
            "append-only: an order only moves forward",
        )
        yield trigger(
            "guard_erasure_order_delete", "DELETE ON erasure_order", "1 = 1", "append-only: erasure_order"
        )
        # Row level security does not exist here, so one file holds the clients of one organisation.
        yield trigger(
            "guard_organisation_alone",
            "INSERT ON organisation",
            "NEW.demonstration = 0 AND EXISTS (SELECT 1 FROM organisation WHERE demonstration = 0)",
            "one organisation with clients in an embedded database",
        )
        yield trigger(
            "guard_organisation_stays",
            "UPDATE OF demonstration ON organisation",
            "NEW.demonstration <> OLD.demonstration",
            "one organisation with clients in an embedded database",
        )


def _exists_already(inspector: Inspector, table: str) -> str:
    keys = [inspector.get_pk_constraint(table)["constrained_columns"]]
    keys += sorted(unique["column_names"] for unique in inspector.get_unique_constraints(table))
    return " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} x WHERE "
        + " AND ".join(f"x.{column} = NEW.{column}" for column in key)
        + ")"
        for key in keys
    )


def _order_step(changed: str) -> str:
    def differs(columns: Iterable[str]) -> str:
        return " OR ".join(f"NEW.{column} {changed} OLD.{column}" for column in columns)

    return (
        f"OLD.executed_at IS NOT NULL OR {differs(_SAME)}"
        f" OR (OLD.granted_at IS NOT NULL AND ({differs((*_GRANT, *_REFUSAL))}))"
        f" OR (OLD.refused_at IS NOT NULL AND ({differs((*_GRANT, *_REFUSAL))}))"
        " OR (OLD.granted_at IS NULL AND NEW.executed_at IS NOT NULL)"
    )


# ---------------------------------------------------------------- PostgreSQL


def _on_postgresql(_: Inspector, tables: set[str]) -> Iterator[str]:
    # A statement trigger bites on an empty table too.
    yield _function(
        "append_only",
        "RAISE EXCEPTION 'append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';",
    )
    for table in (name for name in GUARDED if name in tables):
        may_go = _may_go(table, tables, server=True)
        yield _function(
            f"guard_{table}",
            f"IF {may_go} THEN RETURN OLD; END IF; "
            f"RAISE EXCEPTION '{_refusal(table)}' USING ERRCODE = 'restrict_violation';",
        )
        yield from _trigger(table, "UPDATE OR TRUNCATE", "STATEMENT", "append_only")
        yield from _trigger(table, "DELETE", "ROW", f"guard_{table}")
    if "ledger_head" in tables:
        yield _function(
            "guard_ledger_head",
            "IF NEW.seq <= OLD.seq OR NEW.organisation_id <> OLD.organisation_id THEN "
            "RAISE EXCEPTION 'append-only: the ledger only grows' USING ERRCODE = 'restrict_violation'; "
            "END IF; RETURN NEW;",
        )
        yield from _trigger("ledger_head", "UPDATE", "ROW", "guard_ledger_head")
        yield from _trigger("ledger_head", "DELETE OR TRUNCATE", "STATEMENT", "append_only")
    if "erasure_order" in tables:
        step = _order_step(changed="IS DISTINCT FROM")
        refuse = "RAISE EXCEPTION 'append-only: %' USING ERRCODE = 'restrict_violation';"
        start, forward = (
            refuse.replace("%", words)
            for words in ("an order starts as a request", "an order only moves forward")
        )
        yield _function(
            "guard_erasure_order",
            f"IF TG_OP = 'INSERT' THEN IF {_DECIDED} THEN {start} END IF; RETURN NEW; END IF; "
            f"IF {step} THEN {forward} END IF; RETURN NEW;",
        )
        yield from _trigger("erasure_order", "INSERT OR UPDATE", "ROW", "guard_erasure_order")
        yield from _trigger("erasure_order", "DELETE OR TRUNCATE", "STATEMENT", "append_only")


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
        f"AS $$ BEGIN {body} END $$"
    )


def _trigger(table: str, events: str, level: str, function: str) -> Iterator[str]:
    name = f"guard_{table}_{level.lower()}"
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    yield (f"CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH {level} EXECUTE FUNCTION {function}()")
    # A plain trigger is skipped where session_replication_role is 'replica'.
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"

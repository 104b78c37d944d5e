"""Copy a PostgreSQL database while it is used, and load a copy, with the tools of PostgreSQL."""

import os
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect

from app.database.backups.archive import Progress
from app.database.backups.manifest import BackupRefused
from app.database.engine import Database, transaction
from app.database.walls import SERVING_ROLE, put_up

_A_TABLE = ("dumping contents of table", "processing data for table")


@contextmanager
def snapshot(database: Database) -> Iterator[tuple[Connection, str]]:
    """Hold on to one moment, and yield its name for `copy`.

    Raises `BackupRefused` when the role does not see all rows.
    """
    with transaction(database, write=False) as connection:
        without_limits(connection)
        _refuse_partial_sight(connection)
        yield connection, str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


def without_limits(connection: Connection) -> None:
    """Let the rest of this transaction take as long as a whole database takes."""
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {limit} = 0")


def _refuse_partial_sight(connection: Connection) -> None:
    role = connection.exec_driver_sql("SELECT current_user").scalar_one()
    tables = connection.exec_driver_sql(
        """SELECT relname, has_table_privilege(oid, 'SELECT'), row_security_active(oid) FROM pg_class
        WHERE relkind IN ('r', 'p', 'S') AND relnamespace = current_schema()::regnamespace ORDER BY 1"""
    ).all()
    if not tables:
        raise BackupRefused("The database is empty: there is nothing to make a backup of.")
    for name, may_read, is_behind_a_wall in tables:
        if not may_read or is_behind_a_wall:
            why = "does not see all rows of" if may_read else "may not read"
            raise BackupRefused(
                f"The role '{role}' {why} '{name}', so its backup would be incomplete. Make backups as the "
                "role 'backup'; see docs/operations.md."
            )


def copy(database: Database, moment: str, tables: int, target: Path, progress: Progress) -> None:
    """Write the database as it was at a moment into a file. Raises `BackupRefused`."""
    words = ("--format=custom", "--no-password", "--verbose", f"--snapshot={moment}", f"--file={target}")
    _run(database, "pg_dump", (*words, _address(database)), tables, progress)


def refuse_damage(database: Database, dump: Path) -> None:
    """Check that a copy can be read. Raises `BackupRefused`."""
    _run(database, "pg_restore", ("--list", str(dump)), 0, lambda *_: None)


def refuse_unless_empty(database: Database) -> None:
    """Check that a backup can be put here. Raises `BackupRefused`."""
    with transaction(database, write=False) as connection:
        tables = inspect(connection).get_table_names()
        roles = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (SERVING_ROLE,)).all()
        may_create = connection.exec_driver_sql(
            "SELECT has_schema_privilege(current_schema(), 'CREATE')"
        ).scalar_one()
    if tables:
        raise BackupRefused(
            f"The database has tables already ('{tables[0]}'). A backup is put back into an empty database "
            "only: make one with CREATE DATABASE. Nothing was changed."
        )
    if not roles:
        raise BackupRefused(
            f"PostgreSQL has no role {SERVING_ROLE}, which is the one to serve as. Make it first; see "
            "docs/operations.md. Nothing was changed."
        )
    if not may_create:
        raise BackupRefused(
            "This role may not make tables here. Restore as the role that owns the database; see "
            "docs/operations.md. Nothing was changed."
        )


def load(database: Database, dump: Path, tables: int, progress: Progress) -> None:
    """Load a copy into an empty database: all of it, or nothing. Raises `BackupRefused`."""
    # Whoever loads owns the tables, and nobody else has a right to them until `open_doors`.
    whole = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    words = (*whole, "--no-password", "--verbose", f"--dbname={_address(database)}", str(dump))
    _run(database, "pg_restore", words, tables, progress)


def close_doors(connection: Connection) -> None:
    """Take the rights of the serving role away, so that nobody is served what is not checked yet."""
    connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {SERVING_ROLE}")


def open_doors(database: Database) -> None:
    """Let the database be served."""
    with transaction(database, write=True) as connection:
        put_up(connection)


# ---------------------------------------------------------------- the tools


def _address(database: Database) -> str:
    """Write the address for the tools, without the password: others can see how a program is called."""
    address = database.writer.url._replace(drivername="postgresql", password=None)
    return address.render_as_string(hide_password=False)


def _run(database: Database, name: str, words: Sequence[str], tables: int, progress: Progress) -> None:
    program = shutil.which(name)
    if program is None:
        raise BackupRefused(
            f"The program {name} is not installed here. Install the client of PostgreSQL, of the version of "
            "the server or newer."
        )
    surroundings = {**os.environ, "LC_ALL": "C"}
    if database.writer.url.password:
        surroundings["PGPASSWORD"] = str(database.writer.url.password)
    last: deque[str] = deque(maxlen=20)
    done = 0
    with subprocess.Popen(  # noqa: S603 - no shell, and none of the words comes from a stranger
        (program, *words),
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as running:
        try:
            for line in running.stderr or ():
                last.append(line.strip())
                if any(sign in line for sign in _A_TABLE):
                    done += 1
                    progress(done, tables)
        except BaseException:
            running.terminate()
            raise
    if running.returncode:
        wrong = [line for line in last if "error:" in line or "detail:" in line] or [*last, "no reason given"]
        reasons = (
            line.partition("error: ")[2] or line.partition("detail: ")[2] or line for line in wrong[:2]
        )
        raise BackupRefused(f"{name} did not succeed: {'; '.join(reasons)}.")

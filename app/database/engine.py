"""The embedded and the server database, behind one way to open a transaction.

Raw SQL and engines live in this package and nowhere else.
"""

import os
import re
import secrets
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from app.database.authorizer import restrict
from app.domain.errors import Busy, CannotLog, DomainError, NoRoom
from app.settings import Settings

LOCK_SECONDS = 5.0

# SQLite up to 3.51.2 can lose committed data in WAL mode with two or more connections.
OLDEST_SQLITE = (3, 51, 3)

_PRAGMAS = (
    "foreign_keys=ON",
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=5000",
    "recursive_triggers=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "journal_size_limit=67108864",
    "temp_store=MEMORY",
)


class StartRefused(Exception):
    """The service does not start; the message says why, and what to do about it."""


class FairLock:
    """First come, first served. `threading.Lock` promises no order, and SQLite's waiting has none."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Semaphore] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Wait for the turn, and pass it on at the end. Raises `Busy` when it does not come."""
        with self._guard:
            ticket = threading.Semaphore(0) if self._held else None
            if ticket is None:
                self._held = True
            else:
                self._waiting.append(ticket)
        if ticket is not None and not ticket.acquire(timeout=seconds):
            with self._guard:
                # When the ticket is gone, the turn came in the same moment: then it is ours.
                if ticket in self._waiting:
                    self._waiting.remove(ticket)
                    raise Busy
        try:
            yield
        finally:
            with self._guard:
                if self._waiting:
                    self._waiting.popleft().release()
                else:
                    self._held = False


@dataclass(frozen=True, slots=True)
class Database:
    """One database. `lock` is there on SQLite only, which has one writer at a time.

    `observer` is for reads that leave a line in the access log: it writes, and sees one moment.
    """

    reader: Engine
    writer: Engine
    observer: Engine
    lock: FairLock | None

    @property
    def is_embedded(self) -> bool:
        """Whether this is the embedded database."""
        return self.lock is not None

    def close(self) -> None:
        """Close all connections."""
        self.writer.dispose()


_FROM_OUTSIDE = (OperationalError, InternalError)
"""What is the database's, or its surroundings'; a program at fault raises other errors."""


@contextmanager
def transaction(database: Database, *, write: bool, one_moment: bool = False) -> Iterator[Connection]:
    """Commit on success, roll back on any exception; a read cannot write.

    With `one_moment` all statements of a write see the database as it was at the first of them.

    Raises `Busy` when the lock or a connection does not come free in time, and `NoRoom` when the disk
    is full; also when that shows at the commit.
    """
    turn = database.lock.turn(LOCK_SECONDS) if write and database.lock else nullcontext()
    engine = database.reader
    if write:
        engine = database.observer if one_moment else database.writer
    with turn:
        try:
            with engine.begin() as connection:
                yield connection
        except PoolTimeout as error:
            raise Busy from error
        except _FROM_OUTSIDE as error:
            refusal = _refusal(error)
            if refusal is None:
                raise
            raise refusal from error
        except CannotLog as error:
            # A collision at the log is like any other: to try again helps.
            cause = error.__cause__
            if isinstance(cause, _FROM_OUTSIDE) and isinstance(busy := _refusal(cause), Busy):
                raise busy from error
            raise


def drop_remnants(database: Database) -> None:
    """Empty the journal of the embedded database, so that nothing that was erased is left in it.

    On PostgreSQL this is the business of who owns the tables: see docs/operations.md. Raises `Busy`
    when somebody keeps reading what was there before.
    """
    if database.lock is None:
        return
    with database.lock.turn(LOCK_SECONDS), database.reader.connect() as connection:
        # Not within a transaction: a cursor of the driver begins none.
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA query_only=OFF")
        try:
            (busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.close()
            connection.info.pop("write", None)
    if busy:
        raise Busy


def _refusal(error: DBAPIError) -> DomainError | None:
    """Tell what it is that is no fault of ours: a lock, a full disk, a database that is away or stopping."""
    # By attribute: the driver of PostgreSQL is not loaded where it is not used.
    state = getattr(error.orig, "sqlstate", _NO_STATE)
    if state is _NO_STATE:
        words = str(error.orig)
        if any(full in words for full in _DISK_WORDS):
            return NoRoom()
        return Busy() if "database is locked" in words else None
    if state == _DISK_FULL:
        return NoRoom()
    if state is None or state[:2] in _PASSING or state in _TOO_SLOW:
        return Busy(collided=state in _COLLIDED)
    return None


_NO_STATE: Any = object()
_DISK_FULL = "53100"
# Serialization failure, deadlock, lock not available: PostgreSQL chose us to give way to another.
_COLLIDED = ("40001", "40P01", "55P03")
# We took so long between two statements that PostgreSQL gave up on us: only on a machine that is overloaded.
_TOO_SLOW = ("25P03", "25P04")
_DISK_WORDS = ("database or disk is full", "disk I/O error")
# Classes of SQLSTATE: connection, rollback, resources, not in the state for it, intervention.
_PASSING = ("08", "40", "53", "55", "57")


# ---------------------------------------------------------------- opening


def open_database(settings: Settings) -> Database:
    """Open what the settings name. The embedded database and its key are made when missing."""
    if settings.database_url:
        return _server(settings.database_url)
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartRefused(
            f"The data folder {settings.data_dir} cannot be made ({error.strerror}). "
            "Choose another one with WERKRELATIE_DATA_DIR."
        ) from error
    return _embedded(settings.database_file, read_key(settings.key_file, settings.database_file))


def _server(url: str) -> Database:
    if not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise StartRefused(
            "WERKRELATIE_DATABASE_URL has to be a PostgreSQL address: postgresql://role@host/database. "
            "Leave it out for the embedded database."
        )
    engine = create_engine(
        re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", url),
        pool_size=5,
        max_overflow=5,
        pool_timeout=LOCK_SECONDS,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={
            "options": "-c statement_timeout=5s -c lock_timeout=3s -c TimeZone=UTC "
            "-c idle_in_transaction_session_timeout=10s",
            "connect_timeout": 5,
        },
    )
    # A read sees one moment, however many statements it takes.
    observer = engine.execution_options(isolation_level="REPEATABLE READ")
    return Database(observer.execution_options(postgresql_readonly=True), engine, observer, None)


def _embedded(path: Path, key: str) -> Database:
    if (have := sqlcipher3.dbapi2.sqlite_version_info) < OLDEST_SQLITE:
        raise StartRefused(
            f"SQLite {'.'.join(map(str, have))} can lose data; at least "
            f"{'.'.join(map(str, OLDEST_SQLITE))} is needed. Install a newer 'sqlcipher3', "
            "or use PostgreSQL (WERKRELATIE_DATABASE_URL)."
        )

    def connect() -> Any:  # noqa: ANN401 - the driver has no types
        connection = connect_to_file(path, key)
        restrict(connection)
        return connection

    engine = create_engine(
        "sqlite://",
        creator=connect,
        module=sqlcipher3.dbapi2,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
        hide_parameters=True,
    )
    # The driver's own transactions are off; these two listeners begin them.
    event.listen(engine, "begin", _begin)
    writer = engine.execution_options(write=True)
    database = Database(engine, writer, writer, FairLock())
    _refuse_a_wrong_key(engine, path)
    if path.exists():
        path.chmod(0o600)
    return database


def connect_to_file(path: Path, key: str) -> Any:  # noqa: ANN401 - the driver has no types
    """Return a connection of the driver to an embedded database, outside of any pool and unrestricted."""
    # All statements stay prepared, so that SQLite asks the authoriser once for each.
    connection = sqlcipher3.dbapi2.connect(
        path, check_same_thread=False, isolation_level=None, cached_statements=512
    )
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    if connection.info.get("write") is not write:
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if write else 'ON'}")
        connection.info["write"] = write
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _refuse_a_wrong_key(engine: Engine, path: Path) -> None:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except sqlcipher3.dbapi2.DatabaseError as error:
        raise _wrong_key(path) from error
    except Exception as error:
        if isinstance(getattr(error, "orig", None), sqlcipher3.dbapi2.DatabaseError):
            raise _wrong_key(path) from error
        raise


def _wrong_key(path: Path) -> StartRefused:
    return StartRefused(
        f"{path} cannot be opened with this key. Put the right key file back; nothing was changed."
    )


def read_key(path: Path, database: Path) -> str:
    """Return the key of an embedded database; it is made when both are missing."""
    if not path.exists():
        if database.exists():
            raise StartRefused(
                f"The key {path} of {database} is missing. Put it back; without it nobody can "
                "read the database. Nothing was changed."
            )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise StartRefused(f"Others can read the key {path}. Make it yours alone: chmod 600 {path}")
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch("[0-9a-fA-F]{64}", key):
        raise StartRefused(f"The key {path} has to be 64 hexadecimal digits.")
    return key

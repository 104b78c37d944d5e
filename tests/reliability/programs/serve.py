"""The service with something broken on purpose, or on a disk of a given size: what the tests must notice.

Flags: `[--commit-late SECONDS] [--synchronous MODE] [--pages FILE] [--no-lock TABLE]`. Without any it is the
service itself, by its own command. Nothing of this is in the application.
"""

import argparse
import ctypes
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

import app.access
from app.cli import main
from app.database import Database, engine
from app.database.authorizer import lifted
from app.logs import set_up_logs
from app.server import run
from app.settings import Settings


def commit_late(seconds: float) -> None:
    """Answer first and commit a little later, as a `yield` dependency of FastAPI does by default."""

    @contextmanager
    def transaction(database: Database, *, write: bool, one_moment: bool = False) -> Iterator[Connection]:
        assert write, "only this is called with it"
        connection = (database.observer if one_moment else database.writer).connect()
        begun = connection.begin()
        try:
            yield connection
        except BaseException:
            begun.rollback()
            connection.close()
            raise

        def later() -> None:
            time.sleep(seconds)
            begun.commit()
            connection.close()

        threading.Thread(target=later).start()

    setattr(app.access, "transaction", transaction)  # noqa: B010 - it is not exported


def synchronous(mode: str) -> None:
    """Let the embedded database hand its commits to the operating system and wait for nothing."""
    pragmas: Any = (f"synchronous={mode}" if one == "synchronous=FULL" else one for one in engine._PRAGMAS)
    engine._PRAGMAS = tuple(pragmas)


def pages(file: Path) -> None:
    """Give the embedded database a disk of as many pages as the file says, at this moment."""
    begin: Any = engine._begin

    def begin_on_a_small_disk(connection: Connection) -> None:
        with lifted(connection):
            connection.exec_driver_sql(f"PRAGMA max_page_count={int(file.read_text())}")
        begin(connection)

    engine._begin = begin_on_a_small_disk


def no_lock(tables: list[str]) -> None:
    """Let PostgreSQL lock no rows of these tables while they are read."""

    def strip(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> tuple[str, Any]:
        if any(f"FROM {table}" in statement for table in tables):
            # Both have read before either writes: without it the gap is too narrow to fall into.
            if " FOR UPDATE" in statement:
                time.sleep(0.01)
            statement = statement.replace(" FOR UPDATE", "")
        return statement, parameters

    event.listen(Engine, "before_cursor_execute", strip, retval=True)


def serve(flags: Sequence[str], environment: Mapping[str, str], log: str, says: Pipe) -> None:
    """Be a serving process: what it says goes through the pipe, what it logs into a file."""
    os.setsid()
    for name in [name for name in os.environ if name.startswith("WERKRELATIE_")]:
        del os.environ[name]
    os.environ.update(environment)
    os.dup2(says.fileno(), sys.stdout.fileno())
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())
    with suppress(OSError, AttributeError):
        # Where Linux only lets parents trace, strace may trace this one (PR_SET_PTRACER, any).
        ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1), 0, 0, 0)
    if not flags:
        sys.argv = ["werkrelatie", "serve", "--port", "0"]
        main()
    break_on_purpose(flags)
    settings = Settings()
    set_up_logs(settings.log_level)
    run(settings, "127.0.0.1", 0, None)


def break_on_purpose(flags: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--commit-late", type=float)
    parser.add_argument("--synchronous")
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--no-lock", action="append", default=[])
    given = parser.parse_args(flags)
    if given.commit_late:
        commit_late(given.commit_late)
    if given.synchronous:
        synchronous(given.synchronous)
    if given.pages:
        pages(given.pages)
    if given.no_lock:
        no_lock(given.no_lock)

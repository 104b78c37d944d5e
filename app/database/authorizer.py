"""What a connection to the embedded database may do at all, whatever statement reaches it.

PostgreSQL has a role for this that owns nothing. Here the file has one owner, so SQLite itself is told
to refuse what no request ever needs: to change the schema, to open another file, to switch a
protection off, to touch the ledger. Migrations and backups lift it for as long as they last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection

_ACTIONS = frozenset(
    {
        driver.SQLITE_SELECT,
        driver.SQLITE_READ,
        driver.SQLITE_RECURSIVE,
        driver.SQLITE_INSERT,
        driver.SQLITE_UPDATE,
        driver.SQLITE_DELETE,
        driver.SQLITE_TRANSACTION,
        driver.SQLITE_SAVEPOINT,
        driver.SQLITE_FUNCTION,
        driver.SQLITE_ANALYZE,
        driver.SQLITE_PRAGMA,
    }
)
_WRITES = frozenset({driver.SQLITE_INSERT, driver.SQLITE_UPDATE, driver.SQLITE_DELETE})
_FUNCTIONS = frozenset({"load_extension", "sqlcipher_export", "fts3_tokenizer"})
_PRAGMAS = frozenset(
    {
        *("query_only", "busy_timeout", "cache_size", "wal_checkpoint", "optimize"),
        *("quick_check", "integrity_check"),
        *("table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo"),
        *("foreign_key_list", "foreign_key_check"),
    }
)
"""What takes a value without weakening anything. Others can be asked for, and not set."""


def restrict(connection: Any) -> None:  # noqa: ANN401 - the driver has no types
    """Let a new connection do no more than requests need."""
    connection.set_authorizer(_authorise)


@contextmanager
def lifted(connection: Connection) -> Iterator[None]:
    """Let one connection do everything for a while; on PostgreSQL that depends on the role."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    raw.set_authorizer(None)
    try:
        yield
    finally:
        restrict(raw)


def _authorise(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Answer SQLite while it prepares a statement; statements that are kept are not asked about again."""
    if action not in _ACTIONS:
        allowed = False
    elif action in _WRITES:
        allowed = first is not None and not first.startswith("sqlite_")
        # Triggers refuse more, and say so in words; this stays when somebody took them off.
        allowed = allowed and (action == driver.SQLITE_INSERT or first != "ledger_entry")
    elif action == driver.SQLITE_PRAGMA:
        allowed = second is None or first in _PRAGMAS
    elif action == driver.SQLITE_FUNCTION:
        allowed = second not in _FUNCTIONS
    else:
        allowed = True
    return int(driver.SQLITE_OK if allowed else driver.SQLITE_DENY)

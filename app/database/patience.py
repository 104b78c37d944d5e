"""What a database has to be told before work that is longer than a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection

from app.database.engine import Database, transaction
from app.database.sessions import OrganisationSession
from app.database.walls import is_walled


def hold_the_log(connection: Connection) -> None:
    """Let nobody add to the access log until this transaction ends; call it before anything else.

    Numbers are given out before a transaction commits, so without this a row could appear below what
    was sealed. SQLite has one writer anyway.
    """
    if is_walled(connection):
        # As SHARE, and besides it keeps out a second process that seals.
        connection.exec_driver_sql("LOCK TABLE access_event IN SHARE ROW EXCLUSIVE MODE")


def take_time(connection: Connection) -> None:
    """Let the statements of this transaction last as long as they need: for work that nobody waits for."""
    if is_walled(connection):
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


@contextmanager
def reading_it_all(database: Database, organisation_id: UUID) -> Iterator[OrganisationSession]:
    """Open a session to read everything of one organisation, however long that takes.

    For commands, which end: the connection goes on keeping 64 MB of an embedded database at hand.
    """
    with transaction(database, write=False) as connection:
        take_time(connection)
        if not is_walled(connection):
            # Decrypting a page again and again takes a third of the time of a verification.
            connection.exec_driver_sql("PRAGMA cache_size=-65536")
        with OrganisationSession(connection, organisation_id) as session:
            yield session

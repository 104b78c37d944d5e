"""What a database has to be told before work that is longer than a request."""

from sqlalchemy import Connection

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


def take_room(connection: Connection) -> None:
    """Let this connection keep 64 MB of an embedded database at hand, for work that reads all of it.

    The connection stays like this, so it is for commands, which end. Decrypting a page again and again
    takes a third of the time of a verification.
    """
    if not is_walled(connection):
        connection.exec_driver_sql("PRAGMA cache_size=-65536")

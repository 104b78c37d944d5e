"""Compare a database that came out of a backup with its manifest, and bring it up to date."""

from app.database.backups import server
from app.database.backups.manifest import BackupRefused, Contents, contents_of, refuse_difference
from app.database.engine import Database
from app.database.schema import knows_revision, move, without_foreign_keys
from app.database.walls import is_walled, take_down


def refuse_newer(promised: Contents) -> None:
    """Check that this program knows the schema of a backup. Raises `BackupRefused`."""
    if not knows_revision(promised.schema_revision):
        raise BackupRefused(
            f"The backup has version {promised.schema_revision} of the schema, which this program does not "
            "know: a newer one made it. Use that version of the program; nothing was changed."
        )


def settle(database: Database, promised: Contents) -> None:
    """Compare, then migrate, in one transaction: the program and its guards are those of today.

    Raises `BackupRefused` with the first difference.
    """
    with without_foreign_keys(database) as connection:
        if is_walled(connection):
            server.without_limits(connection)
            # The owner counts all rows; the migration puts the walls up again.
            take_down(connection)
        refuse_difference(promised, contents_of(connection))
        move(connection, "head")
        if is_walled(connection):
            server.close_doors(connection)

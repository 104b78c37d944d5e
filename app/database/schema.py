"""Bring the schema up to date, and refuse to work with one that is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.database.authorizer import lifted
from app.database.bite import bite
from app.database.engine import Database, StartRefused, transaction
from app.database.guards import refuse_changed_guards
from app.database.walls import may_build, refuse_second_organisation, refuse_without_walls, role_of

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Return the configuration of Alembic, working on a given connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision in one transaction: all of it, or nothing.

    Raises `StartRefused` when a newer program has worked on the database.
    """
    with without_foreign_keys(database) as connection:
        current_revision(connection)
        move(connection, revision)


def make_ready(database: Database) -> None:
    """Bring the schema up to date; as a role that cannot, check that it is.

    On PostgreSQL the serving role owns nothing, so only the owner can migrate. Raises `StartRefused`.
    """
    with transaction(database, write=False) as connection:
        current, role = current_revision(connection), role_of(connection)
        builds = may_build(connection)
    if builds:
        migrate(database)
    elif current == _revisions().get_current_head():
        refuse_outdated_schema(database)
    else:
        state = "is empty" if current is None else f"has version {current} of the schema"
        raise StartRefused(
            f"The database {state}, and the role '{role}' may not change its tables: run "
            "'werkrelatie init' as the role that owns them; see docs/operations.md."
        )


@contextmanager
def without_foreign_keys(database: Database) -> Iterator[Connection]:
    """Open a transaction in which SQLite looks at the foreign keys at the end only.

    A migration that rebuilds a table drops it first, which SQLite refuses while others point at it;
    and within a transaction this cannot be switched off.
    """
    if not database.is_embedded:
        with transaction(database, write=True) as connection:
            yield connection
        return
    with database.writer.connect() as connection, lifted(connection):
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StartRefused("The migration left a row that points at nothing; it was undone.")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def move(connection: Connection, revision: str) -> None:
    """Go up or down to a revision (`head`, `base`, `-1`, or one by name)."""
    # Loaded here, because serving does without it.
    from alembic import command  # noqa: PLC0415 - see above

    config = alembic_config(connection)
    if revision == "base" or revision.startswith("-"):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def refuse_outdated_schema(database: Database) -> None:
    """Check that the schema is the one of this version of the program, and that its guards bite.

    Raises `StartRefused` with what to do.
    """
    with transaction(database, write=True) as connection:
        current, head = current_revision(connection), newest_revision()
        if current is None:
            raise StartRefused("The database is empty: run 'werkrelatie init' first.")
        if current != head:
            raise StartRefused(
                f"The database has version {current} of the schema and this program needs {head}: "
                "make a backup and run 'werkrelatie init'."
            )
        refuse_without_walls(connection)
        refuse_second_organisation(connection)
        with lifted(connection):
            bite(connection)
        refuse_changed_guards(connection)


def newest_revision() -> str | None:
    """Return the revision this program needs."""
    return _revisions().get_current_head()


def knows_revision(revision: str) -> bool:
    """Tell whether this program can bring a database of this revision up to date."""
    return any(revision == known.revision for known in _revisions().walk_revisions())


def _revisions() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config())


def current_revision(connection: Connection) -> str | None:
    """Return the revision a database is at. Raises `StartRefused` when this program does not know it."""
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and not knows_revision(current):
        raise StartRefused(
            f"The database has version {current} of the schema, which this program does not know: "
            "a newer one has worked on it. Use that version of the program; nothing was changed."
        )
    return current

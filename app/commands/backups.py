"""Make a backup in one file, and what a restore shares with that."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from app.commands import proof
from app.commands.common import opened, right_now
from app.database import Database, OrganisationSession, transaction
from app.database.backups import embedded, server
from app.database.backups.archive import Progress, mark, pack, unpack
from app.database.backups.manifest import (
    DATABASES,
    PUBLIC_KEYS,
    BackupRefused,
    Contents,
    Manifest,
    contents_of,
    members,
)
from app.database.engine import StartRefused
from app.database.schema import current_revision, newest_revision
from app.domain.access_log import Command
from app.domain.errors import CannotLog, DomainError
from app.domain.texts import Language
from app.services.access_log import write_command
from app.services.trail import Trail
from app.settings import Settings
from app.trust import CHECKPOINTS, ERASURES, TrustFolder
from app.upkeep import organisations_of

commands = typer.Typer()


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """Show on standard error how far it is."""
    steps = 1000
    with typer.progressbar(length=steps, label=label, file=sys.stderr) as bar:
        yield lambda done, total: bar.update(min(steps, done * steps // max(total, 1)) - bar.pos)
        bar.update(steps - bar.pos)


@contextmanager
def told(ending: str) -> Iterator[None]:
    """Turn whatever goes wrong into a sentence that says how things stand now."""
    try:
        yield
    except StartRefused as error:
        raise BackupRefused(f"{str(error).removesuffix(' Nothing was changed.')} {ending}") from error
    except DomainError as error:
        raise BackupRefused(f"{error.detail[Language.EN]} {ending}") from error
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        raise BackupRefused(f"The database refused: {reason}. {ending}") from error
    except OSError as error:
        reason = f"{error.filename or 'The file'}: {error.strerror or error}"
        raise BackupRefused(f"{reason}. {ending}") from error


def write_lines(database: Database, command: Command, now: datetime) -> None:
    """Write in the access log of every organisation what is done here: it concerns all their clients."""
    organisations = organisations_of(database)
    with transaction(database, write=True) as connection:
        for organisation_id in organisations:
            with OrganisationSession(connection, organisation_id) as session:
                write_command(session, Trail(command), now)
                session.flush()


def how_much(contents: Contents) -> str:
    """Say how much there is."""
    return f"{sum(contents.rows.values())} rows in {len(contents.rows)} tables"


def moment(at: datetime) -> str:
    """Say when."""
    return f"{at.astimezone(UTC):%Y-%m-%d at %H:%M:%S} UTC"


# ---------------------------------------------------------------- backup


@commands.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to make; it may not be there yet.")],
) -> None:
    """Make a backup in one file, while the service goes on. It gets its name when it was checked."""
    settings, file = Settings(), file.absolute()
    part = file.with_name(f"{file.name}.part")
    for path in (file, part):
        if path.exists() or path.is_symlink():
            raise BackupRefused(
                f"{path} is there already. Choose another name, or remove it when no other backup is at work."
            )
    if not file.parent.is_dir():
        raise BackupRefused(f"There is no folder {file.parent}.")
    if settings.database_url is None:
        embedded.refuse_without_database(settings)
    ours = False
    with told("There is no backup."):
        try:
            with (
                TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as scratch,
                opened() as database,
            ):
                manifest = _collect(database, settings, Path(scratch))
                ours = not part.exists()
                pack(Path(scratch), manifest, part)
            with bar("Checking") as progress:
                if unpack(part, None, progress) != manifest:
                    raise BackupRefused(f"{part} is not what was written. Is the disk all right?")
            if file.exists():
                raise BackupRefused(f"{file} was made by somebody else in the meantime.")
            part.rename(file)
            embedded.sync(file.parent)
        finally:
            if ours:
                part.unlink(missing_ok=True)
    typer.echo(
        f"The backup {file} is made and checked: {how_much(manifest.contents)}, as it was on "
        f"{moment(manifest.made)}."
    )


def _collect(database: Database, settings: Settings, folder: Path) -> Manifest:
    """Put everything that goes into a backup into a folder, checked."""
    trust, now = TrustFolder(settings.trust_folder), right_now()
    is_current = _log_and_look(database, trust, now)
    # A checkpoint may not be newer than the copy of the database, an erasure may.
    _copy_lines(trust, CHECKPOINTS, folder)
    _copy_lines(trust, PUBLIC_KEYS, folder)
    copy = _copy_embedded if database.is_embedded else _copy_server
    contents = copy(database, settings, folder, is_current=is_current)
    _copy_lines(trust, ERASURES, folder)
    engine = "embedded" if database.is_embedded else "postgresql"
    return Manifest(
        made_at=now.isoformat(),
        program=version("werkrelatie"),
        engine=engine,
        contents=contents,
        files={name: mark(folder / name) for name in members(engine)},
    )


def _log_and_look(database: Database, trust: TrustFolder, now: datetime) -> bool:
    """Write in the access log that a backup is made; return whether the schema is the newest."""
    with transaction(database, write=False) as connection:
        revision = current_revision(connection)
    if revision is None:
        raise BackupRefused("The database is empty: there is nothing to make a backup of.")
    if revision != newest_revision():
        typer.echo(
            f"The database has version {revision} of the schema, an older one: this backup is not in its "
            "access log.",
            err=True,
        )
        return False
    proof.bring_trust_up_to_date(database, trust, now)
    try:
        write_lines(database, Command.BACKUP, now)
    except CannotLog as error:
        raise BackupRefused(
            "The access log cannot be written, and without it no data leave. On PostgreSQL make backups as "
            "the role 'backup', made before 'werkrelatie init'; see docs/operations.md."
        ) from error
    return True


def _copy_embedded(_: Database, settings: Settings, folder: Path, *, is_current: bool) -> Contents:
    with bar("Copying") as progress:
        embedded.copy(settings, folder / DATABASES["embedded"], progress)
    with embedded.opened_copy(settings, folder) as copied:
        embedded.refuse_damage(copied)
        if is_current:
            with bar("Verifying") as progress:
                _verify(copied, folder, progress)
        with transaction(copied, write=False) as connection:
            return contents_of(connection)


def _copy_server(database: Database, _: Settings, folder: Path, *, is_current: bool) -> Contents:
    dump = folder / DATABASES["postgresql"]
    if is_current:
        with bar("Verifying") as progress:
            _verify(database, folder, progress)
    with server.snapshot(database) as (connection, name):
        contents = contents_of(connection)
        with bar("Copying") as progress:
            server.copy(database, name, len(contents.rows), dump, progress)
    server.refuse_damage(database, dump)
    return contents


def _verify(database: Database, folder: Path, progress: Progress) -> None:
    """Check what is copied against the checkpoints that were copied before it."""
    witness = TrustFolder(folder)
    proof.verify_everything(database, witness, witness, progress, may_be_behind=False)


def _copy_lines(trust: TrustFolder, name: str, folder: Path) -> None:
    """Copy the lines of a file of the trust folder, and not one that is being written."""
    source = trust.folder / name
    with (folder / name).open("wb") as target:
        if source.exists():
            with source.open("rb") as lines:
                target.writelines(line for line in lines if line.endswith(b"\n"))

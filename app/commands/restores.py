"""Put a backup back into an empty place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, NamedTuple

import typer

from app.commands import proof
from app.commands.backups import bar, how_much, moment, told, write_lines
from app.commands.common import opened, renew_signals, right_now
from app.database import Database
from app.database.backups import embedded, server
from app.database.backups.archive import manifest_of, unpack
from app.database.backups.manifest import DATABASES, PUBLIC_KEYS, BackupRefused, Manifest
from app.database.backups.settle import refuse_newer, settle
from app.domain.access_log import Command
from app.services.checkpoints import Head
from app.settings import Settings
from app.trust import CHECKPOINTS, ERASURES, TrustFolder

commands = typer.Typer()

_NOTHING_LEFT = "Nothing was restored, and nothing is left behind."
_TO_BE_DROPPED = (
    "The restore is not finished, and the service was given no rights in this database. Drop the database, "
    "make it again, and repeat the restore."
)
_NAMES = {"embedded": "the embedded database", "postgresql": "PostgreSQL"}


@commands.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup.")]) -> None:
    """Put a backup back into an empty place: checked, up to date, with later erasures carried out again."""
    settings = Settings()
    with told(_NOTHING_LEFT):
        manifest = manifest_of(file)
        refuse_newer(manifest.contents)
        engine = "embedded" if settings.database_url is None else "postgresql"
        if manifest.engine != engine:
            raise BackupRefused(
                f"This is a backup of {_NAMES[manifest.engine]}, and the settings name {_NAMES[engine]}: see "
                "WERKRELATIE_DATABASE_URL."
            )
    put_back = _restore_embedded if settings.database_url is None else _restore_server
    repeated = put_back(file, manifest, settings)
    typer.echo(
        f"Restored from {file}: {how_much(manifest.contents)}, as it was on {moment(manifest.made)}. "
        "What was recorded later is not in it."
    )
    typer.echo(f"{repeated} erasures of later were carried out again.")


def _restore_embedded(file: Path, manifest: Manifest, settings: Settings) -> int:
    trust = TrustFolder(settings.trust_folder)
    with told(_NOTHING_LEFT):
        embedded.refuse_unless_empty(settings)
        with (
            _folder(settings.data_dir),
            TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as scratch,
        ):
            folder = Path(scratch)
            _unpack(file, folder, manifest)
            with embedded.opened_copy(settings, folder) as database:
                embedded.refuse_damage(database)
                made_good = _make_good(database, manifest, folder, trust)
            embedded.move_into_place(folder, settings)
            lines = _missing_lines(folder, trust)
    with told("The backup is restored, but the trust folder could not be brought up to date."):
        _finish(trust, lines, made_good.heads)
    return made_good.repeated


def _restore_server(file: Path, manifest: Manifest, settings: Settings) -> int:
    trust = TrustFolder(settings.trust_folder)
    with opened() as database, TemporaryDirectory(prefix="werkrelatie-restore-") as scratch:
        folder = Path(scratch)
        dump = folder / DATABASES["postgresql"]
        with told(_NOTHING_LEFT):
            server.refuse_unless_empty(database)
            _unpack(file, folder, manifest)
            server.refuse_damage(database, dump)
            with bar("Loading") as progress:
                server.load(database, dump, len(manifest.contents.rows), progress)
        with told(_TO_BE_DROPPED):
            made_good = _make_good(database, manifest, folder, trust)
            server.open_doors(database)
            lines = _missing_lines(folder, trust)
        with told("The backup is restored, but the trust folder could not be brought up to date."):
            _finish(trust, lines, made_good.heads)
    return made_good.repeated


def _unpack(file: Path, folder: Path, manifest: Manifest) -> None:
    with bar("Unpacking") as progress:
        # Read a second time: the file is looked at where it is, and somebody may have changed it since.
        if unpack(file, folder, progress) != manifest:
            raise BackupRefused(f"{file} was changed while it was read.")


class _MadeGood(NamedTuple):
    """How many erasures were repeated, and where the chains ended before that."""

    repeated: int
    heads: list[Head]


def _make_good(database: Database, manifest: Manifest, folder: Path, trust: TrustFolder) -> _MadeGood:
    """Check an unpacked database, and bring it up to date."""
    settle(database, manifest.contents)
    # Who has keys of its own believes those only; a new installation has nothing but the backup's.
    has_keys = next(trust.lines(PUBLIC_KEYS), None) is not None
    with bar("Verifying") as progress:
        for witness in (TrustFolder(folder), trust):
            keys = trust if has_keys else TrustFolder(folder)
            proof.verify_everything(database, witness, keys, progress, may_be_behind=True)
    heads = proof.heads_of(database)
    repeated = proof.repeat_erasures(database, _erasures(folder, trust), right_now())
    renew_signals(database)
    write_lines(database, Command.RESTORE, right_now())
    return _MadeGood(repeated, heads)


def _erasures(folder: Path, trust: TrustFolder) -> Iterator[str]:
    """Yield every erasure that the backup or the installation knows of, once."""
    # The two lists are the same up to where the shorter one ends, except after a restore.
    seen = set()
    for witness in (TrustFolder(folder), trust):
        for line in witness.lines(ERASURES):
            if line and line not in seen:
                seen.add(line)
                yield line


def _missing_lines(folder: Path, trust: TrustFolder) -> dict[str, list[str]]:
    """Return what the backup knows and the trust folder of this installation does not."""
    erasures = {*trust.lines(ERASURES)}
    missing = {ERASURES: [line for line in TrustFolder(folder).lines(ERASURES) if line not in erasures]}
    # Checkpoints of an installation are one series; only a new one takes over those of the backup.
    if next(trust.lines(CHECKPOINTS), None) is None:
        missing |= {name: [*TrustFolder(folder).lines(name)] for name in (PUBLIC_KEYS, CHECKPOINTS)}
    return missing


def _finish(trust: TrustFolder, lines: dict[str, list[str]], heads: list[Head]) -> None:
    for name, missing in lines.items():
        trust.append(name, missing)
    proof.mark_restored(trust, heads, right_now())


@contextmanager
def _folder(path: Path) -> Iterator[None]:
    """Make a folder when it is missing, and take it away again when what follows does not succeed."""
    is_new = not path.exists()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if is_new:
            path.rmdir()
        raise

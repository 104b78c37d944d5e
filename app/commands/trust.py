"""Commands that check whether what is recorded can be trusted."""

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from sqlmodel import Session, col, select

from app.commands.common import right_now, stop, up_to_date
from app.database import Database, transaction
from app.database.patience import reading_it_all
from app.models.organisations import Organisation
from app.services import organisations
from app.services.checkpoints import BadCheckpoint, Checkpoint, public_keys_in, read_checkpoints
from app.services.verification import Verdict, size
from app.services.verification import verify as verify_ledger
from app.settings import Settings
from app.signing import public_keys_beside
from app.trust import CHECKPOINTS, TrustFolder


def verify(
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="Only this organisation, by its short name.")
    ] = None,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            help="A copy of checkpoints.jsonl that was kept elsewhere, with signing.pub beside it; left "
            "out: the one in the trust folder."
        ),
    ] = None,
) -> None:
    """Check the ledger, and that everything recorded is still what it was."""
    entries = rows = 0
    newest = ""
    with up_to_date() as database:
        asked = _organisations(database, organisation)
        # Before the database is looked at: the service may write another one meanwhile.
        known = _checkpoints(checkpoints)
        for found in asked:
            own = known.get(found.id, [])
            verdict = _verify(database, found, own)
            if verdict.fault:
                stop(f"{found.slug}: {verdict.fault.sentence}")
            entries, rows = entries + verdict.entries, rows + verdict.rows
            newest = max([newest, *(checkpoint.time for checkpoint in own)])
    until = (
        f"The newest checkpoint is of {newest}."
        if newest
        else "There is no checkpoint: that the newest entries were removed could not be seen."
    )
    typer.echo(f"All is well: {entries} entries and {rows} rows. {until}")


def _organisations(database: Database, slug: str | None) -> list[Organisation]:
    with (
        transaction(database, write=False) as connection,
        Session(connection, expire_on_commit=False) as session,
    ):
        if slug is not None:
            return [organisations.find_organisation(session, slug)]
        return [*session.exec(select(Organisation).order_by(col(Organisation.slug)))]


def _checkpoints(path: Path | None) -> dict[UUID, list[Checkpoint]]:
    trust = TrustFolder(Settings().trust_folder)
    if path is not None and not path.is_file():
        stop(f"There is no file {path}.")
    path = path or trust.folder / CHECKPOINTS
    try:
        keys = [*public_keys_in(public_keys_beside(path, trust))]
        return read_checkpoints(TrustFolder(path.parent).lines(path.name), keys)
    except (BadCheckpoint, UnicodeDecodeError) as error:
        stop(str(error) if isinstance(error, BadCheckpoint) else f"{path} is no file of checkpoints.")


def _verify(database: Database, found: Organisation, own: list[Checkpoint]) -> Verdict:
    with (
        reading_it_all(database, found.id) as session,
        typer.progressbar(length=size(session), label=f"{found.slug}:", file=sys.stderr) as bar,
    ):
        return verify_ledger(session, own, right_now(), bar.update)

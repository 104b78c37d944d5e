"""The rights of clients on the command line: a copy of a file, and whose term has passed."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.commands.common import OrganisationOption, right_now, stop, within
from app.domain.access_log import Command
from app.domain.roles import Role
from app.domain.texts import Language
from app.knowledge import load_knowledge
from app.models.clients import ClientCopy
from app.models.organisations import UserKind
from app.services import clients, copies, copy_page
from app.services.trail import Trail
from app.services.work import Actor, Work

commands = typer.Typer(no_args_is_help=True, help="See to the rights of clients.")

_NOBODY = UUID(int=0)


@contextmanager
def _office(slug: str, command: Command) -> Iterator[Work]:
    """Work as the office that sees to the rights of clients; what is shown is written in the log."""
    knowledge, now, trail = load_knowledge(), right_now(), Trail(command)
    with within(slug, trail) as (organisation, session):
        actor = Actor(
            organisation.id, _NOBODY, "werkrelatie", Role.PRIVACY_OFFICER, (), kind=UserKind.MACHINE
        )
        yield Work(session, actor, now, Language.NL, knowledge, trail)


@commands.command()
def export(
    organisation: OrganisationOption,
    client: Annotated[str, typer.Option("--client", help="The reference of the case.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="Where to write it; a new file.")],
) -> None:
    """Write a copy of everything that is kept of a client: JSON, a page to read, and who saw it."""
    part = file.with_name(f"{file.name}.part")
    for path in (file, part):
        if path.exists():
            stop(f"{path} exists. Remove it or choose another name; nothing was written.")
    try:
        with _new(part):
            with _office(organisation, Command.EXPORT) as work:
                # Within the transaction: what cannot be written was not handed out, and is not in the log.
                part.write_bytes(_packed(copies.copy_of(work, client, Language.NL)))
            # It gets its name once its line is in the log: no log, no data.
            part.rename(file)
    except OSError as error:
        stop(f"{file} cannot be written ({error.strerror}). Nothing was handed out.")
    typer.echo(f"{file} holds the copy. It is not encrypted: hand it over safely, then delete it.")


@contextmanager
def _new(file: Path) -> Iterator[None]:
    """Make a file for its owner alone, and leave nothing of it when what follows does not succeed."""
    file.touch(mode=0o600, exist_ok=False)
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _packed(copy: ClientCopy) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("dossier.json", copy.model_dump_json(indent=2, by_alias=True, exclude={"accesses"}))
        parts.writestr("dossier.html", copy_page.page(copy))
        parts.writestr("inzage.json", copy.model_dump_json(indent=2, include={"accesses"}))
    return packed.getvalue()


@commands.command()
def retention(organisation: OrganisationOption) -> None:
    """List the files whose term has passed and which are not on legal hold."""
    with _office(organisation, Command.RETENTION) as work:
        due = clients.due_files(work)
    for one in due:
        typer.echo(f"{one.reference}\t{one.retention_basis}\t{one.kept_until.date()}")
    typer.echo(f"{len(due)} files. Erasing one takes an erasure order; see docs/privacy.md.", err=True)

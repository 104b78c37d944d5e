"""The command line: for whoever looks after an installation."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from app.commands import access, backups, logins, privacy, restores, trust
from app.commands.common import (
    OrganisationOption,
    name_of_somebody,
    opened,
    renew_signals,
    right_now,
    short_name,
    stop,
    up_to_date,
    within,
    write,
)
from app.database import OrganisationSession, transaction
from app.database.engine import StartRefused
from app.database.schema import make_ready
from app.domain.access_log import Command
from app.domain.errors import Busy, DomainError
from app.domain.roles import Role
from app.domain.texts import Language
from app.knowledge import KnowledgeError, load_knowledge
from app.knowledge.rules_page import rules_page
from app.services import demonstration, organisations, projections
from app.services.organisations import LONGEST_TOKEN_DAYS, TokenOrder
from app.services.trail import Trail
from app.settings import Settings

if TYPE_CHECKING:
    from app.server import Demonstration

MOST_PROCESSES = 16

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
token = typer.Typer(no_args_is_help=True, help="Make and revoke tokens.")
organisation = typer.Typer(no_args_is_help=True, help="Make organisations.")
team = typer.Typer(no_args_is_help=True, help="Make teams.")
cli.add_typer(token, name="token")
cli.add_typer(organisation, name="organisation")
cli.add_typer(team, name="team")
cli.add_typer(privacy.commands, name="privacy")
cli.add_typer(logins.commands, name="admin")
cli.command()(trust.verify)
cli.command("prune-log")(access.prune_log)
cli.add_typer(backups.commands)
cli.add_typer(restores.commands)


def main() -> None:
    """Run a command; a refusal is one sentence and exit code 1, not a traceback."""
    try:
        cli()
    except (StartRefused, KnowledgeError) as error:
        stop(str(error))
    except Busy:
        stop("The database does not answer. Is it running, and is WERKRELATIE_DATABASE_URL right?")
    except DomainError as error:
        stop(error.detail[Language.EN])
    except ValidationError as error:
        names = ", ".join(f"WERKRELATIE_{'_'.join(map(str, e['loc']))}".upper() for e in error.errors())
        stop(f"These settings cannot be right: {names}. See docs/operations.md.")
    except DBAPIError as error:
        stop(f"The database refused: {str(error.orig).partition(chr(10))[0]}")


# ---------------------------------------------------------------- the service


@cli.command()
def init(
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing when all is well.")] = False,
    address: logins.AddressOption = logins.ADDRESS,
) -> None:
    """Make the database and its key, or bring the database up to date. Says how the first one comes in."""
    with opened() as database:
        make_ready(database)
        renew_signals(database)
        setup = None if quiet else logins.setup_url(database, address, right_now())
    if not quiet:
        typer.echo("The database is up to date. Start with: werkrelatie serve")
    if setup is not None:
        typer.echo(_FIRST_ADMINISTRATOR.format(setup=setup))


_FIRST_ADMINISTRATOR = """
Nobody can sign in to look after this installation yet. Start the service, then open this address within
60 minutes and make the first administrator. It works once; 'werkrelatie init' makes a new one.

{setup}"""


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.")] = 8000,
    processes: Annotated[
        int, typer.Option(min=1, max=MOST_PROCESSES, help="How many processes share the address.")
    ] = 1,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Load the demonstration organisation first.")] = False,
) -> None:
    """Serve. Refuses to start when anything is not as it should be, and says why."""
    # A server weighs more than all other commands together, so only this one loads it.
    from app.logs import set_up_logs
    from app.server import run

    settings = Settings()
    set_up_logs(settings.log_level)
    run(settings, host, port, _demonstration() if demo else None, processes)


@cli.command()
def rebuild(organisation: OrganisationOption) -> None:
    """Compute all projections of an organisation again from its assessments."""
    with within(organisation, Command.REBUILD) as (_, session):
        rules = projections.rules_of(session, load_knowledge().rulesets)
        threads = projections.thread_ids(session)
        with typer.progressbar(threads, label="Threads", file=sys.stderr) as progress:
            for thread_id in progress:
                projections.rebuild(session, rules, thread_id)
    typer.echo(f"{len(threads)} threads rebuilt.")


# ---------------------------------------------------------------- the demonstration


@cli.command()
def demo() -> None:
    """Load the demonstration organisation, once: invented cases with their course over time."""
    loaded = _load_demonstration()
    typer.echo("The demonstration organisation is loaded." if loaded else "It was there already.")


def _load_demonstration() -> bool:
    knowledge = load_knowledge()
    with up_to_date() as database, transaction(database, write=True) as connection:
        with Session(connection, expire_on_commit=False) as session:
            found = demonstration.find_or_create(session, right_now())
            session.flush()
        with OrganisationSession(connection, found.id) as session:
            loaded = demonstration.load(session, found.id, knowledge, right_now())
            session.flush()
            if loaded:
                write(session, Command.DEMONSTRATION)
    return loaded


def _demonstration() -> "Demonstration":
    from app.server import Demonstration

    return Demonstration(_demonstration_token(), logins.demonstration_links())


def _demonstration_token() -> str:
    """Make a token for a day; the ones of earlier starts stop working."""
    _load_demonstration()
    trail = Trail(Command.TOKEN_CREATED)
    with within(demonstration.SLUG, trail) as (found, session):
        name = "make run"
        if organisations.revoke_tokens(session, name, right_now()):
            write(session, Command.TOKEN_REVOKED)
        order = TokenOrder(
            name=name, role=Role.PRACTITIONER, days=1, user=demonstration.PEOPLE[Role.PRACTITIONER]
        )
        made = organisations.create_token(session, found, order, right_now())
        trail.about("token", organisations.token_id(session, made))
    return made


# ---------------------------------------------------------------- who may come in


@organisation.command("create")
def create_organisation(
    slug: Annotated[str, typer.Option(callback=short_name, help="A short name, for the command line.")],
    name: Annotated[str, typer.Option(callback=name_of_somebody, help="The name.")],
) -> None:
    """Make an organisation."""
    with up_to_date() as database, transaction(database, write=True) as connection:
        with Session(connection, expire_on_commit=False) as session:
            made = organisations.create_organisation(session, slug, name, right_now())
            session.flush()
        with OrganisationSession(connection, made.id) as session:
            write(session, Command.ORGANISATION)


@team.command("create")
def create_team(
    organisation: OrganisationOption,
    name: Annotated[str, typer.Option(callback=name_of_somebody, help="The name.")],
) -> None:
    """Make a team."""
    trail = Trail(Command.TEAM)
    with within(organisation, trail) as (found, session):
        trail.about("team", organisations.create_team(session, found.id, name).id)


@token.command("create")
def create_token(
    organisation: OrganisationOption,
    role: Annotated[Role, typer.Option(help="What the token may do.")],
    name: Annotated[str, typer.Option(callback=name_of_somebody, help="What the token is for.")],
    team: Annotated[str | None, typer.Option(help="Only for this team.")] = None,
    user: Annotated[
        str | None, typer.Option(help="Acts as this user; left out: a machine of its own.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=LONGEST_TOKEN_DAYS, help="How long it works.")] = 90,
) -> None:
    """Make a token and print it, this once. It is not stored and cannot be shown again."""
    trail = Trail(Command.TOKEN_CREATED)
    with within(organisation, trail) as (found, session):
        made = organisations.create_token(
            session, found, TokenOrder(name, role, days, team, user), right_now()
        )
        trail.about("token", organisations.token_id(session, made))
    typer.echo(made)


@token.command("revoke")
def revoke_token(
    organisation: OrganisationOption, name: Annotated[str, typer.Option(help="Its name.")]
) -> None:
    """Revoke every token of this name, from the next request on."""
    with within(organisation, Command.TOKEN_REVOKED) as (_, session):
        revoked = organisations.revoke_tokens(session, name, right_now())
        if not revoked:
            stop(f"There is no token of this name that still works in '{organisation}'.")
    typer.echo(f"{revoked} tokens revoked.")


# ---------------------------------------------------------------- documentation


@cli.command()
def openapi(
    version: Annotated[Literal["3.1", "3.0"], typer.Option(help="Which OpenAPI.")] = "3.1",
) -> None:
    """Print the description of the API."""
    from app.main import create_app
    from app.openapi import as_3_0, as_text, document

    description = document(create_app())
    typer.echo(as_text(description if version == "3.1" else as_3_0(description)), nl=False)


@cli.command()
def rules() -> None:
    """Print the rules in words."""
    typer.echo(rules_page(load_knowledge().current), nl=False)

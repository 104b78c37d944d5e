"""Let administrators in: the first one, one more, and one who lost the second step."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlmodel import Session, col, select

from app.commands.common import OrganisationOption, name_of_somebody, right_now, stop, within, write
from app.database import Database, OrganisationSession, transaction
from app.domain.access_log import Command
from app.domain.roles import Role
from app.domain.signing_in import login_of
from app.domain.texts import Language
from app.models.logins import LinkKind, LocalAccount
from app.models.organisations import Membership, Organisation, UserKind
from app.services import demonstration
from app.services.accounts import create_account, reset_factor
from app.services.links import make_demonstration_link, make_link, make_setup_link
from app.services.logins import end_sessions
from app.services.organisations import Account, add_user
from app.services.trail import Trail
from app.web.places import address as address_of

ADDRESS = "http://localhost:8000"

commands = typer.Typer(no_args_is_help=True, help="Let administrators in.")


def _beginning(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise typer.BadParameter("begins with http:// or https://")
    return value.rstrip("/")


def _login(value: str) -> str:
    login = login_of(value)
    if login is None:
        raise typer.BadParameter("an e-mail address, such as name@example.org")
    return login


AddressOption = Annotated[
    str,
    typer.Option("--address", callback=_beginning, help="How the address of the pages begins for others."),
]
EmailOption = Annotated[
    str, typer.Option("--email", callback=_login, help="The e-mail address to sign in with.")
]


@commands.command("create")
def create_admin(
    organisation: OrganisationOption,
    name: Annotated[str, typer.Option(callback=name_of_somebody, help="The name, as colleagues know it.")],
    email: EmailOption,
    address: AddressOption = ADDRESS,
) -> None:
    """Make an administrator, and print the link by which they come in: once, within 7 days."""
    trail = Trail(Command.LINK_MADE)
    with within(organisation, trail) as (found, session):
        now = right_now()
        user = add_user(session, found.id, Account(name, UserKind.PERSON, Role.ADMIN, None), now)
        create_account(session, user.id, email, now)
        token = make_link(session, user.id, LinkKind.INVITATION, now, None)
        trail.about("user", user.id)
    typer.echo(_url(address, "welcome", token))


@commands.command("recover")
def recover_admin(
    organisation: OrganisationOption, email: EmailOption, address: AddressOption = ADDRESS
) -> None:
    """Take the second step from an administrator who lost it, and print a link: once, within 60 minutes."""
    trail = Trail(Command.LINK_MADE)
    with within(organisation, trail) as (_, session):
        now = right_now()
        user_id = _administrator(session, email)
        reset_factor(session, user_id)
        end_sessions(session, user_id, now)
        token = make_link(session, user_id, LinkKind.RESET, now, None)
        trail.about("user", user_id)
    typer.echo(_url(address, "welcome", token))


def _administrator(session: Session, login: str) -> UUID:
    """Return an administrator who may sign in; for anybody else the second step takes two people."""
    account = session.exec(
        select(LocalAccount)
        .join(Membership, col(Membership.user_id) == col(LocalAccount.user_id))
        .where(col(LocalAccount.login) == login, col(Membership.role) == Role.ADMIN)
    ).first()
    if account is None:
        stop("There is no administrator with this e-mail address.")
    if account.blocked_at is not None:
        stop("This account is blocked. Make another administrator with 'werkrelatie admin create'.")
    return account.user_id


def _url(address: str, place: str, token: str) -> str:
    return address + address_of(place, Language.NL, token=token)


# ---------------------------------------------------------------- the first start


def setup_url(database: Database, address: str, now: datetime) -> str | None:
    """Make the link for the first administrator; `None` when there is one in an organisation with clients."""
    with transaction(database, write=True) as connection:
        with Session(connection) as session:
            organisations = session.exec(
                select(Organisation.id).where(col(Organisation.demonstration).is_(False))
            ).all()
        for organisation_id in organisations:
            with OrganisationSession(connection, organisation_id) as session:
                if session.exec(_ADMINISTRATORS).first() is not None:
                    return None
        return _url(address, "setup", make_setup_link(connection, now))


_ADMINISTRATORS = (
    select(LocalAccount.id)
    .join(Membership, col(Membership.user_id) == col(LocalAccount.user_id))
    .where(col(Membership.role) == Role.ADMIN, col(LocalAccount.blocked_at).is_(None))
)


def demonstration_links() -> dict[Role, str]:
    """Make a link into the demonstration for each of its people; the ones of earlier starts stop working."""
    links = {}
    with within(demonstration.SLUG) as (found, session):
        for role, actor in demonstration.actors(session, found.id).items():
            token = make_demonstration_link(session, actor.user_id, role, right_now())
            trail = Trail(Command.LINK_MADE)
            trail.about("user", actor.user_id)
            write(session, trail)
            links[role] = address_of("welcome", Language.NL, token=token)
    return links

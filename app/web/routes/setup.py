"""The first administrator: a link of the command line makes the organisation and its account, once."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection
from sqlmodel import Session

from app.database import OrganisationSession, transaction
from app.domain.access_log import Command, SignIn
from app.domain.passwords import fault_of
from app.domain.roles import Role
from app.domain.signing_in import LinkDoesNotWork, LoginIsTaken, login_of
from app.models.base import ShortText
from app.models.logins import LoginLevel
from app.models.organisations import Organisation, UserKind, is_slug
from app.security import SETUP, is_well_formed, token_hash
from app.services.access_log import write_command, write_down
from app.services.accounts import create_account, set_password
from app.services.links import check_setup_link, use_setup_link
from app.services.logins import confirm_session
from app.services.organisations import (
    Account,
    NameIsTaken,
    OneOrganisationOnly,
    add_user,
    create_organisation,
    find_organisation,
    organisations_with_clients,
)
from app.services.sign_in import find_person
from app.services.trail import Trail
from app.unguarded import open_to_all
from app.web.entering import (
    begin,
    end_former,
    keep_session,
    only_private,
    trail_of,
    with_session,
    work_of,
    write_also,
)
from app.web.mistakes import FORM
from app.web.new_password import PASSWORD, mistakes_in_password
from app.web.pages import Pages
from app.web.visits import AnyGuest, Guest
from app.web.wording import _, say

pages = Pages()
router = pages.router


NO_NAME = _("Fill in a name: one line of at most 200 characters.")
NO_SLUG = _("Fill in a short name of small letters, digits and dashes, such as north.")
NO_ADDRESS = _("Fill in your e-mail address, such as name@example.org.")
NO_CHOICE = _("Choose an organisation.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was filled in, checked: an organisation that is there, or the name and slug of a new one."""

    slug: str
    organisation_name: str | None
    name: str
    login: str


@pages.get("setup")
@open_to_all
def show_setup(guest: AnyGuest, token: str) -> Response:
    """Ask for the organisation and the administrator."""
    hashed = _hash_of(token)
    with transaction(guest.surroundings.database, write=False) as connection:
        found = _organisations(connection, hashed, guest)
    return _setup_page(guest, found, {}, HTTPStatus.OK)


def _setup_page(
    guest: Guest, organisations: dict[str, str], errors: dict[str, str], status: HTTPStatus
) -> Response:
    return guest.page(
        "setup.html", status=status, errors=errors, organisations=organisations, typed=dict(guest.typed)
    )


def _hash_of(token: str) -> str:
    if not is_well_formed(token, SETUP):
        raise LinkDoesNotWork
    return token_hash(token)


def _organisations(connection: Connection, hashed: str, guest: Guest) -> dict[str, str]:
    """Return the organisations with clients by slug. Raises `LinkDoesNotWork`."""
    check_setup_link(connection, hashed, guest.surroundings.clock())
    with Session(connection) as session:
        return organisations_with_clients(session)


@pages.post("setup")
@open_to_all
def set_up(guest: AnyGuest, token: str) -> Response:
    """Make the first administrator, and the organisation when there is none yet."""
    if refusal := only_private(guest):
        return refusal
    hashed_token = _hash_of(token)
    with transaction(guest.surroundings.database, write=False) as connection:
        organisations = _organisations(connection, hashed_token, guest)
    errors, wanted = _checked(guest, organisations)
    if errors or wanted is None:
        return _setup_page(guest, organisations, errors, HTTPStatus.BAD_REQUEST)
    password_hash = guest.surroundings.passwords.hash(guest.typed[PASSWORD])
    try:
        with transaction(guest.surroundings.database, write=True) as connection:
            cookie = _make(guest, connection, hashed_token, wanted, password_hash)
    except (NameIsTaken, OneOrganisationOnly, LoginIsTaken) as error:
        fields = {NameIsTaken: "slug", LoginIsTaken: "login"}
        wrong = {fields.get(type(error), FORM): error.detail[guest.language]}
        return _setup_page(guest, organisations, wrong, HTTPStatus.CONFLICT)
    with_session(guest, cookie)
    return keep_session(guest, guest.go("enrol_factor"))


def _checked(guest: Guest, organisations: dict[str, str]) -> tuple[dict[str, str], Wanted | None]:
    typed, language = guest.typed, guest.language
    errors: dict[str, str] = {}
    slug, organisation_name = typed.text("slug") or "", None
    if organisations:
        slug = slug if len(organisations) > 1 else next(iter(organisations))
        if slug not in organisations:
            errors["slug"] = say(language, NO_CHOICE)
    else:
        organisation_name = _name(typed.get("organisation", ""))
        if organisation_name is None:
            errors["organisation"] = say(language, NO_NAME)
        if not is_slug(slug):
            errors["slug"] = say(language, NO_SLUG)
    name, login = _name(typed.get("name", "")), login_of(typed.get("login", ""))
    if name is None:
        errors["name"] = say(language, NO_NAME)
    if login is None:
        errors["login"] = say(language, NO_ADDRESS)
    known = [organisation_name or organisations.get(slug, ""), name or "", login or ""]
    errors |= mistakes_in_password(typed, fault_of(typed.get(PASSWORD, ""), known), language)
    if errors or name is None or login is None:
        return errors, None
    return errors, Wanted(slug, organisation_name, name, login)


def _name(value: str) -> str | None:
    try:
        return TypeAdapter[str](ShortText).validate_python(value)
    except ValidationError:
        return None


def _make(guest: Guest, connection: Connection, hashed_token: str, wanted: Wanted, password_hash: str) -> str:
    """Do it all in one transaction, and return the cookie of who now only lacks a second step."""
    now = guest.surroundings.clock()
    end_former(guest, connection, now)
    use_setup_link(connection, hashed_token, now)
    with Session(connection, expire_on_commit=False) as session:
        if wanted.organisation_name is None:
            made = find_organisation(session, wanted.slug)
        else:
            made = create_organisation(session, wanted.slug, wanted.organisation_name, now)
    with OrganisationSession(connection, made.id) as session:
        if wanted.organisation_name is not None:
            write_command(session, _about(made), now)
        user = add_user(session, made.id, Account(wanted.name, UserKind.PERSON, Role.ADMIN, None), now)
        create_account(session, user.id, wanted.login, now)
        set_password(session, user.id, password_hash)
        person = find_person(session, user.id)
        if person is None:
            raise LinkDoesNotWork
        actor = person.in_role(Role.ADMIN)
        cookie, login_id = begin(guest, session, actor, LoginLevel.ENROLLING, now)
        confirm_session(session, login_id, now)  # by the password that was chosen
        work = work_of(guest, session, actor, now, trail_of(guest, SignIn.LINK_USED, login_id))
        write_down(work)
        write_also(work, SignIn.PASSWORD_SET)
        session.flush()
    return cookie


def _about(organisation: Organisation) -> Trail:
    trail = Trail(Command.ORGANISATION)
    trail.about("organisation", organisation.id)
    return trail

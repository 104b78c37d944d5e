"""Coming in by a link that works once, and choosing a password."""

from http import HTTPStatus

from fastapi import Response
from sqlalchemy import Connection

from app.database import OrganisationSession, transaction
from app.database.walls import bind, present_token
from app.domain.access_log import SignIn
from app.domain.errors import NotAuthenticated
from app.domain.signing_in import LinkDoesNotWork
from app.models.logins import LinkKind, LoginLevel, SignInLink
from app.security import LINK, is_well_formed, token_hash
from app.services.access_log import write_down
from app.services.accounts import set_password
from app.services.links import find_link, use_link
from app.services.logins import end_sessions, renew_session
from app.services.sign_in import NOTHING_TO_TELL, Person, arrive, find_person, next_level
from app.unguarded import open_to_all
from app.web.entering import (
    begin,
    end_former,
    keep_session,
    only_private,
    step,
    trail_of,
    welcome_in,
    with_session,
    work_of,
    write_also,
)
from app.web.new_password import PASSWORD, mistakes_in_password
from app.web.onward import Onward
from app.web.pages import Pages
from app.web.visits import AnyGuest, Guest

pages = Pages()
router = pages.router


@pages.get("welcome")
@open_to_all
def show_link(guest: AnyGuest, token: str) -> Response:
    """Say what a link is for. Looking does not use it: programs that preview a message look too."""
    hashed = _hash_of(token)
    with transaction(guest.surroundings.database, write=False) as connection:
        link = _presented(connection, hashed, guest)
        bind(connection, None)
    return guest.page("link.html", kind=link.kind.value)


@pages.post("welcome")
@open_to_all
def follow_link(guest: AnyGuest, token: str) -> Response:
    """Use a link. Whoever holds it is who it was made for."""
    if refusal := only_private(guest):
        return refusal
    hashed = _hash_of(token)
    with transaction(guest.surroundings.database, write=True) as connection:
        now = guest.surroundings.clock()
        end_former(guest, connection, now)
        link = _presented(connection, hashed, guest)
        with OrganisationSession(connection, link.organisation_id) as session:
            person = find_person(session, link.user_id)
            if person is None or not _may_use(person, link):
                raise LinkDoesNotWork
            use_link(session, link, now)
            is_demonstration = link.kind is LinkKind.DEMONSTRATION
            actor = person.in_role(link.role) if is_demonstration and link.role else person.actor
            level = LoginLevel.FULL if is_demonstration else LoginLevel.ENROLLING
            cookie, login_id = begin(guest, session, actor, level, now)
            work = work_of(guest, session, actor, now, trail_of(guest, SignIn.LINK_USED, login_id))
            write_down(work)
            if is_demonstration:
                write_also(work, SignIn.SIGNED_IN)
    with_session(guest, cookie)
    if is_demonstration:
        return welcome_in(guest, actor, Onward(), NOTHING_TO_TELL)
    return keep_session(guest, guest.go("choose_password"))


def _hash_of(token: str) -> str:
    """Return the hash to look for. Raises `LinkDoesNotWork` for a fake, without looking."""
    if not is_well_formed(token, LINK):
        raise LinkDoesNotWork
    return token_hash(token)


def _presented(connection: Connection, hashed: str, guest: Guest) -> SignInLink:
    present_token(connection, hashed)
    return find_link(connection, hashed, guest.surroundings.clock())


def _may_use(person: Person, link: SignInLink) -> bool:
    if link.kind is LinkKind.DEMONSTRATION:
        return person.organisation.demonstration and (link.role is None or link.role in person.roles)
    return person.account is not None and not person.is_blocked


# ---------------------------------------------------------------- a password


@pages.get("choose_password")
@open_to_all
def show_choose_password(guest: AnyGuest) -> Response:
    """Ask for a password."""
    with step(guest, SignIn.PASSWORD_SET, LoginLevel.ENROLLING) as at:
        person = at.person
    return _password_page(guest, person, {}, HTTPStatus.OK)


def _password_page(guest: Guest, person: Person, errors: dict[str, str], status: HTTPStatus) -> Response:
    login = person.account.login if person.account else ""
    return guest.page(
        "choose_password.html", status=status, errors=errors, login=login, name=person.actor.name
    )


@pages.post("choose_password")
@open_to_all
def choose_password(guest: AnyGuest) -> Response:
    """Set the password of who came by a link; then they are in, or the second step is next."""
    password = guest.typed.get(PASSWORD, "")
    with step(guest, SignIn.PASSWORD_SET, LoginLevel.ENROLLING) as at:
        person = at.person
    errors = mistakes_in_password(guest.typed, person.password_fault(password), guest.language)
    if errors:
        return _password_page(guest, person, errors, HTTPStatus.BAD_REQUEST)
    hashed = guest.surroundings.passwords.hash(password)
    arrival = NOTHING_TO_TELL
    with step(guest, SignIn.PASSWORD_SET, LoginLevel.ENROLLING) as at:
        session, user_id = at.work.session, at.work.actor.user_id
        level = next_level(at.person, by_link=True)
        if at.person.account is None or level is None:
            raise NotAuthenticated
        set_password(session, user_id, hashed)
        end_sessions(session, user_id, at.work.now, but=at.login.id)
        cookie = renew_session(session, at.login, at.work.now, level=level)
        write_down(at.work)
        if level is LoginLevel.FULL:
            arrival = arrive(at.work, at.person)
            write_also(at.work, SignIn.SIGNED_IN)
    with_session(guest, cookie)
    if level is LoginLevel.FULL:
        return welcome_in(guest, at.work.actor, Onward(), arrival)
    return keep_session(guest, guest.go("second_step" if level is LoginLevel.PASSWORD else "enrol_factor"))

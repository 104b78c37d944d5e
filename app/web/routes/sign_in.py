"""Signing in and out, and saying once more who you are."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

import structlog
from fastapi import Response
from sqlalchemy import Connection

from app.database import OrganisationSession, transaction
from app.database.walls import present_login, present_token
from app.domain.access_log import SignIn
from app.domain.errors import NotAuthenticated, TooManyRequests
from app.domain.signing_in import login_of
from app.models.logins import LoginLevel
from app.security import token_hash
from app.services.access_log import write_down, write_refusal
from app.services.accounts import set_password
from app.services.logins import end_session, find_session, renew_session
from app.services.sign_in import (
    NOTHING_TO_TELL,
    Arrival,
    Claim,
    Person,
    arrive,
    find_claim,
    find_person,
    next_level,
)
from app.services.throttle import begin_attempt, code_key, confirm_failure, password_key, take_back
from app.services.work import Actor
from app.unguarded import open_to_all
from app.web.entering import (
    begin,
    check_code,
    end_former,
    keep_session,
    network_at,
    only_private,
    step,
    too_often,
    trail_of,
    welcome_in,
    with_session,
    work_of,
)
from app.web.forms import SESSION, VISIT, drop_cookie, session_cookie
from app.web.mistakes import FORM
from app.web.onward import Onward
from app.web.pages import Pages
from app.web.places import address
from app.web.visits import AnyGuest, Guest, see_other
from app.web.wording import _, say

pages = Pages()
router = pages.router
log = structlog.get_logger()

Show = Callable[[Guest, Onward, dict[str, str], HTTPStatus], Response]


WRONG = _("This e-mail address and this password do not fit together, or this account does not work.")
NEEDS_LINK = _(
    "Your account needs a second step that is not set up yet. Ask your administrator for a link to set it up."
)
WRONG_CODE = _("This code is not right, or it was used before. Wait for the next one and try again.")
NO_ADDRESS = _("Fill in your e-mail address, such as name@example.org.")
NO_PASSWORD = _("Fill in your password.")


@pages.get("sign_in")
@open_to_all
def show_sign_in(guest: AnyGuest) -> Response:
    """Ask for name and password."""
    onward = Onward.asked(guest.request)
    if guest.actor is not None:
        return see_other(onward.to or address("home", guest.language))
    return _sign_in_page(guest, onward, {}, HTTPStatus.OK)


def _sign_in_page(guest: Guest, onward: Onward, errors: dict[str, str], status: HTTPStatus) -> Response:
    login = guest.typed.get("login", "")
    return replace(guest, actor=None).page(
        "sign_in.html", status=status, onward=onward, interrupted=False, errors=errors, login=login
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody whose password was right, and how far they are; without a cookie they need a link first."""

    actor: Actor
    level: LoginLevel | None
    cookie: str = ""
    arrival: Arrival = NOTHING_TO_TELL


@pages.post("sign_in")
@open_to_all
def sign_in(guest: AnyGuest) -> Response:
    """Check name and password. Whoever fails learns nothing about who has an account."""
    if refusal := only_private(guest):
        return refusal
    onward = Onward.typed(guest.typed)
    login, password = login_of(guest.typed.get("login", "")), guest.typed.get("password", "")
    if login is None or not password:
        errors = {} if login else {"login": say(guest.language, NO_ADDRESS)}
        errors |= {} if password else {"password": say(guest.language, NO_PASSWORD)}
        return _sign_in_page(guest, onward, errors, HTTPStatus.BAD_REQUEST)
    try:
        entered = _try_password(guest, login, password)
    except TooManyRequests as error:
        return _too_often(_sign_in_page, guest, onward, error)
    if entered is None or entered.level is None:
        wrong = {FORM: say(guest.language, NEEDS_LINK if entered else WRONG)}
        return _sign_in_page(guest, onward, wrong, HTTPStatus.BAD_REQUEST)
    return _go_on(guest, onward, entered)


def _go_on(guest: Guest, onward: Onward, entered: Entered) -> Response:
    with_session(guest, entered.cookie)
    if entered.level is LoginLevel.FULL:
        return welcome_in(guest, entered.actor, onward, entered.arrival)
    if onward.kept is None:
        return keep_session(guest, guest.go("second_step", query={"next": onward.to}))
    # What was typed travels in the page, and a redirect would leave it behind.
    return keep_session(guest, _second_step_page(guest, onward, {}, HTTPStatus.OK))


def _try_password(guest: Guest, login: str, password: str) -> Entered | None:
    """Look up, hash, decide: hashing is slow, so it is done between two transactions."""
    surroundings = guest.surroundings
    with transaction(surroundings.database, write=True) as connection:
        attempt = begin_attempt(
            connection, password_key(login), network_at(guest.request), surroundings.clock()
        )
        present_login(connection, login)
        claim = find_claim(connection, login)
    hashed = claim.hash_to_try if claim else None
    is_right, better = surroundings.passwords.verify(password, hashed)
    with transaction(surroundings.database, write=True) as connection:
        now = surroundings.clock()
        if claim is None:
            # No name in the log: it could be a password that was typed in the wrong field.
            log.info("sign_in_failed", why="unknown")
            confirm_failure(connection, attempt, now)
            return None
        if is_right:
            end_former(guest, connection, now)
        with OrganisationSession(connection, claim.organisation_id) as session:
            person = find_person(session, claim.user_id)
            if person is None or not is_right or person.is_blocked:
                confirm_failure(connection, attempt, now)
                if person is not None:
                    trail = trail_of(guest, SignIn.SIGNED_IN, None)
                    write_refusal(work_of(guest, session, person.actor, now, trail), _why_not(claim, person))
                return None
            take_back(connection, attempt)
            if better is not None:
                set_password(session, claim.user_id, better)
            return _enter(guest, session, person, now)


def _why_not(claim: Claim, person: Person) -> str:
    if person.is_blocked:
        return "account_blocked"
    return "no_password" if claim.password_hash is None else "wrong_password"


def _enter(guest: Guest, session: OrganisationSession, person: Person, now: datetime) -> Entered:
    level = next_level(person, by_link=False)
    if level is None:
        trail = trail_of(guest, SignIn.SIGNED_IN, None)
        write_refusal(work_of(guest, session, person.actor, now, trail), "second_factor_missing")
        return Entered(person.actor, None)
    cookie, login_id = begin(guest, session, person.actor, level, now)
    arrival = NOTHING_TO_TELL
    if level is LoginLevel.FULL:
        work = work_of(guest, session, person.actor, now, trail_of(guest, SignIn.SIGNED_IN, login_id))
        arrival = arrive(work, person)
        write_down(work)
    return Entered(person.actor, level, cookie, arrival)


def _too_often(show: Show, guest: Guest, onward: Onward, error: TooManyRequests) -> Response:
    message = too_often(guest, error)
    response = show(guest, onward, {FORM: message}, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


# ---------------------------------------------------------------- the second step


@pages.get("second_step")
@open_to_all
def show_second_step(guest: AnyGuest) -> Response:
    """Ask for a code."""
    onward = Onward.asked(guest.request)
    with step(guest, SignIn.SIGNED_IN, LoginLevel.PASSWORD):
        pass
    return _second_step_page(guest, onward, {}, HTTPStatus.OK)


def _second_step_page(guest: Guest, onward: Onward, errors: dict[str, str], status: HTTPStatus) -> Response:
    return guest.page("second_step.html", status=status, onward=onward, errors=errors)


@pages.post("second_step")
@open_to_all
def take_second_step(guest: AnyGuest) -> Response:
    """Check a code, of the app or a recovery code. Then somebody is in."""
    onward, code = Onward.typed(guest.typed), guest.typed.get("code", "")
    try:
        with step(guest, SignIn.SIGNED_IN, LoginLevel.PASSWORD) as at:
            connection = at.work.session.connection()
            attempt = begin_attempt(
                connection, code_key(at.login.user_id), network_at(guest.request), at.work.now
            )
            is_right, by_recovery_code = check_code(at, code)
            cookie, arrival = "", NOTHING_TO_TELL
            if is_right:
                take_back(connection, attempt)
                cookie = renew_session(at.work.session, at.login, at.work.now)
                arrival = arrive(at.work, at.person, by_recovery_code=by_recovery_code)
                write_down(at.work)
            else:
                write_refusal(at.work, "wrong_code")
    except TooManyRequests as error:
        return _too_often(_second_step_page, guest, onward, error)
    if not is_right:
        errors = {"code": say(guest.language, WRONG_CODE)}
        return _second_step_page(guest, onward, errors, HTTPStatus.BAD_REQUEST)
    with_session(guest, cookie)
    return welcome_in(guest, at.work.actor, onward, arrival)


# ---------------------------------------------------------------- out


@pages.post("sign_out")
@open_to_all
def sign_out(guest: AnyGuest) -> Response:
    """End the session, and let the browser forget everything it has of us."""
    cookie = session_cookie(guest.request)
    if cookie is not None:
        with transaction(guest.surroundings.database, write=True) as connection:
            _end(guest, connection, token_hash(cookie), guest.surroundings.clock())
    response = guest.go("home")
    for name in (SESSION, VISIT):
        drop_cookie(guest.request, response, name)
    response.headers["Clear-Site-Data"] = '"cache","cookies","storage"'
    return response


def _end(guest: Guest, connection: Connection, hashed: str, now: datetime) -> None:
    present_token(connection, hashed)
    try:
        login, refusal = find_session(connection, hashed, now)
    except NotAuthenticated:
        return
    with OrganisationSession(connection, login.organisation_id) as session:
        end_session(session, login.id, now)
        person = find_person(session, login.user_id)
        if refusal is None and person is not None and login.role in person.roles:
            actor = person.in_role(login.role)
            write_down(work_of(guest, session, actor, now, trail_of(guest, SignIn.SIGNED_OUT, login.id)))

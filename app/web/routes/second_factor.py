"""Setting up the second step: a picture for an app, and ten codes for when the app is gone."""

from dataclasses import replace
from http import HTTPStatus

from fastapi import Response

from app.domain.access_log import SignIn
from app.domain.errors import NotAuthenticated, NotFound, TooManyRequests
from app.models.logins import LocalAccount, LoginLevel
from app.services.access_log import write_down, write_refusal
from app.services.accounts import set_factor
from app.services.logins import end_sessions, refuse_unconfirmed, renew_session
from app.services.second_factor import address_for_app, renew_codes, secret_to_offer, step_of
from app.services.sign_in import arrive
from app.services.throttle import begin_attempt, code_key, take_back
from app.services.work import Actor
from app.unguarded import open_to_all
from app.web.entering import Step, keep_session, network_at, step, too_often, with_session, write_also
from app.web.forms import session_cookie
from app.web.mistakes import FORM
from app.web.pages import Pages
from app.web.qr import picture_of
from app.web.visits import AnyGuest, Guest
from app.web.wording import _, say

pages = Pages()
router = pages.router


WRONG_CODE = _(
    "This code is not right. Is the clock of your phone right? Wait for the next code and try again."
)
_LEVELS = (LoginLevel.ENROLLING, LoginLevel.FULL)


@pages.get("enrol_factor")
@open_to_all
def show_enrol(guest: AnyGuest) -> Response:
    """Show the picture to scan: to who came by a link or is fully signed in, never by a password alone."""
    with step(guest, SignIn.FACTOR_SET, *_LEVELS) as at:
        account = _account_to_enrol(at)
    if account is None:
        return guest.go("choose_password")
    return _enrol_page(guest, at, account, {}, HTTPStatus.OK)


def _account_to_enrol(at: Step) -> LocalAccount | None:
    """Return the account of who may set up a second step now; `None`: they choose a password first.

    Raises `NotFound` where nobody has an account, and `ConfirmationNeeded` for who is signed in longer.
    """
    account = at.person.account
    if account is None:
        raise NotFound
    if at.login.level is LoginLevel.FULL:
        refuse_unconfirmed(at.work)
        return account
    # A link does not replace the second step that somebody has: that takes a reset by two people. And
    # who was sent a link for a new password cannot come in with the old one, which another may know.
    return None if at.login.is_by_link_alone or account.factor_secret is not None else account


def _enrol_page(
    guest: Guest, at: Step, account: LocalAccount | None, errors: dict[str, str], status: HTTPStatus
) -> Response:
    if account is None:
        raise NotFound
    secret = _secret(guest)
    to_scan = address_for_app(secret, account.login)
    return _as(guest, at).page(
        "enrol_factor.html",
        status=status,
        errors=errors,
        picture=picture_of(to_scan),
        to_scan=to_scan,
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        has_one=account.factor_secret is not None,
    )


def _as(guest: Guest, at: Step) -> Guest:
    actor: Actor | None = at.work.actor if at.login.level is LoginLevel.FULL else None
    return replace(guest, actor=actor)


def _secret(guest: Guest) -> str:
    cookie = session_cookie(guest.request)
    if cookie is None:
        raise NotAuthenticated
    return secret_to_offer(cookie)


@pages.post("enrol_factor")
@open_to_all
def enrol(guest: AnyGuest) -> Response:
    """Take the second step that was just tried with a code, and show the recovery codes, this once."""
    code = guest.typed.get("code", "")
    if guest.typed.resumes:
        return guest.go("enrol_factor")
    taken = None
    try:
        with step(guest, SignIn.FACTOR_SET, *_LEVELS) as at:
            account = _account_to_enrol(at)
            if account is not None and (tried := _try(guest, at, code)) is not None:
                taken = _take(guest, at, account, tried)
    except TooManyRequests as error:
        # Raised by `_try`: whose account it is, is known by then.
        errors = {FORM: too_often(guest, error)}
        response = _enrol_page(guest, at, account, errors, HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if account is None:
        return guest.go("choose_password")
    if taken is None:
        errors = {"code": say(guest.language, WRONG_CODE)}
        return _enrol_page(guest, at, account, errors, HTTPStatus.BAD_REQUEST)
    cookie, codes = taken
    with_session(guest, cookie)
    return keep_session(guest, replace(guest, actor=at.work.actor).page("recovery_codes.html", codes=codes))


def _try(guest: Guest, at: Step, code: str) -> int | None:
    """Return the step of a code that is right."""
    connection = at.work.session.connection()
    attempt = begin_attempt(connection, code_key(at.login.user_id), network_at(guest.request), at.work.now)
    found = step_of(_secret(guest), code, at.work.now)
    if found is None:
        write_refusal(at.work, "wrong_code")
    else:
        take_back(connection, attempt)
    return found


def _take(guest: Guest, at: Step, account: LocalAccount, tried: int) -> tuple[str, list[str]]:
    session, user_id = at.work.session, at.work.actor.user_id
    set_factor(session, user_id, _secret(guest), tried)
    codes = renew_codes(session, account.id)
    end_sessions(session, user_id, at.work.now, but=at.login.id)
    cookie = renew_session(session, at.login, at.work.now)
    write_down(at.work)
    if at.login.level is LoginLevel.ENROLLING:
        arrive(at.work, at.person)
        write_also(at.work, SignIn.SIGNED_IN)
    return cookie, codes

"""One's own account: who one is here, the password, the second step, the sessions."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Response

from app.domain.access_log import SignIn
from app.domain.errors import NotFound, TooManyRequests
from app.domain.roles import ROLE_LABELS, ROLE_SENTENCES, Permission
from app.domain.texts import Text
from app.models.logins import LocalAccount, LoginLevel
from app.services.access_log import write_down, write_refusal
from app.services.accounts import account_of, set_password
from app.services.logins import end_session, end_sessions, refuse_unconfirmed, renew_session
from app.services.second_factor import codes_left, renew_codes
from app.services.sign_in import own_account
from app.services.throttle import Attempt, begin_attempt, confirm_failure, password_key, take_back
from app.web.entering import keep_session, network_at, step, too_often, with_session
from app.web.mistakes import FORM
from app.web.new_password import PASSWORD, mistakes_in_password
from app.web.pages import Pages
from app.web.visits import Visit, form, page
from app.web.wording import _, say

pages = Pages()
router = pages.router

Looks = Annotated[Visit, page(Permission.OWN_ACCOUNT)]
Changes = Annotated[Visit, form(Permission.OWN_ACCOUNT)]
OTHERS = "others"
"""In the place of the id of a session: all but this one."""


WRONG_OLD = _("This is not your password of now.")


@pages.get("account")
def show_account(visit: Looks) -> Response:
    """Show who is signed in, and what they can do with their account."""
    with visit.transaction() as work:
        own = own_account(work)
        here = work.trail.origin.token_id
    return visit.page("account.html", own=own, here=here, labels=ROLE_LABELS, sentences=ROLE_SENTENCES)


# ---------------------------------------------------------------- the password


@pages.get("account_password")
def show_password(visit: Looks) -> Response:
    """Ask for the old and the new password."""
    with visit.transaction() as work:
        login = _login_of(account_of(work.session, work.actor.user_id))
    return visit.page("account_password.html", errors={}, login=login)


def _login_of(account: LocalAccount | None) -> str:
    if account is None:
        raise NotFound
    return account.login


@pages.post("account_password")
def change_password(visit: Changes) -> Response:
    """Change the password; every other session ends."""
    if visit.typed.resumes:
        return visit.go("account_password")
    password, old = visit.typed.get(PASSWORD, ""), visit.typed.get("password", "")
    try:
        attempt, old_hash, login, fault = _begin_change(visit, password)
    except TooManyRequests as error:
        return _too_often(visit, error)
    is_right, _better = visit.surroundings.passwords.verify(old, old_hash)
    errors = {} if is_right else {"password": say(visit.language, WRONG_OLD)}
    errors |= mistakes_in_password(visit.typed, fault, visit.language)
    new_hash = None if errors else visit.surroundings.passwords.hash(password)
    cookie = ""
    with step(visit, SignIn.PASSWORD_SET, LoginLevel.FULL) as at:
        connection, session = at.work.session.connection(), at.work.session
        if is_right:
            take_back(connection, attempt)
        else:
            confirm_failure(connection, attempt, at.work.now)
            write_refusal(at.work, "wrong_password")
        if new_hash is not None:
            set_password(session, at.work.actor.user_id, new_hash)
            end_sessions(session, at.work.actor.user_id, at.work.now, but=at.login.id)
            cookie = renew_session(session, at.login, at.work.now)
            write_down(at.work)
    if errors:
        return visit.page("account_password.html", status=HTTPStatus.BAD_REQUEST, errors=errors, login=login)
    with_session(visit, cookie)
    return keep_session(visit, visit.go("account", query={"done": "password"}))


def _begin_change(visit: Visit, password: str) -> tuple[Attempt, str | None, str, Text | None]:
    with step(visit, SignIn.PASSWORD_SET, LoginLevel.FULL) as at:
        login = _login_of(account := at.person.account)
        attempt = begin_attempt(
            at.work.session.connection(), password_key(login), network_at(visit.request), at.work.now
        )
        hashed = account.password_hash if account else None
        return attempt, hashed, login, at.person.password_fault(password)


def _too_often(visit: Visit, error: TooManyRequests) -> Response:
    message = too_often(visit, error)
    response = visit.page(
        "account_password.html", status=HTTPStatus.TOO_MANY_REQUESTS, errors={FORM: message}, login=""
    )
    response.headers["Retry-After"] = str(error.retry_after)
    return response


# ---------------------------------------------------------------- recovery codes


@pages.get("account_codes")
def show_codes(visit: Looks) -> Response:
    """Say how many recovery codes are left, and offer new ones."""
    with visit.transaction() as work:
        account = account_of(work.session, work.actor.user_id)
        if account is None or account.factor_secret is None:
            raise NotFound
        left = codes_left(work.session, account.id)
    return visit.page("account_codes.html", left=left)


@pages.post("account_codes")
def make_codes(visit: Changes) -> Response:
    """Make ten new recovery codes and show them, this once."""
    if visit.typed.resumes:
        return visit.go("account_codes")
    with visit.transaction() as work:
        refuse_unconfirmed(work)
        account = account_of(work.session, work.actor.user_id)
        if account is None or account.factor_secret is None:
            raise NotFound
        work.trail.event = SignIn.FACTOR_SET
        codes = renew_codes(work.session, account.id)
    return visit.page("recovery_codes.html", codes=codes)


# ---------------------------------------------------------------- roles and sessions


@pages.post("account_role")
def take_role(visit: Changes) -> Response:
    """Work in another of one's own roles from now on; every other session ends."""
    if visit.typed.resumes:
        return visit.go("account")
    chosen = visit.typed.text("role")
    with step(visit, SignIn.ROLE_TAKEN, LoginLevel.FULL) as at:
        role = next((role for role in at.person.roles if role == chosen), None)
        if role is None:
            raise NotFound
        end_sessions(at.work.session, at.work.actor.user_id, at.work.now, but=at.login.id)
        cookie = renew_session(at.work.session, at.login, at.work.now, role=role)
        write_down(at.work)
    with_session(visit, cookie)
    return keep_session(visit, visit.go("account", query={"done": "role"}))


@pages.post("account_session")
def end_own_session(visit: Changes, id: str) -> Response:
    """End one of one's own sessions, or all but this one."""
    if visit.typed.resumes:
        return visit.go("account")
    with visit.transaction() as work:
        work.trail.event = SignIn.SIGNED_OUT
        if id == OTHERS:
            end_sessions(work.session, work.actor.user_id, work.now, but=work.trail.origin.token_id)
        else:
            own = {str(one.id): one.id for one in own_account(work).sessions}
            if id not in own:
                raise NotFound
            end_session(work.session, own[id], work.now)
    return visit.go("account", query={"done": "session"})

"""Saying once more who you are, before something that takes more care."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Response

from app.domain.access_log import SignIn
from app.domain.errors import TooManyRequests
from app.domain.roles import Permission
from app.models.logins import LoginLevel
from app.services.access_log import write_down, write_refusal
from app.services.logins import confirm_session
from app.services.sign_in import NOTHING_TO_TELL
from app.services.throttle import Attempt, begin_attempt, code_key, confirm_failure, password_key, take_back
from app.web.entering import check_code, network_at, step, too_often, welcome_in
from app.web.mistakes import FORM
from app.web.onward import Onward
from app.web.pages import Pages
from app.web.visits import Visit, form, page
from app.web.wording import _, say

pages = Pages()
router = pages.router


WRONG_PASSWORD = _("This password or code is not right.")
NOTHING_TYPED = _("Fill in your password, or a code.")


@pages.get("confirm")
def show_confirm(visit: Annotated[Visit, page(Permission.OWN_ACCOUNT)]) -> Response:
    """Ask who it is once more."""
    with step(visit, SignIn.CONFIRMED, LoginLevel.FULL):
        pass
    return visit.page("confirm.html", onward=Onward.asked(visit.request), errors={})


@pages.post("confirm")
def confirm(visit: Annotated[Visit, form(Permission.OWN_ACCOUNT)]) -> Response:
    """Check a password or a code, so that for ten minutes more can be done that takes care."""
    onward = Onward.typed(visit.typed)
    password, code = visit.typed.get("password", ""), visit.typed.get("code", "")
    try:
        attempt, hashed = _begin_confirming(visit, by_password=bool(password))
        # Who typed nothing is checked as well: what is empty is never right.
        is_right = bool(password) and visit.surroundings.passwords.verify(password, hashed)[0]
        with step(visit, SignIn.CONFIRMED, LoginLevel.FULL) as at:
            is_right = is_right or (bool(code) and check_code(at, code)[0])
            connection = at.work.session.connection()
            if is_right:
                take_back(connection, attempt)
                confirm_session(at.work.session, at.login.id, at.work.now)
                write_down(at.work)
            else:
                confirm_failure(connection, attempt, at.work.now)
                write_refusal(at.work, "wrong_password_or_code")
    except TooManyRequests as error:
        message = too_often(visit, error)
        response = visit.page(
            "confirm.html", status=HTTPStatus.TOO_MANY_REQUESTS, onward=onward, errors={FORM: message}
        )
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if not is_right:
        errors = {"password": say(visit.language, WRONG_PASSWORD if password or code else NOTHING_TYPED)}
        return visit.page("confirm.html", status=HTTPStatus.BAD_REQUEST, onward=onward, errors=errors)
    return welcome_in(visit, at.work.actor, onward, NOTHING_TO_TELL, confirmed=True)


def _begin_confirming(visit: Visit, *, by_password: bool) -> tuple[Attempt, str | None]:
    with step(visit, SignIn.CONFIRMED, LoginLevel.FULL) as at:
        account = at.person.account
        key = password_key(account.login) if account and by_password else code_key(at.login.user_id)
        attempt = begin_attempt(at.work.session.connection(), key, network_at(visit.request), at.work.now)
        return attempt, account.password_hash if account else None

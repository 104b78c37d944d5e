"""Steps on the way in: one transaction each, for somebody whose session may be only half begun."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Connection
from sqlmodel import Session

from app.access import origin_of
from app.database import OrganisationSession, transaction
from app.database.walls import bind, present_token
from app.domain.access_log import SignIn
from app.domain.errors import NotAuthenticated, TooManyRequests
from app.models.logins import LoginLevel, LoginSession
from app.security import token_hash
from app.services.access_log import write_down
from app.services.logins import (
    APPLICATION,
    Beginning,
    end_session,
    find_session,
    start_session,
)
from app.services.second_factor import use_code, use_recovery_code
from app.services.sign_in import Arrival, Person, find_person
from app.services.trail import Trail
from app.services.work import Actor, Work
from app.throttling import network_of
from app.web.forms import SESSION, is_private, session_cookie, set_cookie
from app.web.onward import Onward
from app.web.places import address
from app.web.rendering import render
from app.web.visits import Guest, Visit, see_other, view_of
from app.web.wording import _, duration, say

Somebody = Guest | Visit
"""Who is on the way in, or says once more who they are."""


_TOO_OFTEN = _("This went wrong too often. Wait %(duration)s, then try again.")


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody with a session, in the one transaction of a step."""

    work: Work
    login: LoginSession
    person: Person


@contextmanager
def step(who: Somebody, event: SignIn, *levels: LoginLevel) -> Iterator[Step]:
    """Open the transaction of a step for who has a session of one of these levels.

    Whoever calls writes the line in the access log. Raises `NotAuthenticated`.
    """
    cookie = session_cookie(who.request)
    if cookie is None:
        raise NotAuthenticated
    hashed = token_hash(cookie)
    with transaction(who.surroundings.database, write=True) as connection:
        now = who.surroundings.clock()
        present_token(connection, hashed)
        login, refusal = find_session(connection, hashed, now)
        if refusal is not None or login.level not in levels:
            raise NotAuthenticated
        with OrganisationSession(connection, login.organisation_id) as session:
            person = find_person(session, login.user_id)
            if person is None or person.is_blocked or login.role not in person.roles:
                raise NotAuthenticated
            actor = person.in_role(login.role)
            if login.level is LoginLevel.FULL:
                who.request.scope["state"]["visitor"] = actor
            trail = trail_of(who, event, login.id)
            yield Step(work_of(who, session, actor, now, trail), login, person)
            session.flush()


def trail_of(who: Somebody, event: SignIn, login_id: UUID | None) -> Trail:
    """Return the trail of what happens at the door."""
    return Trail(event, replace(origin_of(who.request), application=APPLICATION, token_id=login_id))


def work_of(who: Somebody, session: Session, actor: Actor, now: datetime, trail: Trail) -> Work:
    """Return the work of somebody at the door."""
    return Work(session, actor, now, who.language, who.surroundings.knowledge, trail)


def write_also(work: Work, event: SignIn) -> None:
    """Write a second line: that this happened as well."""
    work.trail.event = event
    write_down(work)


def begin(
    who: Somebody, session: Session, actor: Actor, level: LoginLevel, now: datetime
) -> tuple[str, UUID]:
    """Begin a session for somebody and return its cookie and its id."""
    beginning = Beginning(
        actor.user_id,
        actor.role,
        level,
        network_at(who.request),
        browser_of(who.request.headers.get("user-agent", "")),
    )
    return start_session(session, beginning, now), beginning.id


def end_former(who: Somebody, connection: Connection, now: datetime) -> None:
    """End the session that this browser had: who signs in anew leaves nothing open behind them."""
    cookie = session_cookie(who.request)
    if cookie is None:
        return
    hashed = token_hash(cookie)
    present_token(connection, hashed)
    try:
        login, _ = find_session(connection, hashed, now)
    except NotAuthenticated:
        return
    with OrganisationSession(connection, login.organisation_id) as session:
        end_session(session, login.id, now)
    bind(connection, None)


def network_at(request: Request) -> str:
    """Return the network somebody calls from."""
    return network_of(request.client.host if request.client else "")


_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(Chrome|CriOS|Chromium|HeadlessChrome)/")),
    ("Safari", re.compile(r"\bSafari/")),
)


def browser_of(user_agent: str) -> str | None:
    """Return the family of a browser and no more: enough to know one's own sessions apart."""
    return next((name for name, pattern in _BROWSERS if pattern.search(user_agent)), None)


def check_code(at: Step, code: str) -> tuple[bool, bool]:
    """Tell whether a code is right, and whether it was a recovery code."""
    account = at.person.account
    if account is None:
        return False, False
    if use_code(at.work.session, account, code, at.work.now):
        return True, False
    is_recovery = use_recovery_code(at.work.session, account, code, at.work.now)
    return is_recovery, is_recovery


# ---------------------------------------------------------------- answers


def too_often(who: Somebody, error: TooManyRequests) -> str:
    """Say how long to wait."""
    return say(who.language, _TOO_OFTEN, duration=duration(error.retry_after, who.language))


def with_session(who: Somebody, cookie: str) -> None:
    """Let the rest of the answer be for the new session: the proofs in its forms belong to it."""
    who.request.scope["state"]["fresh_session"] = cookie


def keep_session(who: Somebody, response: Response) -> Response:
    """Hand the browser the cookie of the new session."""
    set_cookie(who.request, response, SESSION, who.request.scope["state"]["fresh_session"])
    return response


def welcome_in(
    who: Somebody, actor: Actor, onward: Onward, arrival: Arrival, *, confirmed: bool = False
) -> Response:
    """Send who is in to where they were going; first show what they have to know, or what they had typed."""
    resumes = onward.is_form_of(actor.user_id)
    to = onward.page or address("home", who.language)
    if not resumes and not arrival.failures and arrival.codes_left is None:
        response = see_other(to)
    else:
        response = render(
            view_of(who.request, who.language, actor),
            "signed_in.html",
            onward=onward if resumes else None,
            to=to,
            arrival=arrival,
            confirmed=confirmed,
        )
    return response if confirmed else keep_session(who, response)


def only_private(who: Somebody) -> Response | None:
    """Refuse to sign in where others can listen in; `None`: nobody can."""
    if is_private(who.request):
        return None
    view = view_of(who.request, who.language, None)
    return render(view, "not_private.html", status=HTTPStatus.FORBIDDEN)

"""Who looks at a page: somebody who signed in, for one permission, or a guest. Both can render."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from app.access import Access, Door, Surroundings, id_in_address, origin_of
from app.database import OrganisationSession, transaction
from app.database.walls import present_token
from app.domain.errors import Busy, NotAuthenticated, NotPermitted
from app.domain.roles import PERMISSION_SENTENCES, ROLE_PERMISSIONS, Permission
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.security import token_hash
from app.services.actors import Found
from app.services.idempotency import Answer, Key, keep
from app.services.logins import find_session, find_visitor
from app.services.work import Actor, Work
from app.web.forms import KEY_FIELD, Typed, session_cookie, typed_in
from app.web.places import Query, address
from app.web.rendering import View, render, wants_fragment


def language_of(request: Request) -> Language:
    """Return the language of a page: it stands first in its address."""
    found = Language(request.scope["path"][1:3])
    request.scope["state"]["language"] = found
    return found


class Renders(ABC):
    """Somebody at a page: one can be shown to them, and they can be sent to another."""

    __slots__ = ()
    request: Request
    language: Language

    @property
    @abstractmethod
    def seen_as(self) -> Actor | None:
        """Who looks, for the head of the page; `None` for a guest."""

    def page(
        self,
        template: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        fragment: str | None = None,
        **words: object,
    ) -> Response:
        """Render a page. Call it after a transaction: it takes no part in it."""
        view = view_of(self.request, self.language, self.seen_as)
        return render(view, template, status=status, fragment=fragment, **words)

    def go(self, place: str, *, query: Query = None, **gaps: object) -> Response:
        """Send the browser to another page, after a form that kept nothing to repeat."""
        return see_other(address(place, self.language, query=query, **gaps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Renders, Access):
    """Somebody at the door of a page, with the cookie of a session, and nothing more yet.

    `transaction()` is the one of the API: the same permissions, the same line in the access log.
    """

    request: Request
    typed: Typed

    @property
    def seen_as(self) -> Actor | None:
        """Who was found in a transaction, as far as there was one."""
        found: Actor | None = self.request.scope["state"].get("visitor")
        return found

    @contextmanager
    def look(self, permission: Permission, *, to: Permission | None = None) -> Iterator[Work]:
        """Open a transaction that shows something at one moment, also where a form was refused.

        In the access log that is looking, and not what the form does. Raises `NotPermitted` also for
        who may look, but not do what the form is for: `to`.
        """
        looking = replace(self, permission=permission, key=None)
        with looking.transaction(one_moment=True) as work:
            if to is not None and to not in ROLE_PERMISSIONS[work.actor.role]:
                raise NotPermitted.to(PERMISSION_SENTENCES[to])
            yield work

    def done(self, work: Work, place: str, *, query: Query = None, **gaps: object) -> Response:
        """Send the browser on, and keep that for who sends the same form again: inside the transaction."""
        to = address(place, self.language, query=query, **gaps)
        if self.key is not None:
            keep(work, self.key, Answer(int(HTTPStatus.SEE_OTHER), b"", self.language, to, None))
            work.trail.answered = True
        return see_other(to)

    def _find(self, connection: Connection, now: datetime) -> Found:
        login, refusal = find_session(connection, self.credential, now)
        with OrganisationSession(connection, login.organisation_id) as session:
            found = find_visitor(session, login, refusal, now)
        self.request.scope["state"]["visitor"] = found.actor
        return found


@dataclass(frozen=True, slots=True)
class Guest(Renders):
    """Somebody at a page that is open to all; `actor` is who they are when they signed in."""

    request: Request
    surroundings: Surroundings
    language: Language
    typed: Typed
    actor: Actor | None

    @property
    def seen_as(self) -> Actor | None:
        """Who they are, when they signed in."""
        return self.actor

    @property
    def knowledge(self) -> Knowledge:
        """The rules, the approaches, the stories and the words."""
        return self.surroundings.knowledge

    @property
    def wants_fragment(self) -> bool:
        """Whether the script asks for the part of the page that changes."""
        return wants_fragment(self.request)


class PageDoor(Door):
    """The door of a page that shows something to who signed in."""

    async def __call__(self, request: Request) -> Visit:
        """Take the cookie. Raises `NotAuthenticated` and `TooManyRequests`."""
        return self._visit(request, None)

    def _visit(self, request: Request, key: Key | None) -> Visit:
        surroundings: Surroundings = request.app.state.surroundings
        language = language_of(request)
        cookie = session_cookie(request)
        hashed = token_hash(cookie) if cookie else None
        surroundings.doorkeeper.check(request.client.host if request.client else "", hashed)
        if hashed is None:
            raise NotAuthenticated
        return Visit(
            surroundings,
            self.permission,
            hashed,
            language,
            origin_of(request),
            id_in_address(request),
            key,
            request=request,
            typed=typed_in(request),
        )


class FormDoor(PageDoor):
    """The door of a form: sent twice with one key, it is carried out once."""

    happens_once = True

    async def __call__(self, request: Request) -> Visit:
        """Take the cookie, and the key of the form when it has one: what is shown again sends nothing."""
        typed = typed_in(request)
        key = None
        if (chosen := typed.get(KEY_FIELD)) and not typed.resumes:
            said = repr((request.url.path, typed.kept)).encode()
            key = Key(f"form-{token_hash(chosen)}", hashlib.sha256(said).digest())
        return self._visit(request, key)


def page(permission: Permission) -> Any:  # noqa: ANN401 - what `Depends` returns has no public type
    """Declare the one permission of a page."""
    return Depends(PageDoor(permission))


def form(permission: Permission) -> Any:  # noqa: ANN401 - same
    """Declare the one permission of what a form does."""
    return Depends(FormDoor(permission))


def guest(request: Request) -> Guest:
    """Let anybody in, and find out who it is when they signed in. Whoever cannot be found is a guest."""
    surroundings: Surroundings = request.app.state.surroundings
    return Guest(request, surroundings, language_of(request), typed_in(request), find_actor(request))


AnyGuest = Annotated[Guest, Depends(guest)]


def find_actor(request: Request) -> Actor | None:
    """Return who signed in, for the head of a page that needs no permission. It changes nothing."""
    cookie = session_cookie(request)
    if cookie is None:
        return None
    surroundings: Surroundings = request.app.state.surroundings
    hashed, now = token_hash(cookie), surroundings.clock()
    try:
        with transaction(surroundings.database, write=False) as connection:
            present_token(connection, hashed)
            login, refusal = find_session(connection, hashed, now)
            with OrganisationSession(connection, login.organisation_id) as session:
                found = find_visitor(session, login, refusal, now, touch=False)
    except (NotAuthenticated, Busy):
        return None
    return None if found.refusal else found.actor


def view_of(request: Request, language: Language, actor: Actor | None) -> View:
    """Return what every page is rendered with."""
    permissions = ROLE_PERMISSIONS[actor.role] if actor else frozenset()
    return View(request, language, actor, permissions)


def see_other(to: str) -> Response:
    """Send the browser to another address, to read what is there."""
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": to})

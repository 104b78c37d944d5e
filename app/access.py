"""Who calls, and the one transaction of a request: everything else is handed a `Work`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Connection

from app.database import Database, OrganisationSession, transaction
from app.domain.errors import NotAuthenticated, NotPermitted
from app.domain.roles import PERMISSION_SENTENCES, ROLE_PERMISSIONS, Permission
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.security import is_well_formed, token_hash
from app.services.actors import find_actor
from app.services.work import Actor, Work
from app.throttling import Doorkeeper
from app.wire import asked_language

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the application is made of. The doorkeeper that stands there of itself has no limits."""

    database: Database
    knowledge: Knowledge
    clock: Callable[[], datetime]
    doorkeeper: Doorkeeper = field(default_factory=Doorkeeper)


@dataclass(frozen=True, slots=True)
class Access:
    """A caller at the door of one route: a credential that is well-formed, and nothing more yet."""

    surroundings: Surroundings
    permission: Permission
    credential: str
    address: str
    language: Language

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[Work]:
        """Open the transaction of this request; commit when the block ends, before the answer.

        The clock is read when it is our turn, so that moments follow the order of recording.
        Raises `NotAuthenticated` or `NotPermitted` before anything can be done, and `Busy`.
        """
        knowledge = self.surroundings.knowledge
        with transaction(self.surroundings.database, write=write) as connection:
            now = self.surroundings.clock()
            actor = self._actor(connection, now)
            if self.permission not in ROLE_PERMISSIONS[actor.role]:
                raise NotPermitted.to(PERMISSION_SENTENCES[self.permission])
            with OrganisationSession(connection, actor.organisation_id) as session:
                yield Work(session, actor, now, self.language, knowledge)
                session.flush()

    def _actor(self, connection: Connection, now: datetime) -> Actor:
        """Find who acts, and let the doorkeeper know whether the token fitted. Raises `NotAuthenticated`."""
        doorkeeper = self.surroundings.doorkeeper
        try:
            actor = find_actor(connection, self.credential, now)
        except NotAuthenticated:
            doorkeeper.bad(self.address, self.credential)
            raise
        doorkeeper.good(self.credential)
        return actor


class Permitted:
    """The dependency of a route with a permission. It does no I/O, so it costs no thread."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Access:
        """Take the bearer token and check its form. Raises `NotAuthenticated` and `TooManyRequests`."""
        surroundings: Surroundings = request.app.state.surroundings
        address = request.client.host if request.client else ""
        credential = _credential(request.headers.get("authorization", ""))
        surroundings.doorkeeper.check(address, credential)
        if credential is None:
            surroundings.doorkeeper.bad(address)
            raise NotAuthenticated
        return Access(
            surroundings,
            self.permission,
            credential,
            address,
            asked_language(request),
        )


def _credential(header: str) -> str | None:
    """Return the hash of the bearer token, or `None` when there is none that can be one of ours."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not is_well_formed(token.strip()):
        return None
    return token_hash(token.strip())


def may(permission: Permission) -> Any:  # noqa: ANN401 - what `Depends` returns has no public type
    """Declare the one permission of a route."""
    return Depends(Permitted(permission))


# ---------------------------------------------------------------- no route without a permission

_OPEN = "open_to_all"


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Say of a route that it needs no account. It shows nothing about anybody."""
    setattr(endpoint, _OPEN, True)
    return endpoint


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Return all routes, also those of included routers.

    Raises `RuntimeError` for one of another kind: nothing would look at its permission.
    """
    routes = []
    for context in iter_route_contexts(app.routes):
        match context.original_route:
            case APIRoute() as route:
                routes.append(route)
            case _:
                raise RuntimeError(f"{context.path}: only routes with a permission, or open_to_all")
    return routes


def permission_of(route: APIRoute) -> Permission | None:
    """Return the permission of a route, or `None` when it is open to all.

    Raises `RuntimeError` when it is neither, or declares more than one.
    """
    permissions = set(_permissions_in(route.dependant))
    is_open = getattr(route.endpoint, _OPEN, False)
    if len(permissions) + is_open != 1:
        raise RuntimeError(f"{route.path}: declare one permission with may(), or open_to_all")
    return permissions.pop() if permissions else None


def _permissions_in(dependant: Dependant) -> Iterator[Permission]:
    if isinstance(dependant.call, Permitted):
        yield dependant.call.permission
    for child in dependant.dependencies:
        yield from _permissions_in(child)


def refuse_unguarded_routes(app: FastAPI) -> None:
    """Do not start with a route that has no permission and is not explicitly open."""
    routes = api_routes(app)
    if not routes:
        raise RuntimeError("no routes found: this check is broken")
    for route in routes:
        permission_of(route)

"""No route without a permission: the application does not start with one that nothing looks after."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from app.access import Permitted, PermittedOnce
from app.database.engine import StartRefused
from app.domain.roles import Permission

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_OPEN = "open_to_all"


class UnguardedRoute(StartRefused, RuntimeError):
    """A fault in the program: a route that nothing looks after. The service does not start with one."""


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Say of a route that it needs no account. It shows nothing about anybody."""
    setattr(endpoint, _OPEN, True)
    return endpoint


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Return all routes, also those of included routers.

    Raises `UnguardedRoute` for one of another kind: nothing would look at its permission.
    """
    routes = []
    for context in iter_route_contexts(app.routes):
        match context.original_route:
            case APIRoute() as route:
                routes.append(route)
            case _:
                raise UnguardedRoute(f"{context.path}: only routes with a permission, or open_to_all")
    return routes


def permission_of(route: APIRoute) -> Permission | None:
    """Return the permission of a route, or `None` when it is open to all.

    Raises `UnguardedRoute` when it is neither, or declares more than one.
    """
    doors = {*_doors_of(route.dependant)}
    is_open = getattr(route.endpoint, _OPEN, False)
    if len({door.permission for door in doors}) + is_open != 1:
        raise UnguardedRoute(f"{route.path}: declare one permission with may(), or open_to_all")
    if "POST" in (route.methods or ()) and not all(isinstance(door, PermittedOnce) for door in doors):
        raise UnguardedRoute(f"{route.path}: declare the permission of a POST with may_once()")
    return doors.pop().permission if doors else None


def _doors_of(dependant: Dependant) -> Iterator[Permitted]:
    if isinstance(dependant.call, Permitted):
        yield dependant.call
    for child in dependant.dependencies:
        yield from _doors_of(child)


def refuse_unguarded_routes(app: FastAPI) -> None:
    """Do not start with a route that has no permission and is not explicitly open."""
    routes = api_routes(app)
    if not routes:
        raise UnguardedRoute("no routes found: this check is broken")
    for route in routes:
        permission_of(route)

"""No route without a permission: the application does not start with one that nothing looks after."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from app.access import Door
from app.database.engine import StartRefused
from app.domain.roles import Permission

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_OPEN = "open_to_all"
_SAFE = {"GET", "HEAD", "OPTIONS"}


class UnguardedRoute(StartRefused, RuntimeError):
    """A fault in the program: a route that nothing looks after. The service does not start with one."""


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Say of a route that it needs no account. It shows nothing about anybody."""
    setattr(endpoint, _OPEN, True)
    return endpoint


def is_page(route: APIRoute) -> bool:
    """Tell whether a route is for people: its kind of route says so."""
    return getattr(route, "is_page", False)


def api_routes(app: FastAPI) -> list[APIRoute]:
    """Return the routes for programs."""
    return [route for route in all_routes(app) if not is_page(route)]


def page_routes(app: FastAPI) -> list[APIRoute]:
    """Return the routes for people."""
    return [route for route in all_routes(app) if is_page(route)]


def all_routes(app: FastAPI) -> list[APIRoute]:
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
    if "POST" in (route.methods or ()) and not all(door.happens_once for door in doors):
        raise UnguardedRoute(f"{route.path}: declare the permission of a POST with may_once() or form()")
    return doors.pop().permission if doors else None


def _doors_of(dependant: Dependant) -> Iterator[Door]:
    if isinstance(dependant.call, Door):
        yield dependant.call
    for child in dependant.dependencies:
        yield from _doors_of(child)


def refuse_unguarded_routes(app: FastAPI) -> None:
    """Do not start with a route that has no permission and is not explicitly open."""
    routes = all_routes(app)
    if not routes:
        raise UnguardedRoute("no routes found: this check is broken")
    for route in routes:
        permission_of(route)
        if (route.methods or set()) - _SAFE and not getattr(route, "reads_strictly", False):
            raise UnguardedRoute(f"{route.path}: what comes in has to be read by a route that is strict")

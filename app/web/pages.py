"""Register a page at its two addresses, the Dutch and the English one."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter

from app.domain.texts import Language
from app.web.forms import PageRoute
from app.web.places import PLACES

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Pages:
    """The pages of one subject. `get` and `post` take the name of a place in `places.py`."""

    def __init__(self) -> None:
        self.router = APIRouter(route_class=PageRoute, include_in_schema=False)

    def get(self, place: str) -> Callable[[Endpoint], Endpoint]:
        """Show a page."""
        return self._at(place, "GET")

    def post(self, place: str) -> Callable[[Endpoint], Endpoint]:
        """Take in a form."""
        return self._at(place, "POST")

    def _at(self, place: str, method: str) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            for language in Language:
                self.router.add_api_route(
                    f"/{language}{PLACES[place][language]}",
                    endpoint,
                    methods=[method],
                    response_model=None,
                    name=f"{endpoint.__name__}_{language}",
                )
            return endpoint

        return register

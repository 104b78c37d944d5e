"""No door without a lock: the application does not start with a route that says not who may pass."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.responses import PlainTextResponse

from app.access import Access, may
from app.domain.roles import Permission
from app.main import create_app
from app.routers import health
from app.unguarded import api_routes, open_to_all, permission_of, refuse_unguarded_routes

Reads = Annotated[Access, may(Permission.READ_CASES)]
Records = Annotated[Access, may(Permission.RECORD_ASSESSMENT)]


async def without_a_permission() -> None: ...


async def with_two_permissions(reads: Reads, records: Records) -> None: ...


@open_to_all
async def open_and_guarded(reads: Reads) -> None: ...


async def _reads_on_behalf_of(reads: Reads) -> None: ...


async def with_a_second_permission_inside(
    records: Records, inner: Annotated[None, Depends(_reads_on_behalf_of)]
) -> None: ...


async def guarded(reads: Reads) -> None: ...


async def guarded_twice_the_same(
    reads: Reads, inner: Annotated[None, Depends(_reads_on_behalf_of)]
) -> None: ...


@open_to_all
async def open_for_everybody() -> None: ...


WRONG = [without_a_permission, with_two_permissions, open_and_guarded, with_a_second_permission_inside]
RIGHT = [guarded, guarded_twice_the_same, open_for_everybody]


@pytest.fixture
def add_to_a_router(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Add a route to a router of the application, for the time of a test."""

    def add(endpoint: Any) -> None:
        monkeypatch.setattr(health.router, "routes", [*health.router.routes])
        health.router.add_api_route("/extra", endpoint)

    return add


@pytest.mark.parametrize("endpoint", WRONG)
def test_the_application_refuses_to_start_with_a_wrong_door(
    add_to_a_router: Callable[[Any], None], endpoint: Any
) -> None:
    add_to_a_router(endpoint)
    with pytest.raises(
        RuntimeError, match=r"^/health/extra: declare one permission with may\(\), or open_to_all$"
    ):
        create_app()


@pytest.mark.parametrize("endpoint", RIGHT)
def test_the_application_starts_with_one_more_right_door(
    add_to_a_router: Callable[[Any], None], endpoint: Any
) -> None:
    before = len(api_routes(create_app()))
    add_to_a_router(endpoint)
    assert len(api_routes(create_app())) == before + 1


def test_a_check_that_finds_no_routes_is_refused() -> None:
    with pytest.raises(RuntimeError, match="no routes found"):
        refuse_unguarded_routes(FastAPI(openapi_url=None))


def doors_of_another_kind(app: FastAPI) -> list[str]:
    """Return what the check of permissions does not look at."""
    routes = [context.original_route for context in iter_route_contexts(app.routes)]
    return [type(route).__name__ for route in routes if not isinstance(route, APIRoute)]


def test_there_are_no_doors_of_another_kind() -> None:
    assert doors_of_another_kind(create_app()) == []


def test_a_door_of_another_kind_is_noticed() -> None:
    app = create_app()
    app.add_route("/plain", lambda _: PlainTextResponse("open"))
    app.mount("/below", FastAPI())
    assert doors_of_another_kind(app) == ["Route", "Mount"]


def test_the_open_doors_are_these() -> None:
    is_open = {route.name for route in api_routes(create_app()) if permission_of(route) is None}
    assert is_open == {
        "classify",
        "list_classifications",
        "read_classification",
        "read_schema",
        "list_approaches",
        "read_approach",
        "list_vignettes",
        "read_vignette",
        "list_sources",
        "list_signals",
        "list_reflection_prompts",
        "check_plain_language",
        "read_training",
        "join_training",
        "answer_training",
        "read_agreement",
        "read_liveness",
        "read_readiness",
        "read_openapi",
        "read_openapi_3_0",
    }

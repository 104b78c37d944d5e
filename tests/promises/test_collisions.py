"""Two who are at the same rows in the same moment: the database lets one go first, and both get an answer."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app import wire
from app.database import Database, transaction
from app.database.walls import bind
from app.domain.errors import Busy
from app.main import create_app
from app.models.base import table_of
from app.models.organisations import Team
from app.unguarded import api_routes, permission_of
from app.wire import MOST_TRIES, StrictRoute
from tests.support import People, make_people


class Said(BaseModel):
    """A body, to see that it is there again the second time."""

    word: str


Work = Callable[[str], None]


@pytest.fixture
def tried() -> list[str]:
    """Every time that the endpoint below begins."""
    return []


def served(work: Work, tried: list[str]) -> FastAPI:
    """Return the application with one endpoint more, with a body and without."""
    router = APIRouter(route_class=StrictRoute)

    @router.post("/extra")
    def with_body(body: Said) -> str:
        tried.append(body.word)
        work(body.word)
        return body.word

    @router.get("/extra")
    def without_body() -> str:
        tried.append("")
        work("")
        return ""

    app = create_app()
    app.include_router(router)
    return app


def client_of(app: FastAPI) -> TestClient:
    return TestClient(
        app, base_url="http://localhost", headers={"Accept-Language": "en"}, raise_server_exceptions=False
    )


def test_two_who_wait_for_each_other_both_get_a_good_answer(postgresql: Database, tried: list[str]) -> None:
    people = make_people(postgresql, "first")
    orders = {"there": ("north", "south"), "back": ("south", "north")}
    both_hold_one = threading.Barrier(2)

    def work(word: str) -> None:
        is_first_try = tried.count(word) == 1
        with transaction(postgresql, write=True) as connection:
            bind(connection, people.organisation.id)
            for number, name in enumerate(orders[word]):
                team = table_of(Team)
                connection.execute(
                    update(team).where(team.c.id == people.teams[name]).values(name=team.c.name + f" {word}")
                )
                if number == 0 and is_first_try:
                    both_hold_one.wait(10)

    app = served(work, tried)
    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(lambda word: client_of(app).post("/extra", json={"word": word}), orders, timeout=30)
        )
    assert [(response.status_code, response.json()) for response in found] == [(200, "there"), (200, "back")]
    assert len(tried) == 3, "one of the two had to do it again"
    for name in ("north", "south"):
        assert sorted(name_of(postgresql, people, name).split()) == sorted([name, "there", "back"])


def name_of(database: Database, people: People, name: str) -> str:
    team = table_of(Team)
    team_id: UUID = people.teams[name]
    with transaction(database, write=False) as connection:
        bind(connection, people.organisation.id)
        return str(connection.execute(team.select().where(team.c.id == team_id)).one().name)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_after_three_tries_it_stops(tried: list[str], method: str) -> None:
    def work(_: str) -> None:
        raise Busy(collided=True)

    started = time.monotonic()
    response = client_of(served(work, tried)).request(
        method, "/extra", json={"word": "again"} if method == "POST" else None
    )
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert tried == ["again" if method == "POST" else ""] * MOST_TRIES
    assert time.monotonic() - started >= 2 * wire._WAIT_SECONDS[0]


def test_who_waited_in_vain_is_not_made_to_wait_again(tried: list[str]) -> None:
    def work(_: str) -> None:
        raise Busy

    assert client_of(served(work, tried)).get("/extra").status_code == 503
    assert len(tried) == 1


@pytest.mark.parametrize(
    ("cause", "collided"),
    [
        (psycopg.errors.SerializationFailure(), True),
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.errors.LockNotAvailable(), True),
        (psycopg.errors.QueryCanceled(), False),
        (psycopg.errors.AdminShutdown(), False),
        # The way to the server is gone: nobody knows whether a commit arrived.
        (psycopg.OperationalError(), False),
    ],
)
def test_only_what_was_surely_undone_is_done_again(
    embedded: Database, cause: Exception, *, collided: bool
) -> None:
    with pytest.raises(Busy) as caught, transaction(embedded, write=True):
        raise OperationalError("UPDATE", {}, cause)
    assert caught.value.collided is collided


def test_every_route_with_a_permission_tries_again() -> None:
    routes = api_routes(create_app())
    assert {type(route) for route in routes if permission_of(route)} == {StrictRoute}

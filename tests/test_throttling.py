"""Who knocks too often waits, and the others do not notice."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.testclient import TestClient

from app.access import Surroundings
from app.database import Database
from app.domain.errors import TooManyRequests
from app.domain.roles import Role
from app.knowledge import Knowledge
from app.main import create_app
from app.security import new_token
from app.services.organisations import TokenOrder
from app.throttling import BAD_TOKENS_A_MINUTE, MOST_KNOWN, Doorkeeper, network_of
from tests.support import Clock, People, make_token


class Time:
    """The seconds of the library and of ours, that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Time:
    fake = Time()
    monkeypatch.setattr("limits.storage.memory.time", fake)
    monkeypatch.setattr("app.throttling.time", fake)
    return fake


def refused(check: Callable[[], None]) -> int:
    """Return after how many seconds to come back."""
    with pytest.raises(TooManyRequests) as caught:
        check()
    return caught.value.retry_after


# ---------------------------------------------------------------- the doorkeeper


def test_an_address_is_blocked_after_its_last_bad_token_and_let_in_again_when_the_first_is_a_minute_old(
    seconds: Time,
) -> None:
    doorkeeper = Doorkeeper(bad_tokens_a_minute=3)
    for _ in range(3):
        doorkeeper.check("192.0.2.1", "unseen")
        doorkeeper.bad("192.0.2.1")
        seconds.now += 10
    assert refused(lambda: doorkeeper.check("192.0.2.1", "unseen")) == 30
    assert refused(lambda: doorkeeper.check("192.0.2.1", None)) == 30
    doorkeeper.check("192.0.2.2", "unseen")
    seconds.now += 31
    doorkeeper.check("192.0.2.1", "unseen")
    doorkeeper.bad("192.0.2.1")
    assert refused(lambda: doorkeeper.check("192.0.2.1", "unseen")) == 9


def test_a_token_that_worked_passes_a_blocked_address_until_it_works_no_more(seconds: Time) -> None:
    doorkeeper = Doorkeeper(bad_tokens_a_minute=1)
    doorkeeper.good("known")
    doorkeeper.bad("192.0.2.1")
    doorkeeper.check("192.0.2.1", "known")
    doorkeeper.bad("192.0.2.1", "known")
    assert refused(lambda: doorkeeper.check("192.0.2.1", "known")) == 60
    assert seconds.now == Time().now


def test_the_token_that_was_not_used_for_longest_is_forgotten_first() -> None:
    doorkeeper = Doorkeeper(bad_tokens_a_minute=1)
    for number in range(MOST_KNOWN):
        doorkeeper.good(str(number))
    doorkeeper.good("0")
    doorkeeper.good("one more")
    doorkeeper.bad("192.0.2.1")
    doorkeeper.check("192.0.2.1", "0")
    doorkeeper.check("192.0.2.1", "one more")
    refused(lambda: doorkeeper.check("192.0.2.1", "1"))


def test_a_token_may_burst_and_then_go_on_at_its_pace(seconds: Time) -> None:
    doorkeeper = Doorkeeper(requests_a_second=20)
    for _ in range(60):
        doorkeeper.check("192.0.2.1", "mine")
    assert refused(lambda: doorkeeper.check("192.0.2.1", "mine")) == 3
    doorkeeper.check("192.0.2.1", "other")
    seconds.now += 3.01
    for _ in range(200):
        seconds.now += 1 / 19.9
        doorkeeper.check("192.0.2.1", "mine")


def test_without_limits_nobody_is_refused() -> None:
    doorkeeper = Doorkeeper()
    for _ in range(500):
        doorkeeper.check("192.0.2.1", "mine")
        doorkeeper.bad("192.0.2.1", "mine")
        doorkeeper.good("mine")


def test_what_was_counted_long_ago_takes_no_memory(seconds: Time) -> None:
    doorkeeper = Doorkeeper(bad_tokens_a_minute=20)
    events: dict[str, list[Any]] = doorkeeper._storage.events
    for number in range(999):
        doorkeeper.bad(f"192.0.{number // 250}.{number % 250}")
    assert len(events) == 999
    seconds.now += 61
    expire = doorkeeper._storage._MemoryStorage__expire_events  # type: ignore[attr-defined]  # else run by a timer
    expire()
    doorkeeper.bad("198.51.100.1")
    assert len(events) <= 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_an_ipv6_address_counts_with_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


# ---------------------------------------------------------------- the application


@pytest.fixture
def limited(database: Database, knowledge: Knowledge, clock: Clock) -> FastAPI:
    """The real application with the limits of the service."""
    app = create_app()
    doorkeeper = Doorkeeper(bad_tokens_a_minute=BAD_TOKENS_A_MINUTE, requests_a_second=20)
    app.state.surroundings = Surroundings(database, knowledge, clock, doorkeeper)
    return app


def client(app: FastAPI, address: str = "192.0.2.1") -> TestClient:
    return TestClient(
        app,
        base_url="http://localhost",
        headers={"Accept-Language": "en"},
        client=(address, 50000),
        raise_server_exceptions=False,
    )


def ask(caller: TestClient, token: str) -> Any:
    return caller.get("/v1/users", headers={"Authorization": f"Bearer {token}"})


def connections(database: Database) -> list[Any]:
    """Return a list in which every use of a connection from now on will stand."""
    seen: list[Any] = []
    event.listen(database.writer.pool, "checkout", lambda *used: seen.append(used[0]))
    return seen


@pytest.mark.parametrize("kind", ["malformed", "unknown", "expired"])
def test_the_21st_bad_token_in_a_minute_is_refused_without_a_query(
    limited: FastAPI, database: Database, people: People, seconds: Time, kind: str
) -> None:
    order = TokenOrder(name="short", role=Role.ADMIN, days=1, user="aad")
    token = {
        "malformed": "wr_nothing",
        "unknown": new_token(),
        "expired": make_token(database, people, order),
    }[kind]
    limited.state.surroundings.clock.forward(days=2)
    caller = client(limited)
    assert [ask(caller, token).status_code for _ in range(20)] == [401] * 20
    seen = connections(database)
    response = ask(caller, token)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json() == {
        "type": "urn:problem-type:werkrelatie:too-many-requests",
        "title": "Too many requests",
        "status": 429,
        "detail": "Nothing was saved. Wait for as long as 'Retry-After' says, and check the token.",
        "instance": response.headers["X-Request-Id"],
    }
    assert seen == []
    assert ask(client(limited, "192.0.2.2"), people.tokens["anna"]).status_code == 200
    assert seen != []
    seconds.now += 61
    assert ask(caller, token).status_code == 401


def test_a_token_that_works_goes_on_working_behind_a_blocked_address(
    limited: FastAPI, people: People, seconds: Time
) -> None:
    caller = client(limited)
    assert ask(caller, people.tokens["anna"]).status_code == 200
    assert {ask(caller, "wr_nothing").status_code for _ in range(20)} == {401}
    assert ask(caller, "wr_nothing").status_code == 429
    assert ask(caller, people.tokens["anna"]).status_code == 200
    assert ask(caller, people.tokens["sam"]).status_code == 429
    assert caller.get("/v1/schema").status_code == 200
    seconds.now += 61
    assert ask(caller, people.tokens["sam"]).status_code == 200


def test_the_61st_request_of_a_burst_is_refused_without_a_query(
    limited: FastAPI, database: Database, people: People, seconds: Time
) -> None:
    caller = client(limited)
    assert {ask(caller, people.tokens["anna"]).status_code for _ in range(60)} == {200}
    seen = connections(database)
    response = ask(caller, people.tokens["anna"])
    assert (response.status_code, response.headers["Retry-After"]) == (429, "3")
    assert seen == []
    assert ask(caller, people.tokens["sam"]).status_code == 200
    seconds.now += 3.01
    assert ask(caller, people.tokens["anna"]).status_code == 200

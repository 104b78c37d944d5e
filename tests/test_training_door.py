"""Who guesses codes waits; a class behind one address does not."""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.database import Database
from app.throttling import BAD_TOKENS_A_MINUTE, Doorkeeper
from app.upkeep import remove_trainings
from tests.support import Caller, Clock
from tests.training import Training, begin


@pytest.fixture
def training(application: FastAPI, callers: dict[str, Caller]) -> Training:
    """A training of an application that counts wrong codes."""
    doorkeeper = Doorkeeper(bad_tokens_a_minute=BAD_TOKENS_A_MINUTE)
    application.state.surroundings = replace(application.state.surroundings, training_doorkeeper=doorkeeper)
    return begin(callers)


def at(training: Training, network: str) -> TestClient:
    """Return somebody in a network."""
    return TestClient(training.guest.http.app, base_url="http://localhost", client=(network, 5000))


def guesses(client: TestClient, count: int) -> list[int]:
    """Try codes that nobody made."""
    letters = "CDFHJKMNPQRTVWXY"
    wrong = (f"CCCC{letters[n // 16]}{letters[n % 16]}" for n in range(count))
    return [client.get(f"/v1/training-sessions/{code}").status_code for code in wrong]


def test_who_tries_codes_is_made_to_wait_also_for_the_right_one(training: Training) -> None:
    guesser = at(training, "192.0.2.1")
    assert guesses(guesser, BAD_TOKENS_A_MINUTE + 5) == [404] * BAD_TOKENS_A_MINUTE + [429] * 5
    found = guesser.get(training.path)
    assert found.status_code == 429
    assert 0 < int(found.headers["Retry-After"]) <= 60
    # Also when the code works for others at that moment.
    assert at(training, "192.0.2.2").get(training.path).status_code == 200
    assert guesser.get(training.path).status_code == 429


def test_a_class_goes_on_while_somebody_in_it_types_wrong_codes(training: Training) -> None:
    class_ = at(training, "192.0.2.1")
    assert class_.get(training.path).status_code == 200
    assert 429 in guesses(class_, BAD_TOKENS_A_MINUTE + 1)
    joined: list[Any] = [
        class_.post(f"{training.path}/participants", json={"nickname": f"p{number}"}) for number in range(100)
    ]
    assert {response.status_code for response in joined} == {201}


def test_what_cannot_be_a_code_costs_nobody_anything(training: Training) -> None:
    mistyper = at(training, "192.0.2.1")
    for _ in range(BAD_TOKENS_A_MINUTE + 1):
        assert mistyper.get("/v1/training-sessions/OOOOOO").status_code == 404
    assert mistyper.get(training.path).status_code == 200


def test_a_code_that_was_removed_is_as_wrong_as_any(
    training: Training, database: Database, clock: Clock
) -> None:
    network = at(training, "192.0.2.1")
    assert network.get(training.path).status_code == 200
    remove_trainings(database, clock.forward(days=31))
    found = [network.get(training.path).status_code for _ in range(BAD_TOKENS_A_MINUTE + 1)]
    assert found == [404] * BAD_TOKENS_A_MINUTE + [429]


def test_one_network_asks_so_often_and_no_more(training: Training) -> None:
    application = training.guest.http.app
    surroundings = application.state.surroundings
    application.state.surroundings = replace(
        surroundings, training_doorkeeper=Doorkeeper(requests_a_second=10)
    )
    found = [at(training, "192.0.2.1").get(training.path).status_code for _ in range(40)]
    assert found[:30] == [200] * 30
    assert 429 in found
    assert at(training, "192.0.2.2").get(training.path).status_code == 200

"""A room full of people at once, on both databases: nothing is lost, nothing is there twice."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from app.database import Database, transaction
from app.database.walls import bind, present_token
from app.domain.training import MOST_PARTICIPANTS
from tests.database.test_walls import refused
from tests.promises.test_concurrency import all_at_once
from tests.promises.world import all_rows
from tests.support import Caller, People, make_people
from tests.training import Training, begin, body_of

Send = Callable[..., Response]
ITEM = ("vg03", 1)


@pytest.fixture
def training(callers: dict[str, Caller]) -> Training:
    return begin(callers)


@pytest.fixture
def send(application: FastAPI, training: Training) -> Iterator[Send]:
    """Send requests from any thread, to one application that serves them all."""
    with TestClient(application, base_url="http://localhost", raise_server_exceptions=False) as client:

        def ask(path: str, body: dict[str, Any]) -> Response:
            return client.post(f"{training.path}{path}", json=body)

        yield ask


def statuses(found: list[Response]) -> dict[int, int]:
    return dict(Counter(response.status_code for response in found))


def test_forty_people_join_and_answer_at_once(send: Send, training: Training, database: Database) -> None:
    joined = all_at_once([partial(send, "/participants", {"nickname": f"p{n}"}) for n in range(40)])
    assert statuses(joined) == {201: 40}
    secrets = [response.json()["participant"] for response in joined]
    found = all_at_once([partial(send, "/answers", body_of(one, ITEM, "yyn", None)) for one in secrets])
    assert statuses(found) == {201: 40}
    assert len(all_rows(database)["training_answer"]) == 40
    assert training.read()["items"][0]["answered"] == 40


def test_of_people_who_want_one_nickname_at_once_one_has_it(send: Send, training: Training) -> None:
    for round_ in range(5):
        body = {"nickname": f"Otter {'x' * round_}"}
        found = all_at_once([partial(send, "/participants", body)] * 8)
        assert statuses(found) == {201: 1, 409: 7}
        assert training.read()["participants"] == round_ + 1


def test_the_last_place_is_for_one(send: Send, training: Training) -> None:
    for number in range(MOST_PARTICIPANTS - 1):
        training.join(f"p{number}")
    found = all_at_once([partial(send, "/participants", {"nickname": f"late {n}"}) for n in range(8)])
    assert statuses(found) == {201: 1, 409: 7}
    assert training.read()["participants"] == MOST_PARTICIPANTS


def test_one_answer_sent_many_times_at_once_is_kept_once(
    send: Send, training: Training, database: Database
) -> None:
    for round_ in range(5):
        body = body_of(training.join(f"p{round_}"), ITEM, "yyn", "complainant")
        found = all_at_once([partial(send, "/answers", body)] * 6)
        assert statuses(found) == {201: 1, 200: 5}
        assert len({response.text for response in found}) == 1
        assert len(all_rows(database)["training_answer"]) == round_ + 1


def test_of_two_answers_of_one_person_at_once_the_first_stays(send: Send, training: Training) -> None:
    for round_ in range(10):
        secret = training.join(f"p{round_}")
        calls: list[Callable[[], Response]] = [
            partial(send, "/answers", body_of(secret, ITEM, code, None)) for code in ("yyn", "nnn")
        ]
        found = all_at_once(calls)
        assert statuses(found) == {201: 1, 409: 1}
        kept = next(response.json()["answers"] for response in found if response.status_code == 201)
        again = "yyn" if kept["problem"] == "yes" else "nnn"
        assert send("/answers", body_of(secret, ITEM, again, None)).json()["answers"] == kept


def test_an_answer_is_either_in_the_results_or_refused(
    send: Send, training: Training, database: Database
) -> None:
    secrets = [training.join(f"p{number}") for number in range(16)]
    given = threading.Semaphore(0)

    def answer(secret: str) -> Response:
        response = send("/answers", body_of(secret, ITEM, "yyn", None))
        given.release()
        return response

    def show() -> Response:
        given.acquire(timeout=10)
        response: Response = training.change("results_shown")
        return response

    found = all_at_once([show, *(partial(answer, one) for one in secrets)])
    assert found[0].status_code == 200
    seen = statuses(found[1:])
    assert set(seen) <= {201, 409}
    assert seen[201] == len(all_rows(database)["training_answer"])
    assert training.agreement(training.guest).json()["scored"]["each"][0]["answered"] == seen[201]


# ---------------------------------------------------------------- walls


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_before_a_code_is_presented_nothing_of_a_training_is_seen(
    training: Training, database: Database, people: People
) -> None:
    training.answer(training.join("Otter"), ITEM, "yyn", None)
    tables = ("training_session", "training_participant", "training_answer")
    other = make_people(database, "second").organisation.id

    def seen() -> list[int]:
        count = "SELECT count(*) FROM "
        return [connection.exec_driver_sql(count + table).scalar_one() for table in tables]

    with transaction(database, write=False) as connection:
        assert seen() == [0, 0, 0]
        bind(connection, other)
        assert seen() == [0, 0, 0]
        present_token(connection, training.code)
        assert seen() == [1, 0, 0]
        bind(connection, people.organisation.id)
        assert seen() == [1, 1, 1]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_role_that_serves_cannot_change_an_answer(
    training: Training, database: Database, people: People
) -> None:
    training.answer(training.join("Otter"), ITEM, "yyn", None)
    with transaction(database, write=True) as connection:
        bind(connection, people.organisation.id)
        assert "permission denied" in refused(connection, "UPDATE training_answer SET problem = 'no'")

"""Many at once, through the real application: nothing is lost, doubled or skipped."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from app.database import Database, OrganisationSession, transaction
from app.knowledge import load_knowledge
from app.services.projections import rebuild, rules_of, thread_ids
from tests.promises.world import all_rows
from tests.support import People, answers, assessment, tampering

MANY = 40
CODES = ("nnn", "yyn", "yyy", "ymm")
PROJECTIONS = ("thread", "thread_signal", "transition")

Send = Callable[..., Response]


@pytest.fixture
def send(application: FastAPI, people: People) -> Iterator[Send]:
    """Send requests as anna from any thread, to one application that serves them all."""
    headers = {"Authorization": f"Bearer {people.tokens['anna']}", "Accept-Language": "en"}
    with TestClient(
        application, base_url="http://localhost", headers=headers, raise_server_exceptions=False
    ) as client:
        yield client.request


def all_at_once(calls: list[Callable[[], Response]]) -> list[Response]:
    """Make all calls in the same moment, each in a thread of its own."""
    gate = threading.Barrier(len(calls))

    def call(one: Callable[[], Response]) -> Response:
        gate.wait(10)
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls, timeout=60))


def recording(send: Send, **changes: Any) -> Callable[[], Response]:
    """Return a call that records an assessment."""
    return lambda: send("POST", "/v1/assessments", json=assessment(**changes))


def correcting(send: Send, id_: str, tag: str, code: str) -> Callable[[], Response]:
    """Return a call that corrects an assessment."""
    body = {"answers": answers(code), "reason": "I had misheard."}
    headers = {"If-Match": tag}
    return lambda: send("POST", f"/v1/assessments/{id_}/corrections", json=body, headers=headers)


def projections(database: Database) -> dict[str, Any]:
    """Return what is kept of the threads."""
    return {name: rows for name, rows in all_rows(database).items() if name in PROJECTIONS}


def computed_again(database: Database, people: People) -> dict[str, Any]:
    """Return the projections as they are computed from history alone; what was kept is gone."""
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        rules = rules_of(session, load_knowledge().rulesets)
        for thread_id in thread_ids(session):
            rebuild(session, rules, thread_id)
    return projections(database)


# ---------------------------------------------------------------- recording


def test_forty_at_once_are_all_recorded_and_numbered_without_gaps(
    send: Send, database: Database, people: People
) -> None:
    found = all_at_once([recording(send, answers=CODES[n % 4]) for n in range(MANY)])
    assert [response.status_code for response in found] == [201] * MANY
    assert sorted(response.json()["number"] for response in found) == list(range(1, MANY + 1))
    assert len({response.json()["thread_id"] for response in found}) == 1
    in_order = sorted((response.json() for response in found), key=lambda one: one["number"])
    moments = [datetime.fromisoformat(one["recorded_at"]) for one in in_order]
    assert len(set(moments)) == MANY
    assert moments == sorted(moments)
    kept = projections(database)
    assert (len(kept["thread"]), len(kept["transition"])) == (1, MANY - 1)
    assert computed_again(database, people) == kept


def test_forty_at_once_in_several_threads_and_cases(send: Send, database: Database, people: People) -> None:
    calls = [
        recording(
            send,
            case={"reference": f"case-{n % 3}"},
            participant={"reference": f"participant-{n % 2}"},
            answers=CODES[n % 4],
        )
        for n in range(MANY)
    ]
    found = [response.json() for response in all_at_once(calls)]
    numbers: dict[str, list[int]] = {}
    for one in found:
        numbers.setdefault(one["thread_id"], []).append(one["number"])
    assert len(numbers) == 6
    assert all(sorted(each) == list(range(1, len(each) + 1)) for each in numbers.values())
    assert len({one["case_id"] for one in found}) == 3
    kept = projections(database)
    assert computed_again(database, people) == kept


def test_a_spoiled_projection_is_noticed(send: Send, database: Database, people: People) -> None:
    for code in CODES:
        assert recording(send, answers=code)().status_code == 201
    kept = projections(database)
    for spoil in ("UPDATE thread SET assessment_count = 7", "DELETE FROM transition"):
        with tampering(database) as connection:
            connection.exec_driver_sql(spoil)
        assert projections(database) != kept
        assert computed_again(database, people) == kept


def test_two_first_assessments_of_a_new_case_open_one_case(
    send: Send, database: Database, people: People
) -> None:
    for round_ in range(1, 9):
        found = all_at_once([recording(send, case={"reference": f"new-{round_}"}) for _ in range(2)])
        assert [response.status_code for response in found] == [201, 201]
        assert {response.json()["number"] for response in found} == {1, 2}
        everything = all_rows(database)
        tables = ("case", "participant", "concern", "thread", "case_event")
        assert {len(everything[name]) for name in tables} == {round_}
    assert computed_again(database, people) == projections(database)


def test_two_who_open_the_same_case_get_one_case(send: Send, database: Database) -> None:
    found = all_at_once([lambda: send("POST", "/v1/cases", json={"reference": "new"})] * 8)
    assert sorted(response.status_code for response in found) == [201] + [409] * 7
    assert len(all_rows(database)["case"]) == 1


# ---------------------------------------------------------------- changing


def test_of_two_corrections_at_once_one_counts(send: Send, database: Database, people: People) -> None:
    for round_ in range(10):
        first = recording(send)()
        id_, tag = first.json()["id"], first.headers["ETag"] if round_ % 2 else "*"
        found = all_at_once([correcting(send, id_, tag, code) for code in ("nnn", "yyy")])
        refused = {response.status_code for response in found} - {201}
        assert len(refused) == 1
        assert refused <= {409, 412}
        reread = send("GET", f"/v1/assessments/{id_}").json()
        counts = next(response.json() for response in found if response.status_code == 201)
        assert reread["superseded_by"] == counts["id"]
    assert computed_again(database, people) == projections(database)


def test_one_correction_after_the_other_both_count(send: Send) -> None:
    first = recording(send)()
    for code in ("nnn", "yyy"):
        first = correcting(send, first.json()["id"], first.headers["ETag"], code)()
        assert first.status_code == 201


def test_of_two_changes_of_a_case_at_once_one_counts(send: Send) -> None:
    for round_ in range(5):
        opened = send("POST", "/v1/cases", json={"reference": f"case-{round_}"})
        path, tag = opened.headers["Location"], opened.headers["ETag"]
        body = {"status": "closed", "closing_answer": "She knows whom to call."}
        found = all_at_once([lambda: send("PATCH", path, json=body, headers={"If-Match": tag})] * 2)  # noqa: B023 - called in this round
        assert sorted(response.status_code for response in found) == [200, 412]
        events = send("GET", path).json()["events"]
        assert [event["kind"] for event in events] == ["opened", "closed"]


# ---------------------------------------------------------------- too busy


def test_who_cannot_be_served_in_time_is_asked_to_come_back(
    send: Send, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database.writer.pool, "_timeout", 0.1)
    before = all_rows(database)
    with ExitStack() as stack:
        for _ in range(4 if database.is_embedded else 10):
            stack.enter_context(transaction(database, write=False))
        found = [send("GET", "/v1/cases"), recording(send)(), send("GET", "/health/ready")]
    assert [(response.status_code, response.headers["Retry-After"]) for response in found] == [(503, "2")] * 3
    assert {response.json()["type"] for response in found} == {"urn:problem-type:werkrelatie:busy"}
    assert all_rows(database) == before
    assert recording(send)().status_code == 201

"""GET /v1/transitions: the log of changes."""

from typing import Any

import pytest

from tests.support import Caller, Clock


@pytest.fixture
def moves(anna: Caller, clock: Clock) -> list[dict[str, Any]]:
    """Forward, forward, the same with other answers, back."""
    recorded = []
    for code in ("mnn", "yyn", "yyy", "ymy", "yyn"):
        clock.forward(days=1)
        recorded.append(anna.record(answers=code))
    return recorded[1:]


def found(caller: Caller, **query: Any) -> list[str]:
    response = caller.get("/v1/transitions", params=query)
    assert response.status_code == 200, response.text
    return [one["assessment_id"] for one in response.json()["items"]]


def test_it_works(anna: Caller, moves: list[dict[str, Any]]) -> None:
    [*_, oldest] = anna.get("/v1/transitions").json()["items"]
    expected = {name: value for name, value in moves[0]["transition"].items() if name != "entries"}
    assert oldest == {
        **expected,
        "case_id": moves[0]["case_id"],
        "thread_id": moves[0]["thread_id"],
    }


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ({}, [3, 2, 1, 0]),
        ({"from": "visitor"}, [0]),
        ({"to": "customer"}, [2, 1]),
        ({"from": "customer", "to": "complainant"}, [3]),
        ({"direction": "forward"}, [1, 0]),
        ({"direction": "same"}, [2]),
        ({"direction": "back"}, [3]),
        ({"since": "2026-11-23T09:00:00Z", "until": "2026-11-25T09:00:00Z"}, [2, 1]),
    ],
)
def test_filters_narrow_the_log(
    anna: Caller, moves: list[dict[str, Any]], query: dict[str, str], which: list[int]
) -> None:
    assert found(anna, **query) == [moves[place]["id"] for place in which]


def test_teams_and_practitioners_narrow_the_log(
    callers: dict[str, Caller], moves: list[dict[str, Any]], people: Any
) -> None:
    sam = callers["sam"]
    everything = [one["id"] for one in reversed(moves)]
    assert found(sam, team=people.teams["north"]) == everything
    assert found(sam, team=people.teams["south"]) == []
    assert found(sam, practitioner=people.users["anna"].user_id) == everything
    assert found(sam, practitioner=people.users["bas"].user_id) == []
    assert found(callers["sofie"]) == []


def test_pages_follow_each_other(anna: Caller, moves: list[dict[str, Any]]) -> None:
    first = anna.get("/v1/transitions?limit=3&direction=forward").json()
    assert first["next"] is None
    first = anna.get("/v1/transitions?limit=3").json()
    second = anna.get(first["next"]).json()
    assert [one["assessment_id"] for one in (*first["items"], *second["items"])] == [
        one["id"] for one in reversed(moves)
    ]

"""GET /v1/threads/{id} and the matrix of a case: as it stands, as it stood, as it was known."""

from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from tests.api.test_correct_assessment import correct
from tests.support import START, Caller, Clock, answers


@pytest.fixture
def course(anna: Caller, clock: Clock) -> list[dict[str, Any]]:
    """Visitor on day 0, complainant on day 7, customer on day 14; each recorded an hour later."""
    recorded = []
    for day, code in ((0, "mnn"), (7, "yyn"), (14, "yyy")):
        clock.now = START + timedelta(days=day, hours=1)
        recorded.append(anna.record(answers=code, held_at=START + timedelta(days=day)))
    return recorded


def thread(caller: Caller, id_: str, **query: str) -> Any:
    response = caller.get(f"/v1/threads/{id_}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def test_it_works(anna: Caller, course: list[dict[str, Any]]) -> None:
    found = thread(anna, course[0]["thread_id"])
    heads = found.pop("assessments")
    assert heads == [{name: one[name] for name in heads[0]} for one in course]
    assert found == {
        "id": course[0]["thread_id"],
        "case_id": course[0]["case_id"],
        "participant": {"id": ANY, "reference": "mother", "role": None},
        "concern": {"id": ANY, "reference": "signing", "wording": None},
        "current": {
            "relationship_type": "customer",
            "clarity": "clear",
            "provisional": False,
            "perspective": "practitioner",
            "since": "2026-12-04T09:00:00Z",
            "last_assessed_at": "2026-12-04T09:00:00Z",
            "assessment_id": course[2]["id"],
            "assessment_count": 3,
        },
        "transitions": [
            {name: value for name, value in one["transition"].items() if name != "entries"}
            for one in course[1:]
        ],
        "signals": [],
    }


@pytest.mark.parametrize(
    ("at", "types"),
    [
        ("2026-11-20T08:59:59Z", []),
        ("2026-11-20T09:00:00Z", ["visitor"]),
        ("2026-11-27T08:59:59.999999Z", ["visitor"]),
        ("2026-11-27T10:00:00+01:00", ["visitor", "complainant"]),
        ("2030-01-01T00:00:00Z", ["visitor", "complainant", "customer"]),
    ],
)
def test_as_of_a_moment(anna: Caller, course: list[dict[str, Any]], at: str, types: list[str]) -> None:
    found = thread(anna, course[0]["thread_id"], at=at)
    assert [one["relationship_type"] for one in found["assessments"]] == types
    assert len(found["transitions"]) == max(len(types) - 1, 0)
    assert (found["current"] or {}).get("relationship_type") == (types[-1] if types else None)


def test_as_known_at_a_moment_gives_what_was_answered_then(
    anna: Caller, course: list[dict[str, Any]], clock: Clock
) -> None:
    clock.now = START + timedelta(days=20)
    correct(anna, course[1]["id"], {"answers": answers("nnn"), "reason": "It was somebody else."})
    anna.record(answers="yyn", held_at=START + timedelta(days=3))
    id_ = course[0]["thread_id"]
    before = thread(anna, id_, known="2026-12-05T09:00:00Z")
    assert [one["id"] for one in before["assessments"]] == [one["id"] for one in course]
    assert [one["superseded_by"] for one in before["assessments"]] == [None] * 3
    now = thread(anna, id_)
    assert [(step["from"], step["to"]) for step in now["transitions"]] == [
        ("visitor", "complainant"),
        ("complainant", "visitor"),
        ("visitor", "customer"),
    ]
    assert (
        thread(anna, id_, known="2026-12-05T09:00:00Z", at="2026-11-28T09:00:00Z")["current"][
            "relationship_type"
        ]
        == "complainant"
    )
    assert thread(anna, id_, at="2026-11-28T09:00:00Z")["current"]["relationship_type"] == "visitor"
    assert thread(anna, id_, known="2026-11-20T09:59:59Z")["current"] is None


def test_another_assessor_is_marked_and_is_no_movement(anna: Caller, clock: Clock) -> None:
    anna.record(answers="yyy")
    clock.forward(days=1)
    step = anna.record(answers="mnn", perspective="supervisor")["transition"]
    assert (step["other_assessor"], step["movement"], step["direction"]) == (True, False, "unclear")
    clock.forward(days=1)
    own = anna.record(answers="yyn")["transition"]
    assert (own["from"], own["to"], own["direction"], own["movement"]) == (
        "customer",
        "complainant",
        "back",
        True,
    )


def test_the_matrix_shows_every_thread_of_a_case(anna: Caller) -> None:
    for participant, concern, code in (
        ("mother", "signing", "yyn"),
        ("father", "signing", "mnn"),
        ("father", "language", "yyy"),
    ):
        case_id = anna.record(
            participant={"reference": participant}, concern={"reference": concern}, answers=code
        )["case_id"]
    matrix = anna.get(f"/v1/cases/{case_id}/threads").json()["items"]
    assert [
        (one["participant"]["reference"], one["concern"]["reference"], one["current"]["relationship_type"])
        for one in matrix
    ] == [
        ("father", "language", "customer"),
        ("father", "signing", "visitor"),
        ("mother", "signing", "complainant"),
    ]


def test_the_kept_state_equals_the_one_that_is_worked_out(anna: Caller, course: list[dict[str, Any]]) -> None:
    [kept] = anna.get(f"/v1/cases/{course[0]['case_id']}/threads").json()["items"]
    worked_out = thread(anna, course[0]["thread_id"])
    assert kept == {name: worked_out[name] for name in kept}

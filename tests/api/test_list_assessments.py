"""GET /v1/assessments: filters, and pages that neither repeat nor skip."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support import START, Caller, Clock


@pytest.fixture
def recorded(anna: Caller, clock: Clock) -> list[dict[str, Any]]:
    """Five assessments in two cases, a day apart."""
    clock.forward(days=10)
    return [
        anna.record(
            case={"reference": f"case-{day % 2}"},
            participant={"reference": ("mother", "father")[day % 2]},
            answers=("mnn", "yyn", "yyy", "mmm", "unn")[day],
            perspective=("practitioner", "client")[day == 4],
            held_at=START + timedelta(days=day),
        )
        for day in range(5)
    ]


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


def test_it_works(anna: Caller, recorded: list[dict[str, Any]]) -> None:
    response = anna.get("/v1/assessments")
    assert ids(response) == [one["id"] for one in reversed(recorded)]
    assert response.json()["next"] is None
    first = response.json()["items"][-1]
    assert first == {name: recorded[0][name] for name in first}
    written = {"own_words", "judged_reason", "note", "reason", "statements"}
    assert recorded[0].keys() - first.keys() == written | {"classification", "transition", "signals"}


def test_no_list_repeats_what_was_written(anna: Caller) -> None:
    canary = "Kanarie in the attic"
    first = anna.record(
        judged_type="visitor",
        judged_reason=canary,
        note=canary,
        own_words=dict.fromkeys(("problem", "help_request", "share_in_solution"), canary),
    )
    correction = {"retracted": True, "reason": canary}
    path = f"/v1/assessments/{first['id']}"
    assert anna.post(f"{path}/corrections", correction, headers={"If-Match": "*"}).status_code == 201
    for lists in ("/v1/assessments", "/v1/cases", "/v1/transitions"):
        assert canary not in anna.get(lists).text
    # Who opens one, or the course of one participant, reads all of it.
    assert anna.get(path).text.count(canary) == 5
    assert anna.get(f"/v1/threads/{first['thread_id']}").text.count(canary) == 11


@pytest.mark.parametrize(
    ("filters", "days"),
    [
        ({"type": "visitor"}, [4, 0]),
        ({"type": "customer"}, [2]),
        ({"clarity": "incomplete"}, [4]),
        ({"clarity": "unclear"}, [3]),
        ({"perspective": "client"}, [4]),
        # From this moment on, and before that one.
        ({"since": "2026-11-22T09:00:00Z", "until": "2026-11-24T09:00:00Z"}, [3, 2]),
        ({"since": "2026-11-24T10:00:00+01:00"}, [4]),
        ({"type": "visitor", "perspective": "practitioner"}, [0]),
    ],
)
def test_filters_narrow_the_list(
    anna: Caller, recorded: list[dict[str, Any]], filters: dict[str, str], days: list[int]
) -> None:
    assert ids(anna.get("/v1/assessments", params=filters)) == [recorded[day]["id"] for day in days]


@pytest.mark.parametrize("what", ["case", "thread", "participant"])
def test_ids_narrow_the_list(anna: Caller, recorded: list[dict[str, Any]], what: str) -> None:
    one = recorded[1]
    value = one["participant"]["id"] if what == "participant" else one[f"{what}_id"]
    assert ids(anna.get("/v1/assessments", params={what: value})) == [
        recorded[3]["id"],
        recorded[1]["id"],
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_follow_each_other_without_gaps(
    anna: Caller, recorded: list[dict[str, Any]], limit: int
) -> None:
    found, address = [], f"/v1/assessments?limit={limit}"
    while address:
        response = anna.get(address)
        page = ids(response)
        assert len(page) <= limit
        found += page
        address = response.json()["next"]
        link = f'<{address}>; rel="next"' if address else None
        assert response.headers.get("Link") == link
    assert found == [one["id"] for one in reversed(recorded)]


def test_assessments_of_one_moment_are_paged_too(anna: Caller) -> None:
    recorded = {anna.record(participant={"reference": f"p{n}"})["id"] for n in range(5)}
    first = anna.get("/v1/assessments?limit=3").json()
    second = anna.get(first["next"]).json()
    assert {one["id"] for one in (*first["items"], *second["items"])} == recorded


@pytest.mark.parametrize(
    ("query", "location", "code"),
    [
        ("limit=0", "limit", "out_of_range"),
        ("limit=101", "limit", "out_of_range"),
        ("limit=many", "limit", "not_a_number"),
        ("cursor=abc", "cursor", "invalid_cursor"),
        ("cursor=W10", "cursor", "invalid_cursor"),
        ("cursor=%C3%A9", "cursor", "invalid_cursor"),
        ("cursor=" + "a" * 201, "cursor", "too_long"),
        ("case=1", "case", "not_an_id"),
        ("type=client", "type", "not_an_option"),
        ("since=yesterday", "since", "not_a_moment"),
        ("since=2026-11-22", "since", "not_a_moment"),
        # A misspelt filter would silently show everything.
        ("typ=visitor", "", "unknown_field"),
    ],
)
def test_bad_queries_are_named(anna: Caller, query: str, location: str, code: str) -> None:
    refused = anna.get(f"/v1/assessments?{query}")
    assert refused.status_code == 400
    assert [(e["in"], e["location"], e["code"]) for e in refused.json()["errors"]] == [
        ("query", location, code)
    ]


def test_a_supervisor_sees_those_of_the_team(
    callers: dict[str, Caller], recorded: list[dict[str, Any]]
) -> None:
    assert len(ids(callers["sam"].get("/v1/assessments"))) == len(recorded)
    for name in ("bas", "chris", "sofie"):
        assert ids(callers[name].get("/v1/assessments")) == []

"""Cases: open, close with the closing question, reopen, hand over; and the caseload."""

from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from tests.support import START, Caller, Clock, People, assessment

CLOSE = {"status": "closed", "closing_answer": "She knows whom to call."}


def open_case(caller: Caller, reference: str = "2026-0042") -> dict[str, Any]:
    response = caller.post("/v1/cases", {"reference": reference})
    assert response.status_code == 201, response.text
    case: dict[str, Any] = response.json()
    return case


def change(caller: Caller, case: dict[str, Any], body: dict[str, Any], version: int | None = None) -> Any:
    return caller.patch(
        f"/v1/cases/{case['id']}", body, headers={"If-Match": f'"{version or case["version"]}"'}
    )


def test_open_it_works(anna: Caller, people: People) -> None:
    response = anna.post("/v1/cases", {"reference": "2026-0042"})
    practitioner = {"id": str(people.users["anna"].user_id), "name": "anna"}
    assert response.status_code == 201
    assert response.json() == {
        "id": ANY,
        "reference": "2026-0042",
        "status": "open",
        "practitioner": practitioner,
        "team": {"id": str(people.teams["north"]), "name": "north"},
        "opened_at": "2026-11-20T09:00:00Z",
        "closed_at": None,
        "restricted": False,
        "version": 1,
        "closing_question": "What do you need to go on without us?",
        "events": [
            {
                "kind": "opened",
                "recorded_at": "2026-11-20T09:00:00Z",
                "recorded_by": practitioner,
                "practitioner": practitioner,
                "closing_answer": None,
            }
        ],
    }
    assert response.headers["ETag"] == '"1"'
    assert anna.get(response.headers["Location"]).json() == response.json()


def test_recording_opens_a_case_too(anna: Caller) -> None:
    case = anna.get(f"/v1/cases/{anna.record()['case_id']}").json()
    assert [event["kind"] for event in case["events"]] == ["opened"]


def test_open_a_case_that_is_there(callers: dict[str, Caller]) -> None:
    open_case(callers["anna"])
    assert callers["anna"].post("/v1/cases", {"reference": "2026-0042"}).status_code == 409
    assert callers["bas"].post("/v1/cases", {"reference": "2026-0042"}).status_code == 404


def test_close_and_reopen_keep_the_history(anna: Caller, clock: Clock) -> None:
    case = open_case(anna)
    clock.forward(days=30)
    response = change(anna, case, CLOSE)
    closed = response.json()
    assert (response.status_code, response.headers["ETag"]) == (200, '"2"')
    assert (closed["status"], closed["closed_at"]) == ("closed", "2026-12-20T09:00:00Z")
    clock.forward(days=30)
    reopened = change(anna, closed, {"status": "open"}).json()
    assert (reopened["status"], reopened["closed_at"], reopened["version"]) == ("open", None, 3)
    assert [(event["kind"], event["closing_answer"]) for event in reopened["events"]] == [
        ("opened", None),
        ("closed", "She knows whom to call."),
        ("reopened", None),
    ]


def test_closing_what_is_closed_changes_nothing(anna: Caller) -> None:
    closed = change(anna, open_case(anna), CLOSE).json()
    assert change(anna, closed, CLOSE).json() == closed


def test_hand_over_moves_the_case_and_keeps_its_history(callers: dict[str, Caller], people: People) -> None:
    anna, bas, chris = callers["anna"], callers["bas"], callers["chris"]
    recorded = anna.record(answers="yyn")
    case = anna.get(f"/v1/cases/{recorded['case_id']}").json()
    response = change(anna, case, {"practitioner_id": str(people.users["bas"].user_id)})
    handed_over = response.json()
    assert (response.status_code, handed_over["practitioner"]["name"]) == (200, "bas")
    assert [event["kind"] for event in handed_over["events"]] == ["opened", "handed_over"]
    assert anna.get(f"/v1/cases/{case['id']}").status_code == 404
    assert anna.post("/v1/assessments", assessment()).status_code == 404
    step = bas.record(answers="yyy")["transition"]
    assert (step["from"], step["other_assessor"], step["movement"]) == ("complainant", True, False)
    moved = change(bas, handed_over, {"practitioner_id": str(people.users["chris"].user_id)}).json()
    assert moved["team"]["name"] == "south"
    assert chris.get(f"/v1/assessments/{recorded['id']}").json() == recorded


def test_two_changes_at_once_are_one_version(anna: Caller, people: People) -> None:
    case = open_case(anna)
    both = change(anna, case, {**CLOSE, "practitioner_id": str(people.users["bas"].user_id)}).json()
    assert both["version"] == 2
    assert [event["kind"] for event in both["events"]] == ["opened", "closed", "handed_over"]


@pytest.mark.parametrize("name", ["sam", "tess", "aad"])
def test_only_a_practitioner_can_take_over(anna: Caller, people: People, name: str) -> None:
    refused = change(anna, open_case(anna), {"practitioner_id": str(people.users[name].user_id)})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "not_a_practitioner"


def test_changes_need_the_version_that_was_read(anna: Caller) -> None:
    case = open_case(anna)
    assert anna.patch(f"/v1/cases/{case['id']}", CLOSE).status_code == 428
    assert change(anna, case, CLOSE, version=7).status_code == 412
    assert change(anna, case, CLOSE).status_code == 200
    assert change(anna, case, {"status": "open"}).status_code == 412


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing_to_change"),
        ({"status": None}, "nothing_to_change"),
        # A case is closed with the answer to the closing question, and only then there is one.
        ({"status": "closed"}, "closing_answer"),
        ({"status": "closed", "closing_answer": " "}, "empty"),
        ({"status": "open", "closing_answer": "Fine."}, "closing_answer"),
        ({"status": "paused"}, "not_an_option"),
        ({"practitioner_id": "bas"}, "not_an_id"),
        ({"practitioner_id": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"}, "not_a_practitioner"),
        ({"reference": "other"}, "unknown_field"),
    ],
)
def test_bad_changes_change_nothing(anna: Caller, body: dict[str, Any], code: str) -> None:
    case = open_case(anna)
    refused = change(anna, case, body)
    assert refused.status_code == 400
    assert code in {error["code"] for error in refused.json()["errors"]}
    assert anna.get(f"/v1/cases/{case['id']}").json() == case


# ---------------------------------------------------------------- the caseload


@pytest.fixture
def caseload(callers: dict[str, Caller], clock: Clock) -> None:
    """Of anna: a customer, a quiet visitor, a closed case, one without assessment. Of bas: one."""
    anna = callers["anna"]
    anna.record(case={"reference": "quiet"}, answers="mnn")
    clock.forward(days=20)
    anna.record(case={"reference": "busy"}, answers="yyy")
    clock.forward(days=5)
    anna.record(case={"reference": "busy"}, concern={"reference": "money"}, answers="yyn")
    closed = open_case(anna, "closed")
    change(anna, closed, CLOSE)
    open_case(anna, "empty")
    callers["bas"].record(case={"reference": "of bas"}, answers="nnn")


def references(response: Any) -> set[str]:
    assert response.status_code == 200, response.text
    return {case["reference"] for case in response.json()["items"]}


@pytest.mark.usefixtures("caseload")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"quiet", "busy", "closed", "empty"}),
        ({"reference": "busy"}, {"busy"}),
        ({"reference": "of bas"}, set()),
        ({"status": "closed"}, {"closed"}),
        ({"type": "visitor"}, {"quiet"}),
        ({"type": "customer"}, {"busy"}),
        ({"type": "complainant"}, {"busy"}),
        ({"idle": 25}, {"quiet"}),
        ({"idle": 26}, set()),
        ({"idle": 0}, {"quiet", "busy", "closed", "empty"}),
    ],
)
def test_filters_narrow_the_caseload(anna: Caller, query: dict[str, Any], expected: set[str]) -> None:
    assert references(anna.get("/v1/cases", params=query)) == expected


@pytest.mark.usefixtures("caseload")
def test_a_supervisor_sees_the_team_and_can_look_at_one_practitioner(
    callers: dict[str, Caller], people: People
) -> None:
    sam = callers["sam"]
    everything = {"quiet", "busy", "closed", "empty", "of bas"}
    assert references(sam.get("/v1/cases")) == everything
    assert references(sam.get("/v1/cases", params={"team": people.teams["north"]})) == everything
    assert references(sam.get("/v1/cases", params={"team": people.teams["south"]})) == set()
    of_bas = {"practitioner": people.users["bas"].user_id}
    assert references(sam.get("/v1/cases", params=of_bas)) == {"of bas"}
    assert references(callers["sofie"].get("/v1/cases")) == set()


@pytest.mark.usefixtures("caseload")
def test_the_caseload_shows_how_each_thread_stands(anna: Caller) -> None:
    [busy] = anna.get("/v1/cases", params={"reference": "busy"}).json()["items"]
    assert [
        (one["concern"]["reference"], one["current"]["relationship_type"], one["current"]["since"])
        for one in busy["threads"]
    ] == [
        ("money", "complainant", "2026-12-15T09:00:00Z"),
        ("signing", "customer", "2026-12-10T09:00:00Z"),
    ]


@pytest.mark.usefixtures("caseload")
def test_pages_of_the_caseload_follow_each_other(anna: Caller) -> None:
    first = anna.get("/v1/cases?limit=3")
    second = anna.get(first.json()["next"])
    assert references(first) | references(second) == {"quiet", "busy", "closed", "empty"}
    assert len(first.json()["items"]) + len(second.json()["items"]) == 4


def test_moments_in_the_caseload_follow_the_clock(anna: Caller, clock: Clock) -> None:
    clock.now = START + timedelta(days=1)
    assert open_case(anna)["opened_at"] == "2026-11-21T09:00:00Z"

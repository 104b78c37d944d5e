"""The rights of clients: their own statement, restriction, terms, and a copy of the file."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from tests.support import Caller, Clock, answers

FILE = "/v1/clients/2026-0042"
ANY_VERSION = {"If-Match": "*"}


def patch(caller: Caller, body: dict[str, Any], tag: str = "*", path: str = FILE) -> Any:
    return caller.patch(path, body, headers={"If-Match": tag})


def state(caller: Caller, assessment: dict[str, Any], text: str = "I do want to learn it.") -> dict[str, Any]:
    response = caller.post(f"/v1/assessments/{assessment['id']}/statements", {"text": text})
    assert response.status_code == 201, response.text
    said: dict[str, Any] = response.json()
    return said


# ---------------------------------------------------------------- the client's own statement


def test_a_statement_stands_with_its_assessment_and_changes_nothing_else(anna: Caller) -> None:
    recorded = anna.record()
    said = state(anna, recorded)
    assert said == {
        "id": ANY,
        "text": "I do want to learn it.",
        "recorded_at": "2026-11-20T09:00:00Z",
        "recorded_by": recorded["recorded_by"],
    }
    path = f"/v1/assessments/{recorded['id']}"
    assert anna.get(path).json() == recorded | {"statements": [said]}
    assert anna.get(path).headers["ETag"] == '"1-1"'
    assert "statements" not in anna.get("/v1/assessments").json()["items"][0]
    thread = anna.get(f"/v1/threads/{recorded['thread_id']}").json()
    assert [one["statements"] for one in thread["assessments"]] == [[said]]


def test_a_thread_as_known_before_a_statement_is_without_it(anna: Caller, clock: Clock) -> None:
    recorded = anna.record()
    clock.forward(days=1)
    state(anna, recorded)
    thread = anna.get(f"/v1/threads/{recorded['thread_id']}", params={"known": "2026-11-20T12:00:00Z"}).json()
    assert [one["statements"] for one in thread["assessments"]] == [[]]


def test_a_statement_is_possible_in_a_case_that_is_restricted(callers: dict[str, Caller]) -> None:
    recorded = callers["anna"].record()
    assert patch(callers["petra"], {"restricted": True}).status_code == 200
    state(callers["anna"], recorded)


@pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": "x" * 2001}, {"text": "x", "note": "y"}])
def test_a_statement_that_cannot_be(anna: Caller, body: dict[str, Any]) -> None:
    path = f"/v1/assessments/{anna.record()['id']}/statements"
    assert anna.post(path, body).status_code == 400


# ---------------------------------------------------------------- what was agreed about a file


def test_the_officer_sees_the_file_and_nothing_of_what_stands_in_it(callers: dict[str, Caller]) -> None:
    recorded = callers["anna"].record(note="Met at school.")
    response = callers["petra"].get(FILE)
    expected = {
        "case_id": recorded["case_id"],
        "reference": "2026-0042",
        "status": "open",
        "restricted": False,
        "legal_hold": False,
        "retention_basis": "jeugdwet",
        "retention_years": None,
        "changed_at": "2026-11-20T09:00:00Z",
        "kept_until": "2046-11-20T09:00:00Z",
        "version": 1,
    }
    assert response.json() == expected
    assert response.headers["ETag"] == '"1"'
    assert callers["petra"].get("/v1/clients").json() == {"items": [expected], "next": None}


@pytest.mark.parametrize(
    ("body", "kept_until"),
    [
        ({"retention_basis": "wmo"}, "2041-11-20T09:00:00Z"),
        ({"retention_basis": "demo"}, "2027-02-18T09:00:00Z"),
        ({"retention_basis": "other", "retention_years": 3}, "2029-11-20T09:00:00Z"),
    ],
)
def test_the_term_follows_the_ground(
    callers: dict[str, Caller], body: dict[str, Any], kept_until: str
) -> None:
    callers["anna"].record()
    changed = patch(callers["petra"], body, '"1"')
    assert changed.status_code == 200
    assert changed.json()["kept_until"] == kept_until
    assert changed.headers["ETag"] == '"2"'
    assert patch(callers["petra"], body).json()["version"] == 2, "what it is already, it stays"
    before, after = "2026-12-01T00:00:00Z", kept_until
    listed = [
        len(callers["petra"].get("/v1/clients", params={"due": due}).json()["items"])
        for due in (before, after)
    ]
    assert listed == [0, 1]


def test_the_term_begins_at_the_last_change(callers: dict[str, Caller], clock: Clock) -> None:
    recorded = callers["anna"].record()
    clock.forward(days=10)
    state(callers["anna"], recorded)
    found = callers["petra"].get(FILE).json()
    assert (found["changed_at"], found["kept_until"]) == ("2026-11-30T09:00:00Z", "2046-11-30T09:00:00Z")


@pytest.mark.parametrize(
    ("recorded", "term", "kept_until"),
    [
        ("2021-03-01T06:00:00Z", {"retention_basis": "wmo"}, "2036-03-01T06:00:00Z"),
        ("2024-02-29T12:00:00Z", {"retention_basis": "wmo"}, "2039-03-01T00:00:00Z"),
        ("2024-02-29T12:00:00Z", {"retention_basis": "jeugdwet"}, "2044-02-29T12:00:00Z"),
        ("2024-02-29T12:00:00Z", {"retention_basis": "other", "retention_years": 1}, "2025-03-01T00:00:00Z"),
    ],
)
def test_a_term_that_begins_or_ends_around_a_leap_day(
    callers: dict[str, Caller], clock: Clock, recorded: str, term: dict[str, Any], kept_until: str
) -> None:
    clock.now = datetime.fromisoformat(recorded)
    callers["anna"].record()
    assert patch(callers["petra"], term).json()["kept_until"] == kept_until
    end = datetime.fromisoformat(kept_until)
    listed = [
        len(callers["petra"].get("/v1/clients", params={"due": due.isoformat()}).json()["items"])
        for due in (end - timedelta(hours=18), end - timedelta(seconds=1), end)
    ]
    assert listed == [0, 0, 1]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing_to_change"),
        ({"retention_years": 3}, "retention_years"),
        ({"retention_basis": "other"}, "retention_years"),
        ({"retention_basis": "wmo", "retention_years": 3}, "retention_years"),
        ({"retention_basis": "other", "retention_years": 0}, "out_of_range"),
        ({"retention_basis": "other", "retention_years": 101}, "out_of_range"),
        ({"restricted": "yes"}, "wrong_type"),
        ({"reference": "other"}, "unknown_field"),
    ],
)
def test_bad_changes_of_a_file(callers: dict[str, Caller], body: dict[str, Any], code: str) -> None:
    callers["anna"].record()
    refused = patch(callers["petra"], body)
    assert refused.status_code == 400
    assert code in {error["code"] for error in refused.json()["errors"]}


def test_a_change_names_its_version(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    assert callers["petra"].patch(FILE, {"restricted": True}).status_code == 428
    assert patch(callers["petra"], {"restricted": True}, '"7"').status_code == 412


def test_a_restricted_case_can_be_read_and_nothing_in_it_changes(callers: dict[str, Caller]) -> None:
    anna, petra = callers["anna"], callers["petra"]
    recorded = anna.record()
    case, thread = f"/v1/cases/{recorded['case_id']}", f"/v1/threads/{recorded['thread_id']}"
    assert patch(petra, {"restricted": True}).status_code == 200
    body = {"answers": answers("nnn"), "reason": "Misheard."}
    refused = [
        anna.post("/v1/assessments", {key: recorded[key] for key in ("answers",)} | _place(recorded)),
        anna.post(f"/v1/assessments/{recorded['id']}/corrections", body, headers=ANY_VERSION),
        anna.patch(case, {"status": "closed", "closing_answer": "Fine."}, headers=ANY_VERSION),
    ]
    assert [one.status_code for one in refused] == [409, 409, 409]
    assert {one.json()["type"] for one in refused} == {"urn:problem-type:werkrelatie:case-is-restricted"}
    assert anna.get(thread).status_code == 200
    assert anna.get(case).json()["restricted"] is True
    assert anna.get("/v1/cases").json()["items"][0]["restricted"] is True
    assert patch(petra, {"restricted": False}).status_code == 200
    assert [event["kind"] for event in anna.get(case).json()["events"]] == [
        "opened",
        "restricted",
        "released",
    ]
    assert (
        anna.post(f"/v1/assessments/{recorded['id']}/corrections", body, headers=ANY_VERSION).status_code
        == 201
    )


def _place(recorded: dict[str, Any]) -> dict[str, Any]:
    return {name: {"reference": recorded[name]["reference"]} for name in ("case", "participant", "concern")}


def test_the_report_counts_what_its_addresses_list(callers: dict[str, Caller], clock: Clock) -> None:
    petra = callers["petra"]
    changes: dict[str, dict[str, Any]] = {
        "old": {"retention_basis": "demo"},
        "held": {"retention_basis": "demo", "legal_hold": True},
        "years": {"retention_basis": "other", "retention_years": 1},
        "years-2": {"retention_basis": "other", "retention_years": 2},
        "child": {"restricted": True},
    }
    for reference, body in changes.items():
        callers["anna"].record(case={"reference": reference})
        assert patch(petra, body, path=f"/v1/clients/{reference}").status_code == 200
    clock.forward(days=365)
    report = petra.get("/v1/reports/retention").json()
    found = {
        one["retention_basis"]: tuple(one[name]["count"] for name in ("files", "due", "on_hold"))
        for one in report["items"]
    }
    assert found == {"jeugdwet": (1, 0, 0), "wmo": (0, 0, 0), "demo": (2, 1, 1), "other": (2, 1, 0)}
    for one in report["items"]:
        for name in ("files", "due", "on_hold"):
            assert len(petra.get(one[name]["query"]).json()["items"]) == one[name]["count"]
    restricted = petra.get("/v1/clients?restricted=true").json()["items"]
    assert [one["reference"] for one in restricted] == ["child"]
    assert petra.get("/v1/clients?reference=old").json()["items"][0]["reference"] == "old"
    first = petra.get("/v1/clients?limit=3").json()
    assert len(first["items"]) + len(petra.get(first["next"]).json()["items"]) == 5


# ---------------------------------------------------------------- a copy


@pytest.fixture
def told(callers: dict[str, Caller]) -> dict[str, Any]:
    """A file with every kind of text in it, and another one."""
    anna = callers["anna"]
    first = anna.record(
        concern={"reference": "signing", "wording": "zelf leren <gebaren>"},
        own_words={"problem": "Ik ben bang & moe", "help_request": "Wat nu?"},
        note="De buurman dronk.",
        answers="yyn",
    )
    corrected = anna.post(
        f"/v1/assessments/{first['id']}/corrections",
        {"answers": answers("yyy"), "reason": "Verkeerd gehoord."},
        headers=ANY_VERSION,
    ).json()
    said = state(anna, first, "Zo heb ik het niet gezegd.")
    closing = {"status": "closed", "closing_answer": "Ze weet wie ze kan bellen."}
    case = anna.patch(f"/v1/cases/{first['case_id']}", closing, headers=ANY_VERSION).json()
    anna.record(case={"reference": "another"}, note="Dit is van een ander.")
    return {"first": first, "corrected": corrected, "said": said, "case": case}


def test_a_copy_has_everything_of_this_file_and_nothing_of_another(
    callers: dict[str, Caller], told: dict[str, Any]
) -> None:
    response = callers["petra"].get(f"{FILE}/export")
    assert response.status_code == 200, response.text
    copy = response.json()
    assert "Dit is van een ander." not in response.text
    assert copy["file"] == callers["petra"].get(FILE).json()
    assert [one["id"] for one in copy["assessments"]] == [told["first"]["id"], told["corrected"]["id"]]
    [first, corrected] = copy["assessments"]
    assert (first["superseded_by"], corrected["supersedes"]) == (corrected["id"], first["id"])
    assert first["statements"] == [told["said"]]
    assert first["own_words"]["problem"] == "Ik ben bang & moe"
    assert (first["assessed_at"], first["recorded_at"]) == ("2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z")
    assert [one["kind"] for one in copy["events"]] == ["opened", "closed"]
    assert copy["events"][1]["closing_answer"] == "Ze weet wie ze kan bellen."
    assert [one["reference"] for one in copy["participants"]] == ["mother"]
    assert [one["wording"] for one in copy["concerns"]] == ["zelf leren <gebaren>"]
    assert len(copy["conversations"]) == len(copy["threads"]) == 1
    assert copy["withheld"] == []
    assert len(copy["information"]) >= 6
    seen = [(one["who"], one["done"]) for one in copy["accesses"]]
    assert seen[0] == ("anna", "recorded an assessment")
    again = callers["petra"].get(f"{FILE}/export").json()["accesses"]
    assert ("petra", "made a copy of the file") in [(one["who"], one["done"]) for one in again]


def test_the_page_is_readable_and_everything_in_it_is_escaped(
    callers: dict[str, Caller], told: dict[str, Any]
) -> None:
    response = callers["petra"].get(f"{FILE}/export?format=html")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = response.text
    for words in (
        "zelf leren &lt;gebaren&gt;",
        "Ik ben bang &amp; moe",
        "De buurman dronk.",
        "Verkeerd gehoord.",
        told["said"]["text"],
        told["case"]["events"][1]["closing_answer"],
        "klager (zoeker)",
        "Waarom dit wordt bewaard",
    ):
        assert words in page
    assert "<gebaren>" not in page
    assert "<script" not in page
    assert callers["petra"].get(f"{FILE}/export?format=pdf").status_code == 400


def test_what_is_withheld_is_nowhere_in_a_copy_and_the_ground_is(
    callers: dict[str, Caller], told: dict[str, Any]
) -> None:
    petra = callers["petra"]
    copy = petra.get(f"{FILE}/export").json()
    passages = {
        "note": (told["first"]["id"], "De buurman dronk."),
        "text": (told["said"]["id"], "Zo heb ik het niet gezegd."),
        "closing_answer": (copy["events"][1]["id"], "Ze weet wie ze kan bellen."),
        "wording": (copy["concerns"][0]["id"], "zelf leren"),
        "reason": (told["corrected"]["id"], "Verkeerd gehoord."),
    }
    for field, (entity_id, words) in passages.items():
        body = {"entity_id": entity_id, "field": field, "ground": "about_another"}
        assert words in petra.get(f"{FILE}/export").text
        made = petra.post(f"{FILE}/withholdings", body)
        assert made.status_code == 201, made.text
        assert made.json() | body == made.json()
        assert petra.post(f"{FILE}/withholdings", body).status_code == 409
        for form in ("json", "html"):
            assert words not in petra.get(f"{FILE}/export?format={form}").text, (field, form)
    withheld = petra.get(f"{FILE}/export").json()["withheld"]
    marked = {(one["entity_id"], one["field"]) for one in withheld}
    # The correction took the note over.
    expected = {(entity_id, field) for field, (entity_id, _) in passages.items()}
    assert marked == expected | {(told["corrected"]["id"], "note")}
    assert petra.get(f"{FILE}/export?format=html").text.count("gaat over iemand anders") == len(marked)
    # The work itself goes on as it was.
    path = f"/v1/assessments/{told['first']['id']}"
    assert callers["anna"].get(path).json()["note"] == "De buurman dronk."


@pytest.mark.parametrize("field", ["judged_reason", "closing_answer", "text", "wording", "participant_role"])
def test_only_a_text_that_is_there_can_be_withheld(
    callers: dict[str, Caller], told: dict[str, Any], field: str
) -> None:
    body = {"entity_id": told["first"]["id"], "field": field, "ground": "harm"}
    assert callers["petra"].post(f"{FILE}/withholdings", body).status_code == 400


def test_a_text_of_another_file_cannot_be_withheld_here(
    callers: dict[str, Caller], told: dict[str, Any]
) -> None:
    body = {"entity_id": told["first"]["id"], "field": "note", "ground": "harm"}
    assert callers["petra"].post("/v1/clients/another/withholdings", body).status_code == 400

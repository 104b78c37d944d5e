"""POST /v1/assessments/{id}/corrections: other answers, or entered in error."""

from typing import Any

import pytest

from tests.support import Caller, Clock, answers

TWO_TAGS = '"1-1"'


def correct(caller: Caller, id_: str, body: dict[str, Any], tag: str | None = TWO_TAGS) -> Any:
    headers = {"If-Match": tag} if tag else {}
    return caller.post(f"/v1/assessments/{id_}/corrections", body, headers=headers)


def test_it_works(anna: Caller, clock: Clock) -> None:
    recorded = anna.record(answers="yyn", own_words={"problem": "He hits."}, note="At school.")
    clock.forward(hours=1)
    response = correct(anna, recorded["id"], {"answers": answers("yyy"), "reason": "I misheard."})
    assert response.status_code == 201
    correction = response.json()
    assert response.headers["ETag"] == '"2-2"'
    assert response.headers["Location"] == f"/v1/assessments/{correction['id']}"
    changed = {name for name in recorded if recorded[name] != correction[name]}
    assert changed == {
        "id",
        "number",
        "recorded_at",
        "answers",
        "relationship_type",
        "supersedes",
        "reason",
        "classification",
    }
    assert (correction["supersedes"], correction["reason"]) == (recorded["id"], "I misheard.")


def test_the_old_row_stays_and_is_marked(anna: Caller) -> None:
    recorded = anna.record(answers="yyn")
    correction = correct(anna, recorded["id"], {"answers": answers("yyy"), "reason": "I misheard."}).json()
    response = anna.get(f"/v1/assessments/{recorded['id']}")
    assert response.headers["ETag"] == '"1-2"'
    assert response.json() == {**recorded, "superseded_by": correction["id"]}


def test_the_thread_follows(anna: Caller, clock: Clock) -> None:
    first = anna.record(answers="mnn")
    clock.forward(days=7)
    second = anna.record(answers="yyy")
    correct(anna, first["id"], {"answers": answers("yyn"), "reason": "I misheard."})
    thread = anna.get(f"/v1/threads/{first['thread_id']}").json()
    assert [(step["from"], step["to"]) for step in thread["transitions"]] == [("complainant", "customer")]
    assert thread["current"]["assessment_id"] == second["id"]
    assert thread["current"]["assessment_count"] == 2


def test_own_words_can_be_corrected_along(anna: Caller) -> None:
    recorded = anna.record(own_words={"problem": "He hits."})
    correction = correct(
        anna,
        recorded["id"],
        {"answers": answers("yyn"), "own_words": {"problem": "He kicks."}, "reason": "Misheard."},
    ).json()
    assert correction["own_words"]["problem"] == "He kicks."


def test_entered_in_error_counts_no_more_and_stays_visible(anna: Caller, clock: Clock) -> None:
    first = anna.record(answers="mnn")
    clock.forward(days=7)
    mistake = anna.record(answers="yyy")
    response = correct(anna, mistake["id"], {"retracted": True, "reason": "Wrong client."})
    assert response.status_code == 201
    assert (response.json()["retracted"], response.json()["transition"]) == (True, None)
    thread = anna.get(f"/v1/threads/{first['thread_id']}").json()
    assert thread["current"]["relationship_type"] == "visitor"
    assert thread["transitions"] == []
    assert [one["number"] for one in thread["assessments"]] == [1, 2, 3]


def test_a_thread_whose_only_assessment_was_retracted_has_no_current_state(anna: Caller) -> None:
    mistake = anna.record()
    correct(anna, mistake["id"], {"retracted": True, "reason": "Wrong client."})
    assert anna.get(f"/v1/threads/{mistake['thread_id']}").json()["current"] is None
    [case] = anna.get("/v1/cases").json()["items"]
    assert case["threads"][0]["current"] is None


def test_a_retraction_can_be_taken_back(anna: Caller) -> None:
    mistake = anna.record(answers="yyn")
    retraction = correct(anna, mistake["id"], {"retracted": True, "reason": "Wrong client."}).json()
    back = correct(anna, retraction["id"], {"answers": answers("yyn"), "reason": "It was right."}, '"2-2"')
    assert (back.status_code, back.headers["ETag"]) == (201, '"3-3"')
    thread = anna.get(f"/v1/threads/{mistake['thread_id']}").json()
    assert thread["current"]["assessment_id"] == back.json()["id"]


# ---------------------------------------------------------------- what is refused


def test_without_a_version_nobody_knows_what_is_corrected(anna: Caller) -> None:
    recorded = anna.record()
    refused = correct(anna, recorded["id"], {"retracted": True, "reason": "Wrong."}, tag=None)
    assert refused.status_code == 428


@pytest.mark.parametrize("tag", ['"1-2"', '"2-2"', '"other"', 'W/"1-1"', '""'])
def test_a_stale_version_is_refused(anna: Caller, tag: str) -> None:
    recorded = anna.record()
    refused = correct(anna, recorded["id"], {"retracted": True, "reason": "Wrong."}, tag)
    assert refused.status_code == 412


@pytest.mark.parametrize("tag", ["*", '"0-0", "1-1"', 'W/"1-1","1-1"'])
def test_any_version_or_one_of_several_will_do(anna: Caller, tag: str) -> None:
    recorded = anna.record()
    response = correct(anna, recorded["id"], {"retracted": True, "reason": "Wrong."}, tag)
    assert response.status_code == 201


@pytest.mark.parametrize("tag", ["1-1", '"1-1', "not a tag", '"a" "b"'])
def test_a_malformed_version_is_bad_input(anna: Caller, tag: str) -> None:
    recorded = anna.record()
    refused = correct(anna, recorded["id"], {"retracted": True, "reason": "Wrong."}, tag)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["in"] == "header"


def test_who_comes_second_is_told_so(anna: Caller) -> None:
    recorded = anna.record()
    correct(anna, recorded["id"], {"retracted": True, "reason": "Wrong."})
    late = correct(anna, recorded["id"], {"retracted": True, "reason": "Wrong."})
    knows = correct(anna, recorded["id"], {"retracted": True, "reason": "Wrong."}, '"1-2"')
    assert (late.status_code, knows.status_code) == (412, 409)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"reason": "Wrong."}, "answers_or_retracted"),
        ({"retracted": False, "reason": "Wrong."}, "answers_or_retracted"),
        ({"retracted": True, "answers": answers("yyn"), "reason": "Wrong."}, "answers_or_retracted"),
        ({"retracted": True, "own_words": {}, "reason": "Wrong."}, "answers_or_retracted"),
        ({"retracted": True}, "missing"),
        ({"retracted": True, "reason": " "}, "empty"),
        ({"retracted": "true", "reason": "Wrong."}, "wrong_type"),
        # When and about whom it was cannot be corrected: that would be another assessment.
        (
            {"answers": answers("yyn"), "reason": "Wrong.", "assessed_at": "2026-11-19T09:00:00Z"},
            "unknown_field",
        ),
    ],
)
def test_bad_input_corrects_nothing(anna: Caller, body: dict[str, Any], code: str) -> None:
    recorded = anna.record()
    refused = correct(anna, recorded["id"], body)
    assert refused.status_code == 400
    assert code in {error["code"] for error in refused.json()["errors"]}
    assert anna.get(f"/v1/assessments/{recorded['id']}").json()["superseded_by"] is None


def test_somebody_elses_is_not_found(callers: dict[str, Caller]) -> None:
    recorded = callers["anna"].record()
    body = {"retracted": True, "reason": "Wrong."}
    assert correct(callers["bas"], recorded["id"], body).status_code == 404
    assert correct(callers["sam"], recorded["id"], body).status_code == 403

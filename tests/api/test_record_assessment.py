"""POST /v1/assessments: the main job, through the real application."""

import json
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from fastapi import FastAPI

from app.database import Database
from app.domain.roles import Role
from app.services.organisations import TokenOrder
from tests.support import START, Caller, Clock, People, assessment, make_token

MAIN_JOB: dict[str, Any] = {
    "case": {"reference": "2026-0042"},
    "participant": {"reference": "mother", "role": "parent"},
    "concern": {"reference": "signing", "wording": "learning to sign ourselves"},
    "conversation": {"held_at": "2026-11-20T09:00:00+01:00", "referral": "voluntary"},
    "answers": {"problem": "yes", "help_request": "maybe", "share_in_solution": "maybe"},
    "own_words": {"problem": "I worry about later"},
    "perspective": "practitioner",
    "judged_type": None,
    "judged_reason": None,
    "scales": {"progress": 4, "confidence": 6, "willingness": 7},
    "task_given": "observation",
    "previous_task_done": "partly",
    "change_reason": None,
    "note": None,
}


def test_it_works(anna: Caller) -> None:
    response = anna.post("/v1/assessments", MAIN_JOB)
    assert response.status_code == 201
    recorded = response.json()
    classification = recorded.pop("classification")
    assert recorded == {
        "id": ANY,
        "number": 1,
        "thread_id": ANY,
        "case_id": ANY,
        "assessed_at": "2026-11-20T08:00:00Z",
        "recorded_at": "2026-11-20T09:00:00Z",
        "recorded_by": {"id": ANY, "name": "anna"},
        "case": {"id": recorded["case_id"], "reference": "2026-0042"},
        "participant": {"id": ANY, "reference": "mother", "role": "parent"},
        "concern": {"id": ANY, "reference": "signing", "wording": "learning to sign ourselves"},
        "conversation": {"id": ANY, "held_at": "2026-11-20T08:00:00Z", "referral": "voluntary"},
        "answers": {"problem": "yes", "help_request": "maybe", "share_in_solution": "maybe"},
        "own_words": {"problem": "I worry about later", "help_request": None, "share_in_solution": None},
        "perspective": "practitioner",
        "relationship_type": "complainant",
        "clarity": "leaning",
        "provisional": False,
        "judged_type": None,
        "judged_reason": None,
        "scales": {"progress": 4, "confidence": 6, "willingness": 7},
        "task_given": "observation",
        "previous_task_done": "partly",
        "change_reason": None,
        "note": None,
        "supersedes": None,
        "superseded_by": None,
        "reason": None,
        "retracted": False,
        "statements": [],
        "transition": None,
        "signals": [],
    }
    assert response.headers["Location"] == f"/v1/assessments/{recorded['id']}"
    assert response.headers["ETag"] == '"1-1"'
    assert (classification["relationship_type"], classification["ruleset_version"]) == (
        "complainant",
        "2026.1",
    )
    assert anna.get(response.headers["Location"]).json() == response.json()


def test_the_least_that_is_needed_is_enough(anna: Caller) -> None:
    recorded = anna.record(answers="yyn")
    assert recorded["conversation"]["held_at"] == recorded["assessed_at"] == "2026-11-20T09:00:00Z"
    assert recorded["perspective"] == "practitioner"


def test_an_answer_that_was_left_out_is_unknown(anna: Caller) -> None:
    recorded = anna.record(answers={"problem": "yes"})
    assert recorded["answers"] == {
        "problem": "yes",
        "help_request": "unknown",
        "share_in_solution": "unknown",
    }
    assert (recorded["relationship_type"], recorded["clarity"]) == (None, "incomplete")


def test_the_second_one_shows_the_step_and_its_approach(anna: Caller, clock: Clock) -> None:
    first = anna.record(answers="mnn")
    clock.forward(days=7)
    second = anna.record(answers="ymn", change_reason="relationship_changed")
    entries = second["transition"].pop("entries")
    assert second["transition"] == {
        "assessment_id": second["id"],
        "previous_id": first["id"],
        "assessed_at": "2026-11-27T09:00:00Z",
        "from": "visitor",
        "to": "complainant",
        "direction": "forward",
        "changed_answers": ["problem", "help_request"],
        "change_reason": "relationship_changed",
        "other_assessor": False,
        "movement": True,
    }
    assert [entry["id"] for entry in entries] == ["tr-vc-01", "tr-vc-02", "tr-xx-01"]
    assert (second["number"], second["thread_id"]) == (2, first["thread_id"])


def test_a_late_entry_lands_in_its_place(anna: Caller, clock: Clock) -> None:
    clock.forward(days=30)
    customer = anna.record(answers="yyy", held_at=START + timedelta(days=10))
    visitor = anna.record(answers="nnn", held_at=START)
    assert visitor["transition"] is None
    between = anna.record(answers="yyn", held_at=START + timedelta(days=5))
    assert (between["transition"]["from"], between["number"]) == ("visitor", 3)
    moved = anna.get(f"/v1/assessments/{customer['id']}").json()["transition"]
    assert (moved["from"], moved["to"], moved["previous_id"]) == (
        "complainant",
        "customer",
        between["id"],
    )


def test_steps_not_taken_bring_the_question_that_asks_why(anna: Caller) -> None:
    entries = anna.record(answers="yyy", previous_task_done="no")["classification"]["approach"]["entries"]
    assert "unc-qu-07" in {entry["id"] for entry in entries}


def test_three_times_the_same_type_brings_the_question_what_to_do_otherwise(
    anna: Caller, clock: Clock
) -> None:
    seen = []
    for _ in range(3):
        clock.forward(days=7)
        step = anna.record(answers="yyn")["transition"]
        seen.append([entry["id"] for entry in step["entries"]] if step else None)
    assert seen == [None, ["tr-st-02"], ["tr-st-01", "tr-st-02"]]


def test_what_is_said_later_does_not_change_what_was_recorded(anna: Caller, clock: Clock) -> None:
    first = anna.record(
        participant={"reference": "mother", "role": "parent"},
        concern={"reference": "signing", "wording": "she does not listen"},
    )
    clock.forward(days=1)
    anna.record(
        participant={"reference": "mother", "role": "relative"},
        concern={"reference": "signing", "wording": "learning to sign ourselves"},
    )
    again = anna.get(f"/v1/assessments/{first['id']}").json()
    assert (again["participant"], again["concern"]) == (first["participant"], first["concern"])
    thread = anna.get(f"/v1/threads/{first['thread_id']}").json()
    assert thread["participant"]["role"] == "relative"
    assert thread["concern"]["wording"] == "learning to sign ourselves"


def test_own_judgement_stands_beside_the_computed_type(anna: Caller) -> None:
    recorded = anna.record(answers="yyy", judged_type="visitor", judged_reason="She only nods.")
    assert (recorded["relationship_type"], recorded["judged_type"]) == ("customer", "visitor")


def test_a_program_records_as_the_machine_it_is(
    application: FastAPI, people: People, database: Database
) -> None:
    token = make_token(database, people, TokenOrder("intake", Role.PRACTITIONER, 30, team="north"))
    recorded = Caller(application, token).record()
    assert recorded["recorded_by"]["name"] == "intake"


# ---------------------------------------------------------------- what is refused


def test_a_closed_case_is_reopened_first(anna: Caller) -> None:
    case = anna.get(f"/v1/cases/{anna.record()['case_id']}")
    closed = anna.patch(
        f"/v1/cases/{case.json()['id']}",
        {"status": "closed", "closing_answer": "Nothing more."},
        headers={"If-Match": case.headers["ETag"]},
    )
    assert closed.status_code == 200
    refused = anna.post("/v1/assessments", assessment())
    assert (refused.status_code, refused.json()["title"]) == (409, "The case is closed")


def test_a_case_of_somebody_else_is_not_found(callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    refused = callers["bas"].post("/v1/assessments", assessment())
    assert (refused.status_code, refused.json()["title"]) == (404, "Not found")
    assert callers["bas"].get("/v1/cases").json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "location", "code"),
    [
        # Nobody can have spoken tomorrow.
        ({"conversation": {"held_at": "2026-11-21T09:00:00Z"}}, "#/conversation/held_at", "in_the_future"),
        (
            {
                "conversation": {"held_at": "2026-11-19T09:00:00Z"},
                "assessed_at": "2026-11-21T09:00:00Z",
            },
            "#/assessed_at",
            "in_the_future",
        ),
        # A judgement about a conversation that was still to come.
        (
            {"conversation": {"held_at": "2026-11-19T09:00:00Z"}, "assessed_at": "2026-11-18T09:00:00Z"},
            "#/assessed_at",
            "before_the_conversation",
        ),
        # A moment without a zone can be any of 26.
        ({"conversation": {"held_at": "2026-11-19T09:00:00"}}, "#/conversation/held_at", "not_a_moment"),
        ({"conversation": {"held_at": 0}}, "#/conversation/held_at", "not_a_moment"),
        ({"conversation": {"held_at": "2026-02-30T09:00:00Z"}}, "#/conversation/held_at", "not_a_moment"),
        (
            {"conversation": {"held_at": "0001-01-01T00:00:00+14:00"}},
            "#/conversation/held_at",
            "not_a_moment",
        ),
        ({"conversation": {"held_at": "1899-12-31T00:00:00Z"}}, "#/conversation/held_at", "out_of_range"),
        ({"conversation": {"referral": "court"}}, "#/conversation/referral", "not_an_option"),
        ({"answers": {"problem": "perhaps"}}, "#/answers/problem", "not_an_option"),
        ({"answers": {"problem": None}}, "#/answers/problem", "not_an_option"),
        ({"answers": {"problem": True}}, "#/answers/problem", "not_an_option"),
        ({"answers": []}, "#/answers", "wrong_type"),
        ({"case": {}}, "#/case/reference", "missing"),
        ({"case": {"reference": ""}}, "#/case/reference", "empty"),
        ({"case": {"reference": "  "}}, "#/case/reference", "empty"),
        ({"case": {"reference": 42}}, "#/case/reference", "wrong_type"),
        ({"case": {"reference": "a" * 65}}, "#/case/reference", "too_long"),
        ({"case": {"reference": "a\nb"}}, "#/case/reference", "character_not_allowed"),
        ({"note": "a" * 2001}, "#/note", "too_long"),
        ({"note": "nul \u0000"}, "#/note", "character_not_allowed"),
        ({"note": "turned \u202e round"}, "#/note", "character_not_allowed"),
        ({"note": "nothing \ufffe"}, "#/note", "character_not_allowed"),
        ({"case": {"reference": "2026\ufeff-0042"}}, "#/case/reference", "character_not_allowed"),
        ({"scales": {"progress": 11}}, "#/scales/progress", "out_of_range"),
        ({"scales": {"progress": -1}}, "#/scales/progress", "out_of_range"),
        ({"scales": {"progress": 4.5}}, "#/scales/progress", "wrong_type"),
        ({"scales": {"progress": "4"}}, "#/scales/progress", "wrong_type"),
        ({"scales": {"progress": True}}, "#/scales/progress", "wrong_type"),
        # The type is ours to work out.
        ({"relationship_type": "customer"}, "#", "unknown_field"),
        ({"answers": {"Jan de Vries": "yes"}}, "#/answers", "unknown_field"),
        ({"judged_reason": "Because."}, "#", "judged_type"),
    ],
)
def test_bad_input_is_named_and_nothing_is_recorded(
    anna: Caller, changes: dict[str, Any], location: str, code: str
) -> None:
    refused = anna.post("/v1/assessments", assessment(**changes))
    assert refused.status_code == 400, refused.text
    assert [(e["in"], e["location"], e["code"]) for e in refused.json()["errors"]] == [
        ("body", location, code)
    ]
    assert "Jan de Vries" not in refused.text
    assert anna.get("/v1/cases").json()["items"] == []


def test_all_errors_come_together(anna: Caller) -> None:
    refused = anna.post("/v1/assessments", {"case": {"reference": ""}, "answers": {"problem": "x"}})
    assert {(e["location"], e["code"]) for e in refused.json()["errors"]} == {
        ("#/case/reference", "empty"),
        ("#/participant", "missing"),
        ("#/concern", "missing"),
        ("#/answers/problem", "not_an_option"),
    }


def test_texts_are_kept_in_one_form(anna: Caller) -> None:
    recorded = anna.record(note="  cafe\u0301\r\nnext line ")
    assert recorded["note"] == "caf\u00e9\nnext line"


def test_a_lone_surrogate_is_refused(anna: Caller) -> None:
    body = json.dumps(assessment(note="\ud800"))
    refused = anna.http.post("/v1/assessments", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "character_not_allowed"

"""What was done with the advice of an assessment, and what followed, over the API."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.advice import NOTICE
from tests.promises.world import OWN_ENTRY
from tests.support import START, Caller, Clock, People


def use(caller: Caller, assessment: dict[str, Any], **body: Any) -> Any:
    said = {"entry_id": "com-st-02", "use": "accepted", **body}
    return caller.post(f"/v1/assessments/{assessment['id']}/advice-uses", said)


def uses(caller: Caller, assessment: dict[str, Any]) -> list[dict[str, Any]]:
    found = caller.get(f"/v1/assessments/{assessment['id']}/advice-uses")
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


def test_what_was_used_stands_with_the_assessment_and_what_followed(
    anna: Caller, people: People, clock: Clock
) -> None:
    first = anna.record(held_at=START - timedelta(days=7))
    made = use(anna, first, use="adapted", reason="Drawn, not said.")
    assert made.status_code == 201
    assert made.headers["Location"] == f"/v1/assessments/{first['id']}/advice-uses"
    assert made.json() == {
        "id": made.json()["id"],
        "assessment_id": first["id"],
        "entry_id": "com-st-02",
        "entry_version": "2026.1",
        "source": "catalogue",
        "kind": "stance",
        "text": "Acknowledge first, and sincerely. The trouble is real, and the person may simply be right "
        "about the other.",
        "use": "adapted",
        "reason": "Drawn, not said.",
        "counts": True,
        "recorded_at": "2026-11-20T09:00:00Z",
        "recorded_by": {"id": str(people.users["anna"].user_id), "name": "anna"},
        "followed_by": None,
    }
    clock.forward(days=1)
    following = anna.record(answers="yyy", held_at=START - timedelta(days=1))
    [found] = uses(anna, first)
    assert found == made.json() | {
        "followed_by": {
            "assessment_id": following["id"],
            "assessed_at": "2026-11-19T09:00:00Z",
            "relationship_type": "customer",
            "clarity": "clear",
            "direction": "forward",
        }
    }


def test_a_changed_mind_is_a_new_line_and_the_newest_counts(anna: Caller, clock: Clock) -> None:
    one = anna.record()
    use(anna, one)
    use(anna, one, entry_id="com-st-01")
    clock.forward(minutes=5)
    use(anna, one, use="declined", reason="It did not come up.")
    assert [(said["entry_id"], said["use"], said["counts"]) for said in uses(anna, one)] == [
        ("com-st-02", "accepted", False),
        ("com-st-01", "accepted", True),
        ("com-st-02", "declined", True),
    ]


@pytest.mark.parametrize(
    ("body", "code", "location"),
    [
        ({"entry_id": "cus-st-01"}, "not_shown", "#/entry_id"),
        ({"entry_id": "own-0199f0a47f6c7c3e8a512f6f3c1d9e10"}, "not_shown", "#/entry_id"),
        ({"entry_id": "No such id"}, "wrong_form", "#/entry_id"),
        ({"use": "declined"}, "declined_reason", "#"),
        ({"use": "perhaps"}, "not_an_option", "#/use"),
        ({"because": "x"}, "unknown_field", "#"),
        ({"use": "declined", "reason": "  "}, "empty", "#/reason"),
        ({"reason": "BSN 111222333"}, "looks_like_bsn", "#/reason"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    anna: Caller, body: dict[str, Any], code: str, location: str
) -> None:
    one = anna.record()
    refused = use(anna, one, **body)
    assert refused.status_code == 400
    assert [(error["code"], error["location"]) for error in refused.json()["errors"]] == [(code, location)]
    assert uses(anna, one) == []


def test_the_entries_of_the_step_can_be_named_too(anna: Caller) -> None:
    anna.record(held_at=START - timedelta(days=7))
    second = anna.record(answers="yyy")
    step = second["transition"]["entries"][0]["id"]
    assert use(anna, second, entry_id=step).status_code == 201
    assert [one["entry_id"] for one in uses(anna, second)] == [step]


def test_an_own_entry_keeps_the_words_it_was_shown_in(callers: dict[str, Caller], clock: Clock) -> None:
    anna, sam = callers["anna"], callers["sam"]
    added = sam.post("/v1/own-entries", OWN_ENTRY).json()
    clock.now += NOTICE
    one = anna.record()
    assert use(anna, one, entry_id=added["entry_id"]).status_code == 201
    other = OWN_ENTRY | {"text": {"nl": "Iets anders.", "en": "Something else."}}
    path = f"/v1/own-entries/{added['id']}/versions"
    assert sam.post(path, other, headers={"If-Match": '"1"'}).status_code == 201
    clock.now += NOTICE
    [said] = uses(anna, one)
    assert (said["source"], said["entry_version"], said["text"]) == ("own", "1", "Ask about yesterday first.")
    second = anna.record()
    use(anna, second, entry_id=added["entry_id"])
    assert [(said["entry_version"], said["text"]) for said in uses(anna, second)] == [
        ("2", "Something else.")
    ]


def test_in_a_closed_case_it_can_be_said_and_in_a_restricted_one_not(callers: dict[str, Caller]) -> None:
    anna, petra = callers["anna"], callers["petra"]
    one = anna.record()
    closing = {"status": "closed", "closing_answer": "Nothing more."}
    anna.patch(f"/v1/cases/{one['case_id']}", closing, headers={"If-Match": "*"})
    assert use(anna, one).status_code == 201
    petra.patch("/v1/clients/2026-0042", {"restricted": True}, headers={"If-Match": "*"})
    assert use(anna, one).status_code == 409
    assert len(uses(anna, one)) == 1


def test_after_a_correction_what_followed_is_of_the_thread_as_it_stands(anna: Caller) -> None:
    one = anna.record(held_at=START - timedelta(days=7))
    use(anna, one)
    following = anna.record(answers="yyy")
    path = f"/v1/assessments/{following['id']}/corrections"
    body = {
        "answers": {"problem": "no", "help_request": "no", "share_in_solution": "no"},
        "reason": "Misheard.",
    }
    corrected = anna.post(path, body, headers={"If-Match": "*"}).json()
    [said] = uses(anna, one)
    assert said["followed_by"]["assessment_id"] == corrected["id"]
    assert said["followed_by"]["direction"] == "back"
    gone = {"retracted": True, "reason": "By mistake."}
    anna.post(f"/v1/assessments/{one['id']}/corrections", gone, headers={"If-Match": "*"})
    assert [said["followed_by"] for said in uses(anna, one)] == [None]


def test_a_copy_of_the_file_has_it_and_a_reason_can_be_kept_out(callers: dict[str, Caller]) -> None:
    anna, petra = callers["anna"], callers["petra"]
    one = anna.record()
    made = use(anna, one, use="declined", reason="Her sister does not want it.").json()
    copy = petra.get("/v1/clients/2026-0042/export")
    assert copy.json()["advice_uses"] == [made]
    passage = {"entity_id": made["id"], "field": "use_reason", "ground": "about_another"}
    assert petra.post("/v1/clients/2026-0042/withholdings", passage).status_code == 201
    copy = petra.get("/v1/clients/2026-0042/export")
    assert copy.json()["advice_uses"] == [made | {"reason": None}]
    printed = petra.get("/v1/clients/2026-0042/export?format=html").text
    assert "niet gebruikt" in printed
    assert "weggelaten, gaat over iemand anders" in printed
    assert "Her sister" not in printed

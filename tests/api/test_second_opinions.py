"""Ask for a second opinion, give it, withdraw it, and read both views side by side."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from app.database import Database
from app.domain.thread import Perspective
from tests.log_rows import lines
from tests.opinions import add_supervisor, ask, asked, correct, give, read, record, withdraw
from tests.support import START, Caller, Clock, People, answers

WORDS = {"problem": "He hits.", "help_request": None, "share_in_solution": None}


def codes(response: Any) -> list[str]:
    return [one["code"] for one in response.json()["errors"]]


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rpartition(":")[2]


# ---------------------------------------------------------------- asking, and what is seen meanwhile


def test_until_it_is_given_the_conversation_is_all_there_is(
    callers: dict[str, Caller], people: People
) -> None:
    recorded = record(callers["anna"], answers="yyy")
    found = asked(callers["anna"], people, recorded["id"])
    sam, anna = ({"id": str(people.users[name].user_id), "name": name} for name in ("sam", "anna"))
    expected = {
        "id": found["id"],
        "state": "asked",
        "assessment_id": recorded["id"],
        "thread_id": recorded["thread_id"],
        "supervisor": sam,
        "asked_by": anna,
        "asked_at": "2026-11-20T09:00:00Z",
        "ended_at": None,
        "given_id": None,
        "blind": None,
        "case": {"id": recorded["case_id"], "reference": "2026-0042"},
        "participant": recorded["participant"],
        "concern": recorded["concern"],
        "conversation": recorded["conversation"],
    }
    alone = {
        "own_words": WORDS,
        **dict.fromkeys(("assessment", "opinion", "different_answers", "same_type", "advice")),
    }
    for who in ("anna", "sam"):
        assert read(callers[who], found["id"]) == expected | alone
        assert callers[who].get("/v1/second-opinions").json() == {"items": [expected], "next": None}
    assert callers["sam"].get(f"/v1/cases/{recorded['case_id']}").status_code == 404
    assert callers["sofie"].get(f"/v1/second-opinions/{found['id']}").status_code == 404
    assert callers["bas"].get(f"/v1/second-opinions/{found['id']}").status_code == 404
    assert callers["bas"].get("/v1/second-opinions").json()["items"] == []


def test_what_is_given_stands_beside_what_was_recorded(
    callers: dict[str, Caller], people: People, clock: Clock
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    recorded = record(anna, answers="yyy")
    clock.forward(hours=2)
    opinion = asked(anna, people, recorded["id"])
    clock.forward(hours=2)
    response = give(
        sam,
        opinion["id"],
        "ynn",
        judged_type="visitor",
        judged_reason="Sent by school.",
        note="Heard it.",
        own_words={"help_request": "They sent me."},
    )
    assert response.status_code == 201, response.text
    assert response.headers["Location"] == f"/v1/second-opinions/{opinion['id']}"
    found = response.json()
    assert found == read(sam, opinion["id"]) == read(anna, opinion["id"])
    assert (found["state"], found["blind"], found["ended_at"]) == ("given", True, "2026-11-20T13:00:00Z")
    first = anna.get(f"/v1/assessments/{recorded['id']}").json()
    assert found["assessment"] == {name: first[name] for name in found["assessment"]}
    second = sam.get(f"/v1/assessments/{found['given_id']}").json()
    assert found["opinion"] == {name: second[name] for name in found["opinion"]}
    assert second["perspective"] == Perspective.SUPERVISOR
    assert second["answers"] == answers("ynn")
    assert (second["judged_type"], second["judged_reason"], second["note"]) == (
        "visitor",
        "Sent by school.",
        "Heard it.",
    )
    assert second["own_words"]["help_request"] == "They sent me."
    for same in ("thread_id", "case_id", "case", "participant", "concern", "conversation"):
        assert second[same] == first[same]
    assert (second["assessed_at"], second["recorded_by"]["name"]) == ("2026-11-20T13:00:00Z", "sam")
    assert (second["supersedes"], first["superseded_by"]) == (None, None)
    assert (found["different_answers"], found["same_type"]) == (["help_request", "share_in_solution"], False)
    assert found["advice"]["id"] == "unc-si-01"
    thread = sam.get(f"/v1/threads/{recorded['thread_id']}").json()
    assert [one["id"] for one in thread["assessments"]] == [first["id"], second["id"]]
    assert [step["other_assessor"] for step in thread["transitions"]] == [True]


def test_what_the_organisation_hides_is_no_advice_either(
    callers: dict[str, Caller], people: People, clock: Clock
) -> None:
    recorded = record(callers["anna"], answers="yyy")
    opinion = asked(callers["anna"], people, recorded["id"])["id"]
    assert give(callers["sam"], opinion, "nnn").json()["advice"]["id"] == "unc-si-01"
    assert callers["sam"].post("/v1/hidden-entries", {"entry_id": "unc-si-01"}).status_code == 201
    clock.forward(hours=1)
    assert callers["anna"].get(f"/v1/second-opinions/{opinion}").json()["advice"] is None


def test_two_that_agree_have_nothing_to_talk_about(callers: dict[str, Caller], people: People) -> None:
    recorded = record(callers["anna"], answers="yyy")
    found = give(callers["sam"], asked(callers["anna"], people, recorded["id"])["id"], "yyy").json()
    assert (found["different_answers"], found["same_type"], found["advice"]) == ([], True, None)


@pytest.mark.parametrize("who", ["sofie", "bas", "tess", "petra", "anna"])
def test_only_a_supervisor_of_the_team_can_be_asked(
    callers: dict[str, Caller], people: People, who: str
) -> None:
    response = ask(callers["anna"], people, record(callers["anna"])["id"], who)
    assert (response.status_code, codes(response)) == (400, ["cannot_be_asked"])


def test_who_is_asked_has_to_be_somebody(callers: dict[str, Caller]) -> None:
    path = f"/v1/assessments/{record(callers['anna'])['id']}/second-opinions"
    for body in ({"supervisor_id": str(uuid4())}, {"supervisor_id": "sam"}, {}, {"supervisor_id": None}):
        assert callers["anna"].post(path, body).status_code == 400


def test_a_supervisor_can_judge_along_unasked(callers: dict[str, Caller], people: People) -> None:
    recorded = record(callers["anna"])
    opinion = asked(callers["sam"], people, recorded["id"])
    assert opinion["asked_by"] == opinion["supervisor"]
    assert callers["sam"].get(f"/v1/assessments/{recorded['id']}").status_code == 404
    assert give(callers["sam"], opinion["id"]).json()["blind"] is True


def test_a_view_is_given_once_for_one_conversation(callers: dict[str, Caller], people: People) -> None:
    anna, sam = callers["anna"], callers["sam"]
    recorded = record(anna, answers="yyy")
    opinion = asked(anna, people, recorded["id"])
    again = ask(anna, people, recorded["id"])
    assert refusal(again) == (409, "opinion-asked")
    newest = correct(anna, recorded["id"], "yyn").json()
    assert ask(anna, people, newest["id"]).status_code == 409, "the conversation is the same"
    assert give(sam, opinion["id"]).status_code == 201
    assert ask(anna, people, newest["id"]).status_code == 409
    for over in (give(sam, opinion["id"]), withdraw(sam, opinion["id"]), withdraw(anna, opinion["id"])):
        assert refusal(over) == (409, "opinion-is-over")
    assert len(sam.get(f"/v1/threads/{recorded['thread_id']}").json()["assessments"]) == 3


def test_what_counts_no_more_is_not_asked_about(callers: dict[str, Caller], people: People) -> None:
    anna = callers["anna"]
    recorded = record(anna)
    newest = correct(anna, recorded["id"], "yyy").json()
    old = ask(anna, people, recorded["id"])
    assert refusal(old) == (409, "counts-no-more")
    body = {"retracted": True, "reason": "Somebody else."}
    path = f"/v1/assessments/{newest['id']}/corrections"
    retraction = anna.post(path, body, headers={"If-Match": "*"}).json()
    for gone in (newest, retraction):
        assert refusal(ask(anna, people, gone["id"])) == (409, "counts-no-more")


def test_nothing_is_asked_or_given_where_nothing_changes(callers: dict[str, Caller], people: People) -> None:
    anna, sam, petra = (callers[name] for name in ("anna", "sam", "petra"))
    recorded = record(anna)
    opinion = asked(anna, people, recorded["id"])
    path = f"/v1/cases/{recorded['case_id']}"
    closing = {"status": "closed", "closing_answer": "Nothing."}
    assert anna.patch(path, closing, headers={"If-Match": "*"}).status_code == 200
    other = record(anna, case={"reference": "2026-0043"})
    restricted = {"restricted": True}
    assert petra.patch("/v1/clients/2026-0043", restricted, headers={"If-Match": "*"}).status_code == 200
    assert refusal(give(sam, opinion["id"])) == (409, "case-is-closed")
    assert refusal(ask(anna, people, other["id"])) == (409, "case-is-restricted")
    assert read(sam, opinion["id"])["state"] == "asked"
    assert withdraw(sam, opinion["id"]).json()["state"] == "withdrawn"
    assert refusal(ask(anna, people, recorded["id"])) == (409, "case-is-closed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"answers": {"problem": "perhaps"}},
        {"answers": answers("yyy"), "judged_reason": "A reason for nothing."},
        {"answers": answers("yyy"), "note": "BSN 111222333"},
        {"answers": answers("yyy"), "perspective": "client"},
    ],
)
def test_a_wrong_answer_saves_nothing(
    callers: dict[str, Caller], people: People, body: dict[str, Any]
) -> None:
    opinion = asked(callers["anna"], people, record(callers["anna"])["id"])
    response = callers["sam"].post(f"/v1/second-opinions/{opinion['id']}/answers", body)
    assert response.status_code == 400
    assert read(callers["sam"], opinion["id"])["state"] == "asked"


# ---------------------------------------------------------------- withdrawing, correcting, handing over


@pytest.mark.parametrize("who", ["anna", "sam"])
def test_a_withdrawn_one_stays_on_record_and_the_case_is_in_sight(
    callers: dict[str, Caller], people: People, clock: Clock, who: str
) -> None:
    recorded = record(callers["anna"])
    opinion = asked(callers["anna"], people, recorded["id"])
    clock.forward(hours=1)
    found = withdraw(callers[who], opinion["id"])
    assert found.status_code == 200
    assert found.json() == read(callers["sam"], opinion["id"])
    assert (found.json()["state"], found.json()["ended_at"]) == ("withdrawn", "2026-11-20T10:00:00Z")
    assert (found.json()["assessment"], found.json()["blind"]) == (None, None)
    assert callers["sam"].get(f"/v1/assessments/{recorded['id']}").status_code == 200
    assert refusal(give(callers["sam"], opinion["id"])) == (409, "opinion-is-over")
    asked(callers["anna"], people, recorded["id"])
    listed = callers["sam"].get("/v1/second-opinions?state=withdrawn").json()["items"]
    assert [one["id"] for one in listed] == [opinion["id"]]


def test_another_supervisor_of_the_team_neither_gives_nor_withdraws_it(
    callers: dict[str, Caller], people: People, database: Database, application: FastAPI
) -> None:
    add_supervisor(database, people, "sara")
    sara = Caller(application, people.tokens["sara supervises"])
    recorded = record(callers["anna"])
    opinion = asked(callers["anna"], people, recorded["id"])
    assert sara.get(f"/v1/assessments/{recorded['id']}").status_code == 200, "she was not asked"
    assert read(sara, opinion["id"])["assessment"] is None
    assert give(sara, opinion["id"]).status_code == 403
    assert withdraw(sara, opinion["id"]).status_code == 403
    assert give(callers["anna"], opinion["id"]).status_code == 403
    assert read(callers["sam"], opinion["id"])["state"] == "asked"


def test_it_stays_about_the_conversation_when_the_assessment_is_corrected(
    callers: dict[str, Caller], people: People
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    recorded = record(anna, answers="yyy")
    opinion = asked(anna, people, recorded["id"])
    newest = correct(anna, recorded["id"], "nnn", own_words={"problem": "He bites."}).json()
    assert read(sam, opinion["id"])["own_words"]["problem"] == "He bites."
    found = give(sam, opinion["id"], "nnn").json()
    assert (found["assessment_id"], found["assessment"]["id"]) == (recorded["id"], newest["id"])
    assert (found["different_answers"], found["same_type"]) == ([], True)
    body = {"retracted": True, "reason": "Somebody else."}
    anna.post(f"/v1/assessments/{newest['id']}/corrections", body, headers={"If-Match": "*"})
    gone = read(sam, opinion["id"])
    assert (gone["assessment"]["retracted"], gone["different_answers"], gone["same_type"]) == (
        True,
        None,
        None,
    )


def test_an_opinion_is_corrected_by_who_gave_it_and_by_nobody_else(
    callers: dict[str, Caller], people: People
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    recorded = record(anna, answers="yyy")
    opinion = asked(anna, people, recorded["id"])
    given = give(sam, opinion["id"], "nnn").json()["given_id"]
    assert correct(anna, given, "yyy").status_code == 403, "nobody overwrites the view of another"
    assert correct(sam, recorded["id"], "nnn").status_code == 403
    newest = correct(sam, given, "ynn")
    assert newest.status_code == 201, newest.text
    assert newest.json()["perspective"] == "supervisor"
    assert correct(anna, newest.json()["id"], "yyy").status_code == 403
    found = read(anna, opinion["id"])
    assert (found["given_id"], found["opinion"]["id"]) == (given, newest.json()["id"])
    assert correct(sam, newest.json()["id"], "ymn").status_code == 201
    assert correct(anna, recorded["id"], "yyn").status_code == 201


def test_who_gets_the_case_does_not_judge_it_blind(callers: dict[str, Caller], people: People) -> None:
    anna, bas, sam = (callers[name] for name in ("anna", "bas", "sam"))
    recorded = record(anna)
    opinion = asked(anna, people, recorded["id"])
    taken = {"practitioner_id": str(people.users["bas"].user_id)}
    path = f"/v1/cases/{recorded['case_id']}"
    assert anna.patch(path, taken, headers={"If-Match": "*"}).status_code == 200
    assert anna.get(f"/v1/second-opinions/{opinion['id']}").status_code == 404, "it is no more hers to see"
    assert anna.get("/v1/second-opinions").json()["items"] == []
    assert read(sam, opinion["id"])["state"] == "asked"
    assert withdraw(bas, opinion["id"]).status_code == 200, "the case is his to work on"


def test_a_case_that_is_handed_over_to_who_was_asked_withdraws_it(
    callers: dict[str, Caller], people: People, database: Database, application: FastAPI
) -> None:
    add_supervisor(database, people, "bas")  # a practitioner of the same team already
    as_supervisor = Caller(application, people.tokens["bas supervises"])
    recorded = record(callers["anna"])
    opinion = asked(callers["anna"], people, recorded["id"], "bas")
    assert as_supervisor.get(f"/v1/cases/{recorded['case_id']}").status_code == 404
    taken = {"practitioner_id": str(people.users["bas"].user_id)}
    path = f"/v1/cases/{recorded['case_id']}"
    assert callers["anna"].patch(path, taken, headers={"If-Match": "*"}).status_code == 200
    assert read(callers["bas"], opinion["id"])["state"] == "withdrawn"
    assert callers["bas"].get(path).status_code == 200
    assert ask(callers["bas"], people, recorded["id"], "bas").status_code == 400


# ---------------------------------------------------------------- blind or not, and what is logged


LOOKS = ["/v1/cases", "/v1/cases/{case_id}", "/v1/threads/{thread_id}", "/v1/assessments/{id}"]


@pytest.mark.parametrize("look", LOOKS)
def test_who_looked_before_is_not_blind(
    callers: dict[str, Caller], people: People, clock: Clock, look: str
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    recorded = record(anna)
    clock.forward(hours=1)
    assert sam.get(look.format(**recorded)).status_code == 200
    clock.forward(hours=1)
    opinion = asked(anna, people, recorded["id"])
    assert give(sam, opinion["id"]).json()["blind"] is False


def test_a_look_that_was_refused_or_came_before_the_conversation_was_judged_is_none(
    callers: dict[str, Caller], people: People, clock: Clock
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    record(anna, held_at=START - timedelta(days=9))
    assert len(sam.get("/v1/cases").json()["items"]) == 1
    clock.forward(hours=1)
    recorded = record(anna)
    opinion = asked(anna, people, recorded["id"])
    assert sam.get(f"/v1/assessments/{recorded['id']}").status_code == 404
    assert sam.get("/v1/second-opinions").status_code == 200
    assert read(sam, opinion["id"])["state"] == "asked"
    assert give(sam, opinion["id"]).json()["blind"] is True


def test_who_saw_it_before_it_was_corrected_is_not_blind_either(
    callers: dict[str, Caller], people: People, clock: Clock
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    recorded = record(anna)
    assert sam.get(f"/v1/assessments/{recorded['id']}").status_code == 200
    clock.forward(hours=1)
    newest = correct(anna, recorded["id"], "yyy").json()
    assert give(sam, asked(anna, people, newest["id"])["id"]).json()["blind"] is False


def test_each_step_is_in_the_log_with_the_case(
    callers: dict[str, Caller], people: People, database: Database
) -> None:
    recorded = record(callers["anna"])
    opinion = asked(callers["anna"], people, recorded["id"])
    read(callers["sam"], opinion["id"])
    callers["sofie"].get(f"/v1/second-opinions/{opinion['id']}")
    give(callers["sam"], opinion["id"])
    steps = [line for line in lines(database) if line["event"].startswith("opinion:")]
    assert [(line["event"], line["actor_name"], line["outcome"]) for line in steps] == [
        ("opinion:ask", "anna", "granted"),
        ("opinion:read", "sam", "granted"),
        ("opinion:read", "sofie", "denied"),
        ("opinion:give", "sam", "granted"),
    ]
    for line in steps:
        assert (line["entity_kind"], line["entity_id"]) == ("opinion", UUID(opinion["id"]))
        assert line["cases"] == {UUID(recorded["case_id"])}

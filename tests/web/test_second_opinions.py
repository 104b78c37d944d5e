"""Second opinions on pages: asking, judging blind, both views side by side, and what is typed wrong."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from app.database import Database
from app.domain.texts import Language
from app.web.places import address
from tests.opinions import NOTE, add_supervisor, asked, correct, give, read, record, withdraw
from tests.support import Caller, Clock, People, Visitor, answers, sign_in
from tests.web.test_case import ONE_DATABASE, at, told
from tests.web.test_case_changes import fields_of, send, to, went

Visit = Callable[[str], Visitor]
ANSWERS = answers("ynn")


def listed(language: str = "en", **query: object) -> str:
    return address("second_opinions", Language(language), query=query)


def only_choice(page: Any) -> str:
    """Return what a browser sends of a list with one choice."""
    (found,) = re.findall(
        r'<option value="([^"]+)">', page.text.partition('id="f-supervisor"')[2].partition("</select>")[0]
    )
    return str(found)


def test_from_asking_to_both_views(visitor: Visit, callers: dict[str, Caller], clock: Clock) -> None:
    recorded = record(callers["anna"], answers="yyy")
    clock.forward(hours=1)
    anna, sam = visitor("anna"), visitor("sam")
    case = told(anna.get(at(recorded["case_id"])))
    assert "Ask about: mother, learning to sign, 19 Nov 2026" in case
    path = to("second_opinion_ask", recorded["id"])
    assert path in anna.get(at(recorded["case_id"])).text
    assert "mother · learning to sign" in told(anna.get(path))
    opinion = went(send(anna, path, supervisor=only_choice(anna.get(path))))
    assert "Asked of sam on 20 November 2026, and not given yet." in told(anna.get(opinion))
    case = told(anna.get(at(recorded["case_id"])))
    assert "asked of sam on 20 Nov 2026, not given yet." in case
    assert sam.get(at(recorded["case_id"])).status_code == 404
    assert "One conversation waits for your own view." in told(sam.get("/en/cases"))
    assert "asked by anna on 20 Nov 2026" in told(sam.get(listed()))
    blind = told(sam.get(opinion))
    for shown in ("anna asks how you judge this conversation.", "mother (parent)", "He hits."):
        assert shown in blind
    for hidden in (NOTE, "She practises at home.", "Observation"):
        assert hidden not in blind
    clock.forward(minutes=10)
    words = {"judged_type": "visitor", "judged_reason": "Sent by school.", "note": "Heard it."}
    assert went(sam.post(opinion, fields_of(sam.get(opinion)) | ANSWERS | words)) == opinion
    for somebody in (sam, anna):
        both = told(somebody.get(opinion))
        assert "They differ on: help request, share in the solution. So the type differs too." in both
        assert "A difference is information, not a mistake. Two colleagues read the same" in both
        assert both.count("≠ differs") == 6, "two answers and the type, on both sides"
        assert "The first view: anna" in both
        assert "The second opinion: sam" in both
        assert "sam judged blind" in both
        for said in (NOTE, "Heard it.", "Sent by school.", "She practises at home."):
            assert said in both
    assert "given by sam on 20 Nov 2026." in told(anna.get(at(recorded["case_id"])))
    assert "waits for your own view" not in told(sam.get("/en/cases"))
    assert "given on 20 Nov 2026, blind" in told(sam.get(listed()))
    assert NOTE in told(sam.get(at(recorded["case_id"])))


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"problem": ""}, "problem", "Choose an answer: problem."),
        ({"share_in_solution": "perhaps"}, "share_in_solution", "Choose an answer: share in the solution."),
        ({"judged_type": "other"}, "judged_type", ""),
        ({"judged_reason": "A reason for nothing."}, "judged_type", ""),
        ({"note": "x" * 2001}, "note", "At most 2000 characters."),
        ({"note": "bsn 111222333"}, "note", "can be a citizen number (BSN)"),
    ],
)
@ONE_DATABASE
def test_a_wrong_answer_comes_back_filled_in(  # noqa: PLR0917 - three fixtures, three parameters
    visitor: Visit,
    callers: dict[str, Caller],
    people: People,
    changed: dict[str, str],
    field: str,
    sentence: str,
) -> None:
    opinion = asked(callers["anna"], people, record(callers["anna"], answers="yyy")["id"])
    sam, path = visitor("sam"), to("second_opinion", opinion["id"])
    typed = {**ANSWERS, "note": "Kept as it was.", **changed}
    answer = sam.post(path, fields_of(sam.get(path)) | typed)
    assert answer.status_code == 400
    assert f'id="e-{field}"' in answer.text
    assert f'href="#f-{field}"' in answer.text
    assert sentence in answer.text
    kept = fields_of(answer)
    assert {name: kept.get(name, "") for name in typed if name != field} == {
        name: value for name, value in typed.items() if name != field
    }
    assert NOTE not in answer.text
    assert read(callers["sam"], opinion["id"])["state"] == "asked"


@ONE_DATABASE
def test_who_had_to_sign_in_again_sees_it_first(
    visitor: Visit, callers: dict[str, Caller], people: People
) -> None:
    recorded = record(callers["anna"])
    anna, sam = visitor("anna"), visitor("sam")
    path = to("second_opinion_ask", recorded["id"])
    answer = anna.post(path, {"resume": "yes", "supervisor": str(people.users["sam"].user_id)})
    assert (answer.status_code, callers["sam"].get("/v1/second-opinions").json()["items"]) == (200, [])
    opinion = asked(callers["anna"], people, recorded["id"])
    answer = sam.post(to("second_opinion", opinion["id"]), {"resume": "yes", **ANSWERS, "note": "Typed."})
    assert answer.status_code == 200
    assert fields_of(answer)["note"] == "Typed."
    gone = to("second_opinion_withdraw", opinion["id"])
    assert went(sam.post(gone, {"resume": "yes"})) == to("second_opinion", opinion["id"])
    assert read(callers["sam"], opinion["id"])["state"] == "asked"


@ONE_DATABASE
def test_a_form_sent_twice_is_carried_out_once(
    visitor: Visit, callers: dict[str, Caller], people: People
) -> None:
    recorded = record(callers["anna"])
    anna, sam = visitor("anna"), visitor("sam")
    path = to("second_opinion_ask", recorded["id"])
    form = fields_of(anna.get(path)) | {"supervisor": only_choice(anna.get(path))}
    opinion = went(anna.post(path, form))
    assert went(anna.post(path, form)) == opinion
    form = fields_of(sam.get(opinion)) | ANSWERS
    assert [went(sam.post(opinion, form)) for _ in range(2)] == [opinion, opinion]
    changed = sam.post(opinion, form | {"note": "Another."})
    assert changed.status_code == 422
    assert len(callers["sam"].get(f"/v1/threads/{recorded['thread_id']}").json()["assessments"]) == 2
    assert people


@ONE_DATABASE
def test_what_is_over_is_said_to_be(visitor: Visit, callers: dict[str, Caller], people: People) -> None:
    recorded = record(callers["anna"])
    anna, sam = visitor("anna"), visitor("sam")
    opinion = asked(callers["anna"], people, recorded["id"])
    path = to("second_opinion", opinion["id"])
    form = fields_of(sam.get(path)) | ANSWERS
    assert went(anna.post(to("second_opinion_withdraw", opinion["id"]))) == path
    assert "and withdrawn on 20 November 2026. It stays on record" in told(anna.get(path))
    for late in (sam.post(path, form), sam.post(to("second_opinion_withdraw", opinion["id"]))):
        assert "This second opinion was given or withdrawn before." in told(late, 409)
    again = to("second_opinion_ask", recorded["id"])
    form = fields_of(anna.get(again)) | {"supervisor": only_choice(anna.get(again))}
    asked(callers["anna"], people, recorded["id"])
    answer = anna.post(again, form)
    assert "This colleague was asked for a second opinion" in told(answer, 409)
    assert "has no supervisor who can still judge this conversation" in told(anna.get(again))


@pytest.mark.parametrize("supervisor", ["", "sam", "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
@ONE_DATABASE
def test_somebody_has_to_be_chosen(visitor: Visit, callers: dict[str, Caller], supervisor: str) -> None:
    anna, path = visitor("anna"), to("second_opinion_ask", record(callers["anna"])["id"])
    answer = anna.post(path, fields_of(anna.get(path)) | {"supervisor": supervisor})
    assert answer.status_code == 400
    assert 'href="#f-supervisor"' in answer.text
    assert "Choose who to ask from the list." in answer.text


@ONE_DATABASE
def test_a_supervisor_judges_along(
    visitor: Visit, callers: dict[str, Caller], people: People, database: Database, clock: Clock
) -> None:
    add_supervisor(database, people, "sara")
    recorded = record(callers["anna"], answers="yyy")
    clock.forward(hours=1)
    sam = visitor("sam")
    assert "Judge along: mother" in told(sam.get(at(recorded["case_id"])))
    path = to("second_opinion_ask", recorded["id"])
    page = sam.get(path)
    assert (fields_of(page)["supervisor"], "sara" in page.text) == (str(people.users["sam"].user_id), False)
    opinion = went(send(sam, path))
    assert "You chose to judge this conversation yourself." in told(sam.get(opinion))
    went(sam.post(opinion, fields_of(sam.get(opinion)) | answers("yyy")))
    both = told(sam.get(opinion))
    assert "Both gave the same three answers." in both
    assert "sam did not judge blind" in both
    assert "≠" not in both
    assert "You judged this conversation before" in told(sam.get(path))


@ONE_DATABASE
def test_where_nobody_can_be_asked_it_is_said(visitor: Visit, callers: dict[str, Caller]) -> None:
    chris = callers["chris"]
    recorded = record(chris, case={"reference": "south-1"})
    path = to("second_opinion_ask", recorded["id"])
    assert "sofie" in visitor("chris").get(path).text
    taken = {"status": "closed", "closing_answer": "Enough."}
    chris.patch(f"/v1/cases/{recorded['case_id']}", taken, headers={"If-Match": "*"})
    assert "Ask about" not in told(visitor("chris").get(at(recorded["case_id"])))


@ONE_DATABASE
def test_own_opinions_are_corrected_and_those_of_others_are_not(
    visitor: Visit, callers: dict[str, Caller], people: People
) -> None:
    recorded = record(callers["anna"], answers="yyy")
    opinion = asked(callers["anna"], people, recorded["id"])
    given = give(callers["sam"], opinion["id"], "ynn").json()["given_id"]
    anna, sam = visitor("anna"), visitor("sam")
    own, first = to("correct", given), to("correct", recorded["id"])
    pages = {name: one.get(at(recorded["case_id"])).text for name, one in (("anna", anna), ("sam", sam))}
    assert (own in pages["sam"], first in pages["sam"]) == (True, False)
    assert (own in pages["anna"], first in pages["anna"]) == (False, True)
    assert (sam.get(first).status_code, anna.get(own).status_code) == (403, 403)
    went(send(sam, own, problem="no", reason="I had misread it."))
    both = told(anna.get(to("second_opinion", opinion["id"])))
    assert "This is a correction. Why: I had misread it." in both
    assert "They differ on: problem, help request, share in the solution." in both


@ONE_DATABASE
def test_what_counts_no_more_is_shown_and_not_compared(
    visitor: Visit, callers: dict[str, Caller], people: People
) -> None:
    anna = callers["anna"]
    recorded = record(anna, answers="yyy")
    opinion = asked(anna, people, recorded["id"])
    give(callers["sam"], opinion["id"])
    body = {"retracted": True, "reason": "Another family."}
    anna.post(f"/v1/assessments/{recorded['id']}/corrections", body, headers={"If-Match": "*"})
    both = told(visitor("anna").get(to("second_opinion", opinion["id"])))
    assert "One of the two counts no more." in both
    assert "Entered in error. It counts no more." in both
    assert "≠" not in both


@ONE_DATABASE
def test_the_list_goes_on_page_by_page(
    visitor: Visit, callers: dict[str, Caller], people: People, clock: Clock
) -> None:
    anna = callers["anna"]
    assert "Nobody was asked for a second opinion yet." in told(visitor("sam").get(listed()))
    assert "Open a case and choose the conversation" in told(visitor("anna").get(listed()))
    recorded = record(anna)
    for _ in range(51):
        clock.forward(minutes=1)
        withdraw(anna, asked(anna, people, recorded["id"])["id"])
    sam = visitor("sam")
    first = sam.get(listed())
    cursor = first.text.partition("cursor=")[2].partition('"')[0]
    second = sam.get(listed(cursor=cursor))
    assert (first.text.count("withdrawn on"), second.text.count("withdrawn on")) == (50, 1)
    assert "Begin at the first page." in told(sam.get(listed(cursor="nonsense")), 400)


def test_another_supervisor_sees_both_and_judges_neither(
    callers: dict[str, Caller],
    people: People,
    database: Database,
    application: FastAPI,
    clock: Clock,
) -> None:
    add_supervisor(database, people, "sara")
    sara = Visitor(application, sign_in(database, people.users["sara supervises"], clock.now))
    recorded = record(callers["anna"], answers="yyy", held_at=clock.now - timedelta(days=2))
    opinion = asked(callers["anna"], people, recorded["id"])
    page = to("second_opinion", opinion["id"])
    assert "Asked of sam" in told(sara.get(page))
    assert "Withdraw" not in told(sara.get(page))
    assert sara.post(page, ANSWERS).status_code == 403
    assert sara.post(to("second_opinion_withdraw", opinion["id"])).status_code == 403
    give(callers["sam"], opinion["id"])
    assert "The second opinion: sam" in told(sara.get(page))
    assert correct(callers["anna"], recorded["id"], "yyn").status_code == 201

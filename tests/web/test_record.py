"""Recording on a page: what is typed is recorded once, or it is not lost."""

from typing import Any

import pytest

from app.database import Database, transaction
from tests.promises.test_full_disk import LOTS, Disk
from tests.support import Caller, Clock
from tests.web.recording import (
    ANSWERS,
    NEW,
    Visit,
    count,
    fields_of,
    form_of,
    in_case,
    mistakes_of,
    names_of,
    newest,
    wrong_fields,
)


@pytest.fixture
def first(anna: Caller) -> Any:
    """The first assessment of a case: mother, about signing."""
    return anna.record(answers="nnn")


# ---------------------------------------------------------------- the main job


def test_three_answers_are_recorded_in_a_case(visitor: Visit, anna: Caller, first: Any, clock: Clock) -> None:
    clock.forward(days=7)
    browser = visitor("anna")
    page = browser.get(form_of(first))
    assert page.status_code == 200
    # The only participant and the only concern are chosen already; the answers are not.
    assert fields_of(page).get("participant") == first["participant"]["id"]
    assert fields_of(page).get("concern") == first["concern"]["id"]
    assert fields_of(page).get("problem") is None
    answer = browser.post(form_of(first), {**fields_of(page), **in_case(first)})
    recorded = newest(anna)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/en/recorded/{recorded['id']}"
    assert recorded["answers"] == ANSWERS
    assert recorded["thread_id"] == first["thread_id"]
    assert recorded["conversation"]["held_at"] == "2026-11-27T09:00:00Z"
    assert recorded["perspective"] == "practitioner"


def test_a_reference_opens_a_case_of_its_own(visitor: Visit, anna: Caller) -> None:
    answer = visitor("anna").post(
        "/nl/vastleggen", {**NEW, "participant_role": "parent", "concern_wording": "rond komen"}
    )
    recorded = newest(anna)
    assert answer.headers["location"] == f"/nl/vastgelegd/{recorded['id']}"
    assert recorded["case"]["reference"] == "2026-0099"
    assert recorded["participant"] | {"id": ""} == {"id": "", "reference": "father", "role": "parent"}
    assert recorded["concern"]["wording"] == "rond komen"


def test_own_open_cases_are_there_to_pick_from(visitor: Visit, anna: Caller, callers: Any) -> None:
    mine = anna.record()
    callers["bas"].record(case={"reference": "of-bas"})
    page = visitor("anna").get("/en/record")
    assert f'href="{form_of(mine)}">2026-0042<' in page.text
    assert "of-bas" not in page.text


FOLDED = {
    "held_on": "2026-11-18",
    "held_time": "14:30",
    "referral": "urged",
    "words_problem": "Ik maak me zorgen.\r\nElke dag.",
    "words_help_request": "Wat moet ik doen?",
    "words_share_in_solution": "Ik wijs en doe voor.",
    "note": "Op school gesproken.",
    "task_given": "observation",
    "previous_task_done": "partly",
    "change_reason": "event",
    "progress": "0",
    "confidence": "6",
    "willingness": "10",
    "judged_type": "customer",
    "judged_reason": "Ze vroeg het twee keer.",
    "perspective": "observer",
    "assessed_on": "2026-11-19",
    "assessed_time": "09:05",
}


def test_everything_that_can_be_said_can_be_typed(visitor: Visit, anna: Caller, first: Any) -> None:
    browser = visitor("anna")
    page = browser.get(form_of(first))
    assert {*FOLDED} <= names_of(page)
    assert "<details>" in page.text
    assert browser.post(form_of(first), in_case(first, **FOLDED)).status_code == 303
    found = newest(anna)
    assert found["conversation"]["held_at"] == "2026-11-18T13:30:00Z"  # summer time is over
    assert found["assessed_at"] == "2026-11-19T08:05:00Z"
    assert found["conversation"]["referral"] == "urged"
    assert found["own_words"]["problem"] == "Ik maak me zorgen.\nElke dag."
    assert found["own_words"]["share_in_solution"] == FOLDED["words_share_in_solution"]
    assert found["scales"] == {"progress": 0, "confidence": 6, "willingness": 10}
    for name in ("note", "task_given", "previous_task_done", "change_reason", "judged_type"):
        assert found[name] == FOLDED[name]
    assert (found["judged_reason"], found["perspective"]) == (FOLDED["judged_reason"], "observer")


def test_somebody_else_and_something_else_are_named_anew(visitor: Visit, anna: Caller, first: Any) -> None:
    anew = {
        "participant": "other",
        "participant_reference": "grandma",
        "participant_role": "relative",
        "concern": "other",
        "concern_reference": "bedtime",
    }
    assert visitor("anna").post(form_of(first), in_case(first, **anew)).status_code == 303
    found = newest(anna)
    assert (found["participant"]["reference"], found["participant"]["role"]) == ("grandma", "relative")
    assert found["concern"]["reference"] == "bedtime"
    # Who fills in a name without choosing "somebody else" means the same.
    anew |= {"participant": "", "concern": "", "participant_reference": "grandpa"}
    assert visitor("anna").post(form_of(first), in_case(first, **anew)).status_code == 303
    assert newest(anna)["participant"]["reference"] == "grandpa"


@pytest.mark.parametrize(
    ("day", "time", "moment"),
    [
        ("2026-07-01", "14:30", "2026-07-01T12:30:00Z"),
        ("2026-03-29", "01:59", "2026-03-29T00:59:00Z"),
        ("2026-03-29", "03:00", "2026-03-29T01:00:00Z"),
        ("2026-10-25", "02:30", "2026-10-25T00:30:00Z"),  # comes twice: the first
        ("2026-10-25", "03:00", "2026-10-25T02:00:00Z"),
        ("", "08:15", "2026-11-20T07:15:00Z"),
        ("2024-02-29", "12:00:30", "2024-02-29T11:00:30Z"),
        ("1900-01-02", "00:00", "1900-01-01T23:40:28Z"),
    ],
)
def test_the_clock_of_the_form_is_the_one_on_the_wall(
    visitor: Visit, anna: Caller, day: str, time: str, moment: str
) -> None:
    assert visitor("anna").post("/en/record", {**NEW, "held_on": day, "held_time": time}).status_code == 303
    assert newest(anna)["conversation"]["held_at"] == moment


# ---------------------------------------------------------------- once


def test_a_form_sent_twice_records_once(visitor: Visit, anna: Caller, first: Any) -> None:
    browser = visitor("anna")
    typed = {**fields_of(browser.get(form_of(first))), **in_case(first)}
    answers = [browser.post(form_of(first), typed) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert count(anna) == 2


def test_a_form_that_was_changed_after_saving_is_not_lost(visitor: Visit, anna: Caller, first: Any) -> None:
    browser = visitor("anna")
    typed = {**fields_of(browser.get(form_of(first))), **in_case(first)}
    browser.post(form_of(first), typed)
    changed = browser.post(form_of(first), typed | {"problem": "no", "note": "Anders dan net."})
    assert changed.status_code == 422
    assert mistakes_of(changed) == [
        (
            "form",
            (
                "This form was saved before, with other answers. Look in the case first. "
                "Save again if this has to be recorded too."
            ),
        )
    ]
    assert (fields_of(changed).get("problem"), count(anna)) == ("no", 2)
    again = browser.post(form_of(first), fields_of(changed))
    assert again.status_code == 303
    assert (newest(anna)["note"], count(anna)) == ("Anders dan net.", 3)


def test_looking_at_a_form_is_looking_and_not_recording(
    visitor: Visit, callers: dict[str, Caller], first: Any
) -> None:
    visitor("anna").get(form_of(first))
    visitor("anna").post(form_of(first), in_case(first, problem=""))
    visitor("anna").post("/en/record", {**NEW, "reference": ""})
    lines = callers["petra"].get("/v1/access-events?limit=100").json()["items"]
    events = [line["event"] for line in lines if line["outcome"] == "granted"]
    assert (events.count("assessment:record"), events.count("case:read")) == (1, 3)


# ---------------------------------------------------------------- cases that take nothing


def test_a_closed_or_restricted_case_keeps_what_was_typed(
    visitor: Visit, callers: dict[str, Caller], first: Any
) -> None:
    anna = callers["anna"]
    browser = visitor("anna")
    typed = {**fields_of(browser.get(form_of(first, "nl"))), **in_case(first, note="Bewaar mij.")}
    case = f"/v1/cases/{first['case_id']}"
    body = {"status": "closed", "closing_answer": "Ze kan zonder ons."}
    assert anna.patch(case, body, headers={"If-Match": "*"}).status_code == 200
    for path, sent in (
        (form_of(first, "nl"), typed),
        ("/nl/vastleggen", {**NEW, "reference": "2026-0042", "note": "Bewaar mij."}),
    ):
        answer = browser.post(path, sent)
        assert answer.status_code == 409
        assert mistakes_of(answer) == [
            ("form", "In een gesloten dossier leg je niets meer vast. Heropen het eerst.")
        ]
        assert "Bewaar mij." in answer.text
        assert fields_of(answer).get("help_request") == "maybe"
    closed = browser.get(form_of(first, "nl"))
    assert closed.status_code == 200
    assert "In een gesloten dossier leg je niets meer vast." in closed.text
    assert 'name="problem"' not in closed.text
    anna.patch(case, {"status": "open"}, headers={"If-Match": "*"})
    held = callers["petra"].patch("/v1/clients/2026-0042", {"restricted": True}, headers={"If-Match": "*"})
    assert held.status_code == 200, held.text
    answer = browser.post(form_of(first, "nl"), typed)
    assert (answer.status_code, "Bewaar mij." in answer.text) == (409, True)
    assert "om beperking gevraagd" in browser.get(form_of(first, "nl")).text
    assert count(anna) == 1


def test_a_case_of_somebody_else_is_no_case(visitor: Visit, callers: dict[str, Caller]) -> None:
    other = callers["bas"].record(
        case={"reference": "of-bas"}, participant={"reference": "his-mother"}, concern={"reference": "x"}
    )
    missing = {"case_id": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"}
    browser = visitor("anna")
    pages = [browser.get(form_of(case)) for case in (other, missing)]
    assert {page.status_code for page in pages} == {404}
    forms = [browser.post(form_of(case), in_case(other, note="Mijn notitie.")) for case in (other, missing)]
    for answer in forms:
        assert answer.status_code == 404
        assert mistakes_of(answer) == [("form", "This does not exist, or you may not see it.")]
        assert "Mijn notitie." in answer.text
        assert 'action="/en/record"' in answer.text
        assert "his-mother" not in answer.text
    taken = browser.post("/en/record", {**NEW, "reference": "of-bas", "note": "Mijn notitie."})
    assert (taken.status_code, wrong_fields(taken)) == (404, ["reference"])
    assert "Mijn notitie." in taken.text
    assert count(callers["bas"]) == 1


@pytest.mark.parametrize("name", ["sam", "tess", "aad", "petra"])
def test_who_may_not_record_is_told_so(visitor: Visit, first: Any, name: str) -> None:
    browser = visitor(name)
    for answer in (
        browser.get("/en/record"),
        browser.get(form_of(first)),
        browser.post("/en/record", NEW),
        browser.post(form_of(first), in_case(first)),
        browser.post(form_of(first), in_case(first, resume="1")),
    ):
        assert answer.status_code == 403
        assert "signing" not in answer.text
    assert "record an assessment" in browser.post("/en/record", NEW).text


def test_a_guest_is_asked_to_sign_in(visitor: Visit, first: Any) -> None:
    browser = visitor("nobody")
    asked = browser.get(form_of(first))
    assert (asked.status_code, asked.headers["location"].partition("?")[0]) == (303, "/en/sign-in")
    assert browser.post(form_of(first), in_case(first)).status_code == 401


def test_after_signing_in_again_the_form_is_shown_and_nothing_is_saved(
    visitor: Visit, anna: Caller, first: Any
) -> None:
    browser = visitor("anna")
    typed = {**fields_of(browser.get(form_of(first))), **in_case(first, note="Nog te bewaren.")}
    shown = browser.post(form_of(first), typed | {"resume": "1"})
    assert (shown.status_code, count(anna)) == (200, 1)
    assert "<details open>" in shown.text
    assert mistakes_of(shown) == []
    again = fields_of(shown)
    assert "resume" not in again
    assert {name: again[name] for name in in_case(first)} == in_case(first)
    assert browser.post(form_of(first), again).status_code == 303
    assert newest(anna)["note"] == "Nog te bewaren."
    assert browser.post("/en/record", {**NEW, "resume": "1"}).status_code == 200


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
def test_what_cannot_be_saved_now_is_offered_again(
    visitor: Visit, anna: Caller, first: Any, database: Database
) -> None:
    browser, disk = visitor("anna"), Disk(database)
    typed = {**fields_of(browser.get(form_of(first))), **in_case(first, note="Volle schijf. " * 140)}
    with transaction(database, write=False) as connection:
        disk.pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 20
    answers = (browser.post(form_of(first), typed | {"form": f"key-{n}"}) for n in range(80))
    refused = next(answer for answer in answers if answer.status_code != 303)
    assert refused.status_code in (503, 507)
    assert "What you filled in is still here." in refused.text
    disk.pages = LOTS
    before = count(anna)
    again = [browser.post(form_of(first), fields_of(refused)) for _ in range(2)]
    assert {answer.status_code for answer in again} == {303}
    assert (newest(anna)["note"], count(anna)) == (typed["note"].strip(), before + 1)


def test_hints_stand_beside_own_texts(visitor: Visit, anna: Caller, first: Any) -> None:
    note = "Moeder is niet gemotiveerd."
    wrong = visitor("anna").post(form_of(first, "nl"), in_case(first, note=note, problem=""))
    assert wrong.text.count("Dit kan gewoner:") == 1
    answer = visitor("anna").post(form_of(first, "nl"), in_case(first, note=note))
    assert answer.status_code == 303
    page = visitor("anna").get(answer.headers["location"])
    assert "<strong>gemotiveerd</strong>" in page.text or "<strong>niet gemotiveerd</strong>" in page.text
    assert newest(anna)["note"] == note
    plain = visitor("anna").post(form_of(first, "nl"), in_case(first, problem=""))
    assert "Dit kan gewoner:" not in plain.text

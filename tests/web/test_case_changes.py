"""Correct an assessment; close a case, open it again, and hand it over."""

import re
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest

from app.database import Database
from app.domain.texts import Language
from app.web.places import address
from tests.api.test_cases import CLOSE, change, open_case
from tests.api.test_correct_assessment import correct
from tests.api.test_rights import patch
from tests.log_rows import lines
from tests.support import Caller, People, Visitor, answers
from tests.web.test_case import ONE_DATABASE, at, told

Visit = Callable[[str], Visitor]
WORDS = {"problem": "He hits.", "help_request": None, "share_in_solution": None}


def to(place: str, id_: object, language: str = "en") -> str:
    return address(place, Language(language), id=id_)


def fields_of(page: Any) -> dict[str, str]:
    """Return what the form of a page would send as it stands, but for its proof."""
    assert page.status_code < 500, page.text
    form = page.text.partition("<main")[2].partition("<form")[2].partition("</form>")[0]
    found = {}
    for field in re.findall(r"<input [^>]*>", form):
        name, value, kind = (re.search(rf'{key}="([^"]*)"', field) for key in ("name", "value", "type"))
        assert name is not None
        if (kind and kind[1] == "radio") and " checked" not in field:
            continue
        found[name[1]] = value[1] if value else ""
    found |= dict(re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    del found["csrf"]
    return found


def send(who: Visitor, path: str, **changed: str) -> Any:
    """Open a form, change something in it, and send it."""
    return who.post(path, fields_of(who.get(path)) | changed)


def went(answer: Any) -> str:
    assert answer.status_code == 303, told(answer, answer.status_code)
    location: str = answer.headers["location"]
    return location


def read(caller: Caller, id_: object) -> dict[str, Any]:
    found: dict[str, Any] = caller.get(f"/v1/assessments/{id_}").json()
    return found


# ---------------------------------------------------------------- correcting


def test_a_correction_takes_the_place_of_what_it_corrects(visitor: Visit, anna: Caller) -> None:
    recorded = anna.record(answers="yyn", own_words=WORDS, note="At school.")
    path = to("correct", recorded["id"])
    somebody = visitor("anna")
    given = fields_of(somebody.get(path))
    assert {name: given[name] for name in ("problem", "help_request", "share_in_solution", "what")} == {
        **answers("yyn"),
        "what": "answers",
    }
    assert (given["words_problem"], given["version"], given["reason"]) == ("He hits.", "1-1", "")
    answer = send(
        somebody, path, share_in_solution="yes", words_share_in_solution="I\r\npoint.", reason="Misheard."
    )
    assert went(answer) == at(recorded["case_id"], done="corrected")
    newest = read(anna, read(anna, recorded["id"])["superseded_by"])
    assert (newest["answers"], newest["reason"], newest["note"]) == (
        answers("yyy"),
        "Misheard.",
        "At school.",
    )
    assert newest["own_words"] == {**WORDS, "share_in_solution": "I\npoint."}
    assert "The correction is saved." in told(somebody.get(went(answer)))


def test_what_was_entered_in_error_counts_no_more(visitor: Visit, anna: Caller) -> None:
    recorded = anna.record(answers="yyn", own_words=WORDS)
    answer = send(visitor("anna"), to("correct", recorded["id"]), what="retracted", reason="Another family.")
    assert went(answer) == at(recorded["case_id"], done="retracted")
    newest = read(anna, read(anna, recorded["id"])["superseded_by"])
    assert (newest["retracted"], newest["answers"], newest["own_words"]) == (True, answers("yyn"), WORDS)
    # It can be put right: then the same answers do differ from what counts.
    back = send(visitor("anna"), to("correct", newest["id"]), reason="It was this family after all.")
    assert went(back) == at(recorded["case_id"], done="corrected")
    assert read(anna, newest["id"])["superseded_by"] is not None


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"share_in_solution": "yes"}, "reason", "Say in a few words why."),
        ({"share_in_solution": "yes", "reason": "  "}, "reason", "Say in a few words why."),
        ({"what": "retracted"}, "reason", "Say in a few words why."),
        ({"share_in_solution": "yes", "reason": "x" * 2001}, "reason", "At most 2000 characters."),
        ({"share_in_solution": "yes", "reason": "bsn 111222333"}, "reason", "can be a citizen number (BSN)"),
        ({"problem": "perhaps", "reason": "Misheard."}, "problem", "Choose an answer."),
        ({"problem": "", "reason": "Misheard."}, "problem", "Choose an answer."),
        ({"words_problem": "x" * 2001, "reason": "Misheard."}, "words_problem", "At most 2000 characters."),
        ({"reason": "Misheard."}, None, "Nothing differs from what was recorded."),
    ],
)
@ONE_DATABASE
def test_a_wrong_correction_comes_back_filled_in(
    visitor: Visit, anna: Caller, changed: dict[str, str], field: str | None, sentence: str
) -> None:
    recorded = anna.record(answers="yyn", own_words=WORDS)
    answer = send(visitor("anna"), to("correct", recorded["id"]), **changed)
    assert sentence in told(answer, 400)
    assert 'id="errors"' in answer.text
    if field:
        assert f'id="e-{field}"' in answer.text
    kept = fields_of(answer)
    for name, value in changed.items():
        assert kept.get(name, "") in {value, value.strip(), ""} if name == "problem" else kept[name] == value
    assert read(anna, recorded["id"])["superseded_by"] is None


def test_who_comes_second_keeps_what_they_typed_and_is_led_to_the_newest(
    visitor: Visit, anna: Caller
) -> None:
    recorded = anna.record(answers="yyn")
    path, somebody = to("correct", recorded["id"]), visitor("anna")
    given = fields_of(somebody.get(path))
    newest = correct(anna, recorded["id"], {"answers": answers("nnn"), "reason": "First."}).json()
    answer = somebody.post(path, given | {"share_in_solution": "yes", "reason": "Second."})
    assert "This was corrected before, and nothing was saved now." in told(answer, 412)
    assert to("correct", newest["id"]) in answer.text
    assert fields_of(answer)["reason"] == "Second."
    assert ">Save the correction<" not in answer.text
    assert read(anna, newest["id"])["superseded_by"] is None
    looked = somebody.get(path)
    assert to("correct", newest["id"]) in looked.text
    # With the version of today it is still the wrong row.
    other = somebody.post(path, given | {"version": "1-2", "share_in_solution": "yes", "reason": "Second."})
    assert "This was corrected before" in told(other, 409)
    for tag in ("", "*"):
        told(somebody.post(path, given | {"version": tag, "reason": "x", "problem": "no"}), 428)


def test_a_correction_sent_twice_happens_once(visitor: Visit, anna: Caller) -> None:
    recorded = anna.record(answers="yyn")
    path, somebody = to("correct", recorded["id"]), visitor("anna")
    fields = fields_of(somebody.get(path)) | {"what": "retracted", "reason": "Another family."}
    assert went(somebody.post(path, fields)) == went(somebody.post(path, fields))
    changed = somebody.post(path, fields | {"reason": "Something else."})
    assert "This form was saved before, with other words in it." in told(changed, 422)


def test_in_a_restricted_case_nothing_is_corrected(visitor: Visit, callers: dict[str, Caller]) -> None:
    recorded = callers["anna"].record()
    patch(callers["petra"], {"restricted": True}, path="/v1/clients/2026-0042")
    answer = send(visitor("anna"), to("correct", recorded["id"]), what="retracted", reason="Another family.")
    assert "The client asked for restriction." in told(answer, 409)
    assert fields_of(answer)["reason"] == "Another family."


# ---------------------------------------------------------------- closing and opening again


def test_closing_asks_the_closing_question_and_keeps_the_answer(visitor: Visit, anna: Caller) -> None:
    case = open_case(anna)
    path, somebody = to("case_close", case["id"]), visitor("anna")
    page = somebody.get(path)
    said = told(page)
    assert "What do you need to go on without us?" in said
    assert "Only for yourself" in said
    assert f"Werkrelatie {version('werkrelatie')}" in page.text
    assert "After closing you can write something here, if you want to." in said
    assert "Think of the person who was happiest with your help." in said
    answer = send(somebody, path, closing_answer="She knows whom to call.")
    assert went(answer) == at(case["id"], done="closed")
    found = anna.get(f"/v1/cases/{case['id']}").json()
    assert (found["status"], found["events"][-1]["closing_answer"]) == ("closed", "She knows whom to call.")
    assert "The case is closed. Everything in it stays readable." in told(somebody.get(went(answer)))
    assert "This case is closed already." in told(somebody.get(path))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "Write down what was said."), (" \n", "Write down what was said."), ("x" * 2001, "At most 2000")],
)
@ONE_DATABASE
def test_closing_takes_an_answer(visitor: Visit, anna: Caller, typed: str, sentence: str) -> None:
    case = open_case(anna)
    answer = send(visitor("anna"), to("case_close", case["id"]), closing_answer=typed)
    assert sentence in told(answer, 400)
    assert 'id="e-closing_answer"' in answer.text
    assert fields_of(answer)["closing_answer"].strip() == typed.strip()
    assert anna.get(f"/v1/cases/{case['id']}").json()["status"] == "open"


def test_a_case_that_changed_meanwhile_is_not_closed_by_accident(
    visitor: Visit, callers: dict[str, Caller]
) -> None:
    anna = callers["anna"]
    case = open_case(anna)
    path, somebody = to("case_close", case["id"]), visitor("anna")
    given = fields_of(somebody.get(path)) | {"closing_answer": "She knows whom to call."}
    assert change(anna, case, CLOSE).status_code == 200
    assert change(anna, case, {"status": "open"}, version=2).status_code == 200
    answer = somebody.post(path, given)
    assert "Something changed here in the meantime, and nothing was saved." in told(answer, 412)
    kept = fields_of(answer)
    assert (kept["closing_answer"], kept["version"]) == ("She knows whom to call.", "3")
    assert went(somebody.post(path, kept)) == at(case["id"], done="closed")


def test_a_closed_case_can_be_opened_again(visitor: Visit, anna: Caller) -> None:
    case = open_case(anna)
    change(anna, case, CLOSE)
    somebody = visitor("anna")
    given = fields_of(somebody.get(at(case["id"])))
    path = to("case_reopen", case["id"])
    stale = somebody.post(path, given | {"version": "1"})
    assert "Somebody else was first" in told(stale, 412)
    assert went(somebody.post(path, given)) == at(case["id"], done="reopened")
    assert anna.get(f"/v1/cases/{case['id']}").json()["status"] == "open"
    assert "The case is open again." in told(somebody.get(at(case["id"], done="reopened")))


# ---------------------------------------------------------------- handing over


def test_after_a_hand_over_the_case_is_somebody_elses(
    visitor: Visit, callers: dict[str, Caller], people: People
) -> None:
    case = open_case(callers["anna"])
    path, somebody = to("case_hand_over", case["id"]), visitor("anna")
    page = somebody.get(path)
    assert "You do not see the case any more." in told(page)
    assert re.findall(
        r'<option value="[^"]+">([^<]*)<', page.text.partition("<main")[2].partition("</main>")[0]
    ) == [
        "bas (north)",
        "chris (south)",
    ]
    answer = send(somebody, path, practitioner=str(people.users["chris"].user_id))
    assert went(answer) == address("caseload", Language.EN, query={"done": "handed_over"})
    told(somebody.get(at(case["id"])), 404)
    assert "The case was handed over to chris · anna" in told(visitor("chris").get(at(case["id"])))


@pytest.mark.parametrize("chosen", ["", "nonsense", "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10", "sam"])
@ONE_DATABASE
def test_only_a_practitioner_takes_over(visitor: Visit, anna: Caller, people: People, chosen: str) -> None:
    case = open_case(anna)
    id_ = str(people.users["sam"].user_id) if chosen == "sam" else chosen
    answer = send(visitor("anna"), to("case_hand_over", case["id"]), practitioner=id_)
    assert "Choose who takes over from the list." in told(answer, 400)
    assert 'id="e-practitioner"' in answer.text


def test_a_hand_over_to_oneself_changes_nothing(visitor: Visit, anna: Caller, people: People) -> None:
    case = open_case(anna)
    me = str(people.users["anna"].user_id)
    answer = send(visitor("anna"), to("case_hand_over", case["id"]), practitioner=me)
    assert went(answer).startswith(at(case["id"]))
    assert anna.get(f"/v1/cases/{case['id']}").json()["version"] == 1


# ---------------------------------------------------------------- doors

FORMS = ("correct", "case_close", "case_hand_over", "case_reopen")


@pytest.fixture
def targets(anna: Caller) -> dict[str, str]:
    """Where each form is for."""
    recorded = anna.record()
    return {place: recorded["id" if place == "correct" else "case_id"] for place in FORMS}


@pytest.mark.parametrize(("name", "status"), [("bas", 404), ("chris", 404), ("sam", 403), ("tess", 403)])
@pytest.mark.parametrize("place", FORMS)
@ONE_DATABASE
def test_a_form_is_for_who_works_on_the_case(
    visitor: Visit, targets: dict[str, str], place: str, name: str, status: int
) -> None:
    somebody, path = visitor(name), to(place, targets[place])
    for fields in ({}, {"resume": "1"}, {"version": "1", "reason": "x", "what": "retracted"}):
        if place == "case_reopen" and "resume" in fields:
            continue
        told(somebody.post(path, fields), status)
    if place != "case_reopen":
        told(somebody.get(path), status)
        told(somebody.get(to(place, "nonsense")), 404)


@pytest.mark.parametrize("place", FORMS)
def test_what_was_typed_before_signing_in_is_shown_and_not_saved(
    visitor: Visit, anna: Caller, targets: dict[str, str], place: str, people: People
) -> None:
    somebody, path = visitor("anna"), to(place, targets[place])
    typed = {
        "resume": "1",
        "form": "k" * 22,
        "version": "1-1" if place == "correct" else "1",
        "reason": "Misheard.",
        "problem": "no",
        "closing_answer": "She knows whom to call.",
        "practitioner": str(people.users["bas"].user_id),
    }
    answer = somebody.post(path, typed)
    case = anna.get(f"/v1/cases/{targets['case_close']}").json()
    assert (case["version"], read(anna, targets["correct"])["superseded_by"]) == (1, None)
    if place == "case_reopen":
        assert went(answer).startswith(at(case["id"]))
        return
    assert answer.status_code == 200
    given = fields_of(answer)
    assert "resume" not in given
    shown = {name: given[name] for name in typed if name in given and name != "form"}
    assert shown
    assert shown == {name: typed[name] for name in shown}


def test_a_form_that_is_looked_at_is_no_change_in_the_log(
    visitor: Visit, targets: dict[str, str], database: Database
) -> None:
    somebody = visitor("anna")
    before = len(lines(database))
    for place in ("correct", "case_close", "case_hand_over"):
        told(somebody.get(to(place, targets[place])))
    assert [line["event"] for line in lines(database)[before:]] == [
        "assessment:read",
        "case:read",
        "case:read",
    ]

"""Taking part on a phone: no account, nothing lost, and no clear page left out."""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from app.domain.texts import Language
from app.knowledge import Knowledge
from app.web.places import address
from tests.support import Clock, Visitor, answers
from tests.web.open_pages import words
from tests.web.training import STORIES, begin, here, items_asked, join, judge, move

Visit = Callable[[str], Visitor]


@pytest.fixture
def tess(visitor: Visit) -> Visitor:
    return visitor("tess")


@pytest.fixture
def phone(application: FastAPI) -> Visitor:
    return Visitor(application)


@pytest.fixture
def other(application: FastAPI) -> Visitor:
    return Visitor(application)


# ---------------------------------------------------------------- the code


def test_a_code_is_typed_as_it_is_read(tess: Visitor, phone: Visitor) -> None:
    code = begin(tess)
    for typed in (code, code.lower(), f"{code[:3]} {code[3:]}", f" {code[:2]}-{code[2:]} "):
        sent = phone.get("/en/join", params={"code": typed})
        assert sent.headers["location"] == f"/en/join/{code}"
    assert phone.get(f"/en/join/{code.lower()}").headers["location"] == f"/en/join/{code}"
    assert phone.get(f"/en/join/{code}").status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("XXXXXX", "Some time after a training its code is removed"),
        ("", "six letters and numbers"),
        ("ABC", "six letters and numbers"),
        ("<script>", "six letters and numbers"),
        ("☃" * 3000, "six letters and numbers"),
    ],
)
def test_a_code_that_does_not_exist_is_asked_for_again(phone: Visitor, typed: str, said: str) -> None:
    answer = phone.get("/en/join", params={"code": typed})
    if answer.status_code == 303:
        answer = phone.get(answer.headers["location"])
    assert answer.status_code == 404
    assert said in words(answer.text)
    assert 'href="#f-code"' in answer.text
    assert "<script>" not in answer.text.partition("<main")[2].replace('<script type="module"', "")


@pytest.mark.parametrize("form", ["", "/answer"])
def test_a_form_for_a_code_that_does_not_exist_says_so(phone: Visitor, form: str) -> None:
    answer = phone.post(f"/en/join/XXXXXX{form}", {"nickname": "Otter"})
    assert answer.status_code == 404
    assert "We do not know this code" in words(answer.text)


# ---------------------------------------------------------------- joining


def test_a_phone_keeps_a_secret_for_the_pages_of_this_training_only(tess: Visitor, phone: Visitor) -> None:
    code = begin(tess)
    sent = join(phone, code)
    assert sent.headers["location"] == f"/en/join/{code}"
    cookies = sent.headers.get_list("set-cookie")
    kept = [cookie for cookie in cookies if cookie.startswith("participant=wrt_")]
    assert [re.search(r"Path=([^;]+)", cookie)[1] for cookie in kept] == [  # type: ignore[index]  # it has one
        f"/nl/meedoen/{code}",
        f"/en/join/{code}",
    ]
    for cookie in kept:
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
    secret = re.search(r"wrt_\w+", kept[0])
    assert secret
    for path in (f"/en/join/{code}", f"/en/join/{code}/screen"):
        assert secret[0] not in phone.get(path).text
    # In the other language it is the same person.
    assert "jij bent Otter" in words(phone.get(f"/nl/meedoen/{code}").text)
    assert join(phone, code, "Second name").headers["location"] == f"/en/join/{code}"
    assert "1 person joined." in words(phone.get(f"/en/join/{code}/screen").text)


def test_a_cookie_that_is_none_of_this_training_is_nobody(
    tess: Visitor, phone: Visitor, other: Visitor
) -> None:
    code, another = begin(tess), begin(tess, "vg07")
    join(phone, code)
    secret = next(cookie.value for cookie in phone.http.cookies.jar if cookie.name == "participant")
    for value in (secret, "wrt_" + "0" * 46, "x", "☃".encode().hex(), '"'):
        answer = other.get(here(another), headers={"Cookie": f"participant={value}"})
        assert answer.status_code == 200
        assert 'name="nickname"' in answer.text


@pytest.mark.parametrize("nickname", ["", "   ", "x" * 31, "otter@example.org", "06 12345678"])
def test_a_wrong_nickname_comes_back_filled_in(tess: Visitor, phone: Visitor, nickname: str) -> None:
    code = begin(tess)
    answer = join(phone, code, nickname)
    assert answer.status_code == 400
    assert 'href="#f-nickname"' in answer.text
    assert f'value="{nickname}"' in answer.text
    assert "0 people joined." in words(phone.get(f"/en/join/{code}/screen").text)


def test_a_nickname_that_is_taken_comes_back_with_one_that_is_free(
    tess: Visitor, phone: Visitor, other: Visitor
) -> None:
    code = begin(tess)
    join(phone, code, "Blue fox")
    answer = join(other, code, "BLUE  fox")
    assert answer.status_code == 409
    assert "This nickname is in use already" in words(answer.text)
    free = re.search(r'name="nickname"[^>]* value="([^"]+)"', answer.text)
    assert free
    assert join(other, code, free[1]).status_code == 303
    assert "2 people joined." in words(other.get(f"/en/join/{code}/screen").text)


# ---------------------------------------------------------------- judging


@pytest.mark.parametrize("language", Language)
def test_one_judgement_at_a_time_and_then_the_results(
    tess: Visitor, phone: Visitor, knowledge: Knowledge, language: Language
) -> None:
    code = begin(tess)
    join(phone, code)
    of = "van" if language is Language.NL else "of"
    notes = {one.note[language] for story in knowledge.vignettes.values() for one in story.assessments}
    for number in (1, 2, 3):
        read = words(phone.get(here(code, language)).text)
        assert f"{number} {of} 3" in read
        assert not [note for note in notes if note in read], "no key before the results are shown"
        assert judge(phone, code).headers["location"] == f"/en/join/{code}#judge"
    waiting = phone.get(here(code, language)).text
    assert f"3 {of} 3" in words(waiting)
    # Of the address with #judge at its end, a browser would not load the page again.
    assert f'content="4; url={here(code, language)}"' in waiting
    part = phone.get(here(code, language), headers={"X-Fragment": "1"}).text
    assert "<html" not in part
    assert 'data-state="open"' in part
    move(tess, code, "results_shown")
    assert 'data-state="results_shown"' in phone.get(here(code), headers={"X-Fragment": "1"}).text
    shown = words(phone.get(here(code, language)).text)
    assert all(item.note[language] in shown for id_ in STORIES for item in knowledge.vignettes[id_].to_judge)


def test_who_has_the_code_sees_the_results_also_without_joining(
    tess: Visitor, phone: Visitor, other: Visitor
) -> None:
    code = begin(tess)
    join(phone, code)
    judge(phone, code)
    assert "Results of training" not in words(other.get(here(code)).text)
    move(tess, code, "results_shown")
    assert f"Results of training {code}" in words(other.get(here(code)).text)


def test_an_unfinished_answer_comes_back_filled_in(tess: Visitor, phone: Visitor) -> None:
    code = begin(tess)
    join(phone, code)
    asked = items_asked(phone.get(here(code)).text)
    answer = phone.post(f"/en/join/{code}/answer", {**asked, "problem": "yes", "type": "person"})
    assert answer.status_code == 400
    assert re.findall(r'<a href="#f-(\w+)">', answer.text) == ["help_request", "share_in_solution", "type"]
    assert answer.text.count(" checked") == 1
    assert items_asked(answer.text) == asked
    assert "0 of 3 answers given." in words(phone.get(f"/en/join/{code}/screen").text)


def test_a_second_answer_shows_the_first_which_stays(tess: Visitor, phone: Visitor) -> None:
    code = begin(tess)
    join(phone, code)
    asked = items_asked(phone.get(here(code)).text)
    form = f"/en/join/{code}/answer"
    first = {**asked, **answers("yyn"), "type": "complainant"}
    assert phone.post(form, first).status_code == 303
    assert phone.post(form, first).status_code == 303, "the same once more is fine"
    again = phone.post(form, {**asked, **answers("nnn"), "type": "none"})
    assert again.status_code == 409
    saved, _, chosen = again.text.partition("Not saved: what you chose now")
    assert "Saved: your first answer" in saved
    assert saved.count("<dd>Yes</dd>") == 2
    assert "Complainant" in words(saved)
    assert chosen.count("<dd>No</dd>") == 3
    assert "No type" in words(chosen)
    assert "2 of 3" in words(phone.get(here(code)).text)


@pytest.mark.parametrize("state", ["results_shown", "ended"])
def test_an_answer_that_comes_too_late_is_shown_and_not_lost(
    tess: Visitor, phone: Visitor, state: str
) -> None:
    code = begin(tess)
    join(phone, code)
    asked = items_asked(phone.get(here(code)).text)
    move(tess, code, state)
    late = phone.post(f"/en/join/{code}/answer", {**asked, **answers("ymn"), "type": "visitor"})
    assert late.status_code == 409
    read = words(late.text)
    assert "This training takes no more answers" in read
    assert "Not saved: what you chose now Problem Yes Help request Maybe" in read
    assert "Saved: your first answer" not in read


@pytest.mark.parametrize(
    "field", [{"story": "vg07"}, {"number": "9"}, {"number": "²"}, {"number": "1" * 5000}]
)
def test_an_answer_to_something_else_changes_nothing(
    tess: Visitor, phone: Visitor, field: dict[str, str]
) -> None:
    code = begin(tess)
    join(phone, code)
    asked = items_asked(phone.get(here(code)).text)
    sent = phone.post(f"/en/join/{code}/answer", {**asked, **answers("yyn"), "type": "customer", **field})
    assert sent.headers["location"] == f"/en/join/{code}"
    assert "0 of 3 answers given." in words(phone.get(f"/en/join/{code}/screen").text)


def test_an_answer_of_who_did_not_join_asks_to_join(tess: Visitor, phone: Visitor) -> None:
    code = begin(tess)
    sent = phone.post(
        f"/en/join/{code}/answer", {"story": "vg03", "number": "1", **answers("yyn"), "type": "customer"}
    )
    assert sent.headers["location"] == f"/en/join/{code}"
    assert 'name="nickname"' in phone.get(f"/en/join/{code}").text


# ---------------------------------------------------------------- the end


def test_a_session_that_ended_says_so_to_everybody(tess: Visitor, phone: Visitor, other: Visitor) -> None:
    code = begin(tess)
    join(phone, code)
    judge(phone, code)
    move(tess, code, "ended")
    mine, theirs = (words(one.get(here(code)).text) for one in (phone, other))
    assert "This training has ended" in mine
    assert "You gave 1 of 3 answers." in mine
    assert "This training has ended" in theirs
    assert "You gave" not in theirs
    sent = join(other, code)
    assert sent.headers["location"] == f"/en/join/{code}"
    assert "This training has ended." in words(other.get(f"/en/join/{code}/screen").text)


def test_what_was_shown_can_be_read_after_the_end(tess: Visitor, phone: Visitor, clock: Clock) -> None:
    code = begin(tess)
    join(phone, code)
    judge(phone, code)
    move(tess, code, "results_shown")
    clock.forward(days=2)
    read = words(phone.get(address("join", Language.EN, code=code)).text)
    assert f"Results of training {code}" in read
    assert "This training has ended. The results can be seen until 21 December 2026." in read

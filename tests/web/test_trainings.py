"""The trainer's pages: begin a training, see how far everybody is, show what came of it, end it."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI

from app.domain.texts import Language
from app.web.places import address
from app.web.qr import picture_of
from tests.support import Clock, Visitor
from tests.web.open_pages import words
from tests.web.training import STORIES, begin, join, judge, move

Visit = Callable[[str], Visitor]


@pytest.fixture
def tess(visitor: Visit) -> Visitor:
    return visitor("tess")


@pytest.fixture
def phones(application: FastAPI) -> list[Visitor]:
    return [Visitor(application) for _ in range(3)]


def test_only_a_trainer_is_offered_training(visitor: Visit) -> None:
    link = 'href="/en/training"'
    assert visitor("tess").get("/en/").text.count(link) == 2
    for name in ("anna", "sam", "aad", "petra", "nobody"):
        assert link not in visitor(name).get("/en/").text
    assert 'href="/en/join"' in visitor("nobody").get("/en/").text


def test_a_training_is_begun_by_ticking_stories(tess: Visitor) -> None:
    empty = tess.get("/en/training").text
    assert "You have given no training yet" in words(empty)
    assert 'value="vg02"' not in empty, "a story that is only to read has nothing to judge"
    code = begin(tess, language="nl")
    page = tess.get(f"/en/training/{code}").text
    assert re.search(rf"<span>{code[:3]}</span><span>{code[3:]}</span>", page)
    # The picture leads to where people join in the language of the training.
    assert picture_of(f"http://localhost/nl/meedoen/{code}", fits=True) in page
    assert "localhost/nl/meedoen" in words(page)
    assert "Phones cannot reach this address" in words(page)
    assert words(page).count("1. Help arranged by the daughter") == 1
    assert "0 people joined." in words(page)
    assert code in tess.get("/nl/training").text


@pytest.mark.parametrize(
    ("fields", "links"),
    [
        ({}, ["story"]),
        ({"story": ["vg02"]}, ["story"]),
        ({"story": ["vg99"]}, ["story"]),
        ({"story": ["vg03", "vg03"]}, ["story"]),
        ({"story": ["vg03"] * 21}, ["story"]),
        ({"story": ["vg03"], "language": "fr"}, ["language"]),
    ],
)
def test_a_wrong_choice_comes_back_filled_in(
    tess: Visitor, fields: dict[str, list[str]], links: list[str]
) -> None:
    answer = tess.post("/en/training", fields)
    assert answer.status_code == 400
    assert re.findall(r'<a href="#f-(\w+)">', answer.text) == links
    chosen = re.findall(r'value="(\w+)" checked', answer.text)
    assert chosen == sorted({*fields.get("story", ())} - {"vg02", "vg99"})
    assert "You have given no training yet" in words(answer.text)


def test_a_form_sent_twice_begins_one_training(tess: Visitor) -> None:
    fields = {"story": ["vg03"], "form": "a-key-of-this-form"}
    first, second = (tess.post("/en/training", fields) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]


def test_a_form_that_was_interrupted_is_offered_again_and_begins_nothing(tess: Visitor) -> None:
    page = tess.post("/en/training", {"story": ["vg03"], "resume": "yes"})
    assert page.status_code == 200
    assert re.findall(r'value="(\w+)" checked', page.text) == ["vg03"]
    assert "You have given no training yet" in words(page.text)


def test_the_screen_says_how_far_everybody_is(tess: Visitor, phones: list[Visitor]) -> None:
    code = begin(tess)
    for number, phone in enumerate(phones):
        join(phone, code, f"Otter {number}")
    judge(phones[0], code)
    for page in (phones[2].get(f"/en/join/{code}/screen"), tess.get(f"/en/training/{code}")):
        assert "3 people joined. 1 of 9 answers given." in words(page.text)
        assert words(page.text).count("1 of 3") == 1
    part = phones[2].get(f"/en/join/{code}/screen", headers={"X-Fragment": "1"})
    assert part.text.lstrip().startswith("<p")
    assert 'data-state="open"' in part.text
    assert "1 of 9 answers" in words(part.text)
    # Without script the page asks again by itself, until somebody stops it.
    again = f'<noscript><meta http-equiv="refresh" content="4; url=/en/join/{code}/screen"></noscript>'
    assert again in phones[2].get(f"/en/join/{code}/screen").text
    still = phones[2].get(f"/en/join/{code}/screen?still=yes").text
    assert again not in still
    assert f'href="/en/join/{code}/screen"' in still


def test_without_answers_the_results_say_what_to_do(tess: Visitor) -> None:
    code = begin(tess)
    assert "There are no answers yet" in words(tess.get(f"/en/training/{code}/results").text)
    move(tess, code, "results_shown")
    assert "There are no answers yet" in words(tess.get(f"/en/training/{code}/results").text)


def test_the_key_comes_last_and_only_when_the_results_are_shown(tess: Visitor, phones: list[Visitor]) -> None:
    code = begin(tess)
    for number, (phone, given, kind) in enumerate(
        zip(phones, ("nnn", "nnn", "yyy"), ("visitor", "visitor", "customer"), strict=True)
    ):
        join(phone, code, f"Otter {number}")
        for _ in range(3):
            assert judge(phone, code, given, kind).status_code == 303
    alone = tess.get(f"/en/training/{code}/results").text
    assert "Only you see this now" in words(alone)
    assert "what it turns on" not in words(alone)
    shown = move(tess, code, "results_shown")
    assert shown.headers["location"] == f"/en/training/{code}/results"
    page = tess.get(f"/en/training/{code}/results").text
    parts = page.split('<article class="card item">')[1:]
    assert len(parts) == 3
    for part in parts:
        assert part.index("<table") < part.index("<details><summary>Expert key, and what it turns on")
        assert "Of the pairs 33% chose the same relationship" in words(part)
    # What has a key and what is to talk about stand apart.
    scored, _, discussed = page.partition("<h2>To talk about</h2>")
    assert "Finn" in discussed
    assert "Finn" not in scored
    assert scored.count("card item") == 2
    assert "only one judgement was made by two people or more" in words(discussed)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([("nnn", "visitor")], "no judgement was made by two people or more"),
        ([("nnn", "visitor"), ("nnn", "visitor")], "everybody chose the same everywhere"),
    ],
)
def test_where_there_is_no_alpha_the_page_says_why(
    tess: Visitor, phones: list[Visitor], given: list[tuple[str, str]], said: str
) -> None:
    code = begin(tess, "vg03")
    for number, one in enumerate(given):
        join(phones[number], code, f"Otter {number}")
        for _ in range(2):
            judge(phones[number], code, *one)
    read = words(tess.get(f"/en/training/{code}/results").text)
    assert f"There is no alpha: {said}" in read
    assert "None" not in read


def test_what_was_ended_stays_ended(tess: Visitor) -> None:
    code = begin(tess)
    assert move(tess, code, "ended").headers["location"] == f"/en/training/{code}"
    page = tess.get(f"/en/training/{code}").text
    assert "This training has ended." in words(page)
    assert 'name="state"' not in page
    again = move(tess, code, "results_shown")
    assert again.status_code == 409
    assert "What was shown stays shown" in words(again.text)
    for state in ("", "paused"):
        assert move(tess, code, state).status_code == 400


def test_a_training_ends_by_itself_after_a_day(tess: Visitor, clock: Clock, visitor: Visit) -> None:
    code = begin(tess)
    clock.forward(days=1, minutes=1)
    page = visitor("tess").get(f"/en/training/{code}").text
    assert "This training has ended. It is removed on 21 December 2026, with all answers." in words(page)


def test_a_training_of_another_trainer_is_as_if_it_were_not_there(tess: Visitor, visitor: Visit) -> None:
    code = begin(tess)
    for path in (f"/en/training/{code}", f"/en/training/{code}/results", f"/en/training/{code}/answers.csv"):
        assert tess.get(path).status_code == 200
        assert tess.get(path.replace(code, "XXXXXX")).status_code == 404
        assert visitor("anna").get(path).status_code == 403


def test_the_answers_go_along_without_nicknames(tess: Visitor, phones: list[Visitor]) -> None:
    code = begin(tess)
    join(phones[0], code, "Secret otter")
    judge(phones[0], code)
    answer = tess.get(f"/nl/training/{code}/antwoorden.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="training-{code}.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["participant"], row["vignette"], row["relationship_type"]) for row in rows] == [
        ("1", "vg03", "complainant")
    ]
    assert "otter" not in answer.text.lower()


@pytest.mark.parametrize("language", Language)
def test_every_story_and_key_is_in_the_language_of_the_page(
    tess: Visitor, phones: list[Visitor], language: Language
) -> None:
    code = begin(tess, *STORIES, language="nl")
    for number in range(2):
        join(phones[number], code, f"Otter {number}")
        judge(phones[number], code)
    move(tess, code, "results_shown")
    read = words(tess.get(address("training_results", language, code=code)).text)
    own, other = ("Hulp die de dochter regelde", "Help arranged by the daughter")
    if language is Language.EN:
        own, other = other, own
    assert own in read
    assert other not in read

"""Stories to judge: the key comes after an own judgement, and says kindly what differs."""

import re
from html import unescape

import pytest

from app.domain.answers import Question
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.knowledge.library import Quiz
from app.web.places import address
from tests.support import Visitor
from tests.web.open_pages import open_site, words


@pytest.fixture
def guest() -> Visitor:
    return Visitor(open_site())


def test_the_stories_are_listed_by_what_they_are_for(guest: Visitor, knowledge: Knowledge) -> None:
    html = guest.get("/nl/verhalen").text
    groups = html.split("<h2>")[1:]
    for group, quiz in zip(groups, (Quiz.SCORED, Quiz.DISCUSSION, Quiz.NONE), strict=True):
        ids = re.findall(r'href="/nl/verhalen/(\w+)"', group)
        assert ids == [story.id for story in knowledge.vignettes.values() if story.quiz is quiz]


def given_by(*judged: tuple[str, str]) -> dict[str, str]:
    return {"given": "_".join(f"{code}.{kind}" for code, kind in judged)}


@pytest.mark.parametrize("language", list(Language))
def test_no_key_leaves_the_server_before_an_own_judgement(
    guest: Visitor, knowledge: Knowledge, language: Language
) -> None:
    for story in knowledge.vignettes.values():
        path = address("story", language, id=story.id)
        for place in range(len(story.to_judge)):
            given = given_by(*[("unu", "none")] * place)
            asked = guest.get(path, params={**given, "next": "yes"}).text
            assert f"{place + 1} " in words(asked)
            assert 'name="judged"' in asked
            later = [
                *story.to_judge[place:],
                *(one for one in story.assessments if one not in story.to_judge),
            ]
            secret = {one.note[language] for one in later} | {story.teaching[language]}
            hidden = {unescape(text) for text in secret}
            read = words(asked)
            assert not [text for text in hidden if text in read]
            for one in later:
                assert knowledge.current.why(knowledge.current.classify(one.answers))[language] not in read
            # Neither type nor answers stand anywhere but as a choice.
            assert asked.count("badge lv") == 0
            assert " checked" not in asked


@pytest.mark.parametrize("language", list(Language))
def test_an_own_judgement_is_answered_by_the_key(
    guest: Visitor, knowledge: Knowledge, language: Language
) -> None:
    for story in knowledge.vignettes.values():
        path, given = address("story", language, id=story.id), ""
        for item in story.to_judge:
            form = {question.value: item.answers[question] for question in Question}
            kind = item.relationship_type or "none"
            sent = guest.get(path, params={"given": given, "judged": "yes", **form, "type": kind})
            assert sent.status_code == 303
            there = sent.headers["location"].removesuffix("#judge")
            given = there.partition("given=")[2]
            html = guest.get(there).text
            assert item.note[language] in words(html)
            assert html.count('<span class="ok">') == 4
        if story.to_judge:
            assert story.teaching[language] in words(html)


def test_a_story_to_read_has_no_form(guest: Visitor, knowledge: Knowledge) -> None:
    for story in knowledge.vignettes.values():
        if story.quiz is Quiz.NONE:
            html = guest.get(f"/nl/verhalen/{story.id}").text
            assert 'name="judged"' not in html
            assert all(one.note.nl in words(html) for one in story.assessments)


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (("yyn", "customer"), "Daar vergissen we ons het vaakst in"),
        (("yyn", "visitor"), "Volgens de regels komen je eigen drie antwoorden uit op: Klager"),
        (("mnn", "visitor"), "anders"),
    ],
)
def test_a_different_judgement_is_answered_kindly(guest: Visitor, judged: tuple[str, str], said: str) -> None:
    read = words(guest.get("/nl/verhalen/vg07", params=given_by(judged)).text)
    assert said in read
    assert "geen gemeten waarheid" in read
    assert "fout" not in read.lower()


def test_a_score_is_counted_only_where_experts_agree(guest: Visitor, knowledge: Knowledge) -> None:
    for story in knowledge.vignettes.values():
        if story.to_judge:
            given = given_by(*[(one.answers.code, "none") for one in story.to_judge])
            read = words(guest.get(f"/nl/verhalen/{story.id}", params=given).text)
            count = 3 * len(story.to_judge)
            assert (f"{count} van {count} antwoorden zoals in de sleutel" in read) == (
                story.quiz is Quiz.SCORED
            )


@pytest.mark.parametrize("typed", [{}, {"problem": "yes", "help_request": "x", "type": "person"}])
def test_an_unfinished_judgement_comes_back_without_the_key(
    guest: Visitor, knowledge: Knowledge, typed: dict[str, str]
) -> None:
    answer = guest.get("/nl/verhalen/vg07", params={"judged": "yes", **typed})
    assert answer.status_code == 400
    links = re.findall(r'<a href="#f-(\w+)">', answer.text)
    expected = ["problem", "help_request", "share_in_solution", "type"]
    assert links == [name for name in expected if not (name == "problem" and typed)]
    assert answer.text.count(" checked") == (1 if typed else 0)
    assert knowledge.vignettes["vg07"].assessments[0].note.nl not in words(answer.text)


@pytest.mark.parametrize("given", ["☃", "yyy", "yyy.person", "xxx.none", "_", "." * 5000])
def test_what_cannot_be_read_in_an_address_is_as_if_not_given(guest: Visitor, given: str) -> None:
    answer = guest.get("/nl/verhalen/vg07", params={"given": given})
    assert answer.status_code == 200
    assert "Inschatting 1 van 3" in words(answer.text)

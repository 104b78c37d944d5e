"""The pages that are open to all: they say what the API says, in both languages, and store nothing."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.domain.answers import ALL_ANSWERS, Answers, Question
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.web.answer_words import answers_in, words_of
from app.web.places import address, translated
from tests.support import Visitor
from tests.web.open_pages import open_site, page_of, words

LABELS = {
    Language.NL: {"visitor": "Bezoeker", "complainant": "Klager", "customer": "Klant"},
    Language.EN: {"visitor": "Visitor", "complainant": "Complainant", "customer": "Customer"},
}
CLARITIES = {
    Language.NL: {"unclear": "Onduidelijk", "contradictory": "Tegenstrijdig", "incomplete": "Onvolledig"},
    Language.EN: {"unclear": "Unclear", "contradictory": "Contradictory", "incomplete": "Incomplete"},
}


@pytest.fixture
def guest() -> Visitor:
    return Visitor(open_site())


def outcome(html: str) -> str:
    """Return what a page says aloud."""
    found = re.search(r'<div class="outcome" role="status">(.*?)</h2>', html, re.DOTALL)
    assert found
    return words(found[1]).strip()


# ---------------------------------------------------------------- practise


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("answers", ALL_ANSWERS, ids=lambda answers: answers.code)
def test_every_combination_says_what_the_api_says(
    guest: Visitor, answers: Answers, language: Language
) -> None:
    said = TestClient(open_site(), base_url="http://localhost").post(
        "/v1/classifications",
        json={question.value: answers[question] for question in Question},
        headers={"Accept-Language": language},
    )
    assert said.status_code == 200
    api = said.json()
    page = guest.get(page_of(answers, language))
    assert page.status_code == 200
    read = words(page.text)
    expected = (
        LABELS[language][api["relationship_type"]]
        if api["relationship_type"]
        else CLARITIES[language][api["clarity"]]
    )
    assert outcome(page.text) == expected
    # The page says it as the API does, but with a capital.
    assert api["label"] in (None, expected.lower())
    for text in (api["why"], api["advice"], api["approach"]["goal"], api["approach"]["closing"]):
        assert text in read
    for entry in api["approach"]["entries"]:
        assert entry["text"] in read
    assert all(api["approach"]["law"][part] in read for part in ("text", "reason", "caution"))
    assert (api["next_question"] is None) == ("blockquote" not in page.text)
    assert api["next_question"] is None or api["next_question"]["text"] in read
    assert api["gentle_label"] is None or f"cliënt {api['gentle_label']}" in read or language is Language.EN
    assert ("Voorlopig: één" in read or "Provisional: one" in read) == api["provisional"]


@pytest.mark.parametrize("answers", ALL_ANSWERS, ids=lambda answers: answers.code)
def test_what_would_change_it_leads_to_what_it_says(
    guest: Visitor, knowledge: Knowledge, answers: Answers
) -> None:
    ruleset = knowledge.current
    html = guest.get(page_of(answers, Language.NL)).text
    changes = html.partition('<ul class="changes">')[2].partition("</ul>")[0]
    links = re.findall(r'<a href="([^"#]+)#result">(.*?)</a>', changes, re.DOTALL)
    expected = ruleset.what_would_change(answers)
    assert [path for path, _ in links] == [
        page_of(answers.changed_to(one.question, one.answer), Language.NL) for one in expected
    ]
    for (path, said), one in zip(links, expected, strict=True):
        there = guest.get(path)
        assert outcome(there.text) in words(said)
        found = answers_in(path.rpartition("/")[2], Language.NL)
        assert found is not None
        assert ruleset.classify(found).relationship_type is one.relationship_type


def test_what_experts_may_differ_about_is_said(guest: Visitor, knowledge: Knowledge) -> None:
    expected = [answers for answers, rule in knowledge.current.rules.items() if rule.discussion]
    sentence = "Over deze antwoorden kunnen experts verschillen."
    found = [answers for answers in ALL_ANSWERS if sentence in guest.get(page_of(answers, Language.NL)).text]
    assert found
    assert sorted(one.code for one in found) == sorted(one.code for one in expected)
    assert guest.get("/nl/combinaties").text.count("experts kunnen verschillen") == len(expected)


@pytest.mark.parametrize("language", list(Language))
def test_a_form_without_script_leads_to_the_address_of_its_answers(
    guest: Visitor, language: Language
) -> None:
    form = {"problem": "yes", "help_request": "yes", "share_in_solution": "unknown"}
    answer = guest.get(address("practice", language), params=form)
    assert answer.status_code == 303
    there = {"nl": "/nl/oefenen/ja-ja-niet-besproken", "en": "/en/practice/yes-yes-unknown"}
    assert answer.headers["location"] == there[language]


def test_the_script_gets_the_part_that_changes_and_the_address(guest: Visitor) -> None:
    form = {"problem": "yes", "help_request": "yes", "share_in_solution": "no"}
    answer = guest.get("/nl/oefenen", params=form, headers={"X-Fragment": "1"})
    assert answer.status_code == 200
    assert answer.headers["content-location"] == "/nl/oefenen/ja-ja-nee"
    assert "/en/practice?problem=yes&help_request=yes&share_in_solution=no" in answer.headers["link"]
    assert "X-Fragment" in answer.headers.get("vary", "")
    assert outcome(answer.text) == "Klager"
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Beantwoord de drie vragen."),
        ({"problem": "yes"}, "Nog 2 antwoorden."),
        ({"problem": "yes", "help_request": "", "share_in_solution": "no"}, "Nog één antwoord."),
    ],
)
def test_an_unfinished_form_keeps_what_was_chosen(guest: Visitor, form: dict[str, str], said: str) -> None:
    answer = guest.get("/nl/oefenen", params=form)
    assert answer.status_code == 200
    assert said in words(answer.text)
    assert answer.text.count(" checked") == sum(1 for value in form.values() if value)


@pytest.mark.parametrize("wrong", ["ja", "<script>", "yes ", "☃"])
def test_a_wrong_answer_comes_back_with_a_sentence_and_keeps_the_others(guest: Visitor, wrong: str) -> None:
    answer = guest.get("/nl/oefenen", params={"problem": wrong, "help_request": "no"})
    assert answer.status_code == 400
    assert 'href="#f-problem">Probleem: kies een van de vier antwoorden.' in answer.text
    assert "<title>Fout: Oefenen" in answer.text
    assert answer.text.count(" checked") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/nl/oefenen/yes-yes-no",
        "/en/practice/ja-ja-nee",
        "/nl/oefenen/ja-ja",
        "/nl/oefenen/JA-JA-NEE",
        "/nl/oefenen/ja-ja-nee-nee",
        "/nl/oefenen/☃",
        "/nl/oefenen/a%0d%0aSet-Cookie:x=1",
        "/nl/verhalen/vg99",
        "/nl/verhalen/%00",
    ],
)
@pytest.mark.parametrize("headers", [{}, {"X-Fragment": "1"}])
def test_words_that_are_no_answers_are_no_page(guest: Visitor, path: str, headers: dict[str, str]) -> None:
    answer = guest.get(path, headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "x" not in guest.http.cookies


def test_the_other_language_has_the_same_answers() -> None:
    for answers in ALL_ANSWERS:
        nl, en = (page_of(answers, language) for language in (Language.NL, Language.EN))
        assert (translated(nl, Language.EN), translated(en, Language.NL)) == (en, nl)
        assert answers_in(nl.rpartition("/")[2], Language.NL) == answers
    assert len({words_of(answers, Language.NL) for answers in ALL_ANSWERS}) == len(ALL_ANSWERS)
    # What are no answers stays as it is, and so does what fills another gap.
    assert translated("/nl/oefenen/nooit", Language.EN) == "/en/practice/nooit"
    assert translated("/nl/verhalen/ja-ja-nee", Language.EN) == "/en/stories/ja-ja-nee"


# ---------------------------------------------------------------- combinations


def rows_of(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="([^"]+)"', html)


@pytest.mark.parametrize("language", list(Language))
def test_the_table_has_every_combination_once(guest: Visitor, language: Language) -> None:
    known = [answers for answers in ALL_ANSWERS if not answers.unknown]
    path = address("combinations", language)
    assert rows_of(guest.get(path).text) == [page_of(answers, language) for answers in known]
    assert len(known) == 27
    whole = guest.get(path, params={"unknown": "yes"}).text
    assert rows_of(whole) == [page_of(answers, language) for answers in ALL_ANSWERS]


@pytest.mark.parametrize("clarity", ["", "clear", "leaning", "unclear", "contradictory", "incomplete"])
@pytest.mark.parametrize("kind", ["", "visitor", "complainant", "customer", "none"])
def test_the_table_shows_what_is_asked_for(
    guest: Visitor, knowledge: Knowledge, kind: str, clarity: str
) -> None:
    ruleset = knowledge.current
    expected = [
        page_of(answers, Language.NL)
        for answers in ALL_ANSWERS
        if kind in ("", ruleset.classify(answers).relationship_type or "none")
        and clarity in ("", ruleset.classify(answers).clarity)
    ]
    html = guest.get("/nl/combinaties", params={"type": kind, "clarity": clarity, "unknown": "yes"}).text
    assert rows_of(html) == expected
    assert ("Geen combinatie heeft allebei" in html) == (not expected)


def test_the_table_takes_what_cannot_be_asked_for_as_not_asked(guest: Visitor) -> None:
    asked = {"type": "person", "clarity": "☃", "unknown": "on"}
    assert len(rows_of(guest.get("/nl/combinaties", params=asked).text)) == 27


def test_each_line_of_the_table_says_what_its_page_says(guest: Visitor) -> None:
    html = guest.get("/nl/combinaties").text
    for row in re.findall(r"<tr>\s*<td.*?</tr>", html, re.DOTALL):
        (path,) = rows_of(row)
        there = words(guest.get(path).text)
        said = [words(cell).strip() for cell in re.findall(r'<td class="why">(.*?)</td>', row, re.DOTALL)]
        assert len(said) == 2
        assert all(text in there for text in said)


# ---------------------------------------------------------------- sources and accessibility


@pytest.mark.parametrize("language", list(Language))
def test_every_source_has_a_place_to_point_at(
    guest: Visitor, knowledge: Knowledge, language: Language
) -> None:
    html = guest.get(address("sources", language)).text
    ids = re.findall(r'<div id="([^"]+)"><dt>', html)
    assert sorted(ids) == sorted(knowledge.sources)
    pointed = set(re.findall(r'#([\w-]+)">\1</a>', html))
    for answers in ALL_ANSWERS:
        found = guest.get(page_of(answers, language)).text
        pointed |= set(re.findall(r'#([\w-]+)">\1</a>', found))
    assert pointed <= set(ids)
    assert pointed


@pytest.mark.parametrize("place", ["practice", "combinations", "stories", "sources", "accessibility"])
def test_a_page_is_there_in_both_languages_for_guests_and_for_who_signed_in(
    guest: Visitor, visitor: Callable[[str], Visitor], place: str
) -> None:
    for language in Language:
        path = address(place, language)
        html = guest.get(path).text
        assert f'<html lang="{language}"' in html
        assert html.count("<h1") == 1
        assert "style=" not in html
        signed_in = visitor("anna").get(path)
        assert signed_in.status_code == 200


def test_the_way_in_for_practice_is_small(guest: Visitor) -> None:
    assert len(guest.get("/nl/oefenen").content) < 12_000
    assert len(guest.get("/nl/oefenen/ja-ja-nee").content) < 20_000

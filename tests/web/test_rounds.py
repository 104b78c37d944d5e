"""A round of stories: the address holds everything, the key comes last, a damaged one is no failure."""

import re
from datetime import timedelta
from html import unescape

import pytest

from app.domain.answers import Question
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.knowledge.library import Item
from app.web.places import address
from app.web.round_address import items_of
from tests.support import START, Visitor
from tests.web.open_pages import open_site, words

CUSTOMER = {"problem": "yes", "help_request": "yes", "share_in_solution": "yes", "type": "customer"}
TODAY = START.date()


@pytest.fixture
def guest() -> Visitor:
    return Visitor(open_site())


@pytest.fixture
def items(knowledge: Knowledge) -> dict[str, Item]:
    return items_of(knowledge.vignettes)


def page(guest: Visitor, language: Language = Language.EN, **query: str) -> str:
    answer = guest.get(address("round", language, query=query))
    assert answer.status_code == 200, answer.text
    html: str = answer.text
    return html


def hidden(html: str) -> dict[str, str]:
    """Return what a form sends along."""
    found = re.findall(r'<input type="hidden" name="(items|given|before|since)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def go_round(guest: Visitor, start: str, chosen: dict[str, str] | None, items: dict[str, Item]) -> str:
    """Judge every item of a round as the key does, or as chosen, and return the address of its end."""
    html = guest.get(start).text
    path = start.partition("?")[0]
    while 'name="judged"' in html:
        query = hidden(html)
        asked = query["items"].split("-")
        item = items[asked[len(query.get("given", "").split("-")) if query.get("given") else 0]]
        key = {question.value: item.assessment.answers[question] for question in Question}
        form = chosen or {**key, "type": item.assessment.relationship_type or "none"}
        sent = guest.get(path, params={**query, "judged": "yes", **form})
        assert sent.status_code == 303
        compared = guest.get(sent.headers["location"].removesuffix("#judge"))
        assert compared.status_code == 200
        link = re.search(r'class="btn primary wide" href="([^"]+)"', compared.text)
        assert link
        there = unescape(link[1]).removesuffix("#judge")
        html = guest.get(there).text
    return there


def test_a_round_is_chosen_and_its_items_stand_in_the_address(guest: Visitor, items: dict[str, Item]) -> None:
    scored = [code for code, item in items.items() if item.is_scored]
    html = page(guest)
    assert f"All {len(scored)} judgements with a score" in words(html)
    assert re.findall(r'name="choice" value="(\w+)"', html) == ["short", "scored", "all"]
    found = {}
    for choice in ("short", "scored", "all"):
        sent = guest.get("/en/round", params={"choice": choice})
        assert sent.status_code == 303
        found[choice] = sent.headers["location"].partition("items=")[2].split("-")
    assert found["all"] == list(items)
    assert found["scored"] == scored
    assert len(found["short"]) == 5
    assert found["short"] == [code for code in scored if code in found["short"]]
    # No story twice before all came once.
    assert {code.partition(".")[0] for code in found["short"]} == {code.partition(".")[0] for code in scored}


@pytest.mark.parametrize("language", Language)
def test_no_key_and_no_earlier_judgement_is_shown_before_an_own_one(
    guest: Visitor, items: dict[str, Item], knowledge: Knowledge, language: Language
) -> None:
    codes, before = "-".join(items), "-".join(["yyy2"] * len(items))
    for place, item in enumerate(items.values()):
        given = "-".join(["unux"] * place)
        query = {"items": codes, "given": given, "before": before, "next": "yes"}
        html = page(guest, language, **query)
        assert f"{place + 1} {'van' if language is Language.NL else 'of'} {len(items)}" in words(html)
        assert item.assessment.note[language] not in words(html)
        why = knowledge.current.why(knowledge.current.classify(item.assessment.answers))[language]
        assert why not in words(html)
        assert html.count("badge lv") == 0
        assert " checked" not in html


@pytest.mark.parametrize("language", Language)
def test_who_judges_as_the_key_has_everything(
    guest: Visitor, items: dict[str, Item], language: Language
) -> None:
    start = guest.get(address("round", language, query={"choice": "all"})).headers["location"]
    end = go_round(guest, start, None, items)
    html = guest.get(end).text
    scored = sum(item.is_scored for item in items.values())
    of = "van" if language is Language.NL else "of"
    assert f"{3 * scored} {of} {3 * scored} " in words(html)
    assert f"{scored} {of} {scored} " in words(html)
    # Nothing is said of what did not happen; what is to talk about stands apart, and is not counted.
    assert "S004" not in html
    talk = html.partition("<h2>" + ("Om over te praten" if language is Language.NL else "To talk about"))[2]
    apart = [item.assessment.concern[language] for item in items.values() if not item.is_scored]
    assert all(concern in words(talk) for concern in apart)


def test_overcalling_is_named_kindly_and_only_where_it_happened(
    guest: Visitor, items: dict[str, Item]
) -> None:
    start = guest.get("/en/round", params={"choice": "scored"}).headers["location"]
    html = guest.get(go_round(guest, start, CUSTOMER, items)).text
    read = words(html)
    scored = [item.assessment.relationship_type for item in items.values() if item.is_scored]
    wrong = sum(kind != "customer" for kind in scored)
    assert f"{wrong} times you saw a customer relationship where the key does not yet" in read
    assert "S004" in html
    assert not re.search(r"\b(wrong|failed|bad)\b", read, re.IGNORECASE)
    row = html.partition('class="grid-table confusion"')[2].partition("</table>")[0].split("<tr>")[4]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    counts = [int(re.sub(r"\D", "", re.sub("<[^>]*>", "", cell))) for cell in cells]
    # The key has a type everywhere here, so there is no column for none.
    assert counts == [sum(kind == one for kind in scored) for one in ("visitor", "complainant", "customer")]


def test_after_weeks_the_same_items_come_again_and_both_rounds_are_compared(
    guest: Visitor, items: dict[str, Item]
) -> None:
    end = go_round(guest, "/en/round?items=vg03.1-vg07.1-vg10.1", CUSTOMER, items)
    html = guest.get(end).text
    kept = re.search(r'id="f-keep" value="([^"]+)"', html)
    assert kept
    there = unescape(kept[1])
    assert there.startswith("http://")
    there = there[there.index("/en/round") :]
    assert f"since={TODAY}" in there
    first = words(guest.get(there).text)
    assert "1 of 3" in first
    assert "You may still remember what you chose" in first
    late = there.replace(str(TODAY), str(TODAY - timedelta(weeks=5)))
    assert "You may still remember" not in words(guest.get(late).text)
    # The second time as the key has it: one of three is the same, and the rest is not called a mistake.
    read = words(guest.get(go_round(guest, there, None, items)).text)
    same_answers = sum(
        items[code].assessment.answers[question] == "yes"
        for code in ("vg03.1", "vg07.1", "vg10.1")
        for question in Question
    )
    assert f"{same_answers} of 9 answers the same as the first time." in read
    assert "0 of 3 times the same relationship." in read
    assert "Judging otherwise is no mistake" in read
    again = words(guest.get(go_round(guest, there, CUSTOMER, items)).text)
    assert "9 of 9 answers the same as the first time. 3 of 3 times the same relationship." in again


def test_an_unfinished_judgement_comes_back_filled_in(guest: Visitor) -> None:
    query = {"items": "vg07.1-vg03.1", "given": "", "judged": "yes", "problem": "yes", "type": "person"}
    answer = guest.get("/en/round", params=query)
    assert answer.status_code == 400
    assert re.findall(r'<a href="#f-(\w+)">', answer.text) == ["help_request", "share_in_solution", "type"]
    assert answer.text.count(" checked") == 1
    assert hidden(answer.text) == {"items": "vg07.1-vg03.1"}


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"items": "vg99.1"}, None),
        ({"items": "vg07"}, None),
        ({"items": "☃"}, None),
        ({"items": "-"}, None),
        ({"given": "yyy2"}, None),
        ({"before": "yyy2"}, None),
        # An item that is not to be judged, or comes twice.
        ({"items": "vg02.1"}, None),
        ({"items": "vg07.1-vg07.1", "given": "yyy2"}, "1 of 1"),
        ({"items": "vg07.1-vg0", "given": "yyy2"}, "1 of 1"),
        ({"items": "vg07.1-vg03.1", "given": "yyy2-yy"}, "1 of 2"),
        ({"items": "vg07.1-vg03.1", "given": "yyy2-yyy7"}, "1 of 2"),
        ({"items": "vg07.1", "given": "yyy2-yyy2"}, "1 of 1"),
        ({"items": "vg07.1", "given": "." * 5000}, "0 of 1"),
        # Half a first time cannot be compared.
        ({"items": "vg07.1-vg03.1", "before": "yyy2"}, "0 of 2"),
        ({"items": "vg07.1-vg03.1", "before": "yyy2-yyy"}, "0 of 2"),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_a_damaged_address_says_so_and_loses_nothing_that_can_be_read(
    guest: Visitor, query: dict[str, str], left: str | None, language: Language
) -> None:
    path = address("round", language)
    for more in ({}, {"next": "yes"}, {"judged": "yes", **CUSTOMER}):
        answer = guest.get(path, params={**query, **more})
        assert answer.status_code == 400
        link = re.search(r'class="btn primary" href="([^"]+)"', answer.text)
        assert (link is None) == (left is None)
        assert re.search(f'class="btn" href="{path}"', answer.text)
        if link and left:
            assert left.replace("of", "van" if language is Language.NL else "of") in words(answer.text)
            assert guest.get(unescape(link[1])).status_code == 200


@pytest.mark.parametrize("since", ["", "yesterday", "2026-13-01", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_or_far_away_is_no_failure(guest: Visitor, since: str) -> None:
    query = {"items": "vg07.1", "before": "yyy2", "since": since}
    assert guest.get("/en/round", params=query).status_code == 200
    assert guest.get("/en/round", params={**query, "given": "yyy2", "next": "yes"}).status_code == 200

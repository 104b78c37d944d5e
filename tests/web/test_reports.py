"""The page of the reports: what it says, what it hides, and a choice that is wrong."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.hiding import Count, part
from app.domain.texts import Language
from app.models.reports import CountRead
from app.services.reports import TYPES
from app.web.report_charts import ORDER, CountWords, Stood, bars, sankey
from app.web.report_view import in_words, most_frequent
from tests.support import Caller, Visitor

WORDS = CountWords(
    title="What moved",
    description="Most often from one to the other <script>",
    kinds={kind: str(kind or "no type") for kind in TYPES},
    count=lambda count: in_words(count, Language.EN),
    before="Before",
    after="After",
)


def text_of(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def move(anna: Caller, many: int, reference: str, *codes: str) -> None:
    for number in range(many):
        for code in codes:
            anna.record(case={"reference": f"{reference}-{number}"}, answers=code)


def test_it_shows_what_moved_and_what_is_hidden(
    callers: dict[str, Caller], visitor: Callable[[str], Visitor]
) -> None:
    move(callers["anna"], 7, "a", "nnn", "yyn")
    move(callers["anna"], 2, "b", "yyn", "yyy")
    page = visitor("sam").get("/en/reports")
    assert page.status_code == 200
    text = text_of(page)
    assert "Most frequent change: from Visitor to Complainant, 7 times." in text
    assert "1–4 *" in text
    assert "8–11 *" in text
    assert "100%" in text
    assert "Fewer than 5 relationships came to “Customer”." in text
    assert "Problem No Yes 7" in text
    assert page.text.count('role="img"') == 2
    assert "style=" not in page.text
    dutch = text_of(visitor("sam").get("/nl/rapporten?period=2026-4&besides=yes"))
    assert "Vaakste verandering: van Bezoeker naar Klager, 7 keer." in dutch
    assert "Kwartaal 4 van 2026 : 1 oktober 2026 – 31 december 2026." in dutch
    assert "Naar een andere beoordelaar of een andere blik" in dutch


def test_what_stands_now_leads_to_the_cases(
    callers: dict[str, Caller], visitor: Callable[[str], Visitor]
) -> None:
    move(callers["anna"], 6, "a", "nnn")
    sam = visitor("sam")
    page = sam.get("/en/reports")
    (link,) = re.findall(r'<td class="num"><a href="([^"]+)">6<', page.text)
    assert sam.get(unescape(link)).status_code == 200


def test_nothing_recorded_is_said_in_words(visitor: Callable[[str], Visitor]) -> None:
    text = text_of(visitor("sam").get("/en/reports?period=2025"))
    assert "No relationship changed its type in this period." in text


@pytest.mark.parametrize(
    ("query", "status"), [("team=nobody", 400), ("period=1066", 200), ("colour=red", 200), ("team=", 200)]
)
def test_a_strange_choice_never_breaks_the_page(
    visitor: Callable[[str], Visitor], query: str, status: int
) -> None:
    page = visitor("sam").get(f"/en/reports?{query}")
    assert page.status_code == status
    if status == 400:
        assert "This is not an id." in page.text
        assert "No report is shown until the choice is right." in page.text


def count_read(count: Count) -> CountRead:
    return CountRead(
        count=count.shown, hidden=count.is_hidden, least=count.least, most=count.most, query=None
    )


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "No relationship changed its type in this period."),
        ({(0, 1): part(3)}, "There were changes of type, but too few to show."),
        ({(0, 1): part(9), (1, 2): part(3)}, "Most frequent change: from visitor to complainant, 9 times."),
        ({(0, 1): part(9), (1, 2): Count(7, 13)}, "A frequent change: from visitor to complainant, 9 times."),
        ({(0, 0): part(50), (2, 0): part(5)}, "Most frequent change: from customer to visitor, 5 times."),
    ],
)
def test_the_sentence_claims_no_more_than_is_shown(
    counts: dict[tuple[int, int], Count], sentence: str
) -> None:
    cells = {(TYPES[one], TYPES[other]): count_read(count) for (one, other), count in counts.items()}
    assert most_frequent(cells, WORDS, Language.EN) == sentence


# ---------------------------------------------------------------- pictures

numbers = st.sampled_from([0, 1, 4, 5, 17, 400])


def paths(picture: str, name: str) -> list[Any]:
    svg = fromstring(picture)  # noqa: S314 - made here
    return [one for one in svg.iter() if name in (one.get("class") or "").split()]


@given(st.lists(numbers, min_size=16, max_size=16))
def test_a_ribbon_is_as_wide_as_what_is_shown_and_a_small_one_always_the_same(some: list[int]) -> None:
    cells = [(before, after) for before in ORDER for after in ORDER]
    counts = {cell: part(count) for cell, count in zip(cells, some, strict=True)}
    picture = sankey(counts, WORDS, "x")
    assert "style" not in picture
    assert len(paths(picture, "flow")) == sum(count > 0 for count in some)
    thin = paths(picture, "hidden")
    assert len(thin) == sum(0 < count < 5 for count in some)
    assert all(one.get("stroke-dasharray") and one.get("fill") == "none" for one in thin)
    other = {cell: part(3) if count.is_hidden else count for cell, count in counts.items()}
    assert sankey(other, WORDS, "x") == picture
    assert "&lt;script&gt;" in picture


@given(st.lists(numbers, min_size=4, max_size=4))
def test_a_bar_has_a_block_for_each_count_that_is_shown(some: list[int]) -> None:
    counts = {kind: part(count) for kind, count in zip(TYPES, some, strict=True)}
    picture = bars([Stood("now", counts)], WORDS, "x")
    assert len(paths(picture, "block")) == sum(count >= 5 for count in some)
    assert len(paths(picture, "hidden")) == any(0 < count < 5 for count in some)

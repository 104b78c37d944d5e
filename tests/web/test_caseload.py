"""The caseload as a page: who sees which cases, filters, pages of the list, and what a line says."""

import re
from collections.abc import Callable
from itertools import combinations
from urllib.parse import urlencode

import pytest

from app.domain.signals import DEFAULTS
from tests.support import Caller, Clock, People, Visitor
from tests.web.caseload_support import at, record_cases, rows_of, shown

Visit = Callable[[str], Visitor]


@pytest.fixture
def cases(callers: dict[str, Caller], clock: Clock) -> None:
    record_cases(callers, clock)


# ---------------------------------------------------------------- who sees what


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("anna", {"quiet", "busy", "empty"}),
        ("bas", {"of bas"}),
        ("sam", {"quiet", "busy", "empty", "of bas"}),
        ("sofie", {"of chris"}),
    ],
)
def test_everybody_sees_the_open_cases_they_may_see(visitor: Visit, name: str, expected: set[str]) -> None:
    page = visitor(name).get(at())
    assert set(shown(page)) == expected
    count = len(expected)
    assert f"{count} case{'' if count == 1 else 's'}</strong>" in page.text
    assert ("Record an assessment" in page.text) == (name in {"anna", "bas"})


@pytest.mark.parametrize("place", ["caseload", "caseload_csv"])
def test_other_roles_get_the_sentence_and_guests_sign_in(visitor: Visit, place: str) -> None:
    for name in ("tess", "aad", "petra"):
        page = visitor(name).get(at(place=place))
        assert page.status_code == 403
        assert "cases" in page.text
    guest = visitor("nobody").get(at(place=place, type="customer"))
    assert guest.status_code == 303
    assert "customer" in guest.headers["location"]


@pytest.mark.usefixtures("cases")
def test_who_has_no_team_chooses_no_colleagues(visitor: Visit, people: People) -> None:
    own, team = visitor("anna").get(at()).text, visitor("sam").get(at()).text
    assert 'name="practitioner"' not in own
    for name, is_there in (("anna", True), ("bas", True), ("chris", False), ("sam", False)):
        assert (f'<option value="{people.users[name].user_id}">' in team) == is_there
    assert [str(people.teams[name]) in team for name in ("north", "south")] == [True, False]


# ---------------------------------------------------------------- filters

# In the order of the address.
FILTERS: dict[str, tuple[str, set[str]]] = {
    "status": ("open", {"quiet", "busy", "empty", "of bas"}),
    "type": ("visitor", {"quiet", "of bas"}),
    "team": ("north", {"quiet", "busy", "closed", "empty", "of bas"}),
    "practitioner": ("anna", {"quiet", "busy", "closed", "empty"}),
    "idle": ("60", {"quiet"}),
    "reference": ("quiet", {"quiet"}),
}


@pytest.mark.usefixtures("cases")
def test_filters_alone_and_together(visitor: Visit, people: People) -> None:
    sam = visitor("sam")
    ids = {"anna": str(people.users["anna"].user_id), "north": str(people.teams["north"])}
    everything = {"quiet", "busy", "closed", "empty", "of bas"}
    assert set(shown(sam.get(at(status="all")))) == everything
    for count in (1, 2, len(FILTERS)):
        for names in combinations(FILTERS, count):
            query = {"status": "all"} | {name: ids.get(FILTERS[name][0], FILTERS[name][0]) for name in names}
            page = sam.get(at(**query))
            assert set(shown(page)) == everything.intersection(*(FILTERS[name][1] for name in names)), query
            # Each has a link that takes it off, and nothing else.
            for name in names:
                without = query | {name: "all" if name == "status" else ""}
                assert f'href="{at(**without)}"'.replace("&", "&amp;") in page.text, (name, query)
    assert shown(sam.get(at(status="closed"))) == ["closed"]


@pytest.mark.usefixtures("cases")
def test_who_cannot_be_seen_is_called_like_who_does_not_exist(visitor: Visit, people: People) -> None:
    sam = visitor("sam")
    for name in ("practitioner", "team"):
        pages = []
        real = people.users["chris"].user_id if name == "practitioner" else people.teams["south"]
        for id_ in (str(real), "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"):
            page = sam.get(at(**{name: id_}))
            assert shown(page) == []
            assert "Take one off" in page.text
            pages.append(page.text.replace(id_, ""))
        assert pages[0] == pages[1]


def test_an_empty_list_says_what_to_do(visitor: Visit, callers: dict[str, Caller]) -> None:
    anna = visitor("anna")
    assert "There are no open cases." in anna.get(at()).text
    assert "There are no cases yet." in anna.get(at(status="all")).text
    assert "There are no closed cases." in anna.get(at(status="closed")).text
    callers["anna"].record()
    page = anna.get(at(idle=3))
    assert "Take one off" in page.text
    assert "At least 3 days without an assessment" in page.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"idle": "abc"}, "idle"),
        ({"idle": "-1"}, "idle"),
        ({"idle": "9" * 5000}, "idle"),
        ({"type": "boss"}, "type"),
        ({"status": "lost"}, "status"),
        ({"team": "north"}, "team"),
        ({"practitioner": "'; drop table case"}, "practitioner"),
        ({"reference": "x" * 65}, "reference"),
        ({"reference": "111222333"}, "reference"),
        ({"reference": "a\x00b"}, "reference"),
        ({"cursor": "abc"}, None),
        ({"cursor": "WyIyMDI2Il0"}, None),
        ({"cursor": "x" * 300}, None),
        ({"sort": "random"}, None),
    ],
)
@pytest.mark.parametrize("place", ["caseload", "caseload_csv"])
def test_what_is_wrong_is_said_on_the_page(
    visitor: Visit, callers: dict[str, Caller], place: str, query: dict[str, str], field: str | None
) -> None:
    callers["anna"].record()
    if place == "caseload_csv" and "cursor" in query:
        return  # a file has no pages
    for name in ("anna", "sam"):
        page = visitor(name).get(at(place=place, **query))
        assert shown(page, 400) == []
        assert "<title>Error: Cases" in page.text
        assert 'id="errors"' in page.text
        if field:
            assert f'href="#f-{field}"' in page.text
            assert f'id="f-{field}"' in page.text
    assert visitor("anna").get(f"{at()}?colour=red&status=open&status=closed").status_code == 200


# ---------------------------------------------------------------- order and pages


@pytest.mark.usefixtures("cases")
def test_the_longest_without_an_assessment_comes_first(
    visitor: Visit, callers: dict[str, Caller], clock: Clock
) -> None:
    anna = visitor("anna")
    assert shown(anna.get(at())) == ["empty", "busy", "quiet"]
    page = anna.get(at(sort="idle"))
    assert shown(page) == ["quiet", "busy", "empty"]
    assert 'aria-sort="ascending"' in page.text
    clock.forward(minutes=1)
    callers["anna"].record(case={"reference": "quiet"}, answers="yyn")
    assert shown(anna.get(at(sort="idle"))) == ["busy", "empty", "quiet"]


@pytest.mark.parametrize("sort", ["newest", "idle"])
def test_pages_neither_repeat_nor_lose_a_case_while_cases_are_added(
    visitor: Visit, callers: dict[str, Caller], clock: Clock, sort: str
) -> None:
    before = []
    for number in range(55):
        reference = f"case {number:03}"
        if number % 7:
            callers["anna"].post("/v1/cases", {"reference": reference})
        else:
            callers["anna"].record(case={"reference": reference})
        before.append(reference)
        if number % 5 == 0:  # several at the same moment
            clock.forward(minutes=1)
    anna, seen, path = visitor("anna"), [], at(sort=sort)
    for turn in range(2):
        page = anna.get(path)
        seen += shown(page)
        callers["anna"].post("/v1/cases", {"reference": f"added {turn}"})
        clock.forward(minutes=1)
        following = re.search(r'rel="next" href="([^"]*)"', page.text)
        assert (following is None) == (turn == 1)
        path = following[1].replace("&amp;", "&") if following else ""
    assert "First page" in page.text
    kept = [reference for reference in seen if not reference.startswith("added")]
    assert sorted(kept) == before
    assert len(seen) == len(set(seen))


def test_a_cursor_belongs_to_one_order(visitor: Visit, callers: dict[str, Caller]) -> None:
    for number in range(3):
        callers["anna"].record(case={"reference": f"case {number}"})
    for sort, other in (("newest", "idle"), ("idle", "newest")):
        following = callers["anna"].get(f"/v1/cases?limit=2&sort={sort}").json()["next"]
        assert len(callers["anna"].get(following).json()["items"]) == 1
        cursor = re.search("cursor=([^&]*)", following)
        assert cursor is not None
        assert callers["anna"].get(f"/v1/cases?sort={other}&cursor={cursor[1]}").status_code == 400
        page = visitor("anna").get(at(sort=other, cursor=cursor[1]))
        assert page.status_code == 400
        assert "Begin at the first page." in page.text


def test_filters_stay_in_the_address(visitor: Visit) -> None:
    query = {"status": "all", "type": "customer", "sort": "idle"}
    page = visitor("anna").get(at("nl", **query)).text.replace("&amp;", "&")
    assert f'hreflang="en" href="/en/cases?{urlencode(query)}"' in page
    for days in (30, 60, 90):
        assert re.search(rf'href="/nl/dossiers\?[^"]*type=customer[^"]*idle={days}"', page)


def test_the_script_gets_the_part_that_changes(visitor: Visit, callers: dict[str, Caller]) -> None:
    callers["anna"].record()
    part = visitor("anna").get(at(), headers={"X-Fragment": "1"})
    assert shown(part) == ["2026-0042"]
    assert "<html" not in part.text
    assert "X-Fragment" in part.headers["vary"]


# ---------------------------------------------------------------- what a line says


def test_a_line_says_how_it_stands_and_what_asks_for_attention(
    visitor: Visit, callers: dict[str, Caller], clock: Clock
) -> None:
    anna = callers["anna"]
    anna.record(answers="yyy")
    clock.forward(days=3)
    anna.record(answers="ynn", concern={"reference": "money", "wording": "money <worries>"})
    anna.record(answers="yyn")
    page = visitor("anna").get(at()).text
    assert page.count("<li>Moved back") == 1
    assert "money &lt;worries&gt;" in page
    assert "<li>Long ago" not in page
    clock.forward(days=DEFAULTS.not_seen_days - 1)
    assert "<li>Long ago" not in visitor("anna").get(at()).text
    clock.forward(days=1)
    assert visitor("anna").get(at()).text.count("<li>Long ago") == 2
    anna.record(answers="uuu", case={"reference": "new"})
    assert visitor("anna").get(at()).text.count("Not clear yet: ask on") == 1


def test_what_was_taken_back_does_not_count(visitor: Visit, callers: dict[str, Caller]) -> None:
    made = callers["anna"].record()
    tag = callers["anna"].get(f"/v1/assessments/{made['id']}").headers["ETag"]
    callers["anna"].post(
        f"/v1/assessments/{made['id']}/corrections",
        {"retracted": True, "reason": "in error"},
        headers={"If-Match": tag},
    )
    page = visitor("anna").get(at())
    assert shown(page) == ["2026-0042"]
    assert "Nothing that counts" in page.text
    header, row = rows_of(visitor("anna").get(at(place="caseload_csv")))
    assert dict(zip(header, row, strict=True))["Number of assessments"] == "0"


def test_a_closed_case_is_not_recorded_in(visitor: Visit, callers: dict[str, Caller], cases: None) -> None:
    del callers, cases
    page = visitor("anna").get(at(status="all")).text
    assert page.count("/record") == 3 + 2  # three open cases, the navigation, and the button on top
    assert '<span class="state">Closed</span>' in page

"""What asks for attention as a page: whose cases, which kinds, what was tried, and wrong filters."""

from collections.abc import Callable

import pytest

from app.domain.signals import SignalKind
from app.domain.texts import Language
from app.web.places import address
from tests.support import Caller, Clock, People, Visitor

Visit = Callable[[str], Visitor]


def at(**query: object) -> str:
    return address("attention", Language.EN, query=query)


@pytest.fixture
def cases(callers: dict[str, Caller], clock: Clock) -> None:
    """Anna has one that went back and one without movement; Chris, of another team, has one too."""
    anna, chris = callers["anna"], callers["chris"]
    for code in ("yyy", "yyn"):
        anna.record(answers=code, case={"reference": "back <1>"}, task_given="behavioural")
        clock.forward(days=1)
    for _ in range(3):
        anna.record(answers="yyn", case={"reference": "stuck"}, previous_task_done="no")
        clock.forward(days=1)
    anna.record(answers="yyy", case={"reference": "well"})
    for code in ("yyy", "yyn"):
        chris.record(answers=code, case={"reference": "of chris"})
        clock.forward(days=1)


@pytest.mark.usefixtures("cases")
@pytest.mark.parametrize(
    ("name", "shown", "hidden"),
    [
        ("anna", ["back &lt;1&gt;", "stuck"], ["well", "of chris"]),
        ("sam", ["back &lt;1&gt;", "stuck"], ["well", "of chris"]),
        ("sofie", ["of chris"], ["back &lt;1&gt;", "stuck"]),
    ],
)
def test_it_shows_what_asks_in_cases_that_can_be_seen(
    visitor: Visit, name: str, shown: list[str], hidden: list[str]
) -> None:
    page = visitor(name).get(at()).text
    assert [f">{one}</a>" in page for one in (*shown, *hidden)] == [True] * len(shown) + [False] * len(hidden)


@pytest.mark.usefixtures("cases")
def test_one_kind_shows_its_threads_its_count_and_what_to_ask(visitor: Visit) -> None:
    page = visitor("sam").get(at(signal="stuck")).text
    assert ">stuck</a>" in page
    assert "back &lt;1&gt;" not in page
    assert "No movement <strong>1</strong>" in page
    assert "To ask each other" in page
    assert "the task before was not done" in page
    everything = visitor("sam").get(at()).text
    assert "To ask each other" not in everything
    assert "Moved back <strong>1</strong>" in everything
    assert "something to do" in everything
    assert "4 open ones in all" not in everything
    assert "3 open ones in all" in everything


@pytest.mark.usefixtures("cases")
def test_a_team_that_is_not_ones_own_shows_nothing(visitor: Visit, people: People) -> None:
    page = visitor("sam").get(at(team=people.teams["south"]))
    assert page.status_code == 200
    assert "No open case asks for attention now." in page.text
    assert "of chris" not in page.text


def test_without_any_it_says_so(visitor: Visit, anna: Caller) -> None:
    anna.record(answers="yyy")
    assert "No open case asks for attention now." in visitor("anna").get(at()).text
    assert "in this way" in visitor("anna").get(at(signal="stuck")).text


@pytest.mark.parametrize("query", [{"signal": "nonsense"}, {"team": "x"}, {"cursor": "x"}])
def test_a_wrong_filter_is_said(visitor: Visit, query: dict[str, str]) -> None:
    page = visitor("sam").get(at(**query))
    assert page.status_code == 400
    assert "Check what you filled in" in page.text


def test_a_fragment_is_only_what_changed(visitor: Visit) -> None:
    page = visitor("sam").get(at(), headers={"X-Fragment": "1"})
    assert "<html" not in page.text


# ---------------------------------------------------------------- the rules and the numbers


def test_the_rules_are_open_to_all(visitor: Visit) -> None:
    page = visitor("nobody").get(address("signals", Language.NL)).text
    assert [f'id="{kind}"' in page for kind in SignalKind] == [True] * len(SignalKind)
    assert "60 dagen" in page


def test_a_supervisor_chooses_other_numbers(visitor: Visit) -> None:
    path = address("signal_settings", Language.EN)
    sam = visitor("sam")
    saved = sam.post(path, {"stuck_after": "4", "not_done_after": "2", "not_seen_days": "90", "version": "0"})
    assert saved.status_code == 303
    page = sam.get(saved.headers["location"]).text
    assert "90 days" in page
    assert "Saved." in page
    own = visitor("anna").get(path).text
    assert "90 days" in own
    assert "Choose other numbers" not in own


@pytest.mark.parametrize(
    ("field", "value"), [("stuck_after", "1"), ("stuck_after", "x"), ("not_seen_days", ""), ("version", "9")]
)
def test_wrong_numbers_come_back(visitor: Visit, field: str, value: str) -> None:
    path = address("signal_settings", Language.EN)
    right = {"stuck_after": "5", "not_done_after": "2", "not_seen_days": "90", "version": "0"}
    page = visitor("sam").post(path, right | {field: value})
    assert page.status_code == 400
    if field != "stuck_after":
        assert 'value="5"' in page.text
    assert "60 days" in visitor("sam").get(path).text

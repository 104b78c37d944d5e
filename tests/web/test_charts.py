"""The lanes of a case: what they draw, what they say, and what they never contain."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.classification import Clarity, RelationshipType
from app.domain.summary import periods
from app.domain.thread import Judgement, Perspective, current, in_force
from app.web.charts import Lane, Mark, Words, lanes
from app.web.glyphs import badge, dot, glyph, level_class
from tests.domain.support import COMPLAINANT, CUSTOMER, VISITOR, made
from tests.domain.test_thread_histories import History, histories
from tests.web.palette import contrast, tokens

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TYPES = {VISITOR: "Bezoeker", COMPLAINANT: "Klager", CUSTOMER: "Klant"}
CLARITIES = {
    Clarity.CLEAR: "Duidelijk",
    Clarity.LEANING: "Neigt naar",
    Clarity.UNCLEAR: "Onduidelijk",
    Clarity.CONTRADICTORY: "Tegenstrijdig",
    Clarity.INCOMPLETE: "Onvolledig",
}
WORDS = Words(
    title="Verloop",
    description="Moeder: Bezoeker, dan Klant.",
    nothing="Niets telt",
    types=TYPES,
    clarities=CLARITIES,
    month=lambda first: f"{first:%m-%Y}",
    day=lambda moment: f"{moment:%d-%m-%Y}",
    period=lambda since, until: (
        f"{since:%d-%m-%Y} - {until:%d-%m-%Y}" if until else f"sinds {since:%d-%m-%Y}"
    ),
)
LOOKS = {VISITOR: ("lv0", 16), COMPLAINANT: ("lv1", 32), CUSTOMER: ("lv2", 48), None: ("lvx", 48)}
UNTIL = datetime(2026, 9, 28, 12, tzinfo=AMSTERDAM)


def lane(course: list[Judgement], name: str = "Moeder", about: str = "gebaren") -> Lane:
    marks = [Mark(one.assessed_at, one.perspective, f"nr {one.number}") for one in course]
    return Lane(name, about, periods(course), marks)


def course(
    *types: RelationshipType | None,
    first: datetime = datetime(2026, 1, 14, 10, tzinfo=UTC),
    days: float = 20,
    **changes: Any,
) -> list[Judgement]:
    return [
        made(n + 1, kind, **{"assessed_at": first + timedelta(days=days) * n, **changes})
        for n, kind in enumerate(types)
    ]


def picture(*rows: Lane, until: datetime = UNTIL, words: Words = WORDS) -> Element:
    return fromstring(lanes(rows, until, words, "c"))  # noqa: S314 - made here


def plain(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def classes(element: Element) -> list[str]:
    return element.get("class", "").split()


def having(root: Element, name: str) -> list[Element]:
    return [one for one in root.iter() if name in classes(one)]


def blocks(root: Element) -> list[tuple[str, float, float, Element]]:
    """Return the blocks in the order of drawing: y of the lane, left and right in per cent, element."""
    return [
        (one.attrib["y"], percent(one, "x"), percent(one, "x") + percent(one, "width"), one)
        for one in root
        if plain(one) == "svg" and "dot" not in classes(one)
    ]


def percent(element: Element, name: str) -> float:
    value = element.attrib[name]
    assert value.endswith("%")
    return float(value[:-1])


def said(block: Element) -> tuple[str, str, str, int]:
    """Return how a block says its type: by class, by shape, by word and by height."""
    rect = next(one for one in block if "block" in classes(one))
    shape = next(one for one in block if plain(one) == "svg")[0]
    word = next(one for one in block if "word" in classes(one))
    return classes(rect)[1], shape.attrib.get("d") or plain(shape), str(word.text), int(rect.attrib["height"])


def shape_of(kind: RelationshipType | None) -> str:
    shape = fromstring(glyph(kind))[0]  # noqa: S314 - made here
    return shape.attrib.get("d") or plain(shape)


# ---------------------------------------------------------------- for every history


@given(st.lists(histories(), min_size=1, max_size=4), st.integers(-400, 4000))
def test_every_chart_is_well_formed_and_safe(many: list[History], days: int) -> None:
    rows = [lane(in_force(one.told), "<\"&'>", "</title><script>") for one in many]
    made_ = lanes(rows, UNTIL + timedelta(days=days), WORDS, "c")
    assert made_ == lanes(rows, UNTIL + timedelta(days=days), WORDS, "c")
    root = fromstring(made_)  # noqa: S314 - made here
    assert {plain(one) for one in root.iter()} <= {
        *("svg", "title", "desc", "defs", "pattern", "path", "rect", "circle", "line", "text", "tspan"),
    }
    for one in root.iter():
        assert not {"style", "href"} & {*one.attrib}
        assert not [name for name in one.attrib if name.startswith("on")]
    ids = re.findall(r'id="([^"]+)"', made_)
    assert sorted(ids) == sorted(set(ids)) == ["c-d", "c-t", "c-x"]
    assert all(0 <= float(place) <= 100 for place in re.findall(r'"(-?[\d.]+)%"', made_))


@given(st.lists(histories(), min_size=1, max_size=4), st.integers(-400, 4000))
def test_the_blocks_of_a_lane_tile_its_time(many: list[History], days: int) -> None:
    courses = [in_force(one.told) for one in many]
    drawn = blocks(picture(*map(lane, courses), until=UNTIL + timedelta(days=days)))
    for n, counting in enumerate(courses):
        own = [(left, right) for y, left, right, _ in drawn if y == str(80 * n + 27)]
        assert bool(own) == bool(counting)
        assert all(right > left for left, right in own)
        assert all(abs(before[1] - after[0]) < 0.001 for before, after in pairwise(own))
        assert [right for _, right in own[-1:]] == [pytest.approx(100)] * len(own[-1:])
    begun = [counting[0].assessed_at for counting in courses if counting]
    for n, counting in enumerate(courses):
        if counting and counting[0].assessed_at == min(begun):
            assert next(left for y, left, _, _ in drawn if y == str(80 * n + 27)) == pytest.approx(2)


@given(histories())
def test_the_last_block_says_how_the_thread_stands(history: History) -> None:
    counting = in_force(history.told)
    state = current(counting)
    drawn = blocks(picture(lane(counting)))
    if state is None:
        assert drawn == []
        return
    kind = state.judgement.relationship_type
    name, height = LOOKS[kind]
    word = TYPES[kind] if kind else CLARITIES[state.judgement.clarity]
    assert said(drawn[-1][3]) == (name, shape_of(kind), word, height)


@given(histories())
def test_there_is_one_mark_for_each_assessment_that_counts(history: History) -> None:
    counting = in_force(history.told)
    marks = having(picture(lane(counting)), "dot")
    assert [classes(one)[1] for one in marks] == [one.perspective.value for one in counting]
    assert [one[0].text for one in marks] == [f"nr {one.number}" for one in counting]


# ---------------------------------------------------------------- what a block looks like


def test_each_type_has_its_own_class_shape_word_and_height() -> None:
    drawn = blocks(picture(lane(course(VISITOR, COMPLAINANT, CUSTOMER, None))))
    assert [said(one) for *_, one in drawn] == [
        ("lv0", "circle", "Bezoeker", 16),
        ("lv1", shape_of(COMPLAINANT), "Klager", 32),
        ("lv2", "rect", "Klant", 48),
        ("lvx", shape_of(None), "Onduidelijk", 48),
    ]
    assert [drawn[n][3][0].text for n in (0, 3)] == [
        "Moeder: Bezoeker, 14-01-2026 - 03-02-2026",
        "Moeder: Onduidelijk, sinds 15-03-2026",
    ]


def test_a_period_without_a_type_is_hatched_and_its_word_stands_clear() -> None:
    root = picture(lane(course(None)))
    [(*_, block)] = blocks(root)
    [hatched] = [one for one in block if one.get("fill") == "url(#c-x)"]
    word = next(one for one in block if "word" in classes(one))
    assert int(hatched.attrib["height"]) <= int(word.attrib["y"]) - 12


def test_reasons_to_have_no_type_are_blocks_of_their_own() -> None:
    counting = [
        *course(None, clarity=Clarity.UNCLEAR),
        *course(None, first=datetime(2026, 5, 1, tzinfo=UTC), clarity=Clarity.CONTRADICTORY),
    ]
    assert [said(one)[2] for *_, one in blocks(picture(lane(counting)))] == ["Onduidelijk", "Tegenstrijdig"]


def test_a_period_that_no_practitioner_assessed_has_a_dashed_edge() -> None:
    counting = [
        *course(VISITOR),
        *course(CUSTOMER, first=datetime(2026, 3, 1, tzinfo=UTC), perspective=Perspective.SUPERVISOR),
        *course(CUSTOMER, None, first=datetime(2026, 5, 1, tzinfo=UTC), perspective=Perspective.CLIENT),
        *course(None, first=datetime(2026, 6, 1, tzinfo=UTC), clarity=Clarity.INCOMPLETE),
    ]
    drawn = [
        next(one for one in block if "block" in classes(one)) for *_, block in blocks(picture(lane(counting)))
    ]
    assert [("other" in classes(one), "stroke-dasharray" in one.attrib) for one in drawn] == [
        (False, False),
        (True, True),
        (True, True),
        (False, False),
    ]


def test_a_lane_without_anything_that_counts_says_so() -> None:
    root = picture(lane([]), lane(course(VISITOR), "Vader"))
    assert "Niets telt" in [one.text for one in having(root, "about")]
    assert len(blocks(root)) == 1
    assert having(picture(lane([])), "tick")[0].text == "28-09-2026"


@pytest.mark.parametrize(
    ("share", "hidden"),
    [(0.5, ("", "")), (0.25, ("", "narrow")), (0.04, ("narrow", "none")), (0.005, ("none", "none"))],
)
def test_words_and_shapes_that_do_not_fit_are_left_out(share: float, hidden: tuple[str, str]) -> None:
    first = datetime(2025, 9, 28, 10, tzinfo=UTC)
    counting = [
        *course(VISITOR, first=first),
        *course(CUSTOMER, first=first + timedelta(days=365 * share)),
    ]
    block = blocks(picture(lane(counting)))[0][3]
    shape = next(one for one in block if plain(one) == "svg")
    word = next(one for one in block if "word" in classes(one))
    found = [({"narrow", "none"} & {*classes(one)} or {""}).pop() for one in (shape, word)]
    assert tuple(found) == hidden
    assert [one.get("display") for one in (shape, word)] == [
        "none" if one == "none" else None for one in hidden
    ]


# ---------------------------------------------------------------- time


def ticks(root: Element) -> list[str]:
    return [str(one.text) for one in having(root, "tick")]


def on_phone(root: Element) -> list[str]:
    return [str(one.text) for one in having(root, "tick") if "spare" not in classes(one)]


def test_months_are_named_and_fewer_of_them_on_a_phone() -> None:
    root = picture(lane(course(VISITOR, CUSTOMER)))
    assert ticks(root) == [f"0{month}-2026" for month in range(2, 10)]
    assert on_phone(root) == ["03-2026", "05-2026", "07-2026", "09-2026"]


def test_a_month_begins_in_the_zone_of_the_reader() -> None:
    first = datetime(2026, 5, 31, 22, tzinfo=UTC)
    root = picture(lane(course(VISITOR, CUSTOMER, first=first)))
    # It is June there when the first assessment is made, so its line stands at the very beginning.
    assert having(root, "grid")[0].attrib["x1"] == "2.00%"


@pytest.mark.parametrize(
    ("years", "names"),
    [
        (2, ["10-2024", "01-2025", "04-2025", "07-2025", "10-2025", "01-2026", "04-2026", "07-2026"]),
        (10, ["2018", "2020", "2022", "2024", "2026"]),
        (120, ["1920", "1940", "1960", "1980", "2000", "2020"]),
    ],
)
def test_where_there_are_many_months_they_thin_out_to_years(years: int, names: list[str]) -> None:
    first = datetime(2026 - years, 9, 10, tzinfo=UTC)
    assert ticks(picture(lane(course(VISITOR, CUSTOMER, first=first)))) == names


@given(st.integers(0, 365 * 125), st.integers(0, 400))
def test_there_are_always_a_few_names_on_the_axis(days: int, ago: int) -> None:
    newest = UNTIL - timedelta(days=ago)
    root = picture(lane(course(VISITOR, CUSTOMER, first=newest - timedelta(days=days), days=days)))
    assert 1 <= len(on_phone(root)) <= 4
    assert 1 <= len(ticks(root)) <= 9
    assert len(having(root, "grid")) <= 9
    places = [percent(one, "x") for one in having(root, "tick")]
    assert all(after - before > 8 for before, after in pairwise(places))


def test_where_hardly_a_month_begins_the_days_are_named() -> None:
    today = UNTIL - timedelta(hours=2)
    root = picture(lane(course(VISITOR, CUSTOMER, first=today, days=0)), lane(course(None, first=today)))
    assert ticks(root) == ["28-09-2026"]
    # What was changed in the same moment has no width; its mark stays.
    assert [said(one)[0] for *_, one in blocks(root)] == ["lv2", "lvx"]
    assert len(having(root, "dot")) == 3
    month = picture(lane(course(VISITOR, first=UNTIL - timedelta(days=25))))
    assert ticks(month) == ["03-09-2026", "28-09-2026"]


def test_an_assessment_after_the_last_moment_is_drawn_all_the_same() -> None:
    later = UNTIL + timedelta(days=3)
    assert len(blocks(picture(lane(course(VISITOR, first=later))))) == 1


# ---------------------------------------------------------------- words


def test_the_picture_has_a_name_and_a_sentence() -> None:
    root = picture(lane(course(VISITOR)))
    assert {
        name: root.attrib[name] for name in ("role", "aria-labelledby", "aria-describedby", "focusable")
    } == {
        "role": "img",
        "aria-labelledby": "c-t",
        "aria-describedby": "c-d",
        "focusable": "false",
    }
    assert [(one.get("id"), one.text) for one in root[:2]] == [
        ("c-t", "Verloop"),
        ("c-d", "Moeder: Bezoeker, dan Klant."),
    ]
    assert "viewBox" not in root.attrib


def labels(root: Element) -> list[tuple[str, str]]:
    """Return every name of a lane, and for which width it is: `label`, or that with `long` or `short`."""
    found = []
    for one in having(root, "label"):
        texts = [str(one.text or "")]
        for part in one:
            texts += [str(part.text) if plain(part) == "tspan" else "", str(part.tail or "")]
        found.append((" ".join(classes(one)), "".join(texts)))
    return found


def test_a_name_that_is_too_long_is_cut_and_told_in_full() -> None:
    name, about = "Moeder", "arbeidsongeschiktheidsverzekeringsmaatschappij <&> de rest van het verhaal"
    root = picture(lane(course(VISITOR), name, about), lane(course(VISITOR), "x" * 90, "y"))
    assert labels(root) == [
        ("label long", "Moeder · arbeidsongeschiktheidsverzekeringsmaatschappij <&> de re…"),
        ("label short", "Moeder · arbeidsongeschikthe…"),
        ("label long", "x" * 65 + "…"),
        ("label short", "x" * 28 + "…"),
    ]
    assert having(root, "label")[0][0].text == f"{name} · {about}"
    assert labels(picture(lane(course(VISITOR)))) == [("label", "Moeder · gebaren")]


def test_shapes_and_marks_are_the_same_beside_the_chart() -> None:
    assert [level_class(kind) for kind in LOOKS] == ["lv0", "lv1", "lv2", "lvx"]
    assert len({shape_of(kind) for kind in LOOKS}) == 4
    assert len({dot(perspective) for perspective in Perspective}) == 4
    found = fromstring(badge(COMPLAINANT, "Klager & co"))  # noqa: S314 - made here
    assert (found.attrib["class"], found[0].tail) == ("badge lv1", " Klager & co")
    assert found[0].attrib["aria-hidden"] == "true"


# ---------------------------------------------------------------- colours

STATIC = Path(__file__).parents[2] / "app" / "web" / "static"
CSS = STATIC / "charts.css"
PALETTE = tokens((STATIC / "app.css").read_text("utf-8")) | tokens(CSS.read_text("utf-8"))
TEXT, SHAPE = 4.5, 3.0


def pairs() -> Iterator[tuple[str, str, float]]:
    for background in ("bg", "card"):
        words = ("fg", "muted", "link", "accent", "err", "ok", "lv0", "lv1", "lv2")
        yield from ((name, background, TEXT) for name in words)
        yield "line", background, SHAPE
    yield "on-accent", "accent", TEXT
    for level in ("lv0", "lv1", "lv2"):
        yield "onlevel", level, TEXT
        # The dashed edge of a block.
        yield "bg", level, SHAPE


@pytest.mark.parametrize(("one", "other", "least"), list(pairs()))
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_apart(one: str, other: str, least: float, theme: int) -> None:
    assert contrast(PALETTE[one][theme], PALETTE[other][theme]) >= least


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("#000", "#fff", 21), ("#fff", "#ffffff", 1), ("#777", "#fff", 4.48)]
)
def test_contrast_is_that_of_the_guideline(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)


def test_the_colours_in_the_markup_are_those_of_the_light_theme() -> None:
    every = lanes(
        [lane(course(VISITOR, COMPLAINANT, CUSTOMER, None, perspective=Perspective.CLIENT)), lane([])],
        UNTIL,
        WORDS,
        "c",
    )
    everything = [every, *map(glyph, LOOKS), *map(dot, Perspective)]
    used = set(re.findall(r'"(#[0-9a-f]+)"', "".join(everything)))
    assert used <= {light for light, _ in PALETTE.values()}
    assert {
        PALETTE[name][0] for name in ("lv0", "lv1", "lv2", "card", "fg", "muted", "soft", "onlevel")
    } <= used


def test_the_stylesheet_knows_every_class_it_has_to() -> None:
    sheet = CSS.read_text("utf-8")
    root = picture(lane(course(VISITOR, COMPLAINANT, CUSTOMER, None), about="x" * 99), lane([]))
    used = {name for one in root.iter() for name in classes(one)}
    free = {"lanes", "tick", "dot", "practitioner", "block", "word"}
    styled = set(re.findall(r"\.([a-z][a-z0-9]*)", sheet))
    assert used - free <= styled
    tokens_used = set(re.findall(r"var\(--(\w+)\)", sheet))
    assert tokens_used <= PALETTE.keys()

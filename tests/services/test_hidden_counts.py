"""All reports together, with every filter that is offered: no hidden count can be worked out.

A table is hidden as the service hides it, for each team and all teams, each stretch of quarters, each row,
column and total. Then one hidden part becomes another number from 1 to 4: when everything that is published
anywhere stays the same to the letter, no reader can tell the two worlds apart, however they subtract.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.answers import Answer, Question
from app.domain.classification import Clarity
from app.domain.hiding import is_small, parts_of_a_known_total
from app.services.caseload_report import TABLES, over_teams
from app.services.reports import TYPES, Moves, Part, moves_read

TEAMS = (UUID(int=1), UUID(int=2))
QUARTERS = range(3)
PARTS = [(team, quarter) for team in TEAMS for quarter in QUARTERS]

numbers = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6, 9])
moves = st.dictionaries(
    st.tuples(st.sampled_from(TYPES), st.sampled_from(TYPES)),
    st.dictionaries(st.sampled_from(PARTS), numbers, max_size=4),
    max_size=4,
)
changes = st.dictionaries(
    st.tuples(st.sampled_from(Question), st.sampled_from(Answer), st.sampled_from(Answer)),
    st.dictionaries(st.sampled_from(PARTS), numbers, max_size=4),
    max_size=2,
)
Cells = dict[Any, dict[Part, int]]


def published(types: Cells, answers: Cells) -> Iterator[dict[str, Any]]:
    """Yield the reports of every team and of all, about every stretch of quarters."""
    for teams in ((team,) for team in TEAMS):
        yield from _of(types, answers, teams)
    yield from _of(types, answers, TEAMS)


def _of(types: Cells, answers: Cells, teams: tuple[UUID, ...]) -> Iterator[dict[str, Any]]:
    for first in QUARTERS:
        for last in QUARTERS[first:]:

            def asked(cells: Cells, first: int = first, last: int = last) -> Cells:
                return {
                    cell: {
                        (team, quarter): count
                        for (team, quarter), count in parts.items()
                        if team in teams and first <= quarter <= last
                    }
                    for cell, parts in cells.items()
                }

            yield moves_read(Moves(asked(types), asked(answers)), lambda **_: "").model_dump()


def small_parts(cells: Cells) -> list[tuple[Any, Part, int]]:
    return [(cell, one, n) for cell, parts in cells.items() for one, n in parts.items() if is_small(n)]


def tells_something(
    types: Cells, answers: Cells, publish: Callable[[Cells, Cells], Iterator[dict[str, Any]]]
) -> bool:
    """Tell whether another number in a hidden part makes any difference to anything published."""
    before = list(publish(types, answers))
    for cells in (types, answers):
        for cell, one, count in small_parts(cells):
            kept = dict(cells[cell])
            for other in {1, 2, 3, 4} - {count}:
                cells[cell] = {**kept, one: other}
                if list(publish(types, answers)) != before:
                    return True
            cells[cell] = kept
    return False


@given(moves, changes)
@settings(max_examples=30, deadline=None)
def test_no_report_of_a_period_tells_a_hidden_count(types: Cells, answers: Cells) -> None:
    assert not tells_something(types, answers, published)


def with_true_totals(types: Cells, answers: Cells) -> Iterator[dict[str, Any]]:
    """The reports as they would be with totals over everything, hidden or not."""
    for shown in published(types, answers):
        yield shown | {"total": sum(count for parts in types.values() for count in parts.values())}


def with_one_report_over_all(types: Cells, answers: Cells) -> Iterator[dict[str, Any]]:
    """The same when all teams and quarters were counted as one, where subtraction is possible."""
    yield from published(types, answers)
    summed: Cells = {cell: {PARTS[0]: sum(parts.values())} for cell, parts in types.items()}
    yield moves_read(Moves(summed, {}), lambda **_: "").model_dump()


def test_a_true_total_would_be_noticed() -> None:
    cells: Cells = {(TYPES[0], TYPES[1]): {PARTS[0]: 3, PARTS[1]: 8}}
    assert tells_something(cells, {}, with_true_totals)
    assert tells_something(cells, {}, with_one_report_over_all)
    assert not tells_something(cells, {}, published)


# ---------------------------------------------------------------- how a caseload stands

sizes = st.lists(st.integers(0, 9), min_size=4, max_size=4)


@given(st.lists(sizes, min_size=1, max_size=3))
def test_all_teams_together_follow_from_what_each_team_shows(teams: list[list[int]]) -> None:
    tables = [Counter(dict(zip(TYPES, sizes, strict=True))) for sizes in teams]
    whole = over_teams(tables, TYPES)
    each = [over_teams([table], TYPES) for table in tables]
    for kind in TYPES:
        shown = [one[kind].shown for one in each]
        assert whole[kind].shown == (None if None in shown else sum(n for n in shown if n is not None))


def test_each_thread_is_once_in_each_table() -> None:
    assert [len(cells) for cells in TABLES.values()] == [4, 5, 4, 4, 4]
    assert set(TABLES["clarity"]) == set(Clarity)


@given(st.data())
def test_tables_with_one_total_do_not_tell_each_others_hidden_counts(data: st.DataObject) -> None:
    """Every table is safe for who knows its total, which is all that the others can add."""
    whole = data.draw(st.integers(5, 18))
    shown = []
    for cells in (4, 5):
        cuts = sorted(data.draw(st.lists(st.integers(0, whole), min_size=cells - 1, max_size=cells - 1)))
        table = [after - before for before, after in zip([0, *cuts], [*cuts, whole], strict=True)]
        shown.append((table, parts_of_a_known_total(dict(enumerate(table)))))
    for table, counts in shown:
        hidden = [place for place, count in counts.items() if count.is_hidden]
        left = whole - sum(counts[place].least for place in counts if place not in hidden)
        for place in hidden:
            assert possible(place, hidden, counts, left) - {table[place]}


def possible(place: int, hidden: list[int], counts: Mapping[int, Any], left: int) -> set[int]:
    """Return what a hidden count can be, by what is printed: the others are at least as printed."""
    least = sum(counts[other].least for other in hidden if other != place)
    return set(range(counts[place].least, left - least + 1))

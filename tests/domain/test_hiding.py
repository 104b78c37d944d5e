"""What is hidden cannot be worked out, not even by who knows how it is hidden."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.hiding import ENOUGH, Count, exactly, is_small, part, parts_of_a_known_total, total

Table = tuple[int, ...]
Rule = Callable[[Mapping[int, int]], Mapping[int, Count]]


@pytest.mark.parametrize(
    ("count", "least", "most"), [(0, 0, 0), (1, 1, 4), (4, 1, 4), (5, 5, 5), (70, 70, 70)]
)
def test_a_part_is_hidden_from_one_to_four(count: int, least: int, most: int) -> None:
    assert part(count) == Count(least, most)
    assert part(count).is_hidden is is_small(count)
    assert part(count).shown == (None if is_small(count) else count)


counts = st.integers(0, 12)


@given(st.lists(counts))
def test_a_total_says_what_follows_from_its_parts(some: list[int]) -> None:
    found = total(map(part, some))
    small = [count for count in some if is_small(count)]
    large = sum(some) - sum(small)
    assert found == Count(large + len(small), large + 4 * len(small))
    assert found.is_hidden is bool(small)


def test_a_total_of_what_has_no_bound_has_none() -> None:
    assert total([exactly(7), Count(1, None), Count(1, 4)]) == Count(9, None)
    assert total([]) == exactly(0)


@given(st.lists(counts, min_size=1, max_size=6))
def test_nothing_small_is_shown_and_what_is_shown_is_true(some: list[int]) -> None:
    found = parts_of_a_known_total(dict(enumerate(some)))
    for place, count in enumerate(some):
        assert found[place].shown in (None, count)
        assert found[place].least <= count
        assert found[place].is_hidden or not is_small(count)


@given(st.lists(st.integers(5, 30) | st.just(0), min_size=1, max_size=6))
def test_a_table_without_small_counts_is_shown_whole(some: list[int]) -> None:
    assert parts_of_a_known_total(dict(enumerate(some))) == {
        n: exactly(count) for n, count in enumerate(some)
    }


def test_the_smallest_of_the_others_is_hidden_beside_a_small_one() -> None:
    found = parts_of_a_known_total({"a": 3, "b": 40, "c": 6, "d": 0})
    assert {cell for cell, count in found.items() if count.is_hidden} == {"a", "c"}
    assert found["a"] == found["c"]


# ---------------------------------------------------------------- by subtraction


def tables(cells: int, whole: int) -> Iterator[Table]:
    """Yield every table of so many cells with this total."""
    if cells == 1:
        yield (whole,)
        return
    for first in range(whole + 1):
        for rest in tables(cells - 1, whole - first):
            yield (first, *rest)


def pinned(rule: Rule, cells: int, whole: int) -> list[Table]:
    """Return the tables of which somebody who knows the total and the rule finds out a hidden count.

    Every table with the total is tried, so this is exact: what looks the same in print is one group, and a
    hidden cell is safe where its group has two counts for it.
    """
    alike = defaultdict(list)
    for table in tables(cells, whole):
        alike[tuple(rule(dict(enumerate(table))).values())].append(table)
    return [
        group[0]
        for shown, group in alike.items()
        for place, count in enumerate(shown)
        if count.is_hidden and len({table[place] for table in group}) == 1
    ]


@pytest.mark.parametrize(
    ("cells", "most"), [(2, 60), (3, 40), (4, 26), (5, 21)], ids=["two", "three", "types", "clarities"]
)
def test_no_table_of_a_known_total_tells_a_hidden_count(cells: int, most: int) -> None:
    for whole in range(ENOUGH, most + 1):
        assert pinned(parts_of_a_known_total, cells, whole) == []


def only_the_small(table: Mapping[int, int]) -> Mapping[int, Count]:
    """What most people would do first."""
    return {cell: part(count) for cell, count in table.items()}


def with_the_first_of_equals(table: Mapping[int, int]) -> Mapping[int, Count]:
    """The rule, with one of two that are equally large."""
    large = {cell: count for cell, count in table.items() if count >= ENOUGH}
    if not large or not any(map(is_small, table.values())):
        return parts_of_a_known_total(table)
    beside = min(large, key=large.__getitem__)
    hidden = {cell for cell, count in table.items() if is_small(count)} | {beside}
    return {cell: Count(1, None) if cell in hidden else exactly(count) for cell, count in table.items()}


def test_hiding_only_the_small_ones_is_noticed() -> None:
    assert (3, 5) in pinned(only_the_small, 2, 8)
    assert pinned(only_the_small, 4, 20)


def test_hiding_the_first_of_equals_is_noticed() -> None:
    assert (5, 5, 1) in pinned(with_the_first_of_equals, 3, 11)


def test_a_table_in_which_all_are_just_too_small_is_no_exception() -> None:
    alike = parts_of_a_known_total(dict(enumerate((4, 4, 4, 4))))
    assert alike == parts_of_a_known_total(dict(enumerate((13, 2, 1, 0))))


# ---------------------------------------------------------------- across teams, periods, rows and columns


@cache
def shown_of(parts: Table) -> Count:
    return total(map(part, parts))


@given(st.lists(counts, min_size=1, max_size=5), st.data())
def test_every_sum_of_parts_looks_the_same_whatever_is_hidden_in_it(
    some: list[int], data: st.DataObject
) -> None:
    other = [data.draw(st.integers(1, 4)) if is_small(count) else count for count in some]
    for chosen in range(1, 2 ** len(some)):
        places = [place for place in range(len(some)) if chosen >> place & 1]
        assert shown_of(tuple(some[n] for n in places)) == shown_of(tuple(other[n] for n in places))

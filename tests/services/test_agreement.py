"""Krippendorff's alpha and its interval: the vectors of the domain report, and what holds for all data."""

import random
import subprocess
import sys
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.agreement import Ratings, WhyNot
from app.services.agreement import Level, alpha_of, alphas
from tests.domain.support import VECTOR_4, VECTOR_5, ratings

VECTOR_3 = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
TYPES = (0, 1, 2)


@pytest.mark.parametrize(
    ("rows", "values", "level", "expected"),
    [
        (VECTOR_3, (1, 2, 3, 4, 5), "nominal", 0.7434),
        (VECTOR_3, (1, 2, 3, 4, 5), "ordinal", 0.8154),
        (VECTOR_3, (1, 2, 3, 4, 5), "interval", 0.8491),
        (VECTOR_4, TYPES, "nominal", 0.6387),
        (VECTOR_4, TYPES, "ordinal", 0.8041),
        (VECTOR_5, TYPES, "nominal", 0.6571),
        (VECTOR_5, TYPES, "ordinal", 0.8235),
    ],
)
def test_alpha_of_the_vectors(
    rows: tuple[str, ...], values: tuple[int, ...], level: Level, expected: float
) -> None:
    found = alpha_of(ratings(*rows), values, level)
    assert found.figure.value == pytest.approx(expected, abs=0.00005)
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low < expected < found.high <= 1
    assert (found.items, found.strength) == (12 if rows != VECTOR_3 else 11, None)


@pytest.mark.parametrize(
    ("found", "why_not"),
    [
        ([], WhyNot.TOO_FEW_RATERS),
        ([[0, None], [None, 1]], WhyNot.TOO_FEW_RATERS),
        ([[0, 1], [1, None]], WhyNot.ONE_ITEM),
        ([[0, 0]] * 5, WhyNot.ALL_THE_SAME),
    ],
)
@pytest.mark.parametrize("level", LEVELS)
def test_alpha_that_is_not_defined_says_why(found: Ratings, why_not: WhyNot, level: Level) -> None:
    alpha = alpha_of(found, TYPES, level)
    assert (alpha.figure.value, alpha.low, alpha.high) == (None, None, None)
    assert alpha.figure.why_not is why_not


def test_from_twenty_items_on_there_is_a_word() -> None:
    few, enough = ([[n % 3, n % 3] for n in range(count)] for count in (19, 20))
    assert alpha_of(few, TYPES, "nominal").strength is None
    assert alpha_of(enough, TYPES, "nominal").strength == "reliable"


# ---------------------------------------------------------------- the interval


@pytest.mark.parametrize("level", LEVELS)
def test_every_draw_has_the_alpha_of_the_library(level: Level) -> None:
    chance = np.random.default_rng(1)
    counts = chance.multinomial(4, [0.5, 0.3, 0.2], size=9)
    drawn = chance.multinomial(9, [1 / 9] * 9, size=50)
    found = alphas(counts, drawn, level)
    for weights, alpha in zip(drawn, found, strict=True):
        items: Any = np.repeat(counts, weights, axis=0)
        assert alpha == pytest.approx(krippendorff.alpha(value_counts=items, level_of_measurement=level))


def test_a_draw_with_one_value_only_is_no_number_and_leaves_no_trace() -> None:
    # Of nine items eight are all the same, so many draws have one value only.
    alpha = alpha_of([[0, 0]] * 8 + [[0, 1]], TYPES, "nominal")
    drawn = np.array([[9, 0], [4, 5]])
    found = alphas(np.array([[2, 0], [1, 1]]), drawn, "nominal")
    assert np.isnan(found[0])
    assert not np.isnan(found[1])
    assert alpha.low is not None
    assert alpha.low <= alpha.high  # type: ignore[operator]  # it is there


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    # Two raters who agree by a known chance, over a hundred items: alpha of all such items is known.
    chance, inside, many = random.Random(3), 0, 200  # noqa: S311 - made-up ratings
    for _ in range(many):
        found = [_two(chance, 0.7) for _ in range(100)]
        alpha = alpha_of(found, TYPES, "nominal")
        assert alpha.low is not None
        assert alpha.high is not None
        inside += alpha.low <= 0.7 <= alpha.high
    assert 0.90 <= inside / many <= 0.99


def _two(chance: random.Random, same: float) -> list[int]:
    """Two ratings: copied with a chance of `same`, else drawn apart from equal shares: alpha is `same`."""
    first = chance.choice(TYPES)
    return [first, first if chance.random() < same else chance.choice(TYPES)]


TABLES = st.integers(2, 5).flatmap(
    lambda raters: st.lists(
        st.lists(st.sampled_from([0, 1, 2, None]), min_size=raters, max_size=raters), min_size=1, max_size=12
    )
)


@settings(max_examples=50)
@given(TABLES, st.sampled_from(LEVELS), st.randoms(use_true_random=False))
def test_the_order_of_items_and_raters_changes_neither_alpha_nor_interval(
    found: Ratings, level: Level, chance: random.Random
) -> None:
    moved = [chance.sample(list(row), len(row)) for row in chance.sample(list(found), len(found))]
    assert alpha_of(moved, TYPES, level) == alpha_of(found, TYPES, level)


@settings(max_examples=50)
@given(TABLES, st.permutations(TYPES))
def test_other_names_for_the_types_do_not_change_alpha(found: Ratings, names: list[int]) -> None:
    renamed = [[None if value is None else names[value] for value in row] for row in found]  # type: ignore[call-overload]  # places
    here, there = (alpha_of(one, TYPES, "nominal").figure for one in (found, renamed))
    assert here.why_not is there.why_not
    assert here.value == pytest.approx(there.value)


@settings(max_examples=50)
@given(TABLES, st.sampled_from(LEVELS))
def test_a_rater_without_answers_and_an_item_without_raters_change_nothing(
    found: Ratings, level: Level
) -> None:
    more = [[*row, None] for row in found] + [[None] * (len(found[0]) + 1)]
    assert alpha_of(more, TYPES, level) == alpha_of(found, TYPES, level)


@settings(max_examples=50)
@given(TABLES, st.sampled_from(LEVELS))
def test_alpha_is_a_number_with_an_interval_or_has_a_reason(found: Ratings, level: Level) -> None:
    alpha = alpha_of(found, TYPES, level)
    figures = (alpha.figure.value, alpha.low, alpha.high)
    numbers = [one for one in figures if one is not None]
    assert len(numbers) in (0, 3)
    assert all(np.isfinite(one) and one <= 1 + 1e-9 for one in numbers)
    assert (alpha.figure.value is None) is (alpha.figure.why_not is not None)


def test_numpy_is_loaded_by_who_looks_at_a_result_only() -> None:
    program = "import sys, app.main; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

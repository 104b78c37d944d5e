"""How far a group agrees: the test vectors of the domain report (7.2), and what holds for all data."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.agreement import (
    Figure,
    Ratings,
    Strength,
    WhyNot,
    agreement_on,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    no_alpha,
    percent_agreement,
    spread,
    strength_of,
)
from tests.domain.support import VECTOR_4, VECTOR_5, ratings

VECTOR_1 = [["y", "y"]] * 130 + [["y", "n"]] * 56 + [["n", "y"]] * 9 + [["n", "n"]] * 5
FLEISS_1971 = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)
VECTOR_2 = [[value for value, count in enumerate(row) for _ in range(count)] for row in FLEISS_1971]
VECTOR_6 = [["V", "V"]] * 18 + [["V", "C"], ["C", "V"]]
VECTOR_7 = [["V", "V"]] * 5


def close(figure: Figure, expected: float) -> bool:
    """Tell whether a figure is the one that was published, in the digits that were published."""
    assert figure.value is not None
    return figure.value == pytest.approx(expected, abs=0.00005)


def steps(one: object, other: object) -> float:
    assert isinstance(one, int)
    assert isinstance(other, int)
    return abs(one - other)


def test_vector_1_two_raters_who_use_one_answer_much_more() -> None:
    assert close(percent_agreement(VECTOR_1), 0.675)
    assert close(cohen_kappa(VECTOR_1), 0.0220)
    assert close(gwet_ac1(VECTOR_1, 2), 0.5326)


def test_vector_2_fleiss_1971() -> None:
    assert close(fleiss_kappa(VECTOR_2), 0.2099)


def test_vector_4_two_raters_twelve_vignettes() -> None:
    found = ratings(*VECTOR_4)
    assert close(percent_agreement(found), 0.75)
    assert close(cohen_kappa(found), 0.625)
    assert close(cohen_kappa(found, steps), 0.7097)
    assert close(cohen_kappa(found, lambda one, other: steps(one, other) ** 2), 0.8)
    assert close(gwet_ac1(found, 3), 0.6260)


def test_vector_5_a_third_rater_who_left_two_out() -> None:
    found = ratings(*VECTOR_5)
    assert fleiss_kappa(found) == Figure(None, WhyNot.NOT_COMPLETE)
    assert close(fleiss_kappa([row for row in found if None not in row]), 0.5960)


def test_vector_6_nearly_everybody_the_same() -> None:
    assert close(percent_agreement(VECTOR_6), 0.9)
    assert close(cohen_kappa(VECTOR_6), -0.0526)
    assert close(gwet_ac1(VECTOR_6, 3), 0.8950)
    assert close(gwet_ac1(VECTOR_6, 2), 0.8895)


def test_vector_7_everybody_the_same() -> None:
    assert close(percent_agreement(VECTOR_7), 1)
    assert cohen_kappa(VECTOR_7) == Figure(None, WhyNot.ALL_THE_SAME)
    assert fleiss_kappa(VECTOR_7) == Figure(None, WhyNot.ALL_THE_SAME)
    assert no_alpha(VECTOR_7) is WhyNot.ALL_THE_SAME


# ---------------------------------------------------------------- what is not defined


@pytest.mark.parametrize("found", [[], [[]], [[None, None]], [["V", None], [None, "C"]], [["V"], ["C"]]])
def test_too_few_raters(found: Ratings) -> None:
    none = Figure(None, WhyNot.TOO_FEW_RATERS)
    assert percent_agreement(found) == gwet_ac1(found, 3) == fleiss_kappa(found) == none
    assert no_alpha(found) is WhyNot.TOO_FEW_RATERS


def test_kappa_of_two_is_for_two() -> None:
    assert cohen_kappa([["V", "C", "V"]]) == Figure(None, WhyNot.NOT_TWO_RATERS)
    assert cohen_kappa([["V", None], [None, "C"]]) == Figure(None, WhyNot.TOO_FEW_RATERS)


def test_one_item_says_nothing_about_chance() -> None:
    assert no_alpha([["V", "C"], ["V", None]]) is WhyNot.ONE_ITEM
    assert no_alpha([["V", "C"], ["V", "V"]]) is None


@pytest.mark.parametrize(
    ("alpha", "items", "expected"),
    [
        (None, 100, None),
        (0.95, 19, None),
        (0.8, 20, Strength.RELIABLE),
        (0.7999, 20, Strength.TENTATIVE),
        (0.667, 20, Strength.TENTATIVE),
        (0.6669, 20, Strength.LOW),
        (-0.2, 20, Strength.LOW),
    ],
)
def test_a_word_is_for_twenty_items_or_more(alpha: float | None, items: int, expected: object) -> None:
    assert strength_of(alpha, items) is expected


def test_spread_is_the_part_of_the_pairs_that_differs() -> None:
    assert agreement_on(["V", "V", "C", None]) == pytest.approx(1 / 3)
    assert spread(["V", "V", "C"], ["y", "y", "y"]) == pytest.approx(1 / 3)
    assert spread(["V", None], ["y", "y"]) == 0
    assert spread(["V", None]) is None


# ---------------------------------------------------------------- what holds for all data

VALUES = st.sampled_from(["V", "C", "K", None])
TABLES = st.integers(2, 5).flatmap(
    lambda raters: st.lists(st.lists(VALUES, min_size=raters, max_size=raters), min_size=1, max_size=12)
)


def all_figures(found: Ratings) -> list[float | WhyNot | None]:
    figures = [percent_agreement(found), gwet_ac1(found, 3), fleiss_kappa(found), cohen_kappa(found)]
    return [round(one.value, 9) if one.value is not None else one.why_not for one in figures]


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_items_and_raters_changes_nothing(found: Ratings, chance: random.Random) -> None:
    raters = list(range(len(found[0])))
    chance.shuffle(raters)
    moved = [[row[place] for place in raters] for row in found]
    chance.shuffle(moved)
    assert all_figures(moved) == all_figures(found)


@given(TABLES)
def test_other_names_for_the_types_change_nothing(found: Ratings) -> None:
    names = {"V": 7, "C": "customer", "K": ("k",), None: None}
    assert all_figures([[names[value] for value in row] for row in found]) == all_figures(found)  # type: ignore[index]  # these values only


@given(TABLES)
def test_a_rater_without_answers_changes_nothing(found: Ratings) -> None:
    more = [[*row, None] for row in found]
    # The kappa of two is for two, so it is left out here.
    assert all_figures(more)[:3] == all_figures(found)[:3]


@given(TABLES)
def test_an_item_that_nobody_rated_changes_nothing(found: Ratings) -> None:
    assert all_figures([*found, [None] * len(found[0])]) == all_figures(found)


@given(TABLES)
def test_a_figure_is_a_number_in_its_range_or_has_a_reason(found: Ratings) -> None:
    for one in (percent_agreement(found), gwet_ac1(found, 3), fleiss_kappa(found), cohen_kappa(found)):
        assert (one.value is None) is (one.why_not is not None)
        assert one.value is None or -1 <= round(one.value, 9) <= 1

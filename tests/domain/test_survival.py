"""The estimate of Kaplan and Meier, against published figures and against what has to hold."""

from collections import Counter
from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.survival import Followed, curve, median, share_of, still_waiting

# Freireich et al. (1963), weeks in remission with 6-MP: the 21 patients that every textbook has.
HAPPENED = (6, 6, 6, 7, 10, 13, 16, 22, 23)
LOST = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
TREATED = [Followed(days, happened=True) for days in HAPPENED] + [
    Followed(days, happened=False) for days in LOST
]
PLACEBO = [
    Followed(days, happened=True)
    for days in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
]


def test_the_remissions_of_1963_give_their_published_curve() -> None:
    # Kleinbaum and Klein, Survival Analysis (third edition), table 2.2.
    assert [(step.days, round(step.share, 4)) for step in curve(TREATED)] == [
        (6, 0.8571),
        (7, 0.8067),
        (10, 0.7529),
        (13, 0.6902),
        (16, 0.6275),
        (22, 0.5378),
        (23, 0.4482),
    ]


def test_the_remissions_of_1963_give_their_published_median() -> None:
    assert median(curve(TREATED)).value == 23
    placebo = median(curve(PLACEBO))
    assert (placebo.value, placebo.low, placebo.high) == (8, 4, 11)


def test_the_interval_is_that_of_the_r_package_survival() -> None:
    # survfit(Surv(...) ~ 1, conf.type = "log-log"), times 6, 10 and 23.
    steps = {step.days: step for step in curve(TREATED)}
    found = [(round(steps[day].low, 3), round(steps[day].high, 3)) for day in (6, 10, 23)]
    assert found == [(0.620, 0.952), (0.503, 0.889), (0.188, 0.680)]


def test_a_median_that_is_never_reached_is_not_made_up() -> None:
    steps = curve([Followed(3, happened=True), *[Followed(9, happened=False)] * 9])
    assert median(steps).value is None
    assert median(steps).high is None


def test_nobody_followed_is_no_curve() -> None:
    assert curve([]) == []
    assert still_waiting([], 30).share == 1


def test_a_share_has_wilsons_interval() -> None:
    # Newcombe (1998), table I, method 3: 81 of 263 and 15 of 148 and 0 of 20 and 1 of 29.
    for part, whole, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = share_of(part, whole)
        assert found.value == part / whole
        assert found.low is not None
        assert found.high is not None
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_share_of_all_ends_at_one() -> None:
    assert share_of(7, 7).high == 1


days = st.lists(st.integers(0, 40), min_size=1, max_size=40)
followed = st.lists(st.builds(Followed, st.integers(0, 40), st.booleans(), st.just(1)), max_size=40)


@given(days)
def test_when_nobody_is_lost_it_is_the_plain_share(ended: list[int]) -> None:
    steps = curve([Followed(one, happened=True) for one in ended])
    for step in steps:
        plain = sum(one > step.days for one in ended) / len(ended)
        assert step.share == pytest.approx(plain)
    middle = sorted(ended)[(len(ended) - 1) // 2]
    assert median(steps).value == middle or len(ended) % 2 == 0


@given(days, st.integers(0, 40))
def test_when_nobody_is_lost_the_variance_is_that_of_a_share(ended: list[int], day: int) -> None:
    step = still_waiting(curve([Followed(one, happened=True) for one in ended]), day)
    if 0 < step.share < 1:
        spread = sqrt(step.share * (1 - step.share) / len(ended))
        # On its own scale the interval is symmetrical: its halves tell the spread (the delta method).
        scale = [log(-log(one)) for one in (step.high, step.low)]
        assert (scale[1] - scale[0]) / 2 / 1.959964 == pytest.approx(
            spread / (step.share * -log(step.share)), rel=1e-5
        )


@given(followed)
def test_the_curve_only_falls_and_stays_within_its_interval(some: list[Followed]) -> None:
    last = 1.0
    for step in curve(some):
        assert 0 <= step.low <= step.share + 1e-12
        assert step.share <= step.high + 1e-12 <= 1 + 1e-9
        assert step.share < last
        last = step.share


@given(followed)
def test_rows_can_be_counted_together(some: list[Followed]) -> None:
    together = [Followed(days, happened, count) for (days, happened, _), count in Counter(some).items()]
    assert curve(together) == curve(some)


@given(followed, st.integers(0, 60))
def test_who_is_lost_before_anything_happens_changes_nothing(some: list[Followed], extra: int) -> None:
    first = min((one.days for one in some if one.happened), default=None)
    if first:
        before = [Followed(first - 1, happened=False)] * extra
        assert [step.share for step in curve([*some, *before])] == pytest.approx(
            [step.share for step in curve(some)]
        )

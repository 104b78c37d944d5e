"""The calendar of the monthly review, and its sample."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from app.domain.access_review import SAMPLE_SIZE, days_of, drawn, span_of, working_hours

ORGANISATION = UUID(int=1)


@pytest.mark.parametrize(
    ("month", "begin", "end"),
    [
        ("2026-11", (2026, 10, 31, 23), (2026, 11, 30, 23)),
        ("2026-07", (2026, 6, 30, 22), (2026, 7, 31, 22)),
        ("2026-03", (2026, 2, 28, 23), (2026, 3, 31, 22)),  # summer time begins
        ("2026-10", (2026, 9, 30, 22), (2026, 10, 31, 23)),  # and ends
        ("2026-12", (2026, 11, 30, 23), (2026, 12, 31, 23)),
        ("2028-02", (2028, 1, 31, 23), (2028, 2, 29, 23)),
    ],
)
def test_a_month_begins_and_ends_at_midnight_in_the_netherlands(
    month: str, begin: tuple[int, int, int, int], end: tuple[int, int, int, int]
) -> None:
    assert span_of(month) == (datetime(*begin, tzinfo=UTC), datetime(*end, tzinfo=UTC))


@pytest.mark.parametrize("month", ["2026-02", "2026-03", "2026-10", "2026-11", "2028-02"])
def test_the_days_of_a_month_follow_each_other_without_gaps(month: str) -> None:
    spans = [span for _, span in days_of(month)]
    assert (spans[0].begin, spans[-1].end) == span_of(month)
    assert all(one.end == other.begin for one, other in pairwise(spans))


def test_the_day_on_which_summer_time_ends_has_25_hours() -> None:
    lengths = {day.day: span.end - span.begin for day, span in days_of("2026-10")}
    assert {day for day, length in lengths.items() if length != timedelta(hours=24)} == {25}
    assert lengths[25] == timedelta(hours=25)


def test_working_hours_are_thirteen_hours_on_working_days() -> None:
    hours = working_hours("2026-11")
    assert len(hours) == 21
    assert {one.end - one.begin for one in hours} == {timedelta(hours=13)}
    assert hours[0].begin == datetime(2026, 11, 2, 6, tzinfo=UTC)  # Monday, 07:00 in the Netherlands


def test_the_sample_can_be_drawn_again_in_any_order_and_differs_by_month_and_organisation() -> None:
    ids = [UUID(int=n) for n in range(1000)]
    sample = drawn(ORGANISATION, "2026-11", ids)
    assert len(set(sample)) == SAMPLE_SIZE
    assert drawn(ORGANISATION, "2026-11", reversed(ids)) == sample
    assert drawn(ORGANISATION, "2026-12", ids) != sample
    assert drawn(UUID(int=2), "2026-11", ids) != sample
    assert drawn(ORGANISATION, "2026-11", ids[:3]) == sorted(
        ids[:3], key=drawn(ORGANISATION, "2026-11", ids[:3]).index
    )


def test_every_line_has_the_same_chance() -> None:
    ids = [UUID(int=n) for n in range(100)]
    months = [f"20{year:02}-{month:02}" for year in range(20, 70) for month in range(1, 13)]
    counts = dict.fromkeys(ids, 0)
    for month in months:
        for id_ in drawn(ORGANISATION, month, ids):
            counts[id_] += 1
    # 600 draws of a quarter: 150 each, with a standard deviation of 10.6.
    assert all(100 < count < 200 for count in counts.values())

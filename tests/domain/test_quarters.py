"""Whole quarters, as the calendar has them here."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quarters import MOST_QUARTERS, Quarter, period

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
moments = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(moments)
def test_a_moment_lies_in_its_quarter(moment: datetime) -> None:
    quarter = Quarter.of(moment)
    assert quarter.begin <= moment < quarter.end
    assert quarter.after(1).begin == quarter.end
    assert quarter.after(3).after(-3) == quarter


def test_a_quarter_begins_at_midnight_here_and_not_in_greenwich() -> None:
    assert Quarter.of(datetime(2026, 3, 31, 22, tzinfo=UTC)) == Quarter(2026, 2)
    assert Quarter(2026, 1).begin.astimezone(UTC) == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_without_a_period_it_is_a_year() -> None:
    assert period(None, None, NOW) == [Quarter(2026, number) for number in (1, 2, 3, 4)]


def test_without_a_beginning_it_is_a_year_until_the_end() -> None:
    assert period(None, datetime(2026, 1, 1, tzinfo=UTC), NOW) == [
        Quarter(2025, number) for number in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize("hours", [-1, 0, 1, 11])
def test_midnight_in_any_zone_is_the_end_of_the_day_before(hours: int) -> None:
    until = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(hours=hours - 2)
    assert period(datetime(2026, 5, 5, tzinfo=UTC), until, NOW) == [Quarter(2026, 2)]


def test_an_end_in_the_middle_takes_the_whole_quarter() -> None:
    assert period(datetime(2026, 5, 5, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC), NOW) == [
        Quarter(2026, 2),
        Quarter(2026, 3),
    ]


def test_an_end_before_the_beginning_is_no_period() -> None:
    assert period(NOW, NOW - timedelta(days=200), NOW) == []


def test_counting_stops_soon_after_what_is_too_long() -> None:
    assert len(period(datetime(1900, 1, 2, tzinfo=UTC), None, NOW)) == MOST_QUARTERS + 1

"""Years of the calendar, and the day that is not in every one of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.years import years_after, years_before


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00Z")


@pytest.mark.parametrize(
    ("day", "years", "before"),
    [
        ("2026-11-20", 5, "2021-11-20"),
        ("2028-02-28", 5, "2023-02-28"),
        ("2028-02-29", 5, "2023-02-28"),
        ("2028-02-29", 4, "2024-02-29"),
        ("2028-02-29", 128, "1900-02-28"),
        ("2028-03-01", 5, "2023-03-01"),
        ("2028-02-29", 0, "2028-02-29"),
    ],
)
def test_years_before(day: str, years: int, before: str) -> None:
    assert years_before(at(day), years) == at(before)


@pytest.mark.parametrize(
    ("moment", "years", "after"),
    [
        ("2026-11-20T12:00:00Z", 20, "2046-11-20T12:00:00Z"),
        ("2024-02-28T12:00:00Z", 15, "2039-02-28T12:00:00Z"),
        ("2024-02-29T12:00:00Z", 15, "2039-03-01T00:00:00Z"),
        ("2024-02-29T12:00:00Z", 20, "2044-02-29T12:00:00Z"),
        ("2024-02-29T12:00:00Z", 76, "2100-03-01T00:00:00Z"),
        ("2024-03-01T12:00:00Z", 15, "2039-03-01T12:00:00Z"),
        ("2024-02-29T12:00:00Z", 0, "2024-02-29T12:00:00Z"),
    ],
)
def test_years_after(moment: str, years: int, after: str) -> None:
    assert years_after(datetime.fromisoformat(moment), years) == datetime.fromisoformat(after)


# Around the end of a February in a leap year, where all of the difficulty is.
moments = st.builds(
    lambda year, hours: datetime(year, 2, 27, tzinfo=UTC) + timedelta(hours=hours),
    st.integers(2020, 2032),
    st.integers(0, 4 * 24),
)


@given(moments, moments, st.integers(0, 8))
@example(at("2024-02-29"), datetime(2025, 3, 1, 6, tzinfo=UTC), 1)
@example(datetime(2023, 3, 1, 6, tzinfo=UTC), at("2028-02-29"), 5)
def test_what_is_old_enough_has_had_its_years(recorded: datetime, now: datetime, years: int) -> None:
    if recorded <= years_before(now, years):
        assert years_after(recorded, years) <= now
    elif now.day != 29:
        assert years_after(recorded, years) > now


@given(moments, moments, st.integers(0, 8))
def test_what_came_later_is_not_kept_shorter(one: datetime, other: datetime, years: int) -> None:
    first, second = sorted((one, other))
    assert years_after(first, years) <= years_after(second, years)

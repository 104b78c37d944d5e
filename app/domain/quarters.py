"""Calendar quarters, as on the wall here: the shortest time that a report is about (docs/adr/0024)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.access_review import ZONE

MOST_QUARTERS = 40
"""Ten years: further back nothing is counted in one report."""

QUARTERS_OF_A_YEAR = 4
_MONTHS = 3
# An end at midnight, in whatever zone it was written, is the end of the day before.
_MIDNIGHT_SOMEWHERE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of a year; `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> "Quarter":
        """Return the quarter that a moment is in."""
        here = moment.astimezone(ZONE)
        return cls(here.year, (here.month - 1) // _MONTHS + 1)

    @property
    def begin(self) -> datetime:
        """Its first moment, in UTC."""
        return datetime(self.year, (self.number - 1) * _MONTHS + 1, 1, tzinfo=ZONE).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.after(1).begin

    def after(self, quarters: int) -> "Quarter":
        """Return the one so many quarters later, or earlier."""
        year, place = divmod(self.year * QUARTERS_OF_A_YEAR + self.number - 1 + quarters, QUARTERS_OF_A_YEAR)
        return Quarter(year, place + 1)


def period(since: datetime | None, until: datetime | None, now: datetime) -> list[Quarter]:
    """Return the whole quarters that a period touches; left out: until now, and a year in all.

    The list is empty when it ends before it begins, and has one more than `MOST_QUARTERS` at most.
    """
    last = Quarter.of(until - _MIDNIGHT_SOMEWHERE if until else now)
    first = Quarter.of(since) if since else last.after(1 - QUARTERS_OF_A_YEAR)
    found: list[Quarter] = []
    while first <= last and len(found) <= MOST_QUARTERS:
        found.append(first)
        first = first.after(1)
    return found

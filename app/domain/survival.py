"""How long until something happens, when not everybody is followed to the end.

The estimate is that of Kaplan and Meier (1958), its variance that of Greenwood (1926), its interval is
taken on the scale log(-log S), which keeps it between 0 and 1 (Kalbfleisch and Prentice, 1980); the
interval of the median is that of Brookmeyer and Crowley (1982) with the same limits, and that of a share
Wilson's (1927). It is forty lines of arithmetic; the libraries for it bring scipy and pandas along.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import NamedTuple

Z = 1.959963984540054
"""What 95% of a normal distribution lies within."""

FEWEST = 5
"""Below so many events, or so many followed in all for a share, nothing is estimated."""

_HALF = 0.5


class Followed(NamedTuple):
    """How many threads were followed for so long; `happened` tells whether it ended in what is waited for."""

    days: int
    happened: bool
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval of 95%. `None` is: further away than anybody was followed."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """From this day on: the share to whom it has not happened yet, with its interval."""

    days: int
    share: float
    low: float
    high: float


def curve(followed: Iterable[Followed]) -> list[Step]:
    """Return the steps of the estimate, by day. Whoever is lost on a day is at risk on that day."""
    by_day: dict[int, tuple[int, int]] = {}
    for one in followed:
        happened, lost = by_day.get(one.days, (0, 0))
        by_day[one.days] = (
            happened + one.threads * one.happened,
            lost + one.threads * (not one.happened),
        )
    at_risk = sum(happened + lost for happened, lost in by_day.values())
    share, greenwood = 1.0, 0.0
    steps = []
    for days, (happened, lost) in sorted(by_day.items()):
        if happened:
            left = at_risk - happened
            share *= left / at_risk
            greenwood += happened / (at_risk * left) if left else inf
            steps.append(Step(days, share, *_limits(share, greenwood)))
        at_risk -= happened + lost
    return steps


def _limits(share: float, greenwood: float) -> tuple[float, float]:
    """Return the interval of a share on the scale log(-log S). At 0 there is none."""
    if share <= 0:
        return 0.0, 0.0
    away = Z * sqrt(greenwood) / -log(share)
    return share ** exp(away), share ** exp(-away)


def median(steps: Sequence[Step]) -> Estimate:
    """Return after how many days it has happened to half, with its interval."""
    return Estimate(
        next((float(step.days) for step in steps if step.share <= _HALF), None),
        next((float(step.days) for step in steps if step.low <= _HALF), None),
        next((float(step.days) for step in steps if step.high <= _HALF), None),
    )


def still_waiting(steps: Sequence[Step], days: int) -> Step:
    """Return the estimate on a day: that of the last step until then."""
    before = [step for step in steps if step.days <= days]
    return before[-1] if before else Step(days, 1.0, 1.0, 1.0)


def share_of(part: int, whole: int) -> Estimate:
    """Return a share of at least one, with Wilson's interval."""
    share, square = part / whole, Z * Z / whole
    middle = (share + square / 2) / (1 + square)
    away = Z / (1 + square) * sqrt(share * (1 - share) / whole + square / (4 * whole))
    return Estimate(share, max(0.0, middle - away), min(1.0, middle + away))

"""Measure sides of a comparison in alternating slices, so that the drift of the machine cancels out."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import TypedDict

from benchmarks.client import Plan
from benchmarks.processes import run

CLIENTS = 16
_WARM_UP = 0.5


@dataclass(frozen=True, slots=True)
class Pace:
    """How many slices of how many seconds."""

    slices: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison. `opened` gives the port of its server, for one slice.

    `part` is how much of the seconds of a slice this side takes.
    """

    name: str
    requests: list[str]
    status: int
    opened: Callable[[], AbstractContextManager[int]]
    part: float = 1.0


class Slice(TypedDict):
    """What the clients saw: `rate` per second, `latencies` in seconds."""

    rate: float
    latencies: list[float]
    failures: int
    first_failure: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """All slices of one side."""

    slices: list[Slice]

    @property
    def rate(self) -> float:
        """Requests per second, the median of the slices."""
        return median(one["rate"] for one in self.slices)

    @property
    def p50(self) -> float:
        """Half of the answers took at most so many milliseconds."""
        return self._percentiles()[49]

    @property
    def p99(self) -> float:
        """All but one in a hundred answers took at most so many milliseconds."""
        return self._percentiles()[98]

    @property
    def failures(self) -> int:
        """How many answers had another status than expected."""
        return sum(one["failures"] for one in self.slices)

    @property
    def first_failure(self) -> str | None:
        """The first of them, in full."""
        return next((one["first_failure"] for one in self.slices if one["first_failure"]), None)

    def _percentiles(self) -> list[float]:
        latencies = [latency * 1000 for one in self.slices for latency in one["latencies"]]
        return quantiles(latencies, n=100, method="inclusive")


def alternate(sides: list[Side], pace: Pace, folder: Path) -> dict[str, Result]:
    """Measure one slice of each side in turn, as often as the pace says."""
    results = {side.name: Result([]) for side in sides}
    for number in range(pace.slices):
        for side in sides:
            with side.opened() as port:
                # Every slice begins elsewhere in the list, so that all threads get their turn.
                start = len(side.requests) * number // pace.slices
                requests = side.requests[start:] + side.requests[:start]
                plan = Plan(port, requests, side.status, CLIENTS, _WARM_UP, pace.seconds * side.part)
                results[side.name].slices.append(_asked(plan, folder))
    return results


def ratio(above: Result, below: Result) -> float:
    """Return how many times faster `above` is: the median over neighbouring slices."""
    pairs = zip(above.slices, below.slices, strict=True)
    return median(one["rate"] / other["rate"] for one, other in pairs)


def _asked(plan: Plan, folder: Path) -> Slice:
    wanted, got = folder / "plan.json", folder / "seen.json"
    wanted.write_text(json.dumps(asdict(plan)))
    run("client", str(wanted), str(got))
    seen: Slice = json.loads(got.read_text())
    assert seen["latencies"], f"no answer at all in {plan.seconds} seconds"
    return seen

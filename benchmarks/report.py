"""Say what was measured, next to what it should be."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.slices import Result


@dataclass(frozen=True, slots=True)
class Line:
    """One figure and its target."""

    key: str
    what: str
    figure: str
    target: str
    met: bool


def at_least(key: str, what: str, value: float, limit: float) -> Line:
    """Return the line of a ratio that should not be smaller."""
    return Line(key, what, f"{value:.2f}", f"at least {limit:.2f}", value >= limit)


def at_most(key: str, what: str, value: float, limit: float, form: str = "{:.2f}") -> Line:
    """Return the line of a value that should not be larger."""
    return Line(key, what, form.format(value), f"at most {form.format(limit)}", value <= limit)


def print_sides(title: str, results: Mapping[str, Result], most: float = math.inf) -> None:
    """Print what each side did; `most` is how many requests per second the clients can do at all."""
    print(f"\n{title}")
    for name, result in results.items():
        rates = [one["rate"] for one in result.slices]
        print(
            f"  {name:<22} {result.rate:>8,.0f}/s   p50 {result.p50:>6.1f} ms   p99 {result.p99:>6.1f} ms"
            f"   slices {min(rates):,.0f} to {max(rates):,.0f}/s   {result.failures} failed"
        )
        if result.rate > most / 2:
            print(f"    here the clients, who can do {most:,.0f}/s, are part of the limit")
        if result.first_failure:
            print("    " + result.first_failure.replace("\n", "\n    "))


def print_lines(lines: list[Line]) -> None:
    """Print the table of figures and targets."""
    what, figure, target = (
        max(len(getattr(line, name)) for line in lines) for name in ("what", "figure", "target")
    )
    print()
    for line in sorted(lines, key=lambda line: line.key):
        met = "met" if line.met else "MISSED"
        print(f"{line.key}  {line.what:<{what}}  {line.figure:>{figure}}  {line.target:>{target}}  {met}")

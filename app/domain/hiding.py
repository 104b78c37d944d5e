"""Counts that are too small to show: what a reader of a printed report may know (docs/adr/0024).

Two kinds of tables, two rules, and nothing else leaves a report:

- Parts that are never published with a total of their own (`part`): from 1 to 4 is hidden. A sum is
  worked out from what is shown of its parts (`total`), never from what is hidden, so it tells nothing
  new: each hidden part can still be 1, 2, 3 or 4, whatever else was shown.
- Parts of a known total (`parts_of_a_known_total`): where one is hidden, the smallest of the others is
  too, else the total would tell it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

ENOUGH = 5
"""From here on a count is shown."""

Cell = TypeVar("Cell")


@dataclass(frozen=True, slots=True)
class Count:
    """What is shown of a count: it lies between `least` and `most`; `None` is: no more is told."""

    least: int
    most: int | None

    @property
    def shown(self) -> int | None:
        """The count itself, unless it is hidden."""
        return None if self.is_hidden else self.least

    @property
    def is_hidden(self) -> bool:
        """Whether more than one count is possible."""
        return self.least != self.most


def exactly(count: int) -> Count:
    """Show a count as it is."""
    return Count(count, count)


def is_small(count: int) -> bool:
    """Tell whether a count has to be hidden. Zero says of nobody in particular that they are there."""
    return 0 < count < ENOUGH


def part(count: int) -> Count:
    """Show a part that is in no published total but those that `total` works out."""
    return Count(1, ENOUGH - 1) if is_small(count) else exactly(count)


def total(parts: Iterable[Count]) -> Count:
    """Add up what is shown: the bounds of a sum are the sums of the bounds."""
    counted = list(parts)
    tops = [one.most for one in counted if one.most is not None]
    return Count(sum(one.least for one in counted), sum(tops) if len(tops) == len(counted) else None)


def parts_of_a_known_total(counts: Mapping[Cell, int]) -> dict[Cell, Count]:
    """Show the parts of a total that anybody may know, and that other tables may have too.

    A hidden part is not said to be small: it can be the one that was hidden beside it. Where no part is
    large enough to be hidden beside the small ones, all are hidden, the zeros too; and so is every table
    of so many that each part could be just too small, else who knows this rule would know each of them.
    """
    small = {cell for cell, count in counts.items() if is_small(count)}
    if not small:
        return {cell: exactly(count) for cell, count in counts.items()}
    beside = min((count for count in counts.values() if count >= ENOUGH), default=None)
    if beside is None or sum(counts.values()) == (ENOUGH - 1) * len(counts):
        return dict.fromkeys(counts, Count(0, None))
    # Of two that are equally large both: which of them came first would tell something again.
    return {
        cell: Count(1, None) if cell in small or count == beside else exactly(count)
        for cell, count in counts.items()
    }

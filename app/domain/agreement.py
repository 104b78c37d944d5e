"""How far a group agrees (domain report, 7.2). What is not defined is `None`, with why: never a guess.

Ratings are rows of items; in a row each rater has one place, the same in every row, and `None` is a rating
that is missing. What is missing counts for nothing: not as agreement, and not as disagreement.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

Row = Sequence[Hashable | None]
Ratings = Sequence[Row]

ITEMS_FOR_A_WORD = 20
"""With fewer items a coefficient is too uncertain to be put into a word."""


class WhyNot(StrEnum):
    """Why a figure is not defined."""

    TOO_FEW_RATERS = "too_few_raters"
    """No item was rated by two or more."""
    ONE_ITEM = "one_item"
    """One item says nothing about chance: at least two have to be rated by two or more."""
    ALL_THE_SAME = "all_the_same"
    """Everybody chose the same everywhere, so nothing can be set against chance."""
    NOT_COMPLETE = "not_complete"
    """This figure needs the same number of raters for every item."""
    NOT_TWO_RATERS = "not_two_raters"
    """This figure is for two raters."""


class Strength(StrEnum):
    """Alpha in a word, by the borders Krippendorff advises: .800, and .667 for tentative conclusions."""

    RELIABLE = "reliable"
    TENTATIVE = "tentative"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number from -1 to 1, or why there is none."""

    value: float | None
    why_not: WhyNot | None = None


def strength_of(alpha: float | None, items: int) -> Strength | None:
    """Put alpha into a word, when there are enough items for one."""
    if alpha is None or items < ITEMS_FOR_A_WORD:
        return None
    if alpha >= 0.8:  # noqa: PLR2004 - the border Krippendorff advises
        return Strength.RELIABLE
    return Strength.TENTATIVE if alpha >= 0.667 else Strength.LOW  # noqa: PLR2004 - same


def rated(row: Row) -> list[Hashable]:
    """Return the ratings that are there."""
    return [value for value in row if value is not None]


def pairable(ratings: Ratings) -> list[list[Hashable]]:
    """Return the items that two or more rated: only these say something about agreement."""
    return [values for row in ratings if len(values := rated(row)) > 1]


def agreement_on(row: Row) -> float | None:
    """Return which part of the pairs of raters chose the same; `None` with fewer than two raters."""
    values = rated(row)
    if len(values) < 2:  # noqa: PLR2004 - a pair
        return None
    same = sum(count * (count - 1) for count in Counter(values).values())
    return same / (len(values) * (len(values) - 1))


def percent_agreement(ratings: Ratings) -> Figure:
    """Return the mean over the items of which part of the pairs chose the same, from 0 to 1."""
    found = [part for row in ratings if (part := agreement_on(row)) is not None]
    if not found:
        return Figure(None, WhyNot.TOO_FEW_RATERS)
    return Figure(sum(found) / len(found))


def gwet_ac1(ratings: Ratings, categories: int) -> Figure:
    """Return Gwet's AC1, which holds where nearly everybody chooses the same and kappa does not.

    `categories` is how many could be chosen, also those that nobody chose. Any number of raters, and
    ratings may be missing.
    """
    observed = percent_agreement(ratings).value
    if observed is None:
        return Figure(None, WhyNot.TOO_FEW_RATERS)
    rows = [values for row in ratings if (values := rated(row))]
    shares: Counter[Hashable] = Counter()
    for values in rows:
        for value in values:
            shares[value] += 1 / len(values) / len(rows)  # type: ignore[assignment]  # shares, not counts
    chance = sum(share * (1 - share) for share in shares.values()) / (categories - 1)
    return Figure((observed - chance) / (1 - chance))


Distance = Callable[[Hashable, Hashable], float]


def cohen_kappa(ratings: Ratings, distance: Distance = lambda one, other: one != other) -> Figure:
    """Return Cohen's kappa of two raters over the items both rated.

    With a distance between values it is the weighted kappa.
    """
    if any(len(row) != 2 for row in ratings):  # noqa: PLR2004 - what it is for
        return Figure(None, WhyNot.NOT_TWO_RATERS)
    pairs = pairable(ratings)
    if not pairs:
        return Figure(None, WhyNot.TOO_FEW_RATERS)
    observed = sum(distance(one, other) for one, other in pairs) / len(pairs)
    expected = sum(distance(one, other) for one, _ in pairs for _, other in pairs) / len(pairs) ** 2
    if expected == 0:
        return Figure(None, WhyNot.ALL_THE_SAME)
    return Figure(1 - observed / expected)


def fleiss_kappa(ratings: Ratings) -> Figure:
    """Return Fleiss' kappa. Items without any rating are left out; the others need as many raters each."""
    rows = [values for row in ratings if (values := rated(row))]
    sizes = {len(values) for values in rows}
    if not rows or sizes == {1}:
        return Figure(None, WhyNot.TOO_FEW_RATERS)
    if len(sizes) > 1:
        return Figure(None, WhyNot.NOT_COMPLETE)
    total = Counter(value for values in rows for value in values)
    chance = sum((count / total.total()) ** 2 for count in total.values())
    if len(total) == 1:
        return Figure(None, WhyNot.ALL_THE_SAME)
    observed = sum(agreement_on(values) or 0 for values in rows) / len(rows)
    return Figure((observed - chance) / (1 - chance))


def no_alpha(ratings: Ratings) -> WhyNot | None:
    """Return why Krippendorff's alpha is not defined for these ratings; `None`: it is."""
    items = pairable(ratings)
    if not items:
        return WhyNot.TOO_FEW_RATERS
    if len(items) == 1:
        return WhyNot.ONE_ITEM
    if len({value for values in items for value in values}) == 1:
        return WhyNot.ALL_THE_SAME
    return None


def spread(*rows: Row) -> float | None:
    """Return how far raters are apart on one item: which part of their pairs differs, the mean over rows.

    `None` with fewer than two raters.
    """
    parts = [1 - part for row in rows if (part := agreement_on(row)) is not None]
    return sum(parts) / len(parts) if parts else None

"""Krippendorff's alpha with an interval. `numpy` is loaded when the first session is looked at.

The library computes alpha. It has no interval, and to call it a thousand times takes a tenth of a second,
so the resamples are computed here, all at once; a test holds the two to the same figures.
"""

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from app.domain.agreement import Figure, Ratings, Strength, no_alpha, pairable, strength_of

if TYPE_CHECKING:
    import numpy as np

Level = Literal["nominal", "ordinal", "interval"]

RESAMPLES = 1000
_PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha, or why there is none. `low` and `high` are the 95 % interval.

    `items` is how many items were rated by two or more: only those count.
    """

    figure: Figure
    low: float | None
    high: float | None
    items: int
    strength: Strength | None


def alpha_of(ratings: Ratings, values: Sequence[Hashable], level: Level) -> Alpha:
    """Compute alpha. `values` are all that could be chosen, in their order where there is one.

    The interval comes from drawing the items again, a thousand times, where all raters of an item stay
    together. The draws follow from the data, so the same data always shows the same interval.
    """
    rows = pairable(ratings)
    why_not = no_alpha(ratings)
    if why_not is not None:
        return Alpha(Figure(None, why_not), None, None, len(rows), None)
    # In an order of their own: in which order the items came says nothing.
    counts = tuple(sorted(tuple(row.count(value) for value in values) for row in rows))
    found, low, high = _measured(counts, level)
    return Alpha(Figure(found), low, high, len(rows), strength_of(found, len(rows)))


@lru_cache(maxsize=256)
def _measured(counts: tuple[tuple[int, ...], ...], level: Level) -> tuple[float, float, float]:
    """Return alpha and its interval.

    It hangs on the counts alone, and is kept by them: when results are shown a whole room asks at once.
    """
    import krippendorff  # noqa: PLC0415 - with numpy it is 25 MB that most processes never need
    import numpy as np  # noqa: PLC0415 - same

    table = np.array(counts)
    found = float(krippendorff.alpha(value_counts=table, level_of_measurement=level))
    drawn = np.random.default_rng(_seed_of(table, level)).multinomial(
        len(counts), [1 / len(counts)] * len(counts), size=RESAMPLES
    )
    defined = alphas(table, drawn, level)
    low, high = (float(edge) for edge in np.percentile(defined[~np.isnan(defined)], _PERCENTILES))
    return found, low, high


def alphas(counts: "np.ndarray[Any, Any]", drawn: "np.ndarray[Any, Any]", level: Level) -> Any:  # noqa: ANN401 - an array, without loading numpy
    """Compute alpha for many draws of the same items; not a number where a draw has one value only.

    `counts` says per item how often each value was chosen; a row of `drawn` how often each item counts.
    """
    import numpy as np  # noqa: PLC0415 - see above

    size = counts.shape[1]
    diagonal = counts[:, :, None] * np.eye(size)
    pairs = counts[:, :, None] * counts[:, None, :] - diagonal
    coincidences = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    observed = (drawn @ coincidences.reshape(len(counts), -1)).reshape(-1, size, size)
    totals = observed.sum(axis=2)
    expected = totals[:, :, None] * totals[:, None, :] - totals[:, :, None] * np.eye(size)
    distances = _distances(totals, level)
    disagreement = (observed * distances).sum(axis=(1, 2)) * (totals.sum(axis=1) - 1)
    by_chance = (expected * distances).sum(axis=(1, 2))
    # Where all of a draw is the same, rounding can leave something that is no disagreement.
    defined = (totals > _NOTHING).sum(axis=1) > 1
    return 1 - np.divide(disagreement, by_chance, out=np.full(len(drawn), np.nan), where=defined)


_NOTHING = 1e-9


def _distances(totals: "np.ndarray[Any, Any]", level: Level) -> Any:  # noqa: ANN401 - same
    """Return how far values are apart, per draw: in ordinal data that is how many lie between them."""
    import numpy as np  # noqa: PLC0415 - see above

    place = np.arange(totals.shape[1])
    match level:
        case "nominal":
            return (place[:, None] != place[None, :]).astype(float)
        case "interval":
            return (place[:, None] - place[None, :]) ** 2.0
        case "ordinal":
            middle = np.cumsum(totals, axis=1) - totals / 2
            return (middle[:, :, None] - middle[:, None, :]) ** 2


def _seed_of(counts: "np.ndarray[Any, Any]", level: Level) -> int:
    text = f"{level} {counts.tolist()}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

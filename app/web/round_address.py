"""What the address of a round holds: its items, what was judged, and what was judged the first time.

All of it is about invented people. Nothing says who judged; a round is stored nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.domain.rounds import BETWEEN, read, written
from app.domain.scoring import Judged
from app.knowledge.library import Item, Vignette


@dataclass(frozen=True, slots=True)
class Round:
    """A round as far as it came. `before` is empty, or holds as many judgements as there are items."""

    items: tuple[Item, ...]
    given: tuple[Judged, ...] = ()
    before: tuple[Judged, ...] = ()
    since: date | None = None

    @property
    def is_done(self) -> bool:
        """Whether every item was judged."""
        return len(self.given) == len(self.items)

    def with_one_more(self, judged: Judged) -> "Round":
        """Return the round with the next item judged."""
        return replace(self, given=(*self.given, judged))

    def to_do_again(self, today: date) -> "Round":
        """Return the round to start later, with what was judged now as the first time."""
        return Round(self.items, before=self.given, since=today)

    @property
    def query(self) -> dict[str, str]:
        """The round as the query of an address."""
        return {
            "items": BETWEEN.join(item.code for item in self.items),
            "given": written(self.given),
            "before": written(self.before),
            "since": self.since.isoformat() if self.since else "",
        }


def items_of(vignettes: Mapping[str, Vignette]) -> dict[str, Item]:
    """Return every item that can be judged, by its code, in the order of the stories."""
    return {item.code: item for story in vignettes.values() for item in story.items}


def round_in(query: Mapping[str, str], vignettes: Mapping[str, Vignette], today: date) -> tuple[Round, bool]:
    """Return the round in an address, and whether all of it could be read.

    Of a damaged address everything up to the damage is kept. A first time that is not complete cannot be
    compared, so it is left out.
    """
    known = items_of(vignettes)
    asked = [code for code in query.get("items", "").split(BETWEEN) if code]
    items: list[Item] = []
    for code in asked:
        if code not in known or known[code] in items:
            break
        items.append(known[code])
    given, before = read(query.get("given", "")), read(query.get("before", ""))
    fits = len(before.judged) in {0, len(items)}
    whole = (
        len(items) == len(asked) > 0
        and given.whole
        and before.whole
        and fits
        and len(given.judged) <= len(items)
    )
    found = Round(
        tuple(items),
        given.judged[: len(items)],
        before.judged if fits and before.whole else (),
        _day(query.get("since", ""), today),
    )
    return found, whole


def _day(text: str, today: date) -> date | None:
    """Return the day of the first time. It only serves to say how long ago that was."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found <= today else None

"""What an organisation adds to our approach, and what became of an advice. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeVar
from uuid import UUID

from app.domain.approach import Audience, Entry, EntryKind
from app.domain.ruleset import Ruleset
from app.domain.texts import Text
from app.domain.thread import Judgement, Transition, transitions

OWN = "own-"
"""How the id of an organisation's own entry begins; no entry of ours begins so."""

NOTICE = timedelta(minutes=1)
"""How long beforehand a change of the approach is known.

Longer than any transaction lasts and than the clocks of two processes differ: so nothing is recorded
after a change began to hold that did not show it.
"""


class Use(StrEnum):
    """What somebody did with an advice."""

    ACCEPTED = "accepted"
    ADAPTED = "adapted"
    DECLINED = "declined"


# ---------------------------------------------------------------- an organisation's own layer


@dataclass(frozen=True, slots=True)
class OwnVersion:
    """One version of an own entry. From `active_from` on it holds, until a later version does."""

    entry_id: str
    version: int
    active_from: datetime
    retired: bool
    kind: EntryKind
    audiences: tuple[Audience, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Hiding:
    """One decision to hide an entry of ours, or to show it again."""

    entry_id: str
    version: int
    active_from: datetime
    hidden: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """What an organisation's approach added and hid at one moment."""

    own: tuple[OwnVersion, ...] = ()
    hidden: frozenset[str] = frozenset()

    def over(self, ruleset: Ruleset) -> Ruleset:
        """Return the rules with this layer over their approach: the same version, other entries."""
        return _over(self, ruleset) if self != NO_LAYER else ruleset

    def version_of(self, entry_id: str) -> int | None:
        """Return which version of an own entry holds; `None` when none does."""
        return next((one.version for one in self.own if one.entry_id == entry_id), None)


NO_LAYER = Layer()


@lru_cache(maxsize=256)
def _over(layer: Layer, ruleset: Ruleset) -> Ruleset:
    # The same object each time, because rules are compared by identity.
    shown = [entry for entry in ruleset.entries if entry.id not in layer.hidden]
    added = [
        Entry(id=one.entry_id, audience=audience, kind=one.kind, text=one.text, when=None, sources=())
        for one in layer.own
        for audience in one.audiences
    ]
    return replace(ruleset, entries=(*shown, *added))


V = TypeVar("V", OwnVersion, Hiding)


@dataclass(frozen=True, slots=True)
class OwnApproach:
    """Everything an organisation ever added or hid."""

    versions: tuple[OwnVersion, ...] = ()
    hidings: tuple[Hiding, ...] = ()

    def at(self, moment: datetime) -> Layer:
        """Return what held at a moment: of each entry the last version that had begun by then."""
        own = _holding(self.versions, moment)
        hidden = _holding(self.hidings, moment)
        return Layer(
            tuple(one for _, one in sorted(own.items()) if not one.retired),
            frozenset(entry_id for entry_id, one in hidden.items() if one.hidden),
        )


def _holding(versions: Iterable[V], moment: datetime) -> dict[str, V]:
    holding: dict[str, V] = {}
    for one in sorted(versions, key=lambda version: version.version):
        if one.active_from <= moment:
            holding[one.entry_id] = one
    return holding


# ---------------------------------------------------------------- what followed


class Followed(NamedTuple):
    """The next judgement of the same perspective in the thread, and the step into it."""

    judgement: Judgement
    step: Transition


def what_followed(course: Sequence[Judgement], newest_id: UUID) -> Followed | None:
    """Return what was judged next, of the judgements in force, after one of them.

    `newest_id` is the last of its chain of corrections. `None` when nothing followed yet, and when it
    counts no more. It is what came after, and says nothing of why.
    """
    here = next((place for place, one in enumerate(course) if one.id == newest_id), None)
    if here is None:
        return None
    perspective = course[here].perspective
    following = next((one for one in course[here + 1 :] if one.perspective is perspective), None)
    if following is None:
        return None
    steps = {step.assessment_id: step for step in transitions(course)}
    return Followed(following, steps[following.id])

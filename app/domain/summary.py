"""What one sentence says about a thread: how it stands, since when, and how it came there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from app.domain.classification import Clarity, RelationshipType
from app.domain.thread import Direction, Judgement, Perspective, Transition, current, transitions


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which a thread stood the same: at one type, or without a type for one reason.

    `until` is `None` for the last one, which goes on. `clarity` is the newest of the period.
    `perspectives` tells on whose views it rests.
    """

    relationship_type: RelationshipType | None
    clarity: Clarity
    since: datetime
    until: datetime | None
    perspectives: frozenset[Perspective]


@dataclass(frozen=True, slots=True)
class Summary:
    """How a thread stands after what counts of it.

    `came_from` are the types before this one, the oldest first; `None` was a time without a type.
    `step` is the step that says most about how it came to stand here: the last one forward or back
    within one perspective, else one of which nothing can be said, else one to the same. It is `None`
    where there was no step. Whether it says something about the client is its `movement`.
    """

    relationship_type: RelationshipType | None
    clarity: Clarity
    provisional: bool
    perspective: Perspective
    since: datetime
    came_from: tuple[RelationshipType | None, ...]
    step: Transition | None

    @property
    def direction(self) -> Direction | None:
        """Where the relationship moved; `None` where there is nothing to compare with."""
        return self.step.direction if self.step else None


def periods(course: Sequence[Judgement]) -> tuple[Period, ...]:
    """Divide the time of a thread, from its first judgement in force, without gap or overlap.

    Every perspective counts here, because a thread stands as it was assessed last by whomever; so
    the last period always agrees with `current`. A period can have no length.
    """
    runs = [list(run) for _, run in groupby(course, key=_stand)]
    ends = [run[0].assessed_at for run in runs[1:]]
    return tuple(
        Period(
            relationship_type=run[-1].relationship_type,
            clarity=run[-1].clarity,
            since=run[0].assessed_at,
            until=until,
            perspectives=frozenset(judgement.perspective for judgement in run),
        )
        for run, until in zip(runs, [*ends, None], strict=False)
    )


def _stand(judgement: Judgement) -> tuple[RelationshipType | None, Clarity | None]:
    kind = judgement.relationship_type
    return kind, judgement.clarity if kind is None else None


def summary(course: Sequence[Judgement]) -> Summary | None:
    """Return what these judgements in force come to, or `None` when there are none."""
    state = current(course)
    if state is None:
        return None
    runs = [list(run) for _, run in groupby(course, key=lambda judgement: judgement.relationship_type)]
    # The first judgement has no step into it, so the step into the nth is the one before in the list.
    steps = transitions(course)[max(len(course) - len(runs[-1]) - 1, 0) :]
    newest = state.judgement
    return Summary(
        relationship_type=newest.relationship_type,
        clarity=newest.clarity,
        provisional=newest.provisional,
        perspective=newest.perspective,
        since=state.since,
        came_from=tuple(run[0].relationship_type for run in runs[:-1]),
        step=max(reversed(steps), key=lambda step: _WEIGHT[step.direction], default=None),
    )


_WEIGHT = {Direction.SAME: 0, Direction.UNCLEAR: 1, Direction.BACK: 2, Direction.FORWARD: 2}

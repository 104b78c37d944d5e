"""What asks for attention in a thread. Every signal is a pure function of what counts in it.

The rules in words, which people read, stand in `app/knowledge/signals.toml`. Reasons: domain report, 5.1
(F15, F18, F19) and 2.4. A signal is about a working relationship at a moment, never about a person.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.answers import Answer
from app.domain.approach import Audience, TaskKind
from app.domain.classification import RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.thread import (
    NOT_ABOUT_THE_CLIENT,
    Direction,
    Judgement,
    Perspective,
    TaskDone,
    TaskGiven,
    transitions,
)

NODDING = "agreeing_without_ownership"
HIDDEN = "hidden_customer"
"""Patterns of the rules that are a signal by themselves."""


class SignalKind(StrEnum):
    """What can ask for attention."""

    STUCK = "stuck"
    TASK_MISMATCH = "task_mismatch"
    AGREED_BUT_NOT_DONE = "agreed_but_not_done"
    MOVED_BACK = "moved_back"
    POSSIBLY_RESOLVED = "possibly_resolved"
    HIDDEN_CUSTOMER = "hidden_customer"
    ASSESSORS_DISAGREE = "assessors_disagree"
    NOT_SEEN = "not_seen"


_ORDER = {kind: place for place, kind in enumerate(SignalKind)}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on something is a signal; an organisation chooses. The defaults are ours (`inf`).

    `stuck_after` and `not_done_after` count assessments, `not_seen_days` days.
    """

    stuck_after: int = 3
    not_done_after: int = 2
    not_seen_days: int = 60


DEFAULTS = Thresholds()


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: since when, and on which assessments it rests, the oldest first.

    `about` tells which approach fits: a type, `unclear`, or the change that was made.
    """

    kind: SignalKind
    since: datetime
    rests_on: tuple[UUID, ...]
    about: Audience


@dataclass(frozen=True, slots=True)
class Standing:
    """How a thread stands at a moment, as far as signals of it or beside it depend on that."""

    thread_id: UUID
    participant_id: UUID
    assessment_id: UUID
    relationship_type: RelationshipType | None
    since: datetime
    last_assessed_at: datetime


def course_signals(
    course: Sequence[Judgement], rulesets: Mapping[str, Ruleset], thresholds: Thresholds = DEFAULTS
) -> tuple[Signal, ...]:
    """Return what the judgements in force of one thread say by themselves, at most one signal of a kind.

    Each perspective is looked at apart, so that a supervisor's single look does not end what the
    practitioner sees; where several perspectives give a signal, the one that is there longest counts.
    """
    of_line: tuple[Callable[[Sequence[Judgement]], Signal | None], ...] = (
        lambda line: stuck(line, thresholds),
        lambda line: task_mismatch(line, rulesets),
        lambda line: agreed_but_not_done(line, rulesets, thresholds),
        moved_back,
        possibly_resolved,
        lambda line: hidden_customer(line, rulesets),
    )
    lines = [[one for one in course if one.perspective is perspective] for perspective in Perspective]
    found = [signal for line in lines if line for look in of_line if (signal := look(line))]
    if disagreement := assessors_disagree(course):
        found.append(disagreement)
    return one_of_each(found)


@dataclass(frozen=True, slots=True)
class Circumstance:
    """When a thread is looked at, whether its case was open then, and from when on something is a signal."""

    now: datetime
    is_open: bool
    thresholds: Thresholds = DEFAULTS


def signals(
    of_course: Iterable[Signal],
    standing: Standing | None,
    beside: Iterable[Standing],
    circumstance: Circumstance,
) -> tuple[Signal, ...]:
    """Return all signals of a thread: of its course, beside the other threads of its case, and of time.

    `standing` is `None` for a thread in which nothing counts: that has none. In a closed case nobody is
    missed.
    """
    if standing is None:
        return ()
    more = [beside_a_customer(standing, beside)]
    if circumstance.is_open:
        more.append(not_seen(standing, circumstance.now, circumstance.thresholds))
    return one_of_each([*of_course, *(one for one in more if one)])


def one_of_each(found: Iterable[Signal]) -> tuple[Signal, ...]:
    """Keep of each kind the signal that is there longest, in the order of the kinds."""
    longest: dict[SignalKind, Signal] = {}
    for signal in sorted(found, key=lambda one: one.since):
        longest.setdefault(signal.kind, signal)
    return tuple(longest[kind] for kind in sorted(longest, key=_ORDER.__getitem__))


# ---------------------------------------------------------------- of one perspective, never empty


def stuck(line: Sequence[Judgement], thresholds: Thresholds = DEFAULTS) -> Signal | None:
    """The same type so many times in a row, and nothing moved forward in between."""
    run: list[Judgement] = []
    for judgement in reversed(line):
        if judgement.relationship_type is None:
            break
        if run and (
            judgement.relationship_type is not run[0].relationship_type or _moved_on(judgement, run[0])
        ):
            break
        run.insert(0, judgement)
    if len(run) < thresholds.stuck_after:
        return None
    return _signal(SignalKind.STUCK, run[thresholds.stuck_after - 1], run)


def task_mismatch(line: Sequence[Judgement], rulesets: Mapping[str, Ruleset]) -> Signal | None:
    """The task given last does not fit the type it was given in. To give none is never a mismatch."""
    newest = line[-1]
    if newest.task_given is None or newest.task_given is TaskGiven.NONE:
        return None
    fits = _fits(newest.task_given, rulesets[newest.ruleset_version])
    return None if _audience(newest) in fits else _signal(SignalKind.TASK_MISMATCH, newest, [newest])


def agreed_but_not_done(
    line: Sequence[Judgement], rulesets: Mapping[str, Ruleset], thresholds: Thresholds = DEFAULTS
) -> Signal | None:
    """A customer relationship in which steps are not taken, or a yes to everything without an own share."""
    nodding: list[Judgement] = []
    for judgement in reversed(line):
        if _pattern(judgement, rulesets) != NODDING:
            break
        nodding.insert(0, judgement)
    if nodding:
        return _signal(SignalKind.AGREED_BUT_NOT_DONE, nodding[0], nodding)
    not_done: list[Judgement] = []
    for judgement in reversed(line):
        if judgement.relationship_type is not RelationshipType.CUSTOMER or judgement.previous_task_done in (
            TaskDone.YES,
            TaskDone.PARTLY,
        ):
            break
        if judgement.previous_task_done is TaskDone.NO:
            not_done.insert(0, judgement)
    if len(not_done) < thresholds.not_done_after:
        return None
    return _signal(
        SignalKind.AGREED_BUT_NOT_DONE,
        not_done[thresholds.not_done_after - 1],
        not_done,
        Audience.CUSTOMER,
    )


def moved_back(line: Sequence[Judgement]) -> Signal | None:
    """The newest step was a movement back. What is possibly resolved did not move back."""
    steps = transitions(line)
    if not steps or possibly_resolved(line):
        return None
    step = steps[-1]
    if step.direction is not Direction.BACK or not step.movement:
        return None
    about = Audience(f"{step.from_type}-to-{step.to_type}")
    return _signal(SignalKind.MOVED_BACK, line[-1], line[-2:], about)


def possibly_resolved(line: Sequence[Judgement]) -> Signal | None:
    """There was a customer relationship, and since then there is no problem.

    An assessor who says to have known better, or another assessor, resolves nothing.
    """
    without: list[Judgement] = []
    for judgement in reversed(line):
        if judgement.answers.problem is not Answer.NO:
            break
        without.insert(0, judgement)
    before = line[: len(line) - len(without)]
    if not without or not before or before[-1].relationship_type is not RelationshipType.CUSTOMER:
        return None
    first = without[0]
    if first.change_reason in NOT_ABOUT_THE_CLIENT or first.recorded_by != before[-1].recorded_by:
        return None
    return _signal(SignalKind.POSSIBLY_RESOLVED, first, [before[-1], *without], Audience.CUSTOMER)


def hidden_customer(line: Sequence[Judgement], rulesets: Mapping[str, Ruleset]) -> Signal | None:
    """The newest answers have the pattern of somebody who may want something else."""
    run: list[Judgement] = []
    for judgement in reversed(line):
        if _pattern(judgement, rulesets) != HIDDEN:
            break
        run.insert(0, judgement)
    return _signal(SignalKind.HIDDEN_CUSTOMER, run[0], run) if run else None


# ---------------------------------------------------------------- of more than one


def assessors_disagree(course: Sequence[Judgement]) -> Signal | None:
    """Two perspectives see another type in one conversation: the newest that two looked at.

    It ends when one of the two, later, comes to the type of the other.
    """
    of: dict[UUID, dict[Perspective, Judgement]] = {}
    for judgement in course:
        of.setdefault(judgement.conversation_id, {})[judgement.perspective] = judgement
    shared = [
        views
        for views in of.values()
        if sum(view.relationship_type is not None for view in views.values()) > 1
    ]
    if not shared:
        return None
    views = [view for view in shared[-1].values() if view.relationship_type is not None]
    seen = {view.relationship_type for view in views}
    newest = {one.perspective: one for one in course}
    if len(seen) == 1 or len({newest[view.perspective].relationship_type for view in views}) == 1:
        return None
    ordered = [one for one in course if one in views]
    about = min((view.relationship_type for view in views if view.relationship_type), key=_commitment)
    return _signal(SignalKind.ASSESSORS_DISAGREE, ordered[-1], ordered, Audience(about))


def beside_a_customer(standing: Standing, beside: Iterable[Standing]) -> Signal | None:
    """A visitor relationship beside a customer relationship of the same person on another concern."""
    if standing.relationship_type is not RelationshipType.VISITOR:
        return None
    customers = sorted(
        (
            one
            for one in beside
            if one.participant_id == standing.participant_id
            and one.thread_id != standing.thread_id
            and one.relationship_type is RelationshipType.CUSTOMER
        ),
        key=lambda one: (one.since, one.thread_id),
    )
    if not customers:
        return None
    since = max(standing.since, customers[0].since)
    rests_on = (standing.assessment_id, *(one.assessment_id for one in customers))
    return Signal(SignalKind.HIDDEN_CUSTOMER, since, rests_on, Audience.VISITOR)


def not_seen(standing: Standing, now: datetime, thresholds: Thresholds = DEFAULTS) -> Signal | None:
    """Nobody assessed for so many days or longer."""
    since = standing.last_assessed_at + timedelta(days=thresholds.not_seen_days)
    if now < since:
        return None
    about = Audience(standing.relationship_type or Audience.UNCLEAR)
    return Signal(SignalKind.NOT_SEEN, since, (standing.assessment_id,), about)


# ---------------------------------------------------------------- parts


def _signal(
    kind: SignalKind, since: Judgement, rests_on: Sequence[Judgement], about: Audience | None = None
) -> Signal:
    ids = tuple(one.id for one in rests_on)
    return Signal(kind, since.assessed_at, ids, about or _audience(rests_on[-1]))


def _audience(judgement: Judgement) -> Audience:
    return Audience(judgement.relationship_type or Audience.UNCLEAR)


def _commitment(kind: RelationshipType) -> int:
    return kind.commitment


def _pattern(judgement: Judgement, rulesets: Mapping[str, Ruleset]) -> str | None:
    return rulesets[judgement.ruleset_version].classify(judgement.answers).pattern


def _fits(task: TaskGiven, ruleset: Ruleset) -> Sequence[Audience]:
    if task is TaskGiven.ADVICE:
        # Law 4: advice fits where somebody wants to work on it (domain report, 5.3).
        return (Audience.CUSTOMER,)
    return next(kind.fits for kind in ruleset.task_kinds if kind.id == TaskKind(task))


_FORWARD = (Answer.NO, Answer.MAYBE, Answer.YES)


def _moved_on(before: Judgement, after: Judgement) -> bool:
    """Tell whether an answer came closer to a request or an own share, or a task was done."""
    if after.previous_task_done in (TaskDone.YES, TaskDone.PARTLY):
        return True
    return any(
        old in _FORWARD and new in _FORWARD and _FORWARD.index(new) > _FORWARD.index(old)
        for old, new in (
            (before.answers.help_request, after.answers.help_request),
            (before.answers.share_in_solution, after.answers.share_in_solution),
        )
    )

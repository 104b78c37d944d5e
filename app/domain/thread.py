"""The course of one participant on one concern: order, corrections, transitions, two times.

A thread is ordered by `assessed_at`, then by the number of the first row of a chain of
corrections, so that a correction stands where the corrected assessment stood. `recorded_at` tells
when something was known: "as of" filters on the first, "as known at" on the second.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from app.domain.answers import Answers, Question
from app.domain.classification import Clarity, RelationshipType


class Perspective(StrEnum):
    """Whose view an assessment is."""

    PRACTITIONER = "practitioner"
    CLIENT = "client"
    SUPERVISOR = "supervisor"
    OBSERVER = "observer"


class Referral(StrEnum):
    """How somebody came; urged is a category of its own (domain report, 2.1, caveat 7)."""

    VOLUNTARY = "voluntary"
    URGED = "urged"
    MANDATED = "mandated"
    OUTREACH = "outreach"


class ParticipantRole(StrEnum):
    """Who somebody is in the case. It says nothing about a type."""

    CLIENT = "client"
    PARENT = "parent"
    PARTNER = "partner"
    CHILD = "child"
    SIBLING = "sibling"
    RELATIVE = "relative"
    TEACHER = "teacher"
    REFERRER = "referrer"
    PROFESSIONAL = "professional"
    OTHER = "other"


class TaskGiven(StrEnum):
    """What the practitioner gave to do at the end of a conversation."""

    NONE = "none"
    OBSERVATION = "observation"
    BEHAVIOURAL = "behavioural"
    ADVICE = "advice"


class TaskDone(StrEnum):
    """Whether the task of the time before was done."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class ChangeReason(StrEnum):
    """Why an assessment differs from the one before (domain report, 2.4)."""

    RELATIONSHIP_CHANGED = "relationship_changed"
    BETTER_INFORMATION = "better_information"
    CONCERN_REWORDED = "concern_reworded"
    OTHER_ASSESSOR = "other_assessor"
    EVENT = "event"
    CORRECTION = "correction"


NOT_ABOUT_THE_CLIENT = frozenset(
    {
        ChangeReason.BETTER_INFORMATION,
        ChangeReason.CONCERN_REWORDED,
        ChangeReason.OTHER_ASSESSOR,
        ChangeReason.CORRECTION,
    }
)
"""Reasons that tell something about us, and so are no movement."""


class Direction(StrEnum):
    """Where a relationship moved; `unclear` where nothing can be said about movement."""

    FORWARD = "forward"
    BACK = "back"
    SAME = "same"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One recorded assessment, as far as the course of its thread depends on it."""

    id: UUID
    number: int
    assessed_at: datetime
    recorded_at: datetime
    recorded_by: UUID
    conversation_id: UUID
    perspective: Perspective
    answers: Answers
    relationship_type: RelationshipType | None
    clarity: Clarity
    ruleset_version: str
    provisional: bool = False
    task_given: TaskGiven | None = None
    previous_task_done: TaskDone | None = None
    change_reason: ChangeReason | None = None
    supersedes: UUID | None = None
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """The step from one assessment to the next.

    `other_assessor` marks a change of assessor or perspective, which is never movement of the
    client: its direction is `unclear`. `movement` tells whether the step says something about the
    client at all. `same_type_in_a_row` counts the assessments of this perspective that end in one
    and the same type, this one included; 1 where there is no type.
    """

    previous_id: UUID
    assessment_id: UUID
    assessed_at: datetime
    from_type: RelationshipType | None
    to_type: RelationshipType | None
    direction: Direction
    changed_answers: tuple[Question, ...]
    change_reason: ChangeReason | None
    other_assessor: bool
    movement: bool
    same_type_in_a_row: int


@dataclass(frozen=True, slots=True)
class Current:
    """How a thread stands: its newest judgement, and since when the type has been this one."""

    judgement: Judgement
    since: datetime
    count: int


def known_at(judgements: Iterable[Judgement], known: datetime | None) -> list[Judgement]:
    """Keep what had been recorded by that moment; everything for `None`."""
    return [judgement for judgement in judgements if known is None or judgement.recorded_at <= known]


def in_order(judgements: Sequence[Judgement], at: datetime | None = None) -> list[Judgement]:
    """Return what was assessed up to and including the moment `at`, in the order of the thread.

    A correction follows right after what it corrects.
    """
    by_id = {judgement.id: judgement for judgement in judgements}

    def place(judgement: Judgement) -> tuple[datetime, int, int]:
        first = judgement
        while first.supersedes is not None and first.supersedes in by_id:
            first = by_id[first.supersedes]
        return judgement.assessed_at, first.number, judgement.number

    return sorted((one for one in judgements if at is None or one.assessed_at <= at), key=place)


def in_force(judgements: Sequence[Judgement], at: datetime | None = None) -> list[Judgement]:
    """Return what counts, in the order of the thread, up to and including the moment `at`.

    Left out is what was corrected by another row of `judgements`, and what was retracted.
    """
    superseded = {judgement.supersedes for judgement in judgements}
    return [
        judgement
        for judgement in in_order(judgements, at)
        if judgement.id not in superseded and not judgement.retracted
    ]


def transitions(course: Sequence[Judgement]) -> list[Transition]:
    """Return the steps between judgements in force, each compared with the last of its perspective.

    A supervisor's look in between does not hide how the practitioner's own judgements moved. Where
    a perspective speaks for the first time, it is compared with the judgement just before it.
    """
    steps: list[Transition] = []
    last: Judgement | None = None
    last_of: dict[Perspective, Judgement] = {}
    in_a_row: dict[Perspective, int] = {}
    for judgement in course:
        own_previous = last_of.get(judgement.perspective)
        repeated = (
            own_previous is not None
            and own_previous.relationship_type is judgement.relationship_type
            and judgement.relationship_type is not None
        )
        in_a_row[judgement.perspective] = in_a_row[judgement.perspective] + 1 if repeated else 1
        if previous := own_previous or last:
            steps.append(_step(previous, judgement, in_a_row[judgement.perspective]))
        last = last_of[judgement.perspective] = judgement
    return steps


def _step(previous: Judgement, judgement: Judgement, same_type_in_a_row: int) -> Transition:
    other_assessor = (
        previous.perspective is not judgement.perspective
        or previous.recorded_by != judgement.recorded_by
        or judgement.change_reason is ChangeReason.OTHER_ASSESSOR
    )
    direction = (
        Direction.UNCLEAR
        if other_assessor
        else direction_of(previous.relationship_type, judgement.relationship_type)
    )
    return Transition(
        previous_id=previous.id,
        assessment_id=judgement.id,
        assessed_at=judgement.assessed_at,
        from_type=previous.relationship_type,
        to_type=judgement.relationship_type,
        direction=direction,
        changed_answers=previous.answers.differences(judgement.answers),
        change_reason=judgement.change_reason,
        other_assessor=other_assessor,
        movement=direction in (Direction.FORWARD, Direction.BACK)
        and judgement.change_reason not in NOT_ABOUT_THE_CLIENT,
        same_type_in_a_row=same_type_in_a_row,
    )


def direction_of(before: RelationshipType | None, after: RelationshipType | None) -> Direction:
    """Compare two types of the same assessor; without a type on either side nothing can be said."""
    if before is None or after is None:
        return Direction.UNCLEAR
    if before is after:
        return Direction.SAME
    return Direction.FORWARD if after.commitment > before.commitment else Direction.BACK


def current(course: Sequence[Judgement]) -> Current | None:
    """Return how a thread stands after these judgements in force, or `None` when there are none."""
    if not course:
        return None
    newest = course[-1]
    _, run = next(groupby(reversed(course), key=lambda judgement: judgement.relationship_type))
    return Current(judgement=newest, since=list(run)[-1].assessed_at, count=len(course))


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of corrections, seen from one of its rows: its place in it, from 1, and the newest."""

    place: int
    length: int
    newest_id: UUID

    @property
    def tag(self) -> str:
        """A text that changes whenever the chain grows."""
        return f"{self.place}-{self.length}"


def chain_of(judgements: Iterable[Judgement], assessment_id: UUID) -> Chain:
    """Return the chain of corrections that an assessment is part of.

    Raises `KeyError` when the assessment is not among the judgements.
    """
    by_id = {judgement.id: judgement for judgement in judgements}
    by_superseded = {j.supersedes: j.id for j in by_id.values() if j.supersedes is not None}
    place = 1
    before = by_id[assessment_id].supersedes
    while before is not None:
        place += 1
        before = by_id[before].supersedes
    length, newest = place, assessment_id
    while newest in by_superseded:
        length += 1
        newest = by_superseded[newest]
    return Chain(place, length, newest)

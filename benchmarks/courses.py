"""Make up courses: threads with their assessments over time, judged by the rules and projected.

Everything here is computed with the functions of the domain, so that what is seeded is what the
service itself would have recorded.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.answers import ALL_ANSWERS
from app.domain.ruleset import Ruleset
from app.domain.thread import Judgement, Perspective, Transition, current, in_force, transitions
from app.models.base import uuid7

LONG = 50
_BETWEEN = timedelta(days=10)
_EARLIEST = timedelta(days=600)
_SPREAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Course:
    """One thread, with everything judged in it."""

    case_id: UUID
    participant: str
    length: int
    start: datetime
    thread_id: UUID = field(default_factory=uuid7)
    participant_id: UUID = field(default_factory=uuid7)
    judgements: list[Judgement] = field(default_factory=list)

    @property
    def steps(self) -> list[Transition]:
        """The transitions of the thread."""
        return transitions(in_force(self.judgements))

    @property
    def projection(self) -> dict[str, Any]:
        """The columns of the thread that are computed."""
        state = current(in_force(self.judgements))
        assert state, "a course has judgements"
        newest = state.judgement
        return {
            "relationship_type": newest.relationship_type,
            "clarity": newest.clarity,
            "provisional": newest.provisional,
            "perspective": newest.perspective,
            "since": state.since,
            "last_assessed_at": newest.assessed_at,
            "last_assessment_id": newest.id,
            "assessment_count": state.count,
            "recorded_count": len(self.judgements),
        }


@dataclass(frozen=True, slots=True)
class CaseCourse:
    """One case about one concern, with the threads of its participants, and its conversations."""

    id: UUID
    reference: str
    courses: list[Course]
    concern_id: UUID = field(default_factory=uuid7)
    opening_id: UUID = field(default_factory=uuid7)
    conversation_ids: list[UUID] = field(default_factory=list)


def make_up(assessments: int, now: datetime, rng: random.Random) -> list[CaseCourse]:
    """Plan cases with so many assessments in all, still without any judgement.

    One in a thousand threads or so, and at least four, has `LONG` assessments; the others 5 to 10.
    """
    long = max(4, assessments // 1000)
    lengths = [[LONG]] * long
    rest = assessments - LONG * long
    while rest > 0:
        pair = [rng.randint(5, 10), rng.randint(5, 10)]
        lengths.append(pair)
        rest -= sum(pair)
    rng.shuffle(lengths)
    return [_case(number, of, now, rng) for number, of in enumerate(lengths, start=1)]


def _case(number: int, lengths: list[int], now: datetime, rng: random.Random) -> CaseCourse:
    case_id = uuid7()
    start = now - _EARLIEST + timedelta(days=rng.uniform(0, _SPREAD_DAYS))
    return CaseCourse(
        id=case_id,
        reference=f"2025-{number:06}",
        courses=[
            Course(case_id, participant, length, start)
            for participant, length in zip(("mother", "father"), lengths, strict=False)
        ],
    )


def judged_in_turn(
    cases: list[CaseCourse], by: UUID, ruleset: Ruleset, rng: random.Random
) -> Iterator[tuple[CaseCourse, Course, Judgement]]:
    """Judge every thread for the first time, then every thread for the second, and so on.

    So rows of one thread lie far apart in the database, as they do when they come in over years.
    """
    for turn in range(LONG):
        for case in cases:
            if turn < max(course.length for course in case.courses):
                case.conversation_ids.append(uuid7())
            for course in case.courses:
                if turn < course.length:
                    course.judgements.append(_judgement(course, case.conversation_ids[-1], by, ruleset, rng))
                    yield case, course, course.judgements[-1]


def _judgement(
    course: Course, conversation_id: UUID, by: UUID, ruleset: Ruleset, rng: random.Random
) -> Judgement:
    turn = len(course.judgements)
    classification = ruleset.classify(rng.choice(ALL_ANSWERS))
    assessed_at = course.start + turn * _BETWEEN
    return Judgement(
        id=uuid7(),
        conversation_id=conversation_id,
        ruleset_version=ruleset.version,
        number=turn + 1,
        assessed_at=assessed_at,
        recorded_at=assessed_at + timedelta(hours=1),
        recorded_by=by,
        perspective=Perspective.PRACTITIONER,
        answers=classification.answers,
        relationship_type=classification.relationship_type,
        clarity=classification.clarity,
        provisional=classification.provisional,
        change_reason=None,
        supersedes=None,
        retracted=False,
    )

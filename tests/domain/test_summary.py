"""What one sentence says about a thread, and the periods its time is divided into."""

from itertools import pairwise

import pytest
from hypothesis import given

from app.domain.classification import Clarity, RelationshipType
from app.domain.summary import Period, Summary, periods, summary
from app.domain.thread import Direction, Judgement, Perspective, current, in_force, transitions
from tests.domain.support import BOB, COMPLAINANT, CUSTOMER, VISITOR, day, made
from tests.domain.test_thread_histories import History, histories

OWN, SUPERVISOR, CLIENT = Perspective.PRACTITIONER, Perspective.SUPERVISOR, Perspective.CLIENT
Look = tuple[Perspective, RelationshipType | None]


def course_of(*looks: Look) -> list[Judgement]:
    return [
        made(number, relationship_type, perspective=perspective)
        for number, (perspective, relationship_type) in enumerate(looks, start=1)
    ]


def told(looks: list[Look]) -> Summary:
    found = summary(course_of(*looks))
    assert found is not None
    return found


def test_nothing_that_counts_has_no_summary_and_no_period() -> None:
    assert summary([]) is None
    assert periods([]) == ()


def test_a_thread_with_one_assessment_came_from_nowhere() -> None:
    assert told([(OWN, VISITOR)]) == Summary(
        relationship_type=VISITOR,
        clarity=Clarity.CLEAR,
        provisional=False,
        perspective=OWN,
        since=day(1),
        came_from=(),
        step=None,
    )
    assert told([(OWN, VISITOR)]).direction is None


@pytest.mark.parametrize(
    ("looks", "came_from", "since", "direction"),
    [
        # It stands where it began.
        ([(OWN, VISITOR), (OWN, VISITOR)], (), 1, Direction.SAME),
        # It moved, and stayed there since.
        ([(OWN, VISITOR), (OWN, CUSTOMER), (OWN, CUSTOMER)], (VISITOR,), 2, Direction.FORWARD),
        ([(OWN, CUSTOMER), (OWN, COMPLAINANT)], (CUSTOMER,), 2, Direction.BACK),
        # Each change once, a time without a type included.
        (
            [(OWN, VISITOR), (OWN, VISITOR), (OWN, None), (OWN, None), (OWN, COMPLAINANT)],
            (VISITOR, None),
            5,
            Direction.UNCLEAR,
        ),
        # A supervisor who sees it differently is no movement.
        ([(OWN, VISITOR), (SUPERVISOR, CUSTOMER)], (VISITOR,), 2, Direction.UNCLEAR),
        # The practitioner saw no change; the look in between stands in the way all the same.
        (
            [(OWN, COMPLAINANT), (SUPERVISOR, VISITOR), (OWN, COMPLAINANT)],
            (COMPLAINANT, VISITOR),
            3,
            Direction.SAME,
        ),
        # The supervisor was first to see it; that the practitioner saw a movement is told.
        ([(OWN, VISITOR), (SUPERVISOR, CUSTOMER), (OWN, CUSTOMER)], (VISITOR,), 2, Direction.FORWARD),
        # Whoever agrees afterwards takes no movement away.
        ([(OWN, VISITOR), (OWN, CUSTOMER), (SUPERVISOR, CUSTOMER)], (VISITOR,), 2, Direction.FORWARD),
        # Of two that moved here, the last.
        (
            [(OWN, VISITOR), (CLIENT, CUSTOMER), (OWN, COMPLAINANT), (CLIENT, COMPLAINANT)],
            (VISITOR, CUSTOMER),
            3,
            Direction.BACK,
        ),
    ],
)
def test_summary_says_where_it_came_from(
    looks: list[Look],
    came_from: tuple[RelationshipType | None, ...],
    since: int,
    direction: Direction,
) -> None:
    found = told(looks)
    assert (found.came_from, found.since, found.direction) == (came_from, day(since), direction)


def test_another_practitioner_is_no_movement() -> None:
    found = summary([made(1, VISITOR), made(2, CUSTOMER, recorded_by=BOB)])
    assert found is not None
    assert found.step is not None
    assert (found.direction, found.step.movement) == (Direction.UNCLEAR, False)


def test_periods_say_what_held_and_on_whose_view() -> None:
    course = [
        *course_of((OWN, VISITOR), (CLIENT, VISITOR), (OWN, None)),
        made(4, None, clarity=Clarity.CONTRADICTORY),
        made(5, COMPLAINANT, clarity=Clarity.CLEAR),
        made(6, COMPLAINANT, clarity=Clarity.LEANING, perspective=SUPERVISOR),
    ]
    assert periods(course) == (
        Period(VISITOR, Clarity.CLEAR, day(1), day(3), frozenset({OWN, CLIENT})),
        Period(None, Clarity.UNCLEAR, day(3), day(4), frozenset({OWN})),
        Period(None, Clarity.CONTRADICTORY, day(4), day(5), frozenset({OWN})),
        Period(COMPLAINANT, Clarity.LEANING, day(5), None, frozenset({OWN, SUPERVISOR})),
    )


@given(histories())
def test_periods_and_summary_agree_with_how_the_thread_stands(history: History) -> None:
    course = in_force(history.told)
    state, found, divided = current(course), summary(course), periods(course)
    if state is None:
        assert (found, divided) == (None, ())
        return
    assert found is not None
    newest = state.judgement
    assert (found.relationship_type, found.clarity) == (newest.relationship_type, newest.clarity)
    assert (found.perspective, found.since) == (newest.perspective, state.since)
    assert found.step is None or found.step in transitions(course)
    assert (found.step is None) == (len(course) == 1)
    assert (divided[-1].relationship_type, divided[-1].clarity) == (newest.relationship_type, newest.clarity)
    assert newest.perspective in divided[-1].perspectives
    assert divided[-1].since >= state.since
    assert newest.relationship_type is None or divided[-1].since == state.since


@given(histories())
def test_periods_have_no_gap_and_no_overlap(history: History) -> None:
    course = in_force(history.told)
    divided = periods(course)
    assert [one.since for one in divided[:1]] == [one.assessed_at for one in course[:1]]
    assert all(one.until == following.since for one, following in pairwise(divided))
    assert all(one.until is None for one in divided[-1:])

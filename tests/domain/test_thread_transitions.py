from typing import Any

import pytest

from app.domain.classification import RelationshipType
from app.domain.thread import (
    ChangeReason,
    Direction,
    Perspective,
    Transition,
    direction_of,
    transitions,
)
from tests.domain.support import (
    BOB,
    BY_CODE,
    COMPLAINANT,
    CUSTOMER,
    HELP_REQUEST,
    PROBLEM,
    SHARE,
    VISITOR,
    day,
    made,
)

FORWARD, BACK, SAME, UNCLEAR = Direction


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        # More committed is forward, over one level or two; no level has to be passed through.
        (VISITOR, COMPLAINANT, FORWARD),
        (VISITOR, CUSTOMER, FORWARD),
        (COMPLAINANT, CUSTOMER, FORWARD),
        # Less committed is back.
        (COMPLAINANT, VISITOR, BACK),
        (CUSTOMER, VISITOR, BACK),
        (CUSTOMER, COMPLAINANT, BACK),
        # The same type stays where it is.
        (VISITOR, VISITOR, SAME),
        (COMPLAINANT, COMPLAINANT, SAME),
        (CUSTOMER, CUSTOMER, SAME),
        # Without a type on either side nothing can be said, nor without both.
        (None, VISITOR, UNCLEAR),
        (None, COMPLAINANT, UNCLEAR),
        (None, CUSTOMER, UNCLEAR),
        (VISITOR, None, UNCLEAR),
        (COMPLAINANT, None, UNCLEAR),
        (CUSTOMER, None, UNCLEAR),
        (None, None, UNCLEAR),
    ],
)
def test_direction_of_is_the_table(
    before: RelationshipType | None, after: RelationshipType | None, direction: Direction
) -> None:
    assert direction_of(before, after) is direction
    (step,) = transitions([made(1, before), made(2, after)])
    assert (step.direction, step.movement) == (direction, direction in (FORWARD, BACK))


@pytest.mark.parametrize(
    ("changes", "direction", "other_assessor", "movement"),
    [
        # Nobody said why: it is taken as movement.
        ({"change_reason": None}, FORWARD, False, True),
        # The relationship changed, or something happened: movement of the client.
        ({"change_reason": ChangeReason.RELATIONSHIP_CHANGED}, FORWARD, False, True),
        ({"change_reason": ChangeReason.EVENT}, FORWARD, False, True),
        # Reasons that tell something about us: a step, and no movement.
        ({"change_reason": ChangeReason.BETTER_INFORMATION}, FORWARD, False, False),
        ({"change_reason": ChangeReason.CONCERN_REWORDED}, FORWARD, False, False),
        ({"change_reason": ChangeReason.CORRECTION}, FORWARD, False, False),
        # Another assessor, whether that shows or is said: nothing can be told about the client.
        ({"change_reason": ChangeReason.OTHER_ASSESSOR}, UNCLEAR, True, False),
        ({"recorded_by": BOB}, UNCLEAR, True, False),
        ({"recorded_by": BOB, "change_reason": ChangeReason.EVENT}, UNCLEAR, True, False),
        # Another perspective, also when the same person wrote it down.
        ({"perspective": Perspective.CLIENT}, UNCLEAR, True, False),
        ({"perspective": Perspective.SUPERVISOR, "recorded_by": BOB}, UNCLEAR, True, False),
    ],
)
def test_transitions_tell_movement_of_the_client_from_our_own(
    changes: dict[str, Any], direction: Direction, other_assessor: bool, movement: bool
) -> None:
    (step,) = transitions([made(1, VISITOR), made(2, CUSTOMER, **changes)])
    assert (step.direction, step.other_assessor, step.movement) == (direction, other_assessor, movement)


def test_transitions_say_everything_about_each_step() -> None:
    first = made(1, VISITOR, answers=BY_CODE["nnn"])
    second = made(2, VISITOR, answers=BY_CODE["ynn"], change_reason=ChangeReason.BETTER_INFORMATION)
    third = made(3, CUSTOMER, answers=BY_CODE["yyy"])
    assert transitions([first, second, third]) == [
        Transition(
            previous_id=first.id,
            assessment_id=second.id,
            assessed_at=day(2),
            from_type=VISITOR,
            to_type=VISITOR,
            direction=SAME,
            changed_answers=(PROBLEM,),
            change_reason=ChangeReason.BETTER_INFORMATION,
            other_assessor=False,
            movement=False,
            same_type_in_a_row=2,
            answers_before=BY_CODE["nnn"],
            answers_after=BY_CODE["ynn"],
        ),
        Transition(
            previous_id=second.id,
            assessment_id=third.id,
            assessed_at=day(3),
            from_type=VISITOR,
            to_type=CUSTOMER,
            direction=FORWARD,
            changed_answers=(HELP_REQUEST, SHARE),
            change_reason=None,
            other_assessor=False,
            movement=True,
            same_type_in_a_row=1,
            answers_before=BY_CODE["ynn"],
            answers_after=BY_CODE["yyy"],
        ),
    ]


def test_transitions_are_none_before_the_second_judgement() -> None:
    assert transitions([]) == transitions([made(1, VISITOR)]) == []


def test_transitions_are_not_hidden_by_a_supervisors_look_in_between() -> None:
    look: dict[str, Any] = {"perspective": Perspective.SUPERVISOR, "recorded_by": BOB}
    course = [made(1, VISITOR), made(2, COMPLAINANT, **look), made(3, CUSTOMER), made(4, VISITOR, **look)]
    assert [
        (step.previous_id.int, step.assessment_id.int, step.direction, step.movement)
        for step in transitions(course)
    ] == [
        # The first look is compared with what stands before it, which is somebody else's.
        (1, 2, UNCLEAR, False),
        # The practitioner's own step is seen, as if nobody had looked.
        (1, 3, FORWARD, True),
        # So is the supervisor's.
        (2, 4, BACK, True),
    ]


@pytest.mark.parametrize(
    ("course", "in_a_row"),
    [
        # Each assessment of the same type counts one more.
        ([(VISITOR, "p"), (VISITOR, "p"), (VISITOR, "p"), (VISITOR, "p")], [2, 3, 4]),
        # Another type begins again.
        ([(VISITOR, "p"), (VISITOR, "p"), (CUSTOMER, "p"), (CUSTOMER, "p")], [2, 1, 2]),
        # No type is no type twice, and breaks a row.
        ([(VISITOR, "p"), (None, "p"), (None, "p"), (VISITOR, "p")], [1, 1, 1]),
        # Each perspective has a row of its own.
        ([(VISITOR, "p"), (VISITOR, "s"), (VISITOR, "p"), (VISITOR, "s")], [1, 2, 2]),
        # A look of another perspective does not break it, whatever it sees.
        ([(VISITOR, "p"), (CUSTOMER, "s"), (VISITOR, "p"), (VISITOR, "p")], [1, 2, 3]),
    ],
)
def test_same_type_in_a_row_counts_within_a_perspective(
    course: list[tuple[RelationshipType | None, str]], in_a_row: list[int]
) -> None:
    perspectives = {"p": Perspective.PRACTITIONER, "s": Perspective.SUPERVISOR}
    judgements = [
        made(number, kind, perspective=perspectives[letter])
        for number, (kind, letter) in enumerate(course, start=1)
    ]
    assert [step.same_type_in_a_row for step in transitions(judgements)] == in_a_row

from itertools import permutations

import pytest

from app.domain.classification import RelationshipType
from app.domain.thread import (
    Chain,
    Current,
    Judgement,
    chain_of,
    current,
    in_force,
    in_order,
    known_at,
)
from tests.domain.support import (
    COMPLAINANT,
    CUSTOMER,
    VISITOR,
    corrected,
    day,
    made,
    numbers,
    recording,
    retracted,
)

FIRST = made(1, VISITOR)
SECOND = made(2, VISITOR)
THIRD = made(3, COMPLAINANT)


# ---------------------------------------------------------------- order, and what counts


@pytest.mark.parametrize(
    ("recorded", "order", "force"),
    [
        # Nothing was recorded yet.
        ([], [], []),
        # Recorded in the order in which it was assessed.
        ([FIRST, SECOND, THIRD], [1, 2, 3], [1, 2, 3]),
        # Written down late: it gets its own place in time.
        ([FIRST, SECOND, made(3, VISITOR, on=0)], [3, 1, 2], [3, 1, 2]),
        # At the same moment: what was recorded first comes first.
        ([made(1, VISITOR, on=5), made(2, CUSTOMER, on=5)], [1, 2], [1, 2]),
        # A correction stands right after what it corrects, and counts in its place.
        ([FIRST, SECOND, corrected(FIRST, 3)], [1, 3, 2], [3, 2]),
        # Also between assessments of the same moment.
        (
            [made(1, VISITOR, on=5), made(2, VISITOR, on=5), corrected(made(1, VISITOR, on=5), 3)],
            [1, 3, 2],
            [3, 2],
        ),
        # A correction of a correction keeps that place.
        (
            [FIRST, SECOND, corrected(FIRST, 3), corrected(corrected(FIRST, 3), 4)],
            [1, 3, 4, 2],
            [4, 2],
        ),
        # Entered in error: it stays visible, with the row that says so, and neither counts.
        ([FIRST, SECOND, retracted(FIRST, 3)], [1, 3, 2], [2]),
        # Everything was entered in error: nothing counts.
        ([FIRST, retracted(FIRST, 2)], [1, 2], []),
        # A retraction that was itself an error: its correction counts again.
        (
            [FIRST, SECOND, retracted(FIRST, 3), corrected(retracted(FIRST, 3), 4)],
            [1, 3, 4, 2],
            [4, 2],
        ),
        # A correction that was entered in error takes the assessment along.
        (
            [FIRST, SECOND, corrected(FIRST, 3), retracted(corrected(FIRST, 3), 4)],
            [1, 3, 4, 2],
            [2],
        ),
    ],
)
def test_in_order_keeps_everything_and_in_force_what_counts(
    recorded: list[Judgement], order: list[int], force: list[int]
) -> None:
    for told in permutations(recorded):  # in whatever order they are handed over
        assert numbers(in_order(told)) == order
        assert numbers(in_force(told)) == force


def test_in_order_and_in_force_stop_at_a_moment_and_include_it() -> None:
    recorded = [FIRST, SECOND, THIRD, corrected(FIRST, 4)]
    assert numbers(in_order(recorded, day(2))) == [1, 4, 2]
    assert numbers(in_force(recorded, day(2))) == [4, 2]
    assert in_force(recorded, day(0)) == []


def test_in_order_places_a_correction_whose_original_is_out_of_sight() -> None:
    assert numbers(in_order([SECOND, corrected(FIRST, 3)])) == [3, 2]


def test_known_at_keeps_what_had_been_recorded_by_then() -> None:
    recorded = [FIRST, SECOND, THIRD]
    assert known_at(recorded, None) == recorded
    assert known_at(recorded, recording(2)) == [FIRST, SECOND]
    assert known_at(recorded, recording(0)) == []


def test_known_at_forgets_a_correction_that_was_made_later() -> None:
    recorded = [FIRST, SECOND, corrected(FIRST, 3)]
    assert numbers(in_force(known_at(recorded, recording(2)))) == [1, 2]
    assert numbers(in_force(known_at(recorded, recording(3)))) == [3, 2]


# ---------------------------------------------------------------- how it stands


@pytest.mark.parametrize(
    ("types", "since"),
    [
        # The only one there is.
        ([VISITOR], 1),
        # A new type counts from its own day.
        ([VISITOR, CUSTOMER], 2),
        # The same type counts from the first day of its run.
        ([VISITOR, COMPLAINANT, COMPLAINANT, COMPLAINANT], 2),
        # Only the last run: the type was there before, and went away.
        ([CUSTOMER, VISITOR, CUSTOMER, CUSTOMER], 3),
        # No type has a since as well.
        ([VISITOR, None, None], 2),
    ],
)
def test_current_is_the_newest_and_since_when(types: list[RelationshipType | None], since: int) -> None:
    course = [made(number, kind) for number, kind in enumerate(types, start=1)]
    assert current(course) == Current(judgement=course[-1], since=day(since), count=len(types))


def test_current_is_nothing_when_nothing_counts() -> None:
    assert current(in_force([FIRST, retracted(FIRST, 2)])) is None


def test_chain_of_tells_the_place_the_length_and_the_newest() -> None:
    correction = corrected(FIRST, 3)
    recorded = [FIRST, SECOND, correction, retracted(correction, 4)]
    chains = {one.number: chain_of(recorded, one.id) for one in recorded}
    newest = recorded[-1].id
    assert chains == {
        1: Chain(place=1, length=3, newest_id=newest),
        2: Chain(place=1, length=1, newest_id=SECOND.id),
        3: Chain(place=2, length=3, newest_id=newest),
        4: Chain(place=3, length=3, newest_id=newest),
    }
    assert [chain.tag for chain in chains.values()] == ["1-3", "1-1", "2-3", "3-3"]


def test_chain_of_an_assessment_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        chain_of([FIRST], SECOND.id)

"""What holds for every history: recorded late, at the same moment, corrected, retracted, in any order."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.classification import RelationshipType
from app.domain.thread import (
    ChangeReason,
    Judgement,
    Perspective,
    chain_of,
    current,
    in_force,
    in_order,
    known_at,
    transitions,
)
from tests.domain.support import ANN, BOB, BY_CODE, corrected, day, made, numbers, retracted

types = st.sampled_from([*RelationshipType, None])
perspectives = st.sampled_from([Perspective.PRACTITIONER, Perspective.SUPERVISOR, Perspective.CLIENT])
changes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "answers": st.sampled_from(list(BY_CODE.values())),
        "change_reason": st.sampled_from([*ChangeReason, None]),
        "recorded_by": st.sampled_from([ANN, BOB]),
    }
)


@dataclass(frozen=True)
class History:
    """`recorded` is in the order of recording, `told` the same in the order of a careless database."""

    recorded: list[Judgement]
    told: list[Judgement]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to ten rows, on four days, each new, or in the place of the newest row of a chain."""
    recorded: list[Judgement] = []
    for number in range(1, draw(st.integers(0, 10)) + 1):
        newest = [one for one in recorded if not any(other.supersedes == one.id for other in recorded)]
        kind = draw(st.sampled_from(["new", "new", "correction", "retraction"]))
        old = draw(st.sampled_from(newest)) if newest else None
        if old is None or kind == "new":
            moment, view = draw(st.integers(0, 3)), draw(perspectives)
            recorded.append(made(number, draw(types), on=moment, perspective=view, **draw(changes)))
        elif kind == "correction":
            recorded.append(corrected(old, number, relationship_type=draw(types), **draw(changes)))
        else:
            recorded.append(retracted(old, number))
    return History(recorded, draw(st.permutations(recorded)))


@given(histories())
def test_a_history_does_not_depend_on_the_order_in_which_it_is_told(history: History) -> None:
    assert in_order(history.told) == in_order(history.recorded)
    assert in_force(history.told) == in_force(history.recorded)
    for one in history.recorded:
        assert chain_of(history.told, one.id) == chain_of(history.recorded, one.id)


@given(histories())
def test_a_history_reads_as_it_was_known_at_every_earlier_moment(history: History) -> None:
    for length, newest in enumerate(history.recorded, start=1):
        then, known = history.recorded[:length], known_at(history.told, newest.recorded_at)
        assert in_order(known) == in_order(then)
        assert in_force(known) == in_force(then)
        assert transitions(in_force(known)) == transitions(in_force(then))
        assert current(in_force(known)) == current(in_force(then))
        assert {one.id: chain_of(known, one.id) for one in known} == {
            one.id: chain_of(then, one.id) for one in then
        }


@given(histories(), st.integers(-1, 4))
def test_a_history_at_a_moment_is_the_part_until_then(history: History, moment: int) -> None:
    until = [one for one in history.recorded if one.assessed_at <= day(moment)]
    assert in_order(history.told, day(moment)) == in_order(until)
    assert in_force(history.told, day(moment)) == in_force(until)


@given(histories())
def test_in_order_is_by_moment_with_every_chain_in_one_piece(history: History) -> None:
    ordered = in_order(history.told)
    assert sorted(numbers(ordered)) == numbers(history.recorded)
    assert [one.assessed_at for one in ordered] == sorted(one.assessed_at for one in ordered)
    for before, one in zip([None, *ordered], ordered, strict=False):
        if one.supersedes is not None:
            assert before is not None
            assert before.id == one.supersedes


@given(histories())
def test_in_force_is_the_newest_of_every_chain_unless_retracted(history: History) -> None:
    newest = {chain_of(history.recorded, one.id).newest_id for one in history.recorded}
    assert {one.id for one in in_force(history.told)} == {
        one.id for one in history.recorded if one.id in newest and not one.retracted
    }


@given(histories())
def test_transitions_are_one_less_than_what_counts_and_stay_within_it(history: History) -> None:
    course = in_force(history.told)
    steps = transitions(course)
    places = {one.id: place for place, one in enumerate(course)}
    assert [step.assessment_id for step in steps] == [one.id for one in course[1:]]
    assert all(places[step.previous_id] < places[step.assessment_id] for step in steps)
    state = current(course)
    assert (state.count if state else 0) == len(course)


@given(histories(), types, perspectives, changes)
def test_transitions_stay_when_something_later_is_added(
    history: History,
    relationship_type: RelationshipType | None,
    perspective: Perspective,
    words: dict[str, Any],
) -> None:
    number = len(history.recorded) + 1
    later = made(number, relationship_type, on=3, perspective=perspective, **words)
    before = transitions(in_force(history.told))
    after = transitions(in_force([later, *history.told]))
    assert after[: len(before)] == before
    assert len(after) - len(before) == (1 if in_force(history.told) else 0)

"""What asks for attention: a table for every signal, and what holds for every history."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.approach import Audience
from app.domain.classification import RelationshipType
from app.domain.signals import (
    DEFAULTS,
    HIDDEN,
    NODDING,
    Circumstance,
    Signal,
    SignalKind,
    Standing,
    Thresholds,
    agreed_but_not_done,
    assessors_disagree,
    beside_a_customer,
    course_signals,
    hidden_customer,
    moved_back,
    not_seen,
    possibly_resolved,
    signals,
    stuck,
    task_mismatch,
)
from app.domain.thread import ChangeReason, Judgement, Perspective, TaskDone, TaskGiven, current, known_at
from app.domain.thread import in_force as counting
from app.knowledge import load_knowledge
from tests.domain.support import ANN, BOB, BY_CODE, COMPLAINANT, CUSTOMER, VISITOR, corrected, day, made

RULESETS = load_knowledge().rulesets
RULES = load_knowledge().current
SUPERVISOR = Perspective.SUPERVISOR
DONE, PARTLY, NOT_DONE = TaskDone


def line(*codes: str | Judgement, **changes: Any) -> list[Judgement]:
    """Judgements of one perspective, on following days, with the type the rules give these answers."""
    return [
        judged(number, one, **changes) if isinstance(one, str) else one
        for number, one in enumerate(codes, start=1)
    ]


def judged(number: int, code: str, **changes: Any) -> Judgement:
    result = RULES.classify(BY_CODE[code])
    judgement = made(number, None, answers=BY_CODE[code], clarity=result.clarity)
    return replace(judgement, relationship_type=result.relationship_type, **changes)


def told(signal: Signal | None) -> tuple[int, list[int]] | None:
    """Since which day a signal is there, and on which judgements it rests."""
    if signal is None:
        return None
    return (signal.since - day(0)).days, [one.int for one in signal.rests_on]


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ([], None),
        (["yyn"], None),
        (["yyn", "yyn"], None),
        (["yyn", "yyn", "yyn"], (3, [1, 2, 3])),
        (["yyn", "yyn", "yyn", "yyn"], (3, [1, 2, 3, 4])),
        # Another type in between, or no type, begins again.
        (["yyn", "nnn", "yyn", "yyn"], None),
        (["yyn", "mmm", "yyn", "yyn"], None),
        (["mmm", "mmm", "mmm"], None),
        # An answer that came closer to a request or an own share is a movement forward.
        (["yyn", "yyn", "yym"], None),
        (["yyn", "yyn", "yym", "yym", "yym"], (5, [3, 4, 5])),
        (["nnn", "nnn", "nmn", "nmn"], None),
        # That somebody began to see a problem is none yet: nothing is asked.
        (["nnn", "nnn", "ynn"], (3, [1, 2, 3])),
        # A step back in the answers is no movement forward.
        (["nmn", "nnn", "nnn"], (3, [1, 2, 3])),
    ],
    ids=str,
)
def test_stuck(course: list[str], expected: object) -> None:
    found = line(*course)
    assert told(stuck(found) if found else None) == expected


@pytest.mark.parametrize(("done", "holds"), [(DONE, False), (PARTLY, False), (NOT_DONE, True), (None, True)])
def test_nobody_is_stuck_who_does_what_was_agreed(done: TaskDone | None, holds: bool) -> None:
    course = line("yyy", "yyy", judged(3, "yyy", previous_task_done=done))
    assert (stuck(course) is not None) is holds


def test_stuck_follows_the_threshold() -> None:
    course = line(*["yyn"] * 5)
    assert told(stuck(course, Thresholds(stuck_after=5))) == (5, [1, 2, 3, 4, 5])
    assert stuck(course, Thresholds(stuck_after=6)) is None
    assert told(stuck(course, Thresholds(stuck_after=2))) == (2, [1, 2, 3, 4, 5])


FITS: dict[tuple[str, TaskGiven | None], bool] = {
    ("nnn", TaskGiven.OBSERVATION): False,
    ("nnn", TaskGiven.BEHAVIOURAL): False,
    ("nnn", TaskGiven.ADVICE): False,
    ("yyn", TaskGiven.OBSERVATION): True,
    ("yyn", TaskGiven.BEHAVIOURAL): False,
    ("yyn", TaskGiven.ADVICE): False,
    ("yyy", TaskGiven.OBSERVATION): False,
    ("yyy", TaskGiven.BEHAVIOURAL): True,
    ("yyy", TaskGiven.ADVICE): True,
    ("mmm", TaskGiven.OBSERVATION): False,
    ("mmm", TaskGiven.BEHAVIOURAL): False,
    ("mmm", TaskGiven.ADVICE): False,
    **{(code, TaskGiven.NONE): True for code in ("nnn", "yyn", "yyy", "mmm")},
    **{(code, None): True for code in ("nnn", "yyn", "yyy", "mmm")},
}


@pytest.mark.parametrize(("code", "task"), FITS, ids=str)
def test_task_mismatch(code: str, task: TaskGiven | None) -> None:
    course = [judged(1, "yyy"), judged(2, code, task_given=task)]
    expected = None if FITS[code, task] else (2, [2])
    assert told(task_mismatch(course, RULESETS)) == expected
    # What was given before the newest conversation is over.
    assert task_mismatch([*course, judged(3, code)], RULESETS) is None


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ([("yyy", None), ("yyy", NOT_DONE)], None),
        ([("yyy", None), ("yyy", NOT_DONE), ("yyy", NOT_DONE)], (3, [2, 3])),
        # Not asked in between says nothing; done, even in part, says that it happens.
        ([("yyy", NOT_DONE), ("yyy", None), ("yyy", NOT_DONE)], (3, [1, 3])),
        ([("yyy", NOT_DONE), ("yyy", PARTLY), ("yyy", NOT_DONE)], None),
        ([("yyy", NOT_DONE), ("yyy", NOT_DONE), ("yyy", DONE)], None),
        # Only where there is a customer relationship.
        ([("yyn", NOT_DONE), ("yyn", NOT_DONE)], None),
        ([("yyy", NOT_DONE), ("yyy", NOT_DONE), ("yyn", NOT_DONE)], None),
        # Nodding along is one by itself, from its first time on.
        ([("mny", None)], (1, [1])),
        ([("mny", None), ("mny", None)], (1, [1, 2])),
        ([("mny", None), ("yyy", None)], None),
    ],
    ids=str,
)
def test_agreed_but_not_done(course: list[tuple[str, TaskDone | None]], expected: object) -> None:
    found = [judged(n, code, previous_task_done=done) for n, (code, done) in enumerate(course, start=1)]
    assert told(agreed_but_not_done(found, RULESETS)) == expected


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (["yyy"], None),
        (["yyy", "yyn"], (2, [1, 2])),
        (["yyn", "nnn"], (2, [1, 2])),
        (["yyn", "yyy"], None),
        (["yyy", "yyn", "yyn"], None),
        (["yyy", "mmm"], None),
        # What is possibly resolved did not move back.
        (["yyy", "nnn"], None),
    ],
    ids=str,
)
def test_moved_back(course: list[str], expected: object) -> None:
    assert told(moved_back(line(*course))) == expected


@pytest.mark.parametrize("reason", [None, *ChangeReason])
@pytest.mark.parametrize("somebody", [ANN, BOB])
def test_only_a_movement_of_the_client_is_one_back(reason: ChangeReason | None, somebody: UUID) -> None:
    course = [judged(1, "yyy"), judged(2, "yyn", change_reason=reason, recorded_by=somebody)]
    is_movement = somebody == ANN and reason in (None, ChangeReason.RELATIONSHIP_CHANGED, ChangeReason.EVENT)
    assert (moved_back(course) is not None) is is_movement
    resolved = [judged(1, "yyy"), judged(2, "nnn", change_reason=reason, recorded_by=somebody)]
    assert (possibly_resolved(resolved) is not None) is is_movement


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (["nnn"], None),
        (["yyy", "nnn"], (2, [1, 2])),
        (["yyy", "nny", "nnn"], (2, [1, 2, 3])),
        (["yyn", "nnn"], None),
        (["yyy", "yyn", "nnn"], None),
        (["yyy", "nnn", "yyn"], None),
        (["yyy", "mnn"], None),
    ],
    ids=str,
)
def test_possibly_resolved(course: list[str], expected: object) -> None:
    assert told(possibly_resolved(line(*course))) == expected


PATTERNS = {code: RULES.classify(answers).pattern for code, answers in BY_CODE.items()}


@pytest.mark.parametrize("code", BY_CODE)
def test_the_patterns_that_are_a_signal(code: str) -> None:
    course = line("yyy", code)
    hidden = hidden_customer(course, RULESETS)
    assert told(hidden) == ((2, [2]) if PATTERNS[code] == HIDDEN else None)
    nodding = agreed_but_not_done(course, RULESETS)
    assert told(nodding) == ((2, [2]) if PATTERNS[code] == NODDING else None)


def test_every_ruleset_has_the_patterns() -> None:
    for ruleset in RULESETS.values():
        assert {HIDDEN, NODDING} <= {row.pattern for row in ruleset.table.values()}


# ---------------------------------------------------------------- more than one thread or perspective


def look(number: int, code: str, on: int, **changes: Any) -> Judgement:
    """The supervisor's look at the conversation of a day."""
    return judged(
        number,
        code,
        perspective=SUPERVISOR,
        recorded_by=BOB,
        assessed_at=day(on),
        conversation_id=UUID(int=1000 + on),
        **changes,
    )


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ([judged(1, "yyy")], None),
        ([judged(1, "yyy"), look(2, "yyy", 1)], None),
        ([judged(1, "yyy"), look(2, "yyn", 1)], (1, [1, 2])),
        # Of two different conversations nothing can be said.
        ([judged(1, "yyy"), look(2, "yyn", 2)], None),
        # Without a type there is no other type.
        ([judged(1, "yyy"), look(2, "mmm", 1)], None),
        # One of the two comes to the type of the other.
        ([judged(1, "yyy"), look(2, "yyn", 1), judged(3, "yyn")], None),
        ([judged(1, "yyy"), look(2, "yyn", 1), judged(3, "yyy")], (1, [1, 2])),
        # The newest that two looked at counts.
        ([judged(1, "yyy"), look(2, "yyn", 1), judged(3, "nnn"), look(4, "nnn", 3)], None),
        ([judged(1, "yyy"), look(2, "yyy", 1), judged(3, "nnn"), look(4, "yyn", 3)], (3, [3, 4])),
    ],
)
def test_assessors_disagree(course: list[Judgement], expected: object) -> None:
    assert told(assessors_disagree(course)) == expected


def standing(number: int, kind: RelationshipType | None, since: int = 1, person: int = 7) -> Standing:
    return Standing(UUID(int=number), UUID(int=person), UUID(int=100 + number), kind, day(since), day(since))


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        (standing(1, VISITOR), [], None),
        (standing(1, VISITOR), [standing(2, CUSTOMER, 5)], (5, [101, 102])),
        (standing(1, VISITOR, 8), [standing(2, CUSTOMER, 5)], (8, [101, 102])),
        (
            standing(1, VISITOR),
            [standing(3, CUSTOMER, 9), standing(2, CUSTOMER, 5)],
            (5, [101, 102, 103]),
        ),
        (standing(1, VISITOR), [standing(2, CUSTOMER, person=8)], None),
        (standing(1, VISITOR), [standing(2, COMPLAINANT)], None),
        (standing(1, COMPLAINANT), [standing(2, CUSTOMER)], None),
        (standing(1, CUSTOMER), [standing(2, VISITOR)], None),
        (standing(1, None), [standing(2, CUSTOMER)], None),
    ],
)
def test_a_visitor_relationship_beside_a_customer_relationship(
    own: Standing, others: list[Standing], expected: object
) -> None:
    assert told(beside_a_customer(own, [own, *others])) == expected


@pytest.mark.parametrize(("days", "holds"), [(0, False), (59, False), (60, True), (400, True)])
def test_not_seen(days: int, holds: bool) -> None:
    own = standing(1, VISITOR)
    found = not_seen(own, own.last_assessed_at + timedelta(days=days))
    assert told(found) == ((1 + DEFAULTS.not_seen_days, [101]) if holds else None)
    for is_open in (True, False):
        circumstance = Circumstance(own.last_assessed_at + timedelta(days=days), is_open)
        kinds = [one.kind for one in signals((), own, [own], circumstance)]
        assert kinds == [SignalKind.NOT_SEEN] * (holds and is_open)


def test_a_thread_in_which_nothing_counts_has_none() -> None:
    customer = standing(2, CUSTOMER)
    assert signals((), None, [customer], Circumstance(day(4000), is_open=True)) == ()


# ---------------------------------------------------------------- what holds for every history

codes = st.sampled_from(sorted(BY_CODE))
perspectives = st.sampled_from([Perspective.PRACTITIONER, Perspective.SUPERVISOR])


@st.composite
def histories(draw: Any) -> list[Judgement]:
    """Up to eight rows in the order of recording; each new, or in the place of an earlier one."""
    recorded: list[Judgement] = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        changes = {
            "previous_task_done": draw(st.sampled_from([None, *TaskDone])),
            "task_given": draw(st.sampled_from([None, *TaskGiven])),
            "recorded_by": draw(st.sampled_from([ANN, BOB])),
            "change_reason": draw(st.sampled_from([None, *ChangeReason])),
        }
        new = judged(number, draw(codes), perspective=draw(perspectives), **changes)
        new = replace(new, conversation_id=UUID(int=2000 + draw(st.integers(1, 3))))
        newest = [one for one in recorded if not any(other.supersedes == one.id for other in recorded)]
        if newest and draw(st.booleans()):
            old = draw(st.sampled_from(newest))
            new = corrected(
                old, number, answers=new.answers, relationship_type=new.relationship_type, **changes
            )
        recorded.append(new)
    return recorded


def found_in(recorded: list[Judgement]) -> tuple[Signal, ...]:
    return course_signals(counting(recorded), RULESETS)


@given(histories())
def test_a_signal_rests_on_what_counts_and_began_when_one_of_those_was_seen(
    recorded: list[Judgement],
) -> None:
    course = {one.id: one for one in counting(recorded)}
    found = found_in(recorded)
    kinds = [signal.kind for signal in found]
    assert len(set(kinds)) == len(kinds)
    for signal in found:
        assert signal.rests_on
        assert signal.since in {course[id_].assessed_at for id_ in signal.rests_on}
        moments = [course[id_].assessed_at for id_ in signal.rests_on]
        assert moments == sorted(moments)


@given(histories())
def test_what_was_known_at_a_past_moment_gives_the_signals_of_that_moment(recorded: list[Judgement]) -> None:
    for number, judgement in enumerate(recorded, start=1):
        assert found_in(known_at(recorded, judgement.recorded_at)) == found_in(recorded[:number])


@given(histories(), histories(), st.sampled_from([7, 8]))
def test_an_unrelated_assessment_never_changes_the_signals_of_another_thread(
    own: list[Judgement], other: list[Judgement], person: int
) -> None:
    mine = stands(1, 7, own)
    now = Circumstance(day(100), is_open=True)
    for upto in range(len(other)):
        before = stands(2, person, other[:upto])
        after = stands(2, person, other[: upto + 1])
        found = [
            signals(found_in(own), mine, [one for one in (mine, beside) if one], now)
            for beside in (before, after)
        ]
        is_related = person == 7 and CUSTOMER in {one.relationship_type for one in (before, after) if one}
        assert found[0] == found[1] or is_related


def stands(thread: int, person: int, recorded: list[Judgement]) -> Standing | None:
    state = current(counting(recorded))
    if state is None:
        return None
    newest = state.judgement
    return Standing(
        UUID(int=thread),
        UUID(int=person),
        newest.id,
        newest.relationship_type,
        state.since,
        newest.assessed_at,
    )


@given(histories(), st.integers(2, 6), st.integers(2, 6))
def test_a_higher_threshold_never_gives_more(recorded: list[Judgement], low: int, more: int) -> None:
    course = counting(recorded)
    few = course_signals(course, RULESETS, Thresholds(low, low))
    fewer = course_signals(course, RULESETS, Thresholds(low + more, low + more))
    assert {one.kind for one in fewer} <= {one.kind for one in few}


def test_a_look_of_somebody_else_does_not_end_what_the_practitioner_sees() -> None:
    course = [*line("yyn", "yyn", "yyn"), look(4, "nnn", 4)]
    assert SignalKind.STUCK in {one.kind for one in course_signals(course, RULESETS)}


def test_every_text_fits_its_signal() -> None:
    texts = load_knowledge().signals
    assert list(texts) == list(SignalKind)
    entries = {entry.id for entry in RULES.entries}
    for kind, text in texts.items():
        for about in Audience:
            signal = Signal(kind, day(1), (UUID(int=1),), about)
            assert text.entry_for(signal).id in entries

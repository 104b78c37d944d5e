from typing import Any
from uuid import UUID

import pytest

from app.domain.answers import Answer
from app.domain.approach import (
    NO_CIRCUMSTANCES,
    Audience,
    Circumstances,
    Condition,
    Entry,
    EntryKind,
)
from app.domain.classification import RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.texts import Text
from app.domain.thread import ChangeReason, Perspective, Referral, transitions
from tests.domain.support import BY_CODE, COMPLAINANT, CUSTOMER, HELP_REQUEST, SHARE, VISITOR, made

# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("condition", "code", "circumstances", "holds"),
    [
        # What asks for nothing holds always.
        (Condition(), "uuu", NO_CIRCUMSTANCES, True),
        # One answer: this one, and no other.
        (Condition(((SHARE, Answer.MAYBE),)), "nnm", NO_CIRCUMSTANCES, True),
        (Condition(((SHARE, Answer.MAYBE),)), "mmy", NO_CIRCUMSTANCES, False),
        # Not asked is an answer that can be asked for too.
        (Condition(((SHARE, Answer.UNKNOWN),)), "mmu", NO_CIRCUMSTANCES, True),
        (Condition(((SHARE, Answer.UNKNOWN),)), "mmm", NO_CIRCUMSTANCES, False),
        # Two answers: both of them.
        (Condition(((HELP_REQUEST, Answer.YES), (SHARE, Answer.NO))), "nyn", NO_CIRCUMSTANCES, True),
        (Condition(((HELP_REQUEST, Answer.YES), (SHARE, Answer.NO))), "nyy", NO_CIRCUMSTANCES, False),
        (Condition(((HELP_REQUEST, Answer.YES), (SHARE, Answer.NO))), "nnn", NO_CIRCUMSTANCES, False),
        # Steps that were agreed and not taken.
        (Condition(agreed_steps_not_done=True), "yyy", Circumstances(agreed_steps_not_done=True), True),
        (Condition(agreed_steps_not_done=True), "yyy", NO_CIRCUMSTANCES, False),
        # Where they are not asked for, they do no harm.
        (Condition(), "yyy", Circumstances(agreed_steps_not_done=True), True),
        # So many times the same type, or more.
        (Condition(same_type_in_a_row=3), "nnn", Circumstances(same_type_in_a_row=2), False),
        (Condition(same_type_in_a_row=3), "nnn", Circumstances(same_type_in_a_row=3), True),
        (Condition(same_type_in_a_row=3), "nnn", Circumstances(same_type_in_a_row=4), True),
        # An assessment is the first of its row until something else is known.
        (Condition(same_type_in_a_row=2), "nnn", NO_CIRCUMSTANCES, False),
        # This way of coming, and no other; not knowing how somebody came is another.
        (Condition(referral=Referral.MANDATED), "nnn", Circumstances(referral=Referral.MANDATED), True),
        (Condition(referral=Referral.MANDATED), "nnn", Circumstances(referral=Referral.URGED), False),
        (Condition(referral=Referral.MANDATED), "nnn", NO_CIRCUMSTANCES, False),
        (Condition(), "nnn", Circumstances(referral=Referral.MANDATED), True),
        # All clauses together: one that fails is enough.
        (
            Condition(((SHARE, Answer.NO),), referral=Referral.URGED),
            "nnn",
            Circumstances(referral=Referral.URGED),
            True,
        ),
        (
            Condition(((SHARE, Answer.NO),), referral=Referral.URGED),
            "nny",
            Circumstances(referral=Referral.URGED),
            False,
        ),
    ],
)
def test_condition_holds_when_every_clause_does(
    condition: Condition, code: str, circumstances: Circumstances, holds: bool
) -> None:
    assert condition.holds(BY_CODE[code], circumstances) is holds
    entry = Entry("x", Audience.UNCLEAR, EntryKind.QUESTION, Text(nl="?", en="?"), condition, ())
    assert entry.holds(BY_CODE[code], circumstances) is holds


def test_condition_asks_about_what_it_wants_to_be_other_than_yes() -> None:
    condition = Condition(((HELP_REQUEST, Answer.YES), (SHARE, Answer.NO)))
    assert condition.asks_about == (SHARE,)


# ---------------------------------------------------------------- entries with a result


def _own(ruleset: Ruleset, audience: Audience) -> list[str]:
    return [e.id for e in ruleset.entries if e.audience is audience and e.when is None]


def _shown(ruleset: Ruleset, code: str, circumstances: Circumstances = NO_CIRCUMSTANCES) -> list[str]:
    return [entry.id for entry in ruleset.advise(ruleset.classify(BY_CODE[code]), circumstances).entries]


def _sorted(ruleset: Ruleset, *ids: str) -> list[str]:
    return [entry.id for entry in ruleset.entries if entry.id in ids]


DONE_NOTHING = Circumstances(agreed_steps_not_done=True)


@pytest.mark.parametrize(
    ("code", "circumstances", "audiences", "conditional"),
    [
        # A clear type: its own entries, and nothing about doubt.
        ("nnn", NO_CIRCUMSTANCES, [Audience.VISITOR], []),
        ("yyn", NO_CIRCUMSTANCES, [Audience.COMPLAINANT], []),
        ("yyy", NO_CIRCUMSTANCES, [Audience.CUSTOMER], []),
        # A leaning type: besides, the question that would settle it.
        ("ynn", NO_CIRCUMSTANCES, [Audience.VISITOR], ["unc-qu-04"]),
        ("ynm", NO_CIRCUMSTANCES, [Audience.VISITOR], ["unc-qu-04", "unc-qu-06"]),
        # A complainant who sees a little own part also gets the task with the own part in it.
        ("yym", NO_CIRCUMSTANCES, [Audience.COMPLAINANT], ["com-ta-02", "unc-qu-06"]),
        # A provisional type: besides, the question that was not asked yet.
        ("ynu", NO_CIRCUMSTANCES, [Audience.VISITOR], ["unc-qu-04", "unc-qu-05"]),
        ("uyy", NO_CIRCUMSTANCES, [Audience.CUSTOMER], ["unc-qu-01"]),
        # No type: the entries of the type to act on, everything for doubt, and the questions that fit.
        ("nny", NO_CIRCUMSTANCES, [Audience.VISITOR, Audience.UNCLEAR], []),
        ("nyy", NO_CIRCUMSTANCES, [Audience.VISITOR, Audience.UNCLEAR], ["unc-qu-02"]),
        ("mmm", NO_CIRCUMSTANCES, [Audience.VISITOR, Audience.UNCLEAR], ["unc-qu-06"]),
        (
            "uuu",
            NO_CIRCUMSTANCES,
            [Audience.VISITOR, Audience.UNCLEAR],
            ["unc-qu-01", "unc-qu-03", "unc-qu-05"],
        ),
        # Everything yes and nothing happens: ask whether it is theirs.
        ("yyy", DONE_NOTHING, [Audience.CUSTOMER], ["unc-qu-07"]),
        # That is asked only where everything is yes.
        ("myy", DONE_NOTHING, [Audience.CUSTOMER], []),
    ],
)
def test_advise_shows_the_entries_that_fit(
    ruleset: Ruleset,
    code: str,
    circumstances: Circumstances,
    audiences: list[Audience],
    conditional: list[str],
) -> None:
    # Without a type there is no task for the client, whatever type is acted on.
    no_task = {entry.id for entry in ruleset.entries if entry.kind is EntryKind.TASK}
    unconditional = [
        id_
        for audience in audiences
        for id_ in _own(ruleset, audience)
        if audience is Audience.UNCLEAR or Audience.UNCLEAR not in audiences or id_ not in no_task
    ]
    assert _shown(ruleset, code, circumstances) == _sorted(ruleset, *unconditional, *conditional)


# ---------------------------------------------------------------- entries with a change


@pytest.mark.parametrize(
    ("before", "after", "entries"),
    [
        (VISITOR, COMPLAINANT, ["tr-vc-01", "tr-vc-02"]),
        (VISITOR, CUSTOMER, ["tr-vk-01", "tr-vk-02", "tr-vk-03"]),
        (COMPLAINANT, VISITOR, ["tr-cv-01", "tr-cv-02"]),
        (COMPLAINANT, CUSTOMER, ["tr-ck-01", "tr-ck-02", "tr-ck-03"]),
        (CUSTOMER, VISITOR, ["tr-kv-01", "tr-kv-02"]),
        (CUSTOMER, COMPLAINANT, ["tr-kc-01", "tr-kc-02", "tr-kc-03"]),
        # From or to no type there is nothing of its own to say.
        (None, CUSTOMER, []),
        (VISITOR, None, []),
    ],
)
def test_advise_on_a_change_shows_its_entries_and_asks_what_changed(
    ruleset: Ruleset,
    before: RelationshipType | None,
    after: RelationshipType | None,
    entries: list[str],
) -> None:
    course = [made(1, before), made(2, after)]
    (step,) = transitions(course)
    shown = ruleset.advise_on(step, course[1].answers)
    assert [entry.id for entry in shown] == _sorted(ruleset, *entries, "tr-xx-01")


@pytest.mark.parametrize(
    ("code", "in_a_row", "entries"),
    [
        # Once or twice the same: beware of more of the same.
        ("nnn", 1, ["tr-st-02"]),
        ("nnn", 2, ["tr-st-02"]),
        # Three times or more: what do we keep doing, and why?
        ("nnn", 3, ["tr-st-01", "tr-st-02"]),
        ("nnn", 4, ["tr-st-01", "tr-st-02"]),
        # The same type with other answers is a change too.
        ("nnm", 2, ["tr-st-02", "tr-xx-01"]),
        ("nnm", 3, ["tr-st-01", "tr-st-02", "tr-xx-01"]),
    ],
)
def test_advise_on_no_change_warns_for_more_of_the_same(
    ruleset: Ruleset, code: str, in_a_row: int, entries: list[str]
) -> None:
    course = [made(1, VISITOR), made(2, VISITOR, answers=BY_CODE[code])]
    (step,) = transitions(course)
    shown = ruleset.advise_on(step, course[1].answers, Circumstances(same_type_in_a_row=in_a_row))
    assert [entry.id for entry in shown] == entries


@pytest.mark.parametrize(
    "change",
    [
        # Who looked was another, or whose view it is.
        {"perspective": Perspective.SUPERVISOR},
        {"recorded_by": UUID(int=99)},
        # We know more; the relationship did not move.
        {"change_reason": ChangeReason.BETTER_INFORMATION},
        {"change_reason": ChangeReason.CONCERN_REWORDED},
    ],
)
def test_advise_on_what_is_no_movement_only_asks_what_changed(
    ruleset: Ruleset, change: dict[str, Any]
) -> None:
    course = [made(1, CUSTOMER), made(2, COMPLAINANT, **change)]
    (step,) = transitions(course)
    assert [entry.id for entry in ruleset.advise_on(step, course[1].answers)] == ["tr-xx-01"]


def test_advise_on_twice_no_type_speaks_of_no_type_that_stayed(ruleset: Ruleset) -> None:
    course = [made(1, None), made(2, None)]
    (step,) = transitions(course)
    assert ruleset.advise_on(step, course[1].answers) == ()

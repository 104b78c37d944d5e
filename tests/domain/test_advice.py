from dataclasses import replace
from itertools import product

import pytest

from app.domain.answers import ALL_ANSWERS, Answer, Answers
from app.domain.approach import (
    BY_TYPE,
    NO_CIRCUMSTANCES,
    Audience,
    Circumstances,
    Condition,
    EntryKind,
    LawChoice,
    TaskKind,
    audience_of,
    chosen_law,
)
from app.domain.classification import RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.thread import Referral
from tests.domain.support import BY_CODE, COMPLAINANT, CUSTOMER, HELP_REQUEST, VISITOR

REFERRALS = (*Referral, None)

# (type or none, help request): the law for somebody who had to come, the law for everybody else
LAWS = {
    # As long as the request was not asked about, that counts most: ask what would help.
    (VISITOR, "unknown"): ("law-1", "law-1"),
    (COMPLAINANT, "unknown"): ("law-1", "law-1"),
    (CUSTOMER, "unknown"): ("law-1", "law-1"),
    (None, "unknown"): ("law-1", "law-1"),
    # A visitor who had to come hears what cannot be changed and what can; another is asked what would help.
    (VISITOR, "no"): ("law-3", "law-1"),
    (VISITOR, "maybe"): ("law-3", "law-1"),
    (VISITOR, "yes"): ("law-3", "law-1"),
    # With a complainant the request cannot be worked with yet: find out what it is for.
    (COMPLAINANT, "no"): ("law-2", "law-2"),
    (COMPLAINANT, "maybe"): ("law-2", "law-2"),
    (COMPLAINANT, "yes"): ("law-2", "law-2"),
    # Thinking along is for a customer, and for nobody else.
    (CUSTOMER, "no"): ("law-4", "law-4"),
    (CUSTOMER, "maybe"): ("law-4", "law-4"),
    (CUSTOMER, "yes"): ("law-4", "law-4"),
    # Without a type: what is the request for, where there is one or perhaps one.
    (None, "no"): ("law-1", "law-1"),
    (None, "maybe"): ("law-2", "law-2"),
    (None, "yes"): ("law-2", "law-2"),
}


@pytest.mark.parametrize("referral", REFERRALS)
def test_chosen_law_is_the_table(ruleset: Ruleset, referral: Referral | None) -> None:
    example = ruleset.classify(BY_CODE["mmm"])
    chosen = {
        (kind, answer.value): chosen_law(
            ruleset.law_choices,
            replace(
                example, relationship_type=kind, answers=example.answers.changed_to(HELP_REQUEST, answer)
            ),
            Circumstances(referral=referral),
        )
        for kind, answer in product((*RelationshipType, None), Answer)
    }
    mandated = referral is Referral.MANDATED
    assert chosen == {key: laws[0] if mandated else laws[1] for key, laws in LAWS.items()}


def test_chosen_law_complains_when_no_choice_holds(ruleset: Ruleset) -> None:
    choices = [LawChoice("law-4", Audience.CUSTOMER, Condition())]
    with pytest.raises(LookupError, match="visitor"):
        chosen_law(choices, ruleset.classify(BY_CODE["nnn"]), NO_CIRCUMSTANCES)


# ---------------------------------------------------------------- goal and closing


@pytest.mark.parametrize(
    ("code", "task_kind", "goal_of", "closing_of"),
    [
        # No task in a visitor relationship: thanks, a compliment, an open door.
        ("nnn", TaskKind.NONE, VISITOR, VISITOR),
        # Something to look at in a complainant relationship.
        ("yyn", TaskKind.OBSERVATION, COMPLAINANT, COMPLAINANT),
        # Something to do in a customer relationship.
        ("yyy", TaskKind.BEHAVIOURAL, CUSTOMER, CUSTOMER),
        # A provisional type closes like a type.
        ("uyn", TaskKind.OBSERVATION, COMPLAINANT, COMPLAINANT),
        # Without a type no task, although there is a type to act on.
        ("nyy", TaskKind.NONE, VISITOR, VISITOR),
        ("mmm", TaskKind.NONE, VISITOR, VISITOR),
        ("myu", TaskKind.NONE, COMPLAINANT, VISITOR),
    ],
)
def test_advise_closes_with_the_task_that_fits(
    ruleset: Ruleset,
    code: str,
    task_kind: TaskKind,
    goal_of: RelationshipType,
    closing_of: RelationshipType,
) -> None:
    advice = ruleset.advise(ruleset.classify(BY_CODE[code]))
    assert (advice.task_kind, advice.goal, advice.closing) == (
        task_kind,
        ruleset.types[goal_of].goal,
        ruleset.types[closing_of].closing,
    )


@pytest.mark.parametrize("audience", BY_TYPE)
def test_task_kinds_fit_or_say_what_goes_wrong(ruleset: Ruleset, audience: Audience) -> None:
    fitting = [kind for kind in ruleset.task_kinds if audience in kind.fits]
    others = [kind for kind in ruleset.task_kinds if audience in kind.mismatch]
    assert len(fitting) == 1
    assert {kind.id for kind in fitting + others} == set(TaskKind)


# ---------------------------------------------------------------- all results


@pytest.mark.parametrize("answers", ALL_ANSWERS, ids=lambda answers: answers.code)
def test_advise_is_complete_for_every_result(ruleset: Ruleset, answers: Answers) -> None:
    classification = ruleset.classify(answers)
    for referral, not_done in product(REFERRALS, (False, True)):
        advice = ruleset.advise(classification, Circumstances(not_done, referral=referral))
        assert audience_of(classification) in advice.law.fits
        assert {entry.kind for entry in advice.entries} >= {
            EntryKind.STANCE,
            EntryKind.QUESTION,
            EntryKind.PITFALL,
        }
        assert len({entry.id for entry in advice.entries}) == len(advice.entries)
        if classification.relationship_type is None:
            assert advice.task_kind is TaskKind.NONE

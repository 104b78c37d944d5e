from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.answers import ALL_ANSWERS, Answer, Answers, Question
from app.domain.classification import (
    Clarity,
    Classification,
    Counterfactual,
    RelationshipType,
    classification_table,
    question_to_ask,
)
from app.domain.ruleset import Ruleset
from tests.domain.support import BY_CODE, HELP_REQUEST, PROBLEM, SHARE
from tests.domain.support import COMPLAINANT as C
from tests.domain.support import CUSTOMER as K
from tests.domain.support import VISITOR as V

CLEAR, LEANING, UNCLEAR, CONTRADICTORY, INCOMPLETE = Clarity

Row = tuple[
    str,  # the first letters of problem, help request and share; u is unknown
    RelationshipType | None,
    Clarity,
    bool,  # provisional
    tuple[RelationshipType, ...],  # candidates
    RelationshipType,  # act as
    str | None,  # pattern; none where the unknown answer leaves several open
    Question | None,  # what to ask next
]

KNOWN: list[Row] = [
    # Nothing is presented as a problem, nothing is asked, no own part is seen.
    ("nnn", V, CLEAR, False, (V,), V, "canonical", None),
    # Willing to do something although nothing is wrong: politeness or pressure.
    ("nnm", V, LEANING, False, (V,), V, "agreeing_without_ownership", SHARE),
    # An own part in solving what is no problem: perhaps it was solved.
    ("nny", None, CONTRADICTORY, False, (V,), V, "possibly_resolved", PROBLEM),
    # No own problem, but some help would be accepted: sent, and wants to be rid of the pressure.
    ("nmn", V, LEANING, False, (V, C), V, "hidden_customer", HELP_REQUEST),
    # The same, with a little more movement on the own part.
    ("nmm", V, LEANING, False, (V, C), V, "hidden_customer", HELP_REQUEST),
    # Offers whatever is needed for a problem they do not have: compliance, not a customer.
    ("nmy", None, CONTRADICTORY, False, (V, K), V, "hidden_customer", PROBLEM),
    # Asks for help without a problem: a provision, somebody else, or the pressure.
    ("nyn", None, CONTRADICTORY, False, (V, C), V, "request_without_problem", PROBLEM),
    # The same, with some readiness: every type can be defended.
    ("nym", None, CONTRADICTORY, False, (V, C, K), V, "request_without_problem", PROBLEM),
    # Help asked and own part seen without a problem: a wish, but not before it was asked as one.
    ("nyy", None, CONTRADICTORY, False, (K,), V, "request_without_problem", PROBLEM),
    # There may be a problem, but it is not presented and not asked about.
    ("mnn", V, CLEAR, False, (V,), V, "canonical", None),
    # A first opening: perhaps there is something, perhaps I could do something. Still no request.
    ("mnm", V, LEANING, False, (V,), V, "opening", PROBLEM),
    # Willing to act without a clear problem or request: nodding along.
    ("mny", V, LEANING, False, (V, K), V, "agreeing_without_ownership", PROBLEM),
    # Equally near to visitor and complainant: the cautious one.
    ("mmn", V, LEANING, False, (V, C), V, "opening", PROBLEM),
    # All three are partial: no type can be defended.
    ("mmm", None, UNCLEAR, False, (V, C), V, "all_vague", PROBLEM),
    # Nearest to customer, but two of the three legs are vague.
    ("mmy", None, UNCLEAR, False, (V, K), V, "agreeing_without_ownership", PROBLEM),
    # A request comes first, the problem is still blurred.
    ("myn", C, LEANING, False, (V, C), C, "request_first", PROBLEM),
    # Equally near to complainant and customer: the cautious one.
    ("mym", C, LEANING, False, (C, K), C, "request_first", PROBLEM),
    # Wants help and wants to work; only the problem is blurred.
    ("myy", K, LEANING, False, (C, K), K, "request_first", PROBLEM),
    # Troubled but asks nothing and sees no part: the cautious one. The request is asked otherwise.
    ("ynn", V, LEANING, False, (V, C), V, "problem_without_request", HELP_REQUEST),
    # The same, with a small own part.
    ("ynm", V, LEANING, False, (V, C), V, "problem_without_request", SHARE),
    # Works on it alone and does not ask us: without a request there is no mandate.
    ("yny", V, LEANING, False, (V, K), V, "self_directed", HELP_REQUEST),
    # Trouble is clear, the request is vague or aimed at others, no own part.
    ("ymn", C, CLEAR, False, (C,), C, "canonical", None),
    # A complainant relationship on the move.
    ("ymm", C, LEANING, False, (C, K), C, "threshold", HELP_REQUEST),
    # A problem and an own part, but what to ask is not known.
    ("ymy", K, LEANING, False, (C, K), K, "request_unclear", HELP_REQUEST),
    # Suffers and asks, but the change must come from elsewhere.
    ("yyn", C, CLEAR, False, (C,), C, "canonical", None),
    # On the threshold: a task too early costs more than an observation too late.
    ("yym", C, LEANING, False, (C, K), C, "threshold", SHARE),
    # A problem, a request and an own part.
    ("yyy", K, CLEAR, False, (K,), K, "canonical", None),
]

UNKNOWN: list[Row] = [
    # Without a request, no answer about the share leads away from visitor.
    ("nnu", V, INCOMPLETE, True, (V,), V, None, SHARE),
    # The share would have to be yes for another type, and that would be a contradiction.
    ("nmu", V, INCOMPLETE, True, (V,), V, "hidden_customer", SHARE),
    # A request without a problem is contradictory whatever the share is.
    ("nyu", None, CONTRADICTORY, False, (V, C, K), V, "request_without_problem", PROBLEM),
    # No problem and no own part: a request would be a contradiction.
    ("nun", V, INCOMPLETE, True, (V,), V, None, HELP_REQUEST),
    # The same with a little own part.
    ("num", V, INCOMPLETE, True, (V,), V, None, HELP_REQUEST),
    # An own part without a problem is contradictory whatever the request is.
    ("nuy", None, CONTRADICTORY, False, (V, K), V, None, PROBLEM),
    # One type is left, but with two answers unknown no type is given.
    ("nuu", None, INCOMPLETE, False, (V,), V, None, HELP_REQUEST),
    # Without a request, no answer about the share leads away from visitor.
    ("mnu", V, INCOMPLETE, True, (V,), V, None, SHARE),
    # Two vague answers: the third leaves everything open.
    ("mmu", None, INCOMPLETE, False, (V, C, K), V, None, SHARE),
    # A request was made: the share decides between complainant and customer.
    ("myu", None, INCOMPLETE, False, (C, K), C, "request_first", SHARE),
    # A request decides between visitor and complainant.
    ("mun", None, INCOMPLETE, False, (V, C), V, None, HELP_REQUEST),
    # The same with a little own part.
    ("mum", None, INCOMPLETE, False, (V, C), V, None, HELP_REQUEST),
    # With an own part, the request decides between visitor and customer.
    ("muy", None, INCOMPLETE, False, (V, K), V, None, HELP_REQUEST),
    # Only a vague problem is known: everything is open.
    ("muu", None, INCOMPLETE, False, (V, C, K), V, None, HELP_REQUEST),
    # Without a request there is no mandate, whatever the share is.
    ("ynu", V, INCOMPLETE, True, (V,), V, None, SHARE),
    # Trouble and a vague request: the share decides between complainant and customer.
    ("ymu", None, INCOMPLETE, False, (C, K), C, None, SHARE),
    # Trouble and a request: the same.
    ("yyu", None, INCOMPLETE, False, (C, K), C, None, SHARE),
    # Trouble without an own part: the request decides between visitor and complainant.
    ("yun", None, INCOMPLETE, False, (V, C), V, None, HELP_REQUEST),
    # The same with a little own part.
    ("yum", None, INCOMPLETE, False, (V, C), V, None, HELP_REQUEST),
    # Trouble and an own part: the request decides between visitor and customer.
    ("yuy", None, INCOMPLETE, False, (V, K), V, None, HELP_REQUEST),
    # Only the trouble is known: everything is open.
    ("yuu", None, INCOMPLETE, False, (V, C, K), V, None, HELP_REQUEST),
    # Without a request: visitor, whatever the problem is.
    ("unn", V, INCOMPLETE, True, (V,), V, None, PROBLEM),
    # The same with a little own part.
    ("unm", V, INCOMPLETE, True, (V,), V, None, PROBLEM),
    # The same with an own part: without a problem it would be a contradiction.
    ("uny", V, INCOMPLETE, True, (V,), V, None, PROBLEM),
    # One type is left, but with two answers unknown no type is given.
    ("unu", None, INCOMPLETE, False, (V,), V, None, PROBLEM),
    # A vague request and no own part: the problem decides between visitor and complainant.
    ("umn", None, INCOMPLETE, False, (V, C), V, None, PROBLEM),
    # The same with a little own part.
    ("umm", None, INCOMPLETE, False, (V, C), V, None, PROBLEM),
    # A vague request and an own part: the problem decides between visitor and customer.
    ("umy", None, INCOMPLETE, False, (V, K), V, None, PROBLEM),
    # Only a vague request is known: everything is open.
    ("umu", None, INCOMPLETE, False, (V, C, K), V, None, PROBLEM),
    # A request without an own part: complainant, unless there is no problem at all.
    ("uyn", C, INCOMPLETE, True, (C,), C, None, PROBLEM),
    # The same with a little own part.
    ("uym", C, INCOMPLETE, True, (C,), C, None, PROBLEM),
    # A request and an own part: customer, unless there is no problem at all.
    ("uyy", K, INCOMPLETE, True, (K,), K, None, PROBLEM),
    # Only the request is known: it rules out visitor.
    ("uyu", None, INCOMPLETE, False, (C, K), C, None, PROBLEM),
    # Without an own part no customer.
    ("uun", None, INCOMPLETE, False, (V, C), V, None, PROBLEM),
    # The same with a little own part.
    ("uum", None, INCOMPLETE, False, (V, C), V, None, PROBLEM),
    # With an own part no complainant.
    ("uuy", None, INCOMPLETE, False, (V, K), V, None, PROBLEM),
    # Nothing is known yet: everything is open, so the problem comes first.
    ("uuu", None, INCOMPLETE, False, (V, C, K), V, None, PROBLEM),
]

TABLE = KNOWN + UNKNOWN

# The smallest sum of differences (no 0, maybe 1, yes 2) to a row that is visitor / complainant / customer.
DISTANCES = """
    nnn 0/3/6  nnm 1/4/5  nny 2/5/4  nmn 1/2/5  nmm 2/3/4  nmy 3/4/3  nyn 2/2/4  nym 3/3/3  nyy 4/4/2
    mnn 0/2/5  mnm 1/3/4  mny 2/4/3  mmn 1/1/4  mmm 2/2/3  mmy 3/3/2  myn 2/1/3  mym 3/2/2  myy 4/3/1
    ynn 1/1/4  ynm 2/2/3  yny 3/3/2  ymn 2/0/3  ymm 3/1/2  ymy 4/2/1  yyn 3/0/2  yym 4/1/1  yyy 5/2/0
"""
CANONICAL = {V: ("mnn", "nnn"), C: ("yyn", "ymn"), K: ("yyy",)}

any_answers = st.sampled_from(ALL_ANSWERS)
any_question = st.sampled_from(Question)


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_classify_is_the_table(ruleset: Ruleset, row: Row) -> None:
    code, kind, clarity, provisional, candidates, act_as, pattern, asked = row
    classification = ruleset.classify(BY_CODE[code])
    assert classification == Classification(
        BY_CODE[code], kind, clarity, provisional, act_as, candidates, pattern
    )
    assert question_to_ask(classification) is asked


def test_classify_has_a_row_for_every_combination() -> None:
    assert sorted(row[0] for row in KNOWN) == sorted(a.code for a in ALL_ANSWERS if not a.unknown)
    assert sorted(row[0] for row in UNKNOWN) == sorted(a.code for a in ALL_ANSWERS if a.unknown)


def test_rules_where_experts_may_differ_are_marked(ruleset: Ruleset) -> None:
    marked = {rule.answers.code for rule in ruleset.rules.values() if rule.discussion}
    assert marked == {"ynn", "yny", "mmn", "yym", "mym", "ymn", "nnm"}


def test_classification_table_needs_every_rule(ruleset: Ruleset) -> None:
    rules = [rule for rule in ruleset.rules.values() if rule.answers.code != "ymn"]
    with pytest.raises(KeyError):
        classification_table(rules)


def test_classification_table_leaves_a_type_out_where_the_completions_disagree(ruleset: Ruleset) -> None:
    rules = dict(ruleset.rules)
    assert classification_table(rules.values())[BY_CODE["ynu"]].relationship_type is V
    rules[BY_CODE["ynn"]] = replace(rules[BY_CODE["ynn"]], relationship_type=C)
    changed = classification_table(rules.values())[BY_CODE["ynu"]]
    assert (changed.relationship_type, changed.provisional, changed.candidates) == (None, False, (V, C))


# ---------------------------------------------------------------- what holds for all rows


@settings(max_examples=500)
@given(answers=any_answers, question=any_question)
def test_classify_never_lowers_the_type_when_an_answer_is_raised(
    ruleset: Ruleset, answers: Answers, question: Question
) -> None:
    raised = [
        ruleset.classify(answers.changed_to(question, answer)).relationship_type
        for answer in (Answer.NO, Answer.MAYBE, Answer.YES)
    ]
    typed = [kind for kind in raised if kind is not None]
    assert typed == sorted(typed, key=lambda kind: kind.commitment)


@given(any_answers)
def test_candidates_are_never_empty_and_cautious_first(ruleset: Ruleset, answers: Answers) -> None:
    candidates = ruleset.classify(answers).candidates
    assert candidates
    assert all(one.commitment < next_one.commitment for one, next_one in pairwise(candidates))


@given(any_answers)
def test_act_as_is_the_type_or_else_cautious(ruleset: Ruleset, answers: Answers) -> None:
    classification = ruleset.classify(answers)
    if classification.relationship_type:
        assert classification.act_as is classification.relationship_type
        assert classification.act_as in classification.candidates
    else:
        assert classification.act_as in (classification.candidates[0], V)


@given(any_answers)
def test_provisional_type_only_with_exactly_one_unknown_answer(ruleset: Ruleset, answers: Answers) -> None:
    classification = ruleset.classify(answers)
    if answers.unknown and classification.relationship_type:
        assert classification.provisional
    if classification.provisional:
        assert len(answers.unknown) == 1
        assert classification.candidates == (classification.relationship_type,)


@given(any_answers)
def test_candidates_with_an_unknown_answer_are_what_can_still_come_out(
    ruleset: Ruleset, answers: Answers
) -> None:
    completions = [ruleset.classify(completion) for completion in answers.completions()]
    possible = {one.relationship_type for one in completions if one.relationship_type}
    assert possible <= set(ruleset.classify(answers).candidates)


def test_types_and_clarity_are_spread_as_the_report_says(ruleset: Ruleset) -> None:
    results = [ruleset.classify(answers) for answers in ALL_ANSWERS]
    known = [result for result in results if not result.answers.unknown]
    assert [sum(one.relationship_type is kind for one in known) for kind in (V, C, K, None)] == [11, 6, 3, 7]
    assert [sum(one.clarity is clarity for one in known) for clarity in Clarity] == [5, 15, 2, 5, 0]
    assert sum(one.provisional for one in results) == 12


# ---------------------------------------------------------------- the explanation metric


def _distance(one: str, other: str) -> int:
    return sum(abs("nmy".index(a) - "nmy".index(b)) for a, b in zip(one, other, strict=True))


def _distances(code: str) -> list[int]:
    return [min(_distance(code, row) for row in rows) for rows in CANONICAL.values()]


def test_distances_are_the_ones_of_the_report() -> None:
    words = DISTANCES.split()
    expected = {
        code: [int(d) for d in ds.split("/")] for code, ds in zip(words[::2], words[1::2], strict=True)
    }
    assert expected == {row[0]: _distances(row[0]) for row in KNOWN}


def test_type_is_the_nearest_cautious_first_except_where_there_is_no_mandate(ruleset: Ruleset) -> None:
    nearest = {}
    for row in KNOWN:
        distances = _distances(row[0])
        nearest[row[0]] = list(CANONICAL)[distances.index(min(distances))]
    typed = {rule.answers.code: rule.relationship_type for rule in ruleset.rules.values()}
    deviating = {code for code, kind in typed.items() if kind and kind is not nearest[code]}
    assert deviating == {"yny"}
    clear = {rule.answers.code for rule in ruleset.rules.values() if rule.clarity is CLEAR}
    assert clear == {row[0] for row in KNOWN if min(_distances(row[0])) == 0}


# ---------------------------------------------------------------- what would change it


def test_what_would_change_lists_the_changes_by_question(ruleset: Ruleset) -> None:
    yes, maybe, no = Answer.YES, Answer.MAYBE, Answer.NO
    assert ruleset.what_would_change(BY_CODE["yyn"]) == (
        Counterfactual(PROBLEM, maybe, C, LEANING),
        Counterfactual(PROBLEM, no, None, CONTRADICTORY),
        # A maybe for the request would change nothing: still a clear complainant relationship.
        Counterfactual(HELP_REQUEST, no, V, LEANING),
        Counterfactual(SHARE, yes, K, CLEAR),
        Counterfactual(SHARE, maybe, C, LEANING),
    )


@given(any_answers)
def test_what_would_change_is_every_single_change_and_no_other(ruleset: Ruleset, answers: Answers) -> None:
    now = ruleset.classify(answers)
    expected = set()
    for other in ALL_ANSWERS:
        then = ruleset.classify(other)
        changed = answers.differences(other)
        if len(changed) != 1 or other[changed[0]] is Answer.UNKNOWN:
            continue
        if (then.relationship_type, then.clarity) != (now.relationship_type, now.clarity):
            expected.add(Counterfactual(changed[0], other[changed[0]], then.relationship_type, then.clarity))
    listed = ruleset.what_would_change(answers)
    assert set(listed) == expected
    assert len(listed) == len(expected)

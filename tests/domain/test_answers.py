import pytest

from app.domain.answers import ALL_ANSWERS, KNOWN_ANSWERS, Answer, Answers
from tests.domain.support import BY_CODE, HELP_REQUEST, PROBLEM, SHARE


def test_answers_are_unknown_until_they_are_given() -> None:
    assert Answers() == Answers(Answer.UNKNOWN, Answer.UNKNOWN, Answer.UNKNOWN)


def test_answers_are_read_by_question() -> None:
    answers = Answers(problem=Answer.YES, help_request=Answer.MAYBE, share_in_solution=Answer.NO)
    assert [answers[question] for question in (PROBLEM, HELP_REQUEST, SHARE)] == ["yes", "maybe", "no"]


@pytest.mark.parametrize(
    ("answers", "code", "slug"),
    [
        # The order of asking: problem, help request, share.
        (Answers(Answer.YES, Answer.MAYBE, Answer.NO), "ymn", "yes-maybe-no"),
        # Unknown has a letter of its own: not asked is something else than maybe.
        (Answers(Answer.UNKNOWN, Answer.MAYBE, Answer.UNKNOWN), "umu", "unknown-maybe-unknown"),
    ],
)
def test_code_and_slug_are_in_the_order_of_asking(answers: Answers, code: str, slug: str) -> None:
    assert (answers.code, answers.slug) == (code, slug)


def test_all_answers_are_the_64_combinations_with_names_of_their_own() -> None:
    assert len(ALL_ANSWERS) == 4**3
    assert len({answers.code for answers in ALL_ANSWERS}) == 4**3
    assert len({answers.slug for answers in ALL_ANSWERS}) == 4**3


@pytest.mark.parametrize(
    ("code", "unknown"),
    [
        # Maybe was asked, so it is known.
        ("mmm", ()),
        ("ynu", (SHARE,)),
        # Several unknown answers come in the order of asking.
        ("uyu", (PROBLEM, SHARE)),
        ("uuu", (PROBLEM, HELP_REQUEST, SHARE)),
    ],
)
def test_unknown_lists_what_was_not_asked(code: str, unknown: tuple[str, ...]) -> None:
    assert BY_CODE[code].unknown == unknown


@pytest.mark.parametrize(
    ("code", "completions"),
    [
        # Nothing is unknown: the answers complete themselves.
        ("ymn", "ymn"),
        # One unknown answer can turn out in three ways.
        ("unm", "ynm mnm nnm"),
        # Two unknown answers in nine.
        ("uyu", "yyy yym yyn myy mym myn nyy nym nyn"),
    ],
)
def test_completions_fill_in_what_is_unknown_and_nothing_else(code: str, completions: str) -> None:
    assert [answers.code for answers in BY_CODE[code].completions()] == completions.split()


def test_completions_of_three_unknown_answers_are_the_27_rows() -> None:
    completions = list(Answers().completions())
    assert len(completions) == 27
    assert set(completions) == {answers for answers in ALL_ANSWERS if not answers.unknown}


@pytest.mark.parametrize("answers", ALL_ANSWERS, ids=lambda answers: answers.code)
def test_completions_number_three_to_the_power_of_what_is_unknown(answers: Answers) -> None:
    completions = list(answers.completions())
    assert len(completions) == len(set(completions)) == len(KNOWN_ANSWERS) ** len(answers.unknown)
    assert not any(completion.unknown for completion in completions)


def test_changed_to_changes_one_answer_of_a_copy() -> None:
    before = BY_CODE["ymn"]
    assert [
        before.changed_to(PROBLEM, Answer.NO).code,
        before.changed_to(HELP_REQUEST, Answer.UNKNOWN).code,
        before.changed_to(SHARE, Answer.YES).code,
        before.changed_to(SHARE, Answer.NO).code,
        before.code,
    ] == ["nmn", "yun", "ymy", "ymn", "ymn"]


@pytest.mark.parametrize(
    ("one", "other", "differences"),
    [
        ("ymn", "ymn", ()),
        ("ymn", "ynn", (HELP_REQUEST,)),
        # An answer that became known is a difference too.
        ("umu", "ymn", (PROBLEM, SHARE)),
        ("yyy", "nnn", (PROBLEM, HELP_REQUEST, SHARE)),
    ],
)
def test_differences_name_the_questions_answered_otherwise(
    one: str, other: str, differences: tuple[str, ...]
) -> None:
    assert BY_CODE[one].differences(BY_CODE[other]) == differences
    assert BY_CODE[other].differences(BY_CODE[one]) == differences

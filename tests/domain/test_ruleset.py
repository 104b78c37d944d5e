import pytest

from app.domain.answers import ALL_ANSWERS, Answer, Answers, Question
from app.domain.classification import Clarity
from app.domain.ruleset import NextQuestion, Ruleset
from app.domain.texts import Language, Text
from tests.domain.support import BY_CODE, HELP_REQUEST, PROBLEM, SHARE

KNOWN = [answers for answers in ALL_ANSWERS if not answers.unknown]
UNKNOWN = [answers for answers in ALL_ANSWERS if answers.unknown]


def _code(answers: Answers) -> str:
    return answers.code


def _is_readable(text: Text) -> bool:
    return text.nl != text.en and all(
        text[language].strip() and not set(text[language]) & set("{}") for language in Language
    )


@pytest.mark.parametrize("answers", ALL_ANSWERS, ids=_code)
def test_why_and_advice_are_there_in_both_languages(ruleset: Ruleset, answers: Answers) -> None:
    classification = ruleset.classify(answers)
    assert _is_readable(ruleset.why(classification))
    assert _is_readable(ruleset.advice(classification))


@pytest.mark.parametrize("answers", KNOWN, ids=_code)
def test_why_and_advice_are_the_rows_own(ruleset: Ruleset, answers: Answers) -> None:
    classification = ruleset.classify(answers)
    rule = ruleset.rules[answers]
    assert (ruleset.why(classification), ruleset.advice(classification)) == (rule.why, rule.advice)


@pytest.mark.parametrize("answers", UNKNOWN, ids=_code)
@pytest.mark.parametrize("language", Language)
def test_why_names_what_is_unknown(ruleset: Ruleset, answers: Answers, language: Language) -> None:
    why = ruleset.why(ruleset.classify(answers))[language]
    named = [question for question in Question if ruleset.questions[question].label[language] in why]
    assert named == list(answers.unknown)


@pytest.mark.parametrize("answers", UNKNOWN, ids=_code)
@pytest.mark.parametrize("language", Language)
def test_why_names_what_is_left(ruleset: Ruleset, answers: Answers, language: Language) -> None:
    classification = ruleset.classify(answers)
    why = ruleset.why(classification)[language]
    left = () if classification.clarity is Clarity.CONTRADICTORY else classification.candidates
    assert [kind for kind, text in ruleset.types.items() if text.relation[language] in why] == list(left)


@pytest.mark.parametrize("answers", UNKNOWN, ids=_code)
def test_advice_with_an_unknown_answer_is_what_to_ask_and_how_to_act(
    ruleset: Ruleset, answers: Answers
) -> None:
    classification = ruleset.classify(answers)
    question = ruleset.next_question(classification)
    relation = ruleset.types[classification.act_as].relation
    assert question is not None
    assert ruleset.advice(classification) == Text(
        nl=f"Vraag dit als volgende: '{question.text.nl}' Werk tot die tijd als in {relation.nl}.",
        en=f"Ask this next: '{question.text.en}' Until then, work as in {relation.en}.",
    )


@pytest.mark.parametrize(
    ("code", "why"),
    [
        # One unknown answer that changes nothing: the type is provisional.
        (
            "ynu",
            (
                "Not known yet: Share in the solution. Every answer that fits in with the others leads to "
                "a visitor relationship. It stays provisional until you have asked."
            ),
        ),
        # Unknown answers that can still change it: what is possible.
        (
            "uyu",
            (
                "Not known yet: Problem, Share in the solution. Still possible: a complainant relationship, "
                "a customer relationship."
            ),
        ),
        # A contradiction whatever the unknown answer will be.
        (
            "nyu",
            (
                "The answers do not fit together, whatever the answer will be to what is not known yet: "
                "Share in the solution."
            ),
        ),
    ],
)
def test_why_with_an_unknown_answer_has_three_forms(ruleset: Ruleset, code: str, why: str) -> None:
    assert ruleset.why(ruleset.classify(BY_CODE[code])).en == why


@pytest.mark.parametrize(
    ("code", "about", "entry_id"),
    [
        # Not asked: the question for what is unknown.
        ("uuu", PROBLEM, "unc-qu-01"),
        ("yuu", HELP_REQUEST, "unc-qu-03"),
        ("yyu", SHARE, "unc-qu-05"),
        # No problem and yet a request: ask for a wish.
        ("nyy", PROBLEM, "unc-qu-02"),
        ("nyu", PROBLEM, "unc-qu-02"),
        # Troubled and no request: what should I do with it?
        ("ynn", HELP_REQUEST, "unc-qu-04"),
        ("yny", HELP_REQUEST, "unc-qu-04"),
        # Only the share is vague: what would make the maybe a yes?
        ("yym", SHARE, "unc-qu-06"),
        ("nnm", SHARE, "unc-qu-06"),
        # The catalogue has nothing of its own: the plain wording of the question.
        ("mmm", PROBLEM, None),
        ("ymy", HELP_REQUEST, None),
        ("nny", PROBLEM, None),
    ],
)
def test_next_question_is_the_one_of_the_catalogue_that_fits(
    ruleset: Ruleset, code: str, about: Question, entry_id: str | None
) -> None:
    texts = {entry.id: entry.text for entry in ruleset.entries}
    text = texts[entry_id] if entry_id else ruleset.questions[about].plain
    assert ruleset.next_question(ruleset.classify(BY_CODE[code])) == NextQuestion(about, entry_id, text)


@pytest.mark.parametrize("answers", ALL_ANSWERS, ids=_code)
def test_next_question_is_there_unless_the_answers_are_clear(ruleset: Ruleset, answers: Answers) -> None:
    classification = ruleset.classify(answers)
    question = ruleset.next_question(classification)
    if classification.clarity is Clarity.CLEAR:
        assert question is None
    else:
        assert question is not None
        assert _is_readable(question.text)
        assert answers[question.about] is not Answer.YES

"""Three answers in an address: in words of each language (ja-ja-nee), and as a form sends them."""

from collections.abc import Mapping
from functools import cache

from app.domain.answers import ALL_ANSWERS, Answer, Answers, Question
from app.domain.texts import Language, Text
from app.web.wording import _, say

_SENTENCES: dict[str, str] = {
    Question.PROBLEM: _("Problem: choose one of the four answers."),
    Question.HELP_REQUEST: _("Help request: choose one of the four answers."),
    Question.SHARE_IN_SOLUTION: _("Share in the solution: choose one of the four answers."),
}
_WORDS = {
    Answer.YES: Text(nl="ja", en="yes"),
    Answer.MAYBE: Text(nl="misschien", en="maybe"),
    Answer.NO: Text(nl="nee", en="no"),
    Answer.UNKNOWN: Text(nl="niet-besproken", en="unknown"),
}


def words_of(answers: Answers, language: Language) -> str:
    """Return what stands for three answers in an address."""
    return "-".join(_WORDS[answers[question]][language] for question in Question)


def answers_in(words: str, language: Language) -> Answers | None:
    """Return the answers that an address speaks of; `None` for words that are not of this language."""
    return _by_words(language).get(words)


def translated_words(words: str, language: Language) -> str:
    """Return the same answers in another language; what are no answers stays as it is."""
    for other in Language:
        if found := answers_in(words, other):
            return words_of(found, language)
    return words


def chosen(form: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that a form sends, right or wrong, by question; what is empty was not chosen."""
    return {question.value: form[question] for question in Question if form.get(question)}


def wrong_answers(typed: Mapping[str, str], language: Language) -> dict[str, str]:
    """Return a message for each of the given answers that is none."""
    return {
        question: say(language, _SENTENCES[question])
        for question, answer in typed.items()
        if answer not in list(Answer)
    }


def missing_answers(typed: Mapping[str, str], language: Language) -> dict[str, str]:
    """Return a message for each question without one of the four answers."""
    return wrong_answers({question.value: typed.get(question, "") for question in Question}, language)


def answers_of(typed: Mapping[str, str]) -> Answers:
    """Return three chosen answers. Raises `ValueError` for what `missing_answers` complains about."""
    return Answers(*(Answer(typed.get(question, "")) for question in Question))


@cache
def _by_words(language: Language) -> dict[str, Answers]:
    return {words_of(answers, language): answers for answers in ALL_ANSWERS}

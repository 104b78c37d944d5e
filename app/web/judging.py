"""Judging a story on a page: what was chosen, and an own judgement beside the expert key."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.classification import Classification, RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.scoring import Comparison, Judged, compare
from app.domain.texts import Language
from app.knowledge.library import VignetteAssessment
from app.services.results import result
from app.web.answer_words import answers_of, chosen, missing_answers, words_of
from app.web.places import address
from app.web.wording import _, say

NO_TYPE = "none"
TYPES: dict[str, RelationshipType | None] = {
    **{kind.value: kind for kind in RelationshipType},
    NO_TYPE: None,
}
TYPE_FIELD = "type"


def judged_in(form: Mapping[str, str]) -> Judged:
    """Return what was chosen. Raises `ValueError` or `KeyError` for what `missing_in` complains about."""
    return Judged(answers_of(form), TYPES[form[TYPE_FIELD]])


def missing_in(form: Mapping[str, str], language: Language) -> dict[str, str]:
    """Return a message for each of the four choices that was not made, in the order of the form."""
    errors = missing_answers(form, language)
    if form.get(TYPE_FIELD, "") not in TYPES:
        errors[TYPE_FIELD] = say(language, _("Choose a type, or 'No type'."))
    return errors


def chosen_in(form: Mapping[str, str]) -> dict[str, str]:
    """Return the choices that were made, right or wrong, to fill the form in again."""
    return {**chosen(form), TYPE_FIELD: form.get(TYPE_FIELD, "")}


@dataclass(frozen=True, slots=True)
class Compared:
    """One judgement beside the key, with the words that go with it."""

    own: Judged
    own_result: Classification
    key: Classification
    comparison: Comparison
    why: str
    address: str


def beside_key(ruleset: Ruleset, own: Judged, item: VignetteAssessment, language: Language) -> Compared:
    """Put a judgement beside the key of an item. Only for who gave that judgement."""
    key = ruleset.classify(item.answers)
    return Compared(
        own,
        ruleset.classify(own.answers),
        key,
        compare(own, key),
        result(ruleset, item.answers, language).why,
        practice_of(item, language),
    )


def practice_of(item: VignetteAssessment, language: Language) -> str:
    """Return the page on what the answers of the key come to."""
    return address("practice_answers", language, answers=words_of(item.answers, language))

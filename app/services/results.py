"""Put a classification into the words of one language. Everything here is a table look-up."""

from functools import cache, lru_cache

from app.domain.answers import ALL_ANSWERS, Answers
from app.domain.approach import NO_CIRCUMSTANCES, Circumstances, Entry, Law
from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.models.classifications import (
    AnswersRead,
    ApproachRead,
    ClassificationList,
    ClassificationRead,
    CounterfactualRead,
    EntryRead,
    LawRead,
    NextQuestionRead,
)


@cache
def result(
    ruleset: Ruleset,
    answers: Answers,
    language: Language,
    circumstances: Circumstances = NO_CIRCUMSTANCES,
) -> ClassificationRead:
    """Return what the answers come to, in words, by a version of the rules as it was released.

    Kept once made: there are 64 combinations, two languages and a handful of circumstances.
    """
    return _made(ruleset, answers, language, circumstances)


@lru_cache(maxsize=512)
def layered_result(
    ruleset: Ruleset, answers: Answers, language: Language, circumstances: Circumstances
) -> ClassificationRead:
    """Return the same by rules with an organisation's own layer over them, of which there is no end."""
    return _made(ruleset, answers, language, circumstances)


def _made(
    ruleset: Ruleset, answers: Answers, language: Language, circumstances: Circumstances
) -> ClassificationRead:
    classification = ruleset.classify(answers)
    type_text = ruleset.types[classification.relationship_type] if classification.relationship_type else None
    advice = ruleset.advise(classification, circumstances)
    next_question = ruleset.next_question(classification)
    return ClassificationRead(
        answers=AnswersRead.model_validate(answers),
        relationship_type=classification.relationship_type,
        label=type_text.label[language].lower() if type_text else None,
        gentle_label=type_text.gentle_label[language] if type_text else None,
        clarity=classification.clarity,
        provisional=classification.provisional,
        act_as=classification.act_as,
        candidates=list(classification.candidates),
        pattern=classification.pattern,
        why=ruleset.why(classification)[language],
        advice=ruleset.advice(classification)[language],
        what_would_change_it=[
            CounterfactualRead.model_validate(one) for one in ruleset.what_would_change(answers)
        ],
        next_question=NextQuestionRead(
            about=next_question.about,
            entry_id=next_question.entry_id,
            text=next_question.text[language],
        )
        if next_question
        else None,
        approach=ApproachRead(
            goal=advice.goal[language],
            task_kind=advice.task_kind,
            closing=advice.closing[language],
            entries=[entry_read(entry, language) for entry in advice.entries],
            law=law_read(advice.law, language),
        ),
        ruleset_version=ruleset.version,
        ruleset_hash=ruleset.hash,
    )


@cache
def result_bytes(ruleset: Ruleset, answers: Answers, language: Language) -> bytes:
    """Return the result as JSON, ready to send."""
    return result(ruleset, answers, language).model_dump_json().encode()


@cache
def all_results_bytes(ruleset: Ruleset, language: Language) -> bytes:
    """Return all 64 results as JSON, ready to send."""
    items = [result(ruleset, answers, language) for answers in ALL_ANSWERS]
    return ClassificationList(items=items).model_dump_json().encode()


@lru_cache(maxsize=2048)
def entry_read(entry: Entry, language: Language) -> EntryRead:
    """Return one entry in one language."""
    return EntryRead(id=entry.id, kind=entry.kind, text=entry.text[language], sources=list(entry.sources))


def law_read(law: Law, language: Language) -> LawRead:
    """Return one law in one language."""
    return LawRead(
        id=law.id,
        text=law.text[language],
        reason=law.reason[language],
        caution=law.caution[language],
    )

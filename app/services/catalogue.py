"""Show the model itself in one language. Needs no database and no account."""

from functools import cache
from typing import Any

from app.domain.approach import Entry, EntryKind
from app.domain.errors import NotFound
from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.knowledge.library import Vignette
from app.models.catalogue import (
    AnswerRead,
    CatalogueEntryRead,
    CatalogueList,
    ClarityRead,
    ConditionRead,
    PatternRead,
    QuestionRead,
    RuleRead,
    SchemaRead,
    SourceList,
    SourceRead,
    TaskKindRead,
    TypeRead,
    VignetteAssessmentRead,
    VignetteHead,
    VignetteList,
    VignetteRead,
)
from app.models.classifications import AnswersRead
from app.services.results import law_read


@cache
def schema(ruleset: Ruleset, language: Language) -> SchemaRead:
    """Return the whole model of one version."""
    return SchemaRead(
        version=ruleset.version,
        hash=ruleset.hash,
        questions=[
            QuestionRead(
                id=id_,
                label=one.label[language],
                question=one.question[language],
                plain=one.plain[language],
                meaning={answer: text[language] for answer, text in one.meaning.items()},
                not_this=one.not_this[language],
            )
            for id_, one in ruleset.questions.items()
        ],
        answers=[AnswerRead(id=id_, label=label[language]) for id_, label in ruleset.answer_labels.items()],
        types=[
            TypeRead(
                id=id_,
                label=one.label[language],
                gentle_label=one.gentle_label[language],
                description=one.description[language],
                goal=one.goal[language],
                closing=one.closing[language],
                risk=one.risk[language],
                moves_when=one.moves_when[language],
                sources=list(one.sources),
            )
            for id_, one in ruleset.types.items()
        ],
        clarities=[
            ClarityRead(id=id_, label=one.label[language], meaning=one.meaning[language])
            for id_, one in ruleset.clarities.items()
        ],
        patterns=[
            PatternRead(id=id_, label=one.label[language], meaning=one.meaning[language])
            for id_, one in ruleset.patterns.items()
        ],
        rules=[
            RuleRead(
                id=rule.answers.code,
                answers=AnswersRead.model_validate(rule.answers),
                relationship_type=rule.relationship_type,
                clarity=rule.clarity,
                also_possible=list(rule.also_possible),
                act_as=rule.act_as,
                pattern=rule.pattern,
                discussion=rule.discussion,
                why=rule.why[language],
                advice=rule.advice[language],
                sources=list(rule.sources),
            )
            for rule in ruleset.rules.values()
        ],
        task_kinds=[
            TaskKindRead(
                id=one.id,
                label=one.label[language],
                fits=list(one.fits),
                mismatch={audience: text[language] for audience, text in one.mismatch.items()},
                sources=list(one.sources),
            )
            for one in ruleset.task_kinds
        ],
        laws=[law_read(law, language) for law in ruleset.laws.values()],
    )


def approaches(
    ruleset: Ruleset, language: Language, audience: str | None, kind: EntryKind | None
) -> CatalogueList:
    """Return the entries for an audience and of a kind, or all of them."""
    return CatalogueList(
        items=[
            _entry(entry, language)
            for entry in ruleset.entries
            if audience in (None, entry.audience) and kind in (None, entry.kind)
        ]
    )


def approach(ruleset: Ruleset, language: Language, entry_id: str) -> CatalogueEntryRead:
    """Return one entry. Raises `NotFound`."""
    for entry in ruleset.entries:
        if entry.id == entry_id:
            return _entry(entry, language)
    raise NotFound


def _entry(entry: Entry, language: Language) -> CatalogueEntryRead:
    return CatalogueEntryRead(
        id=entry.id,
        audience=entry.audience,
        kind=entry.kind,
        text=entry.text[language],
        when=ConditionRead(
            answers=dict(entry.when.answers),
            agreed_steps_not_done=entry.when.agreed_steps_not_done,
            same_type_in_a_row=entry.when.same_type_in_a_row,
        )
        if entry.when
        else None,
        sources=list(entry.sources),
    )


def vignettes(knowledge: Knowledge, language: Language) -> VignetteList:
    """Return all stories, without their assessments."""
    return VignetteList(
        items=[VignetteHead(**_vignette_head(one, language)) for one in knowledge.vignettes.values()]
    )


def vignette(knowledge: Knowledge, language: Language, vignette_id: str) -> VignetteRead:
    """Return one story with its assessments. Raises `NotFound`."""
    one = knowledge.vignettes.get(vignette_id)
    if one is None:
        raise NotFound
    return VignetteRead(
        **_vignette_head(one, language),
        text=one.text[language],
        teaching=one.teaching[language],
        quiz_days=list(one.quiz_days) if one.quiz_days is not None else None,
        assessments=[
            VignetteAssessmentRead(
                day=view.day,
                conversation_day=view.conversation_day,
                participant=view.participant[language],
                concern=view.concern[language],
                assessor=view.assessor[language],
                perspective=view.perspective,
                answers=AnswersRead.model_validate(view.answers),
                relationship_type=view.relationship_type,
                clarity=view.clarity,
                note=view.note[language],
            )
            for view in one.assessments
        ],
        sources=list(one.sources),
    )


def _vignette_head(one: Vignette, language: Language) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title[language],
        "domain": one.domain[language],
        "referral": one.referral,
        "quiz": one.quiz,
    }


def sources(knowledge: Knowledge) -> SourceList:
    """Return where the ideas come from, and how well we know it."""
    return SourceList(items=[SourceRead.model_validate(one) for one in knowledge.sources.values()])

"""Two views of one conversation side by side, and what the person said in it."""

from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select

from app.domain.answers import Answers, Question
from app.domain.signals import SignalKind
from app.models.assessments import Assessment, AssessmentHead, OwnWordsRead
from app.models.classifications import EntryRead
from app.services.assessment_reads import assessment_head
from app.services.recorded import all_recorded_in, recorded_from
from app.services.results import entry_read
from app.services.signals import hidden_now
from app.services.statements import statements_of
from app.services.visibility import cases_to_judge
from app.services.work import Work


class SideBySide(NamedTuple):
    """Both views as they count now, and where they differ; all `None` as long as there is one.

    Where one of the two counts no more, they are shown and not compared.
    """

    assessment: AssessmentHead | None = None
    opinion: AssessmentHead | None = None
    different_answers: list[Question] | None = None
    same_type: bool | None = None
    advice: EntryRead | None = None


def words_said(work: Work, assessment_id: UUID) -> OwnWordsRead:
    """Return what the person said, and nothing else of an assessment that the actor may not see yet."""
    words = select(
        Assessment.words_on_problem, Assessment.words_on_help_request, Assessment.words_on_share_in_solution
    ).where(col(Assessment.id) == assessment_id)
    return OwnWordsRead(**dict(zip(Question, work.session.exec(words).one(), strict=True)))


def side_by_side(work: Work, assessment_id: UUID, given_id: UUID | None) -> SideBySide:
    """Compare an assessment with the opinion that was given on it; nothing as long as it was not.

    Of each it is what was recorded, without the step into it: that can tell of another conversation,
    which the supervisor may still have to judge.
    """
    if given_id is None:
        return SideBySide()
    both = [assessment_id, given_id]
    said = statements_of(work.session, both)
    rows = work.session.execute(all_recorded_in(cases_to_judge(work)).where(col(Assessment.id).in_(both)))
    heads = {
        one.columns["id"]: assessment_head(replace(one, statements=tuple(said[one.columns["id"]])))
        for one in map(recorded_from, rows)
    }
    first, second = (heads[id_] for id_ in both)
    if first.retracted or second.retracted:
        return SideBySide(first, second)
    different = _answers(first).differences(_answers(second))
    same_type = first.relationship_type is second.relationship_type
    return SideBySide(first, second, list(different), same_type, _advice(work) if different else None)


def _answers(one: AssessmentHead) -> Answers:
    return Answers(**one.answers.model_dump())


def _advice(work: Work) -> EntryRead | None:
    """Return what fits where two colleagues judge one conversation differently: what the signal says."""
    entry = work.knowledge.signals[SignalKind.ASSESSORS_DISAGREE].entry
    return None if entry.id in hidden_now(work) else entry_read(entry, work.language)

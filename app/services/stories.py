"""Everything about one case, and about one correction: what their pages stand on."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.domain.advice import OwnApproach
from app.domain.approach import Circumstances
from app.domain.summary import Period, Summary, periods, summary
from app.domain.thread import Judgement, chain_of, first_of
from app.models.assessments import AssessmentRead
from app.models.cases import CaseRead
from app.models.classifications import EntryRead
from app.models.history import AsOf, ThreadRead
from app.models.second_opinions import OpinionOnFile
from app.services.advice_uses import Used, uses_in_case
from app.services.assessment_reads import read_assessment
from app.services.assessments import refuse_what_is_anothers
from app.services.cases import read_case
from app.services.opinion_reads import opinions_on_file
from app.services.own_approach import own_approach
from app.services.projections import judgements
from app.services.results import entry_read
from app.services.threads import Course, read_threads
from app.services.work import Work


@dataclass(frozen=True, slots=True)
class ThreadStory:
    """How one thread went.

    `thread` is what GET /v1/threads/{id} answers: everything that was recorded, corrected and retracted
    rows marked. `in_force` are the judgements that count; `summary` and `periods` follow from them.
    `advice` is what fits the step into the newest of them, by the rules it was made with. `uses` are
    what was done with the advice of each assessment, by its id: the newest about each entry.
    """

    thread: ThreadRead
    in_force: tuple[Judgement, ...]
    summary: Summary | None
    periods: tuple[Period, ...]
    advice: tuple[EntryRead, ...]
    uses: Mapping[UUID, tuple[Used, ...]]


@dataclass(frozen=True, slots=True)
class CaseStory:
    """A case with all its threads, by participant, then by concern; and the second opinions in it."""

    case: CaseRead
    as_of: AsOf
    threads: tuple[ThreadStory, ...]
    opinions: tuple[OpinionOnFile, ...]


@dataclass(frozen=True, slots=True)
class Correctable:
    """An assessment to correct. `tag` is its place in the chain of corrections; only the newest can be."""

    assessment: AssessmentRead
    tag: str
    newest_id: UUID

    @property
    def is_newest(self) -> bool:
        """Whether nothing took its place yet."""
        return self.newest_id == self.assessment.id


def case_story(work: Work, case_id: UUID, as_of: AsOf) -> CaseStory:
    """Return everything about a case, in a transaction that sees one moment. Raises `NotFound`.

    The threads are as they stood and were known; one of which nothing was known yet is there, empty.
    The case itself, who works on it and what happened to it, is as it is now.
    """
    case = read_case(work, case_id)
    courses = read_threads(work, case_id, as_of)
    own = own_approach(work)
    uses = uses_in_case(work, own, case_id, as_of.known)
    stories = tuple(_story(work, own, course, uses) for course in courses)
    return CaseStory(case, as_of, stories, tuple(opinions_on_file(work, case_id)))


def correctable(work: Work, assessment_id: UUID) -> Correctable:
    """Return an assessment with the one that took its place, if any did.

    Raises `NotFound`, and `NotPermitted` for the opinion of somebody else.
    """
    found, tag = read_assessment(work, assessment_id)
    everything = judgements(work.session, found.thread_id)
    refuse_what_is_anothers(work, first_of(everything, assessment_id))
    chain = chain_of(everything, assessment_id)
    return Correctable(found, tag, chain.newest_id)


def _story(
    work: Work, own: OwnApproach, course: Course, uses: Mapping[UUID, tuple[Used, ...]]
) -> ThreadStory:
    return ThreadStory(
        course.thread,
        course.in_force,
        summary(course.in_force),
        periods(course.in_force),
        _advice(work, own, course),
        {
            one.id: tuple(used for used in uses[one.id] if used.counts)
            for one in course.thread.assessments
            if one.id in uses
        },
    )


def _advice(work: Work, own: OwnApproach, course: Course) -> tuple[EntryRead, ...]:
    if not (course.steps and course.rules):
        return ()
    step = course.steps[-1]
    newest = course.in_force[-1]
    ruleset = own.at(newest.recorded_at).over(work.knowledge.rulesets[course.rules])
    entries = ruleset.advise_on(
        step,
        newest.answers,
        Circumstances(same_type_in_a_row=step.same_type_in_a_row),
    )
    return tuple(entry_read(entry, work.language) for entry in entries)

"""Everything about one case: what a page of it stands on, in a constant number of queries."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.summary import Period, Summary, periods, summary
from app.domain.thread import Judgement
from app.models.cases import CaseRead
from app.models.history import ThreadRead
from app.services.cases import read_case
from app.services.threads import AsOf, Course, read_threads
from app.services.work import Work


@dataclass(frozen=True, slots=True)
class ThreadStory:
    """How one thread went.

    `thread` is what GET /v1/threads/{id} answers: everything that was recorded, corrected and retracted
    rows marked. `in_force` are the judgements that count; `summary` and `periods` follow from them.
    """

    thread: ThreadRead
    in_force: tuple[Judgement, ...]
    summary: Summary | None
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class CaseStory:
    """A case with all its threads, by participant, then by concern."""

    case: CaseRead
    as_of: AsOf
    threads: tuple[ThreadStory, ...]


def case_story(work: Work, case_id: UUID, as_of: AsOf) -> CaseStory:
    """Return everything about a case, in a transaction that sees one moment. Raises `NotFound`.

    The threads are as they stood and were known; one of which nothing was known yet is there, empty.
    The case itself, who works on it and what happened to it, is as it is now.
    """
    case = read_case(work, case_id)
    return CaseStory(case, as_of, tuple(_story(course) for course in read_threads(work, case_id, as_of)))


def _story(course: Course) -> ThreadStory:
    return ThreadStory(course.thread, course.in_force, summary(course.in_force), periods(course.in_force))

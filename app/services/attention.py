"""What asks for attention in the cases of a team, for who prepares a meeting."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from app.domain.signals import SignalKind
from app.domain.thread import TaskDone, TaskGiven
from app.models.assessments import Assessment
from app.models.cases import Case, CaseStatus
from app.models.history import CaseloadItem
from app.models.threads import Thread, ThreadHead
from app.services.cases import CaseloadQuery, list_cases
from app.services.signals import has_signal, thresholds_of
from app.services.visibility import points_at, visible_cases
from app.services.work import Work


class Tried(NamedTuple):
    """What was given to do in an assessment, and whether what was given before was done."""

    task_given: TaskGiven | None
    previous_task_done: TaskDone | None


class Asking(NamedTuple):
    """A case with those of its threads that ask for attention, and what was tried last in each."""

    case: CaseloadItem
    threads: list[tuple[ThreadHead, Tried]]


class Overview(NamedTuple):
    """What asks for attention in open cases; `counts` are threads per kind of signal, without filter."""

    counts: dict[SignalKind, int]
    open_threads: int
    cases: list[Asking]
    next_cursor: str | None


def look_for_attention(work: Work, query: CaseloadQuery) -> Overview:
    """Return the open cases that ask for attention in the way asked for, or in any way.

    The page of `query` is kept; its status and, where it names none, its signal are not.
    """
    wanted = query.model_copy(update={"status": CaseStatus.OPEN, "signal": query.signal or "any"})
    page = list_cases(work, wanted)
    asking = {case.id: [one for one in case.threads if _asks(one, query)] for case in page.rows}
    tried = _tried(work, [thread for threads in asking.values() for thread in threads])
    cases = [Asking(case, [(one, tried[one.id]) for one in asking[case.id]]) for case in page.rows]
    return Overview(*_counts(work, query.team), cases, page.next_cursor)


def _asks(thread: ThreadHead, query: CaseloadQuery) -> bool:
    kinds = {signal.kind for signal in thread.signals}
    return query.signal in kinds if query.signal in list(SignalKind) else bool(kinds)


def _counts(work: Work, team: UUID | None) -> tuple[dict[SignalKind, int], int]:
    """Count the threads of open cases by their signals, in one statement."""
    thresholds = thresholds_of(work.session)
    statement = (
        visible_cases(work)
        .join(Thread, points_at(Thread, Thread.case_id, Case))
        .where(col(Case.status) == CaseStatus.OPEN)
        .with_only_columns(
            func.count(),
            *(func.count().filter(has_signal(kind, thresholds, work.now)) for kind in SignalKind),
        )
    )
    if team is not None:
        statement = statement.where(col(Case.team_id) == team)
    every, *counts = work.session.execute(statement).one()
    return dict(zip(SignalKind, counts, strict=True)), every


def _tried(work: Work, threads: Sequence[ThreadHead]) -> dict[UUID, Tried]:
    newest = [one.current.assessment_id for one in threads if one.current]
    rows = work.session.execute(
        select(
            col(Assessment.thread_id), col(Assessment.task_given), col(Assessment.previous_task_done)
        ).where(col(Assessment.id).in_(newest))
    )
    return {thread_id: Tried(given, done) for thread_id, given, done in rows}

"""What asks for attention in the cases of a team, for who prepares a meeting."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col

from app.domain.signals import SignalKind
from app.domain.thread import TaskDone, TaskGiven
from app.models.assessments import Assessment
from app.models.cases import Case, CaseStatus
from app.models.history import CaseloadItem
from app.models.threads import ThreadHead
from app.services.cases import CaseloadQuery, list_cases
from app.services.signal_counts import count_signals
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
    teams = count_signals(work, query.team)
    return Overview(
        counts={kind: sum(team.having[kind] for team in teams) for kind in SignalKind},
        open_threads=sum(team.threads for team in teams),
        cases=cases,
        next_cursor=page.next_cursor,
    )


def _asks(thread: ThreadHead, query: CaseloadQuery) -> bool:
    kinds = {signal.kind for signal in thread.signals}
    return query.signal in kinds if query.signal in list(SignalKind) else bool(kinds)


def _tried(work: Work, threads: Sequence[ThreadHead]) -> dict[UUID, Tried]:
    newest = [one.current.assessment_id for one in threads if one.current]
    statement = (
        visible_cases(work)
        .join(Assessment, points_at(Assessment, Assessment.case_id, Case))
        .where(col(Assessment.id).in_(newest))
        .with_only_columns(
            *(col(column) for column in (Assessment.thread_id, Assessment.task_given)),
            col(Assessment.previous_task_done),
        )
    )
    rows = work.session.execute(statement)
    return {thread_id: Tried(given, done) for thread_id, given, done in rows}

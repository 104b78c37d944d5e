"""What is kept of a thread's course: its current state and its transitions. Always rebuildable.

This is the hot path of recording, so it speaks to the tables directly (SQLAlchemy Core) and names
the organisation itself.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlmodel import Session

from app.domain.answers import Answers
from app.domain.thread import Judgement, Transition, current, in_force, transitions
from app.models.assessments import Assessment
from app.models.base import table_of
from app.models.threads import Thread, TransitionRow
from app.services.work import organisation_of

_ASSESSMENT: Table = table_of(Assessment)
_TRANSITION: Table = table_of(TransitionRow)
_THREAD: Table = table_of(Thread)

_JUDGEMENT = select(
    _ASSESSMENT.c.id,
    _ASSESSMENT.c.number,
    _ASSESSMENT.c.assessed_at,
    _ASSESSMENT.c.recorded_at,
    _ASSESSMENT.c.recorded_by_id,
    _ASSESSMENT.c.perspective,
    _ASSESSMENT.c.problem,
    _ASSESSMENT.c.help_request,
    _ASSESSMENT.c.share_in_solution,
    _ASSESSMENT.c.relationship_type,
    _ASSESSMENT.c.clarity,
    _ASSESSMENT.c.provisional,
    _ASSESSMENT.c.change_reason,
    _ASSESSMENT.c.supersedes_id,
    _ASSESSMENT.c.retracted,
).order_by(_ASSESSMENT.c.number)


def judgements(session: Session, thread_id: UUID) -> list[Judgement]:
    """Return everything that was ever recorded in a thread, in the order of recording."""
    rows = session.connection().execute(
        _JUDGEMENT.where(
            _ASSESSMENT.c.organisation_id == organisation_of(session),
            _ASSESSMENT.c.thread_id == thread_id,
        )
    )
    return [judgement_of(row) for row in rows]


def judgement_of(row: Assessment | Row[*tuple[Any, ...]]) -> Judgement:
    """Return what the course of a thread depends on."""
    return Judgement(
        id=row.id,
        number=row.number,
        assessed_at=row.assessed_at,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by_id,
        perspective=row.perspective,
        answers=Answers(row.problem, row.help_request, row.share_in_solution),
        relationship_type=row.relationship_type,
        clarity=row.clarity,
        provisional=row.provisional,
        change_reason=row.change_reason,
        supersedes=row.supersedes_id,
        retracted=row.retracted,
    )


def project(
    session: Session,
    case_id: UUID,
    thread_id: UUID,
    after: Sequence[Judgement],
    before: Sequence[Transition],
) -> list[Transition]:
    """Write how a thread stands after these judgements, and the steps that differ from `before`.

    Returns all steps of the thread.
    """
    course = in_force(after)
    steps = transitions(course)
    stale = {step.assessment_id: step for step in before}
    new = [step for step in steps if stale.pop(step.assessment_id, None) != step]
    gone = [*stale, *(step.assessment_id for step in new)]
    connection = session.connection()
    organisation_id = organisation_of(session)
    if before:
        connection.execute(
            delete(_TRANSITION).where(
                _TRANSITION.c.organisation_id == organisation_id,
                _TRANSITION.c.assessment_id.in_(gone),
            )
        )
    if new:
        connection.execute(
            insert(_TRANSITION),
            [
                {
                    "organisation_id": organisation_id,
                    "case_id": case_id,
                    "thread_id": thread_id,
                    **{name: getattr(step, name) for name in Transition.__slots__},
                }
                for step in new
            ],
        )
    state = current(course)
    newest = state.judgement if state else None
    connection.execute(
        update(_THREAD)
        .where(_THREAD.c.organisation_id == organisation_id, _THREAD.c.id == thread_id)
        .values(
            relationship_type=newest.relationship_type if newest else None,
            clarity=newest.clarity if newest else None,
            provisional=newest.provisional if newest else False,
            perspective=newest.perspective if newest else None,
            since=state.since if state else None,
            last_assessed_at=newest.assessed_at if newest else None,
            last_assessment_id=newest.id if newest else None,
            assessment_count=state.count if state else 0,
            recorded_count=len(after),
        )
    )
    return steps


def thread_ids(session: Session) -> list[UUID]:
    """Return all threads of the organisation."""
    rows = session.connection().execute(
        select(_THREAD.c.id).where(_THREAD.c.organisation_id == organisation_of(session))
    )
    return list(rows.scalars())


def rebuild(session: Session, thread_id: UUID) -> None:
    """Compute the projections of one thread again from its assessments."""
    connection = session.connection()
    own = organisation_of(session)
    connection.execute(
        delete(_TRANSITION).where(_TRANSITION.c.organisation_id == own, _TRANSITION.c.thread_id == thread_id)
    )
    case_id = connection.execute(
        select(_THREAD.c.case_id).where(_THREAD.c.organisation_id == own, _THREAD.c.id == thread_id)
    ).scalar_one()
    project(session, case_id, thread_id, judgements(session, thread_id), before=())

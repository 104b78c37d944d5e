"""What is kept of a thread's course: its current state and its transitions. Always rebuildable.

This is the hot path of recording, so it speaks to the tables directly (SQLAlchemy Core) and names
the organisation itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, insert, select, update
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

# Made once: making a statement costs more than running it. Parameters that are not columns to set
# have names that no column has.
_OWN_THREAD = (
    _THREAD.c.organisation_id == bindparam("of_organisation"),
    _THREAD.c.id == bindparam("of_thread"),
)
_JUDGEMENTS = (
    select(
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
    )
    .where(
        _ASSESSMENT.c.organisation_id == bindparam("of_organisation"),
        _ASSESSMENT.c.thread_id == bindparam("of_thread"),
    )
    .order_by(_ASSESSMENT.c.number)
)
_UPDATE_THREAD = update(_THREAD).where(*_OWN_THREAD)
_INSERT_STEPS = insert(_TRANSITION)
_DELETE_STEP = delete(_TRANSITION).where(
    _TRANSITION.c.organisation_id == bindparam("of_organisation"),
    _TRANSITION.c.assessment_id == bindparam("of_assessment"),
)
_DELETE_ALL_STEPS = delete(_TRANSITION).where(
    _TRANSITION.c.organisation_id == bindparam("of_organisation"),
    _TRANSITION.c.thread_id == bindparam("of_thread"),
)


def judgements(session: Session, thread_id: UUID) -> list[Judgement]:
    """Return everything that was ever recorded in a thread, in the order of recording."""
    own = {"of_organisation": organisation_of(session), "of_thread": thread_id}
    rows = session.connection().execute(_JUDGEMENTS, own).mappings()
    return [judgement_of(dict(row)) for row in rows]


def judgement_of(columns: Mapping[str, Any]) -> Judgement:
    """Return what the course of a thread depends on."""
    return Judgement(
        id=columns["id"],
        number=columns["number"],
        assessed_at=columns["assessed_at"],
        recorded_at=columns["recorded_at"],
        recorded_by=columns["recorded_by_id"],
        perspective=columns["perspective"],
        answers=Answers(columns["problem"], columns["help_request"], columns["share_in_solution"]),
        relationship_type=columns["relationship_type"],
        clarity=columns["clarity"],
        provisional=columns["provisional"],
        change_reason=columns["change_reason"],
        supersedes=columns["supersedes_id"],
        retracted=columns["retracted"],
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
    new = [step for step in steps if stale.get(step.assessment_id) != step]
    kept = {step.assessment_id for step in steps} - {step.assessment_id for step in new}
    connection = session.connection()
    organisation_id = organisation_of(session)
    if gone := stale.keys() - kept:
        connection.execute(
            _DELETE_STEP,
            [{"of_organisation": organisation_id, "of_assessment": one} for one in gone],
        )
    if new:
        connection.execute(
            _INSERT_STEPS,
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
        _UPDATE_THREAD,
        {
            "of_organisation": organisation_id,
            "of_thread": thread_id,
            "relationship_type": newest.relationship_type if newest else None,
            "clarity": newest.clarity if newest else None,
            "provisional": newest.provisional if newest else False,
            "perspective": newest.perspective if newest else None,
            "since": state.since if state else None,
            "last_assessed_at": newest.assessed_at if newest else None,
            "last_assessment_id": newest.id if newest else None,
            "assessment_count": state.count if state else 0,
            "recorded_count": len(after),
        },
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
    own = {"of_organisation": organisation_of(session), "of_thread": thread_id}
    # Held, so that nothing is recorded in the thread meanwhile.
    hold = select(_THREAD.c.case_id).where(*_OWN_THREAD).with_for_update()
    case_id = connection.execute(hold, own).scalar_one()
    connection.execute(_DELETE_ALL_STEPS, own)
    project(session, case_id, thread_id, judgements(session, thread_id), before=())

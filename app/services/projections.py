"""What is kept of a thread's course: how it stands, its transitions, its signals. Always rebuildable.

This is the hot path of recording, so it speaks to the tables directly (SQLAlchemy Core) and names
the organisation itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlmodel import Session

from app.domain.answers import Answers
from app.domain.ruleset import Ruleset
from app.domain.signals import Signal, Thresholds, course_signals
from app.domain.thread import Judgement, Transition, current, in_force, transitions
from app.models.assessments import Assessment
from app.models.base import table_of
from app.models.signals import ThreadSignal
from app.models.threads import Thread, TransitionRow
from app.services.signals import thresholds_of
from app.services.work import organisation_of

_ASSESSMENT: Table = table_of(Assessment)
_TRANSITION: Table = table_of(TransitionRow)
_THREAD: Table = table_of(Thread)
_SIGNAL: Table = table_of(ThreadSignal)

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
        _ASSESSMENT.c.conversation_id,
        _ASSESSMENT.c.perspective,
        _ASSESSMENT.c.problem,
        _ASSESSMENT.c.help_request,
        _ASSESSMENT.c.share_in_solution,
        _ASSESSMENT.c.relationship_type,
        _ASSESSMENT.c.clarity,
        _ASSESSMENT.c.provisional,
        _ASSESSMENT.c.ruleset_version,
        _ASSESSMENT.c.task_given,
        _ASSESSMENT.c.previous_task_done,
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
_INSERT_SIGNALS = insert(_SIGNAL)
_DELETE_SIGNAL = delete(_SIGNAL).where(
    _SIGNAL.c.organisation_id == bindparam("of_organisation"),
    _SIGNAL.c.thread_id == bindparam("of_thread"),
    _SIGNAL.c.kind == bindparam("of_kind"),
)
_DELETE_ALL = [
    delete(table).where(
        table.c.organisation_id == bindparam("of_organisation"),
        table.c.thread_id == bindparam("of_thread"),
    )
    for table in (_TRANSITION, _SIGNAL)
]


class ThreadKey(NamedTuple):
    """A thread and its case."""

    case_id: UUID
    thread_id: UUID


class Rules(NamedTuple):
    """What signals are worked out with."""

    rulesets: Mapping[str, Ruleset]
    thresholds: Thresholds

    @property
    def mark(self) -> str:
        """What `Thread.signals_under` says; what depends on the day is worked out on the day."""
        return f"{self.thresholds.stuck_after}-{self.thresholds.not_done_after}"


class Projection(NamedTuple):
    """What follows from the judgements of a thread, and the thresholds of its signals."""

    steps: list[Transition]
    signals: tuple[Signal, ...]
    thresholds: Thresholds

    @classmethod
    def of(cls, course: Sequence[Judgement], rules: Rules) -> "Projection":
        """Work it out from what counts."""
        thresholds = rules.thresholds
        return cls(transitions(course), course_signals(course, rules.rulesets, thresholds), thresholds)


def rules_of(session: Session, rulesets: Mapping[str, Ruleset]) -> Rules:
    """Return what signals are worked out with in the organisation of a session."""
    return Rules(rulesets, thresholds_of(session))


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
        conversation_id=columns["conversation_id"],
        perspective=columns["perspective"],
        answers=Answers(columns["problem"], columns["help_request"], columns["share_in_solution"]),
        relationship_type=columns["relationship_type"],
        clarity=columns["clarity"],
        ruleset_version=columns["ruleset_version"],
        provisional=columns["provisional"],
        task_given=columns["task_given"],
        previous_task_done=columns["previous_task_done"],
        change_reason=columns["change_reason"],
        supersedes=columns["supersedes_id"],
        retracted=columns["retracted"],
    )


def project(
    session: Session, place: ThreadKey, rules: Rules, after: Sequence[Judgement], before: Sequence[Judgement]
) -> Projection:
    """Write how a thread stands after these judgements, and what differs from the state `before`.

    Returns everything that follows from them.
    """
    course = in_force(after)
    made, old = Projection.of(course, rules), Projection.of(in_force(before), rules)
    _write_steps(session, place, made.steps, old.steps)
    if made.signals != old.signals:
        _write_signals(session, place, made.signals, old.signals)
    state = current(course)
    newest = state.judgement if state else None
    session.connection().execute(
        _UPDATE_THREAD,
        {
            "of_organisation": organisation_of(session),
            "of_thread": place.thread_id,
            "relationship_type": newest.relationship_type if newest else None,
            "clarity": newest.clarity if newest else None,
            "provisional": newest.provisional if newest else False,
            "perspective": newest.perspective if newest else None,
            "since": state.since if state else None,
            "last_assessed_at": newest.assessed_at if newest else None,
            "last_assessment_id": newest.id if newest else None,
            "assessment_count": state.count if state else 0,
            "recorded_count": len(after),
            "signals_under": rules.mark,
        },
    )
    return made


def _write_steps(
    session: Session, place: ThreadKey, steps: Sequence[Transition], before: Sequence[Transition]
) -> None:
    stale = {step.assessment_id: step for step in before}
    new = [step for step in steps if stale.get(step.assessment_id) != step]
    kept = {step.assessment_id for step in steps} - {step.assessment_id for step in new}
    organisation_id = organisation_of(session)
    if gone := stale.keys() - kept:
        session.connection().execute(
            _DELETE_STEP, [{"of_organisation": organisation_id, "of_assessment": one} for one in gone]
        )
    if new:
        own = {"organisation_id": organisation_id, **place._asdict()}
        session.connection().execute(
            _INSERT_STEPS,
            [{**own, **{name: getattr(step, name) for name in Transition.__slots__}} for step in new],
        )


def _write_signals(
    session: Session, place: ThreadKey, signals: Sequence[Signal], before: Sequence[Signal]
) -> None:
    organisation_id = organisation_of(session)
    if gone := [signal for signal in before if signal not in signals]:
        own = {"of_organisation": organisation_id, "of_thread": place.thread_id}
        session.connection().execute(_DELETE_SIGNAL, [{**own, "of_kind": one.kind} for one in gone])
    if new := [signal for signal in signals if signal not in before]:
        mine = {"organisation_id": organisation_id, **place._asdict()}
        session.connection().execute(
            _INSERT_SIGNALS,
            [{**mine, **{name: getattr(one, name) for name in Signal.__slots__}} for one in new],
        )


def thread_ids(session: Session) -> list[UUID]:
    """Return all threads of the organisation."""
    rows = session.connection().execute(
        select(_THREAD.c.id).where(_THREAD.c.organisation_id == organisation_of(session))
    )
    return list(rows.scalars())


def rebuild(session: Session, rules: Rules, thread_id: UUID) -> None:
    """Compute the projections of one thread again from its assessments."""
    connection = session.connection()
    own = {"of_organisation": organisation_of(session), "of_thread": thread_id}
    # Held, so that nothing is recorded in the thread meanwhile.
    hold = select(_THREAD.c.case_id).where(*_OWN_THREAD).with_for_update()
    case_id = connection.execute(hold, own).scalar_one()
    for statement in _DELETE_ALL:
        connection.execute(statement, own)
    project(session, ThreadKey(case_id, thread_id), rules, judgements(session, thread_id), before=())


def renew_signals(session: Session, rules: Rules) -> int:
    """Compute the threads again whose signals were worked out with other thresholds, or never.

    Returns how many there were.
    """
    outdated = select(_THREAD.c.id).where(
        _THREAD.c.organisation_id == organisation_of(session),
        _THREAD.c.signals_under.is_distinct_from(rules.mark),
    )
    found = list(session.connection().execute(outdated).scalars())
    for thread_id in found:
        rebuild(session, rules, thread_id)
    return len(found)

"""Signals of threads, read and put into words; the rules are in `app.domain.signals`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select
from sqlmodel import Session, col

from app.domain.classification import RelationshipType
from app.domain.signals import (
    DEFAULTS,
    Circumstance,
    Signal,
    SignalKind,
    Standing,
    Thresholds,
    signals,
)
from app.domain.texts import Language
from app.domain.thread import Current
from app.knowledge import Knowledge
from app.knowledge.signals import threshold_of
from app.models.base import table_of
from app.models.cases import Case, CaseStatus
from app.models.signals import SignalRead, SignalRuleList, SignalRuleRead, SignalSetting, ThreadSignal
from app.models.threads import Thread
from app.services.own_approach import own_approach
from app.services.results import entry_read
from app.services.work import Work, organisation_of

_SETTING, _KEPT = table_of(SignalSetting), table_of(ThreadSignal)
_THREAD, _CASE = table_of(Thread), table_of(Case)
# Not an alias of the class: to make one takes longer than to ask.
_BESIDE = _THREAD.alias("beside")
_NEWEST_SETTING = (
    select(_SETTING.c.stuck_after, _SETTING.c.not_done_after, _SETTING.c.not_seen_days)
    .where(_SETTING.c.organisation_id == bindparam("of_organisation"))
    .order_by(_SETTING.c.number.desc())
    .limit(1)
)
_KEPT_OF_THREADS = select(
    _KEPT.c.thread_id, _KEPT.c.kind, _KEPT.c.since, _KEPT.c.rests_on, _KEPT.c.about
).where(
    _KEPT.c.organisation_id == bindparam("of_organisation"),
    _KEPT.c.thread_id.in_(bindparam("of_threads", expanding=True)),
)
_OF_PARTICIPANT = (
    select(_THREAD, _CASE.c.status)
    .join(
        _CASE,
        and_(_CASE.c.organisation_id == _THREAD.c.organisation_id, _CASE.c.id == _THREAD.c.case_id),
    )
    .where(
        _THREAD.c.organisation_id == bindparam("of_organisation"),
        _THREAD.c.case_id == bindparam("of_case"),
        _THREAD.c.participant_id == bindparam("of_participant"),
    )
)


class Whereabouts(NamedTuple):
    """A thread, with whose it is in which case."""

    case_id: UUID
    participant_id: UUID
    thread_id: UUID


def thresholds_of(session: Session) -> Thresholds:
    """Return from when on something is a signal in the organisation of a session."""
    own = {"of_organisation": organisation_of(session)}
    row = session.connection().execute(_NEWEST_SETTING, own).first()
    return Thresholds(*row) if row else DEFAULTS


def kept_signals(session: Session, thread_ids: Collection[UUID]) -> dict[UUID, list[Signal]]:
    """Return the signals that are kept of the courses of threads, by thread."""
    own = {"of_organisation": organisation_of(session), "of_threads": list(thread_ids)}
    found: defaultdict[UUID, list[Signal]] = defaultdict(list)
    for thread_id, *signal in session.connection().execute(_KEPT_OF_THREADS, own):
        found[thread_id].append(Signal(*signal))
    return found


def kept_standing(thread: Thread | Row[Any]) -> Standing | None:
    """Return how a thread stands, as it is kept with it."""
    if not (thread.last_assessment_id and thread.since and thread.last_assessed_at):
        return None
    return Standing(
        thread.id,
        thread.participant_id,
        thread.last_assessment_id,
        thread.relationship_type,
        thread.since,
        thread.last_assessed_at,
    )


def standing_after(thread_id: UUID, participant_id: UUID, state: Current | None) -> Standing | None:
    """Return how a thread stands after some judgements."""
    if state is None:
        return None
    newest = state.judgement
    return Standing(
        thread_id, participant_id, newest.id, newest.relationship_type, state.since, newest.assessed_at
    )


class Telling(NamedTuple):
    """What signals are told with: the thresholds, and the entries that the organisation hides now."""

    thresholds: Thresholds
    hidden: frozenset[str]

    @classmethod
    def of(cls, work: Work) -> "Telling":
        """Look it up, once for all signals of an answer."""
        return cls(thresholds_of(work.session), hidden_now(work))


def hidden_now(work: Work) -> frozenset[str]:
    """Return the entries of ours that the organisation hides."""
    return own_approach(work).at(work.now).hidden


def signals_now(
    work: Work, threads: Sequence[Thread | Row[Any]], open_cases: Collection[UUID]
) -> dict[UUID, list[SignalRead]]:
    """Return the signals of threads as they stand now. These have to be all threads of their cases."""
    telling = Telling.of(work)
    of_course = kept_signals(work.session, [thread.id for thread in threads])
    standing = {thread.id: kept_standing(thread) for thread in threads}
    in_case: defaultdict[UUID, list[Standing]] = defaultdict(list)
    for thread in threads:
        if one := standing[thread.id]:
            in_case[thread.case_id].append(one)
    return {
        thread.id: signal_reads(
            work,
            signals(
                of_course.get(thread.id, ()),
                standing[thread.id],
                in_case[thread.case_id],
                Circumstance(work.now, thread.case_id in open_cases, telling.thresholds),
            ),
            telling,
        )
        for thread in threads
    }


def signals_of_one(
    work: Work, whereabouts: Whereabouts, of_course: Iterable[Signal], thresholds: Thresholds
) -> list[SignalRead]:
    """Return the signals of one thread now, of whose course they are known."""
    own = {
        "of_organisation": work.actor.organisation_id,
        "of_case": whereabouts.case_id,
        "of_participant": whereabouts.participant_id,
    }
    rows = work.session.connection().execute(_OF_PARTICIPANT, own).all()
    standing = {row.id: kept_standing(row) for row in rows}
    found = signals(
        of_course,
        standing[whereabouts.thread_id],
        [one for one in standing.values() if one],
        Circumstance(work.now, rows[0].status is CaseStatus.OPEN, thresholds),
    )
    if not found:  # mostly there is none, and recording is in a hurry
        return []
    return signal_reads(work, found, Telling(thresholds, hidden_now(work)))


def signal_reads(work: Work, found: Iterable[Signal], telling: Telling) -> list[SignalRead]:
    """Put signals into words."""
    return [_signal_read(work, one, telling) for one in found]


def _signal_read(work: Work, signal: Signal, telling: Telling) -> SignalRead:
    text, language = work.knowledge.signals[signal.kind], work.language
    entry = text.entry_for(signal)
    return SignalRead(
        kind=signal.kind,
        label=text.label[language],
        since=signal.since,
        text=text.text[language].format(
            count=len(signal.rests_on), number=threshold_of(signal.kind, telling.thresholds)
        ),
        assessments=list(signal.rests_on),
        entry=None if entry.id in telling.hidden else entry_read(entry, language),
    )


def signal_rules(knowledge: Knowledge, thresholds: Thresholds, language: Language) -> SignalRuleList:
    """Return the rules of all signals in words."""
    items = []
    for kind in SignalKind:
        text, threshold = knowledge.signals[kind], threshold_of(kind, thresholds)
        items.append(
            SignalRuleRead(
                kind=kind,
                label=text.label[language],
                rule=text.rule[language].format(number=threshold),
                threshold=threshold,
                sources=list(text.sources),
            )
        )
    return SignalRuleList(items=items)


def has_signal(kind: SignalKind, thresholds: Thresholds, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a thread has a signal, in a statement over `Case` and `Thread`.

    The same rule as `signals`, in the words of a database; a test holds the two together.
    """
    if kind is SignalKind.NOT_SEEN:
        since = now - timedelta(days=thresholds.not_seen_days)
        return and_(col(Case.status) == CaseStatus.OPEN, col(Thread.last_assessed_at) <= since)
    kept = (
        select(_KEPT.c.thread_id)
        .where(
            _KEPT.c.organisation_id == col(Thread.organisation_id),
            _KEPT.c.thread_id == col(Thread.id),
            _KEPT.c.kind == kind,
        )
        .exists()
    )
    if kind is not SignalKind.HIDDEN_CUSTOMER:
        return kept
    beside = (
        select(_BESIDE.c.id)
        .where(
            _BESIDE.c.organisation_id == col(Thread.organisation_id),
            _BESIDE.c.case_id == col(Thread.case_id),
            _BESIDE.c.participant_id == col(Thread.participant_id),
            _BESIDE.c.relationship_type == RelationshipType.CUSTOMER,
        )
        .exists()
    )
    return or_(kept, and_(col(Thread.relationship_type) == RelationshipType.VISITOR, beside))

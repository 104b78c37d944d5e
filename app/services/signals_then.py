"""Signals of a case as they were: on a moment, and with what had been recorded by a moment."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import col, select

from app.domain.classification import RelationshipType
from app.domain.signals import Circumstance, Standing, course_signals, signals
from app.domain.thread import Judgement, current, in_force, known_at
from app.models.history import AsOf
from app.models.signals import SignalRead
from app.models.threads import Thread
from app.services.case_events import was_open
from app.services.projections import judgements
from app.services.signals import Telling, signal_reads, standing_after
from app.services.work import Work


def signals_then(
    work: Work, threads: Sequence[Thread], counting: Mapping[UUID, Sequence[Judgement]], as_of: AsOf
) -> dict[UUID, list[SignalRead]]:
    """Work out the signals of threads of one case, as they were at that moment with what was known then."""
    telling = Telling.of(work)
    thresholds = telling.thresholds
    standing = {
        one.id: standing_after(one.id, one.participant_id, current(counting.get(one.id, ())))
        for one in threads
    }
    beside = [one for one in standing.values() if one]
    # Of a whole case all threads are here; of one that is read by itself those beside it are looked up.
    if len(threads) == 1 and beside and beside[0].relationship_type is RelationshipType.VISITOR:
        beside += _standing_beside(work, threads[0], as_of)
    now = min(moment for moment in (as_of.at, as_of.known, work.now) if moment)
    is_open = was_open(work, threads[0].case_id, now)
    return {
        one.id: signal_reads(
            work,
            signals(
                course_signals(counting.get(one.id, ()), work.knowledge.rulesets, thresholds),
                standing[one.id],
                beside,
                Circumstance(now, is_open, thresholds),
            ),
            telling,
        )
        for one in threads
    }


def _standing_beside(work: Work, thread: Thread, as_of: AsOf) -> list[Standing]:
    """Return how the other threads of the participant stood."""
    others = select(Thread.id).where(
        col(Thread.case_id) == thread.case_id,
        col(Thread.participant_id) == thread.participant_id,
        col(Thread.id) != thread.id,
    )
    found = []
    for id_ in work.session.exec(others):
        course = in_force(known_at(judgements(work.session, id_), as_of.known), as_of.at)
        found.append(standing_after(id_, thread.participant_id, current(course)))
    return [one for one in found if one]

"""How many threads ask for attention, counted where they lie."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col

from app.domain.signals import SignalKind
from app.models.cases import Case, CaseStatus
from app.models.threads import Thread
from app.services.signals import has_signal, thresholds_of
from app.services.visibility import points_at, visible_cases
from app.services.work import Work


class TeamSignals(NamedTuple):
    """The threads of open cases of one team, and how many of them have each signal."""

    threads: int
    having: Mapping[SignalKind, int]


def count_signals(work: Work, team: UUID | None) -> list[TeamSignals]:
    """Count for one team or each, in one statement. A thread in which nothing counts has no signal."""
    thresholds = thresholds_of(work.session)
    statement = (
        visible_cases(work)
        .join(Thread, points_at(Thread, Thread.case_id, Case))
        .where(col(Case.status) == CaseStatus.OPEN, col(Thread.last_assessment_id).is_not(None))
        .group_by(col(Case.team_id))
        .with_only_columns(
            func.count(),
            *(func.count().filter(has_signal(kind, thresholds, work.now)) for kind in SignalKind),
        )
    )
    if team is not None:
        statement = statement.where(col(Case.team_id) == team)
    return [
        TeamSignals(threads, dict(zip(SignalKind, having, strict=True)))
        for threads, *having in work.session.connection().execute(statement)
    ]

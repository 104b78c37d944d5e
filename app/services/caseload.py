"""The caseload as people look at it: what to choose from, what asks for attention, and a file of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func
from sqlmodel import col, select

from app.domain.errors import FieldError, InvalidInput
from app.domain.roles import Role
from app.domain.texts import Text
from app.models.base import Named
from app.models.cases import Case, CaseStatus, Concern, Participant
from app.models.history import CaseloadItem
from app.models.organisations import Team, User
from app.models.threads import Thread
from app.services.cases import CaseloadOrder, CaseloadQuery, caseload, list_cases, moment_of
from app.services.signals import thresholds_of
from app.services.threads import threads_of
from app.services.visibility import points_at, visible_cases
from app.services.work import Work

MOST_COUNTED = 200
"""Counting looks at every case that is asked for, so it stops here; the page says "more than"."""

MOST_IN_FILE = 5000
"""How many cases go into one file: more than a team has at hand, and a second of work at most."""

_AT_ONCE = 500


class Choices(NamedTuple):
    """The colleagues and teams to choose from: those of the cases that can be seen."""

    practitioners: list[Named]
    teams: list[Named]


class Found(NamedTuple):
    """A page of the caseload; `total` is `None` when there are more than `MOST_COUNTED`."""

    items: list[CaseloadItem]
    next_cursor: str | None
    total: int | None
    quiet_days: int
    quiet: frozenset[UUID]
    """Open cases without any thread that were opened at least `quiet_days` days ago."""


def choices_of(work: Work) -> Choices:
    """Return whom and which team a supervisor can choose. Who sees no team has nothing to choose."""
    if work.actor.role is not Role.SUPERVISOR:
        return Choices([], [])
    seen = visible_cases(work).with_only_columns(col(Case.practitioner_id)).distinct()
    people = select(User.id, User.name).where(col(User.id).in_(seen)).order_by(col(User.name))
    teams = select(Team.id, Team.name).where(col(Team.id).in_(work.actor.team_ids)).order_by(col(Team.name))
    return Choices(
        [Named(id=id_, name=name) for id_, name in work.session.exec(people)],
        [Named(id=id_, name=name) for id_, name in work.session.exec(teams)],
    )


def look_at_caseload(work: Work, query: CaseloadQuery) -> Found:
    """Return a page of the caseload with how many cases there are."""
    page = list_cases(work, query)
    is_all = query.cursor is None and page.next_cursor is None
    total = len(page.rows) if is_all else _count(work, query)
    days = thresholds_of(work.session).not_seen_days
    since = work.now - timedelta(days=days)
    quiet = frozenset(
        item.id
        for item in page.rows
        if not item.threads and item.status is CaseStatus.OPEN and item.opened_at <= since
    )
    return Found(page.rows, page.next_cursor, total, days, quiet)


def days_since(moment: datetime, now: datetime) -> int:
    """Return for how many whole days something has been so, as the filter `idle` counts them."""
    return max((now - moment).days, 0)


class Line(NamedTuple):
    """A line of the file: a thread with its case, and what asks for attention in it, in words."""

    row: Row[Any]
    signals: list[str]


def file_of(work: Work, query: CaseloadQuery) -> list[Line]:
    """Return the threads of all cases that are asked for, in the order asked for, without free text.

    A case without threads has one row. Everything is read before the answer begins: what leaves has
    its line in the access log first. So the file is bounded: raises `InvalidInput` over `MOST_IN_FILE`.
    """
    is_idle, moment = query.sort is CaseloadOrder.IDLE, moment_of(query.sort)
    order = (moment, col(Case.id)) if is_idle else (moment.desc(), col(Case.id).desc())
    asked = caseload(work, query).with_only_columns(col(Case.id)).order_by(*order).limit(MOST_IN_FILE + 1)
    case_ids = list(work.session.execute(asked).scalars())
    if len(case_ids) > MOST_IN_FILE:
        raise InvalidInput(errors=[FieldError("query", "", "too_many_cases", _TOO_MANY)])
    work.trail.shows(*case_ids)
    rest, lines = iter(case_ids), []
    while some := list(islice(rest, _AT_ONCE)):
        asking = {thread.id: [one.label for one in thread.signals] for thread in threads_of(work, some)}
        lines += [Line(row, asking.get(row.thread_id, [])) for row in _rows(work, some)]
    return lines


_TOO_MANY = Text(
    nl=f"Dit zijn meer dan {MOST_IN_FILE} dossiers: te veel voor één bestand. Kies een of meer filters.",
    en=f"These are more than {MOST_IN_FILE} cases: too many for one file. Choose one or more filters.",
)


def _count(work: Work, query: CaseloadQuery) -> int | None:
    asked = caseload(work, query).with_only_columns(col(Case.id)).limit(MOST_COUNTED + 1).subquery()
    count = work.session.execute(select(func.count()).select_from(asked)).scalar_one()
    return None if count > MOST_COUNTED else count


def _rows(work: Work, case_ids: Sequence[UUID]) -> list[Row[Any]]:
    place = {case_id: number for number, case_id in enumerate(case_ids)}
    rows = work.session.execute(
        visible_cases(work)
        .join(User, points_at(Case, Case.practitioner_id, User))
        .outerjoin(Team, points_at(Case, Case.team_id, Team))
        .outerjoin(Thread, points_at(Thread, Thread.case_id, Case))
        .outerjoin(Participant, points_at(Thread, Thread.participant_id, Participant))
        .outerjoin(Concern, points_at(Thread, Thread.concern_id, Concern))
        .where(col(Case.id).in_(case_ids))
        .with_only_columns(
            *(col(column) for column in (Case.id, Case.reference, Case.status, Case.restricted)),
            *(col(column) for column in (Case.opened_at, Case.closed_at)),
            col(Thread.id).label("thread_id"),
            col(User.name).label("practitioner"),
            col(Team.name).label("team"),
            col(Participant.reference).label("participant"),
            col(Concern.reference).label("concern"),
            *(col(column) for column in (Thread.relationship_type, Thread.clarity, Thread.since)),
            *(col(column) for column in (Thread.last_assessed_at, Thread.assessment_count)),
        )
    )
    return sorted(rows, key=lambda row: (place[row.id], row.participant or "", row.concern or ""))

"""Cases: open, read, close, reopen, hand over, and the caseload."""

from collections import defaultdict
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import SQLColumnExpression, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.classification import RelationshipType
from app.domain.errors import CaseExists, CaseIsRestricted, FieldError, InvalidInput, NotFound
from app.domain.roles import Role
from app.domain.signals import SignalKind
from app.domain.texts import Text
from app.models.base import Named, Reference
from app.models.cases import (
    Case,
    CaseChange,
    CaseCreate,
    CaseEventKind,
    CaseRead,
    CaseStatus,
)
from app.models.history import CaseloadItem
from app.models.organisations import Membership, Team, User
from app.models.threads import Thread, ThreadHead
from app.services.access_log import cases_called
from app.services.case_events import events_of
from app.services.paging import PageQuery, Place, Slice, newest_first, oldest_first, sliced
from app.services.places import log_event, open_case
from app.services.signals import has_signal, thresholds_of
from app.services.threads import threads_of
from app.services.versions import Versions
from app.services.visibility import points_at, visible_cases
from app.services.work import Work


class CaseloadOrder(StrEnum):
    """In which order to list cases."""

    NEWEST = "newest"
    IDLE = "idle"


class CaseloadQuery(PageQuery):
    """Which cases to list."""

    reference: Reference | None = Field(default=None, description="With this reference.")
    team: UUID | None = Field(default=None, description="Of this team.")
    practitioner: UUID | None = Field(default=None, description="Of this practitioner.")
    type: RelationshipType | None = Field(default=None, description="With a thread that stands at this type.")
    signal: SignalKind | None = Field(
        default=None, description="With a thread that asks for attention in this way; see GET /v1/signals."
    )
    idle: Annotated[int, Field(ge=0, le=36500)] | None = Field(
        default=None, description="Without an assessment for at least this many days."
    )
    status: CaseStatus | None = Field(default=None, description="Open or closed.")
    sort: CaseloadOrder = Field(
        default=CaseloadOrder.NEWEST,
        description="`newest`: the newest case first. `idle`: the longest without an assessment first; a "
        "case without one counts from when it was opened. A cursor belongs to one order.",
    )


def create_case(work: Work, body: CaseCreate) -> CaseRead:
    """Open a case. Raises `CaseExists` when the actor sees one with this reference, else `NotFound`."""
    is_new = open_case(work, body.reference)
    case = work.session.exec(visible_cases(work).where(col(Case.reference) == body.reference)).first()
    if case is None:
        # The refusal names the case in the access log, and nowhere else.
        work.trail.shows(*cases_called(work.session, body.reference))
        raise NotFound
    if not is_new:
        raise CaseExists
    return _case_read(work, case)


def read_case(work: Work, case_id: UUID) -> CaseRead:
    """Return one case with what happened to it. Raises `NotFound`."""
    case = work.session.exec(visible_cases(work).where(col(Case.id) == case_id)).first()
    if case is None:
        raise NotFound
    return _case_read(work, case)


def change_case(work: Work, case_id: UUID, body: CaseChange, versions: Versions) -> CaseRead:
    """Close, reopen or hand over a case. What it is already, it stays, without an event.

    The answer is the case as it became, also when a hand-over took it out of the actor's sight.
    Raises `NotFound`, `CaseIsRestricted`, `VersionRequired`, `VersionIsStale`, and `InvalidInput`
    when the one who takes over is not a practitioner of this organisation.
    """
    case = work.session.exec(visible_cases(work).where(col(Case.id) == case_id).with_for_update()).first()
    if case is None:
        raise NotFound
    if case.restricted:
        raise CaseIsRestricted
    versions.check(str(case.version))
    changes = []
    if body.status is not None and body.status is not case.status:
        case.status = body.status
        case.closed_at = work.now if body.status is CaseStatus.CLOSED else None
        changes.append(CaseEventKind.CLOSED if case.closed_at else CaseEventKind.REOPENED)
    if body.practitioner_id is not None and body.practitioner_id != case.practitioner_id:
        case.team_id = _team_for(work, body.practitioner_id, case.team_id)
        case.practitioner_id = body.practitioner_id
        changes.append(CaseEventKind.HANDED_OVER)
    if changes:
        case.version += 1
    for kind in changes:
        answer = body.closing_answer if kind is CaseEventKind.CLOSED else None
        log_event(work, case.id, kind, case.practitioner_id, answer)
    return _case_read(work, case)


def list_cases(work: Work, query: CaseloadQuery) -> Slice:
    """Return a page of the visible cases in the order asked for, each with how its threads stand."""
    is_idle = query.sort is CaseloadOrder.IDLE
    order, moment = oldest_first if is_idle else newest_first, moment_of(query.sort)
    statement = order(caseload(work, query).add_columns(moment), moment, col(Case.id), query)
    rows = work.session.execute(statement).all()
    found = sliced(rows, query, lambda row: Place(row[1], row[0].id, is_idle))
    cases = [case for case, _ in found.rows]
    work.trail.shows(*(case.id for case in cases))
    names = _names(work, cases)
    threads: defaultdict[UUID, list[ThreadHead]] = defaultdict(list)
    for thread in threads_of(work, [case.id for case in cases]):
        threads[thread.case_id].append(thread)
    return Slice(
        [CaseloadItem(**_head(case, names), threads=threads[case.id]) for case in cases],
        found.next_cursor,
    )


def caseload(work: Work, query: CaseloadQuery) -> SelectOfScalar[Case]:
    """Select the visible cases that are asked for, without their order and all on one page."""
    statement = visible_cases(work)
    for column, value in (
        (Case.reference, query.reference),
        (Case.team_id, query.team),
        (Case.practitioner_id, query.practitioner),
        (Case.status, query.status),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    threads = select(Thread.id).where(points_at(Thread, Thread.case_id, Case))
    if query.type is not None:
        statement = statement.where(threads.where(col(Thread.relationship_type) == query.type).exists())
    if query.signal is not None:
        asks = has_signal(query.signal, thresholds_of(work.session), work.now)
        statement = statement.where(threads.where(asks).exists())
    if query.idle is not None:
        quiet_since = work.now - timedelta(days=query.idle)
        statement = statement.where(
            col(Case.opened_at) <= quiet_since,
            ~threads.where(col(Thread.last_assessed_at) > quiet_since).exists(),
        )
    return statement


def moment_of(order: CaseloadOrder) -> SQLColumnExpression[datetime]:
    """Return by what cases are ordered: when they were opened, or the last assessment when there is one."""
    if order is CaseloadOrder.NEWEST:
        return col(Case.opened_at)
    newest = select(func.max(col(Thread.last_assessed_at))).where(points_at(Thread, Thread.case_id, Case))
    return func.coalesce(newest.correlate(Case).scalar_subquery(), col(Case.opened_at))


def _team_for(work: Work, practitioner_id: UUID, team_id: UUID | None) -> UUID | None:
    """Return the team of a case under another practitioner: the same if it is theirs too."""
    teams = work.session.exec(
        select(Membership.team_id)
        .where(
            col(Membership.user_id) == practitioner_id,
            col(Membership.role) == Role.PRACTITIONER,
        )
        .order_by(col(Membership.id))
    ).all()
    if not teams:
        raise InvalidInput(
            errors=[FieldError("body", "#/practitioner_id", "not_a_practitioner", _NO_PRACTITIONER)]
        )
    return team_id if team_id in teams else next((team for team in teams if team), None)


_NO_PRACTITIONER = Text(
    nl="Dit is geen hulpverlener van deze organisatie. Kies iemand met die rol uit /v1/users.",
    en="This is no practitioner of this organisation. Choose somebody with that role from /v1/users.",
)


def _case_read(work: Work, case: Case) -> CaseRead:
    work.trail.about("case", case.id)
    work.trail.shows(case.id)
    work.session.flush()
    return CaseRead(
        **_head(case, _names(work, [case])),
        closing_question=work.knowledge.closing_question.text[work.language],
        events=[event for _, event in events_of(work, case.id)],
    )


def _names(work: Work, cases: list[Case]) -> dict[UUID, str]:
    """Return the names of the practitioners and teams of these cases."""
    users = select(User.id, User.name).where(col(User.id).in_({case.practitioner_id for case in cases}))
    teams = select(Team.id, Team.name).where(col(Team.id).in_({case.team_id for case in cases} - {None}))
    return dict([*work.session.exec(users), *work.session.exec(teams)])


def _head(case: Case, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": case.id,
        "reference": case.reference,
        "status": case.status,
        "practitioner": Named(id=case.practitioner_id, name=names[case.practitioner_id]),
        "team": Named(id=case.team_id, name=names[case.team_id]) if case.team_id else None,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "restricted": case.restricted,
        "version": case.version,
    }

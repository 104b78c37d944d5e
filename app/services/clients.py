"""The files of clients, for who sees to their rights: how long they stay, and what may change."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.errors import NotFound
from app.domain.years import years_after, years_before
from app.models.advice import AdviceUse
from app.models.assessments import Assessment
from app.models.base import Moment, Reference, utc_text
from app.models.cases import Case, CaseEvent, CaseEventKind, RetentionBasis
from app.models.clients import ClientChange, ClientRead, FileCount, RetentionCounts, RetentionReport
from app.models.rights import Statement
from app.services.access_log import cases_called
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.places import log_event
from app.services.versions import Versions
from app.services.visibility import points_at, visible_files
from app.services.work import Work

# Jeugdwet article 7.3.8, Wmo 2015 article 5.3.4: years after the last change.
YEARS = {RetentionBasis.JEUGDWET: 20, RetentionBasis.WMO: 15}
DEMONSTRATION = timedelta(days=90)


class ClientQuery(PageQuery):
    """Which files to list."""

    reference: Reference | None = Field(default=None, description="With this reference.")
    basis: RetentionBasis | None = Field(default=None, description="Kept on this ground.")
    due: Moment | None = Field(default=None, description="Whose term has passed by this moment.")
    hold: bool | None = Field(default=None, description="On legal hold, or not.")
    restricted: bool | None = Field(default=None, description="Restricted, or not.")


def find_file(work: Work, reference: str, *, hold: bool = False) -> Case:
    """Return the file with a reference; with `hold` nobody else changes it meanwhile.

    Raises `NotFound`, also when it exists and the actor may not deal with it.
    """
    statement = visible_files(work).where(col(Case.reference) == reference)
    case = work.session.exec(statement.with_for_update() if hold else statement).first()
    if case is None:
        # The refusal names the case in the access log, and nowhere else.
        work.trail.shows(*cases_called(work.session, reference))
        raise NotFound
    work.trail.about("case", case.id)
    work.trail.shows(case.id)
    return case


def list_clients(work: Work, query: ClientQuery) -> Slice:
    """Return a page of the files, the newest first."""
    statement = visible_files(work)
    for column, value in (
        (Case.reference, query.reference),
        (Case.retention_basis, query.basis),
        (Case.legal_hold, query.hold),
        (Case.restricted, query.restricted),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if query.due is not None:
        statement = statement.where(_is_due(work.session, query.due))
    statement = newest_first(statement, col(Case.opened_at), col(Case.id), query)
    page = sliced(list(work.session.exec(statement)), query, lambda case: Place(case.opened_at, case.id))
    work.trail.shows(*(case.id for case in page.rows))
    return Slice(client_reads(work.session, page.rows), page.next_cursor)


def due_files(work: Work) -> list[ClientRead]:
    """Return all files whose term has passed and which are not on legal hold, the oldest first."""
    statement = visible_files(work).where(_is_due(work.session, work.now), ~col(Case.legal_hold))
    cases = work.session.exec(statement.order_by(col(Case.opened_at), col(Case.id))).all()
    work.trail.shows(*(case.id for case in cases))
    return client_reads(work.session, cases)


def read_client(work: Work, reference: str) -> ClientRead:
    """Return what is known about one file. Raises `NotFound`."""
    return client_reads(work.session, [find_file(work, reference)])[0]


def change_client(work: Work, reference: str, body: ClientChange, versions: Versions) -> ClientRead:
    """Restrict or release a file, change its term or its legal hold. What it is already, it stays.

    Raises `NotFound`, `VersionRequired` and `VersionIsStale`.
    """
    case = find_file(work, reference, hold=True)
    versions.check(str(case.version))
    was = _agreed(case)
    if body.restricted is not None and body.restricted is not case.restricted:
        case.restricted = body.restricted
        kind = CaseEventKind.RESTRICTED if body.restricted else CaseEventKind.RELEASED
        log_event(work, case.id, kind, case.practitioner_id)
    if body.retention_basis is not None:
        case.retention_basis, case.retention_years = body.retention_basis, body.retention_years
    if body.legal_hold is not None:
        case.legal_hold = body.legal_hold
    if _agreed(case) != was:
        case.version += 1
    work.session.flush()
    return client_reads(work.session, [case])[0]


def _agreed(case: Case) -> tuple[Any, ...]:
    return case.restricted, case.retention_basis, case.retention_years, case.legal_hold


def retention_report(work: Work) -> RetentionReport:
    """Count the files per ground: all, those whose term has passed, those on legal hold."""
    at = utc_text(work.now)
    due = _is_due(work.session, work.now)

    def counted(files: SelectOfScalar[Case], **filters: str) -> FileCount:
        count = work.session.execute(files.with_only_columns(func.count())).scalar_one()
        return FileCount(count=count, query=f"/v1/clients?{urlencode(filters)}")

    items = []
    for basis in RetentionBasis:
        files = visible_files(work).where(col(Case.retention_basis) == basis)
        held = col(Case.legal_hold)
        items.append(
            RetentionCounts(
                retention_basis=basis,
                files=counted(files, basis=basis),
                due=counted(files.where(due, ~held), basis=basis, due=at, hold="false"),
                on_hold=counted(files.where(held), basis=basis, hold="true"),
            )
        )
    return RetentionReport(at=work.now, items=items)


# ---------------------------------------------------------------- terms

_RECORDED: tuple[tuple[type[SQLModel], Any, Any], ...] = (
    (CaseEvent, CaseEvent.case_id, CaseEvent.recorded_at),
    (Assessment, Assessment.case_id, Assessment.recorded_at),
    (Statement, Statement.case_id, Statement.recorded_at),
    (AdviceUse, AdviceUse.case_id, AdviceUse.recorded_at),
)
"""Where a change of a file is written down, and when."""


def kept_until(case: Case, changed_at: datetime) -> datetime:
    """Return when the term of a file ends."""
    if case.retention_basis is RetentionBasis.DEMO:
        return changed_at + DEMONSTRATION
    return years_after(changed_at, YEARS.get(case.retention_basis) or case.retention_years or 0)


def _is_due(session: Session, at: datetime) -> ColumnElement[bool]:
    """Return the condition that the term of a case has passed at a moment."""
    others = session.exec(
        select(Case.retention_years).where(col(Case.retention_basis) == RetentionBasis.OTHER).distinct()
    ).all()
    terms: list[tuple[RetentionBasis, int | None, datetime]] = [
        (RetentionBasis.DEMO, None, at - DEMONSTRATION),
        *((basis, None, years_before(at, years)) for basis, years in YEARS.items()),
        *((RetentionBasis.OTHER, years, years_before(at, years)) for years in others if years),
    ]
    return or_(
        *(
            and_(
                col(Case.retention_basis) == basis,
                col(Case.retention_years) == years if years else col(Case.retention_years).is_(None),
                col(Case.opened_at) <= since,
                *(
                    ~exists().where(points_at(kind, case_id, Case), col(recorded_at) > since)
                    for kind, case_id, recorded_at in _RECORDED
                ),
            )
            for basis, years, since in terms
        )
    )


def client_reads(session: Session, cases: Sequence[Case]) -> list[ClientRead]:
    """Return what is known about some files that the actor may deal with."""
    changed: dict[UUID, datetime] = {case.id: case.opened_at for case in cases}
    for _, case_id, recorded_at in _RECORDED:
        newest = (
            select(case_id, func.max(recorded_at)).where(col(case_id).in_([*changed])).group_by(col(case_id))
        )
        for id_, moment in session.execute(newest):
            changed[id_] = max(changed[id_], moment)
    return [
        ClientRead(
            case_id=case.id,
            reference=case.reference,
            status=case.status,
            restricted=case.restricted,
            legal_hold=case.legal_hold,
            retention_basis=case.retention_basis,
            retention_years=case.retention_years,
            changed_at=changed[case.id],
            kept_until=kept_until(case, changed[case.id]),
            version=case.version,
        )
        for case in cases
    ]

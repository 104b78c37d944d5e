"""Reports about a team, for who supervises it."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.access import Access, may
from app.domain.roles import Permission
from app.models.reports import CaseloadReport, DurationReport, TransitionReport
from app.problems import problems
from app.routers.assessments import GUARDED
from app.services import caseload_report, durations, reports
from app.services.reports import CaseloadReportQuery, PeriodQuery, TransitionReportQuery
from app.wire import StrictRoute

router = APIRouter(prefix="/reports", tags=["reports"], route_class=StrictRoute)


@router.get("/transitions", responses=problems(*GUARDED), summary="Report what moved")
def report_transitions(
    access: Annotated[Access, may(Permission.READ_REPORTS)],
    query: Annotated[TransitionReportQuery, Query()],
) -> TransitionReport:
    """From which type to which type, in whole quarters, and which answers changed.

    Counts under 5 are hidden, and so is every sum that has one in it; `least` and `most` say what is known
    of it. Steps to another assessor, or by better information, are left out unless asked for.
    """
    with access.transaction(one_moment=True) as work:
        return reports.report_transitions(work, query)


@router.get("/caseload", responses=problems(*GUARDED), summary="Report how a caseload stands")
def report_caseload(
    access: Annotated[Access, may(Permission.READ_REPORTS)],
    query: Annotated[CaseloadReportQuery, Query()],
) -> CaseloadReport:
    """How many threads of open cases stand at which type, how sure that is, and which answers they have.

    Counts under 5 are hidden, and one beside them, because all these tables have the same total.
    """
    with access.transaction(one_moment=True) as work:
        return caseload_report.report_caseload(work, query)


@router.get("/durations", responses=problems(*GUARDED), summary="Report how long it takes")
def report_durations(
    access: Annotated[Access, may(Permission.READ_REPORTS)],
    query: Annotated[PeriodQuery, Query()],
) -> DurationReport:
    """How long until a relationship first becomes customer, and how often it moves back after that.

    Of the threads that began in the period. Whoever is not followed to the end counts for as long as they
    were; a change of assessor ends it too, because it is no movement.
    """
    with access.transaction(one_moment=True) as work:
        return durations.report_durations(work, query)

"""Cases and the caseload."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response

from app.access import Access, may, may_once
from app.domain.errors import CaseExists, CaseIsRestricted, NotFound, VersionIsStale, VersionRequired
from app.domain.roles import Permission
from app.models.base import Page
from app.models.cases import CaseChange, CaseCreate, CaseRead
from app.models.history import CaseloadItem
from app.models.threads import MatrixRead
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE
from app.routers.headers import with_headers
from app.routers.paging import page_of
from app.services import cases, threads
from app.services.cases import CaseloadQuery
from app.wire import IfMatch, StrictRoute

router = APIRouter(prefix="/cases", tags=["cases"], route_class=StrictRoute)

CaseId = Annotated[UUID, Path(description="The id of the case.")]


_NEW_CASE = {"new case": {"summary": "A case by its reference", "value": {"reference": "2026-0042"}}}
_CHANGES = {
    "close": {
        "summary": "Close it, with the answer to the closing question",
        "value": {
            "status": "closed",
            "closing_answer": "She knows whom to call when it gets too much.",
        },
    },
    "reopen": {"summary": "Go on after all", "value": {"status": "open"}},
}


class CaseloadPage(Page[CaseloadItem]):
    """A page of the caseload."""


@router.post(
    "",
    status_code=201,
    response_model=CaseRead,
    responses=with_headers(201, "Location", "ETag") | problems(*GUARDED, *BODY, *ONCE, NotFound, CaseExists),
    summary="Open a case",
)
def create_case(
    body: Annotated[CaseCreate, Body(openapi_examples=_NEW_CASE)],
    access: Annotated[Access, may_once(Permission.OPEN_CASE)],
) -> Response:
    """Open a case of your own. Recording an assessment opens it too."""
    with access.transaction() as work:
        case = cases.create_case(work, body)
        return access.answer(work, case, location=f"/v1/cases/{case.id}", etag=str(case.version))


@router.get("", responses=with_headers(200, "Link") | problems(*GUARDED), summary="List the caseload")
def list_cases(
    access: Annotated[Access, may(Permission.READ_CASES)],
    query: Annotated[CaseloadQuery, Query()],
    request: Request,
    response: Response,
) -> CaseloadPage:
    """The cases you may see, each with how its threads stand; the newest first, or another order."""
    with access.transaction(one_moment=True) as work:
        found = cases.list_cases(work, query)
    return page_of(CaseloadPage, found, request, response)


@router.get(
    "/{id}", responses=with_headers(200, "ETag") | problems(*GUARDED, NotFound), summary="Read a case"
)
def read_case(
    id: CaseId, access: Annotated[Access, may(Permission.READ_CASES)], response: Response
) -> CaseRead:
    """One case with what happened to it."""
    with access.transaction(one_moment=True) as work:
        case = cases.read_case(work, id)
    response.headers["ETag"] = f'"{case.version}"'
    return case


@router.patch(
    "/{id}",
    responses=with_headers(200, "ETag")
    | problems(*GUARDED, *BODY, NotFound, CaseIsRestricted, VersionIsStale, VersionRequired),
    summary="Close, reopen or hand over a case",
)
def change_case(
    id: CaseId,
    body: Annotated[CaseChange, Body(openapi_examples=_CHANGES)],
    access: Annotated[Access, may(Permission.CHANGE_CASE)],
    versions: IfMatch,
    response: Response,
) -> CaseRead:
    """Close a case with the answer to the closing question, reopen it, or hand it over.

    The history stays. After a hand-over the case belongs to the other practitioner.
    """
    with access.transaction() as work:
        case = cases.change_case(work, id, body, versions)
    response.headers["ETag"] = f'"{case.version}"'
    return case


@router.get("/{id}/threads", responses=problems(*GUARDED, NotFound), summary="Read the matrix of a case")
def read_matrix(id: CaseId, access: Annotated[Access, may(Permission.READ_THREADS)]) -> MatrixRead:
    """Participants x concerns, each with how it stands."""
    with access.transaction(one_moment=True) as work:
        return threads.matrix(work, id)

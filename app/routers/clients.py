"""The files of clients, for the privacy officer: terms, restriction, copies."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query, Request, Response

from app.access import Access, may, may_once
from app.domain.errors import NotFound, VersionIsStale, VersionRequired, WithheldAlready
from app.domain.roles import Permission
from app.domain.second_opinion import OpinionIsOpen
from app.domain.texts import Language
from app.models.base import Page
from app.models.cases import CaseReference
from app.models.clients import ClientChange, ClientCopy, ClientRead, RetentionReport
from app.models.rights import WithholdingCreate, WithholdingRead
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE
from app.routers.headers import with_headers
from app.routers.paging import page_of
from app.services import clients, copies, copy_page
from app.services.clients import ClientQuery
from app.wire import IfMatch, StrictRoute

router = APIRouter(tags=["clients"], route_class=StrictRoute)

ReferenceInAddress = Annotated[CaseReference, Path(description="The reference of the case.")]
Format = Annotated[Literal["json", "html"], Query(description="`html` is a page in Dutch to read and print.")]

_CHANGES = {
    "restrict": {"summary": "The client asked for restriction", "value": {"restricted": True}},
    "term": {
        "summary": "Another term",
        "value": {"retention_basis": "other", "retention_years": 10},
    },
    "hold": {"summary": "A court case needs it", "value": {"legal_hold": True}},
}
_PASSAGES = {
    "about another": {
        "summary": "A note that is about somebody else",
        "value": {
            "entity_id": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10",
            "field": "note",
            "ground": "about_another",
        },
    }
}
_AS_A_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}}
}


class ClientPage(Page[ClientRead]):
    """A page of the files, the newest first."""


@router.get("/clients", responses=with_headers(200, "Link") | problems(*GUARDED), summary="List the files")
def list_clients(
    access: Annotated[Access, may(Permission.READ_CLIENTS)],
    query: Annotated[ClientQuery, Query()],
    request: Request,
    response: Response,
) -> ClientPage:
    """Which files there are and how long they stay, the newest first; nothing of what stands in them."""
    with access.transaction(one_moment=True) as work:
        found = clients.list_clients(work, query)
    return page_of(ClientPage, found, request, response)


@router.get(
    "/clients/{case_reference}",
    responses=with_headers(200, "ETag") | problems(*GUARDED, NotFound),
    summary="Read what was agreed about a file",
)
def read_client(
    case_reference: ReferenceInAddress,
    access: Annotated[Access, may(Permission.READ_CLIENTS)],
    response: Response,
) -> ClientRead:
    """How long it stays and on which ground, whether it is restricted or on legal hold."""
    with access.transaction(one_moment=True) as work:
        found = clients.read_client(work, case_reference)
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.patch(
    "/clients/{case_reference}",
    responses=with_headers(200, "ETag")
    | problems(*GUARDED, *BODY, NotFound, VersionIsStale, VersionRequired),
    summary="Restrict a file, or change how long it stays",
)
def change_client(
    case_reference: ReferenceInAddress,
    body: Annotated[ClientChange, Body(openapi_examples=_CHANGES)],
    access: Annotated[Access, may(Permission.CHANGE_CLIENT)],
    versions: IfMatch,
    response: Response,
) -> ClientRead:
    """Restrict or release it, change its term, put it on legal hold or take it off."""
    with access.transaction() as work:
        changed = clients.change_client(work, case_reference, body, versions)
    response.headers["ETag"] = f'"{changed.version}"'
    return changed


@router.get(
    "/clients/{case_reference}/export",
    response_model=ClientCopy,
    responses=_AS_A_PAGE | problems(*GUARDED, NotFound, OpinionIsOpen),
    summary="Make a copy of a file",
)
def export_client(
    case_reference: ReferenceInAddress,
    access: Annotated[Access, may(Permission.EXPORT_CLIENT)],
    format: Format = "json",
) -> ClientCopy | Response:
    """Everything that is kept of a client, who saw it, and what the client has to be told.

    Passages that were withheld stay out, with the ground. Read the copy before it goes out, and
    withhold what is about somebody else.
    """
    with access.transaction(one_moment=True) as work:
        language = Language.NL if format == "html" else access.language
        copy = copies.copy_of(work, case_reference, language)
    return Response(copy_page.page(copy), media_type="text/html") if format == "html" else copy


@router.post(
    "/clients/{case_reference}/withholdings",
    status_code=201,
    response_model=WithholdingRead,
    responses=problems(*GUARDED, *BODY, *ONCE, NotFound, WithheldAlready),
    summary="Keep a passage out of copies",
)
def withhold_passage(
    case_reference: ReferenceInAddress,
    body: Annotated[WithholdingCreate, Body(openapi_examples=_PASSAGES)],
    access: Annotated[Access, may_once(Permission.WITHHOLD_PASSAGE)],
) -> Response:
    """Keep one text out of every copy from now on, on a ground. Where it stands again in a correction too."""
    with access.transaction() as work:
        return access.answer(work, copies.withhold(work, case_reference, body))


@router.get(
    "/reports/retention", responses=problems(*GUARDED), summary="Count the files by how long they stay"
)
def report_retention(access: Annotated[Access, may(Permission.READ_CLIENTS)]) -> RetentionReport:
    """Per ground: how many files, of how many the term has passed, how many are on legal hold."""
    with access.transaction(one_moment=True) as work:
        return clients.retention_report(work)

"""Erasure orders: asked by one, decided by the privacy officer, carried out by somebody else."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response

from app.access import Access, may, may_once
from app.domain.errors import (
    CaseIsHeld,
    NotFound,
    NotThisStep,
    TwoPeopleNeeded,
    VersionIsStale,
    VersionRequired,
)
from app.domain.roles import Permission
from app.models.base import Page
from app.models.erasures import (
    DecisionCreate,
    ErasureOrderCreate,
    ErasureOrderRead,
    ExecutionCreate,
    ExecutionRead,
)
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE
from app.routers.headers import with_headers
from app.routers.paging import page_of
from app.services import erasure_orders
from app.services.erasure_orders import OrderQuery
from app.wire import IfMatch, StrictRoute

router = APIRouter(prefix="/erasure-orders", tags=["clients"], route_class=StrictRoute)

OrderId = Annotated[UUID, Path(description="The id of the order.")]
_STEP = (NotFound, NotThisStep, CaseIsHeld, VersionIsStale, VersionRequired)

_REQUESTS = {
    "a file": {
        "summary": "A whole file",
        "value": {"case": {"reference": "2026-0042"}, "reason": "client_asked"},
    },
    "a participant": {
        "summary": "Only what is about one participant",
        "value": {
            "case": {"reference": "2026-0042"},
            "participant": {"reference": "mother"},
            "reason": "client_asked",
        },
    },
}
_DECISIONS = {
    "grant": {"summary": "It will be erased", "value": {"granted": True}},
    "refuse": {
        "summary": "There is a duty to keep it",
        "value": {"granted": False, "refusal_ground": "legal_duty"},
    },
}
_EXECUTION = {"carry out": {"summary": "There is nothing to choose", "value": {}}}


class ErasureOrderPage(Page[ErasureOrderRead]):
    """A page of the orders, the newest first."""


@router.post(
    "",
    status_code=201,
    response_model=ErasureOrderRead,
    responses=with_headers(201, "Location", "ETag") | problems(*GUARDED, *BODY, *ONCE, NotFound),
    summary="Ask for erasure",
)
def request_erasure(
    body: Annotated[ErasureOrderCreate, Body(openapi_examples=_REQUESTS)],
    access: Annotated[Access, may_once(Permission.REQUEST_ERASURE)],
) -> Response:
    """Ask that a file, or what is about one participant, is erased. The privacy officer decides."""
    with access.transaction() as work:
        order = erasure_orders.request_erasure(work, body)
        location = f"/v1/erasure-orders/{order.id}"
        return access.answer(work, order, location=location, etag=str(order.version))


@router.get("", responses=with_headers(200, "Link") | problems(*GUARDED), summary="List the erasure orders")
def list_erasure_orders(
    access: Annotated[Access, may(Permission.READ_ERASURES)],
    query: Annotated[OrderQuery, Query()],
    request: Request,
    response: Response,
) -> ErasureOrderPage:
    """What was asked and what became of it, the newest first; nothing of what stands in the files."""
    with access.transaction(one_moment=True) as work:
        found = erasure_orders.list_orders(work, query)
    return page_of(ErasureOrderPage, found, request, response)


@router.get(
    "/{id}",
    responses=with_headers(200, "ETag") | problems(*GUARDED, NotFound),
    summary="Read an erasure order",
)
def read_erasure_order(
    id: OrderId, access: Annotated[Access, may(Permission.READ_ERASURES)], response: Response
) -> ErasureOrderRead:
    """What was asked and what became of it. The `ETag` is needed for the next step."""
    with access.transaction(one_moment=True) as work:
        order = erasure_orders.read_order(work, id)
    response.headers["ETag"] = f'"{order.version}"'
    return order


@router.post(
    "/{id}/decisions",
    response_model=ErasureOrderRead,
    responses=with_headers(200, "ETag") | problems(*GUARDED, *BODY, *ONCE, *_STEP),
    summary="Decide on an erasure",
)
def decide_erasure(
    id: OrderId,
    body: Annotated[DecisionCreate, Body(openapi_examples=_DECISIONS)],
    access: Annotated[Access, may_once(Permission.DECIDE_ERASURE)],
    versions: IfMatch,
) -> Response:
    """Grant it, or refuse it on a ground. It is decided once; a file on legal hold is not granted."""
    with access.transaction() as work:
        order = erasure_orders.decide(work, id, body, versions)
        return access.answer(work, order, status=HTTPStatus.OK, etag=str(order.version))


@router.post(
    "/{id}/executions",
    response_model=ExecutionRead,
    responses=with_headers(200, "ETag") | problems(*GUARDED, *BODY, *ONCE, *_STEP, TwoPeopleNeeded),
    summary="Carry out an erasure",
)
def execute_erasure(
    id: OrderId,
    access: Annotated[Access, may_once(Permission.EXECUTE_ERASURE)],
    versions: IfMatch,
    _body: Annotated[ExecutionCreate | None, Body(openapi_examples=_EXECUTION)] = None,
) -> Response:
    """Erase what was granted, for good. It takes somebody else than who granted it.

    The access log and the ledger stay; they hold nothing of what stood in the file.
    """
    with access.transaction() as work:
        done = erasure_orders.execute(work, id, versions)
        answer = access.answer(work, done, status=HTTPStatus.OK, etag=str(done.order.version))
    access.settle_erasure()
    return answer

"""Who saw or changed what: for the privacy officer, for the client, and reviewed every month."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import Field

from app.access import Access, may, may_once
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.domain.told import EXPLANATION
from app.models.access_reads import (
    AccessEventRead,
    AccessReviewCreate,
    AccessReviewRead,
    Month,
    MonthRead,
    ToldEvent,
)
from app.models.base import Page, Reference
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE
from app.routers.headers import with_headers
from app.routers.paging import page_of
from app.services import access_reads, access_reviews
from app.services.access_reads import AccessEventQuery, ClientAccessQuery
from app.services.access_reviews import AccessReviewQuery
from app.wire import StrictRoute

router = APIRouter(tags=["access log"], route_class=StrictRoute)


class AccessEventPage(Page[AccessEventRead]):
    """A page of the access log, newest first."""


class ToldPage(Page[ToldEvent]):
    """A page of who saw or changed one file, newest first, in sentences."""

    explanation: str = Field(
        description="What this is, for the client.", examples=["Hier staat wie dit dossier heeft gezien."]
    )


class AccessReviewPage(Page[AccessReviewRead]):
    """A page of sign-offs, newest first."""


_SIGN_OFF = {
    "sign off": {
        "summary": "Say what was found in a month",
        "value": {"month": "2026-11", "finding": "Nothing out of the ordinary."},
    }
}


@router.get(
    "/access-events",
    responses=with_headers(200, "Link") | problems(*GUARDED),
    summary="List the access log",
)
def list_access_events(
    access: Annotated[Access, may(Permission.READ_ACCESS_LOG)],
    query: Annotated[AccessEventQuery, Query()],
    request: Request,
    response: Response,
) -> AccessEventPage:
    """Who saw, changed or was refused what, newest first. Looking is itself written down."""
    with access.transaction(one_moment=True) as work:
        found = access_reads.list_events(work, query)
    return page_of(AccessEventPage, found, request, response)


@router.get(
    "/clients/{case_reference}/access-events",
    responses=with_headers(200, "Link") | problems(*GUARDED, NotFound),
    summary="Tell a client who saw the file",
)
def list_client_access_events(
    case_reference: Annotated[Reference, Path(description="The reference of the case.")],
    access: Annotated[Access, may(Permission.READ_ACCESS_LOG)],
    query: Annotated[ClientAccessQuery, Query()],
    request: Request,
    response: Response,
) -> ToldPage:
    """Who saw or changed one file, in plain sentences to hand to the client.

    Names of staff stand in it only when asked for.
    """
    with access.transaction(one_moment=True) as work:
        found = access_reads.tell_client(work, case_reference, query)
    return page_of(ToldPage, found, request, response, explanation=EXPLANATION[work.language])


@router.get(
    "/access-reviews",
    responses=with_headers(200, "Link") | problems(*GUARDED),
    summary="List the sign-offs",
)
def list_access_reviews(
    access: Annotated[Access, may(Permission.READ_ACCESS_LOG)],
    query: Annotated[AccessReviewQuery, Query()],
    request: Request,
    response: Response,
) -> AccessReviewPage:
    """Who looked at which month of the access log, and what was found."""
    with access.transaction(one_moment=True) as work:
        found = access_reviews.list_reviews(work, query)
    return page_of(AccessReviewPage, found, request, response)


@router.post(
    "/access-reviews",
    status_code=201,
    response_model=AccessReviewRead,
    responses=with_headers(201, "Location") | problems(*GUARDED, *BODY, *ONCE),
    summary="Sign off a month",
)
def create_access_review(
    body: Annotated[AccessReviewCreate, Body(openapi_examples=_SIGN_OFF)],
    access: Annotated[Access, may_once(Permission.REVIEW_ACCESS)],
) -> Response:
    """Record what you found in a month of the access log. It stays; another one can stand beside it."""
    with access.transaction() as work:
        review = access_reviews.sign_off(work, body)
        return access.answer(work, review, location=f"/v1/access-reviews/{review.month}")


@router.get("/access-reviews/{month}", responses=problems(*GUARDED), summary="Review a month")
def read_access_review(
    month: Annotated[Month, Path(description="The month.", examples=["2026-11"])],
    access: Annotated[Access, may(Permission.READ_ACCESS_LOG)],
) -> MonthRead:
    """What there is to look at in a month of the access log, and who signed it off."""
    with access.transaction(one_moment=True) as work:
        return access_reviews.read_month(work, month)

"""Second opinions: a supervisor judges a conversation before seeing how it was judged."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response

from app.access import Access, may, may_once
from app.domain.errors import CaseIsClosed, CaseIsRestricted, NotFound
from app.domain.roles import Permission
from app.domain.second_opinion import CountsNoMore, OpinionAsked, OpinionIsOver
from app.models.base import Page
from app.models.second_opinions import (
    OpinionAnswers,
    SecondOpinionCreate,
    SecondOpinionItem,
    SecondOpinionRead,
    WithdrawalCreate,
)
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE, AssessmentId
from app.routers.headers import with_headers
from app.routers.paging import page_of
from app.services import opinion_reads, opinions_given, second_opinions
from app.services.opinion_reads import OpinionQuery
from app.wire import StrictRoute

router = APIRouter(tags=["second opinions"], route_class=StrictRoute)

OpinionId = Annotated[UUID, Path(description="The id of the second opinion.")]

_ASKED = {
    "a colleague": {
        "summary": "A supervisor of the team of the case",
        "value": {"supervisor_id": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"},
    }
}
_ANSWERS = {
    "everything": {
        "summary": "With an own judgement beside the answers",
        "value": {
            "answers": {"problem": "maybe", "help_request": "no", "share_in_solution": "no"},
            "judged_type": "visitor",
            "judged_reason": "They never asked for this.",
        },
    },
    "least": {
        "summary": "The three answers",
        "value": {"answers": {"problem": "maybe", "help_request": "no", "share_in_solution": "no"}},
    },
}
_WITHDRAWAL = {"withdraw": {"summary": "There is nothing to choose", "value": {}}}


class SecondOpinionPage(Page[SecondOpinionItem]):
    """A page of second opinions, the newest first."""


@router.post(
    "/assessments/{id}/second-opinions",
    status_code=201,
    response_model=SecondOpinionRead,
    responses=with_headers(201, "Location")
    | problems(*GUARDED, *BODY, *ONCE, NotFound, CaseIsClosed, CaseIsRestricted, CountsNoMore, OpinionAsked),
    summary="Ask for a second opinion",
)
def ask_second_opinion(
    id: AssessmentId,
    body: Annotated[SecondOpinionCreate, Body(openapi_examples=_ASKED)],
    access: Annotated[Access, may_once(Permission.ASK_OPINION)],
) -> Response:
    """Ask a supervisor for an own view of the conversation of an assessment that counts.

    From then on the supervisor does not see the case, until the opinion is given or withdrawn. It is about
    the conversation, so it stays open when the assessment is corrected.
    """
    with access.transaction() as work:
        asked = second_opinions.ask(work, id, body)
        return access.answer(work, asked, location=f"/v1/second-opinions/{asked.id}")


@router.get(
    "/second-opinions",
    responses=with_headers(200, "Link") | problems(*GUARDED),
    summary="List second opinions",
)
def list_second_opinions(
    access: Annotated[Access, may(Permission.READ_OPINIONS)],
    query: Annotated[OpinionQuery, Query()],
    request: Request,
    response: Response,
) -> SecondOpinionPage:
    """What was asked of you or by you, the newest first, without any judgement."""
    with access.transaction(one_moment=True) as work:
        found = opinion_reads.list_opinions(work, query)
    return page_of(SecondOpinionPage, found, request, response)


@router.get("/second-opinions/{id}", responses=problems(*GUARDED, NotFound), summary="Read a second opinion")
def read_second_opinion(
    id: OpinionId, access: Annotated[Access, may(Permission.READ_OPINIONS)]
) -> SecondOpinionRead:
    """The conversation; and, once the opinion is given, both views side by side."""
    with access.transaction(one_moment=True) as work:
        return opinion_reads.read_opinion(work, id)


@router.post(
    "/second-opinions/{id}/answers",
    status_code=201,
    response_model=SecondOpinionRead,
    responses=with_headers(201, "Location")
    | problems(*GUARDED, *BODY, *ONCE, NotFound, CaseIsClosed, CaseIsRestricted, OpinionIsOver),
    summary="Give a second opinion",
)
def give_second_opinion(
    id: OpinionId,
    body: Annotated[OpinionAnswers, Body(openapi_examples=_ANSWERS)],
    access: Annotated[Access, may_once(Permission.GIVE_OPINION)],
) -> Response:
    """Record your own view of the conversation. It overwrites nothing: both stand side by side from now on.

    `blind` says whether you gave it without having looked at the case since the conversation was judged.
    """
    with access.transaction() as work:
        given = opinions_given.give(work, id, body)
        return access.answer(work, given, location=f"/v1/second-opinions/{id}")


@router.post(
    "/second-opinions/{id}/withdrawals",
    response_model=SecondOpinionRead,
    responses=problems(*GUARDED, *BODY, *ONCE, NotFound, OpinionIsOver),
    summary="Withdraw a second opinion",
)
def withdraw_second_opinion(
    id: OpinionId,
    access: Annotated[Access, may_once(Permission.WITHDRAW_OPINION)],
    _body: Annotated[WithdrawalCreate | None, Body(openapi_examples=_WITHDRAWAL)] = None,
) -> Response:
    """End it without an answer: by who was asked, who asked, or who works on the case. It stays on record."""
    with access.transaction() as work:
        withdrawn = second_opinions.withdraw(work, id)
        return access.answer(work, withdrawn, status=HTTPStatus.OK)

"""Questions to stop and think for a moment, and what was written at them."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response

from app.access import Access, may, may_once
from app.domain.errors import CaseIsRestricted, InvalidInput, NotFound
from app.domain.roles import Permission
from app.models.base import Page
from app.models.reflections import PromptList, ReflectionCreate, ReflectionRead, ReflectionWritten
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE
from app.routers.headers import with_headers
from app.routers.paging import page_of
from app.services import reflections
from app.services.reflections import ReflectionQuery
from app.unguarded import open_to_all
from app.wire import StrictRoute, asked_language

router = APIRouter(tags=["reflections"], route_class=StrictRoute)

_EXAMPLES = {
    "after a contact": {
        "summary": "After a contact",
        "value": {"prompt_id": "closer", "text": "A little: she asked when we meet again."},
    },
    "so": {
        "summary": "The next thing to do differently",
        "value": {"prompt_id": "why-so-3-so", "text": "Ask her what she has tried herself."},
    },
}


class ReflectionPage(Page[ReflectionRead]):
    """A page of reflections, the newest first."""


@router.get("/reflection-prompts", responses=problems(InvalidInput), summary="List the prompts")
@open_to_all
async def list_reflection_prompts(request: Request) -> PromptList:
    """Questions to stop and think for a moment. Nobody has to answer, and answers are never counted."""
    return reflections.prompts(request.app.state.surroundings.knowledge, asked_language(request))


@router.get(
    "/reflections", responses=with_headers(200, "Link") | problems(*GUARDED), summary="List reflections"
)
def list_reflections(
    access: Annotated[Access, may(Permission.READ_REFLECTIONS)],
    query: Annotated[ReflectionQuery, Query()],
    request: Request,
    response: Response,
) -> ReflectionPage:
    """Your own, and what colleagues wrote to talk about or shared in the cases you see.

    What is private is seen by who wrote it and by nobody else: no supervisor, no administrator, no copy.
    """
    with access.transaction(one_moment=True) as work:
        found = reflections.list_reflections(work, query)
    return page_of(ReflectionPage, found, request, response)


@router.post(
    "/reflections",
    status_code=201,
    response_model=ReflectionWritten,
    responses=with_headers(201, "Location") | problems(*GUARDED, *BODY, *ONCE, NotFound, CaseIsRestricted),
    summary="Write a reflection",
)
def write_reflection(
    body: Annotated[ReflectionCreate, Body(openapi_examples=_EXAMPLES)],
    access: Annotated[Access, may_once(Permission.WRITE_REFLECTION)],
) -> Response:
    """Keep what you think at a prompt. Whether it is private is said with the prompt.

    A 'so' that changes nothing gets a friendly question back. It is kept all the same.
    """
    with access.transaction() as work:
        written = reflections.write_reflection(work, body)
        return access.answer(work, written, location="/v1/reflections")

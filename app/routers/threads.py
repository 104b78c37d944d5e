"""Threads and transitions: how working relationships changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app.access import Access, may
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.models.base import Page
from app.models.history import AsOf, ThreadRead
from app.models.threads import TransitionInThread
from app.problems import problems
from app.routers.assessments import GUARDED
from app.routers.headers import with_headers
from app.routers.paging import page_of
from app.services import threads
from app.services.threads import TransitionQuery
from app.wire import StrictRoute

router = APIRouter(tags=["history"], route_class=StrictRoute)


class TransitionPage(Page[TransitionInThread]):
    """A page of transitions, newest first."""


@router.get("/threads/{id}", responses=problems(*GUARDED, NotFound), summary="Read a thread")
def read_thread(
    id: Annotated[UUID, Path(description="The id of the thread.")],
    access: Annotated[Access, may(Permission.READ_THREADS)],
    as_of: Annotated[AsOf, Query()],
) -> ThreadRead:
    """The course of one participant on one concern: as it stands, as it stood, as it was known."""
    with access.transaction(one_moment=True) as work:
        return threads.read_thread(work, id, as_of)


@router.get(
    "/transitions", responses=with_headers(200, "Link") | problems(*GUARDED), summary="List transitions"
)
def list_transitions(
    access: Annotated[Access, may(Permission.READ_TRANSITIONS)],
    query: Annotated[TransitionQuery, Query()],
    request: Request,
    response: Response,
) -> TransitionPage:
    """The log of changes in the cases you may see, newest first."""
    with access.transaction(one_moment=True) as work:
        found = threads.list_transitions(work, query)
    return page_of(TransitionPage, found, request, response)

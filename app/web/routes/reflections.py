"""My reflections: what somebody wrote to think by, to share, to stop sharing, or to take back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Response

from app.domain.errors import (
    CaseIsRestricted,
    DomainError,
    IdempotencyKeyReused,
    InvalidInput,
    NotFound,
)
from app.domain.reflection import SO_HINT
from app.domain.roles import Permission
from app.knowledge.library import ReflectionMoment
from app.problems import STATUS
from app.services import reflections
from app.services.paging import Slice
from app.services.reflections import ReflectionQuery
from app.services.work import Work
from app.web.case_forms import said_of
from app.web.mistakes import mistakes_in, model_of
from app.web.pages import Pages
from app.web.reflection_view import (
    Offer,
    field_names,
    is_without_so,
    offer_at,
    read_reflections,
    text_field,
)
from app.web.visits import Visit, form, page
from app.web.wording import _, say

pages = Pages()
router = pages.router

Writes = Annotated[Visit, form(Permission.WRITE_REFLECTION)]
_AT_ONCE = 50


_DONE = {
    "saved": _("Saved."),
    "shared": _("Shared with who sees this case."),
    "unshared": _("From now on only you see it."),
    "deleted": _("Deleted. Nothing of it is left."),
}
"""What a page says after a form; the address holds the key."""


@pages.get("reflections")
def show_reflections(visit: Annotated[Visit, page(Permission.READ_REFLECTIONS)]) -> Response:
    """List what somebody wrote."""
    return _page(visit)


@pages.post("reflections")
def write(visit: Writes) -> Response:
    """Keep what was written at the prompts of a moment."""
    if visit.typed.resumes:
        return _page(visit)
    knowledge = visit.surroundings.knowledge
    try:
        with visit.transaction() as work:
            written = read_reflections(visit.typed, knowledge)
            for body in written:
                reflections.write_reflection(work, body)
            query = {"done": "saved", "so": "1" if is_without_so(written) else None}
            return visit.done(work, "reflections", query=query)
    except (InvalidInput, CaseIsRestricted, IdempotencyKeyReused, NotFound) as error:
        return _page(visit, error)


@pages.post("reflection_share")
def share(id: UUID, visit: Writes) -> Response:
    """Let others see a private reflection, or no longer."""
    shared = visit.typed.text("do") == "share"

    def change(work: Work) -> None:
        reflections.share(work, id, shared=shared)

    return _change(visit, "shared" if shared else "unshared", change)


@pages.post("reflection_delete")
def delete(id: UUID, visit: Writes) -> Response:
    """Take a private reflection back, for good."""

    def change(work: Work) -> None:
        reflections.take_back(work, id)

    return _change(visit, "deleted", change)


def _change(visit: Visit, done: str, change: Callable[[Work], None]) -> Response:
    if visit.typed.resumes:
        return visit.go("reflections")
    try:
        with visit.transaction() as work:
            change(work)
            return visit.done(work, "reflections", query={"done": done})
    except (InvalidInput, IdempotencyKeyReused) as error:
        return _page(visit, error)


def _page(visit: Visit, error: DomainError | None = None) -> Response:
    with visit.look(Permission.READ_REFLECTIONS) as work:
        found = _mine(work, visit.request.query_params.get("cursor"))
    knowledge, language = visit.surroundings.knowledge, visit.language
    asked = visit.request.query_params
    errors: Mapping[str, str] = {}
    if isinstance(error, InvalidInput):
        errors = mistakes_in(error, field_names(knowledge), language)
    elif error is not None:
        errors = said_of(error, language)
    return visit.page(
        "reflections.html",
        status=STATUS[type(error)] if error else HTTPStatus.OK,
        found=found.rows,
        next_cursor=found.next_cursor,
        offer=_again(visit) or offer_at(knowledge, language, ReflectionMoment.ANY),
        errors=errors,
        hint=SO_HINT[language] if asked.get("so") else None,
        done=say(language, _DONE[key]) if (key := asked.get("done")) in _DONE else None,
    )


def _mine(work: Work, cursor: str | None) -> Slice:
    """Return a page of what somebody wrote; a cursor that is none is the first page."""
    try:
        query = model_of(ReflectionQuery, {"limit": _AT_ONCE, "cursor": cursor})
        return reflections.list_reflections(work, query, own=True)
    except InvalidInput:
        return reflections.list_reflections(work, ReflectionQuery(limit=_AT_ONCE), own=True)


def _again(visit: Visit) -> Offer | None:
    """Return the prompts somebody was writing at, with what they typed, to be sent once more."""
    knowledge = visit.surroundings.knowledge
    typed = {name: text for name, text in visit.typed.items() if text}
    named = [one for one in knowledge.prompts.values() if text_field(one.id) in visit.typed]
    if not named:
        return None
    about = [_id(visit.typed.text(name)) for name in ("case_id", "thread_id")]
    offer = offer_at(knowledge, visit.language, named[0].when, *about)
    return replace(offer, prompts=named, given=typed)


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None

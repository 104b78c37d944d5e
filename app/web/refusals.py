"""A refusal as a page, with the same sentence as the API; for programs it stays a problem document."""

from fastapi import Request, Response

from app.domain.errors import ConfirmationNeeded, DomainError, NotAuthenticated
from app.domain.texts import Language
from app.problems import STATUS, headers_of, problem_response
from app.services.work import Actor
from app.web.onward import Onward
from app.web.places import address
from app.web.rendering import render
from app.web.visits import see_other, view_of
from app.wire import asked_language

_FOR_PROGRAMS = ("/v1/", "/health/", "/fhir/", "/static/")
_FOR_PEOPLE = tuple(f"/{language}/" for language in Language)


def refusal(request: Request, error: DomainError) -> Response:
    """Answer a refusal: as a page where people look, else as a problem document."""
    if not is_for_people(request):
        return problem_response(request, error)
    language = _language(request)
    request.scope["state"]["language"] = language
    if isinstance(error, NotAuthenticated):
        return _sign_in(request, language)
    if isinstance(error, ConfirmationNeeded):
        return _confirm(request, language)
    view = view_of(request, language, request.scope["state"].get("visitor"))
    response = render(
        view,
        "refusal.html",
        status=STATUS[type(error)],
        error=error,
        request_id=request.scope["state"]["request_id"],
    )
    response.headers.update(headers_of(error))
    return response


def is_for_people(request: Request) -> bool:
    """Tell whether a person looks: at the address of a page, or with a browser at one that is none."""
    path = request.scope["path"]
    if path.startswith(_FOR_PEOPLE):
        return True
    return not path.startswith(_FOR_PROGRAMS) and "text/html" in request.headers.get("accept", "")


def _language(request: Request) -> Language:
    path = request.scope["path"]
    return Language(path[1:3]) if path.startswith(_FOR_PEOPLE) else asked_language(request)


def _sign_in(request: Request, language: Language) -> Response:
    """Ask to sign in. What was typed in a form goes along in the page and is offered again."""
    visitor: Actor | None = request.scope["state"].get("visitor")
    onward = Onward.interrupted(request, visitor.user_id if visitor else None)
    if request.method in {"GET", "HEAD"}:
        return see_other(address("sign_in", language, query={"next": onward.to}))
    return render(
        view_of(request, language, None),
        "sign_in.html",
        status=STATUS[NotAuthenticated],
        onward=onward,
        interrupted=True,
        errors={},
        login="",
    )


def _confirm(request: Request, language: Language) -> Response:
    """Ask once more who it is. What was typed goes along and is offered again."""
    visitor: Actor | None = request.scope["state"].get("visitor")
    return render(
        view_of(request, language, visitor),
        "confirm.html",
        status=STATUS[ConfirmationNeeded],
        onward=Onward.interrupted(request, visitor.user_id if visitor else None),
        errors={},
    )

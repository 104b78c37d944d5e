"""Every refusal as a problem document (RFC 9457). The one place that knows which status belongs."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from app.domain.administration import HasThisRole, NotInThisState, NotOnYourself
from app.domain.errors import (
    AlreadyCorrected,
    Busy,
    CannotLog,
    CaseExists,
    CaseIsClosed,
    CaseIsHeld,
    CaseIsRestricted,
    ConfirmationNeeded,
    DomainError,
    ForgedForm,
    IdempotencyKeyReused,
    InvalidInput,
    NoRoom,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotThisStep,
    TooLateToUndo,
    TooManyRequests,
    TwoPeopleNeeded,
    VersionIsStale,
    VersionRequired,
    WithheldAlready,
)
from app.domain.signing_in import LinkDoesNotWork, LoginIsTaken
from app.domain.texts import Language, Text
from app.domain.training import (
    AnsweredOtherwise,
    NicknameIsTaken,
    NoSuchSession,
    NotJoined,
    ResultsNotShown,
    SessionIsClosed,
    SessionIsFull,
    SessionMovesForward,
)
from app.services.organisations import NameIsTaken
from app.validation import invalid_input
from app.wire import (
    MethodNotAllowed,
    Replayed,
    TooLarge,
    UnknownHost,
    UnsupportedMediaType,
    asked_language,
    json_response,
)

STATUS: dict[type[DomainError], HTTPStatus] = {
    InvalidInput: HTTPStatus.BAD_REQUEST,
    UnknownHost: HTTPStatus.BAD_REQUEST,
    NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    NotPermitted: HTTPStatus.FORBIDDEN,
    ConfirmationNeeded: HTTPStatus.FORBIDDEN,
    ForgedForm: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    LinkDoesNotWork: HTTPStatus.NOT_FOUND,
    NoSuchSession: HTTPStatus.NOT_FOUND,
    NotJoined: HTTPStatus.FORBIDDEN,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    CaseIsClosed: HTTPStatus.CONFLICT,
    CaseIsRestricted: HTTPStatus.CONFLICT,
    CaseExists: HTTPStatus.CONFLICT,
    LoginIsTaken: HTTPStatus.CONFLICT,
    NameIsTaken: HTTPStatus.CONFLICT,
    HasThisRole: HTTPStatus.CONFLICT,
    NotInThisState: HTTPStatus.CONFLICT,
    NotOnYourself: HTTPStatus.CONFLICT,
    CaseIsHeld: HTTPStatus.CONFLICT,
    NotThisStep: HTTPStatus.CONFLICT,
    TwoPeopleNeeded: HTTPStatus.CONFLICT,
    WithheldAlready: HTTPStatus.CONFLICT,
    AlreadyCorrected: HTTPStatus.CONFLICT,
    TooLateToUndo: HTTPStatus.CONFLICT,
    AnsweredOtherwise: HTTPStatus.CONFLICT,
    NicknameIsTaken: HTTPStatus.CONFLICT,
    ResultsNotShown: HTTPStatus.CONFLICT,
    SessionIsClosed: HTTPStatus.CONFLICT,
    SessionIsFull: HTTPStatus.CONFLICT,
    SessionMovesForward: HTTPStatus.CONFLICT,
    VersionIsStale: HTTPStatus.PRECONDITION_FAILED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    IdempotencyKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    VersionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    CannotLog: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    NoRoom: HTTPStatus.INSUFFICIENT_STORAGE,
}

MEDIA_TYPE = "application/problem+json"
_HEADERS: dict[type[DomainError], dict[str, str]] = {
    NotAuthenticated: {"WWW-Authenticate": "Bearer"},
    Busy: {"Retry-After": "2"},
    CannotLog: {"Retry-After": "60"},
}


class Unexpected(DomainError):
    """A fault of ours. What it was is in the log, under the id of the request."""

    code = "unexpected"
    title = Text(nl="Er ging iets mis bij ons", en="Something went wrong on our side")
    detail = Text(
        nl="Dit ligt niet aan jou. Probeer het opnieuw; geef de beheerder 'instance' als het blijft.",
        en="This is not your doing. Try again; give 'instance' to the administrator if it stays.",
    )


STATUS[Unexpected] = HTTPStatus.INTERNAL_SERVER_ERROR


class ProblemField(BaseModel):
    """One thing that is wrong with the input."""

    place: str = Field(alias="in", description="body, query, path or header.", examples=["body"])
    location: str = Field(
        description="A JSON pointer for a body, else the name.", examples=["#/answers/problem"]
    )
    code: str = Field(description="What is wrong; it never changes.", examples=["not_an_option"])
    detail: str = Field(
        description="What is wrong, in words.", examples=["Choose one of: yes, maybe, no, unknown."]
    )


class Problem(BaseModel):
    """Why something was refused, and what to do about it."""

    type: str = Field(
        description="Which kind of problem; it never changes.",
        examples=["urn:problem-type:werkrelatie:not-found"],
    )
    title: str = Field(description="The kind, in words.", examples=["Not found"])
    status: int = Field(description="The status of the answer.", examples=[404])
    detail: str = Field(
        description="What happened and what to do.",
        examples=["This does not exist, or you may not see it."],
    )
    instance: str = Field(description="The id of the request.", examples=["0199f0a47f6c7c3e8a512f6f3c1d9e10"])


class InvalidInputProblem(Problem):
    """Everything that is wrong with the input, all at once."""

    errors: list[ProblemField] = Field(description="What is wrong, and where.")


def problems(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """Describe for the API document how a route can refuse."""
    described: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        model = InvalidInputProblem if error is InvalidInput else Problem
        same = described.setdefault(int(STATUS[error]), {"model": model, "description": ""})
        same["description"] = " ".join(filter(None, (same["description"], f"{error.title.en}.")))
    return described


def problem_response(request: Request, error: DomainError) -> Response:
    """Return the problem document of an error, in the language of the request."""
    return JSONResponse(
        problem_of(error, asked_language(request), request.scope["state"]["request_id"]),
        status_code=STATUS[type(error)],
        media_type=MEDIA_TYPE,
        headers=headers_of(error),
    )


def problem_of(error: DomainError, language: Language, request_id: str) -> dict[str, Any]:
    """Return what a problem document says."""
    content: dict[str, Any] = {
        "type": f"urn:problem-type:werkrelatie:{error.code}",
        "title": error.title[language],
        "status": int(STATUS[type(error)]),
        "detail": error.detail[language],
        "instance": request_id,
    }
    if isinstance(error, InvalidInput):
        content["errors"] = [
            {
                "in": one.place,
                "location": one.location,
                "code": one.code,
                "detail": one.detail[language],
            }
            for one in error.errors
        ]
    return content


def headers_of(error: DomainError) -> dict[str, str]:
    """Return the headers that belong to a refusal: when to try again, how to say who you are."""
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after)}
    return _HEADERS.get(type(error), {})


Refuse = Callable[[Request, DomainError], Response]


def handle_problems(app: FastAPI, answer: Refuse = problem_response) -> None:
    """Let every refusal of an application end in an answer: a problem document, or what `answer` makes."""

    async def refuse(request: Request, error: Exception) -> Response:
        match error:
            case DomainError():
                return answer(request, error)
            case RequestValidationError():
                return answer(request, invalid_input(error.errors()))
            case HTTPException():
                response = answer(request, _of_status(error.status_code))
                if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                    response.headers["Allow"] = ", ".join(_methods_of(request))
                return response
            case _:
                raise error

    async def answer_again(request: Request, error: Exception) -> Response:
        assert isinstance(error, Replayed)  # noqa: S101 - for the type checker: nothing else comes here
        request.scope["state"]["language"] = error.answer.language
        return json_response(error.answer, replayed=True)

    for kind in (DomainError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refuse)
    app.add_exception_handler(Replayed, answer_again)


def _methods_of(request: Request) -> list[str]:
    """Return every method of an address; the router itself names those of one route."""
    return sorted(
        {
            method
            for context in iter_route_contexts(request.app.routes)
            if context.path_regex.match(request.scope["path"])
            for method in context.methods or ()
        }
    )


def _of_status(status: int) -> DomainError:
    match status:
        case HTTPStatus.NOT_FOUND:
            return NotFound()
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowed()
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return TooLarge()
        case HTTPStatus.BAD_REQUEST:
            return InvalidInput()
        case _:
            return Unexpected()

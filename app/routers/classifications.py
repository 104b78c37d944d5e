"""Classify without an account. Nothing is stored; every answer is ready before it is asked for."""

from typing import Annotated

from fastapi import APIRouter, Body, Header, Path, Request, Response

from app.domain.answers import ALL_ANSWERS
from app.domain.errors import InvalidInput, NotFound
from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.classifications import AnswersIn, ClassificationList, ClassificationRead
from app.problems import problems
from app.routers.headers import with_headers
from app.services.results import all_results_bytes, result_bytes
from app.unguarded import open_to_all
from app.wire import StrictRoute, TooLarge, UnsupportedMediaType, asked_language

router = APIRouter(prefix="/classifications", tags=["classification"], route_class=StrictRoute)

_CACHEABLE = {
    **with_headers(200, "ETag", "Cache-Control"),
    304: {"description": "You have it already.", **with_headers(304, "ETag", "Cache-Control")[304]},
}
_BY_SLUG = {answers.slug: answers for answers in ALL_ANSWERS}
_EXAMPLES = {
    "visitor": {
        "summary": "A visitor relationship",
        "value": {"problem": "maybe", "help_request": "no", "share_in_solution": "no"},
    },
    "complainant": {
        "summary": "A complainant relationship",
        "value": {"problem": "yes", "help_request": "yes", "share_in_solution": "no"},
    },
    "customer": {
        "summary": "A customer relationship",
        "value": {"problem": "yes", "help_request": "yes", "share_in_solution": "yes"},
    },
}


@router.post(
    "",
    response_model=ClassificationRead,
    responses=problems(InvalidInput, TooLarge, UnsupportedMediaType),
    summary="Classify three answers",
)
@open_to_all
async def classify(
    body: Annotated[AnswersIn, Body(openapi_examples=_EXAMPLES)],
    request: Request,
) -> Response:
    """Three answers in, the type of working relationship out, with why and what to do.

    Nothing is stored.
    """
    content = result_bytes(_ruleset(request), body.answers, asked_language(request))
    return Response(content, media_type="application/json")


@router.get(
    "",
    response_model=ClassificationList,
    summary="List all 64 combinations",
    responses=_CACHEABLE | problems(InvalidInput),
)
@open_to_all
async def list_classifications(
    request: Request,
    if_none_match: Annotated[str | None, Header(description="An `ETag` you have already.")] = None,
) -> Response:
    """Every combination of answers with what it comes to."""
    ruleset, language = _ruleset(request), asked_language(request)
    return _cacheable(all_results_bytes(ruleset, language), ruleset, language, if_none_match)


@router.get(
    "/{combination}",
    response_model=ClassificationRead,
    responses=_CACHEABLE | problems(InvalidInput, NotFound),
    summary="Read one combination",
)
@open_to_all
async def read_classification(
    combination: Annotated[
        str, Path(description="The three answers, in the order of the questions.", examples=["yes-yes-no"])
    ],
    request: Request,
    if_none_match: Annotated[str | None, Header(description="An `ETag` you have already.")] = None,
) -> Response:
    """One combination, such as `yes-yes-no`: problem, help request, share in the solution."""
    if combination not in _BY_SLUG:
        raise NotFound
    ruleset, language = _ruleset(request), asked_language(request)
    content = result_bytes(ruleset, _BY_SLUG[combination], language)
    return _cacheable(content, ruleset, language, if_none_match)


def _ruleset(request: Request) -> Ruleset:
    knowledge: Knowledge = request.app.state.surroundings.knowledge
    return knowledge.current


def _cacheable(content: bytes, ruleset: Ruleset, language: Language, if_none_match: str | None) -> Response:
    tag = f'"{ruleset.hash[:16]}-{language}"'
    if tag in (if_none_match or "") or if_none_match == "*":
        response = Response(status_code=304)
    else:
        response = Response(content, media_type="application/json")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response

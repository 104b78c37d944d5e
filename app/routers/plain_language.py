"""Check a text for plain language without an account. Nothing is stored, nothing is refused for its words."""

from typing import Annotated

from fastapi import APIRouter, Body, Request

from app.domain.errors import InvalidInput
from app.models.plain_language import HintList, TextIn
from app.problems import problems
from app.services import plain_language
from app.unguarded import open_to_all
from app.wire import StrictRoute, TooLarge, UnsupportedMediaType, asked_language

router = APIRouter(prefix="/plain-language-checks", tags=["plain language"], route_class=StrictRoute)

_EXAMPLES = {
    "client": {
        "summary": "A text for a client, in Dutch",
        "value": {"text": "Moeder geeft aan dat de thuissituatie kwetsbaar is."},
    },
    "colleague": {
        "summary": "A text for a colleague, in English",
        "value": {
            "text": "She says 'I am resistant to that'. She does not engage.",
            "language": "en",
            "audience": "colleague",
        },
    },
}


@router.post(
    "",
    responses=problems(InvalidInput, TooLarge, UnsupportedMediaType),
    summary="Check a text for plain language",
)
@open_to_all
async def check_plain_language(
    body: Annotated[TextIn, Body(openapi_examples=_EXAMPLES)], request: Request
) -> HintList:
    """Words that make people disappear, with why and what could be written instead.

    Hints, no more: nothing is corrected or refused because of them. Words between quotation marks that a
    client said are left alone. `language` is that of the text and `audience` is who reads it; left out they
    are `nl` and `client`. Nothing is stored or logged.
    """
    return plain_language.check_text(
        request.app.state.surroundings.knowledge,
        body.text,
        body.language,
        body.audience,
        asked_language(request),
    )

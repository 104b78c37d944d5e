"""Look through a text for words that make people disappear. Nothing of it is kept, or in an address."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Response
from markupsafe import Markup, escape

from app.domain.errors import InvalidInput
from app.domain.plain_language import Reader
from app.domain.texts import Language
from app.models.plain_language import LONGEST, HintRead, TextIn
from app.services.plain_language import check_text
from app.unguarded import open_to_all
from app.web.mistakes import mistakes_in, model_of
from app.web.pages import Pages
from app.web.visits import AnyGuest, Guest

pages = Pages()
router = pages.router

FIELDS = {"#/text": "text", "#/language": "language", "#/audience": "audience"}
_LINE_ENDS = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said once about a word, however often it stands in the text. `number` is in the text too."""

    number: int
    words: tuple[str, ...]
    times: int
    why: str
    suggestion: str


@pages.get("language_check")
@open_to_all
def show_language_check(guest: AnyGuest) -> Response:
    """Show the form."""
    return _page(guest, {"text": "", "language": guest.language, "audience": Reader.CLIENT})


@pages.post("language_check")
@open_to_all
def check_language(guest: AnyGuest) -> Response:
    """Show the text with what could be said more plainly."""
    # A browser sends every line end as two characters, and counts it as one.
    text = _LINE_ENDS.sub("\n", guest.typed.get("text", ""))
    given = {
        "text": text if text.strip() else "",
        "language": guest.typed.get("language", ""),
        "audience": guest.typed.get("audience", ""),
    }
    try:
        asked = model_of(TextIn, given)
    except InvalidInput as error:
        errors = mistakes_in(error, FIELDS, guest.language)
        return _page(guest, given, status=HTTPStatus.BAD_REQUEST, errors=errors)
    hints = check_text(guest.knowledge, asked.text, asked.language, asked.audience, guest.language).hints
    remarks = remarks_on(asked.text, hints)
    return _page(guest, given, marked=mark(asked.text, hints, remarks), remarks=[*remarks.values()])


def _page(
    guest: Guest,
    given: Mapping[str, str],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    errors: Mapping[str, str] | None = None,
    marked: Markup | None = None,
    remarks: Sequence[Remark] = (),
) -> Response:
    return guest.page(
        "language_check.html",
        status=status,
        given=given,
        errors=errors or {},
        marked=marked,
        remarks=remarks,
        languages=[*Language],
        readers=[*Reader],
        longest=LONGEST,
    )


def remarks_on(text: str, hints: Sequence[HintRead]) -> dict[str, Remark]:
    """Return what there is to say, by the id of the term, in the order of the text."""
    found: dict[str, list[HintRead]] = {}
    for hint in hints:
        found.setdefault(hint.term, []).append(hint)
    return {
        term: Remark(
            number,
            tuple(dict.fromkeys(" ".join(text[one.start : one.end].lower().split()) for one in places)),
            len(places),
            places[0].why,
            places[0].suggestion,
        )
        for number, (term, places) in enumerate(found.items(), 1)
    }


def mark(text: str, hints: Sequence[HintRead], remarks: Mapping[str, Remark]) -> Markup:
    """Return a text as it was sent, with every hint marked and numbered. All of it is escaped."""
    parts: list[Markup] = []
    place = 0
    for hint in hints:
        number = remarks[hint.term].number
        parts += (
            escape(text[place : hint.start]),
            Markup('<mark>{}<a class="ref" href="#hint-{}">{}</a></mark>').format(
                text[hint.start : hint.end], number, number
            ),
        )
        place = hint.end
    return Markup().join([*parts, escape(text[place:])])

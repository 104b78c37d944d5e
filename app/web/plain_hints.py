"""Where own texts get their hints for plain language. They never stand in the way of anything."""

from collections.abc import Mapping
from typing import NamedTuple

from app.domain.plain_language import Reader
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.services.plain_language import check_text


class PlainHint(NamedTuple):
    """What stands there, what is the matter with it, and what to write instead."""

    said: str
    why: str
    suggestion: str


def hints_on(
    knowledge: Knowledge, texts: Mapping[str, str | None], language: Language
) -> dict[str, list[PlainHint]]:
    """Return the hints for each text that has some, by its name.

    The texts are taken to be in the language of the page, and to be read by the client some day.
    """
    found = {name: _hints(knowledge, text, language) for name, text in texts.items() if text}
    return {name: hints for name, hints in found.items() if hints}


def _hints(knowledge: Knowledge, text: str, language: Language) -> list[PlainHint]:
    said = check_text(knowledge, text, language, Reader.CLIENT, language)
    return [PlainHint(text[one.start : one.end], one.why, one.suggestion) for one in said.hints]

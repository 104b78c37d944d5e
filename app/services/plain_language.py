"""Look through a text for words that make people disappear. It needs no database and keeps nothing."""

from app.domain.plain_language import Reader, check
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.plain_language import HintList, HintRead


def check_text(
    knowledge: Knowledge, text: str, language: Language, audience: Reader, words_in: Language
) -> HintList:
    """Return the hints for a text in `language`, each with why and what instead in `words_in`."""
    return HintList(
        hints=[
            HintRead(
                start=hint.start,
                end=hint.end,
                term=hint.term.id,
                why=hint.term.why[words_in],
                suggestion=hint.term.suggestion[words_in],
            )
            for hint in check(tuple(knowledge.terms.values()), text, language, audience)
        ]
    )

"""Texts for people, in the two languages of the product."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language in which every text for people exists."""

    NL = "nl"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    nl: str
    en: str

    def __getitem__(self, language: Language) -> str:
        """Return the text in one language."""
        return self.nl if language is Language.NL else self.en

    def filled(self, **values: "Text") -> "Text":
        """Fill the placeholders, each with its text in the same language."""
        return Text(
            nl=self.nl.format(**{name: value.nl for name, value in values.items()}),
            en=self.en.format(**{name: value.en for name, value in values.items()}),
        )


def joined(texts: list[Text], separator: str = ", ") -> Text:
    """Join texts per language."""
    return Text(nl=separator.join(text.nl for text in texts), en=separator.join(text.en for text in texts))

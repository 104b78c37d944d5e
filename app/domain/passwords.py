"""What a password has to be: long, and not the first thing that somebody else would try.

No rules about kinds of characters, and no change by the calendar (ASVS 5.0, 6.2; NIST SP 800-63B-4).
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from app.domain.common_words import COMMON_WORDS
from app.domain.texts import Text

SHORTEST, LONGEST = 12, 128
"""In characters."""

PRODUCT = ("Werkrelatie", "Working relationship")

TOO_SHORT = Text(
    nl="Kies een wachtwoord van 12 tekens of meer. Een zinnetje mag ook.",
    en="Choose a password of 12 characters or more. A short sentence is fine.",
)
TOO_LONG = Text(
    nl="Kies een wachtwoord van ten hoogste 128 tekens.", en="Choose a password of at most 128 characters."
)
TOO_COMMON = Text(
    nl="Dit wachtwoord is te makkelijk te raden. Kies bijvoorbeeld vier woorden die niets met elkaar te "
    "maken hebben.",
    en="This password is too easy to guess. Choose four words that have nothing to do with each other, for "
    "example.",
)
HOLDS_A_NAME = Text(
    nl="Er staat een naam in die anderen kennen: van jou, van je organisatie of van dit programma. Kies iets "
    "anders.",
    en="It holds a name that others know: yours, that of your organisation or of this program. Choose "
    "something else.",
)

_SHORTEST_NAME = 4
_FEWEST_CHARACTERS = 5
_LEET = str.maketrans("013457@$!|", "oieastasii")
_ENDS = re.compile(r"^[^a-z]+|[^a-z]+$")
_NO_LETTERS = re.compile("[^a-z]")
_NO_WORDS = re.compile(r"[\W_]")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "azertyuiop",
    "qwertzuiop",
    "qsdfghjklm",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "!@#$%^&*()",
)
_MOST_STEPS = 0.7


def normal(password: str) -> str:
    """Return a password as it is hashed: the same on every keyboard (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def fault_of(password: str, names: Collection[str]) -> Text | None:
    """Say what is wrong with a new password; `None`: nothing.

    `names` are those of the organisation and the user, and what they sign in with.
    """
    password = normal(password)
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    if is_common(password):
        return TOO_COMMON
    if _holds_name(password, (*names, *PRODUCT)):
        return HOLDS_A_NAME
    return None


def is_common(password: str) -> bool:
    """Tell whether this is an ordinary password that was made longer.

    One or two common words with something added, digits only, a few signs again and again, or a walk over
    the keyboard.
    """
    lower = _without_accents(password.lower())
    if len(set(lower)) < _FEWEST_CHARACTERS or _NO_WORDS.sub("", lower).isdigit() or _is_walk(lower):
        return True
    # What was added at the ends goes first: a year there is no word in disguise.
    core = _NO_LETTERS.sub("", _ENDS.sub("", lower).translate(_LEET))
    disguised = _NO_LETTERS.sub("", lower.translate(_LEET))
    return any(_is_of_common_words(_once(word)) for word in (core, disguised, _NO_LETTERS.sub("", lower)))


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _once(word: str) -> str:
    """Return the part that a word repeats, or the word itself."""
    start = (word + word).find(word, 1)
    return word[:start] if word else word


def _is_of_common_words(word: str) -> bool:
    if word in COMMON_WORDS:
        return True
    return any(word[:cut] in COMMON_WORDS and word[cut:] in COMMON_WORDS for cut in range(1, len(word)))


@cache
def _steps() -> frozenset[str]:
    """Return every pair of neighbours, in both directions."""
    pairs = {row[place : place + 2] for row in _ROWS for place in range(len(row) - 1)}
    return frozenset(pairs | {pair[::-1] for pair in pairs})


def _is_walk(lower: str) -> bool:
    steps = sum(lower[place : place + 2] in _steps() for place in range(len(lower) - 1))
    return steps > _MOST_STEPS * (len(lower) - 1)


def _holds_name(password: str, names: Collection[str]) -> bool:
    squeezed = "".join(c for c in _without_accents(password.lower()) if c.isalnum())
    plain = {_without_accents(name.lower()) for name in names}
    parts = {part for name in plain for part in re.split(r"[\W_]+", name)}
    return any(part in squeezed for part in parts if len(part) >= _SHORTEST_NAME)

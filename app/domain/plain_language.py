"""Find words that make people disappear, and say what could be written instead.

Hints only: nothing here corrects a text or refuses one. What a word is compared with is a *folded* text:
without capitals, with letters and their marks apart, with straight apostrophes, one space for any white
space, and words joined that a line break took apart. Every folded character knows its place in the text,
so that a hint points into the text as it was sent.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.domain.texts import Language, Text


class Reader(StrEnum):
    """For whom a text is written."""

    CLIENT = "client"
    COLLEAGUE = "colleague"
    REFERRER = "referrer"


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A word to avoid, with every form of it, why, and what to write instead.

    `allowed_in` has longer expressions in which the word is fine. `audience` is for whom it is not.
    """

    id: str
    language: Language
    forms: tuple[str, ...]
    allowed_in: tuple[str, ...]
    why: Text
    suggestion: Text
    audience: tuple[Reader, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hint:
    """Where a term stands: from `start` up to `end`, in code points of the text as it was sent."""

    start: int
    end: int
    term: Term


def check(terms: tuple[Term, ...], text: str, language: Language, audience: Reader) -> list[Hint]:
    """Return the hints for a text, in its order; none overlaps another.

    The time it takes grows with the length of the text, whatever is in it.
    """
    index = _index(terms, language, audience)
    found = [hit for reading in _readings(text) for hit in _hits(index, reading, text)]
    allowed: dict[tuple[Term, int], int] = {}
    for hit in found:
        if hit.expression.is_fine:
            for place in range(hit.start, hit.end):
                allowed[hit.term, place] = max(hit.end, allowed.get((hit.term, place), 0))
    taken = bytearray(len(text))
    for start, end in _quotations(text):
        taken[start:end] = b"\1" * (end - start)
    hints = []
    for hit in sorted(found, key=lambda hit: (-len(hit.expression.folded), hit.start)):
        fine = hit.expression.is_fine or allowed.get((hit.term, hit.start), 0) >= hit.end
        if not fine and not any(taken[hit.start : hit.end]):
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            hints.append(Hint(hit.start, hit.end, hit.term))
    return sorted(hints, key=lambda hint: hint.start)


# ---------------------------------------------------------------- looking terms up


class _Expression(NamedTuple):
    """Something to look for: a form, or an expression in which the word of a term is fine."""

    folded: str
    term: Term
    is_fine: bool


class _Hit(NamedTuple):
    start: int
    end: int
    expression: _Expression

    @property
    def term(self) -> Term:
        return self.expression.term


_Index = Mapping[str, Sequence[_Expression]]


@lru_cache(maxsize=16)
def _index(terms: tuple[Term, ...], language: Language, audience: Reader) -> _Index:
    """Put every expression under its first word, so that a word of a text costs one look."""
    index: dict[str, list[_Expression]] = defaultdict(list)
    for term in terms:
        if term.language is language and audience in term.audience:
            for expressions, is_fine in ((term.forms, False), (term.allowed_in, True)):
                for expression in map(folded, expressions):
                    (first, *_) = _WORD.findall(expression)
                    index[first].append(_Expression(expression, term, is_fine))
    return index


def _hits(index: _Index, reading: "_Folded", text: str) -> Iterator[_Hit]:
    for word in _WORD.finditer(reading.letters):
        for expression in index.get(word[0], ()):
            end = word.start() + len(expression.folded)
            if reading.letters.startswith(expression.folded, word.start()) and not _WORD.match(
                reading.letters, end
            ):
                hit = _Hit(reading.places[word.start()], reading.places[end - 1] + 1, expression)
                # Half a word is no word: the hyphen at a line end counts where it is part of what is found.
                if reading.joined or _TAKEN_APART.search(text[hit.start : hit.end]):
                    yield hit


# ---------------------------------------------------------------- folding

# Letters, digits, and marks that stand above or below a letter.
_IN_A_WORD = r"[\w\u0300-\u036f]"
_WORD = re.compile(rf"{_IN_A_WORD}+")
_WORDS = re.compile(rf"{_IN_A_WORD}(?:.*{_IN_A_WORD})?")
# Soft hyphens, and characters of no width that only say where a word may be broken or which way it runs.
_UNSEEN = r"\u00ad\u200b-\u200f\u2060\ufeff"
_HYPHENS = r"\-\u2010\u2011"
_LINE_END = r"(?>\r\n|[\n\r\v\f\x85\u2028])"
_IN_A_LINE = r"[^\S\n\r\v\f\x85\u2028\u2029]"
_TAKEN_APART = re.compile(
    rf"(?<={_IN_A_WORD})(?:\u00ad|(?P<hyphen>[{_HYPHENS}])){_IN_A_LINE}*{_LINE_END}{_IN_A_LINE}*(?={_IN_A_WORD})"
)
_PIECE = re.compile(
    rf"(?P<apart>{_TAKEN_APART.pattern})|(?P<space>\s+)|(?P<unseen>[{_UNSEEN}]+)"
    rf"|[{_HYPHENS}]|[^\s{_UNSEEN}{_HYPHENS}]+"
)
_NEW_PARAGRAPH = re.compile(rf"\u2029|{_LINE_END}{_IN_A_LINE}*{_LINE_END}")
_SAME = str.maketrans("‘’\u2010\u2011", "''--")


class _Folded(NamedTuple):
    """A text as it is compared. `joined`: words that a line end took apart lost their hyphen."""

    letters: str
    places: Sequence[int]
    joined: bool


def is_expression(text: str) -> bool:
    """Tell whether a text can be looked for: whole words, with one space between them."""
    return bool(_WORDS.fullmatch(folded(text))) and " ".join(text.split()) == text


def allows(expression: str, forms: Iterable[str]) -> bool:
    """Tell whether an expression has one of these forms in it, as whole words, and is longer."""
    whole = folded(expression)
    return any(
        whole != folded(form)
        and re.search(rf"(?<!{_IN_A_WORD}){re.escape(folded(form))}(?!{_IN_A_WORD})", whole)
        for form in forms
    )


def folded(text: str) -> str:
    """Write a text or an expression as it is compared; a hyphen at the end of a line disappears."""
    return _fold(text, joined=True).letters


def _readings(text: str) -> Iterator[_Folded]:
    """Yield the text as it is compared, twice where a hyphen at a line end may be part of the word or not."""
    yield _fold(text, joined=True)
    if any(match["hyphen"] for match in _TAKEN_APART.finditer(text)):
        yield _fold(text, joined=False)


def _fold(text: str, *, joined: bool) -> _Folded:
    letters: list[str] = []
    places: list[int] = []
    for piece in _PIECE.finditer(text):
        match piece.lastgroup:
            case "unseen":
                pass
            case "apart":
                if piece["hyphen"] and not joined:
                    letters.append("-")
                    places.append(piece.start())
            case "space":
                # Nothing that is looked for goes on in the next paragraph.
                letters.append("\n" if _NEW_PARAGRAPH.search(piece[0]) else " ")
                places.append(piece.start())
            case _:
                if piece[0].isascii():
                    letters.append(piece[0].lower())
                    places.extend(range(piece.start(), piece.end()))
                    continue
                for place, character in enumerate(piece[0].translate(_SAME), piece.start()):
                    several = _fold_character(character)
                    letters.append(several)
                    places.extend([place] * len(several))
    return _Folded("".join(letters), places, joined)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """Take the capital away and set marks apart. One character can become several."""
    return unicodedata.normalize("NFD", character.casefold())


# ---------------------------------------------------------------- what somebody said

_CLOSES = {'"': '"', "'": "'", "’": "‘", "”": "“„", "“": "„", "»": "«"}
_OPENS = frozenset("\"'‘“„«")
# An apostrophe in front: 's avonds, 't, 'n, 'k, 'm, 'r, 'ie; and a year without its century.
_LEFT_OUT = re.compile(r"(?:s|t|n|k|m|r|d|ie|em|ns|\d\d)(?!\w)", re.IGNORECASE)
_MARK = re.compile("[\"'‘’“”„«»]")


def _quotations(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places between quotation marks. A mark that is not closed in its paragraph quotes nothing."""
    beginning = 0
    for end in (*(match.start() for match in _NEW_PARAGRAPH.finditer(text)), len(text)):
        yield from _quotations_of_a_paragraph(text, beginning, end)
        beginning = end


def _quotations_of_a_paragraph(text: str, beginning: int, end: int) -> Iterator[tuple[int, int]]:
    opened: dict[str, int] = {}
    for match in _MARK.finditer(text, beginning, end):
        mark, place = match[0], match.start()
        before, behind = text[max(place - 1, 0) : place], text[place + 1 : place + 4]
        partner = max(
            (one for one in _CLOSES.get(mark, "") if one in opened), key=opened.__getitem__, default=""
        )
        if partner and _can_close(mark, before, behind):
            start = opened[partner]
            yield start, place + 1
            # What began inside ended there too.
            opened = {one: where for one, where in opened.items() if where < start}
        elif mark in _OPENS and _can_open(mark, before, behind):
            opened[mark] = place


def _can_open(mark: str, before: str, behind: str) -> bool:
    if mark in "“„«":
        return True
    if _WORD.match(before) or not behind.strip() or behind[0].isspace():
        return False
    return mark == '"' or not _LEFT_OUT.match(behind)


def _can_close(mark: str, before: str, behind: str) -> bool:
    # The French put a space before it. An apostrophe has a letter behind it, or a space in front.
    return mark in "”»" or not (before.isspace() or _WORD.match(behind))

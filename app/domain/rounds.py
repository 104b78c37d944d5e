"""A round over several stories, judged alone, and the same round again after weeks (domain report, 7.3).

What somebody judged is stored nowhere. It travels as a short code that says something about invented people
only, and nothing about who judged.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.answers import ALL_ANSWERS, Question
from app.domain.classification import Classification, RelationshipType
from app.domain.scoring import Comparison, Judged, Score, compare, score

BETWEEN = "-"
_NO_TYPE = "x"
_MARKS: dict[RelationshipType | None, str] = {
    **{kind: str(kind.commitment) for kind in RelationshipType},
    None: _NO_TYPE,
}
_BY_CODE = {
    answers.code + mark: Judged(answers, kind) for answers in ALL_ANSWERS for kind, mark in _MARKS.items()
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read of a code: all up to the first part that says nothing, and whether that is all."""

    judged: tuple[Judged, ...]
    whole: bool


def written(judged: Iterable[Judged]) -> str:
    """Write judgements as a code: `yyn1-mnnx` is yes, yes, no, complainant; then maybe, no, no, no type."""
    return BETWEEN.join(one.answers.code + _MARKS[one.relationship_type] for one in judged)


def read(code: str) -> Reading:
    """Read a code back. Whatever it holds, it does not fail: what cannot be read is left out."""
    parts = code.split(BETWEEN) if code else []
    judged: list[Judged] = []
    for part in parts:
        if part not in _BY_CODE:
            break
        judged.append(_BY_CODE[part])
    return Reading(tuple(judged), len(judged) == len(parts))


def pick(stories: Sequence[str], count: int, shuffle: Callable[[list[int]], None]) -> list[int]:
    """Return the places of `count` items, in their order; `stories` names the story of each.

    Every story comes once before any comes twice, so that a short round is not about one person.
    """
    places = list(range(len(stories)))
    shuffle(places)
    seen: Counter[str] = Counter()
    turns: dict[int, int] = {}
    for place in places:
        turns[place] = seen[stories[place]]
        seen[stories[place]] += 1
    return sorted(sorted(places, key=lambda place: turns[place])[:count])


# ---------------------------------------------------------------- beside the key

Confusion = Mapping[tuple[RelationshipType | None, RelationshipType | None], int]
"""How often somebody gave a type (first) where the key has one (second). No type is an answer too."""


@dataclass(frozen=True, slots=True)
class RoundScore:
    """A round beside the key. Answers and types are counted apart: a right type on other answers is luck.

    `overcalled` counts where customer was seen and the key sees something less committed.
    """

    score: Score
    same: Mapping[Question, int]
    confusion: Confusion
    overcalled: int


def score_round(judged: Iterable[tuple[Judged, Classification]]) -> RoundScore:
    """Put a round beside the key. Only for items on which experts agree; others are to talk about."""
    pairs = list(judged)
    compared = [compare(own, key) for own, key in pairs]
    return RoundScore(
        score=score(compared),
        same=_per_question(one.same_answers for one in compared),
        confusion=_confusion(pairs),
        overcalled=_overcalled(compared),
    )


def _confusion(pairs: Iterable[tuple[Judged, Classification]]) -> Confusion:
    counted = Counter((own.relationship_type, key.relationship_type) for own, key in pairs)
    kinds = (*RelationshipType, None)
    return {(own, key): counted[own, key] for own in kinds for key in kinds}


def _overcalled(compared: Iterable[Comparison]) -> int:
    return sum(one.overcalled for one in compared)


def _per_question(same: Iterable[Sequence[Question]]) -> dict[Question, int]:
    counted = Counter(question for questions in same for question in questions)
    return {question: counted[question] for question in Question}


# ---------------------------------------------------------------- the same again


@dataclass(frozen=True, slots=True)
class ItemAgain:
    """One item judged twice by the same person."""

    first: Judged
    second: Judged

    @property
    def same_answers(self) -> tuple[Question, ...]:
        """The questions that were answered the same both times."""
        different = self.first.answers.differences(self.second.answers)
        return tuple(question for question in Question if question not in different)

    @property
    def same_type(self) -> bool:
        """Whether the type was the same both times."""
        return self.first.relationship_type is self.second.relationship_type


@dataclass(frozen=True, slots=True)
class RoundAgain:
    """How far somebody agrees with themselves. No key takes part in it, so every item counts."""

    items: tuple[ItemAgain, ...]
    same: Mapping[Question, int]
    same_types: int

    @property
    def same_answers(self) -> int:
        """How many single answers were the same, of three per item."""
        return sum(self.same.values())


def compare_rounds(first: Iterable[Judged], second: Iterable[Judged]) -> RoundAgain:
    """Compare two rounds over the same items in the same order. Raises `ValueError` where one is longer."""
    items = tuple(ItemAgain(one, other) for one, other in zip(first, second, strict=True))
    return RoundAgain(
        items=items,
        same=_per_question(one.same_answers for one in items),
        same_types=sum(one.same_type for one in items),
    )

"""Own judgement of a story beside the expert key (domain report, 7.3). A key is no measured truth."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.answers import Answers, Question
from app.domain.classification import Clarity, Classification, RelationshipType


@dataclass(frozen=True, slots=True)
class Judged:
    """What somebody made of one person on one concern. No type is a judgement too."""

    answers: Answers
    relationship_type: RelationshipType | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Own judgement beside the key.

    Answers and type are looked at apart: a right type on other answers is luck. `type_points` is 1
    for the type of the key, 0.5 for another one that can be defended where the key only leans, else 0.
    """

    same_answers: tuple[Question, ...]
    type_points: float
    overcalled: bool
    """Customer was seen where the key sees something less committed: the most common slip."""


@dataclass(frozen=True, slots=True)
class Score:
    """All of a story together: answers as in the key out of all answers, and points for the types."""

    same_answers: int
    answers: int
    type_points: float
    types: int


def compare(own: Judged, key: Classification) -> Comparison:
    """Put own judgement beside what the rules make of the answers in the key."""
    different = own.answers.differences(key.answers)
    return Comparison(
        same_answers=tuple(question for question in Question if question not in different),
        type_points=_type_points(own.relationship_type, key),
        overcalled=own.relationship_type is RelationshipType.CUSTOMER is not key.relationship_type,
    )


def score(comparisons: Iterable[Comparison]) -> Score:
    """Add up."""
    all_ = list(comparisons)
    return Score(
        same_answers=sum(len(one.same_answers) for one in all_),
        answers=len(all_) * len(Question),
        type_points=sum(one.type_points for one in all_),
        types=len(all_),
    )


def _type_points(own: RelationshipType | None, key: Classification) -> float:
    if own is key.relationship_type:
        return 1
    # Where something was not asked, "not enough to go by" is right, also where a type is already likely.
    if own is None and key.clarity is Clarity.INCOMPLETE:
        return 1
    return 0.5 if key.clarity is Clarity.LEANING and own in key.candidates else 0

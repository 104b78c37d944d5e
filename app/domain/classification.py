"""From three answers to a working relationship (domain report, 1.2 to 1.4).

Nothing here types a person: a type belongs to one relationship, on one concern, at one moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.answers import ALL_ANSWERS, KNOWN_ANSWERS, Answer, Answers, Question
from app.domain.texts import Text


class RelationshipType(StrEnum):
    """The three types of working relationship, the most cautious first."""

    VISITOR = "visitor"
    COMPLAINANT = "complainant"
    CUSTOMER = "customer"

    @property
    def commitment(self) -> int:
        """How committed the relationship is: 0 for visitor, 2 for customer."""
        return _CAUTIOUS_ORDER[self]


_CAUTIOUS_ORDER = {kind: place for place, kind in enumerate(RelationshipType)}


class Clarity(StrEnum):
    """How sure a classification is."""

    CLEAR = "clear"
    LEANING = "leaning"
    UNCLEAR = "unclear"
    CONTRADICTORY = "contradictory"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Rule:
    """One of the 27 rows: three known answers and what they come to."""

    answers: Answers
    relationship_type: RelationshipType | None
    clarity: Clarity
    also_possible: tuple[RelationshipType, ...]
    act_as: RelationshipType
    pattern: str
    discussion: bool
    why: Text
    advice: Text
    sources: tuple[str, ...]

    @property
    def defensible(self) -> set[RelationshipType]:
        """The types this row leaves open: its own, or the possible ones where it has none."""
        return {self.relationship_type} if self.relationship_type else set(self.also_possible)


@dataclass(frozen=True, slots=True)
class Classification:
    """What three answers come to.

    `candidates` are the types that can be defended, the most cautious first, and never empty.
    `provisional` marks a type given while one answer is still unknown.
    `pattern` is `None` where the unknown answers leave several patterns open.
    """

    answers: Answers
    relationship_type: RelationshipType | None
    clarity: Clarity
    provisional: bool
    act_as: RelationshipType
    candidates: tuple[RelationshipType, ...]
    pattern: str | None


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One changed answer that would lead to another type or clarity."""

    question: Question
    answer: Answer
    relationship_type: RelationshipType | None
    clarity: Clarity


def classification_table(rules: Iterable[Rule]) -> dict[Answers, Classification]:
    """Work out all 64 combinations from the 27 rules.

    Raises `KeyError` when a combination of known answers has no rule.
    """
    by_answers = {rule.answers: rule for rule in rules}
    return {answers: _classification(answers, by_answers) for answers in ALL_ANSWERS}


def _classification(answers: Answers, rules: Mapping[Answers, Rule]) -> Classification:
    if not answers.unknown:
        rule = rules[answers]
        return Classification(
            answers=answers,
            relationship_type=rule.relationship_type,
            clarity=rule.clarity,
            provisional=False,
            act_as=rule.act_as,
            candidates=_cautious_first({*rule.defensible, *rule.also_possible}),
            pattern=rule.pattern,
        )
    return _incomplete(answers, [rules[completion] for completion in answers.completions()])


def _incomplete(answers: Answers, completions: list[Rule]) -> Classification:
    possible = [rule for rule in completions if rule.clarity is not Clarity.CONTRADICTORY]
    contradictory = not possible
    if contradictory:
        possible = completions
    candidates = _cautious_first(set().union(*(rule.defensible for rule in possible)))
    types = {rule.relationship_type for rule in possible}
    patterns = {rule.pattern for rule in possible}
    provisional_type = types.pop() if len(answers.unknown) == 1 and len(types) == 1 else None
    return Classification(
        answers=answers,
        relationship_type=provisional_type,
        clarity=Clarity.CONTRADICTORY if contradictory else Clarity.INCOMPLETE,
        provisional=provisional_type is not None,
        act_as=candidates[0],
        candidates=candidates,
        pattern=patterns.pop() if len(patterns) == 1 else None,
    )


def _cautious_first(types: Iterable[RelationshipType]) -> tuple[RelationshipType, ...]:
    return tuple(sorted(types, key=lambda kind: kind.commitment))


def what_would_change(
    table: Mapping[Answers, Classification], answers: Answers
) -> tuple[Counterfactual, ...]:
    """List every single changed answer (yes, maybe or no) that leads to another type or clarity."""
    now = table[answers]
    changed = (
        (question, answer, table[answers.changed_to(question, answer)])
        for question in Question
        for answer in KNOWN_ANSWERS
    )
    return tuple(
        Counterfactual(question, answer, then.relationship_type, then.clarity)
        for question, answer, then in changed
        if (then.relationship_type, then.clarity) != (now.relationship_type, now.clarity)
    )


def question_to_ask(classification: Classification) -> Question | None:
    """Return what to ask next: one question, or none where the answers are clear.

    The order of asking is problem, help request, share (domain report, 1.4): asking for
    somebody's share before hearing the trouble sounds like blame.
    """
    match classification.clarity:
        case Clarity.CLEAR:
            return None
        case Clarity.CONTRADICTORY:
            return Question.PROBLEM
        case Clarity.INCOMPLETE:
            return classification.answers.unknown[0]
        case Clarity.LEANING | Clarity.UNCLEAR:
            answers = classification.answers
            return min(Question, key=lambda question: _LEAST_SETTLED.index(answers[question]))


# `min` keeps the first of equals, so this is: the first maybe, else the first no.
_LEAST_SETTLED = (Answer.MAYBE, Answer.NO, Answer.YES, Answer.UNKNOWN)

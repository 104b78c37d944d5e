"""The approach that fits: entries, laws and task kinds, and the conditions under which they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.answers import Answer, Answers, Question
from app.domain.classification import Classification
from app.domain.texts import Text
from app.domain.thread import Direction, Referral, Transition


class EntryKind(StrEnum):
    """What an entry of the catalogue is."""

    STANCE = "stance"
    QUESTION = "question"
    TASK = "task"
    PITFALL = "pitfall"
    SIGNAL = "signal"


class TaskKind(StrEnum):
    """The ways to close a conversation that the catalogue knows."""

    NONE = "none"
    OBSERVATION = "observation"
    BEHAVIOURAL = "behavioural"


class Audience(StrEnum):
    """What an entry can be for: a type, no type, a fourth level, or a change."""

    VISITOR = "visitor"
    COMPLAINANT = "complainant"
    CUSTOMER = "customer"
    UNCLEAR = "unclear"
    CO_EXPERT = "co-expert"
    VISITOR_TO_COMPLAINANT = "visitor-to-complainant"
    VISITOR_TO_CUSTOMER = "visitor-to-customer"
    COMPLAINANT_TO_VISITOR = "complainant-to-visitor"
    COMPLAINANT_TO_CUSTOMER = "complainant-to-customer"
    CUSTOMER_TO_VISITOR = "customer-to-visitor"
    CUSTOMER_TO_COMPLAINANT = "customer-to-complainant"
    NO_CHANGE = "no-change"
    ANY_CHANGE = "any-change"


BY_TYPE = (Audience.VISITOR, Audience.COMPLAINANT, Audience.CUSTOMER, Audience.UNCLEAR)
"""The audiences of a result: exactly one of them holds."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the three answers, as far as a condition asks for it.

    `same_type_in_a_row` counts the newest assessments with one and the same type, this one included.
    """

    agreed_steps_not_done: bool = False
    same_type_in_a_row: int = 1
    referral: Referral | None = None


NO_CIRCUMSTANCES = Circumstances()


@dataclass(frozen=True, slots=True)
class Condition:
    """When an entry or a law holds; what is left out holds always."""

    answers: tuple[tuple[Question, Answer], ...] = ()
    agreed_steps_not_done: bool = False
    same_type_in_a_row: int = 1
    referral: Referral | None = None

    def holds(self, answers: Answers, circumstances: Circumstances) -> bool:
        """Tell whether everything this condition asks for is the case."""
        return (
            all(answers[question] is answer for question, answer in self.answers)
            and (circumstances.agreed_steps_not_done or not self.agreed_steps_not_done)
            and circumstances.same_type_in_a_row >= self.same_type_in_a_row
            and self.referral in (None, circumstances.referral)
        )

    @property
    def asks_about(self) -> tuple[Question, ...]:
        """The questions whose answer this condition wants to be something else than yes."""
        return tuple(question for question, answer in self.answers if answer is not Answer.YES)


@dataclass(frozen=True, slots=True)
class Entry:
    """One suggestion for the practitioner; never an instruction to a client."""

    id: str
    audience: Audience
    kind: EntryKind
    text: Text
    when: Condition | None
    sources: tuple[str, ...]

    def holds(self, answers: Answers, circumstances: Circumstances) -> bool:
        """Tell whether the condition holds; an entry without one always does."""
        return self.when is None or self.when.holds(answers, circumstances)


@dataclass(frozen=True, slots=True)
class Law:
    """One of the five laws of customer focus, with the relationships where it may be shown."""

    id: str
    fits: tuple[Audience, ...]
    text: Text
    reason: Text
    caution: Text
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LawChoice:
    """Which law to show; the first choice that holds is taken. `audience` `None` fits everybody."""

    law: str
    audience: Audience | None
    when: Condition


@dataclass(frozen=True, slots=True)
class TaskKindText:
    """A way to close a conversation: where it fits, and what happens where it does not."""

    id: TaskKind
    label: Text
    fits: tuple[Audience, ...]
    mismatch: dict[Audience, Text]
    sources: tuple[str, ...]


def audience_of(classification: Classification) -> Audience:
    """Return for whom task kinds and laws are chosen: the type, or `unclear` where there is none."""
    return Audience(classification.relationship_type or Audience.UNCLEAR)


def matching_entries(
    entries: Iterable[Entry], classification: Classification, circumstances: Circumstances
) -> tuple[Entry, ...]:
    """Return the entries for the type to act on and, where something is unclear, for that.

    An unconditional entry for unclear answers is shown only where there is no type; one with a
    condition wherever the condition holds, so that a leaning type comes with the question that
    would settle it. Without a type there is no task for the client, whatever type is acted on.
    """

    def fits(entry: Entry) -> bool:
        if entry.audience.value == classification.act_as.value:
            return entry.kind is not EntryKind.TASK or classification.relationship_type is not None
        return entry.audience is Audience.UNCLEAR and (
            entry.when is not None or classification.relationship_type is None
        )

    found = (entry for entry in entries if fits(entry) and entry.holds(classification.answers, circumstances))
    # An organisation's own entry can be for several types; it is shown once.
    return tuple({entry.id: entry for entry in found}.values())


def transition_entries(
    entries: Iterable[Entry], transition: Transition, answers: Answers, circumstances: Circumstances
) -> tuple[Entry, ...]:
    """Return the entries for the change just made: for this change, for no change, or for any.

    What fits a change of type is said only of movement: another assessor or better information
    says nothing about the client.
    """
    audiences = {Audience.ANY_CHANGE} if transition.changed_answers else set()
    if transition.movement:
        audiences.add(Audience(f"{transition.from_type}-to-{transition.to_type}"))
    elif transition.direction is Direction.SAME:
        audiences.add(Audience.NO_CHANGE)
    return tuple(
        entry for entry in entries if entry.audience in audiences and entry.holds(answers, circumstances)
    )


def chosen_law(
    choices: Iterable[LawChoice], classification: Classification, circumstances: Circumstances
) -> str:
    """Return the id of the one law to show.

    Raises `LookupError` when no choice holds; the loader sees to it that the last one always does.
    """
    audience = audience_of(classification)
    for choice in choices:
        if choice.audience in (None, audience) and choice.when.holds(classification.answers, circumstances):
            return choice.law
    raise LookupError(audience)

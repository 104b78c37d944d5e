"""One released version of the rules: everything that decides what a result says."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.answers import Answer, Answers, Question
from app.domain.approach import (
    NO_CIRCUMSTANCES,
    Audience,
    Circumstances,
    Entry,
    EntryKind,
    Law,
    LawChoice,
    TaskKind,
    TaskKindText,
    audience_of,
    chosen_law,
    matching_entries,
    transition_entries,
)
from app.domain.classification import (
    Clarity,
    Classification,
    Counterfactual,
    RelationshipType,
    Rule,
    question_to_ask,
    what_would_change,
)
from app.domain.texts import Text, joined
from app.domain.thread import Transition


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One of the three questions: how a practitioner reads it, and how to put it to a client."""

    label: Text
    question: Text
    plain: Text
    meaning: Mapping[Answer, Text]
    not_this: Text


@dataclass(frozen=True, slots=True)
class TypeText:
    """What is said about one type of relationship. `relation` names it as a relationship."""

    label: Text
    gentle_label: Text
    relation: Text
    description: Text
    goal: Text
    closing: Text
    risk: Text
    moves_when: Text
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A label and what it means."""

    label: Text
    meaning: Text


@dataclass(frozen=True, slots=True)
class Sentences:
    """How a result is worded where an answer is still unknown, with placeholders in braces."""

    why_provisional: Text
    why_open: Text
    why_contradictory: Text
    advice: Text


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """The one question to ask next; `entry_id` is `None` where the question's own wording is used."""

    about: Question
    entry_id: str | None
    text: Text


@dataclass(frozen=True, slots=True)
class Advice:
    """The approach that fits a result."""

    goal: Text
    task_kind: TaskKind
    closing: Text
    entries: tuple[Entry, ...]
    law: Law


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """A released version. It never changes; `hash` (SHA-256, hexadecimal) is of its content.

    Compared and hashed by identity: each version is loaded once.
    """

    version: str
    hash: str
    questions: Mapping[Question, QuestionText]
    answer_labels: Mapping[Answer, Text]
    types: Mapping[RelationshipType, TypeText]
    clarities: Mapping[Clarity, LabelledText]
    patterns: Mapping[str, LabelledText]
    rules: Mapping[Answers, Rule]
    table: Mapping[Answers, Classification]
    entries: tuple[Entry, ...]
    laws: Mapping[str, Law]
    law_choices: tuple[LawChoice, ...]
    task_kinds: tuple[TaskKindText, ...]
    sentences: Sentences

    def classify(self, answers: Answers) -> Classification:
        """Return what the answers come to. Total: every combination of answers has a result."""
        return self.table[answers]

    def what_would_change(self, answers: Answers) -> tuple[Counterfactual, ...]:
        """List every single changed answer that would lead to another type or clarity."""
        return what_would_change(self.table, answers)

    def why(self, classification: Classification) -> Text:
        """Say why these answers come to this."""
        if rule := self.rules.get(classification.answers):
            return rule.why
        if classification.clarity is Clarity.CONTRADICTORY:
            sentence = self.sentences.why_contradictory
        elif classification.provisional:
            sentence = self.sentences.why_provisional
        else:
            sentence = self.sentences.why_open
        return sentence.filled(
            unknown=joined([self.questions[q].label for q in classification.answers.unknown]),
            types=joined([self.types[kind].relation for kind in classification.candidates]),
        )

    def advice(self, classification: Classification) -> Text:
        """Say in two sentences what a careful practitioner does."""
        if rule := self.rules.get(classification.answers):
            return rule.advice
        question = self.next_question(classification)
        if question is None:
            raise AssertionError(classification)
        return self.sentences.advice.filled(
            question=question.text, act_as=self.types[classification.act_as].relation
        )

    def next_question(self, classification: Classification) -> NextQuestion | None:
        """Return the one question to ask next, in words that can be used with a client."""
        about = question_to_ask(classification)
        if about is None:
            return None
        for entry in self.entries:
            if (
                entry.audience is Audience.UNCLEAR
                and entry.kind is EntryKind.QUESTION
                and entry.when is not None
                and about in entry.when.asks_about
                and entry.holds(classification.answers, NO_CIRCUMSTANCES)
            ):
                return NextQuestion(about, entry.id, entry.text)
        return NextQuestion(about, None, self.questions[about].plain)

    def advise(
        self, classification: Classification, circumstances: Circumstances = NO_CIRCUMSTANCES
    ) -> Advice:
        """Return the approach for the type to act on.

        Without a type no task fits, whatever type is acted on (domain report, 1.3): the closing is
        then the one of the most cautious type.
        """
        audience = audience_of(classification)
        task_kind = next(kind for kind in self.task_kinds if audience in kind.fits)
        return Advice(
            goal=self.types[classification.act_as].goal,
            task_kind=task_kind.id,
            closing=self.types[classification.relationship_type or RelationshipType.VISITOR].closing,
            entries=matching_entries(self.entries, classification, circumstances),
            law=self.laws[chosen_law(self.law_choices, classification, circumstances)],
        )

    def advise_on(
        self,
        transition: Transition,
        answers: Answers,
        circumstances: Circumstances = NO_CIRCUMSTANCES,
    ) -> tuple[Entry, ...]:
        """Return the entries for the change just made."""
        return transition_entries(self.entries, transition, answers, circumstances)

"""The three answers that come in, and the result that goes out."""

from typing import Annotated

from pydantic import Field as ApiField

from app.domain.answers import Answer, Answers, Question
from app.domain.approach import EntryKind, TaskKind
from app.domain.classification import Clarity, RelationshipType
from app.models.base import Input, Output

WHY = "Iemand heeft er last van en vraagt om hulp, maar de verandering moet ergens anders vandaan komen."

AnswerField = Annotated[
    Answer,
    ApiField(
        description="`maybe` was answered in part; `unknown` was not asked, or not understood.",
        examples=["yes"],
    ),
]


class AnswersIn(Input):
    """The three answers; one that is left out is `unknown`."""

    problem: AnswerField = Answer.UNKNOWN
    help_request: AnswerField = Answer.UNKNOWN
    share_in_solution: AnswerField = Answer.UNKNOWN

    @property
    def answers(self) -> Answers:
        """The answers as the domain knows them."""
        return Answers(self.problem, self.help_request, self.share_in_solution)


class AnswersRead(Output):
    """The three answers."""

    problem: AnswerField
    help_request: AnswerField
    share_in_solution: AnswerField


class CounterfactualRead(Output):
    """One changed answer that would lead to something else."""

    question: Question = ApiField(description="Which answer.", examples=["share_in_solution"])
    answer: Answer = ApiField(description="What it would be.", examples=["yes"])
    relationship_type: RelationshipType | None = ApiField(
        description="The type it would lead to, if any.", examples=["customer"]
    )
    clarity: Clarity = ApiField(description="How sure that would be.", examples=["clear"])


class NextQuestionRead(Output):
    """The one question to ask next."""

    about: Question = ApiField(description="What it is about.", examples=["help_request"])
    entry_id: str | None = ApiField(
        description="The entry it comes from; null for the question's own wording.",
        examples=["unc-qu-03"],
    )
    text: str = ApiField(
        description="Words that can be used with a client.",
        examples=["Waar hoop je op na dit gesprek?"],
    )


class EntryRead(Output):
    """One suggestion for the practitioner."""

    id: str = ApiField(description="The id; it never changes.", examples=["com-st-01"])
    kind: EntryKind = ApiField(description="What kind of suggestion.", examples=["stance"])
    text: str = ApiField(
        description="The suggestion.",
        examples=["Doel: van 'dit moet stoppen' naar 'dit wil ik'."],
    )
    sources: list[str] = ApiField(description="Where it comes from.", examples=[["BAN"]])


class LawRead(Output):
    """One of the five laws of customer focus."""

    id: str = ApiField(description="The id.", examples=["law-2"])
    text: str = ApiField(description="The law, in our words.", examples=["Zoek eerst uit waar het voor is."])
    reason: str = ApiField(
        description="Why it fits here.", examples=["Je kunt nog niet met de vraag werken."]
    )
    caution: str = ApiField(description="What to watch.", examples=["Doorvragen is geen graven."])


class ApproachRead(Output):
    """The approach that fits. An invitation, never an instruction."""

    goal: str = ApiField(description="What the practitioner is after.", examples=["De klacht echt horen."])
    task_kind: TaskKind = ApiField(description="The task that fits.", examples=["observation"])
    closing: str = ApiField(
        description="How to close the conversation.", examples=["Erkenning en een kijkopdracht."]
    )
    entries: list[EntryRead] = ApiField(description="Suggestions, by the order of the catalogue.")
    law: LawRead = ApiField(description="The law of customer focus that fits.")


class ClassificationRead(Output):
    """What three answers come to. It says something about a relationship, never about a person."""

    answers: AnswersRead = ApiField(description="The answers it was made from.")
    relationship_type: RelationshipType | None = ApiField(
        description="Null where no type can be given.", examples=["complainant"]
    )
    label: str | None = ApiField(description="The type in the language of the answer.", examples=["klager"])
    gentle_label: str | None = ApiField(
        description="The type in words a client may read.", examples=["zoeker"]
    )
    clarity: Clarity = ApiField(description="How sure it is.", examples=["clear"])
    provisional: bool = ApiField(
        description="A type was given while one answer is unknown.", examples=[False]
    )
    act_as: RelationshipType = ApiField(
        description="The type whose approach to use until more is known.",
        examples=["complainant"],
    )
    candidates: list[RelationshipType] = ApiField(
        description="Every type that can be defended, the most cautious first.",
        examples=[["complainant"]],
    )
    pattern: str | None = ApiField(
        description="What stands out; null where unknown answers leave it open.",
        examples=["canonical"],
    )
    why: str = ApiField(description="Why it comes to this.", examples=[WHY])
    advice: str = ApiField(
        description="What a careful practitioner does.",
        examples=["Erken de last en maak van de klacht een wens."],
    )
    what_would_change_it: list[CounterfactualRead] = ApiField(
        description="Every single changed answer that leads to another type or clarity."
    )
    next_question: NextQuestionRead | None = ApiField(
        description="What to ask next; null where the answers are clear."
    )
    approach: ApproachRead = ApiField(description="The approach that fits.")
    ruleset_version: str = ApiField(
        description="The version of the rules that was used.", examples=["2026.1"]
    )
    ruleset_hash: str = ApiField(
        description="SHA-256 of what that version says; it never changes.",
        examples=["2e407b56376a046a255c5bb2814c5b712d03aab12bdf86ce110d681e4c766f5d"],
    )


class ClassificationList(Output):
    """All 64 combinations."""

    items: list[ClassificationRead] = ApiField(description="Yes first, unknown last.")

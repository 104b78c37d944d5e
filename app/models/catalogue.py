"""The model itself, as the API shows it: questions, rules, entries, stories and sources."""

from pydantic import Field as ApiField

from app.domain.answers import Answer, Question
from app.domain.approach import EntryKind, TaskKind
from app.domain.classification import Clarity, RelationshipType
from app.domain.thread import Perspective, Referral
from app.knowledge.library import Quiz, SourceStatus
from app.models.base import Output
from app.models.classifications import AnswersRead, LawRead

_SOURCES = ApiField(description="Codes, explained in /v1/sources.", examples=[["BAN", "TRI"]])


class QuestionRead(Output):
    """One of the three questions."""

    id: Question = ApiField(description="The id.", examples=["problem"])
    label: str = ApiField(description="What it is called.", examples=["Probleem"])
    question: str = ApiField(
        description="How a practitioner reads it.", examples=["Vraagt deze persoon om hulp?"]
    )
    plain: str = ApiField(
        description="Words to use with a client.", examples=["Is er iets waar je last van hebt?"]
    )
    meaning: dict[Answer, str] = ApiField(
        description="What each answer means.", examples=[{"no": "Zegt dat er geen probleem is."}]
    )
    not_this: str = ApiField(description="What does not count.", examples=["Wat de verwijzer ervan vindt."])


class AnswerRead(Output):
    """One of the four answers."""

    id: Answer = ApiField(description="The id.", examples=["maybe"])
    label: str = ApiField(description="What it is called.", examples=["Misschien"])


class TypeRead(Output):
    """One type of working relationship; a person never is a type."""

    id: RelationshipType = ApiField(description="The id.", examples=["visitor"])
    label: str = ApiField(description="What it is called.", examples=["Bezoeker"])
    gentle_label: str = ApiField(description="In words a client may read.", examples=["bezoeker"])
    description: str = ApiField(
        description="What is the case.", examples=["Aan ons wordt nu niets gevraagd."]
    )
    goal: str = ApiField(description="What the practitioner is after.", examples=["Contact maken."])
    closing: str = ApiField(
        description="How to close a conversation.", examples=["Een open deur. Geen opdracht."]
    )
    risk: str = ApiField(description="What to watch.", examples=["Hulp verkopen waar niemand om vroeg."])
    moves_when: str = ApiField(
        description="When it changes.", examples=["Er komt iets ter sprake wat iemand boeit."]
    )
    sources: list[str] = _SOURCES


class ClarityRead(Output):
    """One degree of clarity."""

    id: Clarity = ApiField(description="The id.", examples=["leaning"])
    label: str = ApiField(description="What it is called.", examples=["Neigt naar"])
    meaning: str = ApiField(
        description="What it means.", examples=["De antwoorden passen precies bij één type."]
    )


class PatternRead(Output):
    """Something that can stand out in the answers."""

    id: str = ApiField(description="The id.", examples=["threshold"])
    label: str = ApiField(description="What it is called.", examples=["Op de drempel"])
    meaning: str = ApiField(
        description="What it means.", examples=["Het eigen aandeel begint zichtbaar te worden."]
    )


class RuleRead(Output):
    """One of the 27 rows."""

    id: str = ApiField(description="First letters of the answers.", examples=["yym"])
    answers: AnswersRead = ApiField(description="Three known answers.")
    relationship_type: RelationshipType | None = ApiField(
        description="The type, if any.", examples=["complainant"]
    )
    clarity: Clarity = ApiField(description="How sure it is.", examples=["leaning"])
    also_possible: list[RelationshipType] = ApiField(
        description="Other types that can be defended.", examples=[["customer"]]
    )
    act_as: RelationshipType = ApiField(description="Whose approach to use.", examples=["complainant"])
    pattern: str = ApiField(description="What stands out.", examples=["threshold"])
    discussion: bool = ApiField(description="Experts may reasonably differ about this row.", examples=[True])
    why: str = ApiField(description="Why.", examples=["Twee types liggen even dichtbij."])
    advice: str = ApiField(description="What to do.", examples=["Geef een kijkopdracht."])
    sources: list[str] = _SOURCES


class TaskKindRead(Output):
    """A way to close a conversation."""

    id: TaskKind = ApiField(description="The id.", examples=["observation"])
    label: str = ApiField(description="What it is called.", examples=["Kijkopdracht"])
    fits: list[str] = ApiField(description="Where it belongs.", examples=[["complainant"]])
    mismatch: dict[str, str] = ApiField(
        description="What happens where it does not belong.",
        examples=[{"customer": "Het gaat trager dan nodig."}],
    )
    sources: list[str] = _SOURCES


class SchemaRead(Output):
    """The whole model, in one version."""

    version: str = ApiField(description="The version of the rules.", examples=["2026.1"])
    hash: str = ApiField(
        description="SHA-256 of what this version says.",
        examples=["2e407b56376a046a255c5bb2814c5b712d03aab12bdf86ce110d681e4c766f5d"],
    )
    questions: list[QuestionRead] = ApiField(description="In the order of asking.")
    answers: list[AnswerRead] = ApiField(description="The four answers.")
    types: list[TypeRead] = ApiField(description="The most cautious first.")
    clarities: list[ClarityRead] = ApiField(description="How sure a result can be.")
    patterns: list[PatternRead] = ApiField(description="What can stand out.")
    rules: list[RuleRead] = ApiField(description="All 27 combinations of known answers.")
    task_kinds: list[TaskKindRead] = ApiField(description="Ways to close a conversation.")
    laws: list[LawRead] = ApiField(description="The five laws of customer focus.")


class ConditionRead(Output):
    """When an entry holds; what is null is not asked for."""

    answers: dict[Question, Answer] = ApiField(
        description="These answers.", examples=[{"share_in_solution": "maybe"}]
    )
    agreed_steps_not_done: bool = ApiField(description="Steps were agreed and not taken.", examples=[False])
    same_type_in_a_row: int = ApiField(description="At least so many times the same type.", examples=[1])


class CatalogueEntryRead(Output):
    """One suggestion of the catalogue, with what it is for."""

    id: str = ApiField(description="The id; it never changes.", examples=["com-ta-02"])
    audience: str = ApiField(
        serialization_alias="for", description="What it is for.", examples=["complainant"]
    )
    kind: EntryKind = ApiField(description="What kind of suggestion.", examples=["task"])
    text: str = ApiField(description="The suggestion.", examples=["Wat doe je zelf op die momenten?"])
    when: ConditionRead | None = ApiField(description="Only under this condition.")
    sources: list[str] = _SOURCES


class CatalogueList(Output):
    """Entries of the catalogue."""

    items: list[CatalogueEntryRead] = ApiField(description="In the order of the catalogue.")


class VignetteAssessmentRead(Output):
    """One view of one invented person on one concern."""

    day: int = ApiField(description="Counted from the first contact.", examples=[21])
    conversation_day: int = ApiField(description="The day of the conversation it is about.", examples=[0])
    participant: str = ApiField(description="Who.", examples=["de moeder"])
    concern: str = ApiField(description="About what.", examples=["zelf gebaren leren"])
    assessor: str = ApiField(description="Who judged.", examples=["logopedist"])
    perspective: Perspective = ApiField(description="Whose view it is.", examples=["practitioner"])
    answers: AnswersRead = ApiField(description="The three answers.")
    relationship_type: RelationshipType | None = ApiField(
        description="The type, if any.", examples=["customer"]
    )
    clarity: Clarity = ApiField(description="How sure it is.", examples=["clear"])
    note: str = ApiField(
        description="What was said or seen.", examples=["Ze vraagt met welke tekens ze kan beginnen."]
    )


class VignetteHead(Output):
    """An invented practice story, without its assessments."""

    id: str = ApiField(description="The id.", examples=["vg01"])
    title: str = ApiField(description="The title.", examples=["Ouders die niet leren gebaren"])
    domain: str = ApiField(description="The field of work.", examples=["logopedie"])
    referral: Referral = ApiField(description="How they came.", examples=["voluntary"])
    quiz: Quiz = ApiField(
        description="scored: with an expert key; discussion: to talk about; none: to read.",
        examples=["discussion"],
    )


class VignetteRead(VignetteHead):
    """An invented practice story with its assessments: an expert key, no measured truth."""

    text: str = ApiField(description="The story.", examples=["Een logopedist werkt met een meisje."])
    teaching: str = ApiField(description="What there is to learn.", examples=["Het verschilt per onderwerp."])
    quiz_days: list[int] | None = ApiField(
        description="Only these days belong to the quiz; null: all.", examples=[[0]]
    )
    assessments: list[VignetteAssessmentRead] = ApiField(description="In the order of the story.")
    sources: list[str] = _SOURCES


class VignetteList(Output):
    """All stories."""

    items: list[VignetteHead] = ApiField(description="By id.")


class SourceRead(Output):
    """Where an idea comes from."""

    code: str = ApiField(description="The code.", examples=["BAN"])
    author: str = ApiField(description="Who wrote it.", examples=["Fredrike Bannink"])
    title: str = ApiField(description="The title.", examples=["Oplossingsgerichte vragen"])
    year: int | None = ApiField(description="The year, where known.", examples=[2006])
    address: str | None = ApiField(
        description="Where it was read, if it has an address.", examples=["https://example.org"]
    )
    status: SourceStatus = ApiField(description="How well we know what it says.", examples=["found"])


class SourceList(Output):
    """All sources."""

    items: list[SourceRead] = ApiField(description="By the order of the knowledge.")

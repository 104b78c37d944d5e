"""Read what belongs to no version of the rules: sources, stories, prompts and words."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.domain.answers import Answer, Answers, Question
from app.domain.classification import Clarity, RelationshipType
from app.domain.plain_language import Reader, Term, allows, folded, is_expression
from app.domain.ruleset import Ruleset
from app.domain.texts import Language, Text
from app.domain.thread import Perspective, Referral
from app.knowledge.reader import Record, read


class SourceStatus(StrEnum):
    """How well we know what a source says."""

    SEED = "seed"
    FOUND = "found"
    FROM_MEMORY = "from memory, verify before quoting"
    OWN = "own"


class Quiz(StrEnum):
    """Whether a story has an expert key, or is there to talk about, or only to read."""

    SCORED = "scored"
    DISCUSSION = "discussion"
    NONE = "none"


class ReflectionMoment(StrEnum):
    """When a prompt for reflection is offered."""

    CLOSING = "closing"
    STUCK = "stuck"
    COMPLAINANT = "complainant"
    AFTER_CONTACT = "after_contact"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Source:
    """Where an idea comes from; year and address only where they are known."""

    code: str
    author: str
    title: str
    year: int | None
    address: str | None
    status: SourceStatus


@dataclass(frozen=True, slots=True)
class VignetteAssessment:
    """One view of one invented person on one concern. Days count from the first contact.

    `seen` is what there is to judge by before the key is shown; `None` where the story itself says it.
    """

    day: int
    conversation_day: int
    participant: Text
    concern: Text
    assessor: Text
    perspective: Perspective
    answers: Answers
    relationship_type: RelationshipType | None
    clarity: Clarity
    note: Text
    seen: Text | None


@dataclass(frozen=True, slots=True)
class Vignette:
    """An invented practice story with its assessments. `quiz_days` `None` means all days."""

    id: str
    title: Text
    domain: Text
    referral: Referral
    quiz: Quiz
    quiz_days: tuple[int, ...] | None
    text: Text
    teaching: Text
    assessments: tuple[VignetteAssessment, ...]
    sources: tuple[str, ...]

    @property
    def to_judge(self) -> tuple[VignetteAssessment, ...]:
        """The assessments that belong to the quiz, in the order of the story."""
        if self.quiz is Quiz.NONE:
            return ()
        return tuple(one for one in self.assessments if self.quiz_days is None or one.day in self.quiz_days)

    @property
    def items(self) -> tuple["Item", ...]:
        """What there is to judge, each by its number."""
        numbered = enumerate(self.assessments, start=1)
        return tuple(Item(self, number, one) for number, one in numbered if one in self.to_judge)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge: an assessment of a story. `number` counts all assessments of it, from 1."""

    story: Vignette
    number: int
    assessment: VignetteAssessment

    @property
    def key(self) -> tuple[str, int]:
        """What answers are found by."""
        return self.story.id, self.number

    @property
    def code(self) -> str:
        """What stands for it in an address: `vg07.2`."""
        return f"{self.story.id}.{self.number}"

    @property
    def is_scored(self) -> bool:
        """Whether experts agree on it; other items are to talk about."""
        return self.story.quiz is Quiz.SCORED


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question to stop and think for a moment; nobody has to answer it."""

    id: str
    when: ReflectionMoment
    text: Text
    private: bool
    sources: tuple[str, ...]


def load_sources(root: Path) -> dict[str, Source]:
    """Read the sources by their code."""
    file = read(root / "sources.toml", root)
    sources = {}
    for record in file.records("source", identity="code"):
        source = Source(
            code=record.string("code"),
            author=record.string("author"),
            title=record.string("title"),
            year=record.take("year", int) if "year" in record else None,
            address=record.string("address") if "address" in record else None,
            status=record.choice("status", SourceStatus),
        )
        record.end()
        sources[source.code] = source
    file.end()
    return sources


def load_vignettes(root: Path, ruleset: Ruleset, sources: frozenset[str]) -> dict[str, Vignette]:
    """Read the stories; their types and clarity have to agree with the rules."""
    file = read(root / "vignettes.toml", root)
    vignettes = {}
    for record in file.records("vignette"):
        vignette = Vignette(
            id=record.string("id"),
            title=record.text("title"),
            domain=record.text("domain"),
            referral=record.choice("referral", Referral),
            quiz=record.choice("quiz", Quiz),
            quiz_days=_days(record) if "quiz_days" in record else None,
            text=record.text("text"),
            teaching=record.text("teaching"),
            assessments=tuple(_assessment(one, ruleset) for one in record.records("assessment")),
            sources=record.sources("sources", sources) if "sources" in record else (),
        )
        record.end()
        if set(vignette.quiz_days or ()) - {one.day for one in vignette.assessments}:
            raise record.fail("'quiz_days' names a day without an assessment")
        vignettes[vignette.id] = vignette
    file.end()
    return vignettes


def _days(record: Record) -> tuple[int, ...]:
    days = record.take("quiz_days", list)
    if not days or not all(type(day) is int for day in days):
        raise record.fail("'quiz_days' has to be a list of numbers")
    return tuple(days)


def _assessment(record: Record, ruleset: Ruleset) -> VignetteAssessment:
    day = record.take("day", int)
    assessment = VignetteAssessment(
        day=day,
        conversation_day=(record.take("conversation_day", int) if "conversation_day" in record else day),
        participant=record.text("participant"),
        concern=record.text("concern"),
        assessor=record.text("assessor"),
        perspective=record.choice("perspective", Perspective),
        answers=Answers(*(record.choice(question, Answer) for question in Question)),
        relationship_type=record.choice("type", RelationshipType) if "type" in record else None,
        clarity=record.choice("clarity", Clarity),
        note=record.text("note"),
        seen=record.text("seen") if "seen" in record else None,
    )
    record.end()
    result = ruleset.classify(assessment.answers)
    if (result.relationship_type, result.clarity) != (
        assessment.relationship_type,
        assessment.clarity,
    ):
        raise record.fail("type and clarity do not agree with the rules")
    return assessment


def load_prompts(root: Path, sources: frozenset[str]) -> dict[str, Prompt]:
    """Read the prompts for reflection, in the order in which they are asked."""
    file = read(root / "reflection.toml", root)
    prompts = {}
    for record in file.records("prompt"):
        prompt = Prompt(
            id=record.string("id"),
            when=record.choice("when", ReflectionMoment),
            text=record.both_languages(),
            private=record.take("private", bool),
            sources=record.sources("source", sources),
        )
        record.end()
        prompts[prompt.id] = prompt
    file.end()
    return prompts


def load_terms(root: Path, sources: frozenset[str]) -> dict[str, Term]:
    """Read the words that make people disappear."""
    file = read(root / "plain_language.toml", root)
    terms: dict[str, Term] = {}
    forms: set[tuple[Language, str]] = set()
    for record in file.records("term"):
        term = Term(
            id=record.string("id"),
            language=record.choice("language", Language),
            forms=_expressions(record, "forms"),
            allowed_in=_expressions(record, "allowed_in") if "allowed_in" in record else (),
            why=record.text("why"),
            suggestion=record.text("suggestion"),
            audience=tuple(_reader(record, name) for name in record.strings("audience")),
            sources=record.sources("source", sources),
        )
        record.end()
        if not term.audience:
            raise record.fail("'audience' is empty")
        if double := [form for form in term.forms if (term.language, folded(form)) in forms]:
            raise record.fail(f"other terms have this form too: {min(double)}")
        if elsewhere := [one for one in term.allowed_in if not allows(one, term.forms)]:
            raise record.fail(f"'allowed_in' has an expression without a form and more in it: {elsewhere[0]}")
        forms |= {(term.language, folded(form)) for form in term.forms}
        terms[term.id] = term
    file.end()
    return terms


def _expressions(record: Record, key: str) -> tuple[str, ...]:
    expressions = record.strings(key)
    if not expressions:
        raise record.fail(f"'{key}' is empty")
    if any(one != one.lower() for one in expressions):
        raise record.fail(f"{key} are written in lower case")
    if any(not is_expression(one) for one in expressions):
        raise record.fail(f"{key} are whole words, with one space between them")
    if len({folded(one) for one in expressions}) < len(expressions):
        raise record.fail(f"'{key}' names something twice")
    return expressions


def _reader(record: Record, name: str) -> Reader:
    if name not in list(Reader):
        raise record.fail(f"'{name}' is not a reader")
    return Reader(name)

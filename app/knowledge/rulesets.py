"""Read the released versions of the rules, each a folder that never changes again."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from app.domain.answers import ALL_ANSWERS, Answer, Answers, Question
from app.domain.approach import (
    BY_TYPE,
    Audience,
    Entry,
    EntryKind,
    Law,
    TaskKind,
    TaskKindText,
)
from app.domain.classification import Clarity, RelationshipType, Rule, classification_table
from app.domain.ruleset import LabelledText, QuestionText, Ruleset, TypeText
from app.domain.texts import Text
from app.knowledge.composition import read_audience, read_condition, read_law_choices, read_sentences
from app.knowledge.reader import KnowledgeError, Record, read

_VERSION = re.compile(r"\d{4}\.\d+")

E = TypeVar("E", bound=StrEnum)
V = TypeVar("V")

FILES = ("schema.toml", "approaches.toml", "composition.toml")


def load_rulesets(root: Path, sources: frozenset[str]) -> dict[str, Ruleset]:
    """Read every version under `rulesets/`, the oldest first.

    Raises `KnowledgeError` when a released version was changed, or anything in it is wrong.
    """
    released = read(root / "rulesets" / "released.toml", root).take("released", dict)
    folders = sorted(path for path in (root / "rulesets").iterdir() if path.is_dir())
    if missing := set(released) - {folder.name for folder in folders}:
        raise KnowledgeError(f"rulesets: released but not there: {', '.join(sorted(missing))}")
    rulesets = {}
    for folder in folders:
        if not _VERSION.fullmatch(folder.name):
            raise KnowledgeError(f"rulesets/{folder.name}: a version is called like 2026.1")
    for folder in sorted(folders, key=lambda path: [int(part) for part in path.name.split(".")]):
        ruleset = _ruleset(folder, root, sources)
        if folder.name not in released:
            raise KnowledgeError(
                f"rulesets/{folder.name}: this version is not released. Once it is right, add to "
                f'rulesets/released.toml: "{folder.name}" = "{ruleset.hash}"'
            )
        if released[folder.name] != ruleset.hash:
            raise KnowledgeError(
                f"rulesets/{folder.name}: this version was released and may not change any more. "
                "Undo the change, or copy the folder to a new version and change that one."
            )
        rulesets[ruleset.version] = ruleset
    if not rulesets:
        raise KnowledgeError("rulesets: there is no version")
    return rulesets


def content_hash(folder: Path) -> str:
    """Hash what the files say; their comments and lay-out do not count."""
    content = {name: tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in FILES}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _ruleset(folder: Path, root: Path, sources: frozenset[str]) -> Ruleset:
    schema, approaches, composition = (read(folder / name, root) for name in FILES)
    known = _Sources(sources)
    version = schema.string("version")
    if version != folder.name:
        raise schema.fail(f"version {version} stands in the folder {folder.name}")
    relations = composition.record("relation")
    patterns = _patterns(schema)
    rules = {
        rule.answers: rule for rule in (_rule(record, patterns, known) for record in schema.records("rule"))
    }
    for answers in ALL_ANSWERS:
        if not answers.unknown and answers not in rules:
            raise schema.fail(f"rule '{answers.code}' is missing")
    laws = {law.id: law for law in (_law(record, known) for record in approaches.records("law"))}
    ruleset = Ruleset(
        version=version,
        hash=content_hash(folder),
        questions=_complete(schema, "question", Question, _question),
        answer_labels=_complete(schema, "answer", Answer, lambda record: record.text("label")),
        types=_complete(
            schema,
            "type",
            RelationshipType,
            lambda record: _type(record, relations.text(record.identity), known),
        ),
        clarities=_complete(schema, "clarity", Clarity, _label),
        patterns=patterns,
        rules=rules,
        table=classification_table(rules.values()),
        entries=tuple(_entry(record, known) for record in approaches.records("entry")),
        laws=laws,
        law_choices=read_law_choices(composition, laws),
        task_kinds=_task_kinds(approaches, known),
        sentences=read_sentences(composition.record("sentence")),
    )
    for file in (schema, approaches, composition, relations):
        file.end()
    return ruleset


class _Sources:
    """Checks that every source that is named exists."""

    def __init__(self, codes: frozenset[str]) -> None:
        self._codes = codes

    def of(self, record: Record, key: str = "sources") -> tuple[str, ...]:
        codes = record.sources(key, self._codes)
        if not codes:
            raise record.fail("names no source")
        return codes


def _complete(file: Record, key: str, members: type[E], make: Callable[[Record], V]) -> dict[E, V]:
    """Read one record per member of an enumeration: none missing, none extra."""
    found = {}
    for record in file.records(key):
        member = record.choice("id", members)
        found[member] = make(record)
        record.end()
    for member in members:
        if member not in found:
            raise file.fail(f"{key} '{member}' is missing")
    return {member: found[member] for member in members}


def _label(record: Record) -> LabelledText:
    return LabelledText(record.text("label"), record.text("meaning"))


def _patterns(file: Record) -> dict[str, LabelledText]:
    patterns = {}
    for record in file.records("pattern"):
        patterns[record.string("id")] = _label(record)
        record.end()
    return patterns


def _question(record: Record) -> QuestionText:
    meanings = record.record("meaning")
    place = record.take("order", int)
    if list(Question)[place - 1 : place] != [record_question := Question(record.identity)]:
        raise record.fail(f"'order' is not the place of {record_question} in the order of asking")
    text = QuestionText(
        label=record.text("label"),
        question=record.text("question"),
        plain=record.text("plain"),
        meaning={answer: meanings.text(answer) for answer in Answer},
        not_this=record.text("not_this"),
    )
    meanings.end()
    return text


def _type(record: Record, relation: Text, sources: "_Sources") -> TypeText:
    return TypeText(
        label=record.text("label"),
        gentle_label=record.text("gentle_label"),
        relation=relation,
        description=record.text("description"),
        goal=record.text("goal"),
        closing=record.text("closing"),
        risk=record.text("risk"),
        moves_when=record.text("moves_when"),
        sources=sources.of(record),
    )


def _rule(record: Record, patterns: dict[str, LabelledText], sources: "_Sources") -> Rule:
    answers = Answers(*(record.choice(question, Answer) for question in Question))
    if answers.unknown or record.string("id") != answers.code:
        raise record.fail("the id has to be the first letters of three known answers")
    rule = Rule(
        answers=answers,
        relationship_type=record.choice("type", RelationshipType) if "type" in record else None,
        clarity=record.choice("clarity", Clarity),
        also_possible=tuple(_type_of(record, name) for name in record.strings("also_possible")),
        act_as=record.choice("act_as", RelationshipType),
        pattern=record.string("pattern"),
        discussion=record.take("discussion", bool) if "discussion" in record else False,
        why=record.text("why"),
        advice=record.text("advice"),
        sources=sources.of(record),
    )
    record.end()
    if rule.pattern not in patterns:
        raise record.fail(f"pattern '{rule.pattern}' is not described")
    if (rule.relationship_type is not None) != (rule.clarity in (Clarity.CLEAR, Clarity.LEANING)):
        raise record.fail("a type goes with 'clear' and 'leaning', and with nothing else")
    if rule.act_as not in (rule.relationship_type or RelationshipType.VISITOR, *_without_type(rule)):
        raise record.fail("'act_as' has to be the type, or without a type a possible one or visitor")
    if rule.relationship_type in rule.also_possible:
        raise record.fail("'also_possible' names other types than the row's own")
    if rule.clarity is Clarity.INCOMPLETE or not rule.defensible:
        raise record.fail("three known answers are not incomplete, and leave something to defend")
    return rule


def _without_type(rule: Rule) -> tuple[RelationshipType, ...]:
    return () if rule.relationship_type else rule.also_possible


def _type_of(record: Record, name: str) -> RelationshipType:
    if name not in list(RelationshipType):
        raise record.fail(f"'{name}' is not a type")
    return RelationshipType(name)


def _entry(record: Record, sources: "_Sources") -> Entry:
    entry = Entry(
        id=record.string("id"),
        audience=record.choice("for", Audience),
        kind=record.choice("kind", EntryKind),
        text=record.both_languages(),
        when=read_condition(record.record("when")) if "when" in record else None,
        sources=sources.of(record),
    )
    record.end()
    return entry


def _law(record: Record, sources: "_Sources") -> Law:
    law = Law(
        id=record.string("id"),
        fits=tuple(read_audience(record, name) for name in record.strings("fits")),
        text=record.both_languages(),
        reason=record.text("reason"),
        caution=record.text("caution"),
        sources=sources.of(record),
    )
    record.end()
    return law


def _task_kinds(file: Record, sources: "_Sources") -> tuple[TaskKindText, ...]:
    kinds = _complete(file, "task_kind", TaskKind, lambda record: _task_kind(record, sources))
    for audience in BY_TYPE:
        if sum(audience in kind.fits for kind in kinds.values()) != 1:
            raise file.fail(f"exactly one task_kind has to fit '{audience}'")
        for kind in kinds.values():
            if (audience in kind.fits) == (audience in kind.mismatch):
                raise file.fail(f"task_kind '{kind.id}' has to fit '{audience}' or say what goes wrong")
    return tuple(kinds.values())


def _task_kind(record: Record, sources: "_Sources") -> TaskKindText:
    mismatches = record.record("mismatch")
    return TaskKindText(
        id=TaskKind(record.identity),
        label=record.text("label"),
        fits=tuple(read_audience(record, name) for name in record.strings("fits")),
        mismatch={
            read_audience(record, name): mismatch.both_languages() for name, mismatch in mismatches.items()
        },
        sources=sources.of(record),
    )

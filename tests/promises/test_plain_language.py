"""What the product itself says passes its own check.

Where a word is fine all the same stands, with the reason, in `tests/data/plain_language_allowed.toml`.

A new kind of text joins in `own_texts`, as an iterable of `Said`. Not looked at: what others wrote (titles
of sources), and `docs/rules.md`, which is made of texts that are.
"""

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from babel.messages.pofile import read_po

from app.domain.plain_language import Reader, check
from app.domain.texts import Language
from app.knowledge import load_knowledge
from app.knowledge.library import SourceStatus
from app.main import create_app
from app.openapi import document

ROOT = Path(__file__).parents[2]
KNOWLEDGE = load_knowledge()
TERMS = tuple(KNOWLEDGE.terms.values())
ALLOWED_FILE = ROOT / "tests" / "data" / "plain_language_allowed.toml"


class Said(NamedTuple):
    """Something the product says, and where; `where` begins with the path of a file."""

    where: str
    language: Language
    text: str


class Found(NamedTuple):
    """A hint in one of our own texts."""

    where: str
    term: str
    word: str
    around: str


class Allowed(NamedTuple):
    """One line of the file: in which places a word is fine, and why."""

    place: str
    term: str
    word: str
    reason: str

    def covers(self, found: Found) -> bool:
        return fnmatch(found.where, self.place) and (self.term, self.word) == (found.term, found.word)


FOR_CLIENTS = (
    "app/domain/access_log.py",
    "app/domain/information.py",
    "app/services/copy_page.py",
    "app/knowledge/rulesets/*/schema.toml question * plain",
    "app/knowledge/rulesets/*/schema.toml type * gentle_label",
)
"""Where we speak to clients. All other texts are for colleagues."""


# ---------------------------------------------------------------- what the product says


@cache
def own_texts() -> frozenset[Said]:
    """Return all of it."""
    return frozenset(
        [
            *code_texts(),
            *dutch_page_texts(),
            *page_texts(),
            *command_texts(),
            *knowledge_texts(),
            *documentation_texts(),
            *description_texts(),
        ]
    )


def code_texts() -> Iterator[Said]:
    """Yield what stands in a `Text(nl=..., en=...)`."""
    for path, tree in code("**/*.py"):
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id="Text"), keywords=[*languages]):
                    for one in languages:
                        if text := spoken(one.value):
                            yield Said(path, Language(one.arg or ""), text)
                case _:
                    pass


def dutch_page_texts() -> Iterator[Said]:
    """Yield the words of the one page that is written in Dutch only."""
    for path, tree in code("services/copy_page.py"):
        unspoken = {id(doc) for doc in docstrings(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unspoken:
                yield Said(path, Language.NL, re.sub("<[^>]*>", "\n\n", node.value))


def page_texts() -> Iterator[Said]:
    """Yield the words of the pages: English as it stands in the templates, Dutch as it is translated.

    Markup and what is filled in are left open. That nothing of the pages is missing here is a promise of
    its own, in test_page_words.py.
    """
    path = "app/web/locale/nl/LC_MESSAGES/messages.po"
    with (ROOT / path).open("rb") as file:
        for message in read_po(file, locale="nl"):
            for language, said in ((Language.EN, message.id), (Language.NL, message.string)):
                for text in (said,) if isinstance(said, str) else said or ():
                    yield Said(path, language, re.sub(r"<[^>]*>|%\(\w+\)[sd]", "…", text).replace("%%", "%"))


def command_texts() -> Iterator[Said]:
    """Yield what the command line says about itself."""
    for pattern in ("cli.py", "commands/*.py"):
        for path, tree in code(pattern):
            helps = [
                node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "help"
            ]
            for node in (*docstrings(tree), *helps):
                yield Said(path, Language.EN, without_code(spoken(node)))


def knowledge_texts() -> Iterator[Said]:
    """Yield every text of the knowledge files, and of the sources what we say ourselves."""
    for path in sorted((ROOT / "app" / "knowledge").rglob("*.toml")):
        for where, texts in both_languages(tomllib.loads(path.read_text(encoding="utf-8"))):
            for language in Language:
                yield Said(f"{path.relative_to(ROOT)} {where}", language, texts[language])
    for course in KNOWLEDGE.courses:
        notes = [(one.note, one.opinion.note if one.opinion else None) for one in course.contacts]
        for said in (course.participant, course.concern, *chain.from_iterable(notes)):
            if said:
                yield Said(f"app/knowledge/demonstration.toml course {course.id}", Language.NL, said)
    for source in KNOWLEDGE.sources.values():
        if source.status is SourceStatus.OWN:
            for language in Language:
                yield Said(f"app/knowledge/sources.toml source {source.code}", language, source.title)


def documentation_texts() -> Iterator[Said]:
    """Yield the written documentation, without its code."""
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]):
        if path.name != "rules.md":
            text = re.sub(r"\]\([^)]*\)", "]", without_code(path.read_text(encoding="utf-8")))
            yield Said(str(path.relative_to(ROOT)), Language.EN, text)


def description_texts() -> Iterator[Said]:
    """Yield what the description of the API says in words."""

    def words(part: Any) -> Iterator[str]:
        for key, value in part.items() if isinstance(part, dict) else ():
            if key in ("summary", "description") and isinstance(value, str):
                yield value
            yield from words(value)
        for value in part if isinstance(part, list) else ():
            yield from words(value)

    for text in words(document(create_app())):
        yield Said("docs/openapi.json", Language.EN, without_code(text))


# ---------------------------------------------------------------- reading them


def code(pattern: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "app").glob(pattern)):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def spoken(node: ast.expr) -> str:
    """Return the words of a text in code; what is filled in while running is left open."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(spoken(part) or "…" for part in parts)
        case _:
            return ""


def docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as text), *_]:
                    yield text
                case _:
                    pass


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "…", text, flags=re.DOTALL)


def both_languages(part: Any, where: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every text in two languages, with the names and ids on the way to it."""
    if isinstance(part, list):
        for inner in part:
            name = inner.get("id", "") if isinstance(inner, dict) else ""
            yield from both_languages(inner, f"{where} {name}".strip())
    elif isinstance(part, dict):
        if set(Language) <= part.keys():
            yield where, part
        for key, inner in part.items():
            yield from both_languages(inner, f"{where} {key}".strip())


# ---------------------------------------------------------------- the promise


def hints_in(texts: Iterable[Said]) -> Iterator[Found]:
    """Yield every hint in these texts, for whom they are written."""
    for where, language, text in texts:
        audience = Reader.CLIENT if any(fnmatch(where, place) for place in FOR_CLIENTS) else Reader.COLLEAGUE
        for hint in check(TERMS, text, language, audience):
            around = " ".join(text[max(hint.start - 30, 0) : hint.end + 30].split())
            yield Found(where, hint.term.id, " ".join(text[hint.start : hint.end].lower().split()), around)


@cache
def own_hints() -> frozenset[Found]:
    return frozenset(hints_in(own_texts()))


def allowed() -> list[Allowed]:
    lines = tomllib.loads(ALLOWED_FILE.read_text(encoding="utf-8"))["allowed"]
    assert {frozenset(line) for line in lines} == {frozenset(["place", "term", "words", "reason"])}
    return [
        Allowed(line["place"], line["term"], word, line["reason"]) for line in lines for word in line["words"]
    ]


def test_what_we_say_passes_our_own_check() -> None:
    lines = allowed()
    assert {found for found in own_hints() if not any(line.covers(found) for line in lines)} == set()


@pytest.mark.parametrize("line", allowed(), ids=lambda line: f"{line.place}: {line.word}")
def test_what_is_allowed_is_still_said_there(line: Allowed) -> None:
    assert line.reason.strip()
    assert any(line.covers(found) for found in own_hints())


# ---------------------------------------------------------------- that the search sees something


@pytest.mark.parametrize(
    "said",
    [
        Said("app/domain/errors.py", Language.EN, "Your role does not allow this."),
        Said("app/domain/information.py", Language.NL, "Hoe lang het blijft"),
        Said("app/services/copy_page.py", Language.NL, "gaat over iemand anders"),
        Said("app/cli.py", Language.EN, "Revoke every token of this name, from the next request on."),
        Said("app/knowledge/rulesets/2026.1/schema.toml type visitor gentle_label", Language.NL, "bezoeker"),
        Said(
            "app/knowledge/plain_language.toml term nl-kwetsbaar suggestion",
            Language.EN,
            "Ask and describe: vulnerable to what, through what, and who says so?",
        ),
        Said("docs/openapi.json", Language.EN, "Classify three answers"),
        Said("app/web/locale/nl/LC_MESSAGES/messages.po", Language.EN, "Number of this request: …"),
        Said("app/web/locale/nl/LC_MESSAGES/messages.po", Language.NL, "Nummer van dit verzoek: …"),
    ],
)
def test_the_search_comes_everywhere(said: Said) -> None:
    assert said in own_texts()


def test_the_search_reads_every_story_prompt_and_page_of_documentation() -> None:
    seen = {said.where for said in own_texts()}
    assert {f"app/knowledge/vignettes.toml vignette {one} text" for one in KNOWLEDGE.vignettes} <= seen
    assert {f"app/knowledge/reflection.toml prompt {one}" for one in KNOWLEDGE.prompts} <= seen
    assert {"README.md", "CHANGELOG.md", "docs/operations.md", "docs/adr/README.md"} <= seen


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Said("app/x.py", Language.NL, "De kwetsbare\nburger."), ["kwetsbare burger"]),
        (Said("app/x.py", Language.EN, "De kwetsbare burger."), []),
        # Professionals may say it among themselves.
        (Said("app/x.py", Language.NL, "De hulpvraag."), []),
        (Said("app/domain/information.py", Language.NL, "De hulpvraag."), ["hulpvraag"]),
        (Said("docs/x.md", Language.EN, without_code("`case`, ```\ncase\n``` case")), ["case"]),
    ],
)
def test_a_word_to_avoid_is_noticed(said: Said, words: list[str]) -> None:
    assert [found.word for found in hints_in([said])] == words


def test_a_line_covers_its_place_its_term_and_its_word_only() -> None:
    line = Allowed("docs/*", "en-case", "case", "because")
    found = Found("docs/adr/0014.md", "en-case", "case", "a case")
    assert line.covers(found)
    for other in ({"where": "README.md"}, {"term": "nl-casus"}, {"word": "cases"}):
        assert not line.covers(found._replace(**other))

"""Every word of the pages is there in both languages, and no template says or does what it may not.

A visible text in a template stands in `_("...")` or `{% trans %}`; what it may say outside of them stands
in `NAMES`. The templates are read as they are, so a page that no test visits is looked at too.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import nodes

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "app" / "web" / "templates"
PO = ROOT / "app" / "web" / "locale" / "nl" / "LC_MESSAGES" / "messages.po"

NAMES = {
    "Werkrelatie",  # the program, in both languages
    "Nederlands",  # a language, in itself
    "English",  # same
    "OpenAPI",  # a standard
}
"""What a template may say without a translation."""

SPOKEN = {"alt", "title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "label"}
"""Attributes that people read or hear."""

BUTTONS = {"submit", "button", "reset"}
"""Fields of which the value is their name."""

_ATTRIBUTE = re.compile('[a-z-]+="[^"]*"')
_SENTENCE = re.compile(r"\s*[^\W\d_a-z][a-zà-ÿ ]")


# ---------------------------------------------------------------- the translations


def messages_of(path: Path) -> dict[str, Message]:
    with path.open("rb") as file:
        catalog: Catalog = read_po(file, locale="nl")
    return {as_tuple(message.id)[0]: message for message in catalog if message.id}


def as_tuple(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the forms of a text: one, or the singular and the plural."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


@cache
def translated() -> dict[str, Message]:
    return messages_of(PO)


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Message]:
    """Every message that stands in the pages, by the command of `make words`."""
    path = tmp_path_factory.mktemp("words") / "messages.pot"
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"pybabel -q extract -F babel\.cfg \$\(PO\) (.*) -o \S+ (\S+)$", recipe, re.MULTILINE)
    assert found, "make words extracts in another way: change this test"
    command = ["-q", "extract", "-F", "babel.cfg", *found[1].split(), "-o", str(path), found[2]]
    program = "from babel.messages.frontend import main; main()"
    subprocess.run([sys.executable, "-c", program, *command], cwd=ROOT, check=True)
    return messages_of(path)


def test_the_file_has_every_message_of_the_pages_and_no_other(extracted: dict[str, Message]) -> None:
    assert len(extracted) > 30
    assert {one: as_tuple(said.id) for one, said in translated().items()} == {
        one: as_tuple(said.id) for one, said in extracted.items()
    }


def test_every_message_is_translated() -> None:
    assert [one for one, said in translated().items() if not all(map(str.strip, as_tuple(said.string)))] == []
    assert [one for one, said in translated().items() if said.fuzzy] == []


def gaps_in(text: str) -> set[str]:
    """Return what is filled in into a text. A stray % would be a fault when it is."""
    assert "%" not in re.sub(r"%\(\w+\)[sd]|%%", "", text), text
    return set(re.findall(r"%\(\w+\)[sd]", text))


def test_both_languages_fill_in_the_same() -> None:
    for message in translated().values():
        everything = {gap for text in as_tuple(message.id) for gap in gaps_in(text)}
        # A singular may leave the number out: "one day".
        (*_, most) = as_tuple(message.id)
        assert gaps_in(most) == everything
        *singular, plural = map(gaps_in, as_tuple(message.string))
        assert plural == everything, message.id
        assert all(gaps <= everything for gaps in singular), message.id


def tags_in(text: str) -> list[str]:
    return sorted(re.findall(r"</?\w+", text))


def test_both_languages_have_the_same_markup() -> None:
    for message in translated().values():
        for text in as_tuple(message.string):
            assert tags_in(text) == tags_in(as_tuple(message.id)[-1]), message.id


# ---------------------------------------------------------------- the templates


class Reader(HTMLParser):
    """Reads a template of which only the words that nobody translated are left."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.done: list[str] = []
        self._unheard = ""
        """The element whose words are for programs."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SPOKEN or (name == "value" and dict(attrs).get("type") in BUTTONS):
                self.said.append(value or "")
            if name == "style" or name.startswith("on") or "javascript:" in (value or "").lower():
                self.done.append(f"<{tag} {name}>")
        if tag == "style":
            self.done.append("<style>")
        if tag == "script" and not any(name == "src" for name, _ in attrs):
            self.done.append("<script>")
        if tag in {"script", "code"}:
            self._unheard = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unheard:
            self._unheard = ""

    def handle_data(self, data: str) -> None:
        if not self._unheard:
            # A macro may write attributes, which then stand outside an element.
            self.said.append(_ATTRIBUTE.sub("", data))


def parsed(source: str) -> nodes.Template:
    return jinja2.Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(source)


def plain(source: str) -> str:
    """Return a template as bare HTML, every branch of it; what it works out becomes a gap."""
    return "".join(
        text
        for output in parsed(source).find_all(nodes.Output)
        for node in output.nodes
        for text in printed(node)
    )


def printed(node: nodes.Node) -> Iterator[str]:
    """Yield what an expression prints that stands in the template itself, as in `{{ "English" }}`."""
    match node:
        case nodes.TemplateData(data=text) | nodes.Const(value=str(text)):
            yield text
        case (
            nodes.CondExpr(expr1=one, expr2=two)
            | nodes.Or(left=one, right=two)
            | nodes.And(left=one, right=two)
        ):
            yield from printed(one)
            if two is not None:
                yield " "
                yield from printed(two)
        case nodes.Concat(nodes=parts):
            for part in parts:
                yield from printed(part)
        case nodes.Filter(node=nodes.Node() as inner):
            yield from printed(inner)
        case _:
            pass


_TRANSLATES = {"_", "gettext", "ngettext", "pgettext", "npgettext"}


def sentences_in(node: nodes.Node) -> Iterator[str]:
    """Yield what is said in expressions, outside a translation: texts that begin with a capital.

    It may reach a page by way of a macro or a variable.
    """
    match node:
        case nodes.Call(node=nodes.Name(name=name)) if name in _TRANSLATES:
            pass
        case nodes.Const(value=str(text)) if _SENTENCE.match(text):
            yield text
        case _:
            for child in node.iter_child_nodes():
                yield from sentences_in(child)


def read(source: str) -> Reader:
    reader = Reader()
    reader.feed(plain(source))
    reader.close()
    return reader


def unsaid(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words that stand outside a translation; numbers and punctuation are no words."""
    for text in texts:
        for name in NAMES:
            text = re.sub(rf"\b{name}\b", "", text)  # noqa: PLW2901 - what is left of it
        if re.search(r"[^\W\d_]", text):
            yield " ".join(text.split())


def pages() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_template_says_nothing_in_one_language_only(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert [*unsaid(read(source).said)] == []
    assert [*unsaid(sentences_in(parsed(source)))] == []


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_template_has_no_style_or_script_of_its_own(path: Path) -> None:
    assert read(path.read_text(encoding="utf-8")).done == []


# ---------------------------------------------------------------- that the reading sees something


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{{ _('Hello') }}: 3 – {{ name }}</p>", []),
        ("<p>{% trans %}Hello{% endtrans %}</p>", []),
        ("<p>{% trans n=2 %}a{% pluralize %}b{% endtrans %} left</p>", ["left"]),
        ("<p>{% if a %}Hello{% endif %}</p>", ["Hello"]),
        ("{# Hello #}<!-- Hello -->", []),
        ("<p>Werkrelatie {{ version }}</p>", []),
        ("<p>Werkrelaties</p>", ["Werkrelaties"]),
        ("<p><code>export TOKEN</code> to begin</p>", ["to begin"]),
        ('<img alt="Hello">', ["Hello"]),
        ('<img alt="{{ _("Hello") }}">', []),
        ('<a title="Hello" href="/x">1</a>', ["Hello"]),
        ('<nav aria-label="Hello"></nav>', ["Hello"]),
        ('<input placeholder="Hello">', ["Hello"]),
        ('<input type="radio" name="a" value="hello">', []),
        ('<input type="submit" value="Hello">', ["Hello"]),
        ('{% macro a(b) %} aria-invalid="true" title="e-{{ b }}"{% endmacro %}', []),
        ("<p class=\"{{ 'a' if b else 'c' }}\">&middot; &rarr;</p>", []),
        ("<p>{{ 'hello' }}</p>", ["hello"]),
        ("<p>{{ 'hello you' if a == 'b' else 'English' }}</p>", ["hello you"]),
        ("<p>{{ a or 'hello' }}</p>", ["hello"]),
        ("<p>{{ ('hello ' ~ a) | upper }}</p>", ["hello"]),
        ("<p>{{ _('Hello') }}{{ say(a) }}{{ url('home') }}</p>", []),
        ("<meta content=\"{{ 'light dark' if a else 'light' }}\">", []),
    ],
)
def test_a_word_outside_a_translation_is_noticed(source: str, found: list[str]) -> None:
    assert [*unsaid(read(source).said)] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{{ m.field('name', 'Your name') }}", ["Your name"]),
        ("{{ m.field('name', _('Your name'), hint=_('At most %(a)s', a=3)) }}", []),
        ("{% set a = 'Hello' %}", ["Hello"]),
        ("{% set a = 'A day' %}", ["A day"]),
        ("{% set codes = ['S004', 'BM92-m', 'hello'] %}", []),
        ("{% for a, b in (('c', 'Hello'), ('d', _('Bye'))) %}{% endfor %}", ["Hello"]),
        ("{% trans n=a | length %}{{ n }} Day{% pluralize %}{{ n }} Days{% endtrans %}", []),
    ],
)
def test_a_word_on_its_way_to_the_page_is_noticed(source: str, found: list[str]) -> None:
    assert [*unsaid(sentences_in(parsed(source)))] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p style="color: red">x</p>', ["<p style>"]),
        ("<p {% if a %}style='x'{% endif %}>", ["<p style>"]),
        ('<button onclick="x()">', ["<button onclick>"]),
        ('<a href="JavaScript:x()">', ["<a href>"]),
        ("<script>x()</script>", ["<script>"]),
        ("<style>p {}</style>", ["<style>"]),
        ('<script type="module" src="{{ asset(a) }}"></script>', []),
    ],
)
def test_style_and_script_of_its_own_are_noticed(source: str, found: list[str]) -> None:
    assert read(source).done == found


@pytest.mark.parametrize("text", ["100% sure", "%(a)s %", "%(a)"])
def test_a_stray_percent_sign_is_noticed(text: str) -> None:
    with pytest.raises(AssertionError):
        gaps_in(text)

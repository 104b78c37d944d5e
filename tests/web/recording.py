"""What the tests of recording share: what is typed, and what a page holds."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from tests.support import Caller, Visitor

Visit = Callable[[str], Visitor]

ANSWERS = {"problem": "yes", "help_request": "maybe", "share_in_solution": "no"}
NEW = {"reference": "2026-0099", "participant_reference": "father", "concern_reference": "money", **ANSWERS}
"""A form without a case, filled in."""


def form_of(first: Any, language: str = "en") -> str:
    """Return the address of the form in the case of an assessment."""
    gap = first["case_id"]
    return f"/en/cases/{gap}/record" if language == "en" else f"/nl/dossiers/{gap}/vastleggen"


def in_case(first: Any, **changes: str) -> dict[str, str]:
    """Return what is typed in the case of an assessment, about the same participant and concern."""
    chosen = {"participant": first["participant"]["id"], "concern": first["concern"]["id"]}
    return {**chosen, **ANSWERS, **changes}


def newest(caller: Caller) -> Any:
    """Return what was recorded last."""
    items = caller.get("/v1/assessments?limit=100").json()["items"]
    return caller.get(f"/v1/assessments/{max(item['id'] for item in items)}").json()


def count(caller: Caller) -> int:
    """Return how much was recorded."""
    return len(caller.get("/v1/assessments?limit=100").json()["items"])


class _Fields(HTMLParser):
    """The fields of the forms of a page and the links of its list of mistakes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.every: set[str] = set()
        self.filled: dict[str, str] = {}
        self.mistakes: list[tuple[str, str]] = []
        self._text: list[str] | None = None
        self._select = self._field = ""
        self._in_main = self._in_errors = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in_main |= tag == "main"
        self._in_errors |= given.get("id") == "errors"
        name = given.get("name", "")
        if self._in_errors and tag in ("li", "a"):
            self._text, self._field = [], given.get("href", "#f-form").removeprefix("#f-")
        if not self._in_main:
            return
        if tag in ("input", "textarea", "select"):
            self.every.add(name)
        if tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.filled[name] = given.get("value", "")
        if tag == "textarea":
            self._text, self._select = [], name
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in given:
            self.filled[self._select] = given["value"]

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._in_main = False
        if tag == "textarea" and self._text is not None:
            self.filled[self._select], self._text = "".join(self._text), None
        if self._in_errors and tag == "li" and self._text is not None:
            self.mistakes.append((self._field, "".join(self._text)))
            self._text = None
        if self._in_errors and tag == "ul":
            self._in_errors = False


def fields_of(page: Any) -> dict[str, str]:
    """Return what the form of a page holds, as a browser would send it."""
    return _Fields(page.text).filled


def names_of(page: Any) -> set[str]:
    """Return the names of everything that can be filled in."""
    return _Fields(page.text).every


def mistakes_of(page: Any) -> list[tuple[str, str]]:
    """Return what a page says is wrong: the field, and the message."""
    return _Fields(page.text).mistakes


def wrong_fields(page: Any) -> list[str]:
    """Return the fields that are wrong, in the order of the list."""
    return [field for field, _ in mistakes_of(page)]

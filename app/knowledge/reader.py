"""Read TOML strictly: what is missing, unknown, double or in one language only is named."""

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from app.domain.texts import Text

E = TypeVar("E", bound=StrEnum)


class KnowledgeError(Exception):
    """A knowledge file is wrong; the message names the file, the entry and what is the matter."""


class Record:
    """One table of a file. Every key has to be taken; `end` complains about the ones left over.

    `identity` is what the record is called in its list, or the name of the file.
    """

    def __init__(self, where: str, values: Mapping[str, Any], identity: str = "") -> None:
        self.where = where
        self.identity = identity or where
        self._values = dict(values)

    def fail(self, what: str) -> KnowledgeError:
        """Return an error that says where this record stands."""
        return KnowledgeError(f"{self.where}: {what}")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def take(self, key: str, kind: type[Any]) -> Any:  # noqa: ANN401 - the kind is a run-time value
        """Take a value that has to be there, of one type."""
        if key not in self._values:
            raise self.fail(f"'{key}' is missing")
        value = self._values.pop(key)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(f"'{key}' has to be a {kind.__name__}")
        return value

    def string(self, key: str) -> str:
        """Take a text that is not empty."""
        value: str = self.take(key, str)
        if not value.strip():
            raise self.fail(f"'{key}' is empty")
        return value

    def choice(self, key: str, choices: type[E]) -> E:
        """Take one of the values of an enumeration."""
        value = self.string(key)
        if value not in list(choices):
            raise self.fail(f"'{key}' has to be one of {', '.join(choices)}")
        return choices(value)

    def text(self, key: str) -> Text:
        """Take a text in both languages."""
        record = self.record(key)
        text = record.both_languages()
        record.end()
        return text

    def both_languages(self) -> Text:
        """Take `nl` and `en` of this record itself."""
        return Text(nl=self.string("nl"), en=self.string("en"))

    def strings(self, key: str) -> tuple[str, ...]:
        """Take a list of different texts."""
        values = self.take(key, list)
        if not all(isinstance(value, str) and value for value in values):
            raise self.fail(f"'{key}' has to be a list of texts")
        if len(set(values)) < len(values):
            raise self.fail(f"'{key}' names something twice")
        return tuple(values)

    def sources(self, key: str, known: frozenset[str]) -> tuple[str, ...]:
        """Take a list of codes of sources that are known."""
        codes = self.strings(key)
        if unknown := set(codes) - known:
            raise self.fail(f"unknown source: {', '.join(sorted(unknown))}")
        return codes

    def record(self, key: str) -> "Record":
        """Take a nested table."""
        return Record(f"{self.where}, {key}", self.take(key, dict))

    def items(self) -> Iterator[tuple[str, "Record"]]:
        """Take all that is left, as nested tables by key."""
        for key in list(self._values):
            yield key, self.record(key)

    def records(self, key: str, identity: str = "id") -> Iterator["Record"]:
        """Take a list of tables; no two may have the same identity."""
        seen = set()
        for place, values in enumerate(self.take(key, list), start=1):
            if not isinstance(values, dict):
                raise self.fail(f"'{key}' has to be a list of tables")
            name = str(values.get(identity, f"number {place}"))
            if name in seen:
                raise self.fail(f"{key} '{name}' is there twice")
            seen.add(name)
            yield Record(f"{self.where}, {key} '{name}'", values, name)

    def end(self) -> None:
        """Complain about keys that nobody asked for."""
        if self._values:
            raise self.fail(f"unknown: {', '.join(sorted(self._values))}")


def read(path: Path, root: Path) -> Record:
    """Read one file; it is called by its place under `root`."""
    name = path.relative_to(root).as_posix()
    try:
        return Record(name, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KnowledgeError(f"{name}: cannot be read: {error}") from error

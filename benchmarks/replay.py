"""Take down the statements of a request, and do the same work again without the service.

The same kind of request is taken down about several threads. A parameter that is the same every
time is a constant; one that equals something known of the thread is a fact of the thread; what is
left was made for the request: an id, a moment, a hash, the next number of a series.
"""

import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, event

from app.models.base import uuid7

Key = int | str
Parameters = dict[Key, Any]

_BOUNDARY = re.compile(r"\s*(PRAGMA|BEGIN|COMMIT|ROLLBACK)\b", re.IGNORECASE)
_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as the driver got it; one set of parameters, or several for `executemany`."""

    sql: str
    sets: list[Parameters]
    positional: bool
    many: bool


@contextmanager
def taken_down() -> Iterator[list[Statement]]:
    """Take down every statement of this process, except those that only begin and end transactions."""
    statements: list[Statement] = []

    def note(*seen: Any) -> None:  # noqa: ANN401 - the event hands in six things
        _, _, sql, parameters, _, many = seen
        # What the service does by itself, in a thread of its own, is no part of a request.
        if _BOUNDARY.match(sql) or threading.current_thread().name == "upkeep":
            return
        sets = parameters if many else [parameters]
        positional = not isinstance(sets[0], Mapping)
        named = [dict(enumerate(one) if positional else one.items()) for one in sets]
        statements.append(Statement(sql, named, positional, many))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@dataclass(frozen=True, slots=True)
class Step:
    """One statement with blanks: which parameter is filled with which value."""

    sql: str
    many: bool
    constants: list[Any]
    blanks: list[list[tuple[Key, str]]]

    def run(self, cursor: Any, values: Mapping[str, Any]) -> None:  # noqa: ANN401 - one of two drivers
        """Execute it with these values in the blanks."""
        sets = []
        for constants, blanks in zip(self.constants, self.blanks, strict=True):
            filled = copy(constants)
            for key, name in blanks:
                filled[key] = values[name]
            sets.append(filled)
        if self.many:
            cursor.executemany(self.sql, sets)
        else:
            cursor.execute(self.sql, sets[0])


class _Made(dict[str, Any]):
    """Facts, and values that are made when they are first asked for.

    Not before: the next number of a series may be taken only by who holds its lock.
    """

    def __init__(self, facts: Mapping[str, Any], makers: Mapping[str, Callable[[], Any]]) -> None:
        super().__init__(facts)
        self._makers = makers

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - whatever a parameter can be
        self[name] = made = self._makers[name]()
        return made


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one request does to the database."""

    steps: list[Step]
    makers: dict[str, Callable[[], Any]]

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return any(step.sql.lstrip().upper().startswith(_WRITES) for step in self.steps)

    @property
    def kinds(self) -> dict[str, int]:
        """How many statements of each kind it executes."""
        return Counter(step.sql.split(maxsplit=1)[0].upper() for step in self.steps)

    def run(self, connection: Any, facts: Mapping[str, Any]) -> list[list[Any]]:  # noqa: ANN401 - one of two drivers
        """Execute all steps about one thread; return the rows of each step that has any."""
        values = _Made(facts, self.makers)
        found = []
        cursor = connection.cursor()
        for step in self.steps:
            step.run(cursor, values)
            if cursor.description is not None:
                found.append(cursor.fetchall())
        cursor.close()
        return found


def recipe(runs: Sequence[list[Statement]], facts: Sequence[Mapping[str, Any]]) -> Recipe:
    """Find out what is constant, what belongs to the thread, and what is made for each request."""
    known = {tuple(one[name] for one in facts): name for name in facts[0]}
    made: dict[tuple[Any, ...], str] = {}
    makers: dict[str, Callable[[], Any]] = {}

    def blank(values: tuple[Any, ...]) -> str | None:
        if values in known:
            return known[values]
        if values not in made and len(set(values)) > 1 and (maker := _maker(values)):
            made[values] = f"made_{len(made)}"
            makers[made[values]] = maker
        return made.get(values)

    assert len({tuple(one.sql for one in run) for run in runs}) == 1, "the requests did different things"
    steps = []
    for same in zip(*runs, strict=True):
        sets = list(zip(*(one.sets for one in same), strict=True))
        blanks = [
            [(key, name) for key in group[0] if (name := blank(tuple(one[key] for one in group)))]
            for group in sets
        ]
        constants = [list(group[0].values()) if same[0].positional else group[0] for group in sets]
        steps.append(Step(same[0].sql, same[0].many, constants, blanks))
    return Recipe(steps, makers)


def _maker(values: Sequence[Any]) -> Callable[[], Any] | None:
    """Return what makes another value like these; `None` where the first will do every time."""
    first = values[0]
    makers: dict[type, Callable[[], Any]] = {
        UUID: uuid7,
        datetime: lambda: datetime.now(UTC),
        bytes: lambda: os.urandom(len(first)),
    }
    if isinstance(first, str):
        return next((make for form, make in _TEXTS.items() if re.fullmatch(form, first)), None)
    if type(first) is int and all(after == before + 1 for before, after in pairwise(values)):
        return count(values[-1] + 1).__next__
    return makers.get(type(first))


_TEXTS: dict[str, Callable[[], str]] = {
    "[0-9a-f]{32}": lambda: uuid7().hex,
    "[0-9a-f]{64}": lambda: os.urandom(32).hex(),
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}": lambda: datetime.now(UTC).isoformat(" ", "microseconds")[:26],
}

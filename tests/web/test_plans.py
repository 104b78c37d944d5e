"""No page looks through a whole table to find what is in one case."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.database import Database, transaction
from tests.support import Caller
from tests.web.recording import Visit

# What grows with every conversation, and what grows with every look.
GROWS = {"assessment", "transition", "thread", "conversation", "case_event", "statement", "access_event"}

_WHOLE = re.compile(r"(?:SCAN|SEARCH(?=.*\(organisation_id=\?\)$)) (\w+)")


def scanned(database: Database, statements: list[tuple[str, Any]]) -> set[str]:
    """Return the tables that these statements look through as a whole, or all an organisation has in them."""
    found = set()
    with transaction(database, write=True) as connection:
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            steps = [_WHOLE.match(str(step[3])) for step in plan]
            found |= {_table_of(step[1], statement) for step in steps if step}
    return found


@contextmanager
def asked_of(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Yield what is read from a database meanwhile: statements with their parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    # The engine that writes is made from this one, which hears of its statements too.
    event.listen(database.reader, "before_cursor_execute", note)
    yield asked
    event.remove(database.reader, "before_cursor_execute", note)


def _table_of(alias: str, statement: str) -> str:
    named = re.search(rf'"?(\w+)"? AS "?{alias}"?\b', statement)
    return named[1] if named else alias


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
def test_a_look_through_a_whole_table_is_noticed(database: Database) -> None:
    whole = "SELECT a.id FROM assessment AS a"
    for rest in ("", " WHERE a.note = ?", " WHERE a.conversation_id = ? AND a.organisation_id = 1"):
        assert scanned(database, [(whole + rest, ("x",) * rest.count("?"))]) == {"assessment"}
    narrowed = f"{whole} WHERE a.organisation_id = ? AND a.case_id = ?"
    assert scanned(database, [(narrowed, ("x", "y"))]) == set()


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        "/en/recorded/{id}",
        "/en/assessments/{id}/correct",
        "/en/cases/{case_id}",
        "/en/cases/{case_id}/record",
        "/en/cases",
        "/en/cases?sort=idle",
        "/en/cases?reference=2026-0042",
    ],
)
def test_no_page_looks_through_all_that_was_recorded(
    visitor: Visit, anna: Caller, database: Database, path: str
) -> None:
    one = anna.record()
    browser = visitor("anna")
    with asked_of(database) as asked:
        assert browser.get(path.format_map(one)).status_code == 200
    assert len(asked) > 3
    assert scanned(database, asked) & GROWS == set()


@pytest.mark.parametrize("database", ["embedded"], indirect=True)  # the other has to be told whose it is
def test_who_looks_is_found_in_two_questions(visitor: Visit, database: Database) -> None:
    browser = visitor("anna")
    with asked_of(database) as asked:
        assert browser.get("/en/cases").status_code == 200
    found = [
        [table for table in ("login_session", "membership", "local_account") if table in statement]
        for statement, _ in asked
    ]
    assert [tables for tables in found if tables] == [["login_session"], ["membership", "local_account"]]

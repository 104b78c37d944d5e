"""Who opens transactions and makes statements, read from the code itself."""

import ast

import pytest

from tests.promises.test_architecture import CODE, ROOT, calls_in, elsewhere, who_calls

# Who opens a transaction of the database itself; a route is handed the one of its caller, by `Access`.
OPEN_TRANSACTIONS = {
    "app/database/": "the schema and backups",
    "app/commands/": "the command line",
    "app/cli.py": "the same",
    "app/access.py": "that of a request, and the line of a refusal after it",
    "app/training_door.py": "who joins a training by its code, before there is an organisation",
    "app/upkeep.py": "what the service does by itself",
    "app/erasures.py": "the list outside the database, of all organisations",
    "app/routers/health.py": "whether there is a database at all",
    "app/web/visits.py": "who looks at a page that is open to all",
    "app/web/entering.py": "steps on the way in, for who is only half signed in",
    "app/web/routes/sign_in.py": "nobody is signed in yet",
    "app/web/routes/welcome.py": "the same: a link",
    "app/web/routes/setup.py": "the same: the first administrator",
}


def test_only_these_open_transactions() -> None:
    found = who_calls("transaction", "database.transaction", "engine.transaction")
    assert elsewhere(found, *OPEN_TRANSACTIONS) == set()
    assert [place for place in OPEN_TRANSACTIONS if not any(file.startswith(place) for file in found)] == []


def reading_only(source: str) -> set[str]:
    """Return the functions that open a transaction which does not, or perhaps does not, write."""
    return {
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for name, call in calls_in(ast.unparse(function))
        if name in ("transaction", ".transaction")
        and any(word.arg in ("write", None) and ast.unparse(word.value) != "True" for word in call.keywords)
    }


# Whoever sees something of a client leaves a line in the log, so that is written. These show no client.
READ_ONLY = {
    "app/web/visits.py find_actor": "the name in the head of a page that is open to all",
    "app/web/routes/welcome.py show_link": "what a link is for",
    "app/web/routes/join.py show_screen": "a training, in which no client is",
    "app/web/routes/join.py _look": "the same",
    "app/web/routes/join.py _wait": "the same",
    "app/web/routes/setup.py show_setup": "which organisations there are",
    "app/web/routes/setup.py set_up": "the same, before the form is read",
}


def test_a_page_that_opens_a_transaction_can_write_its_line_in_the_log() -> None:
    found = {
        f"{path.relative_to(ROOT)} {name}"
        for path in CODE
        if path.is_relative_to(ROOT / "app" / "web")
        for name in reading_only(path.read_text(encoding="utf-8"))
    }
    assert found == {*READ_ONLY}


@pytest.mark.parametrize(
    ("opened", "noticed"),
    [
        ("visit.transaction(write=False)", True),
        ("transaction(database, write=looks)", True),
        ("visit.transaction(**how)", True),
        ("visit.transaction(one_moment=True)", False),
        ("transaction(database, write=True)", False),
    ],
)
def test_a_page_that_writes_no_line_is_noticed(opened: str, noticed: bool) -> None:
    source = f"def show(visit):\n    with {opened} as work:\n        pass"
    assert reading_only(source) == ({"show"} if noticed else set())


LIBRARIES = ("sqlalchemy", "sqlmodel")
STATEMENTS = {"select", "insert", "update", "delete", "text", "func", "union", "exists"}


def statements_in(source: str) -> set[str]:
    """Return what makes statements for the database, of what a module takes from the libraries for it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module)) if module.startswith(LIBRARIES):
                found |= {name.name for name in node.names} & STATEMENTS
            case ast.Import():
                found |= {
                    name.name for name in node.names if name.name.startswith(("sqlalchemy", "sqlmodel"))
                }
            case _:
                pass
    return found


def test_routes_and_pages_make_no_statements_of_their_own() -> None:
    doors = [path for path in CODE if path.parts[len(ROOT.parts) + 1] in ("web", "routers")]
    assert len(doors) > 40
    assert {path: found for path in doors if (found := statements_in(path.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    "source",
    ["from sqlmodel import col, select as s", "import sqlalchemy as sa", "from sqlalchemy.sql import delete"],
)
def test_a_statement_in_a_route_is_noticed(source: str) -> None:
    assert statements_in(source)
    assert statements_in("from sqlmodel import Session, col\nfrom sqlalchemy import Connection") == set()

"""How the code is built: what may stand where, read from the code itself."""

import ast
import gc
import inspect
import io
import json
import re
import textwrap
import tokenize
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from app.domain.roles import Permission
from app.main import create_app
from app.models.base import metadata
from app.settings import Settings
from app.unguarded import api_routes, permission_of
from tests.promises.test_access_matrix import TABLE, ask, operations_of
from tests.promises.world import CALLERS, World, all_rows

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "app").rglob("*.py"))
ROUTES = api_routes(create_app())


def by_name(route: APIRoute) -> str:
    """Name a test case after its route."""
    return route.name


# ---------------------------------------------------------------- who calls what


def calls_in(source: str) -> list[tuple[str, ast.Call]]:
    """Return every call, by the name of what is called: `text`, or `.commit` and `session.commit`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                found.append((name, node))
            case ast.Call(func=ast.Attribute(value=owner, attr=name)):
                found += [(f".{name}", node), (f"{ast.unparse(owner).rpartition('.')[2]}.{name}", node)]
            case _:
                pass
    return found


@cache
def called_in(path: Path) -> frozenset[str]:
    """Return the names of everything that a file calls. Read once: many ask."""
    return frozenset(name for name, _ in calls_in(path.read_text(encoding="utf-8")))


def who_calls(*names: str) -> set[str]:
    """Return the files of the application that call something of this name."""
    return {str(path.relative_to(ROOT)) for path in CODE if called_in(path) & {*names}}


def elsewhere(files: set[str], *allowed: str) -> set[str]:
    """Return the files outside the places where something is allowed."""
    return {file for file in files if not file.startswith(allowed)}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("session.commit()", ".commit"),
        ("work.session.connection().begin_nested()", ".begin_nested"),
        ("with engine.begin() as connection: pass", ".begin"),
        ("execute(text('select 1'))", "text"),
        ("work.session.get(Case, 1)", "session.get"),
        ("sqlalchemy.create_engine('sqlite://')", ".create_engine"),
        ("sa.text('select 1')", "sa.text"),
    ],
)
def test_a_forbidden_call_is_noticed(source: str, name: str) -> None:
    assert name in [found for found, _ in calls_in(source)]


def test_only_the_database_module_begins_and_ends_transactions() -> None:
    found = who_calls(".commit", ".rollback", ".begin", ".begin_nested")
    assert found & {"app/database/engine.py"}
    assert elsewhere(found, "app/database/", "app/access.py") == set()


RAW_SQL = (
    *("text", "sa.text", "sqlalchemy.text", "sqlmodel.text"),
    *(".exec_driver_sql", ".text_columns", "create_engine", ".create_engine", "engine_from_config"),
)


def test_only_the_database_module_makes_engines_and_speaks_sql() -> None:
    found = who_calls(*RAW_SQL)
    assert found & {"app/database/engine.py"}
    assert elsewhere(found, "app/database/") == set()
    assert {str(path.relative_to(ROOT)) for path in CODE} >= {
        "app/commands/common.py",
        "app/services/ledger.py",
        "app/services/access_log.py",
        "app/database/walls.py",
        "app/trust.py",
    }, "the search covers what was added"


def test_no_row_is_fetched_past_the_select_of_what_is_visible() -> None:
    assert elsewhere(who_calls("session.get", "session.get_one"), "app/database/") == set()


# ---------------------------------------------------------------- routes


def transactions_in(route: APIRoute) -> list[bool]:
    """Return, for every transaction a route opens, whether it can write."""
    source = textwrap.dedent(inspect.getsource(route.endpoint))
    return [
        not any(word.arg == "write" and ast.unparse(word.value) == "False" for word in call.keywords)
        for name, call in calls_in(source)
        if name in ("transaction", ".transaction")
    ]


@pytest.mark.parametrize("route", ROUTES, ids=by_name)
def test_a_route_that_opens_a_transaction_has_a_thread_and_the_others_need_none(route: APIRoute) -> None:
    opens_one = bool(transactions_in(route))
    assert inspect.iscoroutinefunction(route.endpoint) is not opens_one
    assert permission_of(route) is None or opens_one


@pytest.mark.parametrize("route", ROUTES, ids=by_name)
def test_only_what_shows_no_client_writes_nothing(route: APIRoute) -> None:
    # Who sees something of a client leaves a line in the log, so that is written; other looks are not.
    if found := transactions_in(route):
        assert found == [route.name not in SHOWS_NO_CLIENT]


SHOWS_NO_CLIENT = {
    *("list_users", "list_teams", "read_readiness", "read_signal_settings"),
    *("list_trainings", "read_training", "read_agreement", "export_training"),
    *("list_own_entries", "read_own_entry", "list_own_entry_versions", "list_hidden_entries"),
}


def test_what_shows_no_client_is_named_after_a_route() -> None:
    assert {route.name for route in ROUTES} >= SHOWS_NO_CLIENT


def test_a_get_that_writes_nothing_is_noticed() -> None:
    app = create_app()

    @app.get("/unlogged")
    def unlogged(access: Any) -> None:
        with access.transaction(write=False) as work:
            work.session.flush()

    assert transactions_in(api_routes(app)[-1]) == [False]


LOG = ("access_event", "accessed_client")


def logged(row: tuple[str, str], caller: str, status: int) -> list[tuple[str, str, str]]:
    """Return what one GET leaves in the log: whose log it is, what was asked, and how it ended."""
    permission = OPERATIONS[row[0]]
    if row[0] == "GET /v1/training-sessions/{code}/agreement":
        permission = Permission.RUN_TRAINING  # with a token one comes as its trainer
    # An id that is none is refused before anybody looks for the caller.
    if permission is None or status == 400:
        return []
    if status == 200 and permission in (
        Permission.READ_COLLEAGUES,
        Permission.READ_SIGNAL_SETTINGS,
        Permission.RUN_TRAINING,
        Permission.READ_APPROACH,
    ):
        return []
    whose = "second" if caller == "foreigner" else "first"
    return [(whose, permission, "granted" if status == 200 else "denied")]


OPERATIONS = operations_of(create_app())


def test_a_get_writes_its_line_in_the_log_and_nothing_else(world: World) -> None:
    database = world.app.state.surroundings.database
    before = all_rows(database)
    expected: list[tuple[str, str, str]] = []
    for row, cells in TABLE.items():
        if row[0].startswith("GET"):
            for caller in CALLERS[: CALLERS.index("unknown")]:
                status = ask(world, caller, row).status_code
                assert status == cells[caller]
                expected += logged(row, caller, status)
    after = all_rows(database)
    assert {name: rows for name, rows in after.items() if name not in LOG} == {
        name: rows for name, rows in before.items() if name not in LOG
    }
    assert set(before["access_event"]) < set(after["access_event"])
    place = {column.name: n for n, column in enumerate(metadata.tables["access_event"].columns)}
    slugs = {row[0]: row[1] for row in after["organisation"]}
    new = sorted(
        set(after["access_event"]) - set(before["access_event"]), key=lambda line: line[place["number"]]
    )
    found = [
        (slugs[line[place["organisation_id"]]], line[place["event"]], str(line[place["outcome"]]))
        for line in new
    ]
    for slug in ("first", "second"):
        assert [line for line in found if line[0] == slug] == [line for line in expected if line[0] == slug]
    assert {line[2] for line in found} == {"granted", "denied"}


def test_asking_again_keeps_nothing_in_the_process(world: World) -> None:
    rows = [row for row in TABLE if row[0].startswith("GET") and row[1] in {"own", "-"}]
    caches = {
        f"{one.__module__}.{one.__qualname__}": one
        for one in gc.get_objects()
        if type(one) is _CACHE and (getattr(one, "__module__", "") or "").startswith("app.")
    }
    assert "app.services.visibility.points_at" in caches
    sizes = []
    for _ in range(2):
        for caller in ("owner", "supervisor", "trainer", "admin", "privacy_officer"):
            for row in rows:
                ask(world, caller, row)
        sizes.append({name: one.cache_info().currsize for name, one in caches.items()})
    assert sizes[0] == sizes[1]


_CACHE = type(cache(lambda: None))


def test_a_refusal_changes_nothing_but_the_log(world: World) -> None:
    database = world.app.state.surroundings.database
    before = all_rows(database)
    body = {"reference": f"trace-{uuid4()}"}
    for caller, status in (("supervisor", 403), ("anonymous", 401)):
        assert world.ask(caller, "POST", "/v1/cases", json=body).status_code == status
    after = all_rows(database)
    # Who is not known leaves no line; who may not do it does.
    assert len(after["access_event"]) == len(before["access_event"]) + 1
    assert {name for name in after if after[name] != before[name]} == {"access_event"}
    assert world.ask("owner", "POST", "/v1/cases", json=body).status_code == 201
    changed = {name for name, rows in all_rows(database).items() if rows != after[name]}
    assert changed == {"case", "case_event", "access_event", "accessed_client", "ledger_entry", "ledger_head"}


# ---------------------------------------------------------------- size and words

LONG_FOR_A_REASON = {
    "app/models/assessments.py",  # what goes in and out, each field with its description and example
}


def too_long(lines: dict[str, int]) -> set[str]:
    """Return the files with more than about 250 lines that say something."""
    return {file for file, count in lines.items() if count > 275}


def test_no_file_is_long() -> None:
    lines = {
        str(path.relative_to(ROOT)): sum(map(bool, map(str.strip, path.read_text("utf-8").splitlines())))
        for path in CODE
    }
    assert too_long(lines) == LONG_FOR_A_REASON
    assert max(lines.values()) < 350


def test_every_setting_is_described_for_the_one_who_runs_the_service() -> None:
    page = ROOT / "docs" / "operations.md"
    if not page.exists():
        pytest.skip("docs/operations.md is not there")
    text = page.read_text(encoding="utf-8")
    names = {f"WERKRELATIE_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in names if name not in text} == set()
    known = set(re.findall(r"WERKRELATIE_[A-Z_]+", text))
    assert known - names == set(), "described, but no setting"


TYPES_A_PERSON = re.compile(r"(client|person|participant|human|customer)_?types?\b|resistan", re.IGNORECASE)


def identifiers() -> Iterator[tuple[str, str]]:
    """Yield every name in code, data and contract, with the file it stands in."""
    for folder in ("app", "migrations", "tests", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield from ((str(path), name) for name in names_in(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / folder).rglob("*.toml")):
            yield from ((str(path), key) for key in keys_of(tomllib.loads(path.read_text("utf-8"))))
    for path in sorted((ROOT / "docs").glob("*.json")):
        yield from ((str(path), key) for key in keys_of(json.loads(path.read_text("utf-8"))))
    for table in metadata.sorted_tables:
        yield from (("database", name) for name in (table.name, *table.columns.keys()))


def names_in(source: str) -> Iterator[str]:
    """Yield the identifiers of Python source; words in texts and comments are free."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.string


def keys_of(part: Any) -> Iterator[str]:
    """Yield all keys of a document."""
    if isinstance(part, dict):
        yield from part
        for inner in part.values():
            yield from keys_of(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from keys_of(inner)


def test_nothing_types_a_person() -> None:
    names = list(identifiers())
    assert ("database", "relationship_type") in names
    assert [(place, name) for place, name in names if TYPES_A_PERSON.search(name)] == []


@pytest.mark.parametrize(
    "name", ["client_type", "clientType", "ClientType", "participant_types", "resistance"]
)
def test_a_name_that_types_a_person_is_noticed(name: str) -> None:
    found: list[Callable[[str], Iterator[str]]] = [names_in, lambda text: keys_of({"a": [{text: 1}]})]
    assert all(TYPES_A_PERSON.search(one) for find in found for one in find(name) if one != "a")


@pytest.mark.parametrize("name", ["relationship_type", "from_type", "participant_role", "person"])
def test_a_name_that_types_a_relationship_is_free(name: str) -> None:
    assert TYPES_A_PERSON.search(name) is None

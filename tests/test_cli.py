"""The command line, as somebody types it: what it prints, how it ends, what it changes."""

import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import pytest
from sqlalchemy import select

from app.access import Surroundings
from app.cli import _demonstration_token, main
from app.commands import common
from app.database import Database, open_database
from app.database.schema import migrate
from app.domain.access_log import Command
from app.domain.errors import CannotLog
from app.knowledge import Knowledge
from app.main import create_app
from app.models.base import metadata
from app.security import is_well_formed
from app.settings import Settings
from tests.promises.world import all_rows
from tests.support import Caller, server_database, tampering

ROOT = Path(__file__).parents[1]
DEMO = ("--organisation", "demo")
FOR_PRACTITIONERS = ("token", "create", *DEMO, "--role", "practitioner")

# Known faults: each test fails until the fault is mended, and then asks to be unmarked.


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int | str
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command."""

    def type_in(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["werkrelatie", *words])
        if url := os.environ.get("WERKRELATIE_DATABASE_URL"):
            # As it has to be: the owner of the tables migrates, and nothing else is done as the owner.
            role = "owner" if words[0] == "init" else "app_rw"
            monkeypatch.setenv("WERKRELATIE_DATABASE_URL", re.sub(r"//(owner|app_rw)\b", f"//{role}", url))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
        return Ended(ended.value.code or 0, out.getvalue(), err.getvalue())

    return type_in


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an embedded database that does not exist yet."""
    for name in [name for name in os.environ if name.startswith("WERKRELATIE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WERKRELATIE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(params=["embedded", "postgresql"])
def nothing_yet(
    request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An installation before its first `init`, on both databases."""
    if request.param == "embedded":
        yield folder
        return
    address: str = request.getfixturevalue("postgresql_address")
    with server_database(address, template=None) as database:
        name = database.writer.url.database or ""
        monkeypatch.setenv("WERKRELATIE_DATABASE_URL", address.format(role="app_rw", name=name))
        yield folder


@pytest.fixture
def demo(nothing_yet: Path, run: Run) -> Path:
    """An installation with the demonstration organisation."""
    assert run("init", "--quiet") == Ended(0, "", "")
    assert run("demo").code == 0
    return nothing_yet


@contextmanager
def installed() -> Iterator[Database]:
    """Open the database that the commands work on."""
    database = open_database(Settings())
    yield database
    database.close()


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Return everything in the database that the commands work on."""
    with installed() as database:
        return all_rows(database)


def without_log(found: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Leave out the access log, where every command that changes something leaves a line."""
    return {name: lines for name, lines in found.items() if name != "access_event"}


def at_the_door(database: Database, knowledge: Knowledge, token: str) -> Caller:
    """Return somebody who calls the service with this token."""
    app = create_app()
    app.state.surroundings = Surroundings(database, knowledge, lambda: datetime.now(UTC))
    return Caller(app, token)


# ---------------------------------------------------------------- init and demo


def test_init_can_be_repeated(nothing_yet: Path, run: Run) -> None:
    first = run("init")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("The database is up to date. Start with: werkrelatie serve\n")
    assert run("organisation", "create", "--slug", "first", "--name", "First") == Ended(0, "", "")
    before = rows()
    assert len(before["organisation"]) == 1
    assert run("init", "--quiet") == Ended(0, "", "")
    assert rows() == before
    again = run("init")
    assert again.out.startswith("The database is up to date.")
    assert {name for name, found in rows().items() if found != before[name]} == {"setup_link"}
    assert nothing_yet.exists() is ("WERKRELATIE_DATABASE_URL" not in os.environ)


@pytest.mark.usefixtures("demo")
def test_init_works_out_what_an_older_version_did_not_know(run: Run) -> None:
    assert run("init", "--quiet").code == 0
    before = rows()
    assert before["thread_signal"]
    with installed() as database:
        migrate(database, "-5")
        migrate(database)
    assert rows()["thread_signal"] == []
    assert run("init", "--quiet").code == 0
    after = rows()
    for name in ("thread", "transition", "thread_signal"):
        assert after[name] == before[name]


def test_demo_loads_once(demo: Path, run: Run) -> None:
    assert demo
    before = rows()
    assert {name for name, found in before.items() if not found} == {
        *(
            "api_token",
            "idempotency_key",
            "statement",
            "withholding",
            "advice_use",
            "reflection",
            "own_entry",
            "hidden_entry",
            "erasure_order",
            "erased_row",
        ),
        *("access_seal", "access_review"),
        *("local_account", "recovery_code", "login_session", "sign_in_link", "setup_link", "sign_in_failure"),
        *("training_session", "training_participant", "training_answer"),
        "signal_setting",
    }
    assert run("demo") == Ended(0, "It was there already.\n", "")
    assert rows() == before


def test_demo_says_that_it_is_loaded(nothing_yet: Path, run: Run) -> None:
    assert nothing_yet
    run("init")
    assert run("demo") == Ended(0, "The demonstration organisation is loaded.\n", "")


@pytest.mark.usefixtures("demo")
def test_each_start_of_the_demonstration_makes_a_token_and_ends_the_one_before(knowledge: Knowledge) -> None:
    tokens = [_demonstration_token() for _ in range(2)]
    with installed() as database:
        answered = [at_the_door(database, knowledge, token).get("/v1/cases") for token in tokens]
    assert [response.status_code for response in answered] == [401, 200]
    assert answered[1].json()["items"]


# ---------------------------------------------------------------- tokens


@pytest.mark.usefixtures("demo")
def test_a_token_is_printed_and_nothing_else(run: Run, knowledge: Knowledge) -> None:
    made = run(*FOR_PRACTITIONERS, "--name", "intake", "--team", "Demo-team")
    token = made.out.removesuffix("\n")
    assert made == Ended(0, f"{token}\n", "")
    assert is_well_formed(token)
    assert token not in str(rows())
    with installed() as database:
        caller = at_the_door(database, knowledge, token)
        assert caller.record()["recorded_by"]["name"] == "intake"


@pytest.mark.usefixtures("demo")
def test_a_revoked_token_stops_at_the_next_request(run: Run, knowledge: Knowledge) -> None:
    tokens = {name: run(*FOR_PRACTITIONERS, "--name", name).out.strip() for name in ("one", "other")}
    with installed() as database:
        callers = [at_the_door(database, knowledge, token) for token in tokens.values()]
        assert [caller.get("/v1/cases").status_code for caller in callers] == [200, 200]
        assert run("token", "revoke", *DEMO, "--name", "one") == Ended(0, "1 tokens revoked.\n", "")
        assert [caller.get("/v1/cases").status_code for caller in callers] == [401, 200]
        again = run("token", "revoke", *DEMO, "--name", "one")
        assert (again.code, again.out) == (1, "")


@pytest.mark.usefixtures("nothing_yet")
def test_an_organisation_starts_from_the_command_line(run: Run, knowledge: Knowledge) -> None:
    run("init")
    assert run("organisation", "create", "--slug", "own", "--name", "Own").code == 0
    assert run("team", "create", "--organisation", "own", "--name", "North").code == 0
    words = ("token", "create", "--organisation", "own", "--role", "practitioner", "--name", "intake")
    token = run(*words, "--team", "North").out.strip()
    with installed() as database:
        caller = at_the_door(database, knowledge, token)
        case = caller.get(f"/v1/cases/{caller.record()['case_id']}").json()
    assert (case["team"]["name"], case["practitioner"]["name"]) == ("North", "intake")


# ---------------------------------------------------------------- refusals

UNKNOWN: dict[str, list[tuple[str, ...]]] = {
    "There is no organisation 'nobody'.": [
        ("token", "create", "--organisation", "nobody", "--role", "admin", "--name", "x"),
        ("token", "revoke", "--organisation", "nobody", "--name", "x"),
        ("team", "create", "--organisation", "nobody", "--name", "x"),
        ("rebuild", "--organisation", "nobody"),
    ],
    "There is no team 'nobody'.": [(*FOR_PRACTITIONERS, "--name", "x", "--team", "nobody")],
    "There is no user with the role practitioner 'nobody'.": [
        (*FOR_PRACTITIONERS, "--name", "x", "--user", "nobody")
    ],
    "There is no user with the role practitioner 'Demo-trainer'.": [
        (*FOR_PRACTITIONERS, "--name", "x", "--user", "Demo-trainer")
    ],
    "There is one of this name already. Nothing was changed.": [
        ("organisation", "create", "--slug", "demo", "--name", "x"),
        ("team", "create", *DEMO, "--name", "Demo-team"),
    ],
}


@pytest.mark.usefixtures("demo")
def test_what_is_not_there_is_said_in_one_sentence_and_changes_nothing(run: Run) -> None:
    before = rows()
    for sentence, commands in UNKNOWN.items():
        for words in commands:
            assert run(*words) == Ended(1, "", f"{sentence}\n")
    assert rows() == before


MEANINGLESS = [
    ("token", "create", *DEMO, "--role", "boss", "--name", "x"),
    (*FOR_PRACTITIONERS, "--name", "x", "--days", "0"),
    (*FOR_PRACTITIONERS, "--name", "x", "--days", "367"),
    FOR_PRACTITIONERS,
    ("rebuild",),
    ("openapi", "--version", "2"),
    ("nothing",),
]


@pytest.mark.usefixtures("demo")
def test_what_cannot_be_meant_is_explained(run: Run) -> None:
    before = rows()
    for words in MEANINGLESS:
        ended = run(*words)
        assert (ended.code, ended.out) == (2, "")
        assert "Usage:" in ended.err
    assert rows() == before


TOO_LONG = "x" * 201
UNUSABLE = [
    ("organisation", "create", "--slug", "x" * 65, "--name", "x"),
    ("organisation", "create", "--slug", "long", "--name", TOO_LONG),
    ("organisation", "create", "--slug", "", "--name", ""),
    ("team", "create", *DEMO, "--name", TOO_LONG),
    ("team", "create", *DEMO, "--name", " "),
    ("team", "create", *DEMO, "--name", "\udcff"),  # a byte that is no text
    (*FOR_PRACTITIONERS, "--name", TOO_LONG),
]


@pytest.mark.usefixtures("demo")
def test_a_name_that_cannot_be_kept_is_refused(run: Run) -> None:
    before = rows()
    for words in UNUSABLE:
        ended = run(*words)
        assert (ended.code in (1, 2), ended.out) == (True, ""), words
        assert "Traceback" not in ended.err
    assert rows() == before


COMMANDS = [
    ("demo",),
    ("rebuild", *DEMO),
    (*FOR_PRACTITIONERS, "--name", "x"),
    ("token", "revoke", *DEMO, "--name", "x"),
    ("organisation", "create", "--slug", "x", "--name", "x"),
    ("team", "create", *DEMO, "--name", "x"),
]


@pytest.mark.usefixtures("nothing_yet")
def test_every_command_asks_for_init_first(run: Run) -> None:
    for words in COMMANDS:
        assert run(*words) == Ended(1, "", "The database is empty: run 'werkrelatie init' first.\n")


def test_a_wrong_key_is_one_sentence(folder: Path, run: Run) -> None:
    run("init")
    key = folder.with_name("data.key")
    key.write_text("ab" * 32)
    for words in (("init",), *COMMANDS):
        ended = run(*words)
        assert (ended.code, ended.out) == (1, "")
        assert re.fullmatch(
            r".* cannot be opened with this key\. Put .* back; nothing was changed\.\n", ended.err
        )


def test_a_database_that_does_not_answer_is_one_sentence(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder
    monkeypatch.setenv("WERKRELATIE_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    ended = run("init")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("The database does not answer.")
    assert ended.err.count("\n") == 1


@pytest.mark.usefixtures("nothing_yet")
def test_a_database_of_a_newer_program_is_one_sentence(run: Run) -> None:
    run("init")
    with installed() as database, tampering(database) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for words in (("demo",), ("init",)):
        ended = run(*words)
        assert (ended.code, ended.out) == (1, "")
        assert "9999" in ended.err
        assert ended.err.count("\n") == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WERKRELATIE_LOG_LEVEL", "loud"),
        ("WERKRELATIE_DATABASE_URL", "mysql://127.0.0.1/other"),
        ("WERKRELATIE_DATABASE_URL", "no address"),
        pytest.param("WERKRELATIE_DATA_DIR", __file__, id="no folder"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ended = run("init")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("\n") == 1


# ---------------------------------------------------------------- rebuild


@pytest.mark.usefixtures("demo")
def test_rebuild_restores_what_was_spoiled(run: Run) -> None:
    before = without_log(rows())
    for spoil in (
        "UPDATE thread SET relationship_type = NULL, clarity = 'unclear', assessment_count = 99",
        "UPDATE thread SET last_assessment_id = NULL, since = NULL, recorded_count = 0",
        "UPDATE transition SET direction = 'back', same_type_in_a_row = 9",
        "DELETE FROM transition",
    ):
        with installed() as database, tampering(database) as connection:
            connection.exec_driver_sql(spoil)
        assert without_log(rows()) != before
        ended = run("rebuild", *DEMO)
        assert (ended.code, ended.out) == (0, f"{len(before['thread'])} threads rebuilt.\n")
        assert without_log(rows()) == before


# ---------------------------------------------------------------- the access log


def log_of(*, since: int = 0) -> list[tuple[str, str, str, str | None]]:
    """Return what stands in the access log: the event, who did it, on what, and with which outcome."""
    event = metadata.tables["access_event"]
    columns = (event.c.event, event.c.actor_name, event.c.outcome, event.c.entity_kind)
    with installed() as database, tampering(database) as connection:
        found = connection.execute(select(*columns).order_by(event.c.recorded_at, event.c.number)).all()
    return [(row[0], row[1], str(row[2]), row[3]) for row in found][since:]


@pytest.mark.usefixtures("nothing_yet")
def test_every_command_that_changes_something_leaves_its_line(run: Run) -> None:
    run("init")
    assert log_of() == []
    own = ("--organisation", "own")
    for words, event, kind in (
        (("organisation", "create", "--slug", "own", "--name", "Own"), Command.ORGANISATION, "organisation"),
        (("team", "create", *own, "--name", "North"), Command.TEAM, "team"),
        (("token", "create", *own, "--role", "admin", "--name", "x"), Command.TOKEN_CREATED, "token"),
        (("token", "revoke", *own, "--name", "x"), Command.TOKEN_REVOKED, "organisation"),
        (("rebuild", *own), Command.REBUILD, "organisation"),
    ):
        before = len(log_of())
        assert run(*words).code == 0
        assert log_of(since=before) == [(event, "werkrelatie", "granted", kind)]
    before = len(log_of())
    assert run("demo").code == 0
    assert (Command.DEMONSTRATION, "werkrelatie", "granted", "organisation") in log_of(since=before)
    _demonstration_token()
    before = len(log_of())
    _demonstration_token()
    assert [line[0] for line in log_of(since=before)] == [Command.TOKEN_REVOKED, Command.TOKEN_CREATED]


@pytest.mark.usefixtures("demo")
def test_a_command_whose_line_cannot_be_written_changes_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows()

    def broken(*_: object) -> NoReturn:
        raise CannotLog

    monkeypatch.setattr(common, "write_command", broken)
    for words in (
        ("team", "create", *DEMO, "--name", "x"),
        (*FOR_PRACTITIONERS, "--name", "x"),
        ("rebuild", *DEMO),
    ):
        assert run(*words).code == 1
    assert rows() == before


# ---------------------------------------------------------------- documents


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("openapi",), "openapi.json"),
        (("openapi", "--version", "3.1"), "openapi.json"),
        (("openapi", "--version", "3.0"), "openapi-3.0.json"),
        (("rules",), "rules.md"),
    ],
)
def test_the_documents_are_those_in_the_repository(
    run: Run, folder: Path, words: tuple[str, ...], file: str
) -> None:
    ended = run(*words)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (ROOT / "docs" / file).read_text(encoding="utf-8")
    assert not folder.exists()


# ---------------------------------------------------------------- the service itself


@contextmanager
def program(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program as a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], end: str) -> str:
    """Read what a program prints, up to and including a line."""
    assert process.stdout
    lines: list[str] = []
    while not lines or not lines[-1].startswith(end):
        lines.append(process.stdout.readline())
        assert lines[-1], process.communicate()
    return "".join(lines)


def test_the_printed_call_works_and_the_service_stops_when_told(folder: Path, run: Run) -> None:
    run("init")
    with program("serve", "--demo", "--port", "0") as process:
        printed = read_until(process, "Stop with")
        address = re.match(r"Werkrelatie listens on (http://127\.0\.0\.1:\d+)\n", printed)
        assert address
        call = printed[printed.index("curl") : printed.index("Stop with")].replace("\\\n", " ")
        curl, show, url, *options = shlex.split(call)
        assert (curl, show, url) == ("curl", "-i", f"{address[1]}/v1/assessments")
        given = [(options[n], options[n + 1]) for n in range(0, len(options), 2)]
        headers = dict(value.split(": ", 1) for name, value in given if name == "-H")
        [body] = [value for name, value in given if name == "-d"]
        recorded = httpx2.post(url, content=body, headers=headers, timeout=20)
        assert recorded.status_code == 201
        assert recorded.json()["classification"]["relationship_type"] == "complainant"
        for open_page in re.findall(r"http://\S+/v1/\S+json|http://\S+yes-yes-no", printed):
            assert httpx2.get(open_page, timeout=20).status_code == 200
        process.send_signal(signal.SIGTERM)
        out, logged = process.communicate(timeout=10)
    assert out == "\n" * out.count("\n")
    assert "Traceback" not in logged
    for secret in (headers["Authorization"].split()[1], "2026-0042", "mother"):
        assert secret not in logged
    assert recorded.json()["id"].replace("-", "") in str(rows()).replace("-", "")
    assert folder.exists()


@pytest.mark.usefixtures("folder")
def test_a_service_that_is_told_to_stop_ends_well(run: Run) -> None:
    run("init")
    with program("serve", "--port", "0") as process:
        read_until(process, "Werkrelatie listens on")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
        assert time.monotonic() - started < 5
        assert process.returncode == 0


@pytest.mark.usefixtures("folder")
def test_a_service_without_a_database_says_what_to_do() -> None:
    with program("serve", "--port", "0") as process:
        out, told = process.communicate(timeout=20)
        assert (process.returncode, out) == (1, "")
    assert told.splitlines()[-1] == "The database is empty: run 'werkrelatie init' first."
    assert "Traceback" not in told

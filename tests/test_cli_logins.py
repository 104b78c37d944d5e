"""The first administrator, one more, and one who lost the second step: on the command line."""

import io
import os
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.access import Surroundings
from app.cli import main
from app.commands.common import right_now
from app.commands.logins import demonstration_links
from app.database import Database
from app.domain.roles import Role
from app.knowledge import Knowledge
from tests.accounts import account, make_account
from tests.support import FAST, People, Visitor, owned, tampering

Run = Callable[..., tuple[int, str, str]]
FIRST = ("--organisation", "first")
NEW = {"new_password": "vier losse woorden hier 7", "new_password_again": "vier losse woorden hier 7"}


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command that works on the database of this test."""
    for name in [name for name in os.environ if name.startswith("WERKRELATIE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WERKRELATIE_DATA_DIR", str(tmp_path / "data"))

    def type_in(*words: str) -> tuple[int, str, str]:
        with owned(database) as owner:
            right = owner if words[0] == "init" else database
            if not database.is_embedded:
                address = right.writer.url.render_as_string(hide_password=False)
                monkeypatch.setenv("WERKRELATIE_DATABASE_URL", address)
        monkeypatch.setattr(sys, "argv", ["werkrelatie", *words])
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), out.getvalue(), err.getvalue()

    return type_in


@pytest.fixture
def guest(application: FastAPI, database: Database, knowledge: Knowledge) -> Visitor:
    """Somebody at the pages, by the clock of the commands."""
    application.state.surroundings = Surroundings(database, knowledge, right_now, passwords=FAST)
    return Visitor(application)


def path_in(printed: str, place: str, beginning: str = "http://localhost:8000") -> str:
    found = re.search(
        rf"^{re.escape(beginning)}(/nl/{place}/wr[rs]_[0-9A-Za-z]{{46}})$", printed, re.MULTILINE
    )
    assert found, printed
    return found[1]


def link_lines(database: Database) -> list[tuple[str, str]]:
    with tampering(database) as connection:
        rows = connection.exec_driver_sql(
            "SELECT event, actor_name FROM access_event WHERE event = 'command:link' ORDER BY number"
        )
        return [(row[0], row[1]) for row in rows]


def test_init_lets_the_first_administrator_in_until_there_is_one(
    run: Run, database: Database, people: People, guest: Visitor
) -> None:
    code, out, _ = run("init", "--address", "https://werk.example.org/")
    assert code == 0
    first = path_in(out, "inrichten", "https://werk.example.org")
    second = path_in(run("init")[1], "inrichten")
    assert [guest.get(path).status_code for path in (first, second)] == [404, 200]
    assert run("init", "--quiet")[1] == ""
    assert guest.get(second).status_code == 200, "a quiet init makes no link and ends none"
    make_account(database, people, "anna")
    assert "inrichten" in run("init")[1], "a practitioner is no administrator"
    make_account(database, people, "aad")
    assert "inrichten" not in run("init")[1]


def test_an_administrator_is_made_and_comes_in_by_a_link(
    run: Run, database: Database, people: People, guest: Visitor
) -> None:
    words = ("admin", "create", *FIRST, "--name", "Ada", "--email", "Ada@Example.org")
    code, out, err = run(*words)
    assert (code, err, out.count("\n")) == (0, "", 1)
    path = path_in(out, "welkom")
    assert guest.post(path).headers["location"] == "/nl/welkom"
    assert guest.post("/nl/welkom", NEW).headers["location"] == "/nl/tweede-stap"
    again = run(*words)
    assert (again[0], again[1]) == (1, "")
    assert "Somebody signs in with this e-mail address already" in again[2]
    assert link_lines(database) == [("command:link", "werkrelatie")]
    assert people.organisation.slug == "first"


def test_an_administrator_who_lost_the_second_step_gets_a_new_one(
    run: Run, database: Database, people: People, guest: Visitor
) -> None:
    holder = make_account(database, people, "aad")
    code, out, _ = run("admin", "recover", *FIRST, "--email", holder.login)
    assert code == 0
    assert account(database, people, "aad").factor_secret is None
    guest.post(path_in(out, "welkom"))
    assert guest.post("/nl/welkom", NEW).headers["location"] == "/nl/tweede-stap"
    assert link_lines(database) == [("command:link", "werkrelatie")]


def test_the_command_line_takes_the_second_step_from_administrators_only(
    run: Run, database: Database, people: People
) -> None:
    holder = make_account(database, people, "anna")
    for login in (holder.login, "nobody@example.org"):
        code, out, err = run("admin", "recover", *FIRST, "--email", login)
        assert (code, out, err) == (1, "", "There is no administrator with this e-mail address.\n")
    assert account(database, people, "anna").factor_secret is not None
    assert run("admin", "recover", *FIRST, "--email", "anna")[0] == 2
    assert run("admin", "create", *FIRST, "--name", "x", "--email", "a@b.nl", "--address", "ftp://x")[0] == 2
    assert link_lines(database) == []


def test_there_is_a_way_into_the_demonstration_for_each_of_its_people(
    run: Run, database: Database, people: People, guest: Visitor
) -> None:
    assert run("demo")[0] == 0
    old, links = demonstration_links(), demonstration_links()
    assert {*links} == {Role.PRACTITIONER, Role.SUPERVISOR, Role.TRAINER}
    assert guest.get(old[Role.TRAINER]).status_code == 404
    for role, path in links.items():
        assert guest.post(path).headers["location"] == "/nl/"
        assert ("Dossiers" in guest.get("/nl/").text) is (role is not Role.TRAINER)
        assert guest.get(path).status_code == 404
    assert len(link_lines(database)) == 6
    assert people.organisation.slug == "first"

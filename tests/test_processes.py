"""Several processes behind one address: nothing is kept in one that another needs."""

import http.client
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx2
import psutil
import pytest

from app import server
from app.database import open_database
from app.database.engine import StartRefused
from app.database.schema import migrate
from app.settings import Settings
from app.web.forms import CSRF_FIELD, SESSION, proof_of
from tests.support import assessment, make_people, sign_in
from tests.training import body_of

ROOT = Path(__file__).parents[1]
SERVE = ("serve", "--port", "0", "--processes", "2")


@dataclass
class Served:
    """A service by two processes: its address, a token and a cookie of anna, and its process."""

    address: str
    token: str
    trainer: str
    cookie: str
    process: psutil.Process


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two processes on one embedded database."""
    folder = tmp_path_factory.mktemp("processes") / "data"
    database = open_database(Settings(data_dir=folder))
    migrate(database)
    people = make_people(database, "first", datetime.now(UTC))
    cookie = sign_in(database, people.users["anna"], datetime.now(UTC))
    database.close()
    running = subprocess.Popen(
        [*(sys.executable, "-c", "from app.cli import main; main()"), *SERVE],
        cwd=ROOT,
        env={
            **os.environ,
            "WERKRELATIE_DATA_DIR": str(folder),
            "WERKRELATIE_LOG_LEVEL": "error",
            "WERKRELATIE_REQUESTS_PER_SECOND": "0",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    found = re.search(r"http://\S+", running.stdout.readline())
    assert found
    yield Served(found[0], people.tokens["anna"], people.tokens["tess"], cookie, psutil.Process(running.pid))
    running.terminate()
    assert running.wait(30) == 0
    running.stdout.close()


def test_a_connection_that_stays_open_is_answered_at_once(served: Served) -> None:
    # A server that lets small answers wait for more takes forty milliseconds each.
    place = urlsplit(served.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    took = []
    for _ in range(50):
        started = time.perf_counter()
        connection.request("GET", "/nl/")
        assert connection.getresponse().read()
        took.append((time.perf_counter() - started) * 1000)
    connection.close()
    assert statistics.median(took) < 20


def test_a_session_and_its_forms_work_in_every_process(served: Served) -> None:
    # Each time a new connection, which any of the processes may take.
    cookies = {SESSION: served.cookie}
    for number in range(12):
        with httpx2.Client(base_url=served.address, cookies=cookies) as browser:
            assert browser.get("/nl/dossiers").status_code == 200
            answer = browser.post(
                "/nl/weergave",
                content=urlencode({CSRF_FIELD: proof_of(served.cookie), "display": "dark", "back": "/nl/"}),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Sec-Fetch-Site": "same-origin",
                },
            )
            assert answer.status_code == 303, number


def test_what_is_written_at_once_by_several_is_all_there(served: Served) -> None:
    def record(number: int) -> int:
        body = assessment(case={"reference": f"at-once-{number % 4}"})
        headers = {"Authorization": f"Bearer {served.token}"}
        return httpx2.post(f"{served.address}/v1/assessments", json=body, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        assert {*pool.map(record, range(40))} == {201}
    listed = httpx2.get(
        f"{served.address}/v1/assessments?limit=100", headers={"Authorization": f"Bearer {served.token}"}
    )
    assert len(listed.json()["items"]) == 40
    assert len(served.process.children()) >= 2


def test_a_training_is_in_every_process(served: Served) -> None:
    # Each call on a new connection, which any of the processes may take.
    path = f"{served.address}/v1/training-sessions"
    trainer = {"Authorization": f"Bearer {served.trainer}"}
    begun = httpx2.post(path, json={"vignettes": ["vg03"]}, headers=trainer)
    path = f"{path}/{begun.json()['code']}"

    def take_part(number: int) -> set[int]:
        joined = httpx2.post(f"{path}/participants", json={"nickname": f"p{number}"})
        answer = body_of(joined.json()["participant"], ("vg03", 1), "yyn", None)
        return {
            joined.status_code,
            *(httpx2.post(f"{path}/answers", json=answer).status_code for _ in range(2)),
        }

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(take_part, range(12))] == [{201, 200}] * 12
    shown = httpx2.patch(path, json={"state": "results_shown"}, headers={**trainer, "If-Match": '"1"'})
    assert shown.status_code == 200
    for _ in range(6):
        found = httpx2.get(f"{path}/agreement").json()
        assert (found["state"], found["scored"]["each"][0]["answered"]) == ("results_shown", 12)


def test_an_embedded_database_is_not_shared_by_many(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    database = open_database(settings)
    migrate(database)
    database.close()
    with pytest.raises(StartRefused, match=r"^An embedded database serves at most 4 processes"):
        server.run(settings, "127.0.0.1", 0, None, processes=5)

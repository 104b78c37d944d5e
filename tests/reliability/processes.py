"""Start the service and its clients, each in a process group of its own, and stop or kill them."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any, Self

from app.settings import Settings
from tests.reliability.programs.load import Call, Plan

_ROOT = Path(__file__).parents[2]
_COMMAND = ["-c", "from app.cli import main; main()", "serve", "--port", "0"]
_BROKEN = ["-m", "tests.reliability.programs.serve"]


@dataclass(frozen=True, slots=True)
class Process:
    """A serving process."""

    popen: subprocess.Popen[str]
    port: int
    log: IO[str]

    def kill(self) -> None:
        """Kill the process and everything it started; nothing in it runs after this."""
        os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(30)

    def said(self) -> str:
        """Return its log so far."""
        self.log.seek(0)
        return self.log.read()


@contextmanager
def serving(settings: Settings, *broken: str, processes: int = 1) -> Iterator[list[Process]]:
    """Run the service as its command does; with flags for `programs/serve.py`, a broken one."""
    with ExitStack() as stack:
        begun = [stack.enter_context(_begun(settings, broken)) for _ in range(processes)]
        yield [_listening(popen, log) for popen, log in begun]


@contextmanager
def _begun(settings: Settings, broken: tuple[str, ...]) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("WERKRELATIE_")}
    own = {
        "WERKRELATIE_DATA_DIR": str(settings.data_dir),
        "WERKRELATIE_DATABASE_URL": settings.database_url or "",
        "WERKRELATIE_REQUESTS_PER_SECOND": "0",
        "WERKRELATIE_LOG_LEVEL": "warning",
    }
    with tempfile.TemporaryFile("w+") as log:
        popen = subprocess.Popen(
            [sys.executable, *([*_BROKEN, *broken] if broken else _COMMAND)],
            cwd=_ROOT,
            env={**others, **own},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        with popen:
            try:
                yield popen, log
            finally:
                popen.terminate()
                try:
                    popen.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(popen.pid, signal.SIGKILL)


def _listening(popen: subprocess.Popen[str], log: IO[str]) -> Process:
    assert popen.stdout
    line = popen.stdout.readline()
    found = re.fullmatch(r"Werkrelatie listens on http://127\.0\.0\.1:(\d+)\n", line)
    process = Process(popen, int(found[1]) if found else 0, log)
    assert found, f"the service did not start: {process.said()[-2000:]}"
    return process


# ---------------------------------------------------------------- clients


class Clients:
    """A program that records, and remembers what was confirmed to it."""

    def __init__(self, plan: Plan) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.programs.load", json.dumps(asdict(plan))],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        assert self._popen.stdout
        assert self._popen.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._popen.kill()
        self._popen.communicate()

    def stop(self) -> None:
        """Let them finish what is under way."""
        self._popen.terminate()

    def calls(self) -> list[Call]:
        """Wait until they stop, and return what they sent."""
        out, _ = self._popen.communicate(timeout=600)
        return [Call(*row) for row in json.loads(out)]


def send_all(plan: Plan) -> list[Call]:
    """Let clients send all there is in a plan."""
    with Clients(plan) as clients:
        return clients.calls()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Somebody with a token and a connection that stays open; one per thread."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one request; in the names of headers `_` stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body)
        if content is not None:
            named["Content-Type"] = "application/json"
        self._connection.request(method, path, content, self._headers | named)
        response = self._connection.getresponse()
        return Answer(
            response.status, {n.lower(): v for n, v in response.getheaders()}, response.read()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

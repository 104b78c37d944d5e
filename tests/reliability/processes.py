"""Start the service and its clients, each in a process group of its own, and stop or kill them."""

import json
import multiprocessing
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
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import IO, Any, Self

from app.settings import Settings
from tests.reliability.programs.load import Call, Plan
from tests.reliability.programs.serve import serve

_ROOT = Path(__file__).parents[2]


# To import the service costs more than to start it, so that is done once, and each process forks from there.
_fork = multiprocessing.get_context("forkserver")
_fork.set_forkserver_preload(["app.cli", "app.server", "tests.reliability.programs.serve"])


@dataclass(frozen=True, slots=True)
class Process:
    """A serving process."""

    process: ForkServerProcess
    port: int
    log: Path

    @property
    def pid(self) -> int:
        """Its process id, which is also the one of its group."""
        assert self.process.pid
        return self.process.pid

    def kill(self) -> None:
        """Kill the process and everything it started; nothing in it runs after this."""
        os.killpg(self.pid, signal.SIGKILL)
        self.process.join(30)

    @property
    def runs(self) -> bool:
        """Whether it is still there."""
        return self.process.is_alive()


@contextmanager
def serving(settings: Settings, *broken: str, processes: int = 1) -> Iterator[list[Process]]:
    """Run the service as its command does; with flags for `programs/serve.py`, a broken one."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        begun = [
            stack.enter_context(_begun(settings, broken, folder / f"{number}.log"))
            for number in range(processes)
        ]
        yield [_listening(*one) for one in begun]


@contextmanager
def _begun(
    settings: Settings, broken: tuple[str, ...], log: Path
) -> Iterator[tuple[ForkServerProcess, IO[str], Path]]:
    environment = {
        "WERKRELATIE_DATA_DIR": str(settings.data_dir),
        "WERKRELATIE_DATABASE_URL": settings.database_url or "",
        "WERKRELATIE_REQUESTS_PER_SECOND": "0",
        "WERKRELATIE_LOG_LEVEL": "warning",
    }
    said, says = _fork.Pipe(duplex=False)
    process = _fork.Process(target=serve, args=(broken, environment, str(log), says))
    process.start()
    says.close()
    with os.fdopen(os.dup(said.fileno())) as lines:
        said.close()
        try:
            yield process, lines, log
        finally:
            process.terminate()
            process.join(10)
            if process.is_alive():
                process.kill()
                process.join(10)
            process.close()


def _listening(process: ForkServerProcess, lines: IO[str], log: Path) -> Process:
    line = lines.readline()
    found = re.fullmatch(r"Werkrelatie listens on http://127\.0\.0\.1:(\d+)\n", line)
    assert found, f"the service did not start: {log.read_text()[-2000:]}"
    return Process(process, int(found[1]), log)


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
        return Answer(response.status, {n.lower(): v for n, v in response.getheaders()}, response.read())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

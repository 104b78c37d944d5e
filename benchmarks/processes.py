"""Start the programs that take part, each in a process of its own, and stop them in the end."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.settings import Settings

_HERE = Path(__file__).parents[1]
_SERVE = "from app.cli import main; main()"
_STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens, and what it said about itself."""

    pid: int
    port: int
    said: dict[str, Any]

    @property
    def memory(self) -> float | None:
        """Resident memory in MB (10^6 bytes); `None` where the system does not tell."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        return int(found[1]) * 1024 / 1e6 if found else None


@contextmanager
def service(settings: Settings, log: Path) -> Iterator[Server]:
    """Run the service as its command does; `log` gets its standard error."""
    with _started(["-c", _SERVE, "serve", "--port", "0"], log, _environment(settings)) as (pid, line):
        listens = re.fullmatch(r"Werkrelatie listens on http://127\.0\.0\.1:(\d+)\n", line)
        assert listens, f"the service did not start: {log.read_text()[-2000:]}"
        yield Server(pid, int(listens[1]), {})


@contextmanager
def program(name: str, log: Path, *arguments: str, settings: Settings | None = None) -> Iterator[Server]:
    """Run one of our own servers, which print a JSON object with their port."""
    environment = _environment(settings) if settings else {}
    with _started(["-m", f"benchmarks.{name}", *arguments], log, environment) as (pid, line):
        assert line, f"{name} did not start: {log.read_text()[-2000:]}"
        said = json.loads(line)
        yield Server(pid, said["port"], said)


def asked(name: str, log: Path, *arguments: str, settings: Settings) -> dict[str, Any]:
    """Run one of our own programs to its end; return the JSON object that it prints."""
    with _started(["-m", f"benchmarks.{name}", *arguments], log, _environment(settings)) as (_, line):
        assert line, f"{name} did not succeed: {log.read_text()[-2000:]}"
        return dict(json.loads(line))


def run(name: str, *arguments: str) -> None:
    """Run one of our own programs to its end."""
    subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], cwd=_HERE, check=True)


def _environment(settings: Settings) -> dict[str, str]:
    values = {
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url or "",
        "TRUST_DIR": str(settings.trust_folder),
        "REQUESTS_PER_SECOND": "0",
    }
    return {f"WERKRELATIE_{name}": value for name, value in values.items()}


@contextmanager
def _started(arguments: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Start Python with these arguments; give the process id and the first line it prints."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("WERKRELATIE_")}
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=_HERE,
            env={**others, **environment},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        assert process.stdout
        try:
            yield process.pid, process.stdout.readline()
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

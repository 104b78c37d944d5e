"""Run the application in a server, and say where it is once it listens."""

import gc
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Any

import typer
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from app.database.engine import StartRefused
from app.domain.roles import ROLE_LABELS, Role
from app.logs import set_up_logs
from app.main import start
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Demonstration:
    """How to come into the demonstration: a token for programs, and the path of a link for each role."""

    token: str
    links: dict[Role, str]


class _Server(uvicorn.Server):
    """A server that says where to look as soon as there is something to see."""

    def __init__(self, config: uvicorn.Config, demonstration: Demonstration | None) -> None:
        super().__init__(config)
        self._demonstration = demonstration

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then tell."""
        await super().startup(sockets)
        if self.started:
            _tell(self.servers[0].sockets[0], self._demonstration)


class _Servers(Multiprocess):
    """Several processes behind one address, which say where to look as soon as all of them listen."""

    def __init__(
        self, config: uvicorn.Config, bound: socket.socket, demonstration: Demonstration | None
    ) -> None:
        super().__init__(config, [bound])
        self._demonstration = demonstration

    def init_processes(self) -> None:
        """Start them, then tell."""
        super().init_processes()
        if all(process.wait_until_ready(START_SECONDS, self.should_exit) for process in self.processes):
            _tell(self.sockets[0], self._demonstration)


def _tell(listening: Any, demonstration: Demonstration | None) -> None:  # noqa: ANN401 - of either kind of server
    host, port = listening.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    typer.echo(f"Werkrelatie listens on {address}")
    if demonstration:
        links = "\n".join(
            f"  {ROLE_LABELS[role].en.capitalize():<16} {address}{path}"
            for role, path in demonstration.links.items()
        )
        typer.echo(_FIRST_CALL.format(address=address, token=demonstration.token, links=links))
    # Who waits for the address reads it from a pipe, which would keep it for itself.
    sys.stdout.flush()


_FIRST_CALL = """
The pages, open to all:          {address}/nl/

To look around in the demonstration, open one of these in a browser. Each works once, today; everybody in
it is made up.

{links}

The model, without an account:   {address}/v1/classifications/yes-yes-no
The description of the API:      {address}/v1/openapi.json

Record an assessment in the demonstration organisation (this token works for one day):

curl -i {address}/v1/assessments -H 'Authorization: Bearer {token}' \\
  -H 'Accept-Language: en' -H 'Content-Type: application/json' -d '{{
  "case": {{"reference": "2026-0042"}}, "participant": {{"reference": "mother"}},
  "concern": {{"reference": "signing"}},
  "answers": {{"problem": "yes", "help_request": "yes", "share_in_solution": "no"}}}}'

Stop with Ctrl+C.
"""


# Who asks while so many are being answered is sent away at once, with 503; waiting would only add to it.
MOST_AT_ONCE = 200


START_SECONDS = 60
MOST_ON_EMBEDDED = 4


def application() -> FastAPI:
    """Return the application in a process of its own, which knows no more than the environment."""
    settings = Settings()
    set_up_logs(settings.log_level)
    app = start(settings)
    _settle()
    return app


def _settle() -> None:
    """Let the collector of garbage leave alone what is there for good.

    Looking through all of it, again and again, takes a tenth of a second each time, in which nobody is
    answered.
    """
    gc.collect()
    gc.freeze()


def run(
    settings: Settings, host: str, port: int, demonstration: Demonstration | None, processes: int = 1
) -> None:
    """Serve until told to stop; requests under way are finished first.

    With several processes each has its own database connections and its own limits, and nothing is kept
    in one that another needs.
    """
    app = start(settings)
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": settings.trusted_proxies,
        "limit_concurrency": MOST_AT_ONCE,
        "timeout_graceful_shutdown": 20,
    }
    if processes > 1:
        database = app.state.surroundings.database
        if database.is_embedded and processes > MOST_ON_EMBEDDED:
            database.close()
            raise StartRefused(
                f"An embedded database serves at most {MOST_ON_EMBEDDED} processes: they take turns in "
                "writing. Use PostgreSQL for more."
            )
        # It was started to be refused here, with a sentence, and not in each process on its own.
        database.close()
        several = uvicorn.Config("app.server:application", factory=True, workers=processes, **options)
        with several.bind_socket() as bound:
            _Servers(several, bound, demonstration).run()
        return
    _settle()
    # After its clean end uvicorn raises the signal once more, and the process would die of it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    _Server(uvicorn.Config(app, **options), demonstration).run()

"""Run the application in a server, and say where it is once it listens."""

import signal
import socket
from dataclasses import dataclass

import typer
import uvicorn

from app.domain.roles import ROLE_LABELS, Role
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
        if not self.started:
            return
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        typer.echo(f"Werkrelatie listens on {address}")
        if self._demonstration:
            links = "\n".join(
                f"  {ROLE_LABELS[role].en.capitalize():<16} {address}{path}"
                for role, path in self._demonstration.links.items()
            )
            typer.echo(_FIRST_CALL.format(address=address, token=self._demonstration.token, links=links))


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


def run(settings: Settings, host: str, port: int, demonstration: Demonstration | None) -> None:
    """Serve until told to stop; requests under way are finished first."""
    config = uvicorn.Config(
        start(settings),
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=20,
    )
    # After its clean end uvicorn raises the signal once more, and the process would die of it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    _Server(config, demonstration).run()

"""The load: keep-alive clients that each ask, wait for the whole answer, and ask again.

A program of its own, so that it shares no interpreter with what it measures:
`python -m benchmarks.client PLAN SEEN`, two JSON files: the fields of `Plan`, and what was seen.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import cast

import uvloop

MOMENT = b"@the-moment-of-sending-in-utc--@"
"""Stands in a request for the moment it is sent; as long as such a moment, to keep the length right."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask, of whom, and for how long; times in seconds."""

    port: int
    requests: list[str]
    status: int
    clients: int
    warm_up: float
    seconds: float


@dataclass(slots=True)
class Load:
    """What all clients together have seen; times in seconds, on the clock of `perf_counter`."""

    requests: Iterator[bytes]
    status: bytes
    begin: float
    end: float
    latencies: list[float] = field(default_factory=list)
    in_time: int = 0
    failures: int = 0
    first_failure: str | None = None

    def note(self, started: float, now: float, answer: bytes) -> None:
        """Count one answer; failures count in the warm-up as well."""
        if answer[9:12] != self.status:
            self.fail(answer[:2000].decode(errors="replace"))
        if started >= self.begin:
            self.latencies.append(now - started)
        if self.begin <= now < self.end:
            self.in_time += 1

    def fail(self, why: str) -> None:
        """Count one failure."""
        self.failures += 1
        self.first_failure = self.first_failure or why


class Client(asyncio.Protocol):
    """One connection, with one request under way at any time."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._answer = b""
        self._missing = 0
        self._started = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; nothing is sent before everybody is connected."""
        self._transport = cast("asyncio.Transport", transport)

    def ask(self) -> None:
        """Send the next request, or stop when the time is over."""
        self._started = time.perf_counter()
        if self._started >= self._load.end:
            self.done.set_result(None)
            self._transport.close()
            return
        request = next(self._load.requests)
        if MOMENT in request:
            now = datetime.now(UTC).isoformat(timespec="microseconds")
            request = request.replace(MOMENT, now.encode())
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Collect one answer; when it is complete, note it and ask again."""
        self._answer += data
        if self._missing == 0:
            head = self._answer.find(b"\r\n\r\n")
            if head < 0:
                return
            length = _LENGTH.search(self._answer, 0, head)
            assert length, "an answer without a length"
            self._missing = head + 4 + int(length[1])
        if len(self._answer) >= self._missing:
            self._load.note(self._started, time.perf_counter(), self._answer)
            self._answer, self._missing = b"", 0
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it as a failure when the server hangs up; this client is then out."""
        if not self.done.done():
            self._load.fail(f"the server closed the connection: {exc}")
            self.done.set_result(None)


async def run(plan: Plan) -> Load:
    """Let all clients ask until the time is over, and wait for the last answers."""
    loop = asyncio.get_running_loop()
    requests = [request.encode() for request in plan.requests]
    load = Load(cycle(requests), str(plan.status).encode(), begin=0, end=0)
    clients = [
        (await loop.create_connection(lambda: Client(load), "127.0.0.1", plan.port))[1]
        for _ in range(plan.clients)
    ]
    load.begin = time.perf_counter() + plan.warm_up
    load.end = load.begin + plan.seconds
    for client in clients:
        client.ask()
    everybody = asyncio.gather(*(client.done for client in clients))
    await asyncio.wait_for(everybody, plan.warm_up + plan.seconds + _PATIENCE)
    return load


def main() -> None:
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    load = uvloop.run(run(plan))
    seen = {
        "rate": load.in_time / plan.seconds,
        "latencies": load.latencies,
        "failures": load.failures,
        "first_failure": load.first_failure,
    }
    Path(sys.argv[2]).write_text(json.dumps(seen))


if __name__ == "__main__":
    main()

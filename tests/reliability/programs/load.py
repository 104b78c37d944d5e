"""Clients that record, and remember what was confirmed to them: `python -m ...load PLAN`, a JSON object.

A program of its own, so that it outlives what is killed and shares no interpreter with it. It says
`ready` when everybody is connected, and at the end everything that was sent, as one JSON array. SIGTERM
makes it finish what is under way.
"""

import asyncio
import json
import re
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field

from tests.reliability.calls import recording

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)
_REPLAYED = re.compile(rb"\r\nidempotent-replayed: *true", re.IGNORECASE)
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Who sends what to whom, and until when. `stays`: who is hung up on connects again."""

    ports: list[int]
    token: str
    clients: int
    keys: list[str]
    seconds: float = 60.0
    stays: bool = False


@dataclass(slots=True)
class Call:
    """One call; times by the clock on the wall. No status: there was no answer."""

    key: str
    sent: float
    done: float = 0.0
    status: int = 0
    id: str = ""
    replayed: bool = False
    retry_after: str = ""


@dataclass(slots=True)
class Load:
    """All clients together: they take the keys in turn."""

    plan: Plan
    keys: deque[str]
    end: float = 0.0
    calls: list[Call] = field(default_factory=list)


async def one(load: Load, port: int, gate: asyncio.Event, ready: asyncio.Semaphore) -> None:
    """Send one request after another until there are no keys, no time, or nobody who answers."""
    streams = await asyncio.open_connection("127.0.0.1", port)
    ready.release()
    await gate.wait()
    while load.keys and time.time() < load.end:
        call = Call(load.keys.popleft(), time.time())
        load.calls.append(call)
        try:
            await asyncio.wait_for(ask(load.plan, call, *streams), _PATIENCE)
        except (OSError, asyncio.IncompleteReadError):
            if not load.plan.stays:
                return
            await asyncio.sleep(0.05)
            streams = await asyncio.open_connection("127.0.0.1", port)
        if call.status == 503:  # a well-behaved client waits; much shorter here, to see more
            await asyncio.sleep(0.05)
    streams[1].close()


async def ask(plan: Plan, call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send one request; it counts as answered when the whole answer is here."""
    writer.write(recording(call.key, plan.token))
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    call.done, call.status = time.time(), int(head[9:12])
    call.replayed = bool(_REPLAYED.search(head))
    if call.status == 201:
        call.id = json.loads(body)["id"]
    if retry := _RETRY.search(head):
        call.retry_after = retry[1].decode()


async def run(plan: Plan) -> list[Call]:
    load = Load(plan, deque(plan.keys))
    gate, ready = asyncio.Event(), asyncio.Semaphore(0)
    clients = [
        asyncio.create_task(one(load, plan.ports[n % len(plan.ports)], gate, ready))
        for n in range(plan.clients)
    ]
    for _ in clients:
        await asyncio.wait_for(ready.acquire(), _PATIENCE)
    load.end = time.time() + plan.seconds
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, load.keys.clear)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    gate.set()
    await asyncio.gather(*clients)
    return load.calls


def main() -> None:
    calls = asyncio.run(run(Plan(**json.loads(sys.argv[1]))))
    rows = [[getattr(call, name) for name in Call.__slots__] for call in calls]
    sys.stdout.write(json.dumps(rows) + "\n")


if __name__ == "__main__":
    main()

"""A hundred people who answer one item of a training within the same second, against ten who do.

Each has a line of their own that stays open, and sends at a moment of the second that is up to chance. So
several come at once now and then, as in a room.
"""

import asyncio
import json
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlmodel import Session

from app.database import OrganisationSession, open_database, transaction
from app.database.schema import migrate
from app.domain.roles import Role
from app.knowledge import load_knowledge
from app.models.organisations import UserKind
from app.services.organisations import Account, TokenOrder, add_user, create_organisation, create_token
from app.settings import Settings
from benchmarks import report
from benchmarks.processes import service
from benchmarks.report import Line
from benchmarks.stores import Store

FEW, MANY = 10, 100
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Seen:
    """How long answers took, in milliseconds, and how many failed."""

    took: list[float] = field(default_factory=list)
    failures: int = 0

    def __str__(self) -> str:
        p50, p99 = self.percentile(0.5), self.percentile(0.99)
        return f"p50 {p50:.1f}, p99 {p99:.1f}, slowest {max(self.took):.1f} ms of {len(self.took):,}"

    def percentile(self, part: float) -> float:
        """Return what this part of the answers took at most."""
        ordered = sorted(self.took)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def answering(store: Store, folder: Path, sessions: int) -> list[Line]:
    """Measure both by turns, each a second long, in a number of trainings."""
    store.create("training")
    token = _trainer(store.owner("training"))
    all_seen = []
    with service(store.settings("training"), folder / "log") as server:
        for number in range(sessions):
            seen = {FEW: Seen(), MANY: Seen()}
            asyncio.run(_session(server.port, token, random.Random(number), seen))
            all_seen.append(seen)
            print("  training", number + 1, *(f"  {count} in a second: {one}" for count, one in seen.items()))
    failures = sum(one.failures for seen in all_seen for one in seen.values())
    what = f"answers of a training, {store.name}"
    times = median(seen[MANY].percentile(0.99) / seen[FEW].percentile(0.99) for seen in all_seen)
    return [
        report.at_most("i", f"{what}, p99 of {MANY} in a second : of {FEW}", times, 1.5),
        report.at_most("i", f"{what}, failed", failures, 0, "{:.0f}"),
    ]


def _trainer(settings: Settings) -> str:
    """Add a trainer and return a token."""
    database, now = open_database(settings), datetime.now(UTC)
    try:
        migrate(database)
        with transaction(database, write=True) as connection:
            with Session(connection, expire_on_commit=False) as unbound:
                organisation = create_organisation(unbound, "bench", "Bench", now, demonstration=True)
                unbound.flush()
            with OrganisationSession(connection, organisation.id) as session:
                add_user(
                    session, organisation.id, Account("trainer", UserKind.PERSON, Role.TRAINER, None), now
                )
                order = TokenOrder("trainer", Role.TRAINER, 90, user="trainer")
                token = create_token(session, organisation, order, now)
                session.flush()
                return token
    finally:
        database.close()


class _Line:
    """One phone: a connection that stays open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, path: str, body: dict[str, Any], token: str = "") -> tuple[int, dict[str, Any]]:
        """Send one request and wait for the whole answer."""
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        if token:
            head += f"Authorization: Bearer {token}\r\n"
        self._writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(answer)
        assert length, answer
        return int(answer[9:12]), json.loads(await self._reader.readexactly(int(length[1])))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def _session(port: int, token: str, chance: random.Random, seen: dict[int, Seen]) -> None:
    """Go through all items of a training: ten answer one within a second, a hundred the next."""
    lines = [_Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(MANY)]
    stories = [story.id for story in load_knowledge().vignettes.values() if story.to_judge]
    status, begun = await lines[0].post("/v1/training-sessions", {"vignettes": stories}, token)
    assert status == 201, begun
    path = f"/v1/training-sessions/{begun['code']}"
    secrets = []
    for number, line in enumerate(lines):
        status, joined = await line.post(f"{path}/participants", {"nickname": f"p {number}"})
        assert status == 201, joined
        secrets.append(joined["participant"])

    async def answer(line: _Line, secret: str, item: dict[str, Any], found: Seen) -> None:
        body = {
            "participant": secret,
            "vignette": item["vignette"],
            "assessment": item["assessment"],
            "problem": "yes",
            "help_request": "maybe",
            "share_in_solution": "no",
            "relationship_type": "complainant",
        }
        await asyncio.sleep(chance.random())
        started = perf_counter()
        status, _ = await line.post(f"{path}/answers", body)
        found.took.append((perf_counter() - started) * 1000)
        found.failures += status != 201

    for number, item in enumerate(begun["items"]):
        count = (FEW, MANY)[number % 2]
        people = list(zip(lines, secrets, strict=True))[:count]
        await asyncio.gather(*(answer(line, secret, item, seen[count]) for line, secret in people))
    for line in lines:
        line.close()

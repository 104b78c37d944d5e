"""Let the service answer some requests, and take down what it does to the database meanwhile."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import mean
from typing import Any

from fastapi.testclient import TestClient

from app.domain.answers import ALL_ANSWERS
from benchmarks.replay import Recipe, Statement, recipe, taken_down
from benchmarks.workload import Target, Workload, assessment_body

_RUNS = 3

Facts = Mapping[str, Mapping[str, Any]]
"""What is known of each thread, by its id: names and values, as the driver is told them."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the service does, and answers as long as its own."""

    record: Recipe
    read: Recipe
    recorded: bytes
    classified: bytes


def take_down(client: TestClient, workload: Workload, facts: Facts) -> Taken:
    """Record in three threads, read three others, classify everything."""
    client.headers["Authorization"] = f"Bearer {workload.token}"
    classified = [_classified(client, *answers.slug.split("-")) for answers in ALL_ANSWERS]
    answers: list[bytes] = []

    def record(target: Target) -> None:
        body = assessment_body(target, random.Random(4), datetime.now(UTC).isoformat())
        answer = client.post("/v1/assessments", json=body)
        assert answer.status_code == 201, answer.text
        answers.append(answer.content)

    def read(target: Target) -> None:
        answer = client.get(f"/v1/threads/{target.thread_id}")
        assert answer.status_code == 200, answer.text

    return Taken(
        record=_watched(record, _of_different_lengths(workload.short), facts),
        read=_watched(read, workload.long[:_RUNS], facts, ids_only=True),
        recorded=b" " * len(answers[-1]),
        classified=b" " * round(mean(map(len, classified))),
    )


def _classified(client: TestClient, problem: str, help_request: str, share: str) -> bytes:
    body = {"problem": problem, "help_request": help_request, "share_in_solution": share}
    answer = client.post("/v1/classifications", json=body)
    assert answer.status_code == 200, answer.text
    return answer.content


def _watched(
    ask: Callable[[Target], None], targets: list[Target], facts: Facts, *, ids_only: bool = False
) -> Recipe:
    runs: list[list[Statement]] = []
    for target in targets:
        with taken_down() as statements:
            ask(target)
        runs.append(statements)
    known = [
        {name: value for name, value in facts[one.thread_id].items() if name.endswith("_id") or not ids_only}
        for one in targets
    ]
    return recipe(runs, known)


def _of_different_lengths(targets: list[Target]) -> list[Target]:
    """Choose threads of different lengths, so that a length cannot be taken for a constant."""
    chosen = {target.next_number: target for target in targets}
    assert len(chosen) >= _RUNS
    return list(chosen.values())[:_RUNS]

"""What the clients ask about seeded threads, and what a floor has to know to do the same work."""

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.domain.answers import ALL_ANSWERS, KNOWN_ANSWERS, Question
from benchmarks.client import MOMENT


@dataclass(frozen=True, slots=True)
class Target:
    """One seeded thread, as it stands after seeding; ids as 32 hexadecimal digits."""

    case_reference: str
    participant_reference: str
    concern_reference: str
    case_id: str
    participant_id: str
    concern_id: str
    thread_id: str
    last_assessment_id: str
    next_number: int


@dataclass(frozen=True, slots=True)
class Workload:
    """The threads of one seeded database: many short ones to write in, some long ones to read."""

    token: str
    short: list[Target]
    long: list[Target]

    def save(self, path: Path) -> None:
        """Write it down for another program."""
        path.write_text(json.dumps(asdict(self)))


def load_workload(path: Path) -> Workload:
    """Read what `Workload.save` wrote."""
    content = json.loads(path.read_text())
    return Workload(
        content["token"],
        [Target(**target) for target in content["short"]],
        [Target(**target) for target in content["long"]],
    )


def classification_requests() -> list[str]:
    """Ask for each of the 64 combinations."""
    return [
        _post("/v1/classifications", {question: answers[question] for question in Question})
        for answers in ALL_ANSWERS
    ]


def assessment_requests(workload: Workload) -> list[str]:
    """Record an assessment in each of the short threads, in a random order that is always the same."""
    rng = random.Random(2)
    targets = rng.sample(workload.short, len(workload.short))
    return [_post("/v1/assessments", assessment_body(target, rng), workload.token) for target in targets]


def assessment_body(target: Target, rng: random.Random, held_at: str = MOMENT.decode()) -> dict[str, Any]:
    """Return the example of the contract, about one thread, with answers of its own."""
    return {
        "case": {"reference": target.case_reference},
        "participant": {"reference": target.participant_reference, "role": "parent"},
        "concern": {"reference": target.concern_reference, "wording": "learning to sign ourselves"},
        "conversation": {"held_at": held_at, "referral": "voluntary"},
        "answers": {question: rng.choice(KNOWN_ANSWERS) for question in Question},
        "own_words": {"problem": "I worry about later"},
        "perspective": "practitioner",
        "judged_type": None,
        "judged_reason": None,
        "scales": {"progress": 4, "confidence": 6, "willingness": 7},
        "task_given": "observation",
        "previous_task_done": "partly",
        "change_reason": None,
        "note": None,
    }


def thread_requests(workload: Workload) -> list[str]:
    """Read each of the long threads, in a random order that is always the same."""
    targets = random.Random(3).sample(workload.long, len(workload.long))
    return [_get(f"/v1/threads/{target.thread_id}", workload.token) for target in targets]


def _get(path: str, token: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"


def _post(path: str, body: dict[str, Any], token: str | None = None) -> str:
    content = json.dumps(body)
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}"
        f"Content-Type: application/json\r\nContent-Length: {len(content.encode())}\r\n\r\n{content}"
    )

"""One harness, two volumes: a short one with every `make test`, a full one with `make torture`."""

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

TORTURE = os.environ.get("WERKRELATIE_TORTURE") == "1"
FIGURES = Path(__file__).parents[2] / ".cache" / "torture.jsonl"


def volume(short: int, full: int) -> int:
    """Say how often to try: `full` when WERKRELATIE_TORTURE=1."""
    return full if TORTURE else short


def report(key: str, what: str, engine: str, *, figure: str, passes: str, control: str = "-") -> None:
    """Write down what a test found, next to what it takes to pass. Call it after the last assert.

    `control` is what the same test finds in a build that is broken on purpose.
    """
    line = {
        "key": key,
        "what": what,
        "engine": engine,
        "figure": figure,
        "passes": passes,
        "control": control,
    }
    sys.stdout.write(f"{key} {engine}: {figure} (passes: {passes}; control: {control})\n")
    if TORTURE:
        FIGURES.parent.mkdir(exist_ok=True)
        with FIGURES.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def dice(key: str) -> random.Random:
    """Return chances that are the same on a build server, others elsewhere; the seed is printed."""
    seed: Any = os.environ.get("WERKRELATIE_SEED") or (
        key if os.environ.get("CI") and not TORTURE else random.SystemRandom().getrandbits(32)
    )
    sys.stdout.write(f"{key}: WERKRELATIE_SEED={seed}\n")
    return random.Random(str(seed))  # noqa: S311 - no secret

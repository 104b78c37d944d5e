"""Write what `make torture` found as a page: `python -m tests.reliability.report > docs/reliability.md`."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.reliability.volume import FIGURES

_HEAD = """\
# Reliability

What `make torture` found: the service is killed, raced, starved and lied to, at full volume, on real processes
and real databases. Made by that command; do not edit.

- **Date**: {date}
- **Machine**: {machine}

A control is the same test on a build that is broken on purpose, or on a database with a lock, a key or a wait
taken away. It has to find the fault there; else the test would prove nothing. `make test` runs the same tests
in small.

| | What | Engine | Found | Passes | Control |
| --- | --- | --- | --- | --- | --- |
"""


def machine() -> str:
    """Return processors, memory and system in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GiB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}"
    )


def page(figures: Path) -> str:
    """Return the whole page."""
    lines = [json.loads(line) for line in figures.read_text(encoding="utf-8").splitlines()]
    names = ("key", "what", "engine", "figure", "passes", "control")
    rows = sorted(
        ([line[name].replace("|", "/") for name in names] for line in lines),
        key=lambda row: (
            int("".join(filter(str.isdigit, row[0]))),
            row[0],
            row[2],
            row[1].startswith("control"),
            row[1],
        ),
    )
    head = _HEAD.format(date=f"{datetime.now(UTC):%Y-%m-%d}", machine=machine())
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(page(FIGURES))

"""Verify or back up a database, and say how fast that went and how much memory it took.

A program of its own, so that its memory is its own: `python -m benchmarks.proving verify`, or
`backup FILE`, on the database that the service's own settings name.
"""

import json
import sys
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from time import perf_counter

from app.cli import main as command
from app.commands.common import opened, right_now
from app.database.patience import reading_it_all
from app.services.verification import verify
from app.upkeep import organisations_of


def main() -> None:
    what, *rest = sys.argv[1:]
    said = {"rate": _rows_per_second()} if what == "verify" else _backed_up(*rest)
    # Not `ru_maxrss`: a new process takes over that of the one it was started by.
    status = Path("/proc/self/status").read_text()
    said["memory"] = int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    print(json.dumps(said))


def _rows_per_second() -> float:
    """Verify every organisation; count entries of the ledger and the rows that were held against them."""
    rows = 0
    started = perf_counter()
    with opened() as database:
        for organisation in organisations_of(database):
            with reading_it_all(database, organisation) as session:
                verdict = verify(session, [], right_now())
            assert verdict.fault is None, verdict.fault
            rows += verdict.entries + verdict.rows
    return rows / (perf_counter() - started)


def _backed_up(file: str) -> dict[str, float]:
    sys.argv = ["werkrelatie", "backup", file]
    started = perf_counter()
    with redirect_stdout(StringIO()), suppress(SystemExit):
        command()
    seconds = perf_counter() - started
    assert Path(file).exists(), "the backup failed"
    return {"seconds": seconds}


if __name__ == "__main__":
    main()

"""Measure the service against floors of the same run: `python -m benchmarks --help`."""

import argparse
import signal
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter, strftime
from timeit import repeat

from app.domain.answers import ALL_ANSWERS
from app.knowledge import load_knowledge
from benchmarks import report
from benchmarks.answering import answering
from benchmarks.comparisons import SMALL, Bench, compare
from benchmarks.pages import chart_milliseconds
from benchmarks.processes import program
from benchmarks.report import Line
from benchmarks.slices import Pace, Side, alternate
from benchmarks.stores import opened_store
from benchmarks.workload import classification_requests

FIGURES = "abcdefghij"
ENGINES = ("embedded", "postgresql")


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped then too
    started = perf_counter()
    print(f"{strftime('%Y-%m-%d %H:%M')}, {'quick' if arguments.quick else 'full'} run")
    lines = _everything(arguments)
    report.print_lines(lines)
    print(f"\n{perf_counter() - started:.0f} seconds in all")
    sys.exit(0 if all(line.met for line in lines) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 rows and short slices, for trying")
    parser.add_argument("--only", default=",".join(FIGURES), help="which figures, such as a,b")
    parser.add_argument("--engine", choices=ENGINES, help="left out: both")
    arguments = parser.parse_args()
    arguments.only = frozenset(arguments.only.split(","))
    if unknown := arguments.only - {*FIGURES}:
        parser.error(f"there is no figure {', '.join(sorted(unknown))}; choose from {', '.join(FIGURES)}")
    return arguments


def _everything(arguments: argparse.Namespace) -> list[Line]:
    lines = []
    if "e" in arguments.only:
        lines.append(report.at_most("e", "classify itself", microseconds_to_classify(), 10, "{:.2f} µs"))
    if "h" in arguments.only:
        lines.append(report.at_most("h", "chart of 60 assessments", chart_milliseconds(), 1, "{:.2f} ms"))
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        if served := arguments.only - {"e", "i"}:
            lines += _served(served, arguments, Path(name))
        if "i" in arguments.only and arguments.engine in (None, "embedded"):
            lines += _answering(arguments, Path(name) / "training")
    return lines


def _served(wanted: frozenset[str], arguments: argparse.Namespace, folder: Path) -> list[Line]:
    """Measure all that needs a server, on one engine after the other."""
    rows = SMALL if wanted == {"a"} else 20_000 if arguments.quick else 200_000
    pace = Pace(3, 1.0) if arguments.quick else Pace(6, 2.0)
    most = _most(Pace(3, 1.0), folder)
    lines = []
    for engine in [arguments.engine] if arguments.engine else ENGINES:
        place = folder / engine
        place.mkdir(mode=0o700)
        with opened_store(engine, place) as store:
            lines += compare(Bench(wanted, rows, most, pace, place), store)
        wanted -= {"a"}  # classifying needs no database, so one engine is enough
        if not wanted:
            break
    return lines


def _answering(arguments: argparse.Namespace, folder: Path) -> list[Line]:
    """Measure a room full of people who answer, on the embedded database."""
    folder.mkdir(mode=0o700)
    print("\nPOST /v1/training-sessions/{code}/answers, embedded")
    with opened_store("embedded", folder) as store:
        return answering(store, folder, sessions=1 if arguments.quick else 4)


def microseconds_to_classify() -> float:
    """Return how long `classify` takes, in microseconds: the mean over all answers, best of five."""
    classify = load_knowledge().current.classify
    rounds = 1000
    best = min(repeat(lambda: [classify(answers) for answers in ALL_ANSWERS], number=rounds, repeat=5))
    return best / rounds / len(ALL_ANSWERS) * 1e6


def _most(pace: Pace, folder: Path) -> float:
    """Measure the clients against a server that does nothing; return requests per second."""
    with program("trivial", folder / "log") as server:
        side = Side("clients alone", classification_requests(), 200, lambda: nullcontext(server.port))
        results = alternate([side], pace, folder)
    report.print_sides("What the clients can do", results)
    return results[side.name].rate


if __name__ == "__main__":
    main()

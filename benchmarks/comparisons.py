"""What is compared on one engine: the service with its floors, and a large database with a small one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks import report
from benchmarks.pages import page_milliseconds
from benchmarks.processes import Server, asked, program, service
from benchmarks.report import Line
from benchmarks.reporting import MANY, TEAM, put_into_teams, repeat_steps
from benchmarks.seeding import seed
from benchmarks.slices import Pace, Result, Side, alternate, ratio
from benchmarks.stores import Store
from benchmarks.workload import Workload, assessment_requests, classification_requests, thread_requests

SMALL = 2000
STEPS_REPEATED = 6
"""So that a full run reports over a million steps."""

_SMALL = f"service, {SMALL:,} rows"


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured (the letters of the figures), how, and where.

    `rows` are in the large database; `most` is what the clients can do at all, per second.
    """

    wanted: frozenset[str]
    rows: int
    most: float
    pace: Pace
    folder: Path


@dataclass(frozen=True, slots=True)
class Parties:
    """The servers on one engine, and what can be asked of the databases behind them."""

    bench: Bench
    store: Store
    service: Server
    floor: Server
    large: Workload
    small: Workload

    @property
    def log(self) -> Path:
        """Where standard error of all servers goes."""
        return self.bench.folder / "log"


def compare(bench: Bench, store: Store) -> list[Line]:
    """Measure everything that is wanted on one engine."""
    lines = []
    if "j" in bench.wanted:
        lines += _report(bench, store)
    if bench.wanted == {"j"}:
        return lines
    with _parties(bench, store) as parties:
        if "g" in bench.wanted:
            lines += _prove(parties)
        for measured, measure in _MEASURES:
            if measured & bench.wanted:
                lines += measure(parties)
        memory = parties.service.memory
        if "f" in bench.wanted and memory is not None:
            lines.append(report.at_most("f", f"memory, {store.name}", memory, 150, "{:.0f} MB"))
    return [line for line in lines if line.key in bench.wanted]


@contextmanager
def _parties(bench: Bench, store: Store) -> Iterator[Parties]:
    started = perf_counter()
    large = _seeded(store, "large", bench.rows, bench.folder)
    small = _seeded(store, "small", SMALL, bench.folder)
    store.copy("large", "floor")
    print(
        f"\n{store.name}: {bench.rows:,} and {SMALL:,} assessments made in {perf_counter() - started:.0f} s"
    )
    log = bench.folder / "log"
    workload = bench.folder / "workload.json"
    large.save(workload)
    with ExitStack() as stack:
        floor = stack.enter_context(program("floor", log, str(workload), settings=store.settings("floor")))
        for what in ("record", "read"):
            kinds = ", ".join(f"{number} {kind}" for kind, number in floor.said[what].items())
            print(f"  to {what}, the service executes {kinds}")
        served = stack.enter_context(service(store.settings("large"), log))
        yield Parties(bench, store, served, floor, large, small)


def _seeded(store: Store, database: str, rows: int, folder: Path) -> Workload:
    store.create(database)
    workload = seed(store.settings(database), rows, owner=store.owner(database))
    store.settle(database)
    workload.save(folder / f"{store.name}-{database}.json")
    return workload


# ---------------------------------------------------------------- the figures


def _classify(parties: Parties) -> list[Line]:
    results = _measured(
        "POST /v1/classifications", _two_sides(classification_requests(), 200, parties), parties
    )
    return _against_the_floor("a", "classify", 0.8, results)


def _record(parties: Parties) -> list[Line]:
    sides = _two_sides(assessment_requests(parties.large), 201, parties)
    if "d" in parties.bench.wanted:
        # Half the time: with every slice each of its few threads gets a few assessments longer.
        requests = assessment_requests(parties.small)
        sides.append(Side(_SMALL, requests, 201, _fresh(parties), part=0.5))
    results = _measured(f"POST /v1/assessments, {parties.store.name}", sides, parties)
    what = f"record, {parties.store.name}"
    served = results["service"]
    return [
        *_against_the_floor("b", what, 0.4, results),
        report.at_most("b", f"{what}, p99 : p50", served.p99 / served.p50, 5, "{:.1f}"),
        *_against_the_small(what, results, parties),
    ]


def _read(parties: Parties) -> list[Line]:
    sides = _two_sides(thread_requests(parties.large), 200, parties)
    with ExitStack() as stack:
        if "d" in parties.bench.wanted:
            small = stack.enter_context(service(parties.store.settings("small"), parties.log))
            sides.append(Side(_SMALL, thread_requests(parties.small), 200, _standing(small)))
        results = _measured(f"GET /v1/threads/{{id}}, {parties.store.name}", sides, parties)
    what = f"read, {parties.store.name}"
    return [*_against_the_floor("c", what, 0.4, results), *_against_the_small(what, results, parties)]


def _prove(parties: Parties) -> list[Line]:
    """Verify and back up the large database and the small one; before anything else changes them."""
    store, folder = parties.store, parties.bench.folder
    lines = []
    for what, arguments in (("verify", [[], []]), ("backup", [[str(folder / f"b{n}")] for n in range(2)])):
        if what == "backup" and store.settings("large").database_url is not None:
            continue  # a role of its own and the tools of PostgreSQL, whose memory is theirs
        small, large = (
            asked("proving", parties.log, what, *more, settings=store.settings(name))
            for name, more in zip(("small", "large"), arguments, strict=True)
        )
        if what == "verify":
            rate = report.at_least("g", f"verify, {store.name}, rows per second", large["rate"], 100_000)
            lines.append(rate)
        growth = large["memory"] - small["memory"]
        lines.append(report.at_most("g", f"{what}, {store.name}, memory grows", growth, 80, "{:.0f} MB"))
    return lines


def _report(bench: Bench, store: Store) -> list[Line]:
    """Report on teams, on a database of its own with six times as many steps as were seeded."""
    _seeded(store, "teams", bench.rows, bench.folder)
    put_into_teams(store.settings("teams"))
    steps = repeat_steps(store.owner("teams"), STEPS_REPEATED)
    store.settle("teams")
    found = {
        name: asked("reporting", bench.folder / "log", name, settings=store.settings("teams"))
        for name in (TEAM, MANY)
    }
    print(f"\nReports, {store.name}: {steps:,} steps in all")
    for name, said in found.items():
        print(f"  {name}: {said['report'] * 1000:,.0f} ms, plain SQL {said['plain'] * 1000:,.0f} ms")
    growth = found[MANY]["memory"] - found[TEAM]["memory"]
    return [
        report.at_most("j", f"report of {steps:,} steps : SQL, {store.name}", found[MANY]["ratio"], 1.2),
        report.at_most("j", f"caseload of 2,000 threads : SQL, {store.name}", found[TEAM]["ratio"], 1.5),
        report.at_most("j", f"reports, {store.name}, memory grows", growth, 80, "{:.0f} MB"),
    ]


def _pages(parties: Parties) -> list[Line]:
    """Look at each page as one visitor, with everything else at rest."""
    took = page_milliseconds(parties.service.port, parties.store.settings("large"))
    return [
        report.at_most("h", f"page: {name}, {parties.store.name}", value, 15, "{:.1f} ms")
        for name, value in took.items()
    ]


_MEASURES: list[tuple[frozenset[str], Callable[[Parties], list[Line]]]] = [
    (frozenset("a"), _classify),
    (frozenset("bdf"), _record),
    (frozenset("cdf"), _read),
    (frozenset("h"), _pages),
]


def _measured(title: str, sides: list[Side], parties: Parties) -> dict[str, Result]:
    results = alternate(sides, parties.bench.pace, parties.bench.folder)
    report.print_sides(title, results, parties.bench.most)
    return results


def _against_the_floor(key: str, what: str, limit: float, results: Mapping[str, Result]) -> list[Line]:
    failures = sum(result.failures for result in results.values())
    return [
        report.at_least(key, f"{what}, service : floor", ratio(results["service"], results["floor"]), limit),
        report.at_most(key, f"{what}, failed requests", failures, 0, "{:.0f}"),
    ]


def _against_the_small(what: str, results: Mapping[str, Result], parties: Parties) -> list[Line]:
    if _SMALL not in results:
        return []
    rows = f"{parties.bench.rows:,} against {SMALL:,}"
    slower = ratio(results[_SMALL], results["service"])
    return [report.at_most("d", f"{what}, times slower with {rows}", slower, 1.3)]


# ---------------------------------------------------------------- the sides


def _two_sides(requests: list[str], status: int, parties: Parties) -> list[Side]:
    return [
        Side("service", requests, status, _standing(parties.service)),
        Side("floor", requests, status, _standing(parties.floor)),
    ]


def _standing(server: Server) -> Callable[[], AbstractContextManager[int]]:
    return lambda: nullcontext(server.port)


def _fresh(parties: Parties) -> Callable[[], AbstractContextManager[int]]:
    """Give every slice a small database as it was seeded: it would not stay small."""

    @contextmanager
    def opened() -> Iterator[int]:
        parties.store.copy("small", "fresh")
        with service(parties.store.settings("fresh"), parties.log) as server:
            yield server.port

    return opened

"""R3: a proxy for a power cut. What is confirmed has been forced to the disk first, for every single call."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.reliability.processes import send_all, serving
from tests.reliability.programs.load import Call, Plan
from tests.reliability.sites import Site
from tests.reliability.volume import report, volume

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)


@contextmanager
def traced(pid: int, file: Path) -> Iterator[None]:
    """Write down when a process and its children force something to the disk."""
    strace = subprocess.Popen(
        ["strace", "-f", "-ttt", "-e", "trace=fsync,fdatasync", "-o", str(file), "-p", str(pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    with strace:
        try:
            assert strace.stderr
            line = strace.stderr.readline()
            assert "attached" in line, line
            yield
        finally:
            strace.terminate()


def moments(file: Path) -> list[float]:
    """Return when something was forced to the disk, successfully."""
    lines = (line.split() for line in file.read_text().splitlines())
    return [float(line[1]) for line in lines if "sync" in line[2] and "exited" not in line]


def forced(calls: list[Call], syncs: list[float]) -> int:
    """Count the calls during which something was forced to the disk. They come one after another."""
    return sum(any(call.sent <= moment <= call.done for moment in syncs) for call in calls)


def recorded_one_by_one(site: Site, file: Path, count: int, *broken: str) -> list[Call]:
    """Record one after another, in a process that is traced."""
    with serving(site.settings, *broken) as (process,):
        send_all(Plan([process.port], site.token, 1, [f"warming-{file.name}"]))
        with traced(process.pid, file):
            # strace says so of the first thread, and needs a moment for the others.
            time.sleep(0.2)
            keys = [f"power-cut-{file.name}-{n}" for n in range(count)]
            calls = send_all(Plan([process.port], site.token, 1, keys))
            time.sleep(0.2)
    assert [call.status for call in calls] == [201] * count
    return calls


def test_every_confirmed_record_was_forced_to_the_disk(embedded_site: Site, tmp_path: Path) -> None:
    count = volume(100, 1000)
    syncs, none = tmp_path / "full", tmp_path / "normal"
    calls = recorded_one_by_one(embedded_site, syncs, count)
    assert forced(calls, moments(syncs)) == count
    # Few: after a thousand pages SQLite tidies up, and waits for the disk in this mode too.
    calls = recorded_one_by_one(embedded_site, none, 12, "--synchronous", "NORMAL")
    assert forced(calls, moments(none)) == 0
    report(
        "R3",
        "fsync or fdatasync before each confirmation",
        embedded_site.engine,
        figure=f"{count} of {count} calls, {len(moments(syncs))} syncs",
        passes="at least 1 for each call",
        control=f"synchronous=NORMAL: {len(moments(none))} in {len(calls)} calls",
    )


@pytest.mark.parametrize("wait", ["on", pytest.param("off", marks=pytest.mark.torture)])
def test_postgresql_forces_every_confirmed_record_to_the_disk(
    cluster_site: Site, tmp_path: Path, wait: str
) -> None:
    count = volume(100, 1000) if wait == "on" else 30
    name = cluster_site.keeper.database_url.rpartition("/")[2].partition("?")[0]  # type: ignore[union-attr]  # a site on a server has one
    # The tests run with `off`, and this is stronger than what holds for the role everywhere.
    cluster_site.execute(f"ALTER ROLE app_rw IN DATABASE {name} SET synchronous_commit = {wait}")
    with cluster_site.opened() as database, database.reader.connect() as connection:
        folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
    postmaster = int((Path(folder) / "postmaster.pid").read_text().split()[0])
    syncs = tmp_path / wait
    # Backends are started after this, and traced; the writer of the log, which syncs too, is not.
    with traced(postmaster, syncs), serving(cluster_site.settings) as (process,):
        keys = [f"power-cut-{n}" for n in range(count)]
        calls = send_all(Plan([process.port], cluster_site.token, 1, keys))
        time.sleep(0.2)
    assert [call.status for call in calls] == [201] * count
    assert forced(calls, moments(syncs)) == (count if wait == "on" else 0)
    report(
        "R3",
        f"{'' if wait == 'on' else 'control: '}fsync or fdatasync with synchronous_commit={wait}",
        cluster_site.engine,
        figure=f"{forced(calls, moments(syncs))} of {count} calls, {len(moments(syncs))} syncs",
        passes="at least 1 for each call" if wait == "on" else "0",
    )

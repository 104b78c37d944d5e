"""R1 and R2: the service or its database is killed under load. What was confirmed is there, once."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest

from tests.reliability.cluster import Cluster
from tests.reliability.processes import Clients, Process, send_all, serving
from tests.reliability.programs.load import Call, Plan
from tests.reliability.sites import Site, lost, stock_of
from tests.reliability.volume import dice, report, volume

CLIENTS = 8
PASSES = "lost 0, doubled 0"
Kill = Callable[[list[Process]], None]


def some_keys(count: int) -> list[str]:
    return [f"k{uuid4().hex[:6]}-{n}" for n in range(count)]


def interrupted(site: Site, processes: list[Process], seconds: float, kill: Kill) -> list[Call]:
    """Let clients record until something is killed; return what they sent."""
    plan = Plan([process.port for process in processes], site.token, CLIENTS, some_keys(5000))
    with Clients(plan) as clients:
        time.sleep(seconds)
        kill(processes)
        return clients.calls()


def kill_all(processes: list[Process]) -> None:
    for process in processes:
        process.kill()


def started(site: Site, *broken: str) -> AbstractContextManager[list[Process]]:
    return serving(site.settings, *broken, processes=1 if site.engine == "embedded" else 2)


def sent_again(site: Site, processes: list[Process], calls: list[Call]) -> list[Call]:
    """Send again what was not confirmed, with the same keys; return these calls."""
    unsure = [call.key for call in calls if call.status != 201]
    plan = Plan([process.port for process in processes], site.token, 2, unsure)
    return send_all(plan) if unsure else []


def test_the_service_is_killed(site: Site) -> None:
    rounds, chances = volume(2, 60), dice("R1")
    calls: list[Call] = []
    again: list[Call] = []
    unsure: list[Call] = []
    for round_ in range(rounds + 1):
        with started(site) as processes:
            again += sent_again(site, processes, unsure)
            if round_ < rounds:
                unsure = interrupted(site, processes, chances.uniform(0.3, 1), kill_all)
                calls += unsure
    assert {call.status for call in calls} <= {0, 201}
    assert {call.status for call in again} == {201}
    stock = stock_of(site)
    assert lost(stock, [*calls, *again]) == []
    assert stock.effects == dict.fromkeys((call.key for call in calls), 1)
    confirmed = sum(call.status == 201 for call in calls)
    assert confirmed >= rounds
    report(
        "R1",
        "SIGKILL of the service under load",
        site.engine,
        figure=f"{rounds} kills: {confirmed} confirmed, lost 0; {len(again)} sent again, doubled 0",
        passes=PASSES,
        control="commit after the answer loses some, see below",
    )


def test_the_service_is_killed_control_commit_after_the_answer(embedded_site: Site) -> None:
    site, missing, confirmed, rounds = embedded_site, 0, 0, 0
    chances = dice("R1 control")
    while rounds < volume(1, 12) or (not missing and rounds < 12):
        rounds += 1
        with started(site, "--commit-late", "0.06") as processes:
            calls = interrupted(site, processes, chances.uniform(0.3, 1), kill_all)
        confirmed += sum(call.status == 201 for call in calls)
        missing += len(lost(stock_of(site), calls))
    assert missing
    report(
        "R1",
        "control: the same, built to commit 60 ms after the answer",
        site.engine,
        figure=f"{rounds} kills: {confirmed} confirmed, lost {missing}",
        passes="lost at least 1",
    )


# ---------------------------------------------------------------- the database


def killed_with_its_database(site: Site, cluster: Cluster, rounds: int, key: str) -> tuple[list[Call], float]:
    """Kill the database server under load, round after round; return all calls and the slowest recovery."""
    chances, calls, slowest = dice(key), list[Call](), 0.0
    with started(site) as processes:
        for _ in range(rounds):
            plan = Plan([process.port for process in processes], site.token, CLIENTS, some_keys(5000))
            with Clients(plan) as clients:
                time.sleep(chances.uniform(0.3, 1))
                cluster.kill()
                clients.stop()
                calls += clients.calls()
            slowest = max(slowest, cluster.recover())
        calls += sent_again(site, processes, calls)
    return calls, slowest


def test_postgresql_is_killed(cluster_site: Site, cluster: Cluster) -> None:
    rounds = volume(1, 20)
    calls, slowest = killed_with_its_database(cluster_site, cluster, rounds, "R2")
    assert {call.status for call in calls} <= {201, 503}
    assert all(call.retry_after for call in calls if call.status == 503)
    stock = stock_of(cluster_site)
    assert lost(stock, calls) == []
    assert stock.effects == dict.fromkeys((call.key for call in calls), 1)
    confirmed = sum(call.status == 201 for call in calls)
    assert confirmed >= rounds
    report(
        "R2",
        "SIGKILL of PostgreSQL and all its children under load",
        cluster_site.engine,
        figure=f"{rounds} kills: {confirmed} confirmed, lost 0; slowest recovery {slowest:.1f} s",
        passes=PASSES,
        control="synchronous_commit=off loses some, see below",
    )


@pytest.mark.torture
def test_postgresql_is_killed_control_synchronous_commit_off(cluster_site: Site, cluster: Cluster) -> None:
    site, missing, confirmed, rounds = cluster_site, 0, 0, 0
    site.execute("ALTER ROLE app_rw SET synchronous_commit = off")
    try:
        while rounds < 8 or (not missing and rounds < 40):
            rounds += 1
            with started(site) as processes:
                plan = Plan([process.port for process in processes], site.token, CLIENTS, some_keys(5000))
                with Clients(plan) as clients:
                    time.sleep(0.8)
                    cluster.kill()
                    clients.stop()
                    calls = clients.calls()
            cluster.recover()
            confirmed += sum(call.status == 201 for call in calls)
            missing += len(lost(stock_of(site), calls))
    finally:
        site.execute("ALTER ROLE app_rw RESET synchronous_commit")
    assert missing
    report(
        "R2",
        "control: the same with synchronous_commit=off",
        site.engine,
        figure=f"{rounds} kills: {confirmed} confirmed, lost {missing}",
        passes="lost at least 1",
    )

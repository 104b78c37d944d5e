"""R5: PostgreSQL is restarted under load. Nothing is lost, and who is refused is asked to come back."""

import time
from uuid import uuid4

import pytest

from tests.reliability.cluster import Cluster
from tests.reliability.processes import Clients, serving
from tests.reliability.programs.load import Call, Plan
from tests.reliability.sites import Site, lost, stock_of
from tests.reliability.volume import report, volume

LONGEST_AWAY = 5.0


def restarted_under_load(site: Site, cluster: Cluster, mode: str, port: int) -> tuple[list[Call], float]:
    """Restart the database while clients record; return their calls, and when it answered again."""
    keys = [f"k{uuid4().hex[:6]}-{n}" for n in range(5000)]
    with Clients(Plan([port], site.token, 8, keys, stays=True)) as clients:
        time.sleep(0.7)
        cluster.control("-m", mode, "restart")
        cluster.answers()
        answered = time.time()
        time.sleep(1)
        clients.stop()
        return clients.calls(), answered


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_postgresql_is_restarted(cluster_site: Site, cluster: Cluster, mode: str) -> None:
    site, rounds, calls, slowest = cluster_site, volume(1, 3), list[Call](), 0.0
    with serving(site.settings) as (process,):
        for _ in range(rounds):
            found, answered = restarted_under_load(site, cluster, mode, process.port)
            after = [call.done for call in found if call.status == 201 and call.sent >= answered]
            assert after, "nothing was recorded any more"
            slowest = max(slowest, min(after) - answered)
            calls += found
    refused = [call for call in calls if call.status != 201]
    assert {call.status for call in refused} <= {503}
    assert all(call.retry_after for call in refused)
    assert slowest < LONGEST_AWAY
    stock = stock_of(site)
    assert lost(stock, calls) == []
    assert max(stock.effects.values()) == 1
    confirmed = len(calls) - len(refused)
    report(
        "R5",
        f"{mode} restart of PostgreSQL under load",
        site.engine,
        figure=f"{rounds} restarts: {confirmed} confirmed, lost 0; {len(refused)} refused, all with 503 and "
        f"Retry-After; records again after {slowest:.2f} s at most",
        passes=f"lost 0, only 503, back within {LONGEST_AWAY:.0f} s",
    )

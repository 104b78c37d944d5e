"""R6c and R6d: many writers in one organisation. The chain has no gap, and everybody gets a turn."""

from collections import Counter

import pytest

from tests.reliability.processes import send_all, serving
from tests.reliability.programs.load import Plan
from tests.reliability.sites import Site, lost, stock_of
from tests.reliability.volume import report, volume


def test_eight_writers_make_one_chain(site: Site, ports: list[int]) -> None:
    count = volume(200, 2000)
    calls = send_all(Plan(ports, site.token, 8, [f"chain-{n:04}" for n in range(count)]))
    assert Counter(call.status for call in calls) == {201: count}
    # It also follows the chain: seq 1, 2, 3 ... without a gap or a double.
    stock = stock_of(site)
    assert lost(stock, calls) == []
    assert len(stock.keys) == count
    report(
        "R6c",
        "8 writers in one organisation",
        site.engine,
        figure=f"{count} recorded, {stock.entries.total()} entries from seq 1 without gap or double",
        passes="no gap, no double, no refusal",
        control="without FOR UPDATE: refusals, see below" if site.engine == "postgresql" else "-",
    )


def test_eight_writers_control_without_for_update(server_site: Site) -> None:
    count = 60
    with serving(server_site.settings, "--no-lock", "ledger_head") as (process,):
        plan = Plan([process.port], server_site.token, 8, [f"chain-{n:04}" for n in range(count)])
        calls = send_all(plan)
    failed = sum(call.status != 201 for call in calls)
    assert failed
    report(
        "R6c",
        "control: the same without FOR UPDATE on the end of the chain",
        server_site.engine,
        figure=f"{failed} of {count} failed on the key of the ledger",
        passes="at least 1",
    )


@pytest.mark.parametrize("clients", [60])
def test_sixty_writers_all_get_their_turn(site: Site, clients: int) -> None:
    count = volume(120, 1000)
    with serving(site.settings) as (process,):
        plan = Plan([process.port], site.token, clients, [f"turn-{n:04}" for n in range(count)])
        calls = send_all(plan)
    assert Counter(call.status for call in calls) == {201: count}
    times = sorted(call.done - call.sent for call in calls)
    p99 = times[int(len(times) * 0.99)]
    report(
        "R6d",
        f"{clients} writers on one process",
        site.engine,
        figure=f"{count} calls, 0 refused; median {times[count // 2]:.2f} s, p99 {p99:.2f} s",
        passes="0 with 5xx",
    )

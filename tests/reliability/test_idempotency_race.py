"""R6a: the same call, many times at once, over several processes. It happens once, and all get one answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.reliability.calls import body_of
from tests.reliability.processes import Answer, Caller, serving
from tests.reliability.sites import Site, stock_of
from tests.reliability.volume import report, volume

THREADS = 10


def race(site: Site, ports: list[int], keys: list[str], threads: int = THREADS) -> dict[str, list[Answer]]:
    """Send every key from all threads in the same moment, to all processes in turn."""
    gate = threading.Barrier(threads)
    found: dict[str, list[Answer]] = {key: [] for key in keys}

    def run(number: int) -> None:
        with Caller(ports[number % len(ports)], site.token) as caller:
            for key in keys:
                gate.wait(30)
                found[key].append(caller("POST", "/v1/assessments", body_of(key), Idempotency_Key=key))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(threads)))
    return found


def test_the_same_key_from_everywhere_has_one_effect(site: Site, ports: list[int]) -> None:
    keys = [f"race-{uuid4().hex[:4]}-{n}" for n in range(volume(20, 1000))]
    found = race(site, ports, keys)
    for answers in found.values():
        assert [answer.status for answer in answers] == [201] * THREADS
        assert len({answer.body for answer in answers}) == 1
        assert len({(answer.headers["location"], answer.headers["etag"]) for answer in answers}) == 1
        replayed = sorted(answer.headers.get("idempotent-replayed", "") for answer in answers)
        assert replayed == ["", *["true"] * (THREADS - 1)]
    stock = stock_of(site)
    assert stock.effects == dict.fromkeys(keys, 1)
    # Who got the answer again saw it too.
    assert len([id_ for id_ in stock.keys if stock.entries[id_] == 1]) == len(keys)
    report(
        "R6a",
        f"{THREADS} times the same key at once",
        site.engine,
        figure=f"{len(keys)} keys, {len(keys) * THREADS} calls, {len(stock.keys)} effects; all bodies equal",
        passes="1 effect for each key",
        control="the unique key dropped: doubles, see below" if site.engine == "postgresql" else "-",
    )


def test_the_same_key_control_without_the_unique_key(server_site: Site) -> None:
    keys = [f"race-{uuid4().hex[:4]}-{n}" for n in range(6)]
    with serving(server_site.settings) as (process,):
        server_site.execute("ALTER TABLE idempotency_key DROP CONSTRAINT pk_idempotency_key")
        race(server_site, [process.port], keys, 4)
    effects = stock_of(server_site).effects
    doubled = sum(effects[key] > 1 for key in keys)
    assert doubled
    report(
        "R6a",
        "control: the same without the unique key",
        server_site.engine,
        figure=f"{doubled} of {len(keys)} keys had more than one effect",
        passes="at least 1",
    )

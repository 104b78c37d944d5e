"""R15: what nobody should send, by raw socket to the running server. No fault, nothing kept, no echo."""

import re
import socket
from collections import Counter
from typing import Any

import psutil
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.reliability.bad_input import CANARY, Bad, bad_requests
from tests.reliability.processes import Caller, serving
from tests.reliability.sites import Site, stock_of
from tests.reliability.volume import dice, report, volume

_STATUS = re.compile(rb"^HTTP/1\.1 (\d{3})")
_MOST_GROWTH = 50e6
_SHORT = 0.25


def answer_to(port: int, bad: Bad) -> bytes:
    """Send everything and read until the server closes, or waits for what a lie announced."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(20 if bad.is_http else _SHORT)
        try:
            connection.sendall(bad.sent)
            while piece := connection.recv(65536):
                answer += piece
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass  # it waits for more, or had heard enough
    return answer


def test_bad_requests_are_refused_and_leave_nothing(embedded_site: Site) -> None:
    site, count = embedded_site, volume(300, 10_000)
    statuses: Counter[str] = Counter()
    with serving(site.settings) as (process,):
        with Caller(process.port, site.token) as caller:
            assert caller("GET", "/v1/cases").json()["items"] == []
        before = psutil.Process(process.pid).memory_info().rss
        for bad in bad_requests(site.token, dice("R15"), count):
            answer = answer_to(process.port, bad)
            found = _STATUS.match(answer)
            status = int(found[1]) if found else 0
            told = (bad.kind, status, bad.sent[:3000], answer[:600])
            assert status < 500, told
            assert not 200 <= status < 300, told
            assert CANARY.encode() not in answer, told
            if bad.is_http:
                assert status >= 400, told
                assert b"\r\ncontent-type: application/problem+json" in answer.lower(), told
            statuses[str(status or "none")] += 1
        grown = psutil.Process(process.pid).memory_info().rss - before
        # On a new connection: the service does not keep one open that is idle for so long.
        with Caller(process.port, site.token) as caller:
            assert caller("GET", "/v1/cases").json()["items"] == []
        # A fault whose answer nobody could read would stand there.
        assert '"fault"' not in process.log.read_text()
    assert not stock_of(site).keys
    assert grown < _MOST_GROWTH
    report(
        "R15",
        "bad requests by raw socket",
        site.engine,
        figure=f"{count} requests: {', '.join(f'{n} x {one}' for one, n in sorted(statuses.items()))}; "
        f"0 accepted, 0 echoes; memory +{grown / 1e6:.0f} MB",
        passes="0 with 5xx, 0 accepted, 0 echoes, at most +50 MB",
    )


def test_bad_requests_control_a_bare_application_takes_some_and_breaks() -> None:
    bare = FastAPI()

    @bare.post("/")
    def take(body: dict[str, Any]) -> dict[str, Any]:
        return body

    client = TestClient(bare, raise_server_exceptions=False)
    bodies = (b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\ud800"}')
    answers = [
        client.post("/", content=body, headers={"Content-Type": "application/json"}) for body in bodies
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 200, 500], "it takes what is no number, and breaks on half a character"
    report(
        "R15",
        "control: three of them to a bare application",
        "-",
        figure="2 accepted, 1 x 500",
        passes="at least 1 accepted, 1 with 5xx",
    )

"""The service answers to its own names, and to nobody who was led here by another."""

from collections.abc import Collection
from functools import cache
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from app import server
from app.main import create_app
from app.settings import LOCAL_HOSTS, Settings


@cache
def application(*hosts: str) -> FastAPI:
    """The application without a database, made once for the same names."""
    return create_app(hosts)


def ask(hosts: Collection[str], host: str | None, path: str = "/health/live") -> Any:
    app = application(*hosts)
    client = TestClient(app, base_url="http://localhost", headers={"Accept-Language": "en"})
    headers = {} if host is None else {"Host": host}
    return client.get(path, headers=headers)


@pytest.mark.parametrize(
    ("hosts", "host"),
    [
        (LOCAL_HOSTS, "localhost"),
        (LOCAL_HOSTS, "LocalHost:8000"),
        (LOCAL_HOSTS, "localhost.:8000"),
        (LOCAL_HOSTS, "127.0.0.1:8000"),
        (LOCAL_HOSTS, "[::1]:8000"),
        (["Werkrelatie.example.org"], "werkrelatie.example.org"),
        ([".example.org"], "werkrelatie.example.org"),
        ([".example.org"], "a.b.example.org:443"),
        (["*"], "anything.test"),
    ],
)
def test_its_own_names_are_answered(hosts: list[str], host: str) -> None:
    assert ask(hosts, host).status_code == 200


@pytest.mark.parametrize("path", ["/health/live", "/v1/schema", "/v1/cases", "/nothing"])
@pytest.mark.parametrize(
    ("hosts", "host"),
    [
        (LOCAL_HOSTS, "evil.test"),
        (LOCAL_HOSTS, "localhost.evil.test"),
        (LOCAL_HOSTS, "evil-localhost"),
        (LOCAL_HOSTS, "localhost@evil.test"),
        (LOCAL_HOSTS, "localhost/evil"),
        (LOCAL_HOSTS, "localhost:80:80"),
        (LOCAL_HOSTS, "[::2]"),
        (LOCAL_HOSTS, ""),
        ([".example.org"], "example.org"),
        ([".example.org"], "badexample.org"),
        ([".example.org"], "example.org.evil.test"),
    ],
)
def test_other_names_are_refused_before_anything_else(hosts: list[str], host: str, path: str) -> None:
    response = ask(hosts, host, path)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json() == {
        "type": "urn:problem-type:werkrelatie:unknown-host",
        "title": "Unknown host name",
        "status": 400,
        "detail": (
            "This service does not go by this name. The administrator can add the name to WERKRELATIE_HOSTS."
        ),
        "instance": response.headers["X-Request-Id"],
    }


@pytest.mark.parametrize("names", [[], [b"localhost", b"evil.test"], [b"localhost", b"localhost"]])
def test_a_request_has_one_host(names: list[bytes]) -> None:
    client = TestClient(_WithHosts(application(*LOCAL_HOSTS), names), base_url="http://localhost")
    assert client.get("/health/live").status_code == 400


class _WithHosts:
    """An application that is sent these `Host` headers, whatever the client says."""

    def __init__(self, app: FastAPI, names: list[bytes]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [pair for pair in scope["headers"] if pair[0] != b"host"]
        await self._app({**scope, "headers": [*headers, *((b"host", n) for n in self._names)]}, receive, send)


def test_names_come_from_the_settings() -> None:
    assert Settings().host_names == LOCAL_HOSTS
    assert Settings(hosts="a.example.org, .b.example.org").host_names == ("a.example.org", ".b.example.org")


@pytest.mark.parametrize("path", ["/health/live", "/v1/schema", "/v1/cases", "/v1/openapi.json"])
def test_trace_is_refused(path: str) -> None:
    client = TestClient(application(*LOCAL_HOSTS), base_url="http://localhost")
    response = client.request("TRACE", path, headers={"X-Secret": "Kanarie"})
    assert response.status_code == 405
    assert "Kanarie" not in response.text


def test_the_server_believes_only_the_proxies_that_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    class Stop(Exception):
        pass

    def config(*_: Any, **options: Any) -> uvicorn.Config:
        seen.update(options)
        raise Stop

    monkeypatch.setattr(uvicorn, "Config", config)
    monkeypatch.setattr(server, "start", lambda _: FastAPI())
    with pytest.raises(Stop):
        server.run(Settings(trusted_proxies="10.0.0.0/8"), "127.0.0.1", 0, None)
    assert (seen["proxy_headers"], seen["forwarded_allow_ips"]) == (True, "10.0.0.0/8")
    assert seen["limit_concurrency"] == 200

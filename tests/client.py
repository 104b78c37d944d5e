"""A client that calls the application in this process, and waits once for each answer."""

from typing import Any, ClassVar

import httpx2
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send


class Client(httpx2.Client):
    """As Starlette's client, for answers that are read whole.

    That one goes back and forth seven times between its thread and the event loop for each request, which
    takes longer than the service does. A fault of the application is an answer with status 500.
    """

    portal: ClassVar[BlockingPortal]
    """The way to the event loop that all callers share."""

    def __init__(self, app: FastAPI, **options: Any) -> None:
        self.app = app
        self._inside = _inside(app)
        headers = {"User-Agent": "testclient", **options.pop("headers", {})}
        chosen = {"base_url": "http://localhost", "follow_redirects": True, **options}
        super().__init__(transport=_AtOnce(self._inside), headers=headers, **chosen)

    def call_from(self, network: str) -> None:
        """Call from this address from now on."""
        self._inside.client = (network, 50_000)


def _inside(app: FastAPI) -> httpx2.ASGITransport:
    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await app({"state": {}, **scope}, receive, send)

    return httpx2.ASGITransport(with_state, raise_app_exceptions=False, client=("testclient", 50_000))


class _AtOnce(httpx2.BaseTransport):
    def __init__(self, inside: httpx2.ASGITransport) -> None:
        self._inside = inside

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()  # what comes in pieces, in one
        return Client.portal.call(self._ask, request)

    async def _ask(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._inside.handle_async_request(request)
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        # As it came over the line: it is unpacked once.
        packed = httpx2.ByteStream(b"".join([piece async for piece in answer.stream]))
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=packed)

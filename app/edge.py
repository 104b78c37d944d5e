"""What surrounds every answer: an id, safe headers, one line in the log, and no fault that leaks."""

import re
import time
from collections.abc import Collection
from typing import Any

import structlog
import uuid_utils
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.identifiers import holds_bsn
from app.problems import Refuse, Unexpected, problem_response
from app.wire import UnknownHost

API_VERSION = "1.0.0"

# A name or an address, and a port that says nothing.
_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")
_ALWAYS = (
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b""),
)
_FOR_PROGRAMS = (
    (b"api-version", API_VERSION.encode()),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
# Everything comes from here, and nothing is written into the page itself.
_PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "font", "connect")),
        "img-src 'self' data:",
        "form-action 'self'",
        *(f"{kind} 'none'" for kind in ("base-uri", "frame-ancestors", "object-src")),
    )
)
_FOR_PEOPLE = (
    (b"content-security-policy", _PAGE_POLICY.encode()),
    # With `no-referrer` a browser would send `Origin: null` along with our own forms.
    (b"referrer-policy", b"same-origin"),
)
_NO_STORE = (b"cache-control", b"no-store")

log = structlog.get_logger()


class Edge:
    """The outermost layer of the application, in plain ASGI."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], refuse: Refuse = problem_response) -> None:
        self._app = app
        self._refuse = refuse
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                headers = message.setdefault("headers", [])
                headers.append((b"x-request-id", request_id.encode()))
                headers.extend(_ALWAYS)
                headers.extend(_FOR_PEOPLE if scope["state"].get("page") else _FOR_PROGRAMS)
                if language := scope["state"].get("language"):
                    headers.append((b"content-language", language.encode()))
                    headers.append((b"vary", b"Accept-Language"))
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(_NO_STORE)
            await send(message)

        try:
            if not self._is_ours(scope):
                await problem_response(Request(scope), UnknownHost())(scope, receive, send_safely)
                return
            await self._app(scope, receive, send_safely)
        except ClientDisconnect:
            pass  # no fault of ours, and nobody is left to answer
        except Exception as error:
            # The message of an error may hold what was sent; its kind and place do not.
            log.exception("fault", request_id=request_id, kind=type(error).__name__)
            if status:
                raise
            await self._refuse(Request(scope), Unexpected())(scope, receive, send_safely)
        finally:
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                operation=_operation(scope),
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )

    def _is_ours(self, scope: Scope) -> bool:
        """Tell whether the one `Host` of a request is a name of ours, or below one such as `.example.org`."""
        if "*" in self._hosts:
            return True
        found = [_HOST.fullmatch(value.lower()) for name, value in scope["headers"] if name == b"host"]
        if len(found) != 1 or found[0] is None:
            return False
        host = found[0][1].decode()
        parents = (host[place:] for place, sign in enumerate(host) if sign == ".")
        return host in self._hosts or any(parent in self._hosts for parent in parents)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        # It stands in the log, so it must not be somebody's number.
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value) and not holds_bsn(value.decode()):
            return str(value.decode())
    return uuid_utils.uuid7().hex


def _operation(scope: Scope) -> str | None:
    """Return the name of the operation: an address itself can hold a reference."""
    route: Any = scope.get("route")
    return route.name if isinstance(route, APIRoute) else None

"""What the clients send. The standard library only: a program that calls starts at once."""

import json
from typing import Any


def body_of(key: str) -> dict[str, Any]:
    """Return an assessment that only this key makes: its concern is named after the key."""
    return {
        "case": {"reference": f"case-{sum(key.encode()) % 7}"},
        "participant": {"reference": "mother"},
        "concern": {"reference": key},
        "answers": {"problem": "yes", "help_request": "maybe", "share_in_solution": "no"},
    }


def request(
    method: str, path: str, token: str, body: Any = None, headers: dict[str, str] | None = None
) -> bytes:
    """Write out a request, for a connection that stays open."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = {
        "Host": "localhost",
        "Authorization": f"Bearer {token}",
        "Accept-Language": "en",
        "Content-Length": str(len(content)),
        **({"Content-Type": "application/json"} if content else {}),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


def recording(key: str, token: str) -> bytes:
    """Write out the request that records the assessment of a key, once."""
    return request("POST", "/v1/assessments", token, body_of(key), {"Idempotency-Key": key})

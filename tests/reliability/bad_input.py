"""Requests nobody should send, for a raw socket: broken JSON, broken text, broken HTTP."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.reliability.calls import body_of

CANARY = "kanarie4711"
DEADLY = [
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\\u0000",
    b"\\uffff",
    b"\xe2\x80\xae",
]
PATHS = ("/v1/assessments", "/v1/cases", "/v1/classifications")


@dataclass(frozen=True, slots=True)
class Bad:
    """A request that is wrong. `is_http`: the application has to answer it with a problem document."""

    kind: str
    sent: bytes
    is_http: bool = True


def bad_requests(token: str, chances: random.Random, count: int) -> Iterator[Bad]:
    """Yield so many bad requests, every kind in turn."""
    for number in range(count):
        kind, make = list(_KINDS.items())[number % len(_KINDS)]
        yield make(kind, token, chances)


def _request(token: str, body: bytes, path: str = PATHS[0], *lines: bytes, length: bool = True) -> bytes:
    head = [
        f"POST {path} HTTP/1.1".encode(),
        b"Host: localhost",
        f"Authorization: Bearer {token}".encode(),
        b"Connection: close",
        *([b"Content-Length: %d" % len(body)] if length else []),
        *([] if any(b"Content-Type" in line for line in lines) else [b"Content-Type: application/json"]),
        *lines,
    ]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def _good(chances: random.Random) -> bytes:
    body = body_of(f"{CANARY}-{chances.getrandbits(30)}") | {"note": f"{CANARY} note"}
    return json.dumps(body).encode()


def _body(make: Callable[[bytes, random.Random], bytes]) -> Callable[[str, str, random.Random], Bad]:
    """Make a kind of bad request out of a way to spoil a good body."""

    def bad(kind: str, token: str, chances: random.Random) -> Bad:
        return Bad(kind, _request(token, make(_good(chances), chances)))

    return bad


def _wrong_value(body: bytes, chances: random.Random) -> bytes:
    content = json.loads(body)
    wrong: Any = chances.choice(
        [None, 1, -1.5, True, [], {}, [CANARY], {CANARY: 1}, CANARY, "", " ", "\u202e" + CANARY, "x" * 5000]
    )
    match chances.randrange(4):
        case 0:
            content["answers"][chances.choice([*content["answers"]])] = wrong
        case 1:
            content["answers"] = wrong or [wrong]  # no answers at all would be right: nobody asked
        case 2:
            content[chances.choice(["case", "participant", "concern"])] = wrong
        case _:
            content[CANARY] = wrong
    return json.dumps(content).encode()


def _number(_: bytes, chances: random.Random) -> bytes:
    value = chances.choice(
        ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000, "1e", "0x10", "01"]
    )
    return b'{"scales": {"progress": ' + value.encode() + b'}, "note": "' + CANARY.encode() + b'"}'


def _double_key(body: bytes, chances: random.Random) -> bytes:
    return body[:-1] + chances.choice([b', "case": {"reference": "x"}}', b', "\\u0063ase": {}}'])


def _deep(_: bytes, chances: random.Random) -> bytes:
    depth = chances.choice([21, 100, 1000, 10_000, 60_000])
    left, right = chances.choice([(b"[", b"]"), (b'{"a":', b"}")])
    depth = min(depth, 200_000 // len(left))
    return left * depth + b"1" + right * chances.choice([depth, depth - 1, 0])


def _garbled(body: bytes, chances: random.Random) -> bytes:
    # Into the structure: a changed letter inside a text could be right.
    place = chances.choice([n for n, byte in enumerate(body) if byte in b"{}:,"])
    return body[:place] + bytes([chances.choice(b"\x00\x01\x7f\xff#;!@")]) + body[place + 1 :]


def _deadly_text(body: bytes, chances: random.Random) -> bytes:
    return body.replace(CANARY.encode(), CANARY.encode() + chances.choice(DEADLY), 1)


def _other_encoding(body: bytes, chances: random.Random) -> bytes:
    name = chances.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "cp037"])
    encoded = body.decode().encode(name)
    return encoded if encoded != body else b"\xef\xbb\xbf" + body


def _too_large(_: str, token: str, chances: random.Random) -> Bad:
    return Bad("too large", _request(token, b'"' + b"a" * chances.randrange(262_144, 400_000) + b'"'))


def _media_type(kind: str, token: str, chances: random.Random) -> Bad:
    types = [b"text/plain", b"", b"application/json; charset=utf-16", b"application/xml", b"\x80\xff", b"*/*"]
    return Bad(kind, _request(token, _good(chances), PATHS[0], b"Content-Type: " + chances.choice(types)))


def _header(kind: str, token: str, chances: random.Random) -> Bad:
    lines = [
        b"Idempotency-Key: short",
        b"Idempotency-Key: " + b"k" * 5000,
        b"Idempotency-Key: \xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8",
        b"X-Acting-User: " + b"u" * 300,
        b"X-Acting-User: \xe2\x80\xae" + CANARY.encode(),
    ]
    return Bad(kind, _request(token, _good(chances), PATHS[0], chances.choice(lines)))


def _path(kind: str, token: str, chances: random.Random) -> Bad:
    tails = [
        "%00",
        "%ff",
        "%ed%a0%80",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        CANARY,
        "%0d%0aX-Bad:1",
        "a" * 4000,
    ]
    path = f"{chances.choice(PATHS)}/{chances.choice(tails)}"
    return Bad(kind, _request(token, _good(chances), path))


def _huge_headers(kind: str, token: str, chances: random.Random) -> Bad:
    lines = (b"X-%d: %s" % (n, CANARY.encode() * 20) for n in range(chances.choice([200, 2000])))
    return Bad(kind, _request(token, b"{", PATHS[0], *lines), is_http=False)


def _lying_length(kind: str, token: str, chances: random.Random) -> Bad:
    body = _good(chances)
    lie = chances.choice(
        [b"%d" % (len(body) + 50), b"%d" % (len(body) // 2), b"-1", b"1e3", b"99999999999999999999"]
    )
    return Bad(kind, _request(token, body, PATHS[0], b"Content-Length: " + lie, length=False), is_http=False)


def _lying_chunks(kind: str, token: str, chances: random.Random) -> Bad:
    body = _good(chances)
    size = chances.choice([b"%x" % (len(body) + 9), b"zz", b"-5", b"ffffffffffffffffff", b""])
    chunks = size + b"\r\n" + body + b"\r\n0\r\n\r\n"
    lines = chances.choice(
        [[b"Transfer-Encoding: chunked"], [b"Transfer-Encoding: chunked", b"Content-Length: 5"]]
    )
    return Bad(kind, _request(token, chunks, PATHS[0], *lines, length=False), is_http=False)


def _no_http(kind: str, token: str, chances: random.Random) -> Bad:
    lines = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /v1/assessments\r\n\r\n",
        b"POST  /v1/assessments HTTP/9.9\r\n\r\n",
        b"GET /v1/schema HTTP/1.1\r\nHost localhost\r\n\r\n",
        chances.randbytes(200),
        _request(token, _good(chances)).replace(b"HTTP/1.1", b"HTTP/1.1\x00", 1),
    ]
    return Bad(kind, chances.choice(lines), is_http=False)


_KINDS: dict[str, Callable[[str, str, random.Random], Bad]] = {
    "cut off": _body(lambda body, chances: body[: chances.randrange(1, len(body) - 1)]),
    "garbled": _body(_garbled),
    "number": _body(_number),
    "deep": _body(_deep),
    "double key": _body(_double_key),
    "text": _body(_deadly_text),
    "encoding": _body(_other_encoding),
    "wrong value": _body(_wrong_value),
    "something behind": _body(
        lambda body, chances: body + chances.choice([b"}", b"{}", b"\x00", b"x", b","])
    ),
    "too large": _too_large,
    "media type": _media_type,
    "header": _header,
    "path": _path,
    "huge headers": _huge_headers,
    "lying length": _lying_length,
    "lying chunks": _lying_chunks,
    "no HTTP": _no_http,
}

"""What comes over the wire: every wrong form gets a clear 4xx, and never an echo."""

import json
from typing import Any

import pytest

from tests.api.test_classifications import anybody, open_app
from tests.support import Caller

__all__ = ["anybody", "open_app"]

PATH = "/v1/classifications"
CANARY = "Kanarie-4711"


def send(caller: Caller, body: bytes, content_type: str = "application/json") -> Any:
    return caller.http.post(PATH, content=body, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"problem": "yes"', "not_json"),
        (b"{'problem': 'yes'}", "not_json"),
        (b'{"problem": "yes"}}', "not_json"),
        (b"\xff\xfe", "not_json"),
        # A byte order mark, and other encodings.
        (b'\xef\xbb\xbf{"problem": "yes"}', "not_json"),
        ('{"problem": "yes"}'.encode("utf-16"), "not_json"),
        ('{"problem": "yes"}'.encode("utf-32"), "not_json"),
        # Two readers could see two answers.
        (b'{"problem": "yes", "problem": "no"}', "double_key"),
        (b'{"problem": "yes", "\\u0070roblem": "no"}', "double_key"),
        (b'{"problem": NaN}', "not_a_number"),
        (b'{"problem": Infinity}', "not_a_number"),
        (b'{"problem": -Infinity}', "not_a_number"),
        (b'{"problem": 1e999}', "not_a_number"),
        (b'{"problem": ' + b"9" * 5000 + b"}", "not_a_number"),
        (b'{"problem": ' + b"[" * 21 + b"]" * 21 + b"}", "too_deep"),
        (b"[" * 100_000, "not_json"),
        (b"[" * 50_000 + b"]" * 50_000, "not_json"),
        (b'{"a":' * 30_000 + b"1" + b"}" * 30_000, "not_json"),
        (b'{"problem": "\\ud800"}', "character_not_allowed"),
        (b'{"problem": "\\u0000"}', "not_an_option"),
        (b"null", "wrong_type"),
        (b"", "missing"),
    ],
)
def test_wrong_bodies_are_refused(anybody: Caller, body: bytes, code: str) -> None:
    response = send(anybody, body)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["code"] for error in response.json()["errors"]] == [code]


def test_two_claims_about_the_body_are_one_too_many(anybody: Caller) -> None:
    headers = [("Content-Type", "application/json"), ("Content-Type", "text/plain")]
    response = anybody.http.post(PATH, content=b"{}", headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json, text/plain",
        "application/vnd.api+json",
        "",
    ],
)
def test_other_media_types_are_refused(anybody: Caller, content_type: str) -> None:
    response = send(anybody, b'{"problem": "yes"}', content_type)
    assert response.status_code == 415


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'],
)
def test_json_in_utf_8_is_taken(anybody: Caller, content_type: str) -> None:
    assert send(anybody, b'{"problem": "yes"}', content_type).status_code == 200


def test_a_body_of_256_kib_is_read_and_a_larger_one_is_not(anybody: Caller) -> None:
    least = len(json.dumps({"x": ""}))
    fits = json.dumps({"x": "a" * (256 * 1024 - least)}).encode()
    assert len(fits) == 256 * 1024
    assert send(anybody, fits).status_code == 400
    too_large = send(anybody, fits + b" ")
    assert (too_large.status_code, too_large.json()["title"]) == (413, "Too large")


def test_a_body_in_pieces_is_measured_too(anybody: Caller) -> None:
    pieces = (b" " * 64 * 1024 for _ in range(5))
    response = anybody.http.post(PATH, content=pieces, headers={"Content-Type": "application/json"})
    assert response.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {"problem": CANARY},
        {CANARY: "yes"},
        {"problem": {CANARY: CANARY}},
        [CANARY],
        CANARY,
    ],
)
def test_nothing_that_was_sent_comes_back(anybody: Caller, body: Any) -> None:
    response = anybody.http.post(f"{PATH}?{CANARY}={CANARY}", json=body)
    assert response.status_code == 400
    assert CANARY not in response.text
    assert CANARY not in str(response.headers)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/classifications/", 404),
        ("GET", "/v1/schema/", 404),
        ("GET", "//v1/schema", 404),
        ("GET", "/v1", 404),
        ("GET", "/docs", 404),
        ("DELETE", "/v1/classifications", 405),
        ("PUT", "/v1/schema", 405),
        ("TRACE", "/v1/schema", 405),
        ("OPTIONS", "/v1/schema", 405),
        ("BREW", "/v1/schema", 405),
    ],
)
def test_wrong_addresses_and_methods_are_problems_and_no_redirects(
    anybody: Caller, method: str, path: str, status: int
) -> None:
    response = anybody.http.request(method, path, follow_redirects=False)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert ("Allow" in response.headers) == (status == 405)


def test_every_answer_has_safe_headers_and_an_id(anybody: Caller) -> None:
    for response in (
        anybody.get("/v1/schema"),
        anybody.get("/v1/nothing"),
        anybody.post(PATH, []),
        anybody.get("/v1/assessments"),
        anybody.get("/v1/classifications/yes-yes-no"),
    ):
        headers = response.headers
        assert headers["API-Version"] == "1.0.0"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] in ("no-store", "public, max-age=3600")
        assert len(headers["X-Request-Id"]) == 32
        assert "server" not in headers


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("intake-2026-11-20-0001", True),
        ("short", False),
        ("a" * 65, False),
        ("with space 1234", False),
        ("semi;colon1234", False),
    ],
)
def test_a_request_id_is_kept_when_it_is_harmless(anybody: Caller, sent: str, *, kept: bool) -> None:
    response = anybody.get("/v1/nothing", headers={"X-Request-Id": sent})
    assert (response.headers["X-Request-Id"] == sent) is kept
    assert response.json()["instance"] == response.headers["X-Request-Id"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wr_x", "Basic YTpi", "bearer " + "a" * 50])
def test_without_a_token_the_door_stays_shut(anybody: Caller, header: str) -> None:
    for response in (
        anybody.get("/v1/cases", headers={"Authorization": header}),
        anybody.post("/v1/assessments", {}, headers={"Authorization": header}),
        anybody.get("/v1/cases", params={"token": header}),
    ):
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_cookie_opens_nothing(anybody: Caller) -> None:
    anybody.http.cookies.set("session", "anything")
    assert anybody.get("/v1/cases").status_code == 401

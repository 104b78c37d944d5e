"""Forms come from our own pages, or nothing happens."""

from collections.abc import Callable

import pytest

from app.web.forms import CSRF_FIELD
from tests.support import Caller, Visitor

Visit = Callable[[str], Visitor]
CHOSEN = {"display": "dark", "back": "/nl/"}


def test_a_form_of_ours_is_taken_in(visitor: Visit) -> None:
    for name in ("nobody", "anna"):
        answer = visitor(name).post("/nl/weergave", CHOSEN)
        assert (answer.status_code, answer.headers["location"]) == (303, "/nl/")
        assert "display=dark" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, {}),
        ({"Sec-Fetch-Site": "same-site"}, {}),
        ({}, {CSRF_FIELD: "0" * 64}),
        ({}, {CSRF_FIELD: ""}),
        ({}, {CSRF_FIELD: "é"}),
    ],
)
@pytest.mark.parametrize("name", ["nobody", "anna"])
def test_a_forged_form_is_refused(
    visitor: Visit, name: str, headers: dict[str, str], fields: dict[str, str]
) -> None:
    answer = visitor(name).post("/nl/weergave", CHOSEN | fields, headers=headers)
    assert answer.status_code == 403
    assert "display=" not in answer.headers.get("set-cookie", "")
    assert "Dit formulier is verlopen" in answer.text


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 303),
        ("http://localhost.example", 403),
        ("https://localhost", 403),
        ("null", 403),
        (None, 403),
    ],
)
def test_an_old_browser_has_to_say_where_a_form_comes_from(
    visitor: Visit, origin: str | None, status: int
) -> None:
    somebody = visitor("anna")
    page = somebody.get("/nl/").text
    proof = page.partition(f'name="{CSRF_FIELD}" value="')[2].partition('"')[0]
    headers = {"Origin": origin} if origin else {}
    answer = somebody.http.post("/nl/weergave", data={CSRF_FIELD: proof, **CHOSEN}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "back",
    ["//example.org", "https://example.org", "/v1/schema", "/nl/\\example.org", "javascript:alert(1)", ""],
)
def test_a_form_never_leads_elsewhere(visitor: Visit, back: str) -> None:
    answer = visitor("nobody").post("/nl/weergave", {"display": "dark", "back": back})
    assert answer.headers["location"] == "/nl/"


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=\xff", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 400, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"a" * 300_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_with_a_page(
    visitor: Visit, content: bytes, kind: str, status: int
) -> None:
    answer = visitor("anna").http.post(
        "/en/display", content=content, headers={"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_a_token_opens_no_page_and_a_cookie_no_call(visitor: Visit, callers: dict[str, Caller]) -> None:
    anna = visitor("anna")
    assert anna.get("/v1/cases").status_code == 401
    assert callers["anna"].http.get("/nl/", follow_redirects=False).text.count("anna") == 0

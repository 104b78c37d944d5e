"""The page about the API tells what the description says, and its examples work. Swagger UI is an option."""

import html
import json
import re
import shlex
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi import FastAPI

from app.access import Surroundings
from app.database import Database
from app.domain.roles import PERMISSION_SENTENCES, Permission
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.main import create_app
from app.openapi import document
from tests.support import Caller, Clock, Visitor

_ARTICLE = re.compile(r'<article class="call" aria-labelledby="(\w+)">(.*?)</article>', re.DOTALL)
_CURL = re.compile(r'<pre class="wrap"><code>(curl .*?)</code>', re.DOTALL)


@pytest.fixture
def database(embedded: Database) -> Database:
    """Nothing here is about a kind of database."""
    return embedded


@pytest.fixture
def page(visitor: Callable[[str], Visitor]) -> str:
    answer = visitor("nobody").get("/en/api")
    assert answer.status_code == 200
    return str(answer.text)


def operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, whole address and description of every operation."""
    for path, item in document(app)["paths"].items():
        for method, operation in item.items():
            if method != "servers":
                yield method.upper(), path if "servers" in item else f"/v1{path}", operation


def text_of(markup: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", "", markup)).split())


# ---------------------------------------------------------------- what it tells


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_operation_is_told_as_it_is_described(
    visitor: Callable[[str], Visitor], application: FastAPI, language: str
) -> None:
    page = visitor("nobody").get(f"/{language}/api").text
    articles = dict(_ARTICLE.findall(page))
    described = {one["operationId"]: (method, path, one) for method, path, one in operations(application)}
    assert articles.keys() == described.keys()
    headers = text_of(page.partition('<h2 id="headers">')[2].partition("</dl>")[0])
    for name, (method, path, operation) in described.items():
        told = text_of(articles[name])
        assert told.startswith(f"{operation['summary']} {method} {path}")
        for paragraph in operation["description"].split("\n\n"):
            if not paragraph.startswith("Needs the permission"):
                assert " ".join(paragraph.replace("`", "").split()) in told
        for parameter in operation.get("parameters", ()):
            assert parameter["name"] in told
            assert parameter["description"].replace("`", "") in (
                headers if parameter["in"] == "header" else told
            )
        answers = re.findall(r"<dt>(\d{3})</dt>", articles[name])
        assert answers == sorted(operation["responses"])
        permission = operation.get("x-permission")
        needs = PERMISSION_SENTENCES[Permission(permission)][Language(language)] if permission else ""
        assert needs in told
        assert ("needs no token" in told or "vraagt geen sleutel" in told) == (permission is None)


class Outline(HTMLParser):
    """Reads headings, ids and links within a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if (name := given.get("id")) is not None:
            self.ids.append(name)
        if (link := given.get("href") or "").startswith("#"):
            self.links.add(link[1:])


def test_every_part_can_be_reached_from_the_top(page: str, application: FastAPI) -> None:
    outline = Outline(page)
    assert outline.headings.count(1) == 1
    assert all(
        after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False)
    )
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.links <= set(outline.ids)
    assert {operation["operationId"] for *_, operation in operations(application)} <= outline.links


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/v1/openapi-3.0.json"])
def test_it_leads_to_the_description(page: str, visitor: Callable[[str], Visitor], path: str) -> None:
    assert f'href="{path}"' in page
    assert visitor("nobody").get(path).status_code == 200


# ---------------------------------------------------------------- the examples


def call_of(curl: str) -> tuple[str, str, dict[str, str], Any]:
    """Read a line for the shell: method, address, headers and what is sent."""
    program, address, *options = shlex.split(html.unescape(curl).replace("\\\n", " "))
    assert program == "curl"
    pairs = [*zip(options[::2], options[1::2], strict=True)]
    assert {name for name, _ in pairs} <= {"-H", "-X", "-d"}
    headers = dict(value.split(": ", 1) for name, value in pairs if name == "-H")
    (sent,) = [json.loads(value) for name, value in pairs if name == "-d"] or [None]
    (method,) = [value for name, value in pairs if name == "-X"] or ["GET" if sent is None else "POST"]
    return method, address, headers, sent


def calls(page: str) -> Iterator[tuple[str, tuple[str, str, dict[str, str], Any]]]:
    for name, article in _ARTICLE.findall(page):
        for curl in _CURL.findall(article):
            yield name, call_of(curl)


def test_the_examples_are_those_of_the_description(page: str, application: FastAPI) -> None:
    told = [*calls(page)]
    for method, path, operation in operations(application):
        mine = [call for name, call in told if name == operation["operationId"]]
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        examples = [one["value"] for one in body.get("examples", {}).values()] or [None]
        assert [sent for *_, sent in mine] == examples
        pattern = re.sub(r"\\\{\w+\\\}", "[^/{}]+", re.escape(f"http://localhost{path}"))
        for way, address, headers, _ in mine:
            assert way == method
            assert re.fullmatch(pattern, address)
            assert ("Authorization" in headers) == bool(operation["security"])
            names = {one["name"]: one["required"] for one in operation.get("parameters", ())}
            needed = {name for name, required in names.items() if required or name == "Idempotency-Key"}
            assert {name for name in needed if f"{{{name}}}" not in path} <= headers.keys()


def test_the_examples_are_accepted_as_they_are(page: str, callers: dict[str, Caller], clock: Clock) -> None:
    """What an example is about may not be there yet, but nothing is wrong with how it asks."""
    clock.forward(days=30)  # a month is signed off when it is over
    found: dict[str, set[int]] = {}
    for name, (method, address, headers, sent) in calls(page):
        assert headers.get("Authorization", "Bearer $TOKEN") == "Bearer $TOKEN"
        for who in ("anna", "sam", "petra", "aad", "tess"):
            given = {one: value for one, value in headers.items() if one != "Authorization"}
            if "Idempotency-Key" in given:
                given["Idempotency-Key"] = f"{name}-{who}-{len(found)}-{hash(str(sent))}"
            answer = callers[who].http.request(method, address, headers=given, json=sent)
            # The one refusal of something sent that is about what is there: a passage of a file.
            assert answer.status_code in {200, 201, 403, 404, 409, 412} or "no_such_passage" in answer.text
            found.setdefault(name, set()).add(answer.status_code)
    assert {name for name, all_ in found.items() if not all_ - {403}} == set()
    assert {name for name, all_ in found.items() if all_ & {200, 201}} >= {
        "classify",
        "record_assessment",
        "list_cases",
    }


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_refusal_is_a_true_one(
    visitor: Callable[[str], Visitor], callers: dict[str, Caller], language: str
) -> None:
    page = visitor("nobody").get(f"/{language}/api").text
    (shown,) = re.findall(r'<pre class="wrap"><code>(\{.*?)</code>', page, re.DOTALL)
    told = json.loads(html.unescape(shown))
    body = {"problem": "perhaps", "help_request": "yes", "share_in_solution": "no"}
    answer = callers["nobody"].post("/v1/classifications", body, headers={"Accept-Language": language})
    assert {**told, "instance": ""} == {**answer.json(), "instance": ""}


# ---------------------------------------------------------------- Swagger UI

FILES = ("swagger-ui-bundle.js", "swagger-ui.css")


@pytest.fixture
def tried(database: Database, knowledge: Knowledge, clock: Clock) -> Visitor:
    """Somebody at an installation where developers may try the API."""
    app = create_app(with_swagger=True)
    app.state.surroundings = Surroundings(database, knowledge, clock)
    return Visitor(app)


@pytest.mark.parametrize("path", ["/docs", *(f"/docs/{name}" for name in FILES)])
def test_swagger_ui_is_off_unless_asked_for(visitor: Callable[[str], Visitor], page: str, path: str) -> None:
    assert visitor("nobody").get(path).status_code == 404
    assert "/docs" not in page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_swagger_ui_comes_from_here_and_keeps_to_our_policy(tried: Visitor, language: str) -> None:
    assert 'href="/docs"' in tried.get("/en/api").text
    answer = tried.get("/docs", headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"] == tried.get("/en/").headers["content-security-policy"]
    assert f'<html lang="{language}">' in answer.text
    assert f'href="/{language}/api"' in answer.text
    addresses = re.findall(r'(?:src|href)="([^"]+\?v=[^"]+)"', answer.text)
    assert {address.partition("?")[0] for address in addresses} == {
        *(f"/docs/{name}" for name in FILES),
        "/static/docs.js",
        "/static/icon.svg",
    }
    for address in addresses:
        file = tried.get(address)
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
        kept = tried.get(address, headers={"If-None-Match": file.headers["etag"]})
        assert (kept.status_code, kept.content) == (304, b"")


@pytest.mark.parametrize("name", ["__init__.py", "favicon-32x32.png", "..%2fmain.py", "x"])
def test_nothing_else_of_the_package_is_served(tried: Visitor, name: str) -> None:
    assert tried.get(f"/docs/{name}").status_code == 404


def test_a_file_under_an_old_version_is_not_kept_for_ever(tried: Visitor) -> None:
    assert tried.get("/docs/swagger-ui.css?v=old").headers["cache-control"] == "no-store"

"""The files behind the pages: kept for ever under the address of their version, and light."""

import re
from collections.abc import Callable

import pytest

from app.web.assets import asset, assets
from tests.support import Visitor

Visit = Callable[[str], Visitor]


@pytest.mark.parametrize("name", assets())
def test_a_file_is_kept_for_ever_under_its_version(visitor: Visit, name: str) -> None:
    answer = visitor("nobody").get(asset(name))
    assert answer.status_code == 200
    assert answer.content == assets()[name].content
    assert "immutable" in answer.headers["cache-control"]
    again = visitor("nobody").get(asset(name), headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("version", ["", "?v=0123456789"])
def test_under_another_version_it_is_not_kept(visitor: Visit, version: str) -> None:
    answer = visitor("nobody").get(f"/static/app.css{version}")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ["app.py", "../assets.py", "%2e%2e/assets.py", "nothing.css", ""])
def test_nothing_else_is_served(visitor: Visit, name: str) -> None:
    assert visitor("nobody").get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/nl/", "/en/", "/nl/oefenen", "/en/practice", "/nl/inloggen"])
def test_a_first_visit_weighs_at_most_twenty_kilobytes(visitor: Visit, path: str) -> None:
    page = visitor("nobody").get(path)
    files = re.findall(r"/static/([\w.-]+)\?v=", page.text)
    assert {"app.css", "app.js"} <= {*files}
    assert len(page.content) + sum(len(assets()[name].packed) for name in {*files}) <= 20_000

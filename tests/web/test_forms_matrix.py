"""Every form of every page, sent in every wrong way: refused, and nothing changes."""

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.database import Database, transaction
from app.main import create_app
from app.security import LINK, SETUP, new_token
from app.services.links import make_setup_link
from app.unguarded import page_routes, permission_of
from app.web import forms
from app.web.forms import CSRF_FIELD, SESSION, VISIT, proof_of
from tests.accounts import PASSWORD, make_account
from tests.promises.world import all_rows
from tests.support import START, People, Visitor

Visit = Callable[[str], Visitor]
FORMS = [route for route in page_routes(create_app()) if "POST" in (route.methods or ())]
FIELDS = {"login": "anna@example.org", "password": PASSWORD, "code": "000000", "display": "dark", "back": "/"}


def path_of(route: APIRoute) -> str:
    """Fill in the gaps of an address with something that could be there."""
    token = new_token(SETUP if "setup" in route.name or "inrichten" in route.path else LINK)
    path = route.path.replace("{token}", token).replace("{code}", "7KXP3M")
    return path.replace("{id}", "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10")


def wrong_ways(proof: str, other: str) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Yield the ways to send a form wrongly: a name, headers, and the field with the proof."""
    right = {CSRF_FIELD: proof}
    own = {"Sec-Fetch-Site": "same-origin"}
    yield "no proof", own, {}
    yield "an empty proof", own, {CSRF_FIELD: ""}
    yield "the proof of somebody else", own, {CSRF_FIELD: other}
    yield "another site", {"Sec-Fetch-Site": "cross-site"}, right
    yield "a neighbouring site", {"Sec-Fetch-Site": "same-site"}, right
    yield "a foreign origin", {"Origin": "https://example.org"}, right
    yield "an origin that is none", {"Origin": "null"}, right
    yield "nothing that says where from", {}, right


def statuses(somebody: Visitor, paths: list[str], proof: str) -> dict[str, int]:
    """Send every form in every wrong way."""
    found = {}
    for path in paths:
        for way, headers, field in wrong_ways(proof, proof_of("A" * 43)):
            answer = somebody.http.post(path, data={**FIELDS, **field}, headers=headers)
            found[f"{path} {way}"] = answer.status_code
    return found


@pytest.fixture
def paths() -> list[str]:
    found = [path_of(route) for route in FORMS]
    assert len(found) > 20, "there are forms to send"
    return found


@pytest.mark.parametrize("name", ["nobody", "anna", "aad"])
def test_a_form_that_did_not_come_from_our_page_does_nothing(
    visitor: Visit, database: Database, people: People, paths: list[str], name: str
) -> None:
    make_account(database, people, "anna")
    somebody = visitor(name)
    if name == "nobody":
        somebody.get("/nl/")
    secret = somebody.http.cookies.get(SESSION) or somebody.http.cookies.get(VISIT)
    assert secret
    before = all_rows(database)
    found = statuses(somebody, paths, proof_of(secret))
    assert {*found.values()} == {403}, found
    assert all_rows(database) == before


def test_a_token_of_the_api_is_no_way_past_a_page(
    application: FastAPI, database: Database, people: People
) -> None:
    guarded = [path_of(route) for route in FORMS if permission_of(route) is not None]
    assert guarded
    somebody = Visitor(application)
    somebody.http.headers["Authorization"] = f"Bearer {people.tokens['anna']}"
    before = all_rows(database)
    for path in guarded:
        answer = somebody.http.post(path, data=FIELDS, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 403, "without a cookie there can be no proof"
        assert somebody.post(path, FIELDS).status_code == 401, path
        somebody.http.cookies.clear()
    assert all_rows(database) == before


def test_the_search_notices_a_form_that_is_taken_in_from_anywhere(
    visitor: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "refuse_other_sites", lambda _: None)
    somebody = visitor("anna")
    found = statuses(somebody, ["/nl/weergave"], proof_of(somebody.http.cookies[SESSION]))
    assert found["/nl/weergave another site"] == 303


def test_a_right_form_is_taken_in(visitor: Visit, database: Database) -> None:
    somebody = visitor("anna")
    assert somebody.post("/nl/weergave", FIELDS).status_code == 303
    assert somebody.post("/en/my-account/sessions/others").status_code == 303
    with transaction(database, write=True) as connection:
        path = f"/en/setup/{make_setup_link(connection, START)}"
    assert somebody.post(path).status_code == 400, "a form with mistakes, not a forged one"

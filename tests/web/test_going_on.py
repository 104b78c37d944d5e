"""What somebody was doing when they were asked who they are: it is kept, for them alone."""

import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Response

from app.database import Database
from app.domain.roles import Permission
from app.services.logins import refuse_unconfirmed
from app.web.forms import Typed
from app.web.onward import Onward, own_address
from app.web.pages import Pages
from app.web.visits import Visit as PageVisit
from app.web.visits import form, see_other
from tests.accounts import PASSWORD, Holder, come_in, hidden_fields, make_account, sign_in_lines
from tests.support import Clock, People, Visitor

Visit = Callable[[str], Visitor]
SIGN_IN, CODE, CONFIRM = "/en/sign-in", "/en/sign-in/code", "/en/confirm"
RECORD = "/en/record"
NOTE = 'She said "no" & <b>left</b>\r\nécht'
TYPED = {"note": NOTE, "form": "a-key", "password": "x1", "new_password": "x2", "code": "x3", "resume": "1"}


@pytest.fixture
def anna(database: Database, people: People) -> Holder:
    return make_account(database, people, "anna")


@pytest.fixture
def received(application: FastAPI) -> Iterator[list[dict[str, str]]]:
    """Put a form at an address of ours that takes more care, and see what arrives there."""
    found: list[dict[str, str]] = []
    pages = Pages()

    @pages.post("record")
    def keep(visit: Annotated[PageVisit, form(Permission.RECORD_ASSESSMENT)]) -> Response:
        with visit.transaction() as work:
            refuse_unconfirmed(work)
            found.append(dict(visit.typed))
            work.trail.answered = True
        return see_other("/en/")

    before = [*application.router.routes]
    application.router.routes[:] = [*pages.router.routes, *before]
    yield found
    application.router.routes[:] = before


def post_typed(visitor: Visitor, fields: dict[str, str]) -> Any:
    return visitor.post(RECORD, {name: value for name, value in fields.items() if name != "form"})


def test_what_was_typed_survives_signing_in_again(
    visitor: Visit, received: list[dict[str, str]], anna: Holder, clock: Clock
) -> None:
    somebody = visitor("anna")
    clock.forward(minutes=25)
    asked = somebody.post(RECORD, TYPED)
    assert asked.status_code == 401
    assert "What you typed is kept" in asked.text
    fields = hidden_fields(asked.text, SIGN_IN)
    assert json.loads(fields["kept"]) == [["note", NOTE]]
    assert all(secret not in asked.text for secret in ("x1", "x2", "x3", "a-key"))

    wrong = somebody.post(SIGN_IN, {**fields, "login": anna.login, "password": "wrong"})
    assert hidden_fields(wrong.text, SIGN_IN) == fields, "kept while the password is wrong"
    second = somebody.post(SIGN_IN, {**fields, "login": anna.login, "password": PASSWORD})
    assert second.status_code == 200
    fields = hidden_fields(second.text, CODE)
    wrong = somebody.post(CODE, {**fields, "code": "000000"})
    assert hidden_fields(wrong.text, CODE) == fields, "kept while the code is wrong"
    last = somebody.post(CODE, {**fields, "code": anna.code(clock.now)})
    assert last.status_code == 200
    assert "You are signed in again" in last.text
    assert "What you typed is kept" in last.text
    offered = hidden_fields(last.text, RECORD)
    assert {name: offered[name] for name in ("note", "resume")} == {"note": NOTE, "resume": "1"}
    assert offered.keys() == {"csrf", "note", "resume"}
    answer = somebody.http.post(RECORD, data=offered, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303, "the proof in the form is that of the new session"
    assert [{**one} for one in received] == [offered]


def test_what_one_typed_is_not_offered_to_another(
    visitor: Visit, received: list[dict[str, str]], database: Database, people: People, clock: Clock
) -> None:
    sam = make_account(database, people, "sam")
    somebody = visitor("anna")
    clock.forward(minutes=25)
    fields = hidden_fields(somebody.post(RECORD, {"note": NOTE}).text, SIGN_IN)
    kept = {name: fields[name] for name in ("next", "for", "kept")}
    second = somebody.post(SIGN_IN, {**kept, "login": sam.login, "password": PASSWORD})
    last = somebody.post(CODE, {**hidden_fields(second.text, CODE), "code": sam.code(clock.now)})
    assert (last.status_code, last.headers["location"]) == (303, "/en/")
    assert received == []


def test_without_a_session_nothing_is_kept(visitor: Visit, received: list[dict[str, str]]) -> None:
    answer = visitor("nobody").post(RECORD, {"note": NOTE})
    assert answer.status_code == 401
    assert "kept" not in hidden_fields(answer.text, SIGN_IN)
    assert received == []


def test_a_page_is_gone_on_to_with_its_query(visitor: Visit, anna: Holder, clock: Clock) -> None:
    somebody = visitor("nobody")
    asked = somebody.get("/en/my-account?done=role&x=%26")
    assert asked.status_code == 303
    page = somebody.get(asked.headers["location"]).text
    to = hidden_fields(page, SIGN_IN)["next"]
    assert to == "/en/my-account?done=role&x=%26"
    assert come_in(somebody, anna, clock.now, next=to).headers["location"] == to


@pytest.mark.parametrize(
    "to",
    [
        *("//example.org", "https://example.org/en/", "/en/\\example.org", "/v1/cases", "/en/nowhere", ""),
        *("/en/sign-out", "/en/sign-in?next=/en/", "/en/my-account\r\nX: y", "/en/\x00", "javascript:x"),
    ],
)
def test_nobody_is_sent_elsewhere(visitor: Visit, anna: Holder, clock: Clock, to: str) -> None:
    assert own_address(to) is None
    somebody = visitor("nobody")
    assert come_in(somebody, anna, clock.now, next=to).headers["location"] == "/en/"


@pytest.mark.parametrize(
    "kept",
    ["", "x", "{}", "[1]", '[["a"]]', '[["a", 1]]', "[" * 5000, json.dumps([["a", "b"]] * 301), "null"],
)
def test_what_cannot_have_been_typed_is_left_out(kept: str) -> None:
    found = Onward.typed(Typed([("next", RECORD), ("kept", kept), ("for", "x")]))
    assert found.kept is None


# ---------------------------------------------------------------- once more who it is


def test_what_takes_more_care_asks_once_more_and_keeps_what_was_typed(
    visitor: Visit, received: list[dict[str, str]], database: Database, people: People, clock: Clock
) -> None:
    make_account(database, people, "anna")
    somebody = visitor("anna")
    assert post_typed(somebody, {"note": "at once"}).status_code == 303
    clock.forward(minutes=10)
    asked = post_typed(somebody, TYPED)
    assert asked.status_code == 403
    assert "Confirm that it is you" in asked.text
    fields = hidden_fields(asked.text, CONFIRM)
    for wrong in ({}, {"password": "wrong"}, {"code": "000000"}):
        answer = somebody.post(CONFIRM, {**fields, **wrong})
        assert answer.status_code == 400
        assert hidden_fields(answer.text, CONFIRM) == fields
    done = somebody.post(CONFIRM, {**fields, "password": PASSWORD})
    assert done.status_code == 200
    offered = hidden_fields(done.text, RECORD)
    assert offered["note"] == NOTE
    assert somebody.http.post(RECORD, data=offered, headers={"Sec-Fetch-Site": "same-origin"}).is_redirect
    assert [one["note"] for one in received] == ["at once", NOTE]
    assert sign_in_lines(database) == [
        *[("login:confirmed", "denied", "wrong_password_or_code")] * 3,
        ("login:confirmed", "granted", None),
    ]


def test_a_code_confirms_as_well(visitor: Visit, anna: Holder, clock: Clock) -> None:
    somebody = visitor("anna")
    clock.forward(minutes=10)
    asked = somebody.get("/en/second-step")
    assert asked.status_code == 403
    fields = hidden_fields(asked.text, CONFIRM)
    assert fields["next"] == "/en/second-step"
    done = somebody.post(CONFIRM, {**fields, "code": anna.code(clock.now)})
    assert (done.status_code, done.headers["location"]) == (303, "/en/second-step")
    assert somebody.get("/en/second-step").status_code == 200
    assert somebody.get(CONFIRM).status_code == 200


@pytest.mark.usefixtures("anna")
def test_confirming_is_slowed_down_too(visitor: Visit, clock: Clock) -> None:
    somebody = visitor("anna")
    for _ in range(5):
        assert somebody.post(CONFIRM, {"password": "wrong"}).status_code == 400
    answer = somebody.post(CONFIRM, {"password": PASSWORD, "next": "/en/my-account"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert hidden_fields(answer.text, CONFIRM)["next"] == "/en/my-account"
    clock.forward(seconds=1)
    assert somebody.post(CONFIRM, {"password": PASSWORD}).status_code == 303

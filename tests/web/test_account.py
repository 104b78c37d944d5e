"""One's own account."""

import re
from collections.abc import Callable

import pyotp
import pytest
from fastapi import FastAPI

from app.database import Database, OrganisationSession, transaction
from app.domain.roles import Role
from app.models.organisations import UserKind
from app.services.organisations import Account, add_user
from app.web.forms import SESSION
from tests.accounts import PASSWORD, SECRET, Holder, account, come_in, make_account, sign_in_lines
from tests.promises.world import kept_rows
from tests.support import START, Clock, People, Visitor

Visit = Callable[[str], Visitor]
HERE = "/en/my-account"
NEW = "vier losse woorden hier 7"


@pytest.fixture
def anna(database: Database, people: People) -> Holder:
    return make_account(database, people, "anna")


def is_in(visitor: Visitor) -> bool:
    return bool(visitor.get(HERE).status_code == 200)


def cookie_of(visitor: Visitor) -> str:
    return visitor.http.cookies.get(SESSION) or ""


def test_everybody_sees_their_own_account(visitor: Visit, anna: Holder, clock: Clock) -> None:
    come_in(visitor("nobody"), anna, clock.now)
    somebody = visitor("anna")
    page = somebody.get(HERE).text
    for words in (
        "anna",
        "First",
        anna.login,
        "north",
        "10 of your recovery codes",
        "20 November 2026 10:00",
    ):
        assert words in page
    for name in ("sam", "tess", "aad", "petra"):
        assert is_in(visitor(name))


def test_a_new_password_takes_the_old_one_and_ends_the_other_sessions(
    visitor: Visit, database: Database, anna: Holder, application: FastAPI
) -> None:
    somebody, elsewhere = visitor("anna"), visitor("anna")
    before = cookie_of(somebody)
    path, new = f"{HERE}/password", {"new_password": NEW, "new_password_again": NEW}
    assert somebody.get(path).status_code == 200
    wrong = somebody.post(path, {"password": "wrong", **new})
    assert (wrong.status_code, "This is not your password of now" in wrong.text) == (400, True)
    weak = somebody.post(path, {"password": PASSWORD, "new_password": "short", "new_password_again": "short"})
    assert (weak.status_code, "12 characters or more" in weak.text) == (400, True)
    assert is_in(elsewhere)
    done = somebody.post(path, {"password": PASSWORD, **new})
    assert done.headers["location"] == f"{HERE}?done=password"
    assert is_in(somebody)
    assert not is_in(elsewhere)
    assert not is_in(Visitor(application, before)), "the session has a new cookie"
    assert sign_in_lines(database) == [
        ("login:password", "denied", "wrong_password"),
        ("login:password", "granted", None),
    ]
    assert visitor("nobody").post("/en/sign-in", {"login": anna.login, "password": NEW}).status_code == 303


def test_new_recovery_codes_replace_the_old_ones(visitor: Visit, anna: Holder, clock: Clock) -> None:
    somebody, path = visitor("anna"), f"{HERE}/recovery-codes"
    assert "10 of your recovery codes still work" in somebody.get(path).text
    page = somebody.post(path).text
    codes = re.findall(r"<code>([a-z0-9-]{19})</code>", page)
    assert len({*codes}) == 10
    assert not {*codes} & {*anna.codes}
    other = visitor("nobody")
    other.post("/en/sign-in", {"login": anna.login, "password": PASSWORD})
    assert other.post("/en/sign-in/code", {"code": anna.codes[0]}).status_code == 400
    assert other.post("/en/sign-in/code", {"code": codes[0]}).status_code == 200
    clock.forward(minutes=10)
    asked = somebody.post(path)
    assert (asked.status_code, "Confirm that it is you" in asked.text) == (403, True)
    assert somebody.post(path, {"resume": "1"}).headers["location"] == path


def test_who_is_fully_signed_in_can_take_another_phone(
    visitor: Visit, database: Database, people: People, anna: Holder, clock: Clock
) -> None:
    somebody, elsewhere = visitor("anna"), visitor("anna")
    page = somebody.get("/en/second-step").text
    assert "You have a second step already" in page
    found = re.search(r'class="code">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    assert secret != SECRET
    assert somebody.post("/en/second-step", {"code": anna.code(clock.now)}).status_code == 400
    assert account(database, people, "anna").factor_secret == SECRET
    assert somebody.post("/en/second-step", {"code": pyotp.TOTP(secret).at(clock.now)}).status_code == 200
    assert account(database, people, "anna").factor_secret == secret
    assert is_in(somebody)
    assert not is_in(elsewhere)


def test_a_trainer_may_set_up_a_second_step_and_then_needs_it(
    visitor: Visit, database: Database, people: People, clock: Clock
) -> None:
    tess = make_account(database, people, "tess", factor=False)
    somebody = visitor("tess")
    assert "You sign in without a second step" in somebody.get(HERE).text
    found = re.search(r'class="code">([A-Z2-7 ]+)<', somebody.get("/en/second-step").text)
    assert found
    code = pyotp.TOTP(found[1].replace(" ", "")).at(clock.now)
    assert somebody.post("/en/second-step", {"code": code}).status_code == 200
    other = visitor("nobody")
    answer = other.post("/en/sign-in", {"login": tess.login, "password": PASSWORD})
    assert answer.headers["location"] == "/en/sign-in/code"
    assert not is_in(other)


def test_who_holds_two_roles_works_in_one_at_a_time(
    visitor: Visit, database: Database, people: People, application: FastAPI
) -> None:
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        north = people.teams["north"]
        add_user(
            session, people.organisation.id, Account("tess", UserKind.PERSON, Role.PRACTITIONER, north), START
        )
    somebody, elsewhere = visitor("tess"), visitor("tess")
    before = cookie_of(somebody)
    assert "Work in this role" in somebody.get(HERE).text
    for role in ("admin", "", "supervisor"):
        assert somebody.post(f"{HERE}/role", {"role": role}).status_code == 404
    assert somebody.post(f"{HERE}/role", {"role": "practitioner"}).status_code == 303
    assert "Dossiers" in somebody.get("/nl/").text
    assert not is_in(Visitor(application, before)), "the session has a new cookie"
    assert not is_in(elsewhere)
    assert sign_in_lines(database) == [("login:role", "granted", None)]


def test_what_is_shown_again_after_signing_in_changes_no_account(
    visitor: Visit, database: Database, anna: Holder, clock: Clock
) -> None:
    come_in(visitor("nobody"), anna, clock.now)
    somebody, elsewhere = visitor("anna"), visitor("anna")
    assert is_in(elsewhere)
    somebody.get(HERE)
    before = kept_rows(database)
    for path in ("password", "role", "recovery-codes", "sessions/others"):
        fields = {"resume": "1", "role": "practitioner", "form": path}
        answer = somebody.post(f"{HERE}/{path}", fields)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith(HERE)
    assert kept_rows(database) == before
    assert is_in(elsewhere)


def test_sessions_can_be_ended_one_by_one_and_all_together(visitor: Visit, clock: Clock) -> None:
    first = visitor("anna")
    clock.forward(minutes=1)
    others = [visitor("anna") for _ in range(3)]
    stranger = visitor("bas")
    paths = re.findall(rf'action="({HERE}/sessions/[0-9a-f-]+)"', first.get(HERE).text)
    assert len(paths) == 3
    assert stranger.post(paths[0]).status_code == 404
    assert first.post(paths[0]).headers["location"] == f"{HERE}?done=session"
    assert sum(is_in(one) for one in others) == 2
    assert first.post(f"{HERE}/sessions/others").status_code == 303
    assert [is_in(one) for one in (*others, first, stranger)] == [False] * 3 + [True] * 2
    assert first.post(f"{HERE}/sessions/nonsense").status_code == 404

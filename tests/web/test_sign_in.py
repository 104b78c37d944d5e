"""Signing in: a password, a second step, and what does not get anybody in."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from app.database import Database, OrganisationSession, transaction
from app.models.base import table_of
from app.models.logins import LoginSession
from app.security import token_hash
from app.services.logins import end_sessions
from app.web.entering import browser_of
from app.web.forms import SESSION
from app.web.routes.sign_in import WRONG
from tests.accounts import PASSWORD, Holder, come_in, make_account, sign_in_lines
from tests.support import START, Clock, People, Visitor, tampering

Visit = Callable[[str], Visitor]
SIGN_IN, CODE = "/en/sign-in", "/en/sign-in/code"


@pytest.fixture
def anna(database: Database, people: People) -> Holder:
    return make_account(database, people, "anna")


def cookie_of(visitor: Visitor) -> str:
    found = visitor.http.cookies.get(SESSION)
    assert found
    return found


def is_in(visitor: Visitor) -> bool:
    return bool(visitor.get("/en/my-account").status_code == 200)


def test_a_password_and_a_code_let_somebody_in(
    visitor: Visit, database: Database, anna: Holder, clock: Clock
) -> None:
    somebody = visitor("nobody")
    page = somebody.get(SIGN_IN)
    assert page.status_code == 200
    assert "E-mail address" in page.text
    first = somebody.post(SIGN_IN, {"login": " ANNA@Example.org ", "password": PASSWORD})
    assert (first.status_code, first.headers["location"]) == (303, CODE)
    half = cookie_of(somebody)
    assert not is_in(somebody), "a password alone shows nothing"
    for path in (CODE, SIGN_IN, "/en/"):
        page = somebody.get(path)
        assert page.status_code == 200
        assert "Sign out" not in page.text, "nor in the head of a page"
    second = somebody.post(CODE, {"code": anna.code(clock.now)})
    assert (second.status_code, second.headers["location"]) == (303, "/en/")
    assert is_in(somebody)
    assert cookie_of(somebody) != half
    somebody.take_cookie(half)
    assert not is_in(somebody), "the cookie of half way works no more"
    assert sign_in_lines(database) == [("login:in", "granted", None)]


def test_who_needs_no_second_step_is_in_by_a_password(
    visitor: Visit, database: Database, people: People
) -> None:
    tess = make_account(database, people, "tess", factor=False)
    somebody = visitor("nobody")
    answer = somebody.post(SIGN_IN, {"login": tess.login, "password": PASSWORD, "next": "/en/my-account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/my-account")
    assert is_in(somebody)


def test_a_password_alone_never_sets_up_a_second_step(
    visitor: Visit, database: Database, people: People
) -> None:
    holder = make_account(database, people, "bas", factor=False)
    somebody = visitor("nobody")
    answer = somebody.post(SIGN_IN, {"login": holder.login, "password": PASSWORD})
    assert answer.status_code == 400
    assert "Ask your administrator for a link to set it up" in answer.text
    assert SESSION not in somebody.http.cookies
    assert somebody.get("/en/second-step").headers["location"].startswith(SIGN_IN)
    assert sign_in_lines(database) == [("login:in", "denied", "second_factor_missing")]


def test_half_way_nobody_sets_up_a_second_step(visitor: Visit, anna: Holder) -> None:
    somebody = visitor("nobody")
    somebody.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
    assert somebody.get("/en/second-step").status_code == 303
    assert somebody.post("/en/second-step", {"code": "000000"}).status_code == 401
    assert somebody.get("/en/welcome").status_code == 303


@pytest.mark.parametrize(
    ("login", "password", "reason"),
    [
        ("anna@example.org", "not my password", "wrong_password"),
        ("anna@example.org", PASSWORD + " ", "wrong_password"),
        ("anna@example.org", "x" * 100_000, "wrong_password"),
        ("bas@example.org", PASSWORD, "account_blocked"),
        ("chris@example.org", PASSWORD, "no_password"),
        ("nobody@example.org", PASSWORD, None),
    ],
)
def test_whoever_fails_is_told_the_same(
    visitor: Visit, database: Database, people: People, *, login: str, password: str, reason: str | None
) -> None:
    make_account(database, people, "anna")
    make_account(database, people, "bas")
    make_account(database, people, "chris", password=False)
    with tampering(database) as connection:
        connection.exec_driver_sql(
            f"UPDATE local_account SET blocked_at = '{START}' WHERE login = 'bas@example.org'"
        )
    somebody = visitor("nobody")
    answer = somebody.post(SIGN_IN, {"login": login, "password": password})
    assert answer.status_code == 400
    assert WRONG in answer.text
    assert f'value="{login}"' in answer.text, "the name stays"
    assert password not in answer.text
    assert SESSION not in somebody.http.cookies
    assert sign_in_lines(database) == ([("login:in", "denied", reason)] if reason else [])


@pytest.mark.parametrize("fields", [{}, {"login": "anna"}, {"login": "a@b", "password": "x"}])
def test_an_empty_form_comes_back(visitor: Visit, fields: dict[str, str]) -> None:
    answer = visitor("nobody").post(SIGN_IN, fields)
    assert answer.status_code == 400
    assert "Fill in your e-mail address" in answer.text
    assert ("Fill in your password" in answer.text) is ("password" not in fields)


def test_a_name_and_a_password_never_stand_in_the_log(
    visitor: Visit, capfd: pytest.CaptureFixture[str]
) -> None:
    visitor("nobody").post(SIGN_IN, {"login": "secret.name@example.org", "password": PASSWORD})
    out, err = capfd.readouterr()
    assert "secret.name" not in out + err
    assert PASSWORD not in out + err


# ---------------------------------------------------------------- codes


def test_a_code_works_once(visitor: Visit, database: Database, anna: Holder, clock: Clock) -> None:
    first, second = visitor("nobody"), visitor("nobody")
    assert come_in(first, anna, clock.now).status_code == 303
    clock.forward(seconds=1)
    answer = come_in(second, anna, clock.now)
    assert answer.status_code == 400
    assert "This code is not right, or it was used before" in answer.text
    assert not is_in(second)
    clock.forward(seconds=30)
    assert second.post(CODE, {"code": anna.code(clock.now)}).status_code == 200, "and says what went wrong"
    assert is_in(second)
    assert [line[1:] for line in sign_in_lines(database)] == [
        ("granted", None),
        ("denied", "wrong_code"),
        ("granted", None),
    ]


def test_a_clock_may_be_one_step_off(visitor: Visit, anna: Holder, clock: Clock) -> None:
    for steps, status in ((-2, 400), (-1, 303), (0, 303), (1, 303), (2, 400)):
        clock.forward(minutes=20)
        somebody = visitor("nobody")
        somebody.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
        answer = somebody.post(CODE, {"code": anna.code(clock.now, steps)})
        # Who went wrong before is told so at the next sign-in, once.
        assert answer.status_code == (200 if steps == -1 else status)


def test_an_older_code_works_no_more_after_a_newer_one(visitor: Visit, anna: Holder, clock: Clock) -> None:
    first, second = visitor("nobody"), visitor("nobody")
    for somebody, steps, status in ((first, 1, 303), (second, 0, 400)):
        somebody.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
        assert somebody.post(CODE, {"code": anna.code(clock.now, steps)}).status_code == status


def test_a_recovery_code_stands_in_once(visitor: Visit, anna: Holder) -> None:
    first, second = visitor("nobody"), visitor("nobody")
    code = anna.codes[3].upper().replace("-", " ")
    first.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
    answer = first.post(CODE, {"code": code})
    assert "You used a recovery code. 9 are left." in answer.text
    assert is_in(first)
    second.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
    assert second.post(CODE, {"code": code}).status_code == 400
    assert not is_in(second)


def test_a_wrong_code_lets_nobody_in(visitor: Visit, anna: Holder) -> None:
    somebody = visitor("nobody")
    somebody.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
    for code in ("", "000000", "é" * 6, "0" * 10_000):
        assert somebody.post(CODE, {"code": code}).status_code == 400
    assert not is_in(somebody)


# ---------------------------------------------------------------- sessions


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140.0", "Edge"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari"),
        ("curl/8.14", None),
        ("", None),
    ],
)
def test_of_a_browser_only_the_family_is_kept(user_agent: str, family: str | None) -> None:
    assert browser_of(user_agent) == family


def test_signing_in_never_takes_over_a_cookie_that_was_there(
    application: FastAPI, anna: Holder, clock: Clock
) -> None:
    planted = "A" * 43
    somebody = Visitor(application, planted)
    assert come_in(somebody, anna, clock.now).status_code == 303
    assert is_in(somebody)
    assert cookie_of(somebody) != planted
    assert not is_in(Visitor(application, planted))


def test_signing_in_ends_the_session_the_browser_had(
    visitor: Visit, application: FastAPI, anna: Holder, clock: Clock
) -> None:
    somebody = visitor("sam")
    before = cookie_of(somebody)
    assert come_in(somebody, anna, clock.now).status_code == 303
    assert not is_in(Visitor(application, before))


def test_who_fails_to_sign_in_keeps_the_session_they_have(visitor: Visit, anna: Holder) -> None:
    somebody = visitor("sam")
    assert somebody.post(SIGN_IN, {"login": anna.login, "password": "wrong"}).status_code == 400
    assert is_in(somebody)


def test_signing_out_ends_the_session_and_empties_the_browser(
    visitor: Visit, application: FastAPI, database: Database
) -> None:
    somebody = visitor("anna")
    before = cookie_of(somebody)
    answer = somebody.post("/nl/uitloggen")
    assert (answer.status_code, answer.headers["location"]) == (303, "/nl/")
    assert answer.headers["clear-site-data"] == '"cache","cookies","storage"'
    assert SESSION not in somebody.http.cookies
    assert not is_in(Visitor(application, before))
    assert sign_in_lines(database) == [("login:out", "granted", None)]


@pytest.mark.parametrize("name", ["nobody", "anna"])
def test_signing_out_always_works(visitor: Visit, clock: Clock, name: str) -> None:
    somebody = visitor(name)
    clock.forward(hours=11)
    assert somebody.post("/en/sign-out").headers["location"] == "/en/"


@pytest.mark.parametrize(("minutes", "works"), [(19, True), (20, False)])
def test_a_session_ends_when_nothing_happens(visitor: Visit, clock: Clock, minutes: int, works: bool) -> None:
    somebody = visitor("anna")
    clock.forward(minutes=minutes)
    assert is_in(somebody) is works


def test_a_session_ends_after_ten_hours_whatever_happens(visitor: Visit, clock: Clock) -> None:
    somebody = visitor("anna")
    for _ in range(39):
        clock.forward(minutes=15)
        assert is_in(somebody)
    clock.forward(minutes=15)
    assert not is_in(somebody)


def test_ten_hours_are_not_counted_anew_at_the_second_step(
    visitor: Visit, anna: Holder, clock: Clock, database: Database
) -> None:
    somebody = visitor("nobody")
    somebody.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
    begun = clock.now
    clock.forward(minutes=5)
    somebody.post(CODE, {"code": anna.code(clock.now)})
    with tampering(database) as connection:
        hashed = token_hash(cookie_of(somebody))
        sessions = table_of(LoginSession)
        found = connection.execute(sessions.select().where(sessions.c.cookie_hash == hashed)).one()
    assert found.created_at == begun
    assert (found.network, found.browser) == ("testclient", None)


def test_an_ended_session_and_a_blocked_account_are_out_at_once(
    visitor: Visit, database: Database, people: People, anna: Holder, clock: Clock
) -> None:
    somebody, other = visitor("anna"), visitor("anna")
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        end_sessions(session, people.users["anna"].user_id, clock.now)
    assert not is_in(somebody)
    somebody = visitor("anna")
    assert is_in(somebody)
    with tampering(database) as connection:
        connection.exec_driver_sql(
            f"UPDATE local_account SET blocked_at = '{clock.now}' WHERE login = '{anna.login}'"
        )
    assert not is_in(somebody)
    assert not is_in(other)


def test_whoever_is_signed_in_is_not_asked_again(visitor: Visit) -> None:
    somebody = visitor("anna")
    assert somebody.get(f"{SIGN_IN}?next=/en/my-account").headers["location"] == "/en/my-account"


def test_nobody_signs_in_where_others_can_listen_in(application: FastAPI, anna: Holder) -> None:
    somebody = Visitor(application)
    somebody.http.base_url = somebody.http.base_url.copy_with(host="testserver")
    page = somebody.get(SIGN_IN)
    assert "Others on the network could read along" in page.text
    assert 'type="password"' not in page.text
    answer = somebody.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
    assert answer.status_code == 403
    assert SESSION not in somebody.http.cookies


def test_over_https_the_browser_guards_the_cookie(application: FastAPI, anna: Holder) -> None:
    somebody = Visitor(application)
    somebody.http.base_url = somebody.http.base_url.copy_with(scheme="https", host="testserver")
    page = somebody.get(SIGN_IN).text
    proof = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = somebody.http.post(
        SIGN_IN,
        data={"csrf": proof, "login": anna.login, "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
    assert "Max-Age" not in cookie
    assert "Domain" not in cookie

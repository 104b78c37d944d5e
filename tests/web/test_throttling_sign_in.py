"""Who fails to sign in waits a little, then longer; nobody is locked out for good."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.database import Database
from app.models.base import table_of
from app.models.logins import SignInFailure
from app.upkeep import forget_all
from tests.accounts import PASSWORD, Holder, come_in, make_account
from tests.support import Clock, People, Visitor, tampering

Visit = Callable[[str], Visitor]
SIGN_IN, CODE = "/en/sign-in", "/en/sign-in/code"


@pytest.fixture
def anna(database: Database, people: People) -> Holder:
    return make_account(database, people, "anna")


def fail(visitor: Visitor, login: str, network: str = "testclient") -> int:
    visitor.http.call_from(network)
    answer = visitor.post(SIGN_IN, {"login": login, "password": "not the password"})
    return int(answer.status_code)


def failures(database: Database) -> int:
    with tampering(database) as connection:
        return int(connection.execute(select(func.count()).select_from(table_of(SignInFailure))).scalar_one())


@pytest.mark.parametrize("login", ["anna@example.org", "nobody@example.org"])
def test_after_five_failures_somebody_waits_twice_as_long_each_time(
    visitor: Visit, anna: Holder, clock: Clock, login: str
) -> None:
    somebody = visitor("nobody")
    for network in range(5):
        assert fail(somebody, login, f"192.0.2.{network}") == 400
    for seconds in (1, 2, 4, 8):
        answer = somebody.post(SIGN_IN, {"login": login, "password": PASSWORD, "next": "/en/my-account"})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == str(seconds)
        assert re.search(f"Wait {seconds} seconds?, then try again", answer.text)
        assert f'value="{login}"' in answer.text, "what was typed stays"
        assert 'value="/en/my-account"' in answer.text
        assert PASSWORD not in answer.text
        clock.forward(seconds=seconds)
        assert fail(somebody, login, f"192.0.2.{seconds + 100}") == 400
    clock.forward(minutes=15)
    answer = somebody.post(SIGN_IN, {"login": login, "password": PASSWORD})
    assert answer.status_code == (303 if login == anna.login else 400), "nobody is locked out for good"


def test_a_network_waits_too_whatever_names_it_tries(visitor: Visit, clock: Clock) -> None:
    somebody = visitor("nobody")
    for number in range(5):
        assert fail(somebody, f"name{number}@example.org", "2001:db8::1") == 400
    assert fail(somebody, "another@example.org", "2001:db8::ffff") == 429, "a /64 is one network"
    assert fail(somebody, "another@example.org", "2001:db8:0:1::1") == 400, "the next one is another"
    clock.forward(seconds=1)
    assert fail(somebody, "another@example.org", "2001:db8::ffff") == 400


def test_who_comes_in_does_not_make_colleagues_wait(
    visitor: Visit, database: Database, people: People, anna: Holder, clock: Clock
) -> None:
    sam = make_account(database, people, "sam")
    somebody = visitor("nobody")
    for _ in range(4):
        clock.forward(seconds=1)
        assert fail(somebody, anna.login) == 400
    clock.forward(seconds=1)
    come_in(somebody, anna, clock.now)
    for _ in range(4):
        clock.forward(seconds=1)
        assert fail(visitor("nobody"), sam.login) == 400


def test_who_comes_in_does_not_wipe_out_what_others_tried(visitor: Visit, anna: Holder, clock: Clock) -> None:
    somebody = visitor("nobody")
    for _ in range(4):
        clock.forward(seconds=1)
        assert fail(somebody, "sam@example.org") == 400
    clock.forward(seconds=1)
    come_in(somebody, anna, clock.now)
    assert fail(visitor("nobody"), "tess@example.org") == 400
    assert fail(visitor("nobody"), "tess@example.org") == 429


def test_codes_are_slowed_down_in_the_same_way(visitor: Visit, anna: Holder, clock: Clock) -> None:
    somebody = visitor("nobody")
    somebody.post(SIGN_IN, {"login": anna.login, "password": PASSWORD})
    for _ in range(5):
        assert somebody.post(CODE, {"code": "123456"}).status_code == 400
    answer = somebody.post(CODE, {"code": anna.code(clock.now), "next": "/en/my-account"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert 'value="/en/my-account"' in answer.text
    clock.forward(seconds=1)
    answer = somebody.post(CODE, {"code": anna.code(clock.now), "next": "/en/my-account"})
    assert answer.status_code == 200


def test_setting_up_a_second_step_is_slowed_down_too(
    visitor: Visit, database: Database, people: People, clock: Clock
) -> None:
    make_account(database, people, "tess", factor=False)
    somebody = visitor("tess")
    for _ in range(5):
        assert somebody.post("/en/second-step", {"code": "000000"}).status_code == 400
    answer = somebody.post("/en/second-step", {"code": "000000"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "<svg" in answer.text
    clock.forward(seconds=1)
    assert somebody.post("/en/second-step", {"code": "000000"}).status_code == 400


def test_the_owner_is_told_what_went_wrong_and_only_once(visitor: Visit, anna: Holder, clock: Clock) -> None:
    come_in(visitor("nobody"), anna, clock.now)
    for _ in range(2):
        clock.forward(minutes=1)
        fail(visitor("nobody"), anna.login, "198.51.100.7")
    clock.forward(minutes=1)
    told = come_in(visitor("nobody"), anna, clock.now)
    assert "Somebody failed to sign in with your name" in told.text
    assert "it went wrong 2 times" in told.text
    assert "You last signed in on 20 November 2026 10:00" in told.text
    clock.forward(minutes=1)
    assert come_in(visitor("nobody"), anna, clock.now).status_code == 303


def test_failures_are_forgotten_after_a_day(visitor: Visit, database: Database, clock: Clock) -> None:
    fail(visitor("nobody"), "nobody@example.org")
    clock.forward(hours=23, minutes=59)
    fail(visitor("nobody"), "nobody@example.org")
    assert failures(database) == 4
    clock.forward(minutes=1)
    forget_all(database, clock.now)
    assert failures(database) == 2

"""Hashing as it is done for real, once; tests elsewhere use a weaker one."""

import threading
import time

import pytest
from argon2 import extract_parameters
from pwdlib.hashers.argon2 import Argon2Hasher

from app.domain.errors import Busy
from app.services import passwords
from app.services.passwords import MOST_AT_ONCE, Passwords, strong_passwords
from tests.support import FAST

PASSWORD = "vier losse woorden hier 7"


def test_passwords_are_hashed_with_argon2id_as_strongly_as_we_say() -> None:
    strong = strong_passwords()
    hashed = strong.hash(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert strong.verify(PASSWORD, hashed) == (True, None)
    assert strong.verify(PASSWORD + "x", hashed) == (False, None)
    assert extract_parameters(strong._nobody) == extract_parameters(hashed), "nobody takes as long"
    assert strong_passwords() is strong


def test_a_hash_of_other_settings_is_replaced_once_the_password_is_there() -> None:
    weak = FAST.hash(PASSWORD)
    other = Passwords(Argon2Hasher(time_cost=2, memory_cost=8, parallelism=1))
    assert FAST.verify(PASSWORD, weak) == (True, None)
    is_right, better = other.verify(PASSWORD, weak)
    assert is_right
    assert better is not None
    assert "t=2" in better
    assert other.verify("wrong", weak) == (False, None)


def test_nobody_is_never_right(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.setattr(known, "_nobody", known.hash(PASSWORD))
    assert known.verify(PASSWORD, None) == (False, None)


def test_what_is_too_long_is_never_right() -> None:
    long = "a b c d e f " * 20
    assert FAST.verify(long, FAST.hash(long)) == (False, None)


def test_only_a_few_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_WAIT_SECONDS", 0.05)
    full = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    leave = threading.Event()

    def hold() -> None:
        with full._turn():
            leave.wait(10)

    threads = [threading.Thread(target=hold) for _ in range(MOST_AT_ONCE)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    with pytest.raises(Busy):
        full.hash(PASSWORD)
    leave.set()
    for thread in threads:
        thread.join()
    assert full.hash(PASSWORD)

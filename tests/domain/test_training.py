from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.training import (
    CODE_ALPHABET,
    SessionState,
    code_in,
    new_code,
    nickname_key,
    state_of,
)

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER, SOONER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


def test_codes_hold_nothing_that_looks_alike_and_no_words() -> None:
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET)
    for alike in ("0O", "1IL", "2Z", "5S", "6G", "8B", "UV"):
        assert len(set(alike) & set(CODE_ALPHABET)) <= 1, alike
    assert not set("AEIOU") & set(CODE_ALPHABET)


def test_codes_differ() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) > 990
    assert {code_in(code) for code in codes} == codes


@given(st.text(alphabet=CODE_ALPHABET, min_size=6, max_size=6), st.data())
def test_a_code_is_read_however_it_is_typed(code: str, data: st.DataObject) -> None:
    between = data.draw(
        st.lists(st.sampled_from(["", " ", "-", " - ", "\u2013", "."]), min_size=7, max_size=7)
    )
    typed = between[0] + "".join(map("".join, zip(code, between[1:], strict=True)))
    assert code_in(typed) == code_in(typed.lower()) == code


@pytest.mark.parametrize("typed", ["", "7KXP3", "7KXP3MM", "7KXP3O", "7KXP3\u0660", "' OR 1=1", "7KXP3M\x00"])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert code_in(typed) is None


@pytest.mark.parametrize(
    ("one", "other"), [("Anna", "ANNA"), ("Blue fox", " blue   FOX "), ("\uff21nna", "anna")]
)
def test_nicknames_that_people_take_for_the_same(one: str, other: str) -> None:
    assert nickname_key(one) == nickname_key(other)


def test_nicknames_that_differ() -> None:
    assert len({nickname_key(name) for name in ("Anna", "Anna 2", "Ana", "An na")}) == 4


@pytest.mark.parametrize(
    ("shown", "ends", "expected"),
    [
        (None, LATER, SessionState.OPEN),
        (SOONER, LATER, SessionState.RESULTS_SHOWN),
        (None, NOW, SessionState.ENDED),
        (SOONER, SOONER, SessionState.ENDED),
    ],
)
def test_how_far_a_session_is(shown: datetime | None, ends: datetime, expected: SessionState) -> None:
    assert state_of(shown, ends, NOW) is expected

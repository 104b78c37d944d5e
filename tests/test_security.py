import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.security import API, LINK, SETUP, is_well_formed, new_token, token_hash

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase

# Computed once. A change of form, checksum or hash would shut out every token that was given out.
TOKEN = "wr_" + "0123456789ABCDEFGHIJabcdefghij0123456789" + "2Ll9Dl"
HASH = "cc9ac156986631d2b18840c8f4b2a52b08c6a466403f7c936940881acd4e7bab"


def _with(place: int, character: str) -> str:
    return TOKEN[:place] + character + TOKEN[place + 1 :]


def test_known_token_is_well_formed_and_has_its_known_hash() -> None:
    assert is_well_formed(TOKEN)
    assert token_hash(TOKEN) == HASH


def test_new_token_is_well_formed_and_never_the_same() -> None:
    tokens = [new_token() for _ in range(200)]
    assert all(is_well_formed(token) and len(token) == len(TOKEN) for token in tokens)
    assert len(set(tokens)) == len(tokens)


def test_new_token_uses_the_whole_alphabet() -> None:
    assert set("".join(new_token()[3:43] for _ in range(200))) == set(BASE62)


def test_is_well_formed_refuses_every_single_wrong_character() -> None:
    wrong = [_with(place, character) for place in range(len(TOKEN)) for character in BASE62 + "_- .\n"]
    assert [token for token in wrong if token != TOKEN and is_well_formed(token)] == []


@given(st.integers(0, len(TOKEN) - 1), st.characters(categories=None))
def test_is_well_formed_refuses_any_other_character_in_any_place(place: int, character: str) -> None:
    token = _with(place, character)
    assert is_well_formed(token) is (token == TOKEN)


def test_is_well_formed_refuses_neighbours_that_changed_places() -> None:
    swapped = [TOKEN[:place] + TOKEN[place : place + 2][::-1] + TOKEN[place + 2 :] for place in range(48)]
    assert [token for token in swapped if token != TOKEN and is_well_formed(token)] == []


@given(st.text(alphabet=st.characters(categories=None)))
@example("\ud800")
def test_is_well_formed_refuses_whatever_is_no_token(text: str) -> None:
    assert not is_well_formed(text)


@pytest.mark.parametrize(
    "token",
    [
        # Nothing at all.
        "",
        # Too short, too long, surrounded.
        TOKEN[:-1],
        TOKEN + "0",
        " " + TOKEN,
        TOKEN + "\n",
        # The right length, with the prefix of something else, or in capitals.
        "xx_" + TOKEN[3:],
        TOKEN.upper(),
        # Letters that are digits only elsewhere.
        TOKEN.replace("1", "\N{ARABIC-INDIC DIGIT ONE}"),
        # Twice.
        TOKEN + TOKEN,
    ],
)
def test_is_well_formed_refuses_what_resembles_a_token(token: str) -> None:
    assert not is_well_formed(token)


@given(st.text())
def test_token_hash_is_64_hexadecimal_digits_of_this_text_alone(text: str) -> None:
    assert re.fullmatch("[0-9a-f]{64}", token_hash(text))
    assert token_hash(text) == token_hash(text) != token_hash(text + "x")


def test_a_token_of_one_kind_is_none_of_another() -> None:
    for prefix in (API, LINK, SETUP):
        made = new_token(prefix)
        assert made.startswith(prefix)
        assert [kind for kind in (API, LINK, SETUP) if is_well_formed(made, kind)] == [prefix]

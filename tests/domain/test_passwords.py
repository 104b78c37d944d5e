"""What a password has to be."""

import itertools

import pytest

from app.domain.common_words import COMMON_WORDS
from app.domain.passwords import (
    HOLDS_A_NAME,
    LONGEST,
    SHORTEST,
    TOO_COMMON,
    TOO_LONG,
    TOO_SHORT,
    fault_of,
    is_common,
    normal,
)
from app.domain.texts import Text

NAMES = ("Anna de Vries", "Stichting Noorderlicht", "a.devries@example.org")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", TOO_SHORT),
        ("kikker tafel"[:11], TOO_SHORT),
        ("kikker tafel", None),
        ("lantaarn " * 15, TOO_LONG),
        ("correct horse battery staple", None),
        ("x9$Kq!mv2Lp#", None),
        ("ééntweedriezwaluw", None),
        ("Welkom2026!!!", TOO_COMMON),
        ("W@chtw00rd2026", TOO_COMMON),
        ("welkomwelkom", TOO_COMMON),
        ("wachtwoordgeheim1", TOO_COMMON),
        ("ikhouvanjou1!", TOO_COMMON),
        ("1234567890123", TOO_COMMON),
        ("22-11-2026 1234", TOO_COMMON),
        ("qwertyuiop12", TOO_COMMON),
        ("1q2w3e4r5t6y", TOO_COMMON),
        ("poiuytrewq!!", TOO_COMMON),
        ("abababababab", TOO_COMMON),
        ("aaaaaaaaaaaaaaa", TOO_COMMON),
        ("anna loopt door", HOLDS_A_NAME),
        ("de-vr13s-noorderlicht", HOLDS_A_NAME),
        ("N o o r d e r l i c h t 9", HOLDS_A_NAME),
        ("mijn werkrelatie 7", HOLDS_A_NAME),
        ("Ánná fietst hard", HOLDS_A_NAME),
    ],
)
def test_what_is_wrong_with_a_password(password: str, fault: Text | None) -> None:
    assert fault_of(password, NAMES) is fault


def test_there_are_no_rules_about_kinds_of_characters() -> None:
    for password in ("zwaluwstaartverbinding", "ZWALUWSTAARTVERBINDING", "€€€ ☂☂☂ ÆØÅ ŁŁŁ ß"):
        assert fault_of(password, ()) is None


def test_length_is_counted_in_characters_and_at_the_edges() -> None:
    sentence = "zwaluw kikker lantaarn trap " * 5
    assert fault_of(sentence[:SHORTEST], ()) is None
    assert fault_of(sentence[: SHORTEST - 1], ()) is TOO_SHORT
    assert fault_of(sentence[:LONGEST], ()) is None
    assert fault_of(sentence[: LONGEST + 1], ()) is TOO_LONG


def test_the_same_password_typed_on_another_keyboard_is_the_same() -> None:
    assert normal("e\u0301e\u0301n zwaluw") == normal("\u00e9\u00e9n zwaluw")


def test_far_more_than_ten_thousand_common_passwords_of_this_length_are_refused() -> None:
    endings = ("2024", "2025", "2026", "123", "1234", "12345", "!", "123!", "01", "2026!", "1", "@2026")
    words = sorted(COMMON_WORDS)
    made = {
        *(f"{word}{ending}" for word, ending in itertools.product(words, endings)),
        *(f"{word.capitalize()}{ending}" for word, ending in itertools.product(words, endings)),
        *(f"{word}{word}" for word in words),
        *(f"{word}{other}" for word, other in itertools.product(words[::7], words[::5])),
    }
    fitting = [password for password in made if SHORTEST <= len(password) <= LONGEST]
    assert len(fitting) > 10_000
    assert [password for password in fitting if not is_common(password)] == []


def test_the_words_are_plain() -> None:
    assert [word for word in COMMON_WORDS if not (word.isascii() and word.isalpha() and word.islower())] == []

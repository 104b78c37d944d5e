"""The plain-language check: open, advisory, and it keeps nothing."""

import json
from typing import Any

import pytest

from tests.api.test_classifications import anybody, open_app
from tests.support import Caller

__all__ = ["anybody", "open_app"]

PATH = "/v1/plain-language-checks"
TEXT = (
    "Sara's casus\u00a0\U0001f600: moeder geeft aan dat ‘het netwerk’ kwets-\n"
    "baar is. Cliënt: zijn hulpvraag."
)


def test_it_works(anybody: Caller) -> None:
    response = anybody.post(PATH, {"text": TEXT, "language": "nl", "audience": "client"})
    assert response.status_code == 200
    assert response.json() == {
        "hints": [
            {
                "start": 7,
                "end": 12,
                "term": "nl-casus",
                "why": "It is about people, not about things.",
                "suggestion": "Write 'het gezin' (the family), or the name.",
            },
            {
                "start": 16,
                "end": 22,
                "term": "nl-moeder-vader",
                "why": (
                    "Without a name or a small word in front of it, this sounds distant: 'moeder' is not "
                    "her name."
                ),
                "suggestion": "Use the name, or 'zijn moeder' (his mother).",
            },
            {
                "start": 23,
                "end": 36,
                "term": "nl-geeft-aan",
                "why": "Wooden: nobody talks like that.",
                "suggestion": "Write 'zegt dat' (says that), or better still the words themselves.",
            },
            {
                "start": 51,
                "end": 62,
                "term": "nl-kwetsbaar",
                "why": (
                    "It says that something can go wrong, but not what. People may well feel it; then it "
                    "needs more than one word."
                ),
                "suggestion": "Ask and describe: vulnerable to what, through what, and who says so?",
            },
            {
                "start": 80,
                "end": 89,
                "term": "nl-hulpvraag",
                "why": "Fine among professionals, but clients find it an irritating word.",
                "suggestion": ("Towards a client: 'wat wil je van ons?', 'waarmee wil je geholpen worden?'."),
            },
        ]
    }
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("words_in", "why"),
    [("nl", "Het gaat om mensen, niet om dingen."), ("en", "It is about people, not about things.")],
)
def test_the_words_come_in_the_language_that_was_asked_for(anybody: Caller, words_in: str, why: str) -> None:
    response = anybody.post(PATH, {"text": "casus"}, headers={"Accept-Language": words_in})
    assert [hint["why"] for hint in response.json()["hints"]] == [why]
    assert response.headers["Content-Language"] == words_in


@pytest.mark.parametrize(
    ("body", "terms"),
    [
        # Left out: a Dutch text for a client.
        ({"text": "Een hulpvraag, a case."}, ["nl-hulpvraag"]),
        ({"text": "Een hulpvraag, a case.", "audience": "colleague"}, []),
        ({"text": "Een hulpvraag, a case.", "language": "en"}, ["en-case"]),
        ({"text": "Een goed gesprek."}, []),
        ({"text": " \n "}, []),
    ],
)
def test_what_is_left_out_is_a_dutch_text_for_a_client(
    anybody: Caller, body: dict[str, str], terms: list[str]
) -> None:
    response = anybody.post(PATH, body)
    assert response.status_code == 200
    assert [hint["term"] for hint in response.json()["hints"]] == terms


@pytest.mark.parametrize("character", ["a", "ë", "\U0001f600", "\u0000", "\u202e", "\r", "\ufeff", "'"])
def test_a_text_of_10_000_characters_is_checked_and_a_longer_one_refused(
    anybody: Caller, character: str
) -> None:
    # The place is counted in characters, whatever they are: nothing is taken off or written otherwise.
    fits = character * 9_994 + " casus"
    (hint,) = anybody.post(PATH, {"text": fits}).json()["hints"]
    assert (hint["start"], hint["end"]) == (9_995, 10_000)
    refused = anybody.post(PATH, {"text": f"{fits}."})
    assert (refused.status_code, [one["code"] for one in refused.json()["errors"]]) == (400, ["too_long"])


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("#/text", "missing")]),
        ({"text": ""}, [("#/text", "empty")]),
        ({"text": None}, [("#/text", "wrong_type")]),
        ({"text": 1}, [("#/text", "wrong_type")]),
        ({"text": ["casus"]}, [("#/text", "wrong_type")]),
        ({"text": "casus", "language": "de"}, [("#/language", "not_an_option")]),
        ({"text": "casus", "language": "NL"}, [("#/language", "not_an_option")]),
        ({"text": "casus", "language": None}, [("#/language", "not_an_option")]),
        ({"text": "casus", "audience": "boss"}, [("#/audience", "not_an_option")]),
        ({"text": "casus", "reader": "client"}, [("#", "unknown_field")]),
        ({"text": "", "audience": 1, "x": 2}, [("#/text", "empty"), ("#/audience", "not_an_option")]),
        ([], [("#", "wrong_type")]),
        ("casus", [("#", "wrong_type")]),
    ],
)
def test_bad_input_is_refused_with_all_that_is_wrong(
    anybody: Caller, body: Any, errors: list[tuple[str, str]]
) -> None:
    response = anybody.http.post(PATH, json=body)
    assert response.status_code == 400
    found = [(one["location"], one["code"]) for one in response.json()["errors"]]
    assert found[: len(errors)] == errors
    assert "casus" not in response.text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"text": "casus", "text": "zaak"}', "double_key"),
        (b'{"text": "casus"', "not_json"),
        (b'{"text": "\\ud800"}', "character_not_allowed"),
        (b"", "missing"),
    ],
)
def test_json_is_read_strictly(anybody: Caller, content: bytes, code: str) -> None:
    response = anybody.http.post(PATH, content=content, headers={"Content-Type": "application/json"})
    assert (response.status_code, [one["code"] for one in response.json()["errors"]]) == (400, [code])


def test_other_media_types_and_large_bodies_are_refused(anybody: Caller) -> None:
    plain = anybody.http.post(PATH, content=b"casus", headers={"Content-Type": "text/plain"})
    large = anybody.post(PATH, {"text": "casus", "padding": "a" * 256 * 1024})
    assert (plain.status_code, large.status_code) == (415, 413)


def test_a_number_that_may_not_be_recorded_is_no_reason_to_refuse(anybody: Caller) -> None:
    response = anybody.post(PATH, {"text": "BSN 111222333, casus"})
    assert [hint["term"] for hint in response.json()["hints"]] == ["nl-casus"]


def test_a_key_makes_no_difference(anybody: Caller) -> None:
    headers = {"Idempotency-Key": "intake-2026-0001"}
    for text, hints in (("casus", 1), ("goed", 0)):
        response = anybody.post(PATH, {"text": text}, headers=headers)
        assert len(response.json()["hints"]) == hints
        assert "Idempotent-Replayed" not in response.headers


def test_offsets_are_those_of_the_text_as_it_was_sent(anybody: Caller) -> None:
    texts = ("Casui\u0308stiek", "\r\n\r\n KWETSBARE\r\nBURGERS \u00a0", "de zaak\u200b")
    for text in texts:
        sent = json.dumps({"text": text}, ensure_ascii=True).encode()
        response = anybody.http.post(PATH, content=sent, headers={"Content-Type": "application/json"})
        (hint,) = response.json()["hints"]
        assert text[hint["start"] : hint["end"]] == text.strip().strip("\u200b")

"""What must never be recorded is refused wherever people can type, and is not repeated."""

from typing import Any

import pytest

from app.database import Database
from app.domain.texts import Language
from app.validation import invalid_input
from tests.promises.world import all_rows
from tests.support import Caller, assessment

BSN = "123456782"
IN_OTHER_DIGITS = BSN.translate({ord(digit): ord(digit) - 0x30 + 0xFF10 for digit in BSN})  # full width
EMAIL = "moeder@example.org"
IBAN = "NL91 ABNA 0417 1643 00"
PHONE = "06-12345678"

REFERENCES = ["#/case/reference", "#/participant/reference", "#/concern/reference"]
TEXTS = [
    "#/concern/wording",
    "#/own_words/problem",
    "#/own_words/help_request",
    "#/own_words/share_in_solution",
    "#/judged_reason",
    "#/note",
]


def with_value(pointer: str, value: str) -> dict[str, Any]:
    """Return an assessment with one value at a place."""
    body = assessment(judged_type="visitor")
    *path, last = pointer.removeprefix("#/").split("/")
    part = body
    for name in path:
        part = part.setdefault(name, {})
    part[last] = value
    return body


def refused_for(response: Any) -> list[tuple[str, str, str]]:
    assert response.status_code == 400, response.text
    return [(error["in"], error["location"], error["code"]) for error in response.json()["errors"]]


@pytest.mark.parametrize("pointer", [*REFERENCES, *TEXTS])
def test_a_citizen_number_is_refused_in_every_text(anna: Caller, database: Database, pointer: str) -> None:
    before = all_rows(database)
    for written in (BSN, f"her number is {BSN}.", "1234.56.782", IN_OTHER_DIGITS):
        response = anna.post("/v1/assessments", with_value(pointer, written))
        assert refused_for(response) == [("body", pointer, "looks_like_bsn")]
        assert written not in response.text
        assert BSN not in response.text
    assert all_rows(database) == before


@pytest.mark.parametrize(
    ("value", "code"),
    [(EMAIL, "looks_like_email"), (IBAN, "looks_like_iban"), (PHONE, "looks_like_phone")],
)
def test_an_address_or_a_number_of_somebody_is_no_reference(
    anna: Caller, database: Database, value: str, code: str
) -> None:
    before = all_rows(database)
    for pointer in REFERENCES:
        response = anna.post("/v1/assessments", with_value(pointer, value))
        assert refused_for(response) == [("body", pointer, code)]
        assert value not in response.text
    response = anna.post("/v1/cases", {"reference": value})
    assert refused_for(response) == [("body", "#/reference", code)]
    assert all_rows(database) == before


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (BSN, "looks_like_bsn"),
        (EMAIL, "looks_like_email"),
        (IBAN, "looks_like_iban"),
        (PHONE, "looks_like_phone"),
    ],
)
def test_it_is_refused_in_an_address_too(anna: Caller, value: str, code: str) -> None:
    response = anna.get("/v1/cases", params={"reference": value})
    assert refused_for(response) == [("query", "reference", code)]
    assert value not in response.text


def test_a_citizen_number_is_refused_when_closing_and_correcting(anna: Caller, database: Database) -> None:
    recorded = anna.record()
    before = all_rows(database)
    closing = anna.patch(
        f"/v1/cases/{recorded['case_id']}",
        {"status": "closed", "closing_answer": BSN},
        headers={"If-Match": "*"},
    )
    assert refused_for(closing) == [("body", "#/closing_answer", "looks_like_bsn")]
    correcting = anna.post(
        f"/v1/assessments/{recorded['id']}/corrections",
        {"retracted": True, "reason": BSN},
        headers={"If-Match": "*"},
    )
    assert refused_for(correcting) == [("body", "#/reason", "looks_like_bsn")]
    assert BSN not in closing.text + correcting.text
    assert all_rows(database) == before


def test_a_phone_number_may_stand_in_a_free_text(anna: Caller) -> None:
    assert anna.record(note=f"Call {PHONE}, or write to {EMAIL}.")["note"].startswith("Call")


@pytest.mark.parametrize("rule", ["bsn", "email", "iban", "phone"])
def test_each_rule_has_words_of_its_own(rule: str) -> None:
    kind = f"looks_like_{rule}"
    (error,) = invalid_input([{"loc": ("body", "note"), "type": kind}]).errors
    assert error.code == kind
    for language in Language:
        assert {"bsn": "BSN", "email": "mail", "iban": "IBAN"}.get(rule, "") in error.detail[language]

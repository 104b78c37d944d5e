"""The ledger's own arithmetic: it never changes, because what was chained keeps the form it had."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from app.domain.ledger import FORMS, NOTHING_BEFORE, Entry, canonical, canonical_text, link
from app.services.plain_rows import plain_text

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | texts


@given(st.dictionaries(texts, values))
def test_plain_text_is_the_canonical_text(row: dict[str, str | int | bool | None]) -> None:
    assert plain_text(row) == canonical_text(row)


@given(st.lists(st.none() | texts))
def test_a_line_of_a_seal_is_json_as_the_standard_library_writes_it(row: list[str | None]) -> None:
    written = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    assert to_json(row, bytes_mode="hex").decode() == written


words = st.text("0123456789abcdef/-", max_size=40)


fields = st.tuples(words, st.integers(0, 2**40), words, words, words, words, st.binary(), st.binary())


@given(fields)
def test_link_puts_the_length_before_each_field(
    entry: tuple[str, int, str, str, str, str, bytes, bytes],
) -> None:
    written = [one if isinstance(one, bytes) else str(one).encode() for one in entry]
    whole = b"wr1" + b"".join(b"%d:%b" % (len(one), one) for one in written)
    assert link(*entry) == hashlib.sha256(whole).digest()


def test_canonical_sorts_and_writes_one_form() -> None:
    row = {
        "organisation_id": UUID(int=1),
        "id": UUID(int=2),
        "assessment_id": UUID(int=3),
        "case_id": UUID(int=4),
        "text": 'e\u0301 "\n\u2028',
        "recorded_at": datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=1))),
        "recorded_by_id": None,
        "salt": b"never in it",
    }
    assert canonical("statement/1", row) == (
        b'{"assessment_id":"00000000000000000000000000000003",'
        b'"case_id":"00000000000000000000000000000004","id":"00000000000000000000000000000002",'
        b'"organisation_id":"00000000000000000000000000000001","recorded_at":"2026-11-20T09:00:00.000000Z",'
        b'"recorded_by_id":null,"text":"\xc3\xa9 \\"\\n\xe2\x80\xa8"}'
    )


def test_canonical_refuses_what_has_no_form() -> None:
    row = dict.fromkeys(FORMS["erased/1"], 1.5)
    with pytest.raises(TypeError):
        canonical("erased/1", row)


@pytest.mark.parametrize("form", FORMS)
def test_the_fields_of_a_form_are_in_order(form: str) -> None:
    assert [*FORMS[form]] == sorted(FORMS[form])
    assert "salt" not in FORMS[form]


def test_what_looks_the_same_in_two_ways_is_written_in_one() -> None:
    [one, other] = (plain_text({"text": unicodedata.normalize(form, "één")}) for form in ("NFC", "NFD"))
    assert one == other == json.dumps({"text": "één"}, ensure_ascii=False, separators=(",", ":")).encode()


def test_an_entry_hashes_all_it_says() -> None:
    entry = Entry(
        UUID(int=1),
        1,
        "erased/1",
        UUID(int=2),
        datetime(2026, 11, 20, 9, tzinfo=UTC),
        None,
        bytes(32),
        NOTHING_BEFORE,
    )
    assert entry.hash.hex() == "10fc54713c2380f0c50764c3a946a92f59b02eb3bc44755633cd134a32c6f6f8"

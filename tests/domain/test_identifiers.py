"""What must never be recorded, and what only looks a little like it."""

import string
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.identifiers import holds_bsn, holds_email, holds_iban, holds_phone

BSN = "123456782"


def in_digits_from(zero: str) -> str:
    """Write it in the digits of another script."""
    return "".join(chr(ord(zero) + int(digit)) for digit in BSN)


@pytest.mark.parametrize(
    "text",
    [
        BSN,
        "111222333",
        # Eight digits: a zero in front was left out.
        "12345672",
        "012345672",
        # In groups.
        "123 456 782",
        "123.456.782",
        "1234.56.782",
        "1234 56 782",
        "123\u00a0456.782",
        # Anywhere in a text, also against letters and signs.
        f"BSN: {BSN}.",
        f"BSN{BSN}x",
        f"2026-{BSN}-01",
        f"first line\n{BSN}",
        # In other digits.
        in_digits_from("\N{ARABIC-INDIC DIGIT ZERO}"),
        in_digits_from("\N{FULLWIDTH DIGIT ZERO}"),
        # Behind another number, and overlapping one that is none.
        f"123456789 {BSN}",
        f"555 {BSN[:3]} {BSN[3:6]} {BSN[6:]}",
    ],
)
def test_holds_bsn_finds_a_citizen_number(text: str) -> None:
    assert holds_bsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-0042",
        # It fails the proof.
        "123456789",
        "123 456 789",
        # Too short, and no person's.
        "1234567",
        "00000000",
        "000000000",
        # Part of a longer number.
        f"0{BSN}",
        f"{BSN}0",
        f"1{BSN[:3]} {BSN[3:6]} {BSN[6:]}",
        # Other groups, and other things between.
        "12 34 56 782",
        "123  456  782",
        "123,456,782",
        "12345678²",
    ],
)
def test_holds_bsn_lets_the_rest_be(text: str) -> None:
    assert not holds_bsn(text)


def with_a_last_digit(first: str) -> str | None:
    """Return the citizen number that begins with these eight digits, if there is one."""
    last = sum((9 - place) * int(digit) for place, digit in enumerate(first)) % 11
    return None if last > 9 else f"{first}{last}"


bsns = (
    st.text(string.digits, min_size=8, max_size=8)
    .map(with_a_last_digit)
    .filter(lambda number: number is not None and number.strip("0") != "")
    .map(str)
)
no_digit_beside = st.text().filter(lambda text: not (text[:1].isdecimal() or text[-1:].isdecimal()))
groupings = st.sampled_from([(9,), (3, 3, 3), (4, 2, 3)])


@given(bsns, no_digit_beside, no_digit_beside, groupings, st.sampled_from(" ."))
def test_holds_bsn_finds_every_citizen_number_in_any_text(
    number: str, before: str, after: str, groups: tuple[int, ...], between: str
) -> None:
    digits = iter(number)
    written = between.join("".join(next(digits) for _ in range(size)) for size in groups)
    assert holds_bsn(before + written + after)


@given(bsns, st.integers(0, 8), st.integers(1, 9))
def test_holds_bsn_lets_a_number_be_that_is_one_digit_off(number: str, place: int, more: int) -> None:
    other = str((int(number[place]) + more) % 10)
    assert not holds_bsn(number[:place] + other + number[place + 1 :])


@given(bsns, st.text(string.digits, min_size=1))
def test_holds_bsn_lets_a_longer_number_be(number: str, more: str) -> None:
    assert not holds_bsn(number + more)
    assert not holds_bsn(more + number)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("moeder@example.org", True),
        ("mail: a.b+c@sub.example.nl!", True),
        ("môeder@voorbeeld.nl", True),
        ("a@b", False),
        ("mother@home", False),
        ("@example.org", False),
        ("2026@42.10", False),
        ("team-north", False),
    ],
)
def test_holds_email(text: str, *, found: bool) -> None:
    assert holds_email(text) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("NL91ABNA0417164300", True),
        ("NL91 ABNA 0417 1643 00", True),
        ("nl91abna0417164300", True),
        ("rekening NL91 ABNA 0417 1643 00 van moeder", True),
        ("BE68539007547034", True),
        ("NO9386011117947", True),
        ("MT84MALT011000012345MTLCAST001S", True),
        # One digit off.
        ("NL91ABNA0417164301", False),
        ("NL91", False),
        ("XNL91ABNA0417164300", False),
        ("2026-0042", False),
    ],
)
def test_holds_iban(text: str, *, found: bool) -> None:
    assert holds_iban(text) is found


@given(st.text("0123456789ABCDEF ", max_size=64))
def test_holds_iban_takes_any_text(text: str) -> None:
    assume("  " not in text)
    assert holds_iban(text) in (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06-12345678",
        "06 12 34 56 78",
        "06-1234 5678",
        "010-1234567",
        "(010) 123 45 67",
        "0111-123456",
        "+31612345678",
        "+31 (0)6 12345678",
        "+32 2 123 45 67",
        "+44-20-7946-0958",
        "0031612345678",
        "0031 6 1234 5678",
        "0031(0)612345678",
        "mother 0612345678",
        "mother-0612345678",
    ],
)
def test_holds_phone_finds_a_phone_number(text: str) -> None:
    assert holds_phone(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-0042",
        "2026-11-20",
        "2026-0042-123456",
        "2026-11-20T09:00:00+01:00",
        "20-11-2026",
        "01-11-2026-02",
        "06-11-2026-02",
        "06.11.2026 02",
        "2026.06.12345678",
        "0000012345",
        "0012345678",
        "061234567",
        "06123456789",
        "1234567890",
        "A+1 2026",
        "case-7",
        "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10",
    ],
)
def test_holds_phone_lets_dates_and_references_be(text: str) -> None:
    assert not holds_phone(text)


@given(st.uuids())
def test_a_random_id_is_no_number_of_anybody(id_: UUID) -> None:
    for text in (str(id_), id_.hex, f"order-{id_}", f"See {id_}."):
        if not id_.hex.isdecimal():
            found = [holds(text) for holds in (holds_bsn, holds_iban, holds_phone, holds_email)]
            assert found == [False] * 4


def test_a_number_beside_a_random_id_is_found() -> None:
    assert holds_bsn("a75d9da9-6d89-4194-9a62-2a6e52449671 123456782")
    assert holds_bsn("a75d9da9-6d89-4194-9a62-2a6e524496712 123456782")
    assert holds_bsn("11111111-1111-1111-1111-123456782111 123456782")

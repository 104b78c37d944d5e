"""Find what must not be recorded: numbers and addresses by which anybody can tell who somebody is.

Names cannot be found like this, and a number can look like one by chance (one in eleven has the form
of a citizen number): what is found *looks like* it.
"""

import re
from collections.abc import Iterator

_UUID = re.compile(
    r"(?<!\w)(?=[\d-]*[a-f])[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}(?!\w)",
    re.IGNORECASE | re.ASCII,
)

# `\d` is any decimal digit of Unicode, and `int` reads them all.
# Looking ahead finds numbers that overlap: in 111 222 333 444 there can be two.
_BSN = re.compile(r"(?<!\d)(?=(\d{8,9}|\d{3}[.\s]\d{3}[.\s]\d{3}|\d{4}[.\s]\d\d[.\s]\d{3})(?!\d))")
_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)

_EMAIL = re.compile(r"[^\s@]@[^\s@.]+(\.[^\s@.]+)*\.[^\W\d_]{2}")

_IBAN = re.compile(r"(?<![0-9A-Za-z])(?=([A-Z]{2}\d\d( ?[0-9A-Z]){11,30}))", re.IGNORECASE | re.ASCII)
_SHORTEST_IBAN = 15

_BETWEEN = r"[\s()./-]{0,3}"
_PHONE = re.compile(
    # Of any country. A `+` inside a word is none of a phone number.
    rf"(?<!\w)\+(?:{_BETWEEN}\d){{8,15}}(?!\d)"
    rf"|(?<!\d)0031(?:{_BETWEEN}\d){{9,10}}(?!\d)"
    r"|(?<!\d)0[1-9]\d{8}(?!\d)"
    # With separators: behind 06 or an area code. Not the day, month and year of a reference.
    r"|(?<!\d)(?<!\d[./-])(?!\d\d[./-](?:0[1-9]|1[0-2])[./-](?:19|20)\d\d)"
    rf"\(?(?:06(?:{_BETWEEN}\d){{8}}|0[1-9]\d(?:{_BETWEEN}\d){{7}}|0[1-9]\d\d(?:{_BETWEEN}\d){{6}})(?!\d)"
)


def _without_random_ids(text: str) -> str:
    """Take out UUIDs, with dashes or without: what looks like a number in them is chance."""
    return _UUID.sub(" ", text)


def holds_bsn(text: str) -> bool:
    """Tell whether there is a Dutch citizen number (BSN): eight or nine digits that pass the 11-proof.

    They may stand in groups, 123 456 782 or 1234.56.782. Digits inside a longer row of digits are none.
    """
    return any(_passes_the_11_proof(match[1]) for match in _BSN.finditer(_without_random_ids(text)))


def _passes_the_11_proof(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdecimal()]
    digits = [0] * (len(_BSN_WEIGHTS) - len(digits)) + digits
    total = sum(weight * digit for weight, digit in zip(_BSN_WEIGHTS, digits, strict=True))
    return any(digits) and total % 11 == 0


def holds_email(text: str) -> bool:
    """Tell whether there is an e-mail address."""
    return _EMAIL.search(text) is not None


def holds_iban(text: str) -> bool:
    """Tell whether there is an account number (IBAN) of any country, with or without spaces."""
    return any(
        _is_97_proof(candidate)
        for match in _IBAN.finditer(_without_random_ids(text))
        for candidate in _beginnings(match[1])
    )


def _beginnings(text: str) -> Iterator[str]:
    """Yield what the number can be: where it ends and a next word begins cannot be seen."""
    words = text.split(" ")
    for count in range(1, len(words) + 1):
        if len(number := "".join(words[:count])) >= _SHORTEST_IBAN:
            yield number


def _is_97_proof(number: str) -> bool:
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


def holds_phone(text: str) -> bool:
    """Tell whether there is a phone number: Dutch, or of another country when it begins with `+`."""
    return _PHONE.search(_without_random_ids(text)) is not None

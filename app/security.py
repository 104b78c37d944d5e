"""Tokens: pure helpers on text and bytes, no database.

A token is a prefix, 40 random base62 characters (about 238 bits) and the CRC-32 of all that in six
more. The checksum refuses typing errors and fakes without a query; only the SHA-256 is stored.
"""

import hashlib
import re
import secrets
import string
import zlib

API = "wr_"
LINK = "wrr_"
"""Of links that work once, for one person: an invitation, a reset, a way into the demonstration."""
SETUP = "wrs_"
"""Of the link that makes the first administrator."""
PARTICIPANT = "wrt_"
"""Of what somebody answers with in a training."""
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FORM = re.compile(r"(wr[rst]?_)[0-9A-Za-z]{46}")
_CHECK_LENGTH = 6


def new_token(prefix: str = API) -> str:
    """Make a token. It is shown once and never stored."""
    body = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(40))
    return body + _check(body)


def is_well_formed(token: str, prefix: str = API) -> bool:
    """Tell whether this can be one of our tokens of a kind, from its form and checksum alone."""
    form = _FORM.fullmatch(token)
    return form is not None and form[1] == prefix and _check(token[:-_CHECK_LENGTH]) == token[-_CHECK_LENGTH:]


def token_hash(token: str) -> str:
    """Return what is stored of a token: its SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def _check(body: str) -> str:
    value = zlib.crc32(body.encode())
    digits = []
    for _ in range(_CHECK_LENGTH):
        value, digit = divmod(value, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))

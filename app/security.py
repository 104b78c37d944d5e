"""Tokens: pure helpers on text and bytes, no database.

A token is `wr_`, 40 random base62 characters (about 238 bits) and the CRC-32 of all that in six
more. The checksum refuses typing errors and fakes without a query; only the SHA-256 is stored.
"""

import hashlib
import re
import secrets
import string
import zlib

_PREFIX = "wr_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FORM = re.compile(r"wr_[0-9A-Za-z]{46}")
_CHECK_LENGTH = 6


def new_token() -> str:
    """Make a token. It is shown once and never stored."""
    body = _PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(40))
    return body + _check(body)


def is_well_formed(token: str) -> bool:
    """Tell whether this can be one of our tokens, from its form and checksum alone."""
    return _FORM.fullmatch(token) is not None and _check(token[:-_CHECK_LENGTH]) == token[-_CHECK_LENGTH:]


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

"""The second step of signing in: codes of an app (RFC 6238), and recovery codes that stand in for them."""

import hashlib
import hmac
import secrets
import string
from base64 import b32encode
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import func, insert, or_, select, update
from sqlmodel import Session

from app.models.base import table_of, uuid7
from app.models.logins import LocalAccount, RecoveryCode
from app.services.accounts import forget_codes
from app.services.work import organisation_of

STEP_SECONDS = 30
WINDOW = 1
"""How many steps a clock may be ahead or behind."""

HOW_MANY_CODES = 10
_CODE_LENGTH, _GROUP = 16, 4
# Without letters and digits that are taken for each other: 32 signs, so 80 bits a code.
_ALPHABET = "".join(sorted({*string.ascii_lowercase, *string.digits} - {*"ilo1"}))
_ACCOUNT, _CODE = table_of(LocalAccount), table_of(RecoveryCode)
ISSUER = "Werkrelatie"


def secret_to_offer(cookie: str) -> str:
    """Return the secret that is offered in a session: the same until it is taken, and stored nowhere before.

    Whoever knows the cookie sees the page with the secret anyway; taking it ends the cookie.
    """
    return b32encode(hmac.new(cookie.encode(), b"second factor", hashlib.sha256).digest()[:20]).decode()


def address_for_app(secret: str, login: str) -> str:
    """Return what stands in the picture: the address that an app for codes reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step a code belongs to, at most one from now; `None`: it is wrong."""
    current = int(now.timestamp()) // STEP_SECONDS
    typed = "".join(code.split())
    found = None
    for step in range(current - WINDOW, current + WINDOW + 1):
        # Without stopping at the first: how long it takes says nothing.
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), typed.encode()):
            found = step
    return found


def use_code(session: Session, account: LocalAccount, code: str, now: datetime) -> bool:
    """Tell whether a code of the app is right, and let neither it nor an older one work again."""
    if account.factor_secret is None or (step := step_of(account.factor_secret, code, now)) is None:
        return False
    used = session.connection().execute(
        update(_ACCOUNT)
        .where(
            _ACCOUNT.c.organisation_id == organisation_of(session),
            _ACCOUNT.c.id == account.id,
            or_(_ACCOUNT.c.factor_step.is_(None), _ACCOUNT.c.factor_step < step),
        )
        .values(factor_step=step)
    )
    return used.rowcount == 1


# ---------------------------------------------------------------- recovery codes


def renew_codes(session: Session, account_id: UUID) -> list[str]:
    """Make ten new recovery codes and return them, this once; the old ones stop working."""
    forget_codes(session, account_id)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(HOW_MANY_CODES)]
    rows = [
        {
            "organisation_id": organisation_of(session),
            "id": uuid7(),
            "account_id": account_id,
            "code_hash": _hash(account_id, code),
        }
        for code in codes
    ]
    session.connection().execute(insert(_CODE), rows)
    return [
        "-".join(code[place : place + _GROUP] for place in range(0, _CODE_LENGTH, _GROUP)) for code in codes
    ]


def use_recovery_code(session: Session, account: LocalAccount, code: str, now: datetime) -> bool:
    """Tell whether a recovery code is right, and let it work no more."""
    plain = "".join(sign for sign in code.lower() if sign in _ALPHABET)
    if len(plain) != _CODE_LENGTH:
        return False
    used = session.connection().execute(
        update(_CODE)
        .where(
            _CODE.c.organisation_id == organisation_of(session),
            _CODE.c.account_id == account.id,
            _CODE.c.code_hash == _hash(account.id, plain),
            _CODE.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return used.rowcount == 1


def codes_left(session: Session, account_id: UUID) -> int:
    """Return how many recovery codes still work."""
    left = select(func.count()).where(
        _CODE.c.organisation_id == organisation_of(session),
        _CODE.c.account_id == account_id,
        _CODE.c.used_at.is_(None),
    )
    return int(session.connection().execute(left).scalar_one())


def _hash(account_id: UUID, code: str) -> str:
    """Return what is stored of a code. It is random, so it needs no slow hash; the account salts it."""
    return hashlib.sha256(f"{account_id} {code}".encode()).hexdigest()

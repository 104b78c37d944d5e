"""The rules of signing in: names, second steps, delays and links. Nothing here knows a database."""

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.errors import Conflict, DomainError
from app.domain.roles import Role
from app.domain.texts import Text

LONGEST_LOGIN = 254
"""Of an e-mail address: RFC 5321, with the corrections of 2009."""

FACTOR_ROLES = frozenset(Role) - {Role.TRAINER}
"""Whoever sees something of clients, and whoever hands out those roles."""

FREE_FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)
LONGEST_DELAY = timedelta(minutes=15)
FAILURES_KEPT = timedelta(days=1)

_LOGIN = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f.]+(\.[^@\s\x00-\x1f\x7f.]+)+")


class LoginIsTaken(Conflict):
    """Somebody signs in with this address already, here or in another organisation."""

    code = "login-is-taken"
    title = Text(nl="Dit adres is al in gebruik", en="This address is in use already")
    detail = Text(
        nl="Met dit e-mailadres logt al iemand in, of deze persoon heeft al een account. "
        "Er is niets veranderd.",
        en="Somebody signs in with this e-mail address already, or this person has an account already. "
        "Nothing was changed.",
    )


class LinkDoesNotWork(DomainError):
    """A link that was used, is too old, was replaced, or never was one: always the same words."""

    code = "link-does-not-work"
    title = Text(nl="Deze link werkt niet (meer)", en="This link does not work (any more)")
    detail = Text(
        nl="Een link werkt één keer, en maar een tijdje. Vraag je beheerder om een nieuwe. Heb je met deze "
        "link al een wachtwoord gekozen? Dan kun je gewoon inloggen.",
        en="A link works once, and for a while only. Ask your administrator for a new one. Did you choose a "
        "password with this link already? Then you can simply sign in.",
    )


def login_of(text: str) -> str | None:
    """Return the name somebody signs in with, an e-mail address in lower case; `None`: it is none."""
    login = unicodedata.normalize("NFC", text).strip().lower()
    return login if len(login) <= LONGEST_LOGIN and _LOGIN.fullmatch(login) else None


def needs_factor(roles: Collection[Role], *, demonstration: bool) -> bool:
    """Tell whether somebody with these roles signs in with a second step.

    All roles count, not only the one they work in now: they can take the other at any time.
    """
    return not demonstration and not FACTOR_ROLES.isdisjoint(roles)


def delay_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in the window: 1, 2, 4 ... seconds from the fifth."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    # More than twenty doublings say nothing more.
    return min(timedelta(seconds=2 ** min(failures - FREE_FAILURES, 20)), LONGEST_DELAY)


class LinkState(StrEnum):
    """Whether a link that works once still does."""

    WORKS = "works"
    USED = "used"
    EXPIRED = "expired"


def state_of(used_at: datetime | None, expires_at: datetime, now: datetime) -> LinkState:
    """Tell whether a link works at a moment."""
    if used_at is not None:
        return LinkState.USED
    return LinkState.WORKS if now < expires_at else LinkState.EXPIRED

"""What tests of signing in use: accounts with a password and a second step, and what their owners do."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import select

from app.database import Database, OrganisationSession, transaction
from app.models.access_log import AccessEvent
from app.models.base import table_of
from app.models.logins import LinkKind
from app.services.accounts import account_of, create_account, set_factor, set_password
from app.services.links import make_link
from app.services.second_factor import renew_codes
from tests.support import FAST, START, People, Visitor, tampering

PASSWORD = "tafel lantaarn kikker 9"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class Holder:
    """An account of the cast, and what its owner knows."""

    login: str
    codes: list[str]
    secret: str = SECRET

    def code(self, now: datetime, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).generate_otp(int(now.timestamp()) // 30 + steps)


def make_account(
    database: Database, people: People, name: str, *, password: bool = True, factor: bool = True
) -> Holder:
    """Give somebody of the cast an account."""
    actor, login = people.users[name], f"{name}@example.org"
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, actor.organisation_id) as session,
    ):
        account_id = create_account(session, actor.user_id, login, START)
        if password:
            set_password(session, actor.user_id, FAST.hash(PASSWORD))
        codes = []
        if factor:
            set_factor(session, actor.user_id, SECRET, 0)
            codes = renew_codes(session, account_id)
    return Holder(login, codes)


def link_for(database: Database, people: People, name: str, kind: LinkKind, now: datetime = START) -> str:
    """Make a link for somebody of the cast, and return its token."""
    actor = people.users[name]
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, actor.organisation_id) as session,
    ):
        return make_link(session, actor.user_id, kind, now, None)


def account(database: Database, people: People, name: str) -> Any:
    """Read the account of somebody of the cast."""
    actor = people.users[name]
    with (
        transaction(database, write=False) as connection,
        OrganisationSession(connection, actor.organisation_id) as session,
    ):
        return account_of(session, actor.user_id)


def sign_in_lines(database: Database) -> list[tuple[str, str, str | None]]:
    """Return what the access log says of signing in: event, outcome and reason."""
    event = table_of(AccessEvent)
    with tampering(database) as connection:
        rows = connection.execute(
            select(event.c.event, event.c.outcome, event.c.reason)
            .where(event.c.event.like("login:%"))
            .order_by(event.c.number)
        )
        return [(row.event, str(row.outcome), row.reason) for row in rows]


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form with an address, as a browser would send them along."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form, f"no form to {action}"
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0])
    return {unescape(name): unescape(value) for name, value in fields}


def unescape(text: str) -> str:
    for sign, word in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(sign, word)
    return text


def come_in(visitor: Visitor, holder: Holder, now: datetime, **extra: str) -> Any:
    """Sign in with both steps and return the last answer."""
    first = visitor.post("/en/sign-in", {"login": holder.login, "password": PASSWORD, **extra})
    assert first.status_code == 303, first.text
    return visitor.post("/en/sign-in/code", {"code": holder.code(now), **extra})

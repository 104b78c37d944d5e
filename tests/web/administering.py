"""What tests of administration use: accounts of the cast, forms as a browser sends them, and what is left."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.database import Database, OrganisationSession, transaction
from app.domain.roles import Role
from app.models.base import table_of
from app.models.idempotency import IdempotencyKey
from app.models.logins import LoginSession
from app.models.organisations import UserKind
from app.services.organisations import Account, add_user
from app.services.work import Actor
from tests.support import START, People, Visitor, tampering

LINK = re.compile(r"wrr_[0-9A-Za-z]{46}")
TOKEN = re.compile(r"wr_[0-9A-Za-z]{46}")


def add_colleague(database: Database, people: People, name: str, role: Role) -> Actor:
    """Add somebody to the cast."""
    with within(database, people) as session:
        user = add_user(session, people.organisation.id, Account(name, UserKind.PERSON, role, None), START)
    people.users[name] = Actor(people.organisation.id, user.id, name, role, ())
    return people.users[name]


@contextmanager
def within(database: Database, people: People) -> Iterator[OrganisationSession]:
    """Open a transaction in the organisation of the cast."""
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        yield session


def rows_of(database: Database, kind: Any, **wanted: Any) -> list[Any]:
    """Return the rows of a table that have these values."""
    table = table_of(kind)
    statement = select(table)
    for name, value in wanted.items():
        statement = statement.where(table.c[name] == value)
    with tampering(database) as connection:
        return [*connection.execute(statement)]


def is_signed_in(database: Database, user_id: UUID) -> bool:
    """Tell whether a session of somebody still works."""
    return any(row.ended_at is None for row in rows_of(database, LoginSession, user_id=user_id))


def kept_answers(database: Database) -> str:
    """Return everything that is kept for who sends a form twice."""
    return repr([tuple(row) for row in rows_of(database, IdempotencyKey)])


def form_of(page: str, action: str, **chosen: str) -> dict[str, str]:
    """Return what a browser sends along by itself with the form of an address: its hidden fields."""
    forms = re.findall(rf'<form method="post" action="{re.escape(action)}">(.*?)</form>', page, re.DOTALL)
    for form in forms:
        fields = {
            unescape(name): unescape(value)
            for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
        }
        button = re.search(r'<button[^>]* name="do" value="([^"]*)"', form)
        if button:
            fields["do"] = button[1]
        if chosen.items() <= fields.items():
            return fields
    raise AssertionError(f"no form to {action} with {chosen}")


def send(
    visitor: Visitor, page: str, action: str, fields: dict[str, str] | None = None, **chosen: str
) -> Any:
    """Open a page and send the form to an address that stands on it."""
    found = visitor.get(page)
    assert found.status_code == 200, found.text
    return visitor.post(action, form_of(found.text, action, **chosen) | (fields or {}))


def mistakes(page: str) -> dict[str, str]:
    """Return the messages that stand at fields."""
    found = re.findall(r'<p class="err" id="e-([^"]*)">([^<]*)</p>', page)
    return {name: unescape(text) for name, text in found}

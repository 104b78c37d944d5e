"""What tests use beside fixtures: a clock, a cast of invented users, and callers of the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection
from sqlmodel import Session, select

from app.database import Database, OrganisationSession, open_database, transaction
from app.database.authorizer import lifted
from app.domain.roles import Role
from app.models.organisations import Organisation, UserKind
from app.services.logins import Beginning, start_session
from app.services.organisations import (
    Account,
    TokenOrder,
    add_user,
    create_organisation,
    create_team,
    create_token,
)
from app.services.passwords import Passwords
from app.services.work import Actor
from app.settings import Settings
from app.web.forms import CSRF_FIELD, SESSION, VISIT, proof_of
from tests.client import Client

FAST = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
"""Too weak for anything but tests, which would wait for the real one."""

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@contextmanager
def server_database(
    address: str, template: str | None = "template_werkrelatie", role: str = "app_rw"
) -> Iterator[Database]:
    """Yield a copy of the migrated template on PostgreSQL, or an empty database of `owner`."""
    name = f"t{uuid4().hex}"
    # To copy files takes half of the time of copying through the journal, which is the default.
    _as_superuser(
        address, f"CREATE DATABASE {name} OWNER owner TEMPLATE {template or 'template1'} STRATEGY file_copy"
    )
    database = open_database(Settings(database_url=address.format(role=role, name=name)))
    yield database
    database.close()
    _as_superuser(address, f"DROP DATABASE {name} WITH (FORCE)")


def _as_superuser(address: str, statement: str) -> None:
    # By the driver itself: an engine asks a new server a dozen things first.
    with psycopg.connect(address.format(role="postgres", name="postgres"), autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def as_role(database: Database, role: str) -> Iterator[Database]:
    """Open a PostgreSQL database a second time, as somebody else: `owner` or `postgres`."""
    if database.writer.url.username == role:
        yield database
        return
    url = database.writer.url.set(username=role).render_as_string(hide_password=False)
    other = open_database(Settings(database_url=url))
    try:
        yield other
    finally:
        other.close()


@contextmanager
def owned(database: Database) -> Iterator[Database]:
    """Open a database as the one who migrates it: on PostgreSQL that is not the role that serves."""
    if database.is_embedded:
        yield database
    else:
        with as_role(database, "owner") as other:
            yield other


@contextmanager
def tampering(database: Database) -> Iterator[Connection]:
    """Open a transaction as somebody with full control: a superuser, or whoever has file and key."""
    if database.is_embedded:
        with transaction(database, write=True) as connection, lifted(connection):
            yield connection
    else:
        with as_role(database, "postgres") as other, transaction(other, write=True) as connection:
            yield connection


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> datetime:
        self.now += timedelta(**duration)
        return self.now


@dataclass
class People:
    """An organisation with two teams, and users by name."""

    organisation: Organisation
    teams: dict[str, UUID]
    users: dict[str, Actor] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


CAST = (
    ("anna", Role.PRACTITIONER, "north"),
    ("bas", Role.PRACTITIONER, "north"),
    ("chris", Role.PRACTITIONER, "south"),
    ("sam", Role.SUPERVISOR, "north"),
    ("sofie", Role.SUPERVISOR, "south"),
    ("tess", Role.TRAINER, None),
    ("aad", Role.ADMIN, None),
    ("petra", Role.PRIVACY_OFFICER, None),
)
"""Invented users: name, role and team."""


def make_people(database: Database, slug: str, now: datetime = START) -> People:
    """Make an organisation with the whole cast, each with a token."""
    with transaction(database, write=True) as connection:
        with Session(connection, expire_on_commit=False) as session:
            # An embedded database holds one organisation with clients; a second is a demonstration.
            is_first = session.exec(select(Organisation.id)).first() is None
            organisation = create_organisation(session, slug, slug.title(), now, demonstration=not is_first)
            session.flush()
        with OrganisationSession(connection, organisation.id) as session:
            teams = {name: create_team(session, organisation.id, name).id for name in ("north", "south")}
            people = People(organisation, teams)
            for name, role, team in CAST:
                team_id = teams[team] if team else None
                user = add_user(session, organisation.id, Account(name, UserKind.PERSON, role, team_id), now)
                people.users[name] = Actor(
                    organisation.id, user.id, name, role, (team_id,) if team_id else ()
                )
                order = TokenOrder(name=name, role=role, days=366, user=name)
                people.tokens[name] = create_token(session, organisation, order, now)
            session.flush()
    return people


class Caller:
    """Somebody who calls the API, with a token or without."""

    def __init__(self, app: FastAPI, token: str | None = None, language: str = "en") -> None:
        headers = {"Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.http = Client(app, headers=headers)

    def get(self, path: str, **options: Any) -> Any:
        return self.http.get(path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.http.post(path, json=body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.http.patch(path, json=body, **options)

    def record(self, **changes: Any) -> Any:
        """Record an assessment; what is not given is the least that is needed."""
        response = self.post("/v1/assessments", assessment(**changes))
        assert response.status_code == 201, response.text
        return response.json()


def assessment(**changes: Any) -> dict[str, Any]:
    """The least that can be recorded, with changes on top. `answers` may be a code such as `yyn`."""
    body: dict[str, Any] = {
        "case": {"reference": "2026-0042"},
        "participant": {"reference": "mother"},
        "concern": {"reference": "signing"},
        "answers": "yyn",
        **changes,
    }
    if isinstance(body["answers"], str):
        body["answers"] = answers(body["answers"])
    if isinstance(body.get("held_at"), datetime):
        body["conversation"] = {"held_at": body.pop("held_at").isoformat()}
    return body


_WORDS = {"y": "yes", "m": "maybe", "n": "no", "u": "unknown"}


def answers(code: str) -> dict[str, str]:
    """Write a code such as `ymn` as the three answers."""
    names = ("problem", "help_request", "share_in_solution")
    return {name: _WORDS[letter] for name, letter in zip(names, code, strict=True)}


def make_token(database: Database, people: People, order: TokenOrder, now: datetime = START) -> str:
    """Make one more token in an organisation."""
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id) as session,
    ):
        token = create_token(session, people.organisation, order, now)
        session.flush()
    return token


class Visitor:
    """Somebody who looks at pages, signed in or not, with a browser that says where a form comes from."""

    def __init__(self, app: FastAPI, cookie: str | None = None) -> None:
        self.http = Client(app, follow_redirects=False)
        self.http.headers["Accept"] = "text/html"
        if cookie:
            self.take_cookie(cookie)

    def take_cookie(self, cookie: str) -> None:
        """Hold this session from now on, in place of any other."""
        self.http.cookies.set(SESSION, cookie, domain="localhost.local")

    def get(self, path: str, **options: Any) -> Any:
        return self.http.get(path, **options)

    def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> Any:
        """Send a form of our own. Whoever has no cookie yet looks at a page first, as a browser would."""
        if not {SESSION, VISIT} & {*self.http.cookies}:
            self.http.get("/nl/")
        secret = self.http.cookies.get(SESSION) or self.http.cookies.get(VISIT)
        assert secret is not None
        headers = {"Sec-Fetch-Site": "same-origin", **options.pop("headers", {})}
        data = {CSRF_FIELD: proof_of(secret), **(fields or {})}
        return self.http.post(path, data=data, headers=headers, **options)


def sign_in(database: Database, actor: Actor, now: datetime) -> str:
    """Begin a session for somebody, and return its cookie."""
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, actor.organisation_id) as session,
    ):
        return start_session(session, Beginning(actor.user_id, actor.role), now)

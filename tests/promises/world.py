"""One seeded world per database: two organisations, every kind of caller, every kind of object."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import delete, select
from sqlmodel import Session, col
from starlette.testclient import TestClient

from app.access import Surroundings
from app.database import Database, OrganisationSession, open_database, transaction
from app.domain.roles import Role
from app.knowledge import Knowledge
from app.main import create_app
from app.models import (  # noqa: F401 - for the metadata
    access_log,
    idempotency,
    ledger,
    rights,
    second_opinions,
    training,
)
from app.models.base import metadata
from app.models.organisations import Membership, UserKind
from app.security import new_token
from app.services.organisations import Account, TokenOrder, add_user, create_token, revoke_tokens
from app.services.work import Actor
from app.settings import Settings
from tests.client import Client
from tests.support import START, Clock, People, answers, as_role, assessment, make_people

CALLERS = (
    "owner",  # the practitioner of `own`, in team north
    "colleague",  # a practitioner of the same team
    "outsider",  # a practitioner of team south, and of `other_team`
    "supervisor",  # of team north
    "other_supervisor",  # of team south
    "trainer",
    "admin",
    "privacy_officer",
    "foreigner",  # the practitioner of `other_organisation`, in another organisation
    "unknown",  # a token of the right form that nobody ever made
    "expired",
    "revoked",
    "malformed",
    "roleless",  # a token of somebody who lost the role it was made for
    "anonymous",
)
STRANGERS = CALLERS[CALLERS.index("unknown") :]
"""Callers without a token that works."""

OWNERS = {"own": "owner", "other_team": "outsider", "other_organisation": "foreigner"}
"""The objects somebody owns, seen from `owner`, and who that is."""

ABSENT = "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"
OWN_ENTRY = {
    "kind": "question",
    "for": ["complainant"],
    "text": {"nl": "Vraag eerst naar gisteren.", "en": "Ask about yesterday first."},
}
CANARY = "kanarie-2026-4711"
"""Stands in the reference of every seeded case."""


def all_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that is in a database, table by table, whoever it belongs to."""
    everybody = nullcontext(database) if database.is_embedded else as_role(database, "postgres")
    with everybody as opened, transaction(opened, write=False) as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


TRACES = {"access_event", "accessed_client", "access_seal", "login_session"}
"""What looking leaves: lines of the log, what seals them, and when a session was last used."""


def kept_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that is kept, but for the traces of looking."""
    return {table: rows for table, rows in all_rows(database).items() if table not in TRACES}


@dataclass
class World:
    """The application on one database, with tokens of all callers and the ids of seeded objects."""

    app: FastAPI
    client: Client
    tokens: dict[str, str | None]
    users: dict[str, Actor]
    keeper: Database  # the same database, as somebody who sees everything
    asked: dict[str, Actor]  # who can be asked for a second opinion, by the kind of object
    objects: dict[str, dict[str, str]] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    """The code of a training of the trainer, and an answer that was given in it."""

    def ask(self, caller: str, method: str, path: str, **options: Any) -> Response:
        """Send one request as one of the callers."""
        token = self.tokens[caller]
        headers = {"Accept-Language": "en", **options.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.client.request(method, path, headers=headers, **options)

    def with_app(self, app: FastAPI) -> "World":
        """Return the same world behind another application."""
        app.state.surroundings = self.app.state.surroundings
        client = Client(app)
        return World(
            app, client, self.tokens, self.users, self.keeper, self.asked, self.objects, self.training
        )


@contextmanager
def embedded_database(template: Path, folder: Path) -> Iterator[Database]:
    """Yield a copy of the migrated template on the embedded database."""
    shutil.copytree(template, folder / "data")
    shutil.copy(template.with_name("data.key"), folder / "data.key")
    database = open_database(Settings(data_dir=folder / "data"))
    yield database
    database.close()


@contextmanager
def make_world(database: Database, knowledge: Knowledge) -> Iterator[World]:
    """Yield the application on this database, with everybody and everything in it."""
    first, second = make_people(database, "first"), make_people(database, "second")
    app = create_app()
    app.state.surroundings = Surroundings(database, knowledge, Clock())
    everybody = nullcontext(database) if database.is_embedded else as_role(database, "postgres")
    with (
        everybody as keeper,
        TestClient(app),
        Client(app) as client,
    ):
        users = {name: first.users[who] for name, who in _CAST.items()} | {"foreigner": second.users["anna"]}
        asked = {"own": first.users["sam"], "other_team": first.users["sofie"]}
        asked["other_organisation"] = second.users["sam"]
        keepers = {"own": first.tokens["sam"], "other_team": first.tokens["sofie"]}
        world = World(app, client, _tokens(database, first, second), users, keeper, asked)
        for kind in OWNERS:
            world.objects[kind] = _record(world, kind)
            token = keepers.get(kind, second.tokens["sam"])
            headers = {"Authorization": f"Bearer {token}"}
            added = client.post("/v1/own-entries", json=OWN_ENTRY, headers=headers)
            world.objects[kind]["own-entries"] = added.json()["id"]
        world.training.update(_begin_training(world))
        yield world


_CAST = {
    "owner": "anna",
    "colleague": "bas",
    "outsider": "chris",
    "supervisor": "sam",
    "other_supervisor": "sofie",
    "trainer": "tess",
    "admin": "aad",
    "privacy_officer": "petra",
}


def _tokens(database: Database, first: People, second: People) -> dict[str, str | None]:
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, first.organisation.id) as session,
    ):
        expired, revoked = (
            create_token(
                session,
                first.organisation,
                TokenOrder(name, Role.PRACTITIONER, days=90, user="anna"),
                START - timedelta(days=age),
            )
            for name, age in (("expired", 91), ("revoked", 0))
        )
        revoke_tokens(session, "revoked", START)
        roleless = _token_without_its_role(session, first)
        session.flush()
    return {
        **{name: first.tokens[who] for name, who in _CAST.items()},
        "foreigner": second.tokens["anna"],
        "unknown": new_token(),
        "expired": expired,
        "revoked": revoked,
        "malformed": first.tokens["anna"][:-1] + "!",
        "roleless": roleless,
        "anonymous": None,
    }


def _token_without_its_role(session: Session, people: People) -> str:
    organisation = people.organisation
    account = Account("dora", UserKind.PERSON, Role.PRACTITIONER, people.teams["north"])
    user = add_user(session, organisation.id, account, START)
    token = create_token(session, organisation, TokenOrder("dora", Role.PRACTITIONER, 90, user="dora"), START)
    session.execute(delete(Membership).where(col(Membership.user_id) == user.id))
    return token


def _begin_training(world: World) -> dict[str, Any]:
    """Begin a training in which one participant has given one answer."""
    begun = world.ask("trainer", "POST", "/v1/training-sessions", json={"vignettes": ["vg03"]})
    path = f"/v1/training-sessions/{begun.json()['code']}"
    joined = world.ask("anonymous", "POST", f"{path}/participants", json={"nickname": "Otter"})
    answer = {
        "participant": joined.json()["participant"],
        "vignette": "vg03",
        "assessment": 1,
        **answers("nnn"),
        "relationship_type": "visitor",
    }
    assert world.ask("anonymous", "POST", f"{path}/answers", json=answer).status_code == 201
    return {"code": begun.json()["code"], "answer": answer}


def _record(world: World, kind: str) -> dict[str, str]:
    """Record two assessments as the owner, so that there is a transition too."""
    reference = f"{CANARY}-{kind}"
    for code in ("yyn", "yyy"):
        body = assessment(case={"reference": reference}, answers=code, note="Met at school.")
        response = world.ask(OWNERS[kind], "POST", "/v1/assessments", json=body)
        assert response.status_code == 201, response.text
    found = response.json()
    asked = {"case": {"reference": reference}, "reason": "client_asked"}
    order = world.ask(OWNERS[kind], "POST", "/v1/erasure-orders", json=asked)
    assert order.status_code == 201, order.text
    opinion = ask_for_opinion(world, kind, f"{reference}-opinion")
    return {
        "second-opinions": opinion["id"],
        "opinion-cases": opinion["case"]["id"],
        "erasure-orders": order.json()["id"],
        "reference": reference,
        "assessments": found["id"],
        "cases": found["case_id"],
        "threads": found["thread_id"],
        "participants": found["participant"]["id"],
    }


def ask_for_opinion(world: World, kind: str, reference: str) -> dict[str, Any]:
    """Let the owner of a kind of object ask for a second opinion in a case of its own."""
    body = assessment(case={"reference": reference})
    recorded = world.ask(OWNERS[kind], "POST", "/v1/assessments", json=body)
    assert recorded.status_code == 201, recorded.text
    path = f"/v1/assessments/{recorded.json()['id']}/second-opinions"
    opinion = world.ask(OWNERS[kind], "POST", path, json={"supervisor_id": str(world.asked[kind].user_id)})
    assert opinion.status_code == 201, opinion.text
    found: dict[str, Any] = opinion.json()
    return found

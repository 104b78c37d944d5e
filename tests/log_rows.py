"""Lines of the access log that a test writes itself, and what stands in the log of a database."""

from contextlib import nullcontext
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from app.database import Database, OrganisationSession, transaction
from app.domain.access_log import Action, Basis, Outcome
from app.domain.roles import Role
from app.models.access_log import AccessedClient, AccessEvent, AccessSeal
from app.models.base import table_of, uuid7
from app.models.organisations import UserKind
from tests.support import START, People, as_role

EVENT, CLIENT, SEAL = table_of(AccessEvent), table_of(AccessedClient), table_of(AccessSeal)

_numbers = count(1_000_000)


def write_events(database: Database, people: People, *events: dict[str, Any]) -> list[UUID]:
    """Write lines as they would be written for anna looking at a case; `cases` are the cases of each."""
    anna = people.users["anna"]
    written, clients = [], []
    for changes in events:
        cases = changes.pop("cases", ())
        event: dict[str, Any] = {
            "organisation_id": people.organisation.id,
            "id": uuid7(),
            "number": next(_numbers),
            "recorded_at": START,
            "event": "case:read",
            "action": Action.READ,
            "outcome": Outcome.GRANTED,
            "reason": None,
            "actor_id": anna.user_id,
            "actor_kind": UserKind.PERSON,
            "actor_name": "anna",
            "role": Role.PRACTITIONER,
            "team_id": None,
            "on_behalf_of": None,
            "basis": Basis.ASSIGNMENT,
            "emergency": False,
            "entity_kind": None,
            "entity_id": None,
            "application": None,
            "token_id": None,
            "address": None,
            "request_id": None,
            "traceparent": None,
        } | changes
        written.append(event)
        clients += [
            {"organisation_id": event["organisation_id"], "event_id": event["id"], "case_id": case_id}
            for case_id in cases
        ]
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id),
    ):
        connection.execute(insert(EVENT), written)
        if clients:
            connection.execute(insert(CLIENT), clients)
    return [event["id"] for event in written]


def write_seal(database: Database, people: People, numbers: tuple[int, int], until: datetime) -> UUID:
    """Write a seal over a range of numbers."""
    seal = {
        "organisation_id": people.organisation.id,
        "id": uuid7(),
        "first_number": numbers[0],
        "last_number": numbers[1],
        "count": numbers[1] - numbers[0] + 1,
        "until": until,
        "recorded_at": until,
        "digest": "0" * 64,
    }
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id),
    ):
        connection.execute(insert(SEAL), [seal])
    return UUID(str(seal["id"]))


def lines(database: Database, **wanted: Any) -> list[dict[str, Any]]:
    """Return lines of the log of all organisations, the oldest first, each with its `cases`."""
    everybody = nullcontext(database) if database.is_embedded else as_role(database, "postgres")
    statement = select(EVENT).order_by(EVENT.c.number)
    for name, value in wanted.items():
        statement = statement.where(EVENT.c[name] == value)
    with everybody as opened, transaction(opened, write=False) as connection:
        found = [{**row, "cases": set()} for row in connection.execute(statement).mappings()]
        by_id = {line["id"]: line for line in found}
        for event_id, case_id in connection.execute(select(CLIENT.c.event_id, CLIENT.c.case_id)):
            if event_id in by_id:
                by_id[event_id]["cases"].add(case_id)
    return found

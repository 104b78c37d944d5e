"""Keep the list of erasures outside the database, and repeat it in a database that was restored."""

import json
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from app.database import Database, OrganisationSession, transaction
from app.models.organisations import Organisation
from app.services.erasure import executed_orders, replay
from app.trust import ERASURES, TrustFolder


def sync_erasures(database: Database, trust: TrustFolder) -> int:
    """Add to the list each executed order that it lacks, of every organisation. Returns how many.

    Written twice by two processes at the same time, an order is carried out once all the same.
    """
    kept = {UUID(json.loads(line)["order"]["id"]) for line in trust.lines(ERASURES)}
    lines = []
    with transaction(database, write=False) as connection:
        for organisation_id in _organisations(Session(connection)):
            with OrganisationSession(connection, organisation_id) as session:
                lines += [
                    json.dumps(record, separators=(",", ":")) for record in executed_orders(session, kept)
                ]
    trust.append(ERASURES, lines)
    return len(lines)


def replay_erasures(database: Database, trust: TrustFolder, now: datetime) -> int:
    """Carry out again every erasure on the list that this database does not know. Returns how many.

    All of them or none. An organisation that is not in this database is left out.
    """
    replayed = 0
    with transaction(database, write=True) as connection:
        there = set(_organisations(Session(connection)))
        for line in trust.lines(ERASURES):
            record = json.loads(line)
            organisation_id = UUID(record["organisation_id"])
            if organisation_id in there:
                with OrganisationSession(connection, organisation_id) as session:
                    replayed += replay(session, record, now)
                    session.flush()
    return replayed


def _organisations(session: Session) -> list[UUID]:
    return list(session.exec(select(Organisation.id)))

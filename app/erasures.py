"""Keep the list of erasures outside the database, and repeat it in a database that was restored."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.database import Database, OrganisationSession, transaction
from app.services.erasure import executed_orders, replay
from app.services.organisations import organisation_ids
from app.trust import ERASURES, TrustFolder


class BadErasure(ValueError):
    """A line of the list that is none."""


def sync_erasures(database: Database, trust: TrustFolder) -> int:
    """Add to the list each executed order that it lacks, of every organisation. Returns how many.

    Written twice by two processes at the same time, an order is carried out once all the same. A line
    that cannot be read keeps nothing from being added; raises `BadErasure` after that.
    """
    kept, bad = set(), []
    for number, line in enumerate(trust.lines(ERASURES), start=1):
        try:
            kept.add(_order_id(line))
        except BadErasure:
            bad.append(number)
    lines = []
    with transaction(database, write=False) as connection:
        for organisation_id in organisation_ids(Session(connection)):
            with OrganisationSession(connection, organisation_id) as session:
                lines += [
                    json.dumps(record, separators=(",", ":")) for record in executed_orders(session, kept)
                ]
    trust.append(ERASURES, lines)
    if bad:
        raise BadErasure(f"line {bad[0]} of {trust.folder / ERASURES} is no erasure")
    return len(lines)


def replay_erasures(database: Database, lines: Iterable[str], now: datetime) -> int:
    """Carry out again every erasure on the list that this database does not know. Returns how many.

    All of them or none. An organisation that is not in this database has nothing in it to erase.
    Raises `BadErasure`.
    """
    replayed = 0
    with transaction(database, write=True) as connection:
        there = {*organisation_ids(Session(connection))}
        for line in lines:
            record, organisation_id = _record(line)
            if organisation_id in there:
                with OrganisationSession(connection, organisation_id) as session:
                    replayed += replay(session, record, now)
                    session.flush()
    return replayed


def _order_id(line: str) -> UUID:
    try:
        return UUID(_record(line)[0]["order"]["id"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadErasure from error


def _record(line: str) -> tuple[dict[str, Any], UUID]:
    try:
        record = json.loads(line)
        return record, UUID(record["organisation_id"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadErasure from error

"""Seal the access log: what was written since the last seal goes into the ledger as one hash."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlmodel import Session

from app.domain.ledger import canonical, commitment
from app.models.access_log import AccessSeal
from app.models.base import table_of, uuid7
from app.services.ledger import append
from app.services.log_lines import log_lines
from app.services.trail import Chained
from app.services.work import organisation_of

_SEAL = table_of(AccessSeal)
# Seals follow each other, so the newest has the highest first number, on which there is an index.
_LAST = (
    select(_SEAL.c.last_number)
    .where(_SEAL.c.organisation_id == bindparam("of_organisation"))
    .order_by(_SEAL.c.first_number.desc())
    .limit(1)
)
_INSERT = insert(_SEAL)


def seal(session: Session, now: datetime) -> bool:
    """Hash every line of the access log that no seal covers into one; tell whether there was any.

    The transaction has to have held the log from its beginning (`database.patience.hold_the_log`).
    """
    own = {"of_organisation": organisation_of(session)}
    connection = session.connection()
    last: int = connection.execute(_LAST, own).scalar() or 0
    whole, count, until, number = hashlib.sha256(), 0, "", last
    for number, recorded_at, _, line in log_lines(connection, own, last):  # noqa: B007 - the last is kept
        whole.update(line)
        count += 1
        until = max(until, recorded_at)
    if not count:
        return False
    row: dict[str, Any] = {
        "organisation_id": own["of_organisation"],
        "id": uuid7(),
        "first_number": last + 1,
        "last_number": number,
        "count": count,
        "until": datetime.fromisoformat(until),
        "recorded_at": now,
        "digest": whole.hexdigest(),
    }
    connection.execute(_INSERT, row)
    kind = "access_seal/1"
    append(session, None, now, [Chained(kind, row["id"], commitment(b"", canonical(kind, row)))])
    return True

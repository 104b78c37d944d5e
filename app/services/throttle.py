"""Who fails to sign in waits. Counted in the database: all processes know, and a restart forgets nothing.

Every attempt is written down as a failure before it is looked at, and taken back when it was none. So
many attempts at the same moment are no way round the count.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.errors import TooManyRequests
from app.domain.signing_in import FAILURE_WINDOW, FAILURES_KEPT, delay_after
from app.models.base import table_of, uuid7
from app.models.logins import SignInFailure

_FAILURE = table_of(SignInFailure)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: whose, from where, and the rows that say it failed."""

    key: str
    network_key: str
    rows: tuple[UUID, ...]


def password_key(login: str) -> str:
    """Return the name under which failures of a login are counted, whether it exists or not."""
    return _key("login", login)


def code_key(user_id: UUID) -> str:
    """Return the name under which failures of the second step of a user are counted."""
    return _key("code", str(user_id))


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind} {value}".encode()).hexdigest()


def begin_attempt(connection: Connection, key: str, network: str, now: datetime) -> Attempt:
    """Count an attempt as failed until it is taken back. Raises `TooManyRequests` while it is too early."""
    network_key = _key("network", network)
    waits = [_wait(connection, one, now) for one in (key, network_key)]
    if (wait := max(waits)) > timedelta(0):
        raise TooManyRequests(math.ceil(wait.total_seconds()))
    rows = [{"id": uuid7(), "key": one, "failed_at": now} for one in (key, network_key)]
    connection.execute(insert(_FAILURE), rows)
    return Attempt(key, network_key, tuple(row["id"] for row in rows))  # type: ignore[misc]  # ids


def _wait(connection: Connection, key: str, now: datetime) -> timedelta:
    failures, newest = connection.execute(
        select(func.count(), func.max(_FAILURE.c.failed_at)).where(
            _FAILURE.c.key == key, _FAILURE.c.failed_at > now - FAILURE_WINDOW
        )
    ).one()
    return newest + delay_after(failures) - now if failures else timedelta(0)


def confirm_failure(connection: Connection, attempt: Attempt, now: datetime) -> None:
    """Let the wait count from the end of the attempt. Done for names that do not exist as well."""
    connection.execute(update(_FAILURE).where(_FAILURE.c.id.in_(attempt.rows)).values(failed_at=now))


def take_back(connection: Connection, attempt: Attempt) -> None:
    """The attempt was none: take it back, and what the same person got wrong before from the same place.

    A whole office can be behind one address. Who comes in was no attacker, so their typing errors do not
    make their colleagues wait. What others tried there with other names stays counted, and so does
    everything that was tried with this name: its owner is told.
    """
    connection.execute(delete(_FAILURE).where(_FAILURE.c.id.in_(attempt.rows)))
    own = select(_FAILURE.c.failed_at).where(_FAILURE.c.key == attempt.key)
    moments: Sequence[datetime] = connection.execute(own).scalars().all()
    connection.execute(
        delete(_FAILURE).where(_FAILURE.c.key == attempt.network_key, _FAILURE.c.failed_at.in_(moments))
    )


def failures_since(connection: Connection, keys: Sequence[str], since: datetime | None) -> int:
    """Return how often somebody failed since a moment; at most a day is remembered."""
    found = select(func.count()).where(_FAILURE.c.key.in_(keys))
    if since is not None:
        found = found.where(_FAILURE.c.failed_at > since)
    return int(connection.execute(found).scalar_one())


def forget_failures(connection: Connection, now: datetime) -> None:
    """Forget failures of more than a day ago."""
    connection.execute(delete(_FAILURE).where(_FAILURE.c.failed_at <= now - FAILURES_KEPT))

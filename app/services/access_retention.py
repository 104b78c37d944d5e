"""Take the oldest lines out of the access log: whole seals at a time, and only when nobody needs them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlmodel import Session

from app.domain.access_log import Command
from app.domain.years import years_before
from app.models.access_log import AccessedClient, AccessEvent, AccessSeal
from app.models.base import table_of
from app.services.access_log import write_command
from app.services.trail import Trail
from app.services.work import organisation_of

SEALS_AT_A_TIME = 500

_EVENT, _CLIENT, _SEAL = table_of(AccessEvent), table_of(AccessedClient), table_of(AccessSeal)


class Pruned(NamedTuple):
    """How many lines of how many seals one step deleted; the next one begins behind `after`."""

    lines: int
    seals: int
    after: int


def prune(session: Session, now: datetime, years: int, after: int = -1) -> Pruned | None:
    """Delete the lines of the oldest seals whose newest line is older than `years`; the seals stay.

    Takes a few seals at a time, so that nobody waits long; `None` when there are no more.
    """
    connection, organisation_id = session.connection(), organisation_of(session)
    lowest = select(func.min(_EVENT.c.number)).where(_EVENT.c.organisation_id == organisation_id)
    seals = connection.execute(
        select(_SEAL.c.first_number, _SEAL.c.last_number)
        .where(
            _SEAL.c.organisation_id == organisation_id,
            _SEAL.c.first_number > after,
            _SEAL.c.last_number >= lowest.scalar_subquery(),
            _SEAL.c.until < years_before(now, years),
        )
        .order_by(_SEAL.c.first_number)
        .limit(SEALS_AT_A_TIME)
    ).all()
    if not seals:
        return None
    lines = emptied = 0
    for first, last in seals:
        sealed = (
            _EVENT.c.organisation_id == organisation_id,
            _EVENT.c.number.between(first, last),
        )
        connection.execute(
            delete(_CLIENT).where(
                _CLIENT.c.organisation_id == organisation_id,
                _CLIENT.c.event_id.in_(select(_EVENT.c.id).where(*sealed)),
            )
        )
        deleted = connection.execute(delete(_EVENT).where(*sealed)).rowcount
        lines, emptied = lines + deleted, emptied + bool(deleted)
    if lines:
        write_command(session, Trail(Command.PRUNE), now)
    return Pruned(lines, emptied, seals[-1].first_number)

"""Add to the chain of an organisation. Verifying it is the business of `verification.py`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from app.domain.ledger import NOTHING_BEFORE, Entry
from app.models.base import table_of
from app.models.ledger import LedgerEntry, LedgerHead
from app.services.trail import Chained
from app.services.work import organisation_of

_ENTRY, _HEAD = table_of(LedgerEntry), table_of(LedgerHead)

# Made once: making a statement costs more than running it.
_HOLD = (
    select(_HEAD.c.seq, _HEAD.c.hash, _HEAD.c.recorded_at)
    .where(_HEAD.c.organisation_id == bindparam("of_organisation"))
    .with_for_update()
)
_BEGIN = {
    "sqlite": sqlite.insert(_HEAD).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_HEAD).on_conflict_do_nothing(),
}
_INSERT = insert(_ENTRY)
_MOVE = update(_HEAD).where(_HEAD.c.organisation_id == bindparam("of_organisation"))


def hold(session: Session, now: datetime) -> datetime:
    """Let nobody else record in this organisation until the transaction ends.

    Returns when something was recorded last, or `now` where nothing was: what is recorded later has no
    earlier moment, whatever the clock does.
    """
    moment: datetime = _head(session, now).recorded_at
    return moment


def _head(session: Session, now: datetime) -> Row[int, bytes, datetime]:
    """Hold the end of the chain, which is made where there is none yet."""
    connection = session.connection()
    own = {"of_organisation": organisation_of(session)}
    head = connection.execute(_HOLD, own).first()
    if head is None:
        first = {
            "organisation_id": own["of_organisation"],
            "seq": 0,
            "hash": NOTHING_BEFORE,
            "recorded_at": now,
        }
        connection.execute(_BEGIN[connection.dialect.name], first)
        head = connection.execute(_HOLD, own).one()
    return head


def append(session: Session, actor_id: UUID | None, now: datetime, rows: Sequence[Chained]) -> None:
    """Chain rows, in this order, behind everything the organisation has recorded.

    Call it last: from here on nobody else can record in this organisation until the transaction
    ends. The order of recording is `seq`; `recorded_at` never falls, whatever the clock does.
    """
    if not rows:
        return
    connection = session.connection()
    own = {"of_organisation": organisation_of(session)}
    head = _head(session, now)
    recorded_at, last, entries = max(now, head.recorded_at), head.hash, []
    for seq, row in enumerate(rows, start=head.seq + 1):
        entry = Entry(
            organisation_id=own["of_organisation"],
            seq=seq,
            kind=row.kind,
            entity_id=row.entity_id,
            recorded_at=recorded_at,
            actor_id=actor_id,
            commitment=row.commitment,
            previous_hash=last,
        )
        last = entry.hash
        entries.append({name: getattr(entry, name) for name in Entry.__slots__} | {"hash": last})
    connection.execute(_INSERT, entries)
    moved = {"seq": head.seq + len(rows), "hash": last, "recorded_at": recorded_at}
    connection.execute(_MOVE, own | moved)

"""Chain made-up rows, as the service does one by one."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from app.domain.ledger import NOTHING_BEFORE, Entry, canonical, commitment
from app.models.ledger import LedgerEntry, LedgerHead

Rows = Callable[[type[SQLModel], Iterable[dict[str, Any]]], None]
"""Inserts rows of one kind, all of them in the organisation."""


def salt_of(id_: UUID) -> bytes:
    """Return a salt that can be made again: made-up rows have nothing to hide."""
    return hashlib.sha256(id_.bytes).digest()


def write_chain(write: Rows, rows: Iterable[tuple[str, dict[str, Any]]], organisation_id: UUID) -> None:
    """Write the entries of rows in the order they come, and the head."""
    last: list[Entry] = []

    def entries() -> Iterator[dict[str, Any]]:
        before, recorded_at = NOTHING_BEFORE, None
        for seq, (kind, row) in enumerate(rows, start=1):
            owned = {"organisation_id": organisation_id, **row}
            recorded_at = max(recorded_at or row["recorded_at"], row["recorded_at"])
            entry = Entry(
                organisation_id=organisation_id,
                seq=seq,
                kind=kind,
                entity_id=row["id"],
                recorded_at=recorded_at,
                actor_id=row["recorded_by_id"],
                commitment=commitment(row["salt"], canonical(kind, owned)),
                previous_hash=before,
            )
            before = entry.hash
            last[:] = [entry]
            yield {name: getattr(entry, name) for name in Entry.__slots__} | {"hash": before}

    write(LedgerEntry, entries())
    head = {"seq": last[0].seq, "hash": last[0].hash, "recorded_at": last[0].recorded_at}
    write(LedgerHead, [{"organisation_id": organisation_id, **head}])

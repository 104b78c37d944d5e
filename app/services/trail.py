"""What one unit of work did and showed: collected on the way, written down at its end.

Everything here is written in the transaction of the work itself. So nothing is shown or changed
without a line in the access log, and nothing is recorded without its entry in the ledger.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.ledger import SALT_BYTES, canonical, commitment


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call comes from. `on_behalf_of` is a claim of the calling application, and no more."""

    application: str | None = None
    token_id: UUID | None = None
    address: str | None = None
    request_id: str | None = None
    on_behalf_of: str | None = None
    traceparent: str | None = None


class Chained(NamedTuple):
    """A row that goes into the ledger: its kind, its id, and what the ledger keeps of it."""

    kind: str
    entity_id: UUID
    commitment: bytes


@dataclass(slots=True)
class Trail:
    """What was done (a permission or a command), to what, and which cases were shown on the way.

    `answered` tells whether the answer was kept for who sends the same call again.
    """

    event: str
    origin: Origin = Origin()
    entity: tuple[str, UUID] | None = None
    cases: set[UUID] = field(default_factory=set)
    chained: list[Chained] = field(default_factory=list)
    answered: bool = False

    def about(self, kind: str, id_: UUID) -> None:
        """Say which thing the work is about."""
        self.entity = (kind, id_)

    def shows(self, *case_ids: UUID) -> None:
        """Say of which cases something is shown or changed."""
        self.cases.update(case_ids)

    def chain(self, kind: str, row: Mapping[str, Any], salt: bytes = b"") -> None:
        """Let a new row be part of the ledger. `kind` is one of the forms of `domain/ledger.py`."""
        entity_id = row["entity_id"] if kind == "erased/1" else row["id"]
        self.chained.append(Chained(kind, entity_id, commitment(salt, canonical(kind, row))))


def new_salt() -> bytes:
    """Make the salt of a row. Whoever erases the row erases the salt with it."""
    return secrets.token_bytes(SALT_BYTES)

"""The ledger: what was recorded, in order, chained. See `app/domain/ledger.py` for its forms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import UtcDateTime


class LedgerEntry(SQLModel, table=True):
    """One link of the chain of an organisation. It holds no client facts and is never deleted."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("organisation_id", "entity_id", "kind"),)

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    seq: int = Field(primary_key=True)
    kind: str = Field(max_length=32)
    entity_id: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor_id: UUID | None
    commitment: bytes = Field(sa_type=LargeBinary)
    previous_hash: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)


class LedgerHead(SQLModel, table=True):
    """The end of the chain of an organisation. Whoever adds to the chain holds this row."""

    __tablename__ = "ledger_head"

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    seq: int
    hash: bytes = Field(sa_type=LargeBinary)
    recorded_at: datetime = Field(sa_type=UtcDateTime)

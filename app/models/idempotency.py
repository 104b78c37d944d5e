"""Answers that were given, so that a call that is sent twice is carried out once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.base import UtcDateTime, belongs_to

LONGEST_KEY = 128


class IdempotencyKey(SQLModel, table=True):
    """A key of a caller with the answer it got. It has an answer as soon as anybody else can see it."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        belongs_to("user", "user_id"),
        Index(None, "organisation_id", "case_id"),
        Index(None, "organisation_id", "created_at"),
    )

    organisation_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(primary_key=True)
    key: str = Field(max_length=LONGEST_KEY, primary_key=True)
    request_hash: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=UtcDateTime)
    case_id: UUID | None = None
    status: int | None = None
    location: str | None = Field(default=None, max_length=200)
    etag: str | None = Field(default=None, max_length=100)
    language: str | None = Field(default=None, max_length=2)
    body: bytes | None = Field(default=None, sa_type=LargeBinary)

"""What a backup says of itself, and whether a database agrees with it."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import Connection, LargeBinary, Uuid, column, inspect, select, table

from app.database.engine import StartRefused
from app.database.schema import current_revision
from app.trust import CHECKPOINTS, ERASURES

FORMAT = 1
"""Raised when a backup is put together in another way."""

DATABASES = {"embedded": "werkrelatie.db", "postgresql": "werkrelatie.dump"}
"""What the database is called in a backup, per engine."""

PUBLIC_KEYS = "signing.pub"
"""By what the checkpoints are checked where there is no trust folder any more."""

_Sum = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0)]
_HEAD = table("ledger_head", column("organisation_id", Uuid()), column("seq"), column("hash", LargeBinary()))


class BackupRefused(StartRefused):
    """A backup is not made or not put back; the message says why, and what to do about it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Head(_Part):
    """The end of the chain of one organisation."""

    seq: _Count
    hash: _Sum


class Contents(_Part):
    """What is in a database: its schema, how many rows, and how far each ledger goes."""

    schema_revision: str
    rows: dict[str, _Count]
    ledgers: dict[str, Head]


class FileMark(_Part):
    """By what a file of a backup is known."""

    size: _Count
    sha256: _Sum


class Manifest(_Part):
    """What a backup says of itself."""

    format: int = FORMAT
    made_at: str
    program: str
    engine: str
    contents: Contents
    files: dict[str, FileMark]

    @property
    def made(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)

    def as_text(self) -> str:
        """Write it down."""
        return json.dumps(self.model_dump(), indent=2, sort_keys=True) + "\n"


def members(engine: str) -> tuple[str, ...]:
    """Return the files that a backup of this engine has beside its manifest, in their order."""
    return (DATABASES[engine], CHECKPOINTS, PUBLIC_KEYS, ERASURES)


def read_manifest(text: bytes) -> Manifest:
    """Read what a backup says of itself.

    Raises `BackupRefused` when this program cannot know what it means, `ValueError` when nobody can.
    """
    document: Any = json.loads(text)
    number = TypeAdapter(int).validate_python(document.get("format") if isinstance(document, dict) else None)
    if number != FORMAT:
        raise BackupRefused(
            f"This backup has format {number}, and this program reads format {FORMAT}. Use the version of "
            "the program that made it."
        )
    try:
        manifest = Manifest.model_validate(document)
        if manifest.engine not in DATABASES or {*manifest.files} != {*members(manifest.engine)}:
            raise ValueError(manifest.engine)
        if manifest.made.tzinfo is None:
            raise ValueError(manifest.made_at)
    except ValidationError as error:
        # Its own text would repeat what stands in the file.
        raise ValueError("not a manifest") from error
    return manifest


def contents_of(connection: Connection) -> Contents:
    """Look what is in a database. On PostgreSQL the role has to see all rows."""
    names = sorted(inspect(connection).get_table_names())
    rows = {name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for name in names}
    heads = connection.execute(select(_HEAD)).all() if "ledger_head" in rows else ()
    return Contents(
        schema_revision=current_revision(connection) or "",
        rows=rows,
        ledgers={
            str(UUID(str(organisation_id))): Head(seq=seq, hash=bytes(hash_).hex())
            for organisation_id, seq, hash_ in heads
        },
    )


def refuse_difference(promised: Contents, found: Contents) -> None:
    """Check that a database holds what its manifest says. Raises `BackupRefused` with a difference."""
    if found.schema_revision != promised.schema_revision:
        raise BackupRefused(
            f"The database has version {found.schema_revision or 'none'} of the schema, and its manifest "
            f"says {promised.schema_revision}. Use another backup."
        )
    for name in sorted({*promised.rows, *found.rows}):
        have, want = found.rows.get(name), promised.rows.get(name)
        if have != want:
            raise BackupRefused(
                f"The table '{name}' has {_how_many(have)} and its manifest says {_how_many(want)}. "
                "Use another backup."
            )
    for name in sorted({*promised.ledgers, *found.ledgers}):
        if found.ledgers.get(name) != promised.ledgers.get(name):
            raise BackupRefused(
                f"The ledger of organisation {name} does not end where its manifest says. Use another backup."
            )


def _how_many(rows: int | None) -> str:
    return "no such table" if rows is None else f"{rows} rows"

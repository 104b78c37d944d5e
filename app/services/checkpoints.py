"""Signed checkpoints of the ledger: proof, kept outside the database, of what stood in it and when."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import bindparam, func, select
from sqlmodel import Session

from app.domain.ledger import canonical_text, moment_text
from app.models.base import table_of
from app.models.ledger import LedgerEntry, LedgerHead
from app.services.work import organisation_of
from app.trust import CHECKPOINTS, TrustFolder

_HEAD, _ENTRY = table_of(LedgerHead), table_of(LedgerEntry)
_READ_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.organisation_id == bindparam("of_organisation"))
_COUNT = (
    select(func.count()).select_from(_ENTRY).where(_ENTRY.c.organisation_id == bindparam("of_organisation"))
)
_FIELDS = {
    "checkpoint": {"organisation", "seq", "hash", "count", "time", "key", "signature"},
    "restored": {"organisation", "restored_to", "hash", "time", "key", "signature"},
}


class BadCheckpoint(Exception):
    """A line of the file of checkpoints cannot be right; the message says which one and why."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far the chain of an organisation is, and how many entries there are."""

    organisation_id: UUID
    seq: int
    hash: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a line of the file says: at that time the chain had this hash there. `line` counts from 1."""

    line: int
    seq: int
    hash: bytes
    time: str


# ---------------------------------------------------------------- writing


def head_of(session: Session) -> Head | None:
    """Return where the chain of this organisation ends; `None` before its first entry."""
    own = {"of_organisation": organisation_of(session)}
    connection = session.connection()
    head = connection.execute(_READ_HEAD, own).first()
    if head is None:
        return None
    count: int = connection.execute(_COUNT, own).scalar_one()
    return Head(own["of_organisation"], head.seq, head.hash, count)


def write_checkpoints(trust: TrustFolder, key: SigningKey, heads: Sequence[Head], now: datetime) -> int:
    """Add a checkpoint for each chain that moved since its last one; return how many."""
    last = _newest(trust.lines(CHECKPOINTS))
    lines = [
        checkpoint_line(key, head, now)
        for head in heads
        if last.get(head.organisation_id.hex) != (head.seq, head.hash.hex())
    ]
    trust.append(CHECKPOINTS, lines)
    return len(lines)


def write_restored(trust: TrustFolder, key: SigningKey, heads: Sequence[Head], now: datetime) -> None:
    """Say that a backup was put back: what was recorded after these heads is gone, and rightly so."""
    trust.append(CHECKPOINTS, [restored_line(key, head, now) for head in heads])


def checkpoint_line(key: SigningKey, head: Head, now: datetime) -> str:
    """Return a checkpoint as a signed line."""
    return _signed(
        key,
        {
            "organisation": head.organisation_id.hex,
            "seq": head.seq,
            "hash": head.hash.hex(),
            "count": head.count,
            "time": moment_text(now),
        },
    )


def restored_line(key: SigningKey, head: Head, now: datetime) -> str:
    """Return the mark of a restore as a signed line."""
    return _signed(
        key,
        {
            "organisation": head.organisation_id.hex,
            "restored_to": head.seq,
            "hash": head.hash.hex(),
            "time": moment_text(now),
        },
    )


def _signed(key: SigningKey, fields: Mapping[str, Any]) -> str:
    said = {**fields, "key": bytes(key.verify_key).hex()}
    signature = key.sign(_to_sign(said)).signature.hex()
    return canonical_text(dict(sorted({**said, "signature": signature}.items()))).decode()


def _to_sign(said: Mapping[str, Any]) -> bytes:
    return b"werkrelatie checkpoint/1\n" + canonical_text(dict(sorted(said.items())))


def _newest(lines: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return the last thing the file says of each organisation. Bad lines are for who verifies."""
    newest = {}
    for line in lines:
        try:
            said = json.loads(line)
            newest[said["organisation"]] = (said.get("seq", said.get("restored_to")), said["hash"])
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return newest


# ---------------------------------------------------------------- reading


def read_checkpoints(lines: Iterable[str], public_keys: Iterable[str]) -> dict[UUID, list[Checkpoint]]:
    """Return the checkpoints of each organisation, in the order in which they were written.

    After a restore those beyond it no longer count. Raises `BadCheckpoint` for a line that is no
    checkpoint, or was not signed with one of these keys (hexadecimal).
    """
    keys = {text: VerifyKey(bytes.fromhex(text)) for text in public_keys}
    found: dict[UUID, list[Checkpoint]] = {}
    for number, line in enumerate(lines, start=1):
        said = _checked(number, line, keys)
        restored_to = said.get("restored_to")
        own = found.setdefault(UUID(said["organisation"]), [])
        if restored_to is not None:
            own[:] = [checkpoint for checkpoint in own if checkpoint.seq <= restored_to]
        seq = said["seq"] if restored_to is None else restored_to
        own.append(Checkpoint(number, seq, bytes.fromhex(said["hash"]), said["time"]))
    return found


def public_keys_in(lines: Iterable[str]) -> Iterator[str]:
    """Return the keys in a file of public keys: one a line, hexadecimal. Raises `BadCheckpoint`."""
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        try:
            VerifyKey(bytes.fromhex(text))
        except (ValueError, CryptoError, TypeError) as error:
            raise BadCheckpoint(f"Line {number} of the public keys is no key.") from error
        yield text


def _checked(number: int, line: str, keys: Mapping[str, VerifyKey]) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(line)
        signature = bytes.fromhex(said["signature"])
        well_formed = (
            set(said) in _FIELDS.values()
            and len(bytes.fromhex(said["hash"])) == len(bytes.fromhex(said["organisation"])) * 2
            and all(
                type(said[name]) is int and said[name] >= 0
                for name in ("seq", "restored_to", "count")
                if name in said
            )
            and type(said["time"]) is str
        )
        UUID(said["organisation"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadCheckpoint(f"Line {number} of the checkpoints is no checkpoint.") from error
    if not well_formed:
        raise BadCheckpoint(f"Line {number} of the checkpoints is no checkpoint.")
    if said["key"] not in keys:
        raise BadCheckpoint(f"Line {number} of the checkpoints was signed with a key that is not ours.")
    try:
        unsigned = {name: value for name, value in said.items() if name != "signature"}
        keys[said["key"]].verify(_to_sign(unsigned), signature)
    except (CryptoError, ValueError) as error:
        raise BadCheckpoint(f"Line {number} of the checkpoints has a wrong signature.") from error
    if said.get("seq") != said.get("count"):
        raise BadCheckpoint(
            f"Line {number} of the checkpoints counted {said['count']} entries where there should have "
            f"been {said['seq']}."
        )
    return said

"""The ledger: one chain of hashes per organisation, over salted commitments. Hashing, no database.

An entry commits to one row. Who erases the row erases its salt as well, and what is left tells
nothing, not even a yes or a no. The forms below never change: a row with another shape gets a form
with another number, and what was chained before keeps its own.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

SALT_BYTES = 32
NOTHING_BEFORE = bytes(32)
"""The hash before the first entry of a chain."""

FORMS: Mapping[str, tuple[str, ...]] = {
    "assessment/1": tuple(
        sorted(
            (
                "organisation_id",
                "id",
                "case_id",
                "thread_id",
                "conversation_id",
                "number",
                "assessed_at",
                "recorded_at",
                "recorded_by_id",
                "perspective",
                "participant_role",
                "concern_wording",
                "referral",
                "problem",
                "help_request",
                "share_in_solution",
                "words_on_problem",
                "words_on_help_request",
                "words_on_share_in_solution",
                "relationship_type",
                "clarity",
                "provisional",
                "ruleset_version",
                "ruleset_hash",
                "judged_type",
                "judged_reason",
                "progress",
                "confidence",
                "willingness",
                "task_given",
                "previous_task_done",
                "change_reason",
                "note",
                "supersedes_id",
                "reason",
                "retracted",
                # Whom and what it is about stands in other rows; a swap there has to be seen as well.
                "case_reference",
                "participant_reference",
                "concern_reference",
                "held_at",
            )
        )
    ),
    "case_event/1": (
        "case_id",
        "closing_answer",
        "id",
        "kind",
        "organisation_id",
        "practitioner_id",
        "recorded_at",
        "recorded_by_id",
    ),
    "statement/1": (
        "assessment_id",
        "case_id",
        "id",
        "organisation_id",
        "recorded_at",
        "recorded_by_id",
        "text",
    ),
    "advice_use/1": (
        "assessment_id",
        "case_id",
        "entry_id",
        "entry_version",
        "id",
        "organisation_id",
        "recorded_at",
        "recorded_by_id",
        "use",
        "use_reason",
    ),
    "own_entry/1": (
        "active_from",
        "audiences",
        "entry_id",
        "id",
        "kind",
        "organisation_id",
        "recorded_at",
        "recorded_by_id",
        "retired",
        "text_en",
        "text_nl",
        "version",
    ),
    "hidden_entry/1": (
        "active_from",
        "entry_id",
        "hidden",
        "id",
        "organisation_id",
        "recorded_at",
        "recorded_by_id",
        "version",
    ),
    "access_seal/1": (
        "count",
        "digest",
        "first_number",
        "id",
        "last_number",
        "organisation_id",
        "recorded_at",
        "until",
    ),
    "access_review/1": ("finding", "id", "month", "organisation_id", "recorded_at", "recorded_by_id"),
    "erasure_requested/1": (
        "case_id",
        "id",
        "organisation_id",
        "participant_id",
        "reason",
        "requested_at",
        "requested_by_id",
    ),
    "erasure_granted/1": ("granted_at", "granted_by_id", "id", "organisation_id"),
    "erasure_refused/1": ("id", "organisation_id", "refusal_ground", "refused_at", "refused_by_id"),
    "erasure_executed/1": ("executed_at", "executed_by_id", "id", "organisation_id"),
    "erased/1": ("entity_id", "entity_kind", "order_id", "organisation_id"),
}
"""What an entry of each kind commits to, in the order of the canonical form."""

LOG_FORM = (
    "organisation_id",
    "id",
    "number",
    "recorded_at",
    "event",
    "action",
    "outcome",
    "reason",
    "actor_id",
    "actor_kind",
    "actor_name",
    "role",
    "team_id",
    "on_behalf_of",
    "basis",
    "emergency",
    "entity_kind",
    "entity_id",
    "application",
    "token_id",
    "address",
    "request_id",
    "traceparent",
)
"""A line of the access log in a seal: these columns as text, then the ids of the cases it showed."""

SALTED = frozenset({"assessment/1", "case_event/1", "statement/1", "advice_use/1"})
"""Kinds whose rows hold something about a client, and a salt of their own."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the chain. `actor_id` is `None` for what the service does by itself."""

    organisation_id: UUID
    seq: int
    kind: str
    entity_id: UUID
    recorded_at: datetime
    actor_id: UUID | None
    commitment: bytes
    previous_hash: bytes

    @property
    def hash(self) -> bytes:
        """The hash of this entry, which the next one builds on."""
        return link(
            self.organisation_id.hex,
            self.seq,
            self.kind,
            self.entity_id.hex,
            moment_text(self.recorded_at),
            self.actor_id.hex if self.actor_id else "",
            self.commitment,
            self.previous_hash,
        )


def canonical(kind: str, row: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON of a row: sorted keys, no spaces, UTF-8 in NFC, no floats.

    Ids are 32 hexadecimal digits, moments UTC with six decimals and `Z`, what is missing is null.
    """
    return canonical_text({name: _plain(row[name]) for name in FORMS[kind]})


def canonical_text(plain: Mapping[str, Any]) -> bytes:
    """Return the canonical JSON of values that are plain and in order already."""
    text = _encode(plain)
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).encode()


def commitment(salt: bytes, content: bytes) -> bytes:
    """Return what the ledger keeps of a row: nobody can guess the row from it without the salt."""
    return hmac.digest(salt, content, "sha256")


def link(  # noqa: PLR0913, PLR0917 - the fields of an entry, in the order in which they are hashed
    organisation: str,
    seq: int,
    kind: str,
    entity: str,
    recorded_at: str,
    actor: str,
    committed: bytes,
    previous_hash: bytes,
) -> bytes:
    """Return the hash of an entry: every field with its length before it, so that none runs into another."""
    # One format for all: when a ledger is verified, this is what takes the time.
    return hashlib.sha256(
        b"wr1%d:%b%d:%b%d:%b%d:%b%d:%b%d:%b%d:%b%d:%b"
        % (
            len(organisation),
            organisation.encode("ascii"),
            len(number := b"%d" % seq),
            number,
            len(kind),
            kind.encode("ascii"),
            len(entity),
            entity.encode("ascii"),
            len(recorded_at),
            recorded_at.encode("ascii"),
            len(actor),
            actor.encode("ascii"),
            len(committed),
            committed,
            len(previous_hash),
            previous_hash,
        )
    ).digest()


def moment_text(moment: datetime) -> str:
    """Write a moment as the canonical form does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: Any) -> str | int | bool | None:  # noqa: ANN401 - whatever a column holds
    match value:
        case Enum():
            return str(value.value)
        case None | bool() | int() | str():
            return value
        case UUID():
            return value.hex
        case datetime():
            return moment_text(value)
        case _:
            raise TypeError(f"no canonical form for {type(value).__name__}")

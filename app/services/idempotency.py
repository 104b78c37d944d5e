"""Carry out a call once, however often it is sent, and give the same answer again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from app.domain.errors import IdempotencyKeyReused, NotFound
from app.models.base import table_of
from app.models.idempotency import IdempotencyKey
from app.services.visibility import is_still_visible
from app.services.work import Work, organisation_of

KEPT = timedelta(hours=24)

_KEYS = table_of(IdempotencyKey)
_CLAIM = {
    "sqlite": sqlite.insert(_KEYS).on_conflict_do_nothing().returning(_KEYS.c.key),
    "postgresql": postgresql.insert(_KEYS).on_conflict_do_nothing().returning(_KEYS.c.key),
}
_OWN = (
    _KEYS.c.organisation_id == bindparam("of_organisation"),
    _KEYS.c.user_id == bindparam("of_user"),
    _KEYS.c.key == bindparam("of_key"),
)
_FIND = select(_KEYS).where(*_OWN)
_KEEP = update(_KEYS).where(*_OWN)
_NO_ANSWER = dict.fromkeys(("case_id", "status", "location", "etag", "language", "body"))
_RENEW = update(_KEYS).where(*_OWN, _KEYS.c.created_at == bindparam("of_moment"))


@dataclass(frozen=True, slots=True)
class Key:
    """A key the caller chose, and the hash of the request it came with."""

    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given."""

    status: int
    body: bytes
    language: str
    location: str | None
    etag: str | None


def claim(work: Work, key: Key) -> Answer | None:
    """Take a key for this call; return the answer when it was carried out before.

    While another call with the same key is under way this waits for it. Raises
    `IdempotencyKeyReused` when the key came with another request, and `NotFound` when the answer is
    about a case that was handed over since and is out of the actor's sight.
    """
    connection = work.session.connection()
    own = _own(work, key)
    new = {"request_hash": key.request_hash, "created_at": work.now}
    names = {"organisation_id": work.actor.organisation_id, "user_id": work.actor.user_id, "key": key.key}
    if connection.execute(_CLAIM[connection.dialect.name], names | new).first() is not None:
        return None
    row = connection.execute(_FIND, own).one()
    if row.created_at < work.now - KEPT:
        # Kept long enough, and not removed yet. Of two who come for it at once, one renews it.
        renewal = own | {"of_moment": row.created_at} | new | _NO_ANSWER
        if connection.execute(_RENEW, renewal).rowcount:
            return None
        row = connection.execute(_FIND, own).one()
    if row.request_hash != key.request_hash:
        raise IdempotencyKeyReused
    if row.case_id is not None:
        # Also when it is refused: the refusal names the case in the access log, and nowhere else.
        work.trail.shows(row.case_id)
        if not is_still_visible(work, row.case_id):
            raise NotFound
    return Answer(row.status, row.body, row.language, row.location, row.etag)


def keep(work: Work, key: Key, answer: Answer) -> None:
    """Keep the answer with the key, in the transaction of what it answers."""
    cases = [*work.trail.cases]
    kept = {
        "status": answer.status,
        "body": answer.body,
        "language": answer.language,
        "location": answer.location,
        "etag": answer.etag,
        # So that erasing a case finds what was said about it here too.
        "case_id": cases[0] if cases else None,
    }
    work.session.connection().execute(_KEEP, _own(work, key) | kept)


def forget_old(session: Session, now: datetime) -> None:
    """Remove the keys that are older than a day."""
    session.connection().execute(
        delete(_KEYS).where(
            _KEYS.c.organisation_id == organisation_of(session), _KEYS.c.created_at < now - KEPT
        )
    )


def _own(work: Work, key: Key) -> dict[str, object]:
    return {
        "of_organisation": work.actor.organisation_id,
        "of_user": work.actor.user_id,
        "of_key": key.key,
    }

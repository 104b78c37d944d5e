"""What a backup asks of the ledger, its checkpoints and the erasures.

Each function hands over to the service of that name. Where this version has no such service, there is
nothing to check or to repeat; and a list of erasures that nobody can repeat is a reason to refuse.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import import_module
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.database import Database, OrganisationSession, transaction
from app.database.backups.archive import Progress
from app.database.backups.manifest import BackupRefused
from app.models.organisations import Organisation
from app.trust import TrustFolder


def _service(module: str, name: str) -> Callable[..., Any] | None:
    try:
        found = import_module(f"app.services.{module}")
    except ModuleNotFoundError:
        return None
    function: Callable[..., Any] | None = getattr(found, name, None)
    return function


def bring_trust_up_to_date(database: Database, trust: TrustFolder) -> None:
    """See to it that the trust folder knows of every erasure that was carried out."""
    if sync := _service("erasure", "sync_erasures"):
        sync(database, trust)


def verify_everything(
    database: Database, trust: TrustFolder, progress: Progress, *, may_be_behind: bool = False
) -> None:
    """Check the chain of every organisation, and that every checkpoint lies on it.

    A database that was restored may be behind: checkpoints of later do not count. Raises `StartRefused`
    with the first thing that is wrong.
    """
    if verify := _service("verification", "verify_everything"):
        verify(database, trust, progress, may_be_behind=may_be_behind)


def repeat_erasures(database: Database, lines: Iterable[str], now: datetime) -> int:
    """Erase again what was erased after the backup was made, and return how many orders that were."""
    replay = _service("erasure", "replay")
    known, repeated = {*organisation_ids(database)}, 0
    for line in lines:
        if replay is None:
            raise BackupRefused(
                "Something was erased that this version of the program cannot erase again. Use a newer "
                "version of the program."
            )
        record = json.loads(line)
        organisation_id = UUID(record["organisation_id"])
        # An organisation that was made after the backup has nothing in it to erase.
        if organisation_id in known:
            with (
                transaction(database, write=True) as connection,
                OrganisationSession(connection, organisation_id) as session,
            ):
                repeated += replay(session, record, now) is not False
                session.flush()
    return repeated


def mark_restored(database: Database, trust: TrustFolder, now: datetime) -> None:
    """Sign for it that what comes after the backup is missing on purpose."""
    if mark := _service("checkpoints", "mark_restored"):
        mark(database, trust, now)


def organisation_ids(database: Database) -> list[UUID]:
    """Return the ids of all organisations."""
    with transaction(database, write=False) as connection, Session(connection) as session:
        return [*session.exec(select(Organisation.id))]

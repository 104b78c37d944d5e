"""What a backup asks of the ledger, its checkpoints and the erasures."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from app.commands.common import right_now
from app.database import Database, OrganisationSession, transaction
from app.database.backups.archive import Progress
from app.database.backups.manifest import BackupRefused
from app.database.patience import reading_it_all
from app.erasures import BadErasure, replay_erasures, sync_erasures
from app.services.checkpoints import (
    BadCheckpoint,
    Checkpoint,
    Head,
    head_of,
    public_keys_in,
    read_checkpoints,
    write_checkpoints,
    write_restored,
)
from app.services.verification import size
from app.services.verification import verify as verify_ledger
from app.signing import PUBLIC_KEYS, signing_key
from app.trust import CHECKPOINTS, TrustFolder
from app.upkeep import organisations_of

_BAD_LIST = "The list of erasures has a line that is none: mend it first."


def bring_trust_up_to_date(database: Database, trust: TrustFolder, now: datetime) -> None:
    """Let the trust folder know of every erasure so far, and of how far every chain is.

    Raises `BackupRefused` when the list of erasures is damaged.
    """
    try:
        sync_erasures(database, trust)
    except BadErasure as error:
        raise BackupRefused(_BAD_LIST) from error
    write_checkpoints(trust, signing_key(trust), heads_of(database), now)


def verify_everything(
    database: Database, witness: TrustFolder, keys: TrustFolder, progress: Progress, *, may_be_behind: bool
) -> None:
    """Check the chain of every organisation, and that every checkpoint lies on it.

    `witness` has the checkpoints, `keys` the public keys they may be signed with. A copy that is
    older than its witness may be behind it. Raises `BackupRefused` with the first thing that is wrong.
    """
    known = _checkpoints(witness, keys)
    organisations = organisations_of(database)
    for number, organisation in enumerate(organisations):
        with reading_it_all(database, organisation) as session:
            own = known.get(organisation, [])
            if may_be_behind:
                head = head_of(session)
                own = [one for one in own if head is not None and one.seq <= head.seq]
            step = _in_turn(progress, size(session), number, len(organisations))
            fault = verify_ledger(session, own, right_now(), step).fault
        if fault is not None:
            raise BackupRefused(fault.sentence)


def _in_turn(progress: Progress, rows: int, number: int, of: int) -> Callable[[int], None]:
    """Return what is told how many rows of one organisation were done, out of as many as there are."""
    done = 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        progress(number * rows + done, of * rows)

    return step


def _checkpoints(witness: TrustFolder, keys: TrustFolder) -> dict[UUID, list[Checkpoint]]:
    try:
        return read_checkpoints(witness.lines(CHECKPOINTS), [*public_keys_in(keys.lines(PUBLIC_KEYS))])
    except (BadCheckpoint, UnicodeDecodeError) as error:
        raise BackupRefused(f"{witness.folder / CHECKPOINTS} cannot be trusted: {error}") from error


def repeat_erasures(database: Database, lines: Iterable[str], now: datetime) -> int:
    """Erase again what was erased after the backup was made, and return how many orders that were."""
    try:
        return replay_erasures(database, lines, now)
    except BadErasure as error:
        raise BackupRefused(_BAD_LIST) from error


def heads_of(database: Database) -> list[Head]:
    """Return where the chain of every organisation ends."""
    heads = []
    for organisation in organisations_of(database):
        with (
            transaction(database, write=False) as connection,
            OrganisationSession(connection, organisation) as session,
        ):
            if head := head_of(session):
                heads.append(head)
    return heads


def mark_restored(trust: TrustFolder, heads: Sequence[Head], now: datetime) -> None:
    """Sign for it that what came after these heads is missing on purpose."""
    write_restored(trust, signing_key(trust), heads, now)

"""What the service does by itself, in a thread: seal the access log, sign checkpoints, forget old keys."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlmodel import Session

from app.access import Surroundings
from app.database import Database, OrganisationSession, drop_remnants, transaction
from app.database.patience import hold_the_log, take_time
from app.erasures import sync_erasures
from app.services.checkpoints import Head, head_of, write_checkpoints
from app.services.idempotency import forget_old
from app.services.organisations import organisation_ids
from app.services.sealing import seal
from app.services.throttle import forget_failures
from app.services.training_removal import remove_old_sessions
from app.signing import signing_key
from app.trust import TrustFolder

log = structlog.get_logger()

PAUSE = 60.0


# ---------------------------------------------------------------- what is done


def organisations_of(database: Database) -> list[UUID]:
    """Return the ids of all organisations."""
    with transaction(database, write=False) as connection, Session(connection) as session:
        return organisation_ids(session)


def seal_all(database: Database, now: datetime) -> None:
    """Seal the access log of every organisation, each in a transaction of its own."""
    _in_each(organisations_of(database), lambda organisation: _seal(database, organisation, now))


def checkpoint_all(database: Database, trust: TrustFolder, now: datetime) -> None:
    """Seal, then sign how far every chain is by now; for those that did not move there is nothing."""
    heads: list[Head] = []

    def look(organisation: UUID) -> None:
        _seal(database, organisation, now)
        with (
            transaction(database, write=False) as connection,
            OrganisationSession(connection, organisation) as session,
        ):
            if head := head_of(session):
                heads.append(head)

    try:
        _in_each(organisations_of(database), look)
    finally:
        # One organisation that fails keeps the others from nothing.
        write_checkpoints(trust, signing_key(trust), heads, now)


def forget_all(database: Database, now: datetime) -> None:
    """Forget the idempotency keys that nobody can use any more, and who failed to sign in days ago."""

    def forget(organisation: UUID) -> None:
        with (
            transaction(database, write=True) as connection,
            OrganisationSession(connection, organisation) as session,
        ):
            forget_old(session, now)

    with transaction(database, write=True) as connection:
        forget_failures(connection, now)
    _in_each(organisations_of(database), forget)


def remove_trainings(database: Database, now: datetime) -> None:
    """Remove the trainings that ended long enough ago, with everything in them."""

    def remove(organisation: UUID) -> None:
        with (
            transaction(database, write=True) as connection,
            OrganisationSession(connection, organisation) as session,
        ):
            remove_old_sessions(session, now)

    _in_each(organisations_of(database), remove)


def _list_erasures(database: Database, trust: TrustFolder) -> None:
    sync_erasures(database, trust)
    drop_remnants(database)


def _seal(database: Database, organisation: UUID, now: datetime) -> None:
    with transaction(database, write=True) as connection:
        hold_the_log(connection)
        take_time(connection)
        with OrganisationSession(connection, organisation) as session:
            seal(session, now)


def _in_each(organisations: Iterable[UUID], work: Callable[[UUID], None]) -> None:
    errors = []
    for organisation in organisations:
        try:
            work(organisation)
        except Exception as error:  # noqa: BLE001 - the next organisation has its turn first
            errors.append(error)
    if errors:
        raise errors[0]


# ---------------------------------------------------------------- when it is done


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again. `do` is handed the surroundings and the trust folder."""

    name: str
    every: timedelta
    do: Callable[[Surroundings, TrustFolder], None]
    at_the_end: bool = False


JOBS = (
    Job("seal", timedelta(minutes=1), lambda around, _: seal_all(around.database, around.clock())),
    Job(
        "checkpoint",
        timedelta(hours=1),
        lambda around, trust: checkpoint_all(around.database, trust, around.clock()),
        at_the_end=True,
    ),
    # An erasure is listed as soon as it is done; this is for the one whose process was killed just then.
    Job("erasures", timedelta(hours=1), lambda around, trust: _list_erasures(around.database, trust)),
    Job("trainings", timedelta(hours=1), lambda around, _: remove_trainings(around.database, around.clock())),
    Job("forget", timedelta(days=1), lambda around, _: forget_all(around.database, around.clock())),
)
"""In this order. Several processes may do them at the same time."""


@dataclass
class Upkeep:
    """A thread that does each job when it is due. What fails is logged and tried again after a pause."""

    surroundings: Surroundings
    trust: TrustFolder
    jobs: tuple[Job, ...] = JOBS
    pause: float = PAUSE
    _due: dict[str, datetime] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; the first round is at once, because a service that was killed left things undone."""
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and do what belongs to the end. Call it after the last request."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        for job in self.jobs:
            if job.at_the_end:
                self._try(job)

    def round(self) -> None:
        """Do what is due."""
        for job in self.jobs:
            now = self.surroundings.clock()
            if self._stopped.is_set() or now < self._due.get(job.name, now):
                continue
            if self._try(job):
                self._due[job.name] = now + job.every

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.round()
            self._stopped.wait(self.pause)

    def _try(self, job: Job) -> bool:
        try:
            job.do(self.surroundings, self.trust)
        except Exception:
            log.exception("upkeep failed", job=job.name)
            return False
        return True

"""The doors that open with the code of a training, without an account. For the API and for pages.

A code is short, so who tries codes is slowed down: a network that was wrong too often finds no more new
ones for a minute. A class of a hundred people is one network; what was right from there stays right.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy import Connection

from app.access import Access, Permitted, Surroundings
from app.database import OrganisationSession, transaction
from app.database.walls import present_token
from app.domain.roles import Permission
from app.domain.training import CODE_LENGTH, NoSuchSession, code_in
from app.models.training import TrainingSession
from app.services.training import Hold, Room, enter, enter_as_trainer, find_session
from app.throttling import network_of


@dataclass(frozen=True, slots=True)
class TrainingDoor:
    """Somebody with a code, which may be none. `address` is where they call from.

    `trainer` is there when they say to be its trainer, with a token or a session.
    """

    surroundings: Surroundings
    typed: str
    address: str
    trainer: Access | None = None

    @contextmanager
    def transaction(self, *, write: bool = True, hold: Hold | None = None) -> Iterator[Room]:
        """Open the one transaction of a request, with the session of the code; commit at the end.

        No client is in it, so nothing is written in the access log. Raises `NoSuchSession`,
        `TooManyRequests`, and for a trainer what `Access.transaction` raises.
        """
        if self.trainer is not None:
            with self.trainer.transaction(write=write) as work:
                yield enter_as_trainer(work, self.typed)
            return
        code = code_in(self.typed)
        if code is None:
            raise NoSuchSession
        doorkeeper, key = self.surroundings.training_doorkeeper, self._key(code)
        doorkeeper.check(self.address, key)
        with transaction(self.surroundings.database, write=write) as connection:
            found = self._find(connection, code, key)
            with OrganisationSession(connection, found.organisation_id) as session:
                now, knowledge = self.surroundings.clock(), self.surroundings.knowledge
                yield enter(session, found, now, knowledge, hold)

    def _find(self, connection: Connection, code: str, key: str) -> TrainingSession:
        doorkeeper = self.surroundings.training_doorkeeper
        present_token(connection, code)
        try:
            found = find_session(connection, code)
        except NoSuchSession:
            doorkeeper.bad(self.address, key)
            raise
        doorkeeper.good(key)
        return found

    def _key(self, code: str) -> str:
        """Return what the doorkeeper remembers: a code that works, in this network.

        Known in one network, it helps nobody who guesses in another.
        """
        return hashlib.sha256(f"{network_of(self.address)} {code}".encode()).hexdigest()


CodeInAddress = Annotated[
    str,
    Path(
        min_length=CODE_LENGTH,
        max_length=4 * CODE_LENGTH,
        description="The code of the training, in capitals or not, with spaces or dashes if you like.",
        examples=["7KXP3M"],
    ),
]


def door_of(request: Request, code: str) -> TrainingDoor:
    """Return the door of a session, for who has its code."""
    address = request.client.host if request.client else ""
    return TrainingDoor(request.app.state.surroundings, code, address)


async def open_door(request: Request, code: CodeInAddress) -> TrainingDoor:
    """Come with a code."""
    return door_of(request, code)


async def trainers_or_open_door(request: Request, code: CodeInAddress) -> TrainingDoor:
    """Come with a code, or with a token as the trainer of the session. Raises `NotAuthenticated`."""
    door = door_of(request, code)
    if "authorization" not in request.headers:
        return door
    trainer = await Permitted(Permission.RUN_TRAINING)(request)
    return TrainingDoor(door.surroundings, code, door.address, trainer)


AnyDoor = Annotated[TrainingDoor, Depends(open_door)]
TrainersOrOpenDoor = Annotated[TrainingDoor, Depends(trainers_or_open_door)]

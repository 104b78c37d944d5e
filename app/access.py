"""Who calls, and the one transaction of a request: everything else is handed a `Work`."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, ClassVar
from uuid import UUID

import structlog
from fastapi import Depends, Header, Request, Response
from pydantic import AfterValidator, BaseModel
from sqlalchemy import Connection

from app.database import Database, OrganisationSession, drop_remnants, transaction
from app.database.walls import present_token
from app.domain.errors import NotAuthenticated, NotFound, NotPermitted
from app.domain.roles import PERMISSION_SENTENCES, ROLE_PERMISSIONS, Permission
from app.domain.texts import Language
from app.erasures import sync_erasures
from app.knowledge import Knowledge
from app.models.access_log import LONGEST_ADDRESS, LONGEST_USER
from app.models.base import refuse_personal_numbers
from app.models.idempotency import LONGEST_KEY
from app.security import is_well_formed, token_hash
from app.services.access_log import write_down, write_refusal
from app.services.actors import Found, find_actor
from app.services.idempotency import Answer, Key, claim, keep
from app.services.passwords import Passwords, strong_passwords
from app.services.trail import Origin, Trail
from app.services.work import Actor, Work
from app.throttling import Doorkeeper
from app.trust import TrustFolder
from app.wire import Replayed, asked_language, json_response

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the application is made of.

    The doorkeepers that stand there of themselves have no limits; `training_doorkeeper` is at the doors
    that open with the code of a training. `trust` is the folder outside the database; without one, nothing
    is kept there.
    """

    database: Database
    knowledge: Knowledge
    clock: Callable[[], datetime]
    doorkeeper: Doorkeeper = field(default_factory=Doorkeeper)
    trust: TrustFolder | None = None
    passwords: Passwords = field(default_factory=strong_passwords)
    training_doorkeeper: Doorkeeper = field(default_factory=Doorkeeper)


@dataclass(frozen=True, slots=True)
class Access:
    """A caller at the door of one route: a credential that is well-formed, and nothing more yet."""

    surroundings: Surroundings
    permission: Permission
    credential: str
    language: Language
    origin: Origin
    entity_id: UUID | None = None
    key: Key | None = None
    reference: str | None = None

    @contextmanager
    def transaction(self, *, write: bool = True, one_moment: bool = False) -> Iterator[Work]:
        """Open the transaction of this request; commit when the block ends, before the answer.

        What the work did and showed is written down in it: no line in the log, no data. So a read of
        client content is a write too, and `write=False` is for what shows no client at all. With
        `one_moment` a read in several statements sees the database at one moment.

        The clock is read when it is our turn, so that moments follow the order of recording. Raises
        `NotAuthenticated` or `NotPermitted` before anything can be done, `Busy`, `CannotLog`, and
        `Replayed` when the same call was carried out before. A refusal is logged on its own.
        """
        trail = Trail(self.permission, self.origin)
        database, knowledge = self.surroundings.database, self.surroundings.knowledge
        found = answer = None
        now = self.surroundings.clock()
        try:
            with transaction(database, write=write, one_moment=one_moment) as connection:
                now = self.surroundings.clock()
                found = self._found(connection, now)
                # Before anything can be refused: the line of a refusal says which token it was.
                trail.origin = replace(self.origin, application=found.token_name, token_id=found.token_id)
                actor = self._permitted(found)
                with OrganisationSession(connection, actor.organisation_id) as session:
                    work = Work(session, actor, now, self.language, knowledge, trail)
                    answer = claim(work, self.key) if self.key else None
                    if answer is None:
                        yield work
                        session.flush()
                        self._check_that_the_answer_was_kept(trail)
                    if write:
                        write_down(work)
        except (NotAuthenticated, NotPermitted, NotFound) as refusal:
            if found is not None:
                self._log(found, now, trail, found.refusal or refusal.code)
            raise
        if answer is not None:
            raise Replayed(answer)

    def answer(
        self,
        work: Work,
        content: BaseModel,
        *,
        status: HTTPStatus = HTTPStatus.CREATED,
        location: str | None = None,
        etag: str | None = None,
    ) -> Response:
        """Return what goes out, and keep it in the same transaction for who sends the call again."""
        body = content.model_dump_json(by_alias=True).encode()
        made = Answer(int(status), body, self.language, location, etag)
        if self.key is not None:
            keep(work, self.key, made)
            work.trail.answered = True
        return json_response(made)

    def _found(self, connection: Connection, now: datetime) -> Found:
        """Find who acts, and let the doorkeeper know whether the token fitted. Raises `NotAuthenticated`."""
        doorkeeper, address = self.surroundings.doorkeeper, self.origin.address or ""
        present_token(connection, self.credential)
        try:
            found = self._find(connection, now)
        except NotAuthenticated:
            doorkeeper.bad(address, self.credential)
            raise
        if found.refusal is None:
            doorkeeper.good(self.credential)
        else:
            doorkeeper.bad(address, self.credential)
        return found

    def _find(self, connection: Connection, now: datetime) -> Found:
        """Find who is behind the credential, which was presented. Raises `NotAuthenticated`."""
        return find_actor(connection, self.credential, now)

    def settle_erasure(self) -> None:
        """Do what belongs to an erasure and cannot be in its transaction. Call it after the commit.

        It does not fail.
        """
        try:
            drop_remnants(self.surroundings.database)
            if self.surroundings.trust is not None:
                sync_erasures(self.surroundings.database, self.surroundings.trust)
        except Exception:
            # Whatever it is, the erasure is committed: an error would say that it failed. Upkeep tries again.
            log.exception("erasure_not_settled", request_id=self.origin.request_id)

    def _permitted(self, found: Found) -> Actor:
        if found.refusal is not None:
            raise NotAuthenticated
        if self.permission not in ROLE_PERMISSIONS[found.actor.role]:
            raise NotPermitted.to(PERMISSION_SENTENCES[self.permission])
        return found.actor

    def _check_that_the_answer_was_kept(self, trail: Trail) -> None:
        if self.key is not None and not trail.answered:
            raise RuntimeError(f"{self.permission}: give the answer with access.answer()")

    def _log(self, found: Found, now: datetime, trail: Trail, reason: str) -> None:
        """Write down that something was refused, in a transaction of its own."""
        if trail.entity is None and self.entity_id is not None:
            trail.about(self.permission.partition(":")[0], self.entity_id)
        with (
            transaction(self.surroundings.database, write=True) as connection,
            OrganisationSession(connection, found.actor.organisation_id) as session,
        ):
            knowledge = self.surroundings.knowledge
            work = Work(session, found.actor, now, self.language, knowledge, trail)
            write_refusal(work, reason, self.reference)


_TRACE = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

# In a header only what can be seen gets through unharmed.
_VISIBLE = r"^[\x21-\x7e]+$"

ActingUser = Annotated[
    str | None,
    Header(
        alias="X-Acting-User",
        min_length=1,
        max_length=LONGEST_USER,
        pattern=_VISIBLE,
        description="Who uses the calling application: an opaque reference of at most 64 visible characters, "
        "no name or number. It is written in the access log.",
        examples=["employee-17"],
    ),
    AfterValidator(refuse_personal_numbers),
]
IdempotencyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=LONGEST_KEY,
        pattern=_VISIBLE,
        description="Chosen by you, one for every new call. Sent again within a day, the call gets the "
        "same answer and nothing happens twice.",
        examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"],
    ),
]


class Door:
    """The dependency of a route with one permission. It does no I/O, so it costs no thread.

    `happens_once` says that it looks after calls that are sent twice, which every POST needs.
    """

    happens_once: ClassVar[bool] = False

    def __init__(self, permission: Permission) -> None:
        self.permission = permission


class Permitted(Door):
    """The door of a route of the API, for who has a token."""

    async def __call__(self, request: Request, acting_user: ActingUser = None) -> Access:
        """Take the bearer token and check its form. Raises `NotAuthenticated` and `TooManyRequests`."""
        return self._access(request, acting_user)

    def _access(self, request: Request, acting_user: str | None, key: Key | None = None) -> Access:
        surroundings: Surroundings = request.app.state.surroundings
        address = request.client.host if request.client else ""
        credential = _credential(request.headers.get("authorization", ""))
        surroundings.doorkeeper.check(address, credential)
        if credential is None:
            surroundings.doorkeeper.bad(address)
            raise NotAuthenticated
        return Access(
            surroundings,
            self.permission,
            credential,
            asked_language(request),
            origin_of(request, acting_user),
            id_in_address(request),
            key,
            request.path_params.get("case_reference"),
        )


class PermittedOnce(Permitted):
    """The door of a guarded POST: a call with a key is carried out once."""

    happens_once = True

    async def __call__(
        self, request: Request, acting_user: ActingUser = None, idempotency_key: IdempotencyHeader = None
    ) -> Access:
        """Take the bearer token and the key. Raises `NotAuthenticated`."""
        key = None
        if idempotency_key is not None:
            asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
            key = Key(idempotency_key, hashlib.sha256(asked + await request.body()).digest())
        return self._access(request, acting_user, key)


def _credential(header: str) -> str | None:
    """Return the hash of the bearer token, or `None` when there is none that can be one of ours."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not is_well_formed(token.strip()):
        return None
    return token_hash(token.strip())


def may(permission: Permission) -> Any:  # noqa: ANN401 - what `Depends` returns has no public type
    """Declare the one permission of a route that reads or changes."""
    return Depends(Permitted(permission))


def may_once(permission: Permission) -> Any:  # noqa: ANN401 - same
    """Declare the one permission of a POST: sent twice with one key, it happens once."""
    return Depends(PermittedOnce(permission))


def origin_of(request: Request, acting_user: str | None = None) -> Origin:
    """Say where a call comes from, for the access log."""
    trace = request.headers.get("traceparent", "")
    return Origin(
        address=request.client.host[:LONGEST_ADDRESS] if request.client else None,
        request_id=request.scope["state"]["request_id"],
        on_behalf_of=acting_user,
        traceparent=trace if _TRACE.fullmatch(trace) else None,
    )


def id_in_address(request: Request) -> UUID | None:
    """Return the id in the address, for the access log, when there is one."""
    try:
        return UUID(request.path_params["id"])
    except (KeyError, ValueError):
        return None

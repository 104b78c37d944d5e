"""Write the access log, in the transaction of what it is about. No log, no data."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col

from app.domain.access_log import BASES, DEEDS, Basis, Outcome
from app.domain.errors import CannotLog
from app.models.access_log import AccessedClient, AccessEvent, AccessSeal
from app.models.assessments import Assessment
from app.models.base import clean_text, table_of, uuid7
from app.models.cases import Case
from app.models.organisations import UserKind
from app.models.rights import ErasureOrder
from app.models.second_opinions import SecondOpinion
from app.models.threads import Thread
from app.services.ledger import append
from app.services.trail import Trail
from app.services.work import Actor, Work, organisation_of

_EVENT, _CLIENT, _SEAL = table_of(AccessEvent), table_of(AccessedClient), table_of(AccessSeal)
_NEWEST = (
    select(func.max(_EVENT.c.number))
    .where(_EVENT.c.organisation_id == bindparam("of_organisation"))
    .scalar_subquery()
)
# The lines it covers may be gone. By the number it begins with, for which there is an index.
_SEALED = (
    select(_SEAL.c.last_number)
    .where(_SEAL.c.organisation_id == bindparam("of_organisation"))
    .order_by(_SEAL.c.first_number.desc())
    .limit(1)
    .scalar_subquery()
)
_INSERT_EVENT = {
    # PostgreSQL numbers the rows itself, by a sequence.
    "postgresql": insert(_EVENT),
    "sqlite": insert(_EVENT).values(
        number=func.max(func.coalesce(_NEWEST, 0), func.coalesce(_SEALED, 0)) + 1
    ),
}
_INSERT_CLIENTS = insert(_CLIENT)
_MACHINE = "werkrelatie"


def write_down(work: Work) -> None:
    """Write what a unit of work did and showed: its entries in the ledger and its line in the log.

    Raises `CannotLog` when the log cannot be written; then nothing may leave, and nothing is kept.
    """
    _write(work.session, _by(work.actor, work), work.trail, Outcome.GRANTED, None)
    append(work.session, work.actor.user_id, work.now, work.trail.chained)


def write_command(session: Session, trail: Trail, now: Any) -> None:  # noqa: ANN401 - a moment
    """Write what somebody did on the command line, or the service by itself."""
    by = {
        "recorded_at": now,
        "actor_id": None,
        "actor_kind": UserKind.MACHINE,
        "actor_name": _MACHINE,
        "role": None,
        "team_id": None,
        "basis": Basis.MACHINE,
    }
    _write(session, by, trail, Outcome.GRANTED, None)
    append(session, None, now, trail.chained)


def write_refusal(work: Work, reason: str, reference: str | None = None) -> None:
    """Write that something was refused, and of which case, when there is one behind the wall.

    `reference` is the one of the case in the address, when the address has one.
    """
    trail = work.trail
    if reference is not None:
        trail.shows(*cases_called(work.session, clean_text(reference)))
    if trail.entity is not None:
        trail.shows(*_cases_behind(work.session, trail.entity[1]))
    _write(work.session, _by(work.actor, work), trail, Outcome.DENIED, reason)


def _by(actor: Actor, work: Work) -> dict[str, Any]:
    return {
        "recorded_at": work.now,
        "actor_id": actor.user_id,
        "actor_kind": actor.kind,
        "actor_name": actor.name,
        "role": actor.role,
        "team_id": actor.team_ids[0] if actor.team_ids else None,
        "basis": BASES[actor.role],
    }


def _write(session: Session, by: dict[str, Any], trail: Trail, outcome: Outcome, reason: str | None) -> None:
    kind, entity_id = trail.entity or (None, None)
    organisation_id, event_id, origin = organisation_of(session), uuid7(), trail.origin
    event = {
        "organisation_id": organisation_id,
        "id": event_id,
        **by,
        "event": trail.event,
        "action": DEEDS[trail.event].action,
        "outcome": outcome,
        "reason": reason,
        "on_behalf_of": origin.on_behalf_of,
        "emergency": False,
        "entity_kind": kind,
        "entity_id": entity_id,
        "application": origin.application,
        "token_id": origin.token_id,
        "address": origin.address,
        "request_id": origin.request_id,
        "traceparent": origin.traceparent,
    }
    connection = session.connection()
    clients = [
        {"organisation_id": organisation_id, "event_id": event_id, "case_id": case_id}
        for case_id in sorted(trail.cases)
    ]
    try:
        own = {"of_organisation": organisation_id} if connection.dialect.name == "sqlite" else {}
        connection.execute(_INSERT_EVENT[connection.dialect.name], event | own)
        if clients:
            connection.execute(_INSERT_CLIENTS, clients)
    except DBAPIError as error:
        raise CannotLog from error


def cases_called(session: Session, reference: str) -> Sequence[UUID]:
    """Return the case of this organisation with a reference, whoever may see it: for the log only."""
    return session.execute(select(col(Case.id)).where(col(Case.reference) == reference)).scalars().all()


def _cases_behind(session: Session, entity_id: UUID) -> set[UUID]:
    """Return the case an id of this organisation belongs to, whoever may see it: for the log only."""
    kinds: tuple[tuple[type[SQLModel], Any], ...] = (
        (Case, Case.id),
        (Assessment, Assessment.case_id),
        (Thread, Thread.case_id),
        (ErasureOrder, ErasureOrder.case_id),
        (SecondOpinion, SecondOpinion.case_id),
    )
    return {
        case_id
        for kind, column in kinds
        for case_id in session.execute(select(column).where(col(kind.id) == entity_id)).scalars()  # type: ignore[attr-defined]  # each has one
    }

"""Erasure orders: somebody asks, the privacy officer decides, and another person carries it out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.errors import CaseIsHeld, FieldError, InvalidInput, NotFound, NotThisStep, TwoPeopleNeeded
from app.domain.texts import Text
from app.models.base import Named
from app.models.cases import Case, Participant
from app.models.erasures import (
    DecisionCreate,
    ErasedCount,
    ErasedOf,
    ErasureOrderCreate,
    ErasureOrderRead,
    ExecutionRead,
    OrderStatus,
)
from app.models.organisations import User
from app.models.rights import ErasureOrder
from app.services.clients import find_file
from app.services.erasure import carry_out
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.versions import Versions
from app.services.visibility import visible_orders
from app.services.work import Work


class OrderQuery(PageQuery):
    """Which erasure orders to list."""

    status: OrderStatus | None = Field(default=None, description="Which have come this far.")


def request_erasure(work: Work, body: ErasureOrderCreate) -> ErasureOrderRead:
    """Ask that a file, or what is about one participant, is erased.

    Raises `NotFound` when the actor may not deal with this file, and `InvalidInput` when there is no
    such participant in it.
    """
    case = find_file(work, body.case.reference)
    participant_id = None
    if body.participant is not None:
        participant_id = work.session.exec(
            select(Participant.id).where(
                col(Participant.case_id) == case.id,
                col(Participant.reference) == body.participant.reference,
            )
        ).first()
        if participant_id is None:
            raise InvalidInput(
                errors=[FieldError("body", "#/participant/reference", "not_in_this_file", _NOT_IN_FILE)]
            )
    order = ErasureOrder(
        organisation_id=work.actor.organisation_id,
        case_id=case.id,
        participant_id=participant_id,
        reason=body.reason,
        requested_by_id=work.actor.user_id,
        requested_at=work.now,
    )
    work.session.add(order)
    work.session.flush()
    work.trail.chain("erasure_requested/1", order.model_dump())
    return _read(work, order)


_NOT_IN_FILE = Text(
    nl="In dit dossier is geen deelnemer met deze verwijzing.",
    en="There is no participant with this reference in this file.",
)


def read_order(work: Work, order_id: UUID) -> ErasureOrderRead:
    """Return one order. Raises `NotFound`."""
    return _read(work, _find(work, visible_orders(work), order_id))


def list_orders(work: Work, query: OrderQuery) -> Slice:
    """Return a page of the orders, the newest first."""
    statement = visible_orders(work)
    granted, refused, executed = (
        col(column).is_not(None)
        for column in (ErasureOrder.granted_at, ErasureOrder.refused_at, ErasureOrder.executed_at)
    )
    match query.status:
        case OrderStatus.REQUESTED:
            statement = statement.where(~granted, ~refused)
        case OrderStatus.GRANTED:
            statement = statement.where(granted, ~executed)
        case OrderStatus.REFUSED:
            statement = statement.where(refused)
        case OrderStatus.EXECUTED:
            statement = statement.where(executed)
        case None:
            pass
    statement = newest_first(statement, col(ErasureOrder.requested_at), col(ErasureOrder.id), query)
    page = sliced(
        list(work.session.exec(statement)), query, lambda order: Place(order.requested_at, order.id)
    )
    work.trail.shows(*(order.case_id for order in page.rows))
    return Slice(orders_read(work, page.rows), page.next_cursor)


def decide(work: Work, order_id: UUID, body: DecisionCreate, versions: Versions) -> ErasureOrderRead:
    """Grant a request, or refuse it on a ground.

    Raises `NotFound`, `VersionRequired`, `VersionIsStale`, `NotThisStep` when it was decided before,
    and `CaseIsHeld` when it cannot be granted because the file is on legal hold.
    """
    order = _find(work, visible_orders(work).with_for_update(), order_id)
    versions.check(str(order.version))
    if order.granted_at is not None or order.refused_at is not None:
        raise NotThisStep
    if body.granted:
        _refuse_while_held(work, order)
        order.granted_by_id, order.granted_at = work.actor.user_id, work.now
    else:
        order.refused_by_id, order.refused_at = work.actor.user_id, work.now
        order.refusal_ground = body.refusal_ground
    order.version += 1
    work.session.flush()
    work.trail.chain("erasure_granted/1" if body.granted else "erasure_refused/1", order.model_dump())
    return _read(work, order)


def execute(work: Work, order_id: UUID, versions: Versions) -> ExecutionRead:
    """Carry out a granted order: what it covers is gone when the transaction ends.

    Raises `NotFound`, `VersionRequired`, `VersionIsStale`, `NotThisStep` when it was not granted or
    carried out before, `TwoPeopleNeeded` for who granted it, and `CaseIsHeld`.
    """
    order = _find(work, visible_orders(work).with_for_update(), order_id)
    versions.check(str(order.version))
    if order.granted_at is None or order.executed_at is not None:
        raise NotThisStep
    if order.granted_by_id == work.actor.user_id:
        raise TwoPeopleNeeded
    _refuse_while_held(work, order)
    order.executed_by_id, order.executed_at = work.actor.user_id, work.now
    order.version += 1
    work.trail.chain("erasure_executed/1", order.model_dump())
    counts = carry_out(work.session, work.trail, order)
    erased = [ErasedCount(kind=kind, count=count) for kind, count in counts.items()]
    return ExecutionRead(order=_read(work, order), erased=erased)


def _find(work: Work, statement: SelectOfScalar[ErasureOrder], order_id: UUID) -> ErasureOrder:
    order = work.session.exec(statement.where(col(ErasureOrder.id) == order_id)).first()
    if order is None:
        raise NotFound
    return order


def _refuse_while_held(work: Work, order: ErasureOrder) -> None:
    """Raise `CaseIsHeld` for a file on legal hold; hold the row, so that nobody adds to it meanwhile."""
    held = select(Case.legal_hold).where(col(Case.id) == order.case_id).with_for_update()
    if work.session.exec(held).first():
        raise CaseIsHeld


def _read(work: Work, order: ErasureOrder) -> ErasureOrderRead:
    work.trail.about("erasure_order", order.id)
    work.trail.shows(order.case_id)
    return orders_read(work, [order])[0]


def _status(order: ErasureOrder) -> OrderStatus:
    if order.executed_at is not None:
        return OrderStatus.EXECUTED
    if order.granted_at is not None:
        return OrderStatus.GRANTED
    return OrderStatus.REQUESTED if order.refused_at is None else OrderStatus.REFUSED


def orders_read(work: Work, orders: Sequence[ErasureOrder]) -> list[ErasureOrderRead]:
    """Return what goes out about some orders that the actor may see."""
    people = {getattr(order, name) for order in orders for name in _PEOPLE} - {None}
    names: dict[UUID, str] = dict(
        work.session.exec(select(User.id, User.name).where(col(User.id).in_(people))).all()
    )
    references: dict[UUID, str] = {}
    for kind, ids in (
        (Case, {order.case_id for order in orders}),
        (Participant, {order.participant_id for order in orders} - {None}),
    ):
        found = select(kind.id, kind.reference).where(col(kind.id).in_(ids))
        references.update(work.session.exec(found).all())

    def somebody(user_id: UUID | None) -> Any:  # noqa: ANN401 - a person, or nobody
        # After a restore an order can name somebody who is not there.
        return Named(id=user_id, name=names.get(user_id, str(user_id))) if user_id else None

    return [
        ErasureOrderRead(
            id=order.id,
            status=_status(order),
            case=ErasedOf(id=order.case_id, reference=references.get(order.case_id)),
            participant=ErasedOf(id=order.participant_id, reference=references.get(order.participant_id))
            if order.participant_id
            else None,
            reason=order.reason,
            requested_by=somebody(order.requested_by_id),
            requested_at=order.requested_at,
            granted_by=somebody(order.granted_by_id),
            granted_at=order.granted_at,
            refused_by=somebody(order.refused_by_id),
            refused_at=order.refused_at,
            refusal_ground=order.refusal_ground,
            executed_by=somebody(order.executed_by_id),
            executed_at=order.executed_at,
            version=order.version,
        )
        for order in orders
    ]


_PEOPLE = ("requested_by_id", "granted_by_id", "refused_by_id", "executed_by_id")

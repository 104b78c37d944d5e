"""Erase what an executed order covers, and do it again in a database that was restored.

Everything happens in one transaction. The order is marked as executed first: the guards of the
database let go of rows that an executed order covers, and of no others.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, delete, exists, insert, or_, select, true
from sqlmodel import Session, col

from app.domain.access_log import Command
from app.models.advice import AdviceUse
from app.models.assessments import Assessment
from app.models.base import table_of, utc_text
from app.models.cases import Case, CaseEvent, Concern, Conversation, Participant
from app.models.idempotency import IdempotencyKey
from app.models.reflections import Reflection
from app.models.rights import ErasedRow, ErasureOrder, ErasureReason, Statement, Withholding
from app.models.second_opinions import SecondOpinion
from app.models.signals import ThreadSignal
from app.models.threads import Thread, TransitionRow
from app.services.access_log import write_command
from app.services.trail import Trail
from app.services.work import organisation_of

_ASSESSMENT, _STATEMENT, _EVENT = table_of(Assessment), table_of(Statement), table_of(CaseEvent)
_USE, _REFLECTION = table_of(AdviceUse), table_of(Reflection)
_THREAD, _CASE, _WITHHOLDING = table_of(Thread), table_of(Case), table_of(Withholding)
_CONCERN, _CONVERSATION = table_of(Concern), table_of(Conversation)
_SIGNAL = table_of(ThreadSignal)
_PARTICIPANT, _KEY, _TRANSITION = table_of(Participant), table_of(IdempotencyKey), table_of(TransitionRow)
_ERASED, _OPINION = table_of(ErasedRow), table_of(SecondOpinion)


def carry_out(session: Session, trail: Trail, order: ErasureOrder) -> dict[str, int]:
    """Delete everything an order covers, and say so in the ledger. Returns how many rows of each kind.

    The order is marked as executed. The access log and the ledger stay: they hold random ids, times
    and staff, and the ledger keeps commitments whose salts are gone with the rows.
    """
    session.flush()
    scope = _Scope.of(session, order)
    salted = list(scope.salted(session))
    if salted:
        rows = [
            {
                "organisation_id": order.organisation_id,
                "entity_id": entity_id,
                "entity_kind": kind,
                "order_id": order.id,
            }
            for kind, entity_id in salted
        ]
        session.connection().execute(insert(_ERASED), rows)
        for row in rows:
            trail.chain("erased/1", row)
    return {name: count for name, count in scope.delete(session) if count}


class _Scope(NamedTuple):
    """What an order covers: a whole case, or the threads of one participant and what only they hold."""

    organisation_id: UUID
    case_id: UUID
    participant_id: UUID | None
    concerns: tuple[UUID, ...]
    conversations: tuple[UUID, ...]

    @classmethod
    def of(cls, session: Session, order: ErasureOrder) -> "_Scope":
        """Find out what only the erased threads hold, while they are still there."""
        scope = cls(order.organisation_id, order.case_id, order.participant_id, (), ())
        if order.participant_id is None:
            return scope
        connection = session.connection()
        concerns = select(_THREAD.c.concern_id).where(scope._own(_THREAD), scope._theirs(_THREAD.c.id))
        conversations = select(_ASSESSMENT.c.conversation_id).where(
            scope._own(_ASSESSMENT), scope._theirs(_ASSESSMENT.c.thread_id)
        )
        return scope._replace(
            concerns=tuple(connection.execute(concerns.distinct()).scalars()),
            conversations=tuple(connection.execute(conversations.distinct()).scalars()),
        )

    def salted(self, session: Session) -> Iterator[tuple[str, UUID]]:
        """Yield the rows whose salts go, each with its kind: what the ledger has entries of."""
        connection = session.connection()
        for table, condition in (
            (_ASSESSMENT, self._theirs(_ASSESSMENT.c.thread_id)),
            (_STATEMENT, self._of_theirs(_STATEMENT.c.assessment_id)),
            (_USE, self._of_theirs(_USE.c.assessment_id)),
            (_EVENT, self._whole()),
        ):
            found = select(table.c.id).where(self._own(table), condition).order_by(table.c.id)
            yield from ((table.name, entity_id) for entity_id in connection.execute(found).scalars())

    def delete(self, session: Session) -> Iterator[tuple[str, int]]:
        """Delete table by table: what points at others goes first. Yields how many rows went."""
        without_thread = ~exists().where(
            _THREAD.c.organisation_id == _CONCERN.c.organisation_id, _THREAD.c.concern_id == _CONCERN.c.id
        )
        without_assessment = ~exists().where(
            _ASSESSMENT.c.organisation_id == _CONVERSATION.c.organisation_id,
            _ASSESSMENT.c.conversation_id == _CONVERSATION.c.id,
        )
        whole = self._whole()
        connection = session.connection()
        for table, condition in (
            (_TRANSITION, self._theirs(_TRANSITION.c.thread_id)),
            (_SIGNAL, self._theirs(_SIGNAL.c.thread_id)),
            (_WITHHOLDING, whole | self._about_theirs()),
            (_STATEMENT, self._of_theirs(_STATEMENT.c.assessment_id)),
            (_OPINION, self._theirs(_OPINION.c.thread_id)),
            (_USE, self._of_theirs(_USE.c.assessment_id)),
            # Corrections point at other assessments; in one statement they go together.
            (_ASSESSMENT, self._theirs(_ASSESSMENT.c.thread_id)),
            (_THREAD, self._theirs(_THREAD.c.id)),
            (_CONVERSATION, whole | (_CONVERSATION.c.id.in_(self.conversations) & without_assessment)),
            (_CONCERN, whole | (_CONCERN.c.id.in_(self.concerns) & without_thread)),
            (_PARTICIPANT, whole | (_PARTICIPANT.c.id == self.participant_id)),
            (_EVENT, whole),
            # Answers that were kept for who sends a call again; they may tell of all of the case.
            (_KEY, true()),
        ):
            if table is _THREAD:
                self._delete_reflections(session)
            gone = connection.execute(delete(table).where(self._own(table), condition))
            yield table.name, gone.rowcount
        if self.participant_id is None:
            gone = connection.execute(
                delete(_CASE).where(
                    _CASE.c.organisation_id == self.organisation_id, _CASE.c.id == self.case_id
                )
            )
            yield _CASE.name, gone.rowcount

    def _delete_reflections(self, session: Session) -> None:
        """Delete what was written to think by. It is counted nowhere, so not here either."""
        own = self._own(_REFLECTION)
        session.connection().execute(delete(_REFLECTION).where(own, self._theirs(_REFLECTION.c.thread_id)))

    def _own(self, table: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a table
        own: ColumnElement[bool] = table.c.organisation_id == self.organisation_id
        of_case: ColumnElement[bool] = table.c.case_id == self.case_id
        return own & of_case

    def _whole(self) -> ColumnElement[bool]:
        return true() if self.participant_id is None else ~true()

    def _threads(self) -> Select[Any]:
        return select(_THREAD.c.id).where(
            _THREAD.c.organisation_id == self.organisation_id,
            _THREAD.c.participant_id == self.participant_id,
        )

    def _theirs(self, thread_id: ColumnElement[UUID]) -> ColumnElement[bool]:
        return true() if self.participant_id is None else thread_id.in_(self._threads())

    def _assessments(self) -> Select[Any]:
        return select(_ASSESSMENT.c.id).where(
            _ASSESSMENT.c.organisation_id == self.organisation_id,
            _ASSESSMENT.c.thread_id.in_(self._threads()),
        )

    def _of_theirs(self, assessment_id: ColumnElement[UUID]) -> ColumnElement[bool]:
        return true() if self.participant_id is None else assessment_id.in_(self._assessments())

    def _about_theirs(self) -> ColumnElement[bool]:
        """Return the condition that a withheld passage belongs to what goes."""
        said = [
            select(table.c.id).where(
                table.c.organisation_id == self.organisation_id,
                table.c.assessment_id.in_(self._assessments()),
            )
            for table in (_STATEMENT, _USE)
        ]
        said.append(
            select(_REFLECTION.c.id).where(
                _REFLECTION.c.organisation_id == self.organisation_id,
                _REFLECTION.c.thread_id.in_(self._threads()),
            )
        )
        # Of a concern that others speak about too, the passage stays withheld.
        others = select(_THREAD.c.concern_id).where(
            self._own(_THREAD), _THREAD.c.participant_id != self.participant_id
        )
        entity = _WITHHOLDING.c.entity_id
        return (
            entity.in_(self._assessments())
            | or_(*(entity.in_(ids) for ids in said))
            | (entity.in_(self.concerns) & entity.not_in(others))
        )


# ---------------------------------------------------------------- for after a restore

_REPLAYED = (
    "id",
    "case_id",
    "participant_id",
    "reason",
    "requested_by_id",
    "requested_at",
    "granted_by_id",
    "granted_at",
    "executed_by_id",
    "executed_at",
)
_ID: TypeAdapter[UUID] = TypeAdapter(UUID)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(datetime)


def executed_orders(session: Session, but: Iterable[UUID] = ()) -> Iterator[dict[str, Any]]:
    """Yield a record of each executed order of the organisation, in order of time, ready for JSON.

    A record holds ids, times and staff: what `replay` needs, and nothing about a client. Orders in
    `but` are left out.
    """
    known = set(but)
    orders = session.execute(
        select(ErasureOrder)
        .where(col(ErasureOrder.executed_at).is_not(None))
        .order_by(col(ErasureOrder.executed_at), col(ErasureOrder.id))
    ).scalars()
    for order in orders.all():
        if order.id in known:
            continue
        erased = session.execute(
            select(col(ErasedRow.entity_kind), col(ErasedRow.entity_id))
            .where(col(ErasedRow.order_id) == order.id)
            .order_by(col(ErasedRow.entity_id))
        )
        yield {
            "organisation_id": str(order.organisation_id),
            "order": {name: _plain(getattr(order, name)) for name in _REPLAYED},
            "erased": [[kind, str(entity_id)] for kind, entity_id in erased],
        }


def _plain(value: Any) -> str | None:  # noqa: ANN401 - whatever a column of an order holds
    if isinstance(value, datetime):
        return utc_text(value)
    return None if value is None else str(value)


def replay(session: Session, record: Mapping[str, Any], now: datetime) -> bool:
    """Do again what a record of `executed_orders` says, in a database that was restored.

    The order is carried through its steps with the people and the times of then, also when neither
    the order nor the case is there. Returns whether there was anything to do; a second time there is
    not. Raises `ValueError` for a record of another organisation.
    """
    if UUID(record["organisation_id"]) != organisation_of(session):
        raise ValueError("a record of another organisation")
    said = record["order"]
    order_id = _ID.validate_python(said["id"])
    trail = Trail(Command.ERASURES_REPLAYED)
    order = (
        session.execute(select(ErasureOrder).where(col(ErasureOrder.id) == order_id).with_for_update())
        .scalars()
        .first()
    )
    if order is not None and order.executed_at is not None:
        return False
    if order is None:
        order = ErasureOrder(
            organisation_id=organisation_of(session),
            id=order_id,
            case_id=_ID.validate_python(said["case_id"]),
            participant_id=said["participant_id"] and _ID.validate_python(said["participant_id"]),
            reason=ErasureReason(said["reason"]),
            requested_by_id=_ID.validate_python(said["requested_by_id"]),
            requested_at=_MOMENT.validate_python(said["requested_at"]),
        )
        session.add(order)
        session.flush()
        trail.chain("erasure_requested/1", order.model_dump())
    if order.granted_at is None:
        order.granted_by_id = _ID.validate_python(said["granted_by_id"])
        order.granted_at = _MOMENT.validate_python(said["granted_at"])
        order.version += 1
        session.flush()
        trail.chain("erasure_granted/1", order.model_dump())
    order.executed_by_id = _ID.validate_python(said["executed_by_id"])
    order.executed_at = _MOMENT.validate_python(said["executed_at"])
    order.version += 1
    trail.chain("erasure_executed/1", order.model_dump())
    trail.about("erasure_order", order.id)
    trail.shows(order.case_id)
    carry_out(session, trail, order)
    write_command(session, trail, now)
    return True

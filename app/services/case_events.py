"""What happened to a case itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, select

from app.models.base import Named, table_of
from app.models.cases import CaseEvent, CaseEventKind, CaseEventRead
from app.models.organisations import User
from app.services.work import Work

_EVENT = table_of(CaseEvent)
_BY, _PRACTITIONER = table_of(User).alias("by"), table_of(User).alias("practitioner")


def _is(user: Any, column: str) -> ColumnElement[bool]:  # noqa: ANN401 - an alias of a table
    return and_(user.c.organisation_id == _EVENT.c.organisation_id, user.c.id == _EVENT.c[column])


# Made once: it is read with every look at a case.
_EVENTS = (
    select(
        _EVENT.c.id,
        _EVENT.c.kind,
        _EVENT.c.recorded_at,
        _EVENT.c.recorded_by_id,
        _BY.c.name,
        _EVENT.c.practitioner_id,
        _PRACTITIONER.c.name,
        _EVENT.c.closing_answer,
    )
    .join(_BY, _is(_BY, "recorded_by_id"))
    .join(_PRACTITIONER, _is(_PRACTITIONER, "practitioner_id"))
    .where(_EVENT.c.organisation_id == bindparam("of_organisation"), _EVENT.c.case_id == bindparam("of_case"))
    .order_by(_EVENT.c.id)
)
_LAST_OPENED_OR_CLOSED = (
    select(_EVENT.c.kind)
    .where(
        _EVENT.c.organisation_id == bindparam("of_organisation"),
        _EVENT.c.case_id == bindparam("of_case"),
        _EVENT.c.recorded_at <= bindparam("until"),
        _EVENT.c.kind != CaseEventKind.HANDED_OVER,
    )
    .order_by(_EVENT.c.id.desc())
    .limit(1)
)


def events_of(work: Work, case_id: UUID) -> list[tuple[UUID, CaseEventRead]]:
    """Return what happened to a case the actor was found to see, each with its id, the oldest first."""
    own = {"of_organisation": work.actor.organisation_id, "of_case": case_id}
    return [
        (
            id_,
            CaseEventRead(
                kind=kind,
                recorded_at=recorded_at,
                recorded_by=Named(id=by_id, name=by),
                practitioner=Named(id=practitioner_id, name=practitioner),
                closing_answer=closing_answer,
            ),
        )
        for id_, kind, recorded_at, by_id, by, practitioner_id, practitioner, closing_answer in (
            work.session.connection().execute(_EVENTS, own)
        )
    ]


def was_open(work: Work, case_id: UUID, at: datetime) -> bool:
    """Tell whether a case the actor was found to see was open at a moment; before its first event it was.

    A conversation can be recorded as held before the case was opened here.
    """
    own = {"of_organisation": work.actor.organisation_id, "of_case": case_id, "until": at}
    newest = work.session.connection().execute(_LAST_OPENED_OR_CLOSED, own).scalar()
    return newest is not CaseEventKind.CLOSED

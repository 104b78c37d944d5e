"""Sessions that see and write the rows of one organisation only."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, event
from sqlalchemy.orm import ORMExecuteState, SessionTransaction, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import Session, SQLModel

from app.database.walls import bind


class OrganisationSession(Session):
    """A session that sees and writes the rows of one organisation, and refuses to run without one."""

    def __init__(self, connection: Connection, organisation_id: UUID) -> None:
        super().__init__(connection, info={"organisation_id": organisation_id}, expire_on_commit=False)
        bind(connection, organisation_id)


def _organisation_of(session: Any) -> UUID:  # noqa: ANN401 - the events hand in the base class
    organisation_id: UUID | None = session.info.get("organisation_id")
    if organisation_id is None:
        raise RuntimeError("no organisation is bound to this session")
    return organisation_id


@lru_cache(maxsize=256)
def _own_rows_only(organisation_id: UUID) -> tuple[ExecutableOption, ...]:
    """Return one criterion per owned class. Making them costs more than a query, so they are kept."""
    return tuple(
        # A lambda, because only that is applied to the aliases of a class in a join as well.
        with_loader_criteria(
            mapper.class_, lambda kind: kind.organisation_id == organisation_id, include_aliases=True
        )
        for mapper in SQLModel._sa_registry.mappers  # noqa: SLF001 - the only list there is
        if "organisation_id" in mapper.columns
    )


@event.listens_for(OrganisationSession, "after_begin")
def _refuse_unbound(session: Session, _transaction: SessionTransaction, _: Connection) -> None:
    _organisation_of(session)


@event.listens_for(OrganisationSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> None:
    organisation_id = _organisation_of(state.session)
    if not (state.is_column_load or state.is_relationship_load):
        state.statement = state.statement.options(*_own_rows_only(organisation_id))


@event.listens_for(OrganisationSession, "before_flush")
def _refuse_foreign_rows(session: Session, *_: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if getattr(row, "organisation_id", None) not in (None, _organisation_of(session)):
            raise RuntimeError("a row of another organisation")

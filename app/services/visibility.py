"""What somebody may see: the selects from which every query for client content starts."""

from typing import assert_never

from sqlalchemy import ColumnElement, and_, false
from sqlmodel import SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.roles import Role
from app.models.cases import Case
from app.models.rights import ErasureOrder
from app.services.work import Work


def visible_cases(work: Work) -> SelectOfScalar[Case]:
    """Select the cases the actor may see: a practitioner's own, a supervisor's teams', else none."""
    cases = select(Case).where(col(Case.organisation_id) == work.actor.organisation_id)
    match work.actor.role:
        case Role.PRACTITIONER:
            return cases.where(col(Case.practitioner_id) == work.actor.user_id)
        case Role.SUPERVISOR:
            return cases.where(col(Case.team_id).in_(work.actor.team_ids))
        case Role.TRAINER | Role.ADMIN | Role.PRIVACY_OFFICER:
            return cases.where(false())
        case unreachable:
            assert_never(unreachable)


def visible_files(work: Work) -> SelectOfScalar[Case]:
    """Select the cases whose file the actor may deal with: where it is about rights, not about help.

    A privacy officer sees to the rights of every client; somebody else has to see the case itself.
    """
    if work.actor.role is Role.PRIVACY_OFFICER:
        return select(Case).where(col(Case.organisation_id) == work.actor.organisation_id)
    return visible_cases(work)


def visible_orders(work: Work) -> SelectOfScalar[ErasureOrder]:
    """Select the erasure orders of the organisation, for who decides on them or carries them out."""
    orders = select(ErasureOrder).where(col(ErasureOrder.organisation_id) == work.actor.organisation_id)
    is_theirs = work.actor.role in (Role.PRIVACY_OFFICER, Role.ADMIN)
    return orders if is_theirs else orders.where(false())


def points_at(row: type[SQLModel], column: object, target: type[SQLModel]) -> ColumnElement[bool]:
    """Return the condition that `column` of `row` refers to `target`, within one organisation."""
    return and_(
        col(row.organisation_id) == col(target.organisation_id),  # type: ignore[attr-defined]  # every owned table has it
        column == col(target.id),  # type: ignore[attr-defined]  # and this
    )

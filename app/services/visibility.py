"""What somebody may see: the selects from which every query for client content starts."""

from functools import cache
from typing import Any, assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, false, or_
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.roles import ROLE_PERMISSIONS, Permission, Role
from app.domain.second_opinion import OpinionState
from app.models.cases import Case
from app.models.rights import ErasureOrder
from app.models.second_opinions import SecondOpinion
from app.services.work import Actor, Work


@cache
def visible_to(role: Role) -> SelectOfScalar[Case]:
    """Select the cases a role may see: a practitioner's own, a supervisor's teams', else none.

    A case in which a supervisor is still to judge a conversation blind is left out for them, so that no
    door leads to it: this is the one place that says so. Made once per role; `seen_by` has its parameters.
    """
    cases = _reached_by(role)
    return cases.where(~_to_be_judged_blind()) if role is Role.SUPERVISOR else cases


@cache
def _reached_by(role: Role) -> SelectOfScalar[Case]:
    """Select the cases of a role, those to be judged blind among them."""
    cases = select(Case).where(col(Case.organisation_id) == bindparam("seen_in"))
    match role:
        case Role.PRACTITIONER:
            return cases.where(col(Case.practitioner_id) == bindparam("seen_by"))
        case Role.SUPERVISOR:
            return cases.where(col(Case.team_id).in_(bindparam("seen_with", expanding=True)))
        case Role.TRAINER | Role.ADMIN | Role.PRIVACY_OFFICER:
            return cases.where(false())
        case unreachable:
            assert_never(unreachable)


@cache
def _to_be_judged_blind() -> ColumnElement[bool]:
    """Return the condition that somebody is to judge something in a case, worked out once for all cases."""
    # Under a name of its own, for who joins second opinions to the cases they see.
    open_one = aliased(SecondOpinion)
    return col(Case.id).in_(
        select(open_one.case_id).where(
            col(open_one.organisation_id) == bindparam("seen_in"),
            col(open_one.supervisor_id) == bindparam("seen_by"),
            col(open_one.state) == OpinionState.ASKED,
        )
    )


def seen_by(actor: Actor) -> dict[str, Any]:
    """Return the parameters of `visible_to` for somebody."""
    own: dict[Role, dict[str, Any]] = {
        Role.PRACTITIONER: {"seen_by": actor.user_id},
        Role.SUPERVISOR: {"seen_by": actor.user_id, "seen_with": actor.team_ids},
    }
    return {"seen_in": actor.organisation_id, **own.get(actor.role, {})}


def visible_cases(work: Work) -> SelectOfScalar[Case]:
    """Select the cases the actor may see."""
    return visible_to(work.actor.role).params(seen_by(work.actor))


def cases_to_judge(work: Work) -> SelectOfScalar[Case]:
    """Select the cases from which the actor may be shown a conversation to judge it blind, and no more.

    They are the visible ones, and those that are out of sight for that very reason. For the use cases of
    second opinions alone: everything else starts from `visible_cases`.
    """
    return _reached_by(work.actor.role).params(seen_by(work.actor))


def opinions_to_read(work: Work) -> SelectOfScalar[Case]:
    """Select the cases with their second opinions: of a case to be judged blind, the actor's own alone."""
    own = col(SecondOpinion.supervisor_id) == bindparam("seen_by")
    return (
        cases_to_judge(work)
        .join(SecondOpinion, points_at(SecondOpinion, SecondOpinion.case_id, Case))
        .where(or_(own, ~_to_be_judged_blind()))
    )


def is_still_visible(work: Work, case_id: UUID) -> bool:
    """Tell whether what was shown of a case before may be shown to the actor again.

    Who sees cases has to see this one by now as well. Who sees none was not shown it as theirs: what an
    officer or an administrator was told goes with the office.
    """
    if Permission.READ_CASES not in ROLE_PERMISSIONS[work.actor.role]:
        return True
    return work.session.exec(visible_cases(work).where(col(Case.id) == case_id)).first() is not None


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


@cache
def points_at(row: type[SQLModel], column: object, target: type[SQLModel]) -> ColumnElement[bool]:
    """Return the condition that `column` of `row` refers to `target`, within one organisation.

    Made once for each, and kept: an alias that is handed in has to be one of the module.
    """
    return and_(
        col(row.organisation_id) == col(target.organisation_id),  # type: ignore[attr-defined]  # every owned table has it
        column == col(target.id),  # type: ignore[attr-defined]  # and this
    )

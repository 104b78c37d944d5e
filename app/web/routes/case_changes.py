"""Close a case, open it again, or hand it over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from app.domain.errors import (
    CaseIsRestricted,
    DomainError,
    IdempotencyKeyReused,
    InvalidInput,
    VersionIsStale,
    VersionRequired,
)
from app.domain.roles import Permission, Role
from app.knowledge.library import ReflectionMoment
from app.models.cases import CaseChange, CaseRead, CaseStatus
from app.models.organisations import UserRead
from app.problems import STATUS
from app.services.cases import change_case, read_case
from app.services.organisations import list_users
from app.services.work import Work
from app.web.case_forms import VERSION_FIELD, said_of, versions_in
from app.web.mistakes import mistakes_in, model_of
from app.web.pages import Pages
from app.web.routes.case import show
from app.web.visits import Visit, form, page
from app.web.wording import _, say

pages = Pages()
router = pages.router


_NO_ANSWER = _("Write down what was said. A few words will do.")
_NOBODY = _("Choose who takes over from the list.")
_REFUSALS = (CaseIsRestricted, IdempotencyKeyReused, VersionIsStale, VersionRequired)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a form about a case shows; `colleagues` can take it over."""

    case: CaseRead
    colleagues: list[UserRead]


# ---------------------------------------------------------------- closing


@pages.get("case_close")
def show_closing(id: UUID, visit: Annotated[Visit, page(Permission.READ_CASES)]) -> Response:
    """Ask the closing question."""
    return _closing(visit, _look(visit, id))


@pages.post("case_close")
def close(id: UUID, visit: Annotated[Visit, form(Permission.CHANGE_CASE)]) -> Response:
    """Close a case with the answer to the closing question."""
    values = {"status": CaseStatus.CLOSED, "closing_answer": visit.typed.get("closing_answer", "")}
    return _change(visit, id, values, "closed", _closing)


def _closing(visit: Visit, shown: Shown, error: DomainError | None = None) -> Response:
    errors = _mistakes(visit, error, {"#/closing_answer": "closing_answer"})
    if "closing_answer" in errors and not visit.typed.text("closing_answer"):
        errors["closing_answer"] = say(visit.language, _NO_ANSWER)
    return _page(visit, "case_close.html", shown, error, errors)


# ---------------------------------------------------------------- opening it again


@pages.post("case_reopen")
def reopen(id: UUID, visit: Annotated[Visit, form(Permission.CHANGE_CASE)]) -> Response:
    """Go on after all."""
    if visit.typed.resumes:
        return visit.go("case", id=id)
    try:
        with visit.transaction() as work:
            change_case(work, id, CaseChange(status=CaseStatus.OPEN), versions_in(visit.typed))
            return visit.done(work, "case", query={"done": "reopened"}, id=id)
    except _REFUSALS as error:
        return show(visit, id, {}, error)


# ---------------------------------------------------------------- handing over


@pages.get("case_hand_over")
def show_hand_over(id: UUID, visit: Annotated[Visit, page(Permission.READ_CASES)]) -> Response:
    """Ask who takes over."""
    return _hand_over(visit, _look(visit, id))


@pages.post("case_hand_over")
def hand_over(id: UUID, visit: Annotated[Visit, form(Permission.CHANGE_CASE)]) -> Response:
    """Give a case to another practitioner; from then on it is theirs to see."""
    values = {"practitioner_id": visit.typed.get("practitioner", "")}
    return _change(visit, id, values, "handed_over", _hand_over)


def _hand_over(visit: Visit, shown: Shown, error: DomainError | None = None) -> Response:
    errors = _mistakes(visit, error, {"#/practitioner_id": "practitioner"})
    if "practitioner" in errors:
        errors["practitioner"] = say(visit.language, _NOBODY)
    return _page(visit, "case_hand_over.html", shown, error, errors)


# ---------------------------------------------------------------- what they share


def _look(visit: Visit, case_id: UUID) -> Shown:
    """Read what a form shows."""
    with visit.look(Permission.READ_CASES, to=Permission.CHANGE_CASE) as work:
        case = read_case(work, case_id)
        return Shown(case, _colleagues(work, case))


def _colleagues(work: Work, case: CaseRead) -> list[UserRead]:
    return [
        one for one in list_users(work) if Role.PRACTITIONER in one.roles and one.id != case.practitioner.id
    ]


def _change(
    visit: Visit,
    case_id: UUID,
    values: Mapping[str, Any],
    done: str,
    form_of: Callable[[Visit, Shown, DomainError | None], Response],
) -> Response:
    """Change a case, or give the form back as it was filled in."""
    if visit.typed.resumes:
        return form_of(visit, _look(visit, case_id), None)
    try:
        with visit.transaction() as work:
            case = change_case(work, case_id, model_of(CaseChange, values), versions_in(visit.typed))
            if case.practitioner.id != work.actor.user_id:
                return visit.done(work, "caseload", query={"done": done})
            return visit.done(work, "case", query={"done": done}, id=case_id)
    except (InvalidInput, *_REFUSALS) as error:
        return form_of(visit, _look(visit, case_id), error)


def _mistakes(visit: Visit, error: DomainError | None, names: Mapping[str, str]) -> dict[str, str]:
    if error is None:
        return {}
    if isinstance(error, InvalidInput):
        return mistakes_in(error, names, visit.language)
    return said_of(error, visit.language)


def _page(
    visit: Visit, template: str, shown: Shown, error: DomainError | None, errors: Mapping[str, str]
) -> Response:
    # What was refused for its version goes out again with the one that is there now: it was said.
    kept = None if isinstance(error, VersionIsStale | VersionRequired) else visit.typed.text(VERSION_FIELD)
    prompts = visit.surroundings.knowledge.prompts.values()
    return visit.page(
        template,
        status=STATUS[type(error)] if error else HTTPStatus.OK,
        case=shown.case,
        colleagues=shown.colleagues,
        given=visit.typed,
        case_version=kept or str(shown.case.version),
        errors=errors,
        prompts=[one for one in prompts if one.private and one.when is ReflectionMoment.CLOSING],
    )

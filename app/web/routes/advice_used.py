"""What an assessment showed as an approach, and what was used of it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Response

from app.domain.errors import CaseIsRestricted, DomainError, IdempotencyKeyReused, InvalidInput
from app.domain.roles import Permission
from app.problems import STATUS
from app.services.advice_uses import Shown, advice_shown, use_all
from app.services.catalogue import schema
from app.web.advice_view import field_names, given_of, read_uses
from app.web.case_forms import said_of
from app.web.case_words import badge_of
from app.web.mistakes import mistakes_in
from app.web.pages import Pages
from app.web.visits import Visit, form, page

pages = Pages()
router = pages.router


@pages.get("advice_used")
def show_advice(id: UUID, visit: Annotated[Visit, page(Permission.READ_ASSESSMENTS)]) -> Response:
    """Show what fitted, and what was used of it."""
    shown = _look(visit, id)
    return _page(visit, shown, given_of(shown.uses))


@pages.post("advice_used")
def use_advice(id: UUID, visit: Annotated[Visit, form(Permission.USE_ADVICE)]) -> Response:
    """Write down what was used. What was said before stays."""
    if visit.typed.resumes:
        return _page(visit, _look(visit, id), visit.typed)
    try:
        with visit.transaction() as work:
            shown = advice_shown(work, id)
            use_all(work, shown.assessment, read_uses(visit.typed, shown.entries, shown.uses))
            return visit.done(work, "case", query={"done": "advice"}, id=shown.assessment.case_id)
    except (InvalidInput, CaseIsRestricted, IdempotencyKeyReused) as error:
        return _page(visit, _look(visit, id), visit.typed, error)


def _look(visit: Visit, assessment_id: UUID) -> Shown:
    """Read what the form shows. In the access log that is looking."""
    with visit.look(Permission.READ_ASSESSMENTS) as work:
        return advice_shown(work, assessment_id)


def _page(visit: Visit, shown: Shown, given: Mapping[str, str], error: DomainError | None = None) -> Response:
    errors: Mapping[str, str] = {}
    if isinstance(error, InvalidInput):
        errors = mistakes_in(error, field_names(shown.entries), visit.language)
    elif error is not None:
        errors = said_of(error, visit.language)
    one, ruleset = shown.assessment, visit.surroundings.knowledge.current
    return visit.page(
        "advice_used.html",
        status=STATUS[type(error)] if error else HTTPStatus.OK,
        shown=shown,
        one=one,
        badge=badge_of(ruleset, visit.language, one.relationship_type, one.clarity),
        given=given,
        errors=errors,
        schema=schema(ruleset, visit.language),
    )

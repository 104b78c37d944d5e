"""Correct an assessment: other answers, or the message that it was entered in error."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from app.domain.answers import Question
from app.domain.errors import (
    AlreadyCorrected,
    Conflict,
    DomainError,
    FieldError,
    IdempotencyKeyReused,
    InvalidInput,
    VersionIsStale,
    VersionRequired,
)
from app.domain.roles import Permission
from app.models.assessments import CorrectionCreate
from app.problems import STATUS
from app.services import assessments
from app.services.catalogue import schema
from app.services.recorded import find_assessment
from app.services.stories import Correctable, correctable
from app.web.case_forms import VERSION_FIELD, said_of, versions_in
from app.web.case_words import badge_of, view_of
from app.web.forms import Typed
from app.web.mistakes import FORM, mistakes_in, model_of
from app.web.pages import Pages
from app.web.visits import Visit, form, page
from app.web.wording import _, in_both, say

pages = Pages()
router = pages.router

RETRACTED = "retracted"
_FIELDS = {
    **{f"#/answers/{question}": question for question in Question},
    **{f"#/own_words/{question}": f"words_{question}" for question in Question},
    "#/reason": "reason",
}


_NO_REASON = _("Say in a few words why.")
_NO_ANSWER = _("Choose an answer.")
_NOTHING_CHANGED = _(
    "Nothing differs from what was recorded. Change something, or choose “entered in error”."
)
_REPLACED = _("This was corrected before, and nothing was saved now. Look at what took its place.")


@pages.get("correct")
def show_form(id: UUID, visit: Annotated[Visit, page(Permission.READ_ASSESSMENTS)]) -> Response:
    """Show what was recorded, to be corrected."""
    found = _look(visit, id)
    if not found.is_newest:
        return _form(visit, found, _recorded(found), errors={FORM: say(visit.language, _REPLACED)})
    return _form(visit, found, _recorded(found))


@pages.post("correct")
def correct(id: UUID, visit: Annotated[Visit, form(Permission.CORRECT_ASSESSMENT)]) -> Response:
    """Put other answers in the place of the recorded ones. The old ones stay visible."""
    if visit.typed.resumes:
        return _form(visit, _look(visit, id), visit.typed)
    try:
        with visit.transaction() as work:
            body = _read(visit.typed, find_assessment(work, id).columns)
            corrected, _tag = assessments.correct(work, id, body, versions_in(visit.typed))
            done = RETRACTED if body.retracted else "corrected"
            return visit.done(work, "case", query={"done": done}, id=corrected.case_id)
    except (InvalidInput, Conflict, VersionIsStale, VersionRequired, IdempotencyKeyReused) as error:
        found, errors = _look(visit, id), _mistakes(error, visit)
        return _form(visit, found, visit.typed, errors, STATUS[type(error)])


def _mistakes(error: DomainError, visit: Visit) -> dict[str, str]:
    language, typed = visit.language, visit.typed
    if isinstance(error, InvalidInput):
        found = mistakes_in(error, _FIELDS, language)
        mine: dict[str, str] = dict.fromkeys(Question, _NO_ANSWER)
        if not typed.text("reason"):
            mine["reason"] = _NO_REASON
        return {name: say(language, mine[name]) if name in mine else said for name, said in found.items()}
    if isinstance(error, AlreadyCorrected | VersionIsStale):
        return {FORM: say(language, _REPLACED)}
    return said_of(error, language)


def _read(typed: Typed, recorded: Mapping[str, Any]) -> CorrectionCreate:
    """Return what was typed. Raises `InvalidInput`, also where nothing would change."""
    values: dict[str, Any] = {"reason": typed.get("reason", "")}
    if typed.text("what") == RETRACTED:
        return model_of(CorrectionCreate, values | {"retracted": True})
    answers: dict[str, object] = {question: typed.get(question, "") for question in Question}
    words = {question: typed.text(f"words_{question}") for question in Question}
    body = model_of(CorrectionCreate, values | {"answers": answers, "own_words": words})
    same: dict[str, object] = {
        **answers,
        **{f"words_on_{question}": said for question, said in words.items()},
    }
    if not recorded[RETRACTED] and all(recorded[name] == value for name, value in same.items()):
        raise InvalidInput(errors=[FieldError("body", "#", "nothing_to_change", in_both(_NOTHING_CHANGED))])
    return body


def _look(visit: Visit, assessment_id: UUID) -> Correctable:
    """Read what the form shows."""
    with visit.look(Permission.READ_ASSESSMENTS, to=Permission.CORRECT_ASSESSMENT) as work:
        return correctable(work, assessment_id)


def _recorded(found: Correctable) -> dict[str, str]:
    """Return what the fields hold before anything is typed."""
    one = found.assessment
    words = {f"words_{question}": said or "" for question, said in one.own_words.model_dump().items()}
    return {**one.answers.model_dump(), **words, VERSION_FIELD: found.tag}


def _form(
    visit: Visit,
    found: Correctable,
    given: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    ruleset, language = visit.surroundings.knowledge.current, visit.language
    one = found.assessment
    return visit.page(
        "correction.html",
        status=status,
        found=found,
        one=one,
        badge=badge_of(ruleset, language, one.relationship_type, one.clarity),
        whose=view_of(one.perspective, language),
        given=given,
        errors=errors or {},
        schema=schema(ruleset, language),
    )

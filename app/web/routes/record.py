"""Record an assessment, see what it comes to, and take back a slip."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Response

from app.domain.errors import (
    AlreadyCorrected,
    Busy,
    CannotLog,
    CaseIsClosed,
    CaseIsRestricted,
    Conflict,
    DomainError,
    IdempotencyKeyReused,
    InvalidInput,
    NoRoom,
    NotFound,
    TooLateToUndo,
)
from app.domain.roles import Permission
from app.domain.texts import Text
from app.knowledge.library import ReflectionMoment
from app.models.assessments import AssessmentHead
from app.models.cases import CaseStatus
from app.problems import STATUS, headers_of
from app.services import assessments, recording
from app.services.assessment_reads import read_assessment
from app.services.cases import CaseloadQuery, list_cases
from app.services.catalogue import schema
from app.services.recording import Offer as CaseOffer
from app.services.reflections import offers_perspective
from app.services.work import Work
from app.web.forms import Typed
from app.web.mistakes import FORM, mistakes_in
from app.web.pages import Pages
from app.web.plain_hints import hints_on
from app.web.record_form import FIELDS, OTHER, PLAIN_TEXTS, is_unfolded, read
from app.web.reflection_view import Offer, offer_at
from app.web.visits import Visit, form, page
from app.web.wording import _, say

pages = Pages()
router = pages.router

_NEWEST = 8


# ---------------------------------------------------------------- the form


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form is shown with: the case it is in, or own cases to pick one from."""

    offer: CaseOffer | None = None
    own_cases: list[tuple[UUID, str]] = field(default_factory=list)


@pages.get("record_in_case")
def show_form_in_case(id: UUID, visit: Annotated[Visit, page(Permission.READ_CASES)]) -> Response:
    """Ask for the three answers about somebody in a case."""
    asked = visit.request.query_params
    typed = Typed(
        [(name, asked[name]) for name in ("participant", "concern", "conversation") if name in asked]
    )
    return _form(visit, _look(visit, _in_case(id, typed)), typed)


@pages.get("record")
def show_form(visit: Annotated[Visit, page(Permission.READ_CASES)]) -> Response:
    """Ask for the three answers, and which case they belong to."""
    return _form(visit, _look(visit, _own_cases), Typed([]))


@pages.post("record_in_case")
def record_in_case(id: UUID, visit: Annotated[Visit, form(Permission.RECORD_ASSESSMENT)]) -> Response:
    """Record the three answers in a case."""
    return _record(visit, _in_case(id, visit.typed))


@pages.post("record")
def record(visit: Annotated[Visit, form(Permission.RECORD_ASSESSMENT)]) -> Response:
    """Record the three answers in the case with the reference that was typed."""
    return _record(visit, None)


_Look = Callable[[Work], Shown]


def _in_case(case_id: UUID, typed: Typed) -> _Look:
    return lambda work: Shown(recording.offer(work, case_id, _id(typed.text("conversation"))))


def _own_cases(work: Work) -> Shown:
    found = list_cases(work, CaseloadQuery(status=CaseStatus.OPEN, limit=_NEWEST))
    return Shown(own_cases=[(case.id, case.reference) for case in found.rows])


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _look(visit: Visit, look: _Look | None) -> Shown:
    """Read what the form shows."""
    with visit.look(Permission.READ_CASES, to=Permission.RECORD_ASSESSMENT) as work:
        return (look or _own_cases)(work)


def _record(visit: Visit, in_case: _Look | None) -> Response:
    """Record what was typed; whatever comes in between, it is not lost."""
    try:
        if visit.typed.resumes:
            return _form(visit, _look(visit, in_case), visit.typed)
        with visit.transaction() as work:
            offer = in_case(work).offer if in_case else None
            recorded, _tag = assessments.record(work, read(visit.typed, offer, work.now))
            return visit.done(work, "recorded", id=recorded.id)
    except (InvalidInput, NotFound, IdempotencyKeyReused, Conflict) as error:
        return _back(visit, in_case, error)
    except (Busy, NoRoom, CannotLog) as error:
        if isinstance(error, Busy) and error.collided:
            raise  # it is done again from the beginning
        return _try_again(visit, error)


def _back(visit: Visit, in_case: _Look | None, error: DomainError) -> Response:
    """Give the form back as it was filled in, with what is wrong."""
    said = {FORM: error.detail[visit.language]}
    if isinstance(error, InvalidInput):
        said = mistakes_in(error, FIELDS, visit.language)
    elif isinstance(error, IdempotencyKeyReused):
        said = {FORM: say(visit.language, _ALREADY_SENT)}
    elif isinstance(error, NotFound) and in_case is None:
        said = {"reference": error.detail[visit.language]}
    elif isinstance(error, NotFound):
        # The case is out of sight, or never was there. The form goes on without it, by a reference.
        in_case = None
    return _form(visit, _look(visit, in_case), visit.typed, said, STATUS[type(error)])


_ALREADY_SENT = _(
    "This form was saved before, with other answers. Look in the case first. "
    "Save again if this has to be recorded too."
)


def _form(
    visit: Visit,
    shown: Shown,
    typed: Typed,
    errors: dict[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    errors = errors or {}
    knowledge = visit.surroundings.knowledge
    texts = {name: typed.text(name) for name in PLAIN_TEXTS}
    return visit.page(
        "record.html",
        status=status,
        offer=shown.offer,
        own_cases=shown.own_cases,
        refused=_refused(shown.offer),
        given=_given(typed, shown.offer),
        errors=errors,
        hints=hints_on(knowledge, texts, visit.language),
        unfolded=is_unfolded(typed, errors),
        schema=schema(knowledge.current, visit.language),
    )


def _refused(offer: CaseOffer | None) -> Text | None:
    """Return why nothing can be recorded in a case, before anybody types in vain."""
    if offer is None or not (offer.restricted or offer.is_closed):
        return None
    return CaseIsRestricted.detail if offer.restricted else CaseIsClosed.detail


def _given(typed: Typed, offer: CaseOffer | None) -> dict[str, str]:
    """Return what the fields hold: what was typed, and else the only one there is to choose."""
    given = dict(typed)
    for name, listed in (
        ("participant", offer.participants if offer else []),
        ("concern", offer.concerns if offer else []),
    ):
        ids = [str(one.id) for one in listed]
        if given.get(name) not in [*ids, OTHER]:
            # Only where nothing else was said: a choice that was not made is a mistake.
            named_anew = typed.text(f"{name}_reference")
            given[name] = ids[0] if len(ids) == 1 and not named_anew else ""
    return given


def _try_again(visit: Visit, error: DomainError) -> Response:
    """Say that nothing was saved, and offer what was typed once more as it is."""
    response = visit.page(
        "record_again.html",
        status=STATUS[type(error)],
        error=error,
        action=visit.request.url.path,
        kept=visit.typed.kept,
    )
    response.headers.update(headers_of(error))
    return response


# ---------------------------------------------------------------- what was recorded


@pages.get("recorded")
def show_recorded(id: UUID, visit: Annotated[Visit, page(Permission.READ_ASSESSMENTS)]) -> Response:
    """Say what an assessment comes to, what changed, and what fits."""
    return _recorded(visit, id)


@pages.post("undo")
def undo(id: UUID, visit: Annotated[Visit, form(Permission.CORRECT_ASSESSMENT)]) -> Response:
    """Take back what was just recorded. It stays visible, and counts no more."""
    if visit.typed.resumes:
        return _recorded(visit, id)
    try:
        with visit.transaction() as work:
            undone = recording.undo(work, id, say(visit.language, _UNDONE))
            return visit.done(work, "recorded", id=undone.id)
    except (AlreadyCorrected, TooLateToUndo) as error:
        return _recorded(visit, id, error)


_UNDONE = _("Undone right after it was recorded.")


def _recorded(visit: Visit, assessment_id: UUID, error: DomainError | None = None) -> Response:
    with visit.look(Permission.READ_ASSESSMENTS) as work:
        one, _tag = read_assessment(work, assessment_id)
        counts = one.superseded_by is None and not one.retracted
        following = recording.next_participant(work, one) if counts else None
        undo_until = recording.undo_until(work, one)
        offers = _offers(visit, work, one) if counts else []
    return visit.page(
        "recorded.html",
        status=STATUS[type(error)] if error else HTTPStatus.OK,
        error=error,
        one=one,
        counts=counts,
        following=following,
        undo_until=undo_until,
        offers=offers,
        hints=hints_on(visit.surroundings.knowledge, _texts_of(one), visit.language),
        schema=schema(visit.surroundings.knowledge.current, visit.language),
    )


def _offers(visit: Visit, work: Work, one: AssessmentHead) -> list[Offer]:
    """Return what to think about after this contact."""
    moments = [ReflectionMoment.AFTER_CONTACT]
    if offers_perspective(work, one):
        moments.append(ReflectionMoment.COMPLAINANT)
    knowledge = visit.surroundings.knowledge
    return [offer_at(knowledge, visit.language, moment, one.case_id, one.thread_id) for moment in moments]


def _texts_of(one: AssessmentHead) -> dict[str, str | None]:
    words = {f"words_{question}": said for question, said in one.own_words.model_dump().items()}
    return {
        **words,
        "concern_wording": one.concern.wording,
        "judged_reason": one.judged_reason,
        "note": one.note,
    }

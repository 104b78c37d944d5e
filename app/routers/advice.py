"""What was done with the advice of an assessment, and what followed."""

from typing import Annotated

from fastapi import APIRouter, Body, Response

from app.access import Access, may, may_once
from app.domain.errors import CaseIsRestricted, NotFound
from app.domain.roles import Permission
from app.models.advice import AdviceUseCreate, AdviceUseList, AdviceUseRead
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE, AssessmentId
from app.routers.headers import with_headers
from app.services import advice_uses
from app.wire import StrictRoute

router = APIRouter(prefix="/assessments", tags=["approach"], route_class=StrictRoute)

_USES = {
    "used as it stands": {
        "summary": "Used as it stands",
        "value": {"entry_id": "com-st-02", "use": "accepted"},
    },
    "used in another way": {
        "summary": "Used in another way",
        "value": {
            "entry_id": "com-qu-08",
            "use": "adapted",
            "reason": "With a drawn ladder, not with numbers.",
        },
    },
    "not used": {
        "summary": "Not used, and why",
        "value": {"entry_id": "com-ta-01", "use": "declined", "reason": "Too much to ask this week."},
    },
}


@router.post(
    "/{id}/advice-uses",
    status_code=201,
    response_model=AdviceUseRead,
    responses=with_headers(201, "Location") | problems(*GUARDED, *BODY, *ONCE, NotFound, CaseIsRestricted),
    summary="Record what was done with an advice",
)
def record_advice_use(
    id: AssessmentId,
    body: Annotated[AdviceUseCreate, Body(openapi_examples=_USES)],
    access: Annotated[Access, may_once(Permission.USE_ADVICE)],
) -> Response:
    """Write down what you did with one entry that this assessment showed, in a closed case as well.

    Sent again about the same entry, it is a new line: the newest counts, and the others stay.
    """
    with access.transaction() as work:
        used = advice_uses.use_advice(work, id, body)
        return access.answer(work, used, location=f"/v1/assessments/{id}/advice-uses")


@router.get(
    "/{id}/advice-uses",
    responses=problems(*GUARDED, NotFound),
    summary="Read what was done with an advice",
)
def list_advice_uses(
    id: AssessmentId, access: Annotated[Access, may(Permission.READ_ASSESSMENTS)]
) -> AdviceUseList:
    """What was done with the entries of this assessment, and what was assessed next.

    What followed came after; nothing here says that it came of it.
    """
    with access.transaction(one_moment=True) as work:
        return AdviceUseList(items=advice_uses.uses_of(work, id))

"""Record, correct and read assessments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response

from app.access import Access, may, may_once
from app.domain.errors import (
    AlreadyCorrected,
    Busy,
    CannotLog,
    CaseIsClosed,
    CaseIsRestricted,
    IdempotencyKeyReused,
    InvalidInput,
    NoRoom,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    TooManyRequests,
    VersionIsStale,
    VersionRequired,
)
from app.domain.roles import Permission
from app.models.assessments import (
    AssessmentCreate,
    AssessmentItem,
    AssessmentRead,
    CorrectionCreate,
)
from app.models.base import Page
from app.models.rights import StatementCreate, StatementRead
from app.problems import problems
from app.routers.headers import with_headers
from app.routers.paging import page_of
from app.services import assessment_reads, assessments, statements
from app.services.assessment_reads import AssessmentQuery
from app.wire import IfMatch, StrictRoute, TooLarge, UnsupportedMediaType

GUARDED = (InvalidInput, NotAuthenticated, NotPermitted, TooManyRequests, Busy, CannotLog, NoRoom)
BODY = (TooLarge, UnsupportedMediaType)
ONCE = (IdempotencyKeyReused,)

router = APIRouter(prefix="/assessments", tags=["assessments"], route_class=StrictRoute)


class AssessmentPage(Page[AssessmentItem]):
    """A page of assessments, newest first."""


AssessmentId = Annotated[UUID, Path(description="The id of the assessment.")]

_EXAMPLES = {
    "main job": {
        "summary": "Everything that can be recorded",
        "value": {
            "case": {"reference": "2026-0042"},
            "participant": {"reference": "mother", "role": "parent"},
            "concern": {"reference": "signing", "wording": "learning to sign ourselves"},
            "conversation": {"held_at": "2026-11-20T10:00:00+01:00", "referral": "voluntary"},
            "answers": {"problem": "yes", "help_request": "maybe", "share_in_solution": "maybe"},
            "own_words": {"problem": "I worry about later"},
            "perspective": "practitioner",
            "scales": {"progress": 4, "confidence": 6, "willingness": 7},
            "task_given": "observation",
            "previous_task_done": "partly",
        },
    },
    "least": {
        "summary": "The least that is needed",
        "value": {
            "case": {"reference": "2026-0042"},
            "participant": {"reference": "mother"},
            "concern": {"reference": "signing"},
            "answers": {"problem": "yes", "help_request": "yes", "share_in_solution": "no"},
        },
    },
}
_CORRECTIONS = {
    "other answers": {
        "summary": "The answers as they should have been",
        "value": {
            "answers": {"problem": "yes", "help_request": "yes", "share_in_solution": "maybe"},
            "reason": "I had misheard the answer.",
        },
    },
    "entered in error": {
        "summary": "It stays visible and counts no more",
        "value": {"retracted": True, "reason": "This was about somebody else."},
    },
}


@router.post(
    "",
    status_code=201,
    response_model=AssessmentRead,
    responses=with_headers(201, "Location", "ETag")
    | problems(*GUARDED, *BODY, *ONCE, NotFound, CaseIsClosed, CaseIsRestricted),
    summary="Record an assessment",
)
def record_assessment(
    body: Annotated[AssessmentCreate, Body(openapi_examples=_EXAMPLES)],
    access: Annotated[Access, may_once(Permission.RECORD_ASSESSMENT)],
) -> Response:
    """Record the three answers about one conversation and classify the working relationship.

    Case, participant, concern and conversation are found by reference, or created. An assessment
    that lies before others in time is put in its place; the answer shows the step into it.
    """
    with access.transaction() as work:
        recorded, tag = assessments.record(work, body)
        return access.answer(work, recorded, location=f"/v1/assessments/{recorded.id}", etag=tag)


@router.get("", responses=with_headers(200, "Link") | problems(*GUARDED), summary="List assessments")
def list_assessments(
    access: Annotated[Access, may(Permission.READ_ASSESSMENTS)],
    query: Annotated[AssessmentQuery, Query()],
    request: Request,
    response: Response,
) -> AssessmentPage:
    """The assessments you may see, newest first; corrected ones included and marked.

    What was written about them stands with each assessment and in its thread, not in this list.
    """
    with access.transaction(one_moment=True) as work:
        found = assessment_reads.list_assessments(work, query)
    return page_of(AssessmentPage, found, request, response)


@router.get(
    "/{id}",
    responses=with_headers(200, "ETag") | problems(*GUARDED, NotFound),
    summary="Read an assessment",
)
def read_assessment(
    id: AssessmentId,
    access: Annotated[Access, may(Permission.READ_ASSESSMENTS)],
    response: Response,
) -> AssessmentRead:
    """One assessment with its result. The `ETag` is its place in the chain of corrections."""
    with access.transaction(one_moment=True) as work:
        found, tag = assessment_reads.read_assessment(work, id)
    response.headers["ETag"] = f'"{tag}"'
    return found


@router.post(
    "/{id}/corrections",
    status_code=201,
    response_model=AssessmentRead,
    responses=with_headers(201, "Location", "ETag")
    | problems(
        *GUARDED,
        *BODY,
        *ONCE,
        NotFound,
        AlreadyCorrected,
        CaseIsRestricted,
        VersionIsStale,
        VersionRequired,
    ),
    summary="Correct an assessment",
)
def correct_assessment(
    id: AssessmentId,
    body: Annotated[CorrectionCreate, Body(openapi_examples=_CORRECTIONS)],
    access: Annotated[Access, may_once(Permission.CORRECT_ASSESSMENT)],
    versions: IfMatch,
) -> Response:
    """Record other answers, or that it was entered in error. The old row stays, and is marked."""
    with access.transaction() as work:
        recorded, tag = assessments.correct(work, id, body, versions)
        return access.answer(work, recorded, location=f"/v1/assessments/{recorded.id}", etag=tag)


_STATEMENTS = {
    "own statement": {
        "summary": "What the client says about it",
        "value": {"text": "I do want to learn it, but not in this group."},
    }
}


@router.post(
    "/{id}/statements",
    status_code=201,
    response_model=StatementRead,
    responses=with_headers(201, "Location") | problems(*GUARDED, *BODY, *ONCE, NotFound),
    summary="Add the client's own statement",
)
def add_statement(
    id: AssessmentId,
    body: Annotated[StatementCreate, Body(openapi_examples=_STATEMENTS)],
    access: Annotated[Access, may_once(Permission.ADD_STATEMENT)],
) -> Response:
    """Write down what the client says about an assessment. The assessment stays as it is.

    A client has a right to this, also when the case is closed or restricted. It stands with the
    assessment.
    """
    with access.transaction() as work:
        said = statements.add_statement(work, id, body)
        return access.answer(work, said, location=f"/v1/assessments/{id}")

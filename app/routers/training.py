"""Trainings: a group judges stories together. Participants have a code and a nickname, and no account."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query, Response

from app.access import Access, may, may_once
from app.domain.errors import (
    Busy,
    InvalidInput,
    NoRoom,
    NotAuthenticated,
    NotPermitted,
    TooManyRequests,
    VersionIsStale,
    VersionRequired,
)
from app.domain.roles import Permission
from app.domain.training import (
    AnsweredOtherwise,
    NicknameIsTaken,
    NoSuchSession,
    NotJoined,
    ResultsNotShown,
    SessionIsClosed,
    SessionIsFull,
    SessionMovesForward,
)
from app.models.agreement_reads import TrainingAgreementRead
from app.models.training_reads import (
    AnonymousAnswerList,
    JoinedRead,
    ParticipantCreate,
    TrainingAnswerCreate,
    TrainingAnswerRead,
    TrainingChange,
    TrainingCreate,
    TrainingSessionList,
    TrainingSessionRead,
)
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE
from app.routers.headers import with_headers
from app.services import training, training_answers, training_results
from app.training_door import AnyDoor, CodeInAddress, TrainersOrOpenDoor
from app.unguarded import open_to_all
from app.wire import IfMatch, StrictRoute

OPEN = (InvalidInput, NoSuchSession, TooManyRequests, Busy)

router = APIRouter(prefix="/training-sessions", tags=["training"], route_class=StrictRoute)

_NEW = {"two stories": {"summary": "Two stories", "value": {"vignettes": ["vg03", "vg07"], "language": "nl"}}}
_CHANGES = {
    "show": {"summary": "Show the results to everybody", "value": {"state": "results_shown"}},
    "end": {"summary": "End the training", "value": {"state": "ended"}},
}
_JOIN = {"join": {"summary": "Join under a nickname", "value": {"nickname": "Blue fox"}}}
_ANSWER = {
    "answer": {
        "summary": "Three answers, then the type",
        "value": {
            "participant": "wrt_0000000000000000000000000000000000000000000000",
            "vignette": "vg03",
            "assessment": 1,
            "problem": "yes",
            "help_request": "yes",
            "share_in_solution": "no",
            "relationship_type": "complainant",
        },
    }
}
_THERE_ALREADY: dict[int | str, dict[str, Any]] = {
    200: {"model": TrainingAnswerRead, "description": "It was there already."}
}
_AS_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.post(
    "",
    status_code=201,
    response_model=TrainingSessionRead,
    responses=with_headers(201, "Location", "ETag") | problems(*GUARDED, *BODY, *ONCE),
    summary="Begin a training",
)
def begin_training(
    body: Annotated[TrainingCreate, Body(openapi_examples=_NEW)],
    access: Annotated[Access, may_once(Permission.RUN_TRAINING)],
) -> Response:
    """Choose stories and get a code for participants to join by. It ends by itself after a day."""
    with access.transaction() as work:
        begun = training.create_session(work, body)
        location = f"/v1/training-sessions/{begun.code}"
        return access.answer(work, begun, location=location, etag=str(begun.version))


@router.get("", responses=problems(*GUARDED), summary="List your trainings")
def list_trainings(access: Annotated[Access, may(Permission.RUN_TRAINING)]) -> TrainingSessionList:
    """Your own trainings, the newest first, with who joined under which nickname."""
    with access.transaction(write=False) as work:
        return training.list_sessions(work)


@router.get(
    "/{code}", responses=with_headers(200, "ETag") | problems(*OPEN), summary="Read a training by its code"
)
@open_to_all
def read_training(door: AnyDoor, response: Response) -> TrainingSessionRead:
    """What there is to judge, without the key; how many joined and answered; how far the training is."""
    with door.transaction(write=False) as room:
        found = training.read_session(room)
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.patch(
    "/{code}",
    responses=with_headers(200, "ETag")
    | problems(*GUARDED, *BODY, NoSuchSession, SessionMovesForward, VersionIsStale, VersionRequired),
    summary="Show the results, or end a training",
)
def change_training(
    code: CodeInAddress,
    body: Annotated[TrainingChange, Body(openapi_examples=_CHANGES)],
    access: Annotated[Access, may(Permission.RUN_TRAINING)],
    versions: IfMatch,
    response: Response,
) -> TrainingSessionRead:
    """Show the results to everybody with the code, after which nobody answers any more; or end it."""
    with access.transaction() as work:
        changed = training.change_session(work, code, body, versions)
    response.headers["ETag"] = f'"{changed.version}"'
    return changed


@router.post(
    "/{code}/participants",
    status_code=201,
    responses=problems(*OPEN, *BODY, NoRoom, NicknameIsTaken, SessionIsClosed, SessionIsFull),
    summary="Join a training",
)
@open_to_all
def join_training(
    body: Annotated[ParticipantCreate, Body(openapi_examples=_JOIN)], door: AnyDoor
) -> JoinedRead:
    """Take part under a nickname that nobody else has. The answer holds what to answer with, this once."""
    with door.transaction(hold="join") as room:
        return training_answers.join(room, body)


@router.post(
    "/{code}/answers",
    status_code=201,
    responses=_THERE_ALREADY | problems(*OPEN, *BODY, NoRoom, NotJoined, AnsweredOtherwise, SessionIsClosed),
    summary="Answer one item of a training",
)
@open_to_all
def answer_training(
    body: Annotated[TrainingAnswerCreate, Body(openapi_examples=_ANSWER)], door: AnyDoor, response: Response
) -> TrainingAnswerRead:
    """Give the three answers about one item, then the type. The first answer to an item stays.

    The same answer sent again is fine, and gives what was kept.
    """
    with door.transaction(hold="answer") as room:
        kept, is_new = training_answers.answer(room, body)
    if not is_new:
        response.status_code = HTTPStatus.OK
    return kept


@router.get(
    "/{code}/agreement",
    responses=problems(*OPEN, NotAuthenticated, NotPermitted, ResultsNotShown),
    summary="Read how far participants agree",
)
@open_to_all
def read_agreement(door: TrainersOrOpenDoor) -> TrainingAgreementRead:
    """Agreement over all items, and over scored and discussion items apart; the largest spread first.

    For everybody with the code once the results are shown. Before that, and without the key, for the
    trainer alone, who sends the token along.
    """
    with door.transaction(write=False) as room:
        return training_results.agreement(room)


@router.get(
    "/{code}/answers",
    response_model=AnonymousAnswerList,
    responses=_AS_CSV | problems(*GUARDED, NoSuchSession),
    summary="Take the answers along, without names",
)
def export_training(
    code: CodeInAddress,
    access: Annotated[Access, may(Permission.RUN_TRAINING)],
    format: Annotated[Literal["json", "csv"], Query(description="`csv` is for a spreadsheet.")] = "json",
) -> AnonymousAnswerList | Response:
    """All answers of your training, with a number in place of each nickname."""
    with access.transaction(write=False) as work:
        found = training_results.anonymous_answers(training.enter_as_trainer(work, code))
    if format == "csv":
        return Response(training_results.as_csv(found), media_type="text/csv")
    return found

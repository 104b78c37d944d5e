"""Fill a database with an organisation whose threads are consistent, fast, and prove it on a sample."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col, select

from app.database import Database, OrganisationSession, open_database, transaction
from app.database.schema import migrate
from app.database.walls import bind
from app.domain.roles import Role
from app.domain.ruleset import Ruleset
from app.domain.thread import Judgement, ParticipantRole, Referral, TaskDone, TaskGiven, Transition
from app.knowledge import load_knowledge
from app.models.assessments import Assessment
from app.models.base import table_of
from app.models.cases import (
    Case,
    CaseEvent,
    CaseEventKind,
    CaseStatus,
    Concern,
    Conversation,
    Participant,
    RetentionBasis,
)
from app.models.organisations import Organisation, User
from app.models.threads import Thread, TransitionRow
from app.services.organisations import TokenOrder, create_organisation, create_token
from app.services.projections import judgements
from app.settings import Settings
from benchmarks.chaining import Rows, salt_of, write_chain
from benchmarks.courses import LONG, CaseCourse, Course, judged_in_turn, make_up
from benchmarks.workload import Target, Workload

_BATCH = 20_000
_CACHE_KB = 600_000  # without it, encrypted pages are read again and again
_SAMPLE = 100
_NAME = "bench"
_CONCERN = "signing"
_WORDING = "learning to sign ourselves"


def seed(settings: Settings, assessments: int, owner: Settings) -> Workload:
    """Make the schema and fill it with at least so many assessments; return what can be asked of it."""
    with _opened(owner) as database:
        migrate(database)
    with _opened(settings) as database:
        now = datetime.now(UTC)
        token, organisation_id, user_id = _practitioner(database, now)

        def write(kind: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
            waiting = ({"organisation_id": organisation_id, **row} for row in rows)
            while batch := list(islice(waiting, _BATCH)):
                with transaction(database, write=True) as connection:
                    bind(connection, organisation_id)
                    if database.is_embedded:
                        connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KB}")
                    connection.execute(insert(table_of(kind)), batch)

        cases = _write_all(write, assessments, _Who(organisation_id, user_id), now)
        _verify(database, organisation_id, cases)
    return _workload(token, cases)


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def _practitioner(database: Database, now: datetime) -> tuple[str, UUID, UUID]:
    """Make an organisation with one practitioner; return a token and the two ids."""
    with transaction(database, write=True) as connection:
        with Session(connection, expire_on_commit=False) as session:
            organisation: Organisation = create_organisation(session, _NAME, _NAME, now)
            session.flush()
        with OrganisationSession(connection, organisation.id) as session:
            token = create_token(session, organisation, TokenOrder(_NAME, Role.PRACTITIONER, days=2), now)
            user_id = session.exec(select(User.id)).one()
    return token, organisation.id, user_id


class _Who(NamedTuple):
    organisation_id: UUID
    user_id: UUID


def _write_all(write: Rows, assessments: int, who: _Who, now: datetime) -> list[CaseCourse]:
    rng = random.Random(1)
    ruleset = load_knowledge().current
    cases = make_up(assessments, now, rng)
    # The rows of threads need their last judgements, so all is judged first and written afterwards.
    judged = list(judged_in_turn(cases, who.user_id, ruleset, rng))
    write(Case, (_case(case, who.user_id) for case in cases))
    write(CaseEvent, (_opening(case, who.user_id) for case in cases))
    write(Concern, (_concern(case) for case in cases))
    courses = [(case, course) for case in cases for course in case.courses]
    write(Participant, (_participant(course) for _, course in courses))
    write(Conversation, _conversations(cases))
    write(Thread, (_thread(case, course) for case, course in courses))
    write(Assessment, (_assessment(*one, ruleset) for one in judged))
    write(TransitionRow, _transitions(cases))
    events = (("case_event/1", _opening(case, who.user_id)) for case in cases)
    rows = (("assessment/1", _assessment(*one, ruleset) | _said(*one)) for one in judged)
    write_chain(write, chain(events, rows), who.organisation_id)
    return cases


# ---------------------------------------------------------------- rows


def _case(case: CaseCourse, user_id: UUID) -> dict[str, Any]:
    return {
        "id": case.id,
        "reference": case.reference,
        "status": CaseStatus.OPEN,
        "practitioner_id": user_id,
        "team_id": None,
        "opened_at": case.courses[0].start,
        "closed_at": None,
        "restricted": False,
        "retention_basis": RetentionBasis.JEUGDWET,
        "legal_hold": False,
        "version": 1,
    }


def _opening(case: CaseCourse, user_id: UUID) -> dict[str, Any]:
    return {
        "id": case.opening_id,
        "case_id": case.id,
        "kind": CaseEventKind.OPENED,
        "recorded_at": case.courses[0].start,
        "recorded_by_id": user_id,
        "practitioner_id": user_id,
        "closing_answer": None,
        "salt": salt_of(case.opening_id),
    }


def _concern(case: CaseCourse) -> dict[str, Any]:
    return {"id": case.concern_id, "case_id": case.id, "reference": _CONCERN, "wording": _WORDING}


def _participant(course: Course) -> dict[str, Any]:
    return {
        "id": course.participant_id,
        "case_id": course.case_id,
        "reference": course.participant,
        "role": ParticipantRole.PARENT,
    }


def _conversations(cases: list[CaseCourse]) -> Iterator[dict[str, Any]]:
    """Yield the first conversation of every case, then the second of every case, and so on."""
    for turn in range(LONG):
        for case in cases:
            if turn < len(case.conversation_ids):
                longest = max(case.courses, key=lambda course: course.length)
                yield {
                    "id": case.conversation_ids[turn],
                    "case_id": case.id,
                    "held_at": longest.judgements[turn].assessed_at,
                    "referral": Referral.VOLUNTARY,
                }


def _thread(case: CaseCourse, course: Course) -> dict[str, Any]:
    return {
        "id": course.thread_id,
        "case_id": case.id,
        "participant_id": course.participant_id,
        "concern_id": case.concern_id,
        **course.projection,
    }


def _assessment(case: CaseCourse, course: Course, one: Judgement, ruleset: Ruleset) -> dict[str, Any]:
    return {
        "id": one.id,
        "case_id": case.id,
        "thread_id": course.thread_id,
        "conversation_id": case.conversation_ids[one.number - 1],
        "number": one.number,
        "assessed_at": one.assessed_at,
        "recorded_at": one.recorded_at,
        "recorded_by_id": one.recorded_by,
        "perspective": one.perspective,
        "problem": one.answers.problem,
        "help_request": one.answers.help_request,
        "share_in_solution": one.answers.share_in_solution,
        "relationship_type": one.relationship_type,
        "clarity": one.clarity,
        "provisional": one.provisional,
        "ruleset_version": ruleset.version,
        "ruleset_hash": ruleset.hash,
        "salt": salt_of(one.id),
        **_SAME_EVERYWHERE,
    }


def _said(case: CaseCourse, course: Course, one: Judgement) -> dict[str, Any]:
    """Return what the ledger adds to an assessment from other rows."""
    longest = max(case.courses, key=lambda course: course.length)
    return {
        "case_reference": case.reference,
        "participant_reference": course.participant,
        "concern_reference": _CONCERN,
        "held_at": longest.judgements[one.number - 1].assessed_at,
    }


_SAME_EVERYWHERE = {
    "participant_role": ParticipantRole.PARENT,
    "concern_wording": _WORDING,
    "referral": Referral.VOLUNTARY,
    "words_on_problem": "I worry about later",
    "words_on_help_request": None,
    "words_on_share_in_solution": None,
    "judged_type": None,
    "judged_reason": None,
    "progress": 4,
    "confidence": 6,
    "willingness": 7,
    "task_given": TaskGiven.OBSERVATION,
    "previous_task_done": TaskDone.PARTLY,
    "change_reason": None,
    "note": None,
    "supersedes_id": None,
    "reason": None,
    "retracted": False,
}


def _transitions(cases: list[CaseCourse]) -> Iterator[dict[str, Any]]:
    for case in cases:
        for course in case.courses:
            for step in course.steps:
                yield {"case_id": case.id, "thread_id": course.thread_id, **_columns(step)}


def _columns(step: Transition | TransitionRow) -> dict[str, Any]:
    return {name: getattr(step, name) for name in Transition.__slots__}


# ---------------------------------------------------------------- afterwards


def _verify(database: Database, organisation_id: UUID, cases: list[CaseCourse]) -> None:
    """Read some threads back, and compare what is kept of them with what their rows come to."""
    courses = [course for case in cases for course in case.courses]
    with (
        transaction(database, write=False) as connection,
        OrganisationSession(connection, organisation_id) as session,
    ):
        for course in random.Random(5).sample(courses, min(_SAMPLE, len(courses))):
            thread = session.exec(select(Thread).where(col(Thread.id) == course.thread_id)).one()
            again = Course(course.case_id, course.participant, course.length, course.start)
            again.judgements.extend(judgements(session, thread.id))
            assert {name: getattr(thread, name) for name in again.projection} == again.projection
            kept = session.exec(select(TransitionRow).where(col(TransitionRow.thread_id) == thread.id))
            steps = sorted(kept, key=lambda step: step.assessed_at)
            assert [_columns(row) for row in steps] == [_columns(step) for step in again.steps]


def _workload(token: str, cases: list[CaseCourse]) -> Workload:
    targets = [(course.length, _target(case, course)) for case in cases for course in case.courses]
    return Workload(
        token,
        short=[target for length, target in targets if length < LONG],
        long=[target for length, target in targets if length == LONG],
    )


def _target(case: CaseCourse, course: Course) -> Target:
    return Target(
        case_reference=case.reference,
        participant_reference=course.participant,
        concern_reference=_CONCERN,
        case_id=case.id.hex,
        participant_id=course.participant_id.hex,
        concern_id=case.concern_id.hex,
        thread_id=course.thread_id.hex,
        last_assessment_id=course.judgements[-1].id.hex,
        next_number=course.length + 1,
    )

"""Find what an assessment is about, by the caller's own references, and create what is missing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from app.domain.errors import CaseIsClosed, NotFound
from app.models.assessments import AssessmentCreate
from app.models.base import table_of, uuid7
from app.models.cases import (
    Case,
    CaseEvent,
    CaseEventKind,
    CaseStatus,
    Concern,
    Conversation,
    Participant,
)
from app.models.threads import Thread
from app.services.visibility import visible_cases
from app.services.work import Work

_PARTICIPANT: Table = table_of(Participant)
_CONCERN: Table = table_of(Concern)
_CONVERSATION: Table = table_of(Conversation)
_THREAD: Table = table_of(Thread)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an assessment belongs. The thread is locked until the end of the transaction."""

    case_id: UUID
    participant_id: UUID
    concern_id: UUID
    conversation_id: UUID
    thread_id: UUID


def find_place(work: Work, body: AssessmentCreate, held_at: datetime) -> Place:
    """Find case, participant, concern, conversation and thread, or create them.

    What is said about them anew is kept as what was said last; the assessment keeps its own copy.
    Raises `NotFound` for a case that exists and is invisible, `CaseIsClosed` for a closed one.
    """
    case = find_or_open_case(work, body.case.reference)
    if case.status is CaseStatus.CLOSED:
        raise CaseIsClosed
    participant_id = _find_or_create(
        work,
        _PARTICIPANT,
        {"case_id": case.id, "reference": body.participant.reference},
        {"role": body.participant.role},
    )
    concern_id = _find_or_create(
        work,
        _CONCERN,
        {"case_id": case.id, "reference": body.concern.reference},
        {"wording": body.concern.wording},
    )
    conversation_id = _find_or_create(
        work,
        _CONVERSATION,
        {"case_id": case.id, "held_at": held_at},
        {"referral": body.conversation.referral},
    )
    thread_id = _find_or_create(
        work,
        _THREAD,
        {"case_id": case.id, "participant_id": participant_id, "concern_id": concern_id},
        {},
        {"provisional": False, "assessment_count": 0, "recorded_count": 0},
    )
    lock_thread(work, thread_id)
    return Place(case.id, participant_id, concern_id, conversation_id, thread_id)


def lock_thread(work: Work, thread_id: UUID) -> None:
    """Hold a thread, so that its numbers, times and projections follow one after another."""
    work.session.connection().execute(
        select(_THREAD.c.id)
        .where(_THREAD.c.organisation_id == work.actor.organisation_id, _THREAD.c.id == thread_id)
        .with_for_update()
    )


def find_or_open_case(work: Work, reference: str) -> Case:
    """Find a visible case by its reference, or open it.

    Raises `NotFound` when a case with this reference exists and the actor may not see it.
    """
    # Held, so that nobody closes the case or hands it over while something is recorded in it.
    visible = visible_cases(work).where(col(Case.reference) == reference).with_for_update(read=True)
    case = work.session.exec(visible).first()
    if case is None:
        open_case(work, reference)
        case = work.session.exec(visible).first()
    if case is None:
        raise NotFound
    return case


def open_case(work: Work, reference: str) -> bool:
    """Open a case for the actor. Returns whether it was new; nothing happens when it was not."""
    actor = work.actor
    case_id = uuid7()
    opened = _insert_unless_there(
        work,
        table_of(Case),
        {
            "id": case_id,
            "reference": reference,
            "status": CaseStatus.OPEN,
            "practitioner_id": actor.user_id,
            "team_id": actor.team_ids[0] if actor.team_ids else None,
            "opened_at": work.now,
            "version": 1,
        },
    )
    if opened:
        log_event(work, case_id, CaseEventKind.OPENED, actor.user_id)
    return opened


def log_event(
    work: Work,
    case_id: UUID,
    kind: CaseEventKind,
    practitioner_id: UUID,
    closing_answer: str | None = None,
) -> None:
    """Write down what happened to a case, and who works on it from then on."""
    work.session.add(
        CaseEvent(
            organisation_id=work.actor.organisation_id,
            case_id=case_id,
            kind=kind,
            recorded_at=work.now,
            recorded_by_id=work.actor.user_id,
            practitioner_id=practitioner_id,
            closing_answer=closing_answer,
        )
    )


def _find_or_create(
    work: Work,
    table: Table,
    key: dict[str, object],
    said: dict[str, object],
    start: dict[str, object] | None = None,
) -> UUID:
    """Return the id of the row with this key; what was `said` about it (not `None`) is kept."""
    said = {name: value for name, value in said.items() if value is not None}
    connection = work.session.connection()
    find = select(table.c.id, *(table.c[name] for name in said)).where(
        table.c.organisation_id == work.actor.organisation_id,
        *(table.c[name] == value for name, value in key.items()),
    )
    row = connection.execute(find).first()
    if row is None:
        _insert_unless_there(work, table, {"id": uuid7(), **key, **said, **(start or {})})
        row = connection.execute(find).one()
    if any(getattr(row, name) != value for name, value in said.items()):
        connection.execute(
            update(table)
            .where(table.c.organisation_id == work.actor.organisation_id, table.c.id == row.id)
            .values(**said)
        )
    found: UUID = row.id
    return found


def _insert_unless_there(work: Work, table: Table, values: dict[str, object]) -> bool:
    """Insert a row, unless another transaction was first; it is then there to be found."""
    connection = work.session.connection()
    row = {"organisation_id": work.actor.organisation_id, **values}
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    inserted = connection.execute(
        insert(table).values(row).on_conflict_do_nothing().returning(table.c.id)
    )
    return inserted.first() is not None

"""Find what an assessment is about, by the caller's own references, and create what is missing."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col

from app.domain.errors import CaseIsClosed, CaseIsRestricted, NotFound
from app.domain.roles import Role
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
    RetentionBasis,
)
from app.models.threads import Thread
from app.services.access_log import cases_called
from app.services.trail import new_salt
from app.services.visibility import seen_by, visible_to
from app.services.work import Work

_THREADS = table_of(Thread)
_LOCK = (
    select(_THREADS.c.id)
    .where(
        _THREADS.c.organisation_id == bindparam("organisation_id"),
        _THREADS.c.id == bindparam("thread_id"),
    )
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an assessment belongs: ids, and the references behind them.

    The thread is locked until the end of the transaction.
    """

    case_id: UUID
    case: str
    participant_id: UUID
    participant: str
    concern_id: UUID
    concern: str
    conversation_id: UUID
    held_at: datetime
    thread_id: UUID


class FoundCase(NamedTuple):
    """What has to be known of a case before something is recorded in it."""

    id: UUID
    status: CaseStatus
    restricted: bool


def find_place(work: Work, body: AssessmentCreate, held_at: datetime) -> Place:
    """Find case, participant, concern, conversation and thread, or create them.

    What is said about them anew is kept as what was said last; the assessment keeps its own copy.
    Raises `NotFound` for a case that exists and is invisible, `CaseIsRestricted`, and
    `CaseIsClosed` for a closed one.
    """
    case = find_or_open_case(work, body.case.reference)
    if case.restricted:
        raise CaseIsRestricted
    if case.status is CaseStatus.CLOSED:
        raise CaseIsClosed
    in_case = {"case_id": case.id}
    participant_id = _PARTICIPANT.find_or_create(
        work, {**in_case, "reference": body.participant.reference}, {"role": body.participant.role}
    )
    concern_id = _CONCERN.find_or_create(
        work, {**in_case, "reference": body.concern.reference}, {"wording": body.concern.wording}
    )
    conversation_id = _CONVERSATION.find_or_create(
        work, {**in_case, "held_at": held_at}, {"referral": body.conversation.referral}
    )
    thread_id = _THREAD.find_or_create(
        work,
        {"participant_id": participant_id, "concern_id": concern_id},
        {**in_case, "provisional": False, "assessment_count": 0, "recorded_count": 0},
    )
    lock_thread(work, thread_id)
    return Place(
        case_id=case.id,
        case=body.case.reference,
        participant_id=participant_id,
        participant=body.participant.reference,
        concern_id=concern_id,
        concern=body.concern.reference,
        conversation_id=conversation_id,
        held_at=held_at,
        thread_id=thread_id,
    )


def refuse_restricted(work: Work, case_id: UUID) -> None:
    """Raise `CaseIsRestricted` when the client asked that nothing changes; hold the case until the end.

    Raises `NotFound` when it was erased in the meantime.
    """
    held = select(col(Case.restricted)).where(col(Case.id) == case_id).with_for_update(read=True)
    restricted = work.session.execute(held).scalar()
    if restricted is None:
        raise NotFound
    if restricted:
        raise CaseIsRestricted


def lock_thread(work: Work, thread_id: UUID) -> None:
    """Hold a thread, so that its numbers, times and projections follow one after another."""
    own = {"organisation_id": work.actor.organisation_id, "thread_id": thread_id}
    work.session.connection().execute(_LOCK, own)


def find_or_open_case(work: Work, reference: str) -> FoundCase:
    """Find a visible case by its reference, or open it.

    Raises `NotFound` when a case with this reference exists and the actor may not see it.
    """
    connection = work.session.connection()
    wanted = {"of_reference": reference, **seen_by(work.actor)}
    case = connection.execute(_visible_case(work.actor.role), wanted).first()
    if case is None:
        open_case(work, reference)
        case = connection.execute(_visible_case(work.actor.role), wanted).first()
    if case is None:
        # The refusal names the case in the access log, and nowhere else.
        work.trail.shows(*cases_called(work.session, reference))
        raise NotFound
    return FoundCase(case.id, case.status, case.restricted)


@cache
def _visible_case(role: Role) -> Select[*tuple[Any, ...]]:
    """Return the statement that finds a case by its reference, made once.

    It is held, so that nobody closes the case or hands it over while something is recorded in it.
    """
    return (
        visible_to(role)
        .with_only_columns(col(Case.id), col(Case.status), col(Case.restricted))
        .where(col(Case.reference) == bindparam("of_reference"))
        .with_for_update(read=True)
    )


def open_case(work: Work, reference: str) -> bool:
    """Open a case for the actor. Returns whether it was new; nothing happens when it was not."""
    actor = work.actor
    case_id = _CASE.insert(
        work,
        {
            "reference": reference,
            "status": CaseStatus.OPEN,
            "practitioner_id": actor.user_id,
            "team_id": actor.team_ids[0] if actor.team_ids else None,
            "opened_at": work.now,
            "restricted": False,
            "retention_basis": RetentionBasis.JEUGDWET,
            "legal_hold": False,
            "version": 1,
        },
    )
    if case_id is None:
        return False
    log_event(work, case_id, CaseEventKind.OPENED, actor.user_id)
    return True


def log_event(
    work: Work,
    case_id: UUID,
    kind: CaseEventKind,
    practitioner_id: UUID,
    closing_answer: str | None = None,
) -> None:
    """Write down what happened to a case, and who works on it from then on."""
    event = CaseEvent(
        organisation_id=work.actor.organisation_id,
        case_id=case_id,
        kind=kind,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        practitioner_id=practitioner_id,
        closing_answer=closing_answer,
        salt=new_salt(),
    )
    work.session.add(event)
    work.trail.chain("case_event/1", event.model_dump(), event.salt)


class _Findable:
    """A kind of row that is found by a key within an organisation, or created.

    `said` names the columns that keep what was said last. The statements are made once: making one
    costs more than running it.
    """

    def __init__(self, kind: type[SQLModel], key: tuple[str, ...], said: tuple[str, ...] = ()) -> None:
        table = table_of(kind)
        self._said = said
        self._find = select(table.c.id, *(table.c[name] for name in said)).where(
            table.c.organisation_id == bindparam("organisation_id"),
            *(table.c[name] == bindparam(name) for name in key),
        )
        self._update = update(table).where(
            table.c.organisation_id == bindparam("of_organisation"), table.c.id == bindparam("of_id")
        )
        self._insert = {
            "sqlite": sqlite.insert(table).on_conflict_do_nothing().returning(table.c.id),
            "postgresql": postgresql.insert(table).on_conflict_do_nothing().returning(table.c.id),
        }

    def find_or_create(self, work: Work, key: dict[str, Any], values: dict[str, Any]) -> UUID:
        """Return the id of the row with this key; what was said (not `None`) is kept."""
        connection = work.session.connection()
        own = {"organisation_id": work.actor.organisation_id, **key}
        row = connection.execute(self._find, own).first()
        if row is None:
            self.insert(work, {**key, **values})
            row = connection.execute(self._find, own).one()
        news = {
            name: values[name]
            for name in self._said
            if values[name] is not None and values[name] != getattr(row, name)
        }
        if news:
            of_row = {"of_organisation": own["organisation_id"], "of_id": row.id}
            connection.execute(self._update, {**of_row, **news})
        found: UUID = row.id
        return found

    def insert(self, work: Work, values: dict[str, Any]) -> UUID | None:
        """Insert a row; `None` when another transaction was first: it is then there to be found."""
        connection = work.session.connection()
        row = {"organisation_id": work.actor.organisation_id, "id": uuid7(), **values}
        inserted: UUID | None = connection.execute(
            self._insert[connection.dialect.name], row
        ).scalar_one_or_none()
        return inserted


_CASE = _Findable(Case, key=("reference",))
_PARTICIPANT = _Findable(Participant, key=("case_id", "reference"), said=("role",))
_CONCERN = _Findable(Concern, key=("case_id", "reference"), said=("wording",))
_CONVERSATION = _Findable(Conversation, key=("case_id", "held_at"), said=("referral",))
_THREAD = _Findable(Thread, key=("participant_id", "concern_id"))

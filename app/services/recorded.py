"""What was recorded, read from the tables: in a thread, in a case, in a file, or one by its id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.errors import NotFound
from app.models.assessments import Assessment
from app.models.base import table_of
from app.models.cases import Case, Concern, Conversation, Participant
from app.models.organisations import User
from app.models.rights import StatementRead
from app.models.threads import Thread
from app.services.statements import statements_of
from app.services.visibility import points_at, visible_cases, visible_files
from app.services.work import Work


@dataclass(frozen=True, slots=True)
class Recorded:
    """An assessment, its columns by name, with the names of everything it points at."""

    columns: Mapping[str, Any]
    recorded_by: str
    case: str
    participant_id: UUID
    participant: str
    concern_id: UUID
    concern: str
    held_at: datetime
    superseded_by: UUID | None = None
    statements: tuple[StatementRead, ...] = ()


# Made once: what SQLAlchemy finds out about an alias, it keeps with it.
_correction = aliased(Assessment)


def all_recorded_in(cases: SelectOfScalar[Case]) -> Select[*tuple[Any, ...]]:
    """Select all assessments of these cases: their columns, then the other fields of `Recorded`."""
    return (
        cases.join(Assessment, points_at(Assessment, Assessment.case_id, Case))
        .join(Thread, points_at(Assessment, Assessment.thread_id, Thread))
        .join(Participant, points_at(Thread, Thread.participant_id, Participant))
        .join(Concern, points_at(Thread, Thread.concern_id, Concern))
        .join(Conversation, points_at(Assessment, Assessment.conversation_id, Conversation))
        .join(User, points_at(Assessment, Assessment.recorded_by_id, User))
        .outerjoin(_correction, points_at(_correction, _correction.supersedes_id, Assessment))
        .with_only_columns(
            *(getattr(Assessment, name) for name in _COLUMNS),
            col(User.name),
            col(Case.reference),
            col(Participant.id),
            col(Participant.reference),
            col(Concern.id),
            col(Concern.reference),
            col(Conversation.held_at),
            col(_correction.id),
        )
    )


def recorded_from(row: Sequence[Any]) -> Recorded:
    """Return a row of `all_recorded_in`."""
    width = len(_COLUMNS)
    return Recorded(dict(zip(_COLUMNS, row[:width], strict=True)), *row[width:])


# All but the salt, which is for the ledger alone.
_COLUMNS = tuple(name for name in table_of(Assessment).c.keys() if name != "salt")  # noqa: SIM118 - no mapping
_ASSESSMENT, _USER, _CONVERSATION = table_of(Assessment), table_of(User), table_of(Conversation)
# Made once, and without the joins to what a thread has only one of: this is the hot path of reading.
_RECORDED = (
    select(*(_ASSESSMENT.c[name] for name in _COLUMNS), _USER.c.name, _CONVERSATION.c.held_at)
    .join(
        _USER,
        and_(
            _USER.c.organisation_id == _ASSESSMENT.c.organisation_id,
            _USER.c.id == _ASSESSMENT.c.recorded_by_id,
        ),
    )
    .join(
        _CONVERSATION,
        and_(
            _CONVERSATION.c.organisation_id == _ASSESSMENT.c.organisation_id,
            _CONVERSATION.c.id == _ASSESSMENT.c.conversation_id,
        ),
    )
    .where(_ASSESSMENT.c.organisation_id == bindparam("of_organisation"))
)
_IN_THREAD = _RECORDED.where(_ASSESSMENT.c.thread_id == bindparam("of_one"))
_IN_CASE = _RECORDED.where(_ASSESSMENT.c.case_id == bindparam("of_one"))


@dataclass(frozen=True, slots=True)
class Whose:
    """What all assessments of a thread have in common."""

    thread: Thread
    participant: Participant
    concern: Concern
    case: str


def recorded_in_thread(work: Work, whose: Whose) -> list[Recorded]:
    """Return everything that was recorded in a thread the actor was found to see; in no order."""
    return _of_threads(work, _IN_THREAD, whose.thread.id, [whose])


def recorded_in_case(work: Work, case_id: UUID, threads: Sequence[Whose]) -> list[Recorded]:
    """Return the same of a case, of which these are all the threads."""
    return _of_threads(work, _IN_CASE, case_id, threads)


def _of_threads(
    work: Work, statement: Select[*tuple[Any, ...]], of_one: UUID, threads: Sequence[Whose]
) -> list[Recorded]:
    names = {
        one.thread.id: (
            one.case,
            one.participant.id,
            one.participant.reference,
            one.concern.id,
            one.concern.reference,
        )
        for one in threads
    }
    own = {"of_organisation": work.actor.organisation_id, "of_one": of_one}
    found = []
    for *values, recorded_by, held_at in work.session.connection().execute(statement, own):
        columns = dict(zip(_COLUMNS, values, strict=True))
        found.append(Recorded(columns, recorded_by, *names[columns["thread_id"]], held_at))
    return found


def recorded_in_file(work: Work, case_id: UUID) -> list[Recorded]:
    """Return everything that was recorded in a file the actor may deal with, in the order it held."""
    statement = all_recorded_in(visible_files(work)).where(col(Assessment.case_id) == case_id)
    ordered = statement.order_by(col(Assessment.assessed_at), col(Assessment.id))
    recorded = [recorded_from(row) for row in work.session.execute(ordered)]
    said = statements_of(work.session, [one.columns["id"] for one in recorded])
    return [replace(one, statements=tuple(said[one.columns["id"]])) for one in recorded]


def find_assessment(work: Work, assessment_id: UUID) -> Recorded:
    """Return one visible assessment. Raises `NotFound`."""
    statement = all_recorded_in(visible_cases(work)).where(col(Assessment.id) == assessment_id)
    row = work.session.execute(statement).first()
    if row is None:
        raise NotFound
    return recorded_from(row)

"""How threads stand, or stood at a moment in the past: one select, for lists and for counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import CTE, ColumnElement, Subquery, and_, case, func, literal, null, select
from sqlmodel import col

from app.domain.answers import Answer, Answers, Question
from app.domain.classification import Clarity
from app.domain.signals import SignalKind
from app.models.assessments import Assessment
from app.models.base import Moment, UtcDateTime, table_of
from app.models.cases import (
    Case,
    CaseEvent,
    CaseEventKind,
    CaseStatus,
    Concern,
    ConcernRead,
    Participant,
    ParticipantRead,
)
from app.models.classifications import AnswersRead
from app.models.reports import ThreadStanding
from app.models.threads import Thread, TypeOrNone
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.signals import has_signal, thresholds_of
from app.services.visibility import points_at, visible_cases
from app.services.work import Work


class ThreadQuery(PageQuery):
    """Which threads to list. Where no assessment counts, there is no thread to list."""

    team: UUID | None = Field(default=None, description="In cases of this team.")
    type: TypeOrNone | None = Field(default=None, description="Standing at this type; `none`: at no type.")
    clarity: Clarity | None = Field(default=None, description="So sure.")
    question: Question | None = Field(default=None, description="The question that `answer` belongs to.")
    answer: Answer | None = Field(default=None, description="With this answer; goes with `question`.")
    status: CaseStatus | None = Field(default=None, description="In open or in closed cases.")
    signal: SignalKind | None = Field(
        default=None,
        description="Asking for attention in this way now, so without `at`; see GET /v1/signals.",
    )
    at: Moment | None = Field(default=None, description="As it stood on that moment. Left out: now.")

    @model_validator(mode="after")
    def check_what_goes_together(self) -> "ThreadQuery":
        """An answer or its question alone says nothing; and signals of the past are in their threads only."""
        if (self.question is None) != (self.answer is None):
            raise PydanticCustomError("question_missing", "an answer without its question, or the reverse")
        if self.signal is not None and self.at is not None:
            raise PydanticCustomError("signal_of_now", "a signal at a moment in the past")
        return self


def list_threads(work: Work, query: ThreadQuery) -> Slice:
    """Return a page of the visible threads, the last assessed first."""
    found = standing(work, query.at, query.signal).c
    statement = (
        select(
            *found,
            col(Participant.reference).label("participant"),
            col(Participant.role),
            col(Concern.reference).label("concern"),
            col(Concern.wording),
            col(Thread.participant_id),
            col(Thread.concern_id),
        )
        .join(
            Thread,
            and_(col(Thread.organisation_id) == found.organisation_id, col(Thread.id) == found.thread_id),
        )
        .join(Participant, points_at(Thread, Thread.participant_id, Participant))
        .join(Concern, points_at(Thread, Thread.concern_id, Concern))
    )
    for condition in _conditions(found, query):
        statement = statement.where(condition)
    rows = work.session.execute(newest_first(statement, found.assessed_at, found.thread_id, query)).mappings()
    page = sliced(list(rows), query, lambda row: Place(row["assessed_at"], row["thread_id"]))
    work.trail.shows(*(row["case_id"] for row in page.rows))
    return Slice([_read(row) for row in page.rows], page.next_cursor)


def standing(work: Work, at: datetime | None, signal: SignalKind | None = None) -> Subquery:
    """Select the visible threads with how they stand now, or stood at a moment.

    A `signal` is one of now. The columns are those of the assessment that says so, with `team_id` and
    `status` of the case. The team is always that of now: it is kept of no case which team it was of before.
    """
    newest = _newest_now(work) if at is None else _newest_at(work, at)
    if signal is not None:
        newest = newest.where(has_signal(signal, thresholds_of(work.session), work.now))
    found: Subquery = newest.subquery("standing")
    return found


OF_ONE_THREAD = func.nullif(col(Assessment.thread_id), null())
"""The thread of an assessment, in a form that no index has; so is the moment below.

SQLite would otherwise read all assessments there are by an index of them, and not those of a few cases.
"""

_ASSESSED_AT = func.nullif(col(Assessment.assessed_at), null())

_SHOWN = (
    *(col(column) for column in (Assessment.organisation_id, Assessment.thread_id, Assessment.case_id)),
    *(col(column) for column in (Assessment.assessed_at, Assessment.relationship_type, Assessment.clarity)),
    *(col(column) for column in (Assessment.provisional, Assessment.perspective)),
    *(getattr(Assessment, question) for question in Question),
    col(Assessment.id).label("assessment_id"),
    col(Case.team_id).label("team_id"),
)


def _newest_now(work: Work) -> Any:  # noqa: ANN401 - the columns make the type
    return (
        visible_cases(work)
        .join(Thread, points_at(Thread, Thread.case_id, Case))
        .join(Assessment, points_at(Thread, Thread.last_assessment_id, Assessment))
        .with_only_columns(*_SHOWN, col(Case.status).label("status"))
    )


def _newest_at(work: Work, at: datetime) -> Any:  # noqa: ANN401 - same
    """Select, of each thread, the last of what counts until a moment: as `domain.thread.current` does."""
    counting, order = in_force(work)
    is_embedded = work.session.get_bind().dialect.name == "sqlite"
    moment = _ASSESSED_AT if is_embedded else col(Assessment.assessed_at)
    place = func.row_number().over(partition_by=OF_ONE_THREAD, order_by=[column.desc() for column in order])
    counted = (
        counting.where(moment <= literal(at, UtcDateTime()))
        .with_only_columns(*_SHOWN, _status_at(at).label("status"), place.label("place"))
        .subquery("counted")
    )
    return select(*(column for column in counted.c if column.key != "place")).where(counted.c.place == 1)


def in_force(work: Work) -> tuple[Any, list[Any]]:
    """Select the visible assessments that count, and say by which columns they follow in a thread."""
    correction = table_of(Assessment).alias("correction")
    corrected = (
        select(literal(1))
        .where(
            correction.c.organisation_id == col(Assessment.organisation_id),
            correction.c.supersedes_id == col(Assessment.id),
        )
        .exists()
    )
    first = _first_of_chain(work)
    counting = (
        visible_cases(work)
        .join(Assessment, points_at(Assessment, Assessment.case_id, Case))
        .outerjoin(first, first.c.id == Assessment.id)
        .where(~col(Assessment.retracted), ~corrected)
    )
    if work.session.get_bind().dialect.name == "sqlite":
        # Said twice, so that it begins at the cases, and not at all assessments of the organisation. The
        # other database keeps statistics, and is only misled.
        seen = visible_cases(work).with_only_columns(col(Case.id))
        counting = counting.where(col(Assessment.case_id).in_(seen))
    return counting, [col(Assessment.assessed_at), func.coalesce(first.c.number, col(Assessment.number))]


def _first_of_chain(work: Work) -> CTE:
    """Select, of each correction, the number of the first row of its chain, which has its place in time."""
    row, before, first = (table_of(Assessment).alias(name) for name in ("row", "before", "first"))
    own = {one: one.c.organisation_id == work.actor.organisation_id for one in (row, before, first)}
    chain = (
        select(row.c.id, row.c.supersedes_id.label("before_id"))
        .where(own[row], row.c.supersedes_id.is_not(None))
        .cte("chain", recursive=True)
    )
    chain = chain.union_all(
        select(chain.c.id, before.c.supersedes_id)
        .join(before, and_(own[before], before.c.id == chain.c.before_id))
        .where(before.c.supersedes_id.is_not(None))
    )
    return (
        select(chain.c.id, func.min(first.c.number).label("number"))
        # An outer join, though each has one: else SQLite begins at this side, with all there are.
        .outerjoin(first, and_(own[first], first.c.id == chain.c.before_id))
        .group_by(chain.c.id)
        .cte("first_of_chain")
        # Else PostgreSQL may work it out anew for each assessment, when it has no statistics yet.
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


def _status_at(at: datetime) -> ColumnElement[str]:
    """Say whether a case was open. A case that was never closed until then was.

    Not by when it was opened here: what went before can have been recorded afterwards.
    """
    last = (
        select(col(CaseEvent.kind))
        .where(
            points_at(CaseEvent, CaseEvent.case_id, Case),
            col(CaseEvent.kind).in_((CaseEventKind.CLOSED, CaseEventKind.REOPENED)),
            col(CaseEvent.recorded_at) <= at,
        )
        .order_by(col(CaseEvent.recorded_at).desc(), col(CaseEvent.id).desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    return case((last == CaseEventKind.CLOSED, literal("closed")), else_=literal("open"))


def _conditions(found: Any, query: ThreadQuery) -> list[ColumnElement[bool]]:  # noqa: ANN401 - columns by name
    conditions = [
        column == value
        for column, value in (
            (found.team_id, query.team),
            (found.clarity, query.clarity),
            (found.status, query.status and query.status.value),
        )
        if value is not None
    ]
    if query.type is not None:
        conditions.append(found.relationship_type.is_not_distinct_from(query.type.relationship_type))
    if query.question is not None:
        conditions.append(found[query.question.value] == query.answer)
    return conditions


def _read(row: Mapping[Any, Any]) -> ThreadStanding:
    return ThreadStanding(
        id=row["thread_id"],
        case_id=row["case_id"],
        participant=ParticipantRead(id=row["participant_id"], reference=row["participant"], role=row["role"]),
        concern=ConcernRead(id=row["concern_id"], reference=row["concern"], wording=row["wording"]),
        answers=AnswersRead.model_validate(Answers(*(row[question.value] for question in Question))),
        **{
            name: row[name]
            for name in ("relationship_type", "clarity", "provisional", "perspective", "assessed_at")
        },
        assessment_id=row["assessment_id"],
    )

"""How threads stand, stood, and were known to stand."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Row, Select
from sqlmodel import col

from app.domain.classification import RelationshipType
from app.domain.errors import NotFound
from app.domain.thread import (
    Direction,
    Judgement,
    Transition,
    current,
    in_force,
    in_order,
    known_at,
    transitions,
)
from app.models.assessments import AssessmentHead
from app.models.base import Moment
from app.models.cases import Case, CaseStatus, Concern, ConcernRead, Participant, ParticipantRead
from app.models.history import AsOf, ThreadRead
from app.models.signals import SignalRead
from app.models.threads import (
    CurrentRead,
    MatrixRead,
    Thread,
    ThreadHead,
    TransitionInThread,
    TransitionRow,
    TransitionSummary,
)
from app.services.assessment_reads import assessment_head
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.projections import judgement_of
from app.services.recorded import Recorded, Whose, recorded_in_case, recorded_in_thread
from app.services.signals import signals_now
from app.services.signals_then import signals_then
from app.services.statements import statements_of
from app.services.visibility import points_at, visible_cases
from app.services.work import Work


class TransitionQuery(PageQuery):
    """Which transitions to list."""

    team: UUID | None = Field(default=None, description="In cases of this team.")
    practitioner: UUID | None = Field(default=None, description="In cases of this practitioner.")
    from_type: RelationshipType | None = Field(default=None, alias="from", description="From this type.")
    to_type: RelationshipType | None = Field(default=None, alias="to", description="To this type.")
    direction: Direction | None = Field(default=None, description="In this direction.")
    since: Moment | None = Field(default=None, description="Assessed at this moment or later.")
    until: Moment | None = Field(default=None, description="Assessed before this moment.")


@dataclass(frozen=True, slots=True)
class Course:
    """A thread as it is read, and the judgements in force that its state and its steps follow from.

    `rules` is the version of the rules that the newest of them was made with; none without one.
    """

    thread: ThreadRead
    in_force: tuple[Judgement, ...]
    steps: tuple[Transition, ...]
    rules: str | None


def matrix(work: Work, case_id: UUID) -> MatrixRead:
    """Return the matrix of one case. Raises `NotFound`."""
    if work.session.exec(visible_cases(work).where(col(Case.id) == case_id)).first() is None:
        raise NotFound
    work.trail.about("case", case_id)
    work.trail.shows(case_id)
    return MatrixRead(items=threads_of(work, [case_id]))


def threads_of(work: Work, case_ids: Collection[UUID]) -> list[ThreadHead]:
    """Return how the threads of some visible cases stand, by participant, then by concern."""
    # Columns and not rows of the tables: a page of the caseload has hundreds of them.
    rows = work.session.execute(
        _visible_threads(work)
        .with_only_columns(*_SHOWN)
        .where(col(Thread.case_id).in_(case_ids))
        .order_by(col(Thread.case_id), col(Participant.reference), col(Concern.reference))
    )
    found = rows.all()
    open_cases = {row.case_id for row in found if row.status is CaseStatus.OPEN}
    asks = signals_now(work, found, open_cases)
    return [
        thread_head(
            row,
            ParticipantRead(id=row.participant_id, reference=row.participant, role=row.role),
            ConcernRead(id=row.concern_id, reference=row.concern, wording=row.wording),
            asks[row.id],
        )
        for row in found
    ]


_SHOWN = (
    *(col(column) for column in (Thread.id, Thread.case_id, Thread.participant_id, Thread.concern_id)),
    *(col(column) for column in (Thread.relationship_type, Thread.clarity, Thread.provisional)),
    *(col(column) for column in (Thread.perspective, Thread.since, Thread.last_assessed_at)),
    *(col(column) for column in (Thread.last_assessment_id, Thread.assessment_count)),
    col(Participant.reference).label("participant"),
    col(Participant.role),
    col(Concern.reference).label("concern"),
    col(Concern.wording),
    col(Case.status),
)


def thread_head(
    thread: Thread | Row[Any],
    participant: Participant | ParticipantRead,
    concern: Concern | ConcernRead,
    signals: list[SignalRead],
) -> ThreadHead:
    """Return how a thread stands, as it is kept with it."""
    return ThreadHead(**_head(thread, participant, concern), current=_kept(thread), signals=signals)


def read_thread(work: Work, thread_id: UUID, as_of: AsOf) -> ThreadRead:
    """Return the course of one thread, as it stood and as it was known. Raises `NotFound`."""
    row = work.session.execute(_named_threads(work).where(col(Thread.id) == thread_id)).first()
    if row is None:
        raise NotFound
    whose = Whose(*row)
    work.trail.about("thread", thread_id)
    work.trail.shows(whose.thread.case_id)
    [course] = _courses(work, [whose], recorded_in_thread(work, whose), as_of)
    return course.thread


def read_threads(work: Work, case_id: UUID, as_of: AsOf) -> list[Course]:
    """Return the courses of all threads of a visible case, each as `read_thread` gives it.

    By participant, then by concern; in a number of queries that does not depend on how many there are.
    """
    rows = work.session.execute(
        _named_threads(work)
        .where(col(Thread.case_id) == case_id)
        .order_by(col(Participant.reference), col(Concern.reference))
    )
    threads = [Whose(*row) for row in rows]
    return _courses(work, threads, recorded_in_case(work, case_id, threads), as_of)


def _courses(work: Work, threads: Sequence[Whose], recorded: Sequence[Recorded], as_of: AsOf) -> list[Course]:
    """Work out how threads of one case went from everything that was recorded in them."""
    by_id = {one.columns["id"]: one for one in recorded}
    judged: defaultdict[UUID, list[Judgement]] = defaultdict(list)
    for one in recorded:
        judged[one.columns["thread_id"]].append(judgement_of(one.columns))
    known = {thread_id: known_at(judgements, as_of.known) for thread_id, judgements in judged.items()}
    counting = {thread_id: in_force(some, as_of.at) for thread_id, some in known.items()}
    found = signals_then(work, [one.thread for one in threads], counting, as_of) if threads else {}
    ids = [judgement.id for judgements in known.values() for judgement in judgements]
    said = statements_of(work.session, ids, as_of.known)
    corrected_by = {one.supersedes: one.id for judgements in known.values() for one in judgements}
    courses = []
    for whose in threads:
        id_ = whose.thread.id
        shown = [
            assessment_head(
                replace(
                    by_id[one.id],
                    superseded_by=corrected_by.get(one.id),
                    statements=tuple(said.get(one.id, ())),
                )
            )
            for one in in_order(known.get(id_, []), as_of.at)
        ]
        courses.append(_course(whose, shown, counting.get(id_, []), found[id_], by_id))
    return courses


def _course(
    whose: Whose,
    shown: list[AssessmentHead],
    counting: Sequence[Judgement],
    signals: list[SignalRead],
    recorded: Mapping[UUID, Recorded],
) -> Course:
    state = current(counting)
    steps = transitions(counting)
    thread = ThreadRead(
        **_head(whose.thread, whose.participant, whose.concern),
        current=CurrentRead(
            **_state(state.judgement),
            since=state.since,
            last_assessed_at=state.judgement.assessed_at,
            assessment_id=state.judgement.id,
            assessment_count=state.count,
        )
        if state
        else None,
        signals=signals,
        assessments=shown,
        transitions=[TransitionSummary.model_validate(step) for step in steps],
    )
    rules = recorded[counting[-1].id].columns["ruleset_version"] if counting else None
    return Course(thread, tuple(counting), tuple(steps), rules)


def list_transitions(work: Work, query: TransitionQuery) -> Slice:
    """Return a page of the visible transitions, newest first."""
    statement = (
        visible_cases(work)
        .join(TransitionRow, points_at(TransitionRow, TransitionRow.case_id, Case))
        .with_only_columns(TransitionRow)
    )
    for column, value in (
        (Case.team_id, query.team),
        (Case.practitioner_id, query.practitioner),
        (TransitionRow.from_type, query.from_type),
        (TransitionRow.to_type, query.to_type),
        (TransitionRow.direction, query.direction),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if query.since is not None:
        statement = statement.where(col(TransitionRow.assessed_at) >= query.since)
    if query.until is not None:
        statement = statement.where(col(TransitionRow.assessed_at) < query.until)
    statement = newest_first(
        statement, col(TransitionRow.assessed_at), col(TransitionRow.assessment_id), query
    )
    page = sliced(
        list(work.session.execute(statement).scalars()),
        query,
        lambda step: Place(step.assessed_at, step.assessment_id),
    )
    work.trail.shows(*(step.case_id for step in page.rows))
    return Slice([TransitionInThread.model_validate(step) for step in page.rows], page.next_cursor)


def _named_threads(work: Work) -> Select[*tuple[Any, ...]]:
    """Select the visible threads as the fields of `Whose`."""
    return _visible_threads(work).add_columns(col(Case.reference))


def _visible_threads(work: Work) -> Select[*tuple[Any, ...]]:
    return (
        visible_cases(work)
        .join(Thread, points_at(Thread, Thread.case_id, Case))
        .join(Participant, points_at(Thread, Thread.participant_id, Participant))
        .join(Concern, points_at(Thread, Thread.concern_id, Concern))
        .with_only_columns(Thread, Participant, Concern)
    )


def _head(
    thread: Thread | Row[Any],
    participant: Participant | ParticipantRead,
    concern: Concern | ConcernRead,
) -> dict[str, Any]:
    return {
        "id": thread.id,
        "case_id": thread.case_id,
        "participant": ParticipantRead.model_validate(participant),
        "concern": ConcernRead.model_validate(concern),
    }


def _kept(thread: Thread | Row[Any]) -> CurrentRead | None:
    """Return the projection that is kept with the thread."""
    if not (thread.last_assessment_id and thread.since and thread.last_assessed_at):
        return None
    return CurrentRead(
        **_state(thread),
        since=thread.since,
        last_assessed_at=thread.last_assessed_at,
        assessment_id=thread.last_assessment_id,
        assessment_count=thread.assessment_count,
    )


def _state(one: Any) -> dict[str, Any]:  # noqa: ANN401 - a thread or a judgement
    return {
        name: getattr(one, name) for name in ("relationship_type", "clarity", "provisional", "perspective")
    }

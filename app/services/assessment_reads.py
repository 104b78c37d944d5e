"""Read assessments: one with its result and its step, or a page of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.answers import Answers
from app.domain.approach import Circumstances
from app.domain.classification import Clarity, RelationshipType
from app.domain.errors import NotFound
from app.domain.ruleset import Ruleset
from app.domain.thread import Perspective, TaskDone, Transition, chain_of, in_force, transitions
from app.models.assessments import (
    Assessment,
    AssessmentHead,
    AssessmentItem,
    AssessmentRead,
)
from app.models.base import Moment, table_of
from app.models.cases import (
    Case,
    Concern,
    Conversation,
    Participant,
)
from app.models.organisations import User
from app.models.rights import StatementRead
from app.models.threads import Thread, TransitionRead
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.projections import judgements
from app.services.results import entry_read, result
from app.services.statements import statements_of
from app.services.visibility import points_at, visible_cases, visible_files
from app.services.work import Work


class AssessmentQuery(PageQuery):
    """Which assessments to list."""

    case: UUID | None = Field(default=None, description="Of this case.")
    thread: UUID | None = Field(default=None, description="Of this thread.")
    participant: UUID | None = Field(default=None, description="Of this participant.")
    type: RelationshipType | None = Field(default=None, description="With this computed type.")
    clarity: Clarity | None = Field(default=None, description="With this clarity.")
    perspective: Perspective | None = Field(default=None, description="Of this perspective.")
    since: Moment | None = Field(default=None, description="Assessed at this moment or later.")
    until: Moment | None = Field(default=None, description="Assessed before this moment.")


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


def _recorded_in(cases: SelectOfScalar[Case]) -> Select[*tuple[Any, ...]]:
    """Select all assessments of these cases: their columns, then the other fields of `Recorded`."""
    correction = aliased(Assessment)
    return (
        cases.join(Assessment, points_at(Assessment, Assessment.case_id, Case))
        .join(Thread, points_at(Assessment, Assessment.thread_id, Thread))
        .join(Participant, points_at(Thread, Thread.participant_id, Participant))
        .join(Concern, points_at(Thread, Thread.concern_id, Concern))
        .join(Conversation, points_at(Assessment, Assessment.conversation_id, Conversation))
        .join(User, points_at(Assessment, Assessment.recorded_by_id, User))
        .outerjoin(correction, points_at(correction, correction.supersedes_id, Assessment))
        .with_only_columns(
            *(getattr(Assessment, name) for name in _COLUMNS),
            col(User.name),
            col(Case.reference),
            col(Participant.id),
            col(Participant.reference),
            col(Concern.id),
            col(Concern.reference),
            col(Conversation.held_at),
            col(correction.id),
        )
    )


def _recorded(row: Sequence[Any]) -> Recorded:
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
    statement = _recorded_in(visible_files(work)).where(col(Assessment.case_id) == case_id)
    ordered = statement.order_by(col(Assessment.assessed_at), col(Assessment.id))
    recorded = [_recorded(row) for row in work.session.execute(ordered)]
    said = statements_of(work.session, [one.columns["id"] for one in recorded])
    return [replace(one, statements=tuple(said[one.columns["id"]])) for one in recorded]


def find_assessment(work: Work, assessment_id: UUID) -> Recorded:
    """Return one visible assessment. Raises `NotFound`."""
    statement = _recorded_in(visible_cases(work)).where(col(Assessment.id) == assessment_id)
    row = work.session.execute(statement).first()
    if row is None:
        raise NotFound
    return _recorded(row)


def read_assessment(work: Work, assessment_id: UUID) -> tuple[AssessmentRead, str]:
    """Return one assessment, and the tag of its place in the chain of corrections."""
    recorded = find_assessment(work, assessment_id)
    work.trail.about("assessment", assessment_id)
    work.trail.shows(recorded.columns["case_id"])
    said = statements_of(work.session, [assessment_id])
    recorded = replace(recorded, statements=tuple(said[assessment_id]))
    everything = judgements(work.session, recorded.columns["thread_id"])
    steps = transitions(in_force(everything))
    return assessment_read(work, recorded, steps), chain_of(everything, assessment_id).tag


def list_assessments(work: Work, query: AssessmentQuery) -> Slice:
    """Return a page of the visible assessments, newest first."""
    statement = _recorded_in(visible_cases(work))
    for column, value in (
        (Assessment.case_id, query.case),
        (Assessment.thread_id, query.thread),
        (Thread.participant_id, query.participant),
        (Assessment.relationship_type, query.type),
        (Assessment.clarity, query.clarity),
        (Assessment.perspective, query.perspective),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if query.since is not None:
        statement = statement.where(col(Assessment.assessed_at) >= query.since)
    if query.until is not None:
        statement = statement.where(col(Assessment.assessed_at) < query.until)
    statement = newest_first(statement, col(Assessment.assessed_at), col(Assessment.id), query)
    page = sliced(
        [_recorded(row) for row in work.session.execute(statement)],
        query,
        lambda one: Place(one.columns["assessed_at"], one.columns["id"]),
    )
    work.trail.shows(*(one.columns["case_id"] for one in page.rows))
    return Slice([AssessmentItem.model_validate(_head(one)) for one in page.rows], page.next_cursor)


# ---------------------------------------------------------------- putting it into words


def assessment_head(recorded: Recorded) -> AssessmentHead:
    """Return an assessment as it was recorded."""
    return AssessmentHead.model_validate(_head(recorded))


def assessment_read(work: Work, recorded: Recorded, steps: Sequence[Transition]) -> AssessmentRead:
    """Return an assessment with its result, by the rules of then, and the step into it."""
    row = recorded.columns
    ruleset = work.knowledge.rulesets[row["ruleset_version"]]
    answers = Answers(row["problem"], row["help_request"], row["share_in_solution"])
    circumstances = Circumstances(
        agreed_steps_not_done=row["previous_task_done"] is TaskDone.NO, referral=row["referral"]
    )
    step = next((step for step in steps if step.assessment_id == row["id"]), None)
    return AssessmentRead(
        **_head(recorded),
        classification=result(ruleset, answers, work.language, circumstances),
        transition=_transition_read(work, ruleset, step, answers) if step else None,
    )


def _transition_read(work: Work, ruleset: Ruleset, step: Transition, answers: Answers) -> TransitionRead:
    circumstances = Circumstances(same_type_in_a_row=step.same_type_in_a_row)
    return TransitionRead(
        **{name: getattr(step, name) for name in TransitionRead.model_fields if name != "entries"},
        entries=[
            entry_read(entry, work.language) for entry in ruleset.advise_on(step, answers, circumstances)
        ],
    )


_COPIED = (
    "id",
    "number",
    "thread_id",
    "case_id",
    "assessed_at",
    "recorded_at",
    "perspective",
    "relationship_type",
    "clarity",
    "provisional",
    "judged_type",
    "judged_reason",
    "task_given",
    "previous_task_done",
    "change_reason",
    "note",
    "reason",
    "retracted",
)


def _head(recorded: Recorded) -> dict[str, Any]:
    row = recorded.columns
    return {
        **{name: row[name] for name in _COPIED},
        "recorded_by": {"id": row["recorded_by_id"], "name": recorded.recorded_by},
        "case": {"id": row["case_id"], "reference": recorded.case},
        "participant": {
            "id": recorded.participant_id,
            "reference": recorded.participant,
            "role": row["participant_role"],
        },
        "concern": {
            "id": recorded.concern_id,
            "reference": recorded.concern,
            "wording": row["concern_wording"],
        },
        "conversation": {
            "id": row["conversation_id"],
            "held_at": recorded.held_at,
            "referral": row["referral"],
        },
        "answers": {
            "problem": row["problem"],
            "help_request": row["help_request"],
            "share_in_solution": row["share_in_solution"],
        },
        "own_words": {
            "problem": row["words_on_problem"],
            "help_request": row["words_on_help_request"],
            "share_in_solution": row["words_on_share_in_solution"],
        },
        "scales": {
            "progress": row["progress"],
            "confidence": row["confidence"],
            "willingness": row["willingness"],
        },
        "supersedes": row["supersedes_id"],
        "superseded_by": recorded.superseded_by,
        "statements": recorded.statements,
    }

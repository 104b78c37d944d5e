"""Read assessments: one with its result and its step, or a page of them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlmodel import col

from app.domain.answers import Answers
from app.domain.approach import Circumstances
from app.domain.classification import Clarity, RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.thread import Perspective, TaskDone, Transition, chain_of, in_force
from app.models.assessments import (
    Assessment,
    AssessmentHead,
    AssessmentItem,
    AssessmentRead,
)
from app.models.base import Moment
from app.models.threads import Thread, TransitionRead
from app.services.own_approach import own_approach
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.projections import Projection, judgements, rules_of
from app.services.recorded import Recorded, all_recorded_in, find_assessment, recorded_from
from app.services.results import entry_read, layered_result, result
from app.services.signals import Whereabouts, signals_of_one
from app.services.statements import statements_of
from app.services.visibility import visible_cases
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


def read_assessment(work: Work, assessment_id: UUID) -> tuple[AssessmentRead, str]:
    """Return one assessment, and the tag of its place in the chain of corrections."""
    recorded = find_assessment(work, assessment_id)
    work.trail.about("assessment", assessment_id)
    work.trail.shows(recorded.columns["case_id"])
    said = statements_of(work.session, [assessment_id])
    recorded = replace(recorded, statements=tuple(said[assessment_id]))
    everything = judgements(work.session, recorded.columns["thread_id"])
    made = Projection.of(in_force(everything), rules_of(work.session, work.knowledge.rulesets))
    return assessment_read(work, recorded, made), chain_of(everything, assessment_id).tag


def list_assessments(work: Work, query: AssessmentQuery) -> Slice:
    """Return a page of the visible assessments, newest first."""
    statement = all_recorded_in(visible_cases(work))
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
        [recorded_from(row) for row in work.session.execute(statement)],
        query,
        lambda one: Place(one.columns["assessed_at"], one.columns["id"]),
    )
    work.trail.shows(*(one.columns["case_id"] for one in page.rows))
    return Slice([AssessmentItem.model_validate(_head(one)) for one in page.rows], page.next_cursor)


# ---------------------------------------------------------------- putting it into words


def assessment_head(recorded: Recorded) -> AssessmentHead:
    """Return an assessment as it was recorded."""
    return AssessmentHead.model_validate(_head(recorded))


def assessment_read(work: Work, recorded: Recorded, made: Projection) -> AssessmentRead:
    """Return an assessment with its result, by the rules of then, the step into it, and its signals.

    Of then is the organisation's own layer over the approach as well: what was shown stays as it was.
    `made` is what follows now from all of its thread.
    """
    row = recorded.columns
    released = work.knowledge.rulesets[row["ruleset_version"]]
    ruleset = own_approach(work).at(row["recorded_at"]).over(released)
    answers = Answers(row["problem"], row["help_request"], row["share_in_solution"])
    circumstances = Circumstances(
        agreed_steps_not_done=row["previous_task_done"] is TaskDone.NO, referral=row["referral"]
    )
    of_rules = result if ruleset is released else layered_result
    step = next((step for step in made.steps if step.assessment_id == row["id"]), None)
    whereabouts = Whereabouts(row["case_id"], recorded.participant_id, row["thread_id"])
    return AssessmentRead(
        **_head(recorded),
        classification=of_rules(ruleset, answers, work.language, circumstances),
        transition=_transition_read(work, ruleset, step, answers) if step else None,
        signals=[
            signal
            for signal in signals_of_one(work, whereabouts, made.signals, made.thresholds)
            if row["id"] in signal.assessments
        ],
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

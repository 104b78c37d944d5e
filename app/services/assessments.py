"""Record and correct assessments. Nothing is overwritten: a correction is a row of its own."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from app.domain.answers import Answers
from app.domain.errors import AlreadyCorrected, FieldError, InvalidInput
from app.domain.texts import Text
from app.domain.thread import Judgement, chain_of
from app.models.assessments import Assessment, AssessmentCreate, AssessmentRead, CorrectionCreate
from app.models.base import table_of, uuid7
from app.services.assessment_reads import assessment_read
from app.services.places import find_place, lock_thread, refuse_restricted
from app.services.projections import (
    Projection,
    ThreadKey,
    judgement_of,
    judgements,
    project,
    rules_of,
)
from app.services.recorded import Recorded, find_assessment
from app.services.trail import new_salt
from app.services.versions import Versions
from app.services.work import Work

_INSERT = insert(table_of(Assessment))
_CLOCKS_DIFFER_BY = timedelta(minutes=5)


def record(work: Work, body: AssessmentCreate) -> tuple[AssessmentRead, str]:
    """Record three answers about one conversation, and create what does not exist yet.

    Returns the assessment and its tag. Raises `NotFound` when the case is invisible,
    `CaseIsClosed` when it is closed, `InvalidInput` for a moment that cannot be.
    """
    held_at = body.conversation.held_at or body.assessed_at or work.now
    assessed_at = body.assessed_at or held_at
    _refuse_impossible_moments(work.now, held_at, assessed_at)
    place = find_place(work, body, held_at)
    earlier = judgements(work.session, place.thread_id)
    columns, made = _append(
        work,
        earlier,
        body.answers.answers,
        {
            "case_id": place.case_id,
            "thread_id": place.thread_id,
            "conversation_id": place.conversation_id,
            "assessed_at": assessed_at,
            "perspective": body.perspective,
            "participant_role": body.participant.role,
            "concern_wording": body.concern.wording,
            "referral": body.conversation.referral,
            "words_on_problem": body.own_words.problem,
            "words_on_help_request": body.own_words.help_request,
            "words_on_share_in_solution": body.own_words.share_in_solution,
            "judged_type": body.judged_type,
            "judged_reason": body.judged_reason,
            "progress": body.scales.progress,
            "confidence": body.scales.confidence,
            "willingness": body.scales.willingness,
            "task_given": body.task_given,
            "previous_task_done": body.previous_task_done,
            "change_reason": body.change_reason,
            "note": body.note,
            "supersedes_id": None,
            "reason": None,
            "retracted": False,
        },
    )
    recorded = Recorded(
        columns=columns,
        recorded_by=work.actor.name,
        case=body.case.reference,
        participant_id=place.participant_id,
        participant=body.participant.reference,
        concern_id=place.concern_id,
        concern=body.concern.reference,
        held_at=held_at,
    )
    _leave_a_trail(work, recorded)
    return assessment_read(work, recorded, made), "1-1"


def correct(
    work: Work, assessment_id: UUID, body: CorrectionCreate, versions: Versions
) -> tuple[AssessmentRead, str]:
    """Put other answers in the place of recorded ones, or mark them as entered in error.

    What is not corrected is taken over. Raises `NotFound`, `CaseIsRestricted`, `VersionRequired`,
    `VersionIsStale`, and `AlreadyCorrected` when another row took the place of this one.
    """
    found = find_assessment(work, assessment_id)
    old = found.columns
    refuse_restricted(work, old["case_id"])
    lock_thread(work, old["thread_id"])
    earlier = judgements(work.session, old["thread_id"])
    chain = chain_of(earlier, assessment_id)
    versions.check(chain.tag)
    if chain.newest_id != assessment_id:
        raise AlreadyCorrected
    values = {name: old[name] for name in _TAKEN_OVER}
    if body.own_words is not None:
        values |= {
            "words_on_problem": body.own_words.problem,
            "words_on_help_request": body.own_words.help_request,
            "words_on_share_in_solution": body.own_words.share_in_solution,
        }
    values |= {
        "supersedes_id": old["id"],
        "reason": body.reason,
        "retracted": body.retracted,
    }
    answers = (
        body.answers.answers
        if body.answers
        else Answers(old["problem"], old["help_request"], old["share_in_solution"])
    )
    columns, made = _append(work, earlier, answers, values)
    recorded = replace(found, columns=columns, recorded_by=work.actor.name)
    _leave_a_trail(work, recorded)
    length = chain.length + 1
    return assessment_read(work, recorded, made), f"{length}-{length}"


_TAKEN_OVER = (
    "case_id",
    "thread_id",
    "conversation_id",
    "assessed_at",
    "perspective",
    "participant_role",
    "concern_wording",
    "referral",
    "words_on_problem",
    "words_on_help_request",
    "words_on_share_in_solution",
    "judged_type",
    "judged_reason",
    "progress",
    "confidence",
    "willingness",
    "task_given",
    "previous_task_done",
    "change_reason",
    "note",
)


def _append(
    work: Work, earlier: list[Judgement], answers: Answers, values: dict[str, Any]
) -> tuple[dict[str, Any], Projection]:
    """Insert a row behind the others of its thread, which is locked, and project the thread."""
    ruleset = work.knowledge.current
    classification = ruleset.classify(answers)
    last = earlier[-1] if earlier else None
    row = {
        **values,
        "organisation_id": work.actor.organisation_id,
        "id": uuid7(),
        "number": last.number + 1 if last else 1,
        # Rises within the thread whatever the clock does, so that "as known at" can be trusted.
        "recorded_at": max(work.now, last.recorded_at + timedelta.resolution) if last else work.now,
        "recorded_by_id": work.actor.user_id,
        "problem": answers.problem,
        "help_request": answers.help_request,
        "share_in_solution": answers.share_in_solution,
        "relationship_type": classification.relationship_type,
        "clarity": classification.clarity,
        "provisional": classification.provisional,
        "ruleset_version": ruleset.version,
        "ruleset_hash": ruleset.hash,
        "salt": new_salt(),
    }
    work.session.connection().execute(_INSERT, row)
    made = project(
        work.session,
        ThreadKey(row["case_id"], row["thread_id"]),
        rules_of(work.session, work.knowledge.rulesets),
        [*earlier, judgement_of(row)],
        before=earlier,
    )
    return row, made


def _leave_a_trail(work: Work, recorded: Recorded) -> None:
    row = recorded.columns
    work.trail.about("assessment", row["id"])
    work.trail.shows(row["case_id"])
    said = {
        "case_reference": recorded.case,
        "participant_reference": recorded.participant,
        "concern_reference": recorded.concern,
        "held_at": recorded.held_at,
    }
    work.trail.chain("assessment/1", {**row, **said}, row["salt"])


def _refuse_impossible_moments(now: datetime, held_at: datetime, assessed_at: datetime) -> None:
    latest = now + _CLOCKS_DIFFER_BY
    errors = []
    if held_at > latest:
        errors.append(FieldError("body", "#/conversation/held_at", "in_the_future", _IN_THE_FUTURE))
    if assessed_at > latest and assessed_at != held_at:
        errors.append(FieldError("body", "#/assessed_at", "in_the_future", _IN_THE_FUTURE))
    if assessed_at < held_at:
        errors.append(
            FieldError("body", "#/assessed_at", "before_the_conversation", _BEFORE_THE_CONVERSATION)
        )
    if errors:
        raise InvalidInput(errors=errors)


_IN_THE_FUTURE = Text(
    nl="Dit moment ligt in de toekomst. Controleer de datum en de tijdzone.",
    en="This moment is in the future. Check the date and the time zone.",
)
_BEFORE_THE_CONVERSATION = Text(
    nl="Een inschatting kan niet van vóór het gesprek zijn. Controleer beide momenten.",
    en="An assessment cannot be from before the conversation. Check both moments.",
)

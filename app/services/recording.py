"""What a page needs to record in a case, and taking back what was recorded a moment ago."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from app.domain.errors import AlreadyCorrected, NotFound, TooLateToUndo
from app.domain.thread import first_of
from app.models.assessments import Assessment, AssessmentHead, AssessmentRead, CorrectionCreate
from app.models.cases import (
    Case,
    CaseStatus,
    Concern,
    ConcernRead,
    Conversation,
    ConversationRead,
    Participant,
    ParticipantRead,
)
from app.models.threads import Thread
from app.services.assessment_reads import read_assessment
from app.services.assessments import correct, refuse_what_is_anothers
from app.services.projections import judgements
from app.services.versions import Versions
from app.services.visibility import points_at, visible_cases
from app.services.work import Work

UNDO_WITHIN = timedelta(minutes=10)
"""For how long a slip can be taken back with one tap. After that it is corrected, with a reason."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A visible case, and who and what it has been about so far, in the order of their first mention.

    `conversation` is the one that is gone on with, when there is one.
    """

    case_id: UUID
    reference: str
    is_closed: bool
    restricted: bool
    participants: list[ParticipantRead]
    concerns: list[ConcernRead]
    conversation: ConversationRead | None


def offer(work: Work, case_id: UUID, conversation_id: UUID | None = None) -> Offer:
    """Return what can be chosen in a case. Raises `NotFound`.

    A conversation that is not of this case is left out.
    """
    case = work.session.exec(visible_cases(work).where(col(Case.id) == case_id)).first()
    if case is None:
        raise NotFound
    work.trail.about("case", case_id)
    work.trail.shows(case_id)
    concerns = work.session.exec(
        select(Concern).where(col(Concern.case_id) == case_id).order_by(col(Concern.id))
    )
    conversation = work.session.exec(
        select(Conversation).where(
            col(Conversation.case_id) == case_id, col(Conversation.id) == conversation_id
        )
    ).first()
    return Offer(
        case_id,
        case.reference,
        case.status is CaseStatus.CLOSED,
        case.restricted,
        _participants(work, case_id),
        [ConcernRead.model_validate(one) for one in concerns],
        ConversationRead.model_validate(conversation) if conversation else None,
    )


def _participants(work: Work, case_id: UUID) -> list[ParticipantRead]:
    found = work.session.exec(
        select(Participant).where(col(Participant.case_id) == case_id).order_by(col(Participant.id))
    )
    return [ParticipantRead.model_validate(one) for one in found]


def next_participant(work: Work, recorded: AssessmentHead) -> ParticipantRead | None:
    """Return who is next in the same conversation on the same concern: the first without an assessment.

    They follow each other in the order of a form, round and round. `None` when everybody had a turn.
    """
    rows = work.session.exec(
        select(Assessment.id, Assessment.supersedes_id, Assessment.retracted, Thread.participant_id)
        .join(Thread, points_at(Assessment, Assessment.thread_id, Thread))
        .where(
            # There is no index on the conversation alone; there is one on the case it is of.
            col(Assessment.case_id) == recorded.case_id,
            col(Assessment.conversation_id) == recorded.conversation.id,
            col(Thread.concern_id) == recorded.concern.id,
        )
    ).all()
    superseded = {supersedes for _, supersedes, _, _ in rows}
    had_a_turn = {who for id_, _, retracted, who in rows if id_ not in superseded and not retracted}
    everybody = _participants(work, recorded.case_id)
    here = [one.id for one in everybody].index(recorded.participant.id)
    others = everybody[here + 1 :] + everybody[:here]
    return next((one for one in others if one.id not in had_a_turn), None)


def undo_until(work: Work, recorded: AssessmentHead) -> datetime | None:
    """Return until when the actor can take this back; `None` when they cannot, or no more.

    Only what they recorded themselves, while nothing took its place. A correction is not taken back:
    that would also take back what it corrected.
    """
    until = recorded.recorded_at + UNDO_WITHIN
    is_own = recorded.recorded_by.id == work.actor.user_id
    is_first_and_last = recorded.supersedes is None and recorded.superseded_by is None
    return until if is_own and is_first_and_last and work.now <= until else None


def undo(work: Work, assessment_id: UUID, reason: str) -> AssessmentRead:
    """Mark what was just recorded as entered in error. It stays visible and counts no more.

    Raises `NotFound`, `NotPermitted` for what is not the actor's to correct, `AlreadyCorrected`,
    `CaseIsRestricted`, and `TooLateToUndo` for what is not their own or is older than ten minutes.
    """
    recorded, _ = read_assessment(work, assessment_id)
    everything = judgements(work.session, recorded.thread_id)
    refuse_what_is_anothers(work, first_of(everything, assessment_id))
    if recorded.superseded_by is not None:
        raise AlreadyCorrected
    if undo_until(work, recorded) is None:
        raise TooLateToUndo
    retraction = CorrectionCreate(retracted=True, reason=reason)
    undone, _ = correct(work, assessment_id, retraction, Versions(frozenset({"*"})))
    return undone

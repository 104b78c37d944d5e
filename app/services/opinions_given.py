"""Give a second opinion: an assessment of the same conversation, from the supervisor's side."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_
from sqlmodel import col, select

from app.domain.access_log import Outcome
from app.domain.errors import NotPermitted
from app.domain.roles import PERMISSION_SENTENCES, Permission
from app.domain.second_opinion import OpinionState
from app.domain.thread import Perspective
from app.models.access_log import AccessEvent
from app.models.assessments import Assessment
from app.models.cases import Case, Concern, Conversation, Participant
from app.models.second_opinions import OpinionAnswers, SecondOpinion, SecondOpinionRead
from app.models.threads import Thread
from app.services.access_reads import events_about
from app.services.assessments import record_in
from app.services.opinion_reads import read_opinion
from app.services.places import Place, lock_thread
from app.services.second_opinions import find_open, hold_open_case
from app.services.visibility import cases_to_judge, points_at
from app.services.work import Work


def give(work: Work, opinion_id: UUID, body: OpinionAnswers) -> SecondOpinionRead:
    """Record an own view of the conversation, and return it beside the one it was asked on.

    It is made now, and says whether it was made blind. Raises `NotFound`, `NotPermitted` for who was not
    asked, `OpinionIsOver`, `CaseIsRestricted` and `CaseIsClosed`.
    """
    opinion = find_open(work, opinion_id)
    if opinion.supervisor_id != work.actor.user_id:
        raise NotPermitted.to(PERMISSION_SENTENCES[Permission.GIVE_OPINION])
    case = hold_open_case(work, cases_to_judge(work), opinion.case_id)
    lock_thread(work, opinion.thread_id)
    place, said = _place(work, opinion, case)
    given, _ = record_in(
        work,
        place,
        body.answers.answers,
        {
            **said,
            # As anything that is judged after the conversation: when that was.
            "assessed_at": max(work.now, place.held_at),
            "perspective": Perspective.SUPERVISOR,
            "words_on_problem": body.own_words.problem,
            "words_on_help_request": body.own_words.help_request,
            "words_on_share_in_solution": body.own_words.share_in_solution,
            "judged_type": body.judged_type,
            "judged_reason": body.judged_reason,
            "note": body.note,
        },
    )
    opinion.blind = not has_looked(work, opinion)
    opinion.state, opinion.ended_at, opinion.given_id = OpinionState.GIVEN, work.now, given.id
    work.session.flush()
    return read_opinion(work, opinion_id)


def _place(work: Work, opinion: SecondOpinion, case: Case) -> tuple[Place, dict[str, Any]]:
    """Return where it is recorded, and what is said last about who, what and the conversation."""
    participant, concern, conversation = work.session.exec(
        select(Participant, Concern, Conversation)
        .join(Thread, points_at(Thread, Thread.participant_id, Participant))
        .join(Concern, points_at(Thread, Thread.concern_id, Concern))
        .join(Conversation, col(Conversation.id) == opinion.conversation_id)
        .where(col(Thread.id) == opinion.thread_id)
    ).one()
    place = Place(
        case_id=case.id,
        case=case.reference,
        participant_id=participant.id,
        participant=participant.reference,
        concern_id=concern.id,
        concern=concern.reference,
        conversation_id=conversation.id,
        held_at=conversation.held_at,
        thread_id=opinion.thread_id,
    )
    return place, {
        "participant_role": participant.role,
        "concern_wording": concern.wording,
        "referral": conversation.referral,
    }


def has_looked(work: Work, opinion: SecondOpinion) -> bool:
    """Tell whether the log says that the actor saw something of the case since the conversation was judged.

    In any role, and before they were asked as well. What they were shown of their own opinions does not
    count, because that was no judgement of this conversation.
    """
    first_judged = work.session.exec(
        select(func.min(col(Assessment.recorded_at))).where(
            col(Assessment.thread_id) == opinion.thread_id,
            col(Assessment.conversation_id) == opinion.conversation_id,
        )
    ).one()
    own = select(SecondOpinion.id).where(
        col(SecondOpinion.case_id) == opinion.case_id,
        col(SecondOpinion.supervisor_id) == work.actor.user_id,
    )
    of_own = and_(
        col(AccessEvent.event).in_(_OF_OPINIONS),
        # Without an entity: a list of opinions, in which no judgement stands.
        or_(col(AccessEvent.entity_id).is_(None), col(AccessEvent.entity_id).in_(own)),
    )
    looks = events_about(opinion.case_id).where(
        col(AccessEvent.actor_id) == work.actor.user_id,
        col(AccessEvent.outcome) == Outcome.GRANTED,
        col(AccessEvent.recorded_at) >= first_judged - _IN_DOUBT,
        ~of_own,
    )
    return work.session.exec(looks.limit(1)).first() is not None


_IN_DOUBT = timedelta(seconds=10)
"""A look has the time at which it began, and may have seen what was recorded while it went on."""

_OF_OPINIONS = (
    Permission.ASK_OPINION,
    Permission.READ_OPINIONS,
    Permission.GIVE_OPINION,
    Permission.WITHDRAW_OPINION,
)

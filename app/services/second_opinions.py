"""Second opinions: ask for one, withdraw it, and read what may be seen of it by then.

While one is asked, the whole case is out of sight of the supervisor: `visible_to` leaves it out. What they
are shown of it is the conversation alone, from here. To give it or to withdraw it ends that.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.errors import (
    CaseIsClosed,
    CaseIsRestricted,
    FieldError,
    InvalidInput,
    NotFound,
    NotPermitted,
)
from app.domain.roles import PERMISSION_SENTENCES, Permission, Role
from app.domain.second_opinion import CountsNoMore, OpinionAsked, OpinionIsOver, OpinionState
from app.domain.texts import Text
from app.domain.thread import chain_of
from app.models.assessments import Assessment
from app.models.base import Named
from app.models.cases import (
    Case,
    CaseStatus,
    ConversationRead,
)
from app.models.organisations import Membership, User, UserKind
from app.models.second_opinions import (
    SecondOpinion,
    SecondOpinionCreate,
    SecondOpinionRead,
)
from app.services.opinion_reads import read_opinion
from app.services.places import lock_thread
from app.services.projections import judgements
from app.services.recorded import find_assessment
from app.services.visibility import opinions_to_read, points_at, visible_cases
from app.services.work import Work


class Asking(NamedTuple):
    """What can be asked about an assessment: the colleagues who can be asked for an own view."""

    case_id: UUID
    case: str
    participant: str
    concern: str
    conversation: ConversationRead
    supervisors: list[Named]


# ---------------------------------------------------------------- asking


def ask(work: Work, assessment_id: UUID, body: SecondOpinionCreate) -> SecondOpinionRead:
    """Ask a supervisor for an own view of the conversation of an assessment.

    From then on they do not see the case. Raises `NotFound`, `CaseIsRestricted`, `CaseIsClosed`,
    `CountsNoMore`, `OpinionAsked`, and `InvalidInput` for somebody who cannot judge it blind.
    """
    found = find_assessment(work, assessment_id).columns
    case = hold_open_case(work, visible_cases(work), found["case_id"])
    lock_thread(work, found["thread_id"])
    newest_id = chain_of(judgements(work.session, found["thread_id"]), assessment_id).newest_id
    if newest_id != assessment_id or found["retracted"]:
        raise CountsNoMore
    if body.supervisor_id in work.session.exec(_asked_before(found)).all():
        raise OpinionAsked
    if body.supervisor_id not in {one.id for one in _supervisors(work, case, found)}:
        raise InvalidInput(errors=[FieldError("body", "#/supervisor_id", "cannot_be_asked", _NO_SUPERVISOR)])
    opinion = SecondOpinion(
        organisation_id=work.actor.organisation_id,
        **{name: found[name] for name in ("case_id", "thread_id", "conversation_id")},
        assessment_id=assessment_id,
        supervisor_id=body.supervisor_id,
        asked_by_id=work.actor.user_id,
        asked_at=work.now,
        state=OpinionState.ASKED,
    )
    work.session.add(opinion)
    work.session.flush()
    return read_opinion(work, opinion.id)


_NO_SUPERVISOR = Text(
    nl="Vraag een leidinggevende van het team, die het gesprek niet zelf al inschatte.",
    en="Ask a supervisor of the team, who did not judge the conversation before.",
)


def asking(work: Work, assessment_id: UUID) -> Asking:
    """Return who can be asked about an assessment, for a form. Raises `NotFound`."""
    found = find_assessment(work, assessment_id)
    case_id = found.columns["case_id"]
    case = work.session.exec(visible_cases(work).where(col(Case.id) == case_id)).one()
    work.trail.about("assessment", assessment_id)
    work.trail.shows(case_id)
    conversation = ConversationRead(
        id=found.columns["conversation_id"], held_at=found.held_at, referral=found.columns["referral"]
    )
    supervisors = _supervisors(work, case, found.columns)
    about = found.columns["concern_wording"] or found.concern
    return Asking(case_id, found.case, found.participant, about, conversation, supervisors)


def _supervisors(work: Work, case: Case, found: Mapping[str, Any]) -> list[Named]:
    """Return who can judge a conversation blind: people of the team, who neither did so nor were asked."""
    judged = select(Assessment.recorded_by_id).where(
        col(Assessment.thread_id) == found["thread_id"],
        col(Assessment.conversation_id) == found["conversation_id"],
    )
    rows = work.session.exec(
        select(User.id, User.name)
        .join(Membership, points_at(Membership, Membership.user_id, User))
        .where(
            col(Membership.role) == Role.SUPERVISOR,
            col(Membership.team_id) == case.team_id,
            col(User.kind) == UserKind.PERSON,
            col(User.id) != case.practitioner_id,
            col(User.id).not_in(judged),
            col(User.id).not_in(_asked_before(found)),
        )
        .order_by(col(User.name))
    )
    return [Named(id=id_, name=name) for id_, name in rows]


def _asked_before(found: Mapping[str, Any]) -> SelectOfScalar[UUID]:
    """Select who is asked to judge a conversation, or did so."""
    return select(SecondOpinion.supervisor_id).where(
        col(SecondOpinion.thread_id) == found["thread_id"],
        col(SecondOpinion.conversation_id) == found["conversation_id"],
        col(SecondOpinion.state) != OpinionState.WITHDRAWN,
    )


def hold_open_case(work: Work, cases: SelectOfScalar[Case], case_id: UUID) -> Case:
    """Return a case of these, held so that nobody closes it or hands it over meanwhile.

    Raises `NotFound`, `CaseIsRestricted` and `CaseIsClosed`.
    """
    case = work.session.exec(cases.where(col(Case.id) == case_id).with_for_update(read=True)).first()
    if case is None:
        raise NotFound
    if case.restricted:
        raise CaseIsRestricted
    if case.status is CaseStatus.CLOSED:
        raise CaseIsClosed
    return case


# ---------------------------------------------------------------- withdrawing


def withdraw(work: Work, opinion_id: UUID) -> SecondOpinionRead:
    """End it without an answer. It stays on record, and the case is in sight again.

    Whoever was asked can, and whoever asked; and who works on the case now. Raises `NotFound`,
    `NotPermitted` and `OpinionIsOver`.
    """
    opinion = find_open(work, opinion_id)
    is_concerned = work.actor.user_id in (opinion.supervisor_id, opinion.asked_by_id)
    if not is_concerned and work.actor.role is not Role.PRACTITIONER:
        raise NotPermitted.to(PERMISSION_SENTENCES[Permission.WITHDRAW_OPINION])
    _end(work, opinion)
    return read_opinion(work, opinion_id)


def withdraw_of(work: Work, case_id: UUID, supervisor_id: UUID) -> None:
    """Withdraw what somebody is asked in a case that they will work on themselves."""
    asked = select(SecondOpinion).where(
        col(SecondOpinion.case_id) == case_id,
        col(SecondOpinion.supervisor_id) == supervisor_id,
        col(SecondOpinion.state) == OpinionState.ASKED,
    )
    for opinion in work.session.exec(asked.with_for_update()):
        _end(work, opinion)


def _end(work: Work, opinion: SecondOpinion) -> None:
    opinion.state = OpinionState.WITHDRAWN
    opinion.ended_at = work.now
    opinion.withdrawn_by_id = work.actor.user_id
    work.session.flush()


def find_open(work: Work, opinion_id: UUID) -> SecondOpinion:
    """Return one that is still asked, held until the end. Raises `NotFound` and `OpinionIsOver`."""
    statement = (
        opinions_to_read(work)
        .with_only_columns(SecondOpinion)
        .where(col(SecondOpinion.id) == opinion_id)
        .with_for_update(of=SecondOpinion)
    )
    opinion: SecondOpinion | None = work.session.execute(statement).scalars().first()
    if opinion is None:
        raise NotFound
    if opinion.state is not OpinionState.ASKED:
        raise OpinionIsOver
    return opinion

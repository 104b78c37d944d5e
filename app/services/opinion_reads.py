"""Read second opinions: until one is given the conversation alone, from then on both views."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Row, Select, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.domain.errors import (
    NotFound,
)
from app.domain.roles import Role
from app.domain.second_opinion import OpinionState
from app.domain.thread import chain_of
from app.models.base import Named
from app.models.cases import (
    Case,
    Concern,
    ConcernRead,
    Conversation,
    ConversationRead,
    Participant,
    ParticipantRead,
)
from app.models.organisations import User
from app.models.second_opinions import (
    OpinionOnFile,
    SecondOpinion,
    SecondOpinionItem,
    SecondOpinionRead,
)
from app.models.threads import Thread
from app.services.opinions_compared import side_by_side, words_said
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.projections import judgements
from app.services.visibility import opinions_to_read, points_at
from app.services.work import Work

_SUPERVISOR, _ASKER = aliased(User), aliased(User)


class OpinionQuery(PageQuery):
    """Which second opinions to list."""

    state: OpinionState | None = Field(default=None, description="Asked, given or withdrawn.")
    case: UUID | None = Field(default=None, description="In this case.")


def read_opinion(work: Work, opinion_id: UUID) -> SecondOpinionRead:
    """Return one: the conversation, and from the moment it is given both views. Raises `NotFound`."""
    row = work.session.execute(_named(work).where(col(SecondOpinion.id) == opinion_id)).first()
    if row is None:
        raise NotFound
    opinion: SecondOpinion = row[0]
    work.trail.about("opinion", opinion_id)
    work.trail.shows(opinion.case_id)
    chain = judgements(work.session, opinion.thread_id)
    asked_on = chain_of(chain, opinion.assessment_id).newest_id
    given = chain_of(chain, opinion.given_id).newest_id if opinion.given_id else None
    return SecondOpinionRead(
        **_item(row),
        own_words=words_said(work, asked_on),
        **side_by_side(work, asked_on, given)._asdict(),
    )


def list_opinions(work: Work, query: OpinionQuery) -> Slice:
    """Return a page of those that were asked of the actor or by the actor, the newest first."""
    me = work.actor.user_id
    statement = _named(work).where(
        or_(col(SecondOpinion.supervisor_id) == me, col(SecondOpinion.asked_by_id) == me)
    )
    for column, value in ((SecondOpinion.state, query.state), (SecondOpinion.case_id, query.case)):
        if value is not None:
            statement = statement.where(col(column) == value)
    statement = newest_first(statement, col(SecondOpinion.asked_at), col(SecondOpinion.id), query)
    page = sliced(work.session.execute(statement).all(), query, lambda row: Place(row[0].asked_at, row[0].id))
    work.trail.shows(*(row[0].case_id for row in page.rows))
    return Slice([SecondOpinionItem(**_item(row)) for row in page.rows], page.next_cursor)


def waiting(work: Work) -> int:
    """Return how many conversations wait for an own view of the actor."""
    if work.actor.role is not Role.SUPERVISOR:
        return 0
    asked = (
        opinions_to_read(work)
        .where(
            col(SecondOpinion.supervisor_id) == work.actor.user_id,
            col(SecondOpinion.state) == OpinionState.ASKED,
        )
        .with_only_columns(func.count(col(SecondOpinion.id)))
    )
    count: int = work.session.execute(asked).scalar_one()
    return count


def opinions_on_file(work: Work, case_id: UUID) -> list[OpinionOnFile]:
    """Return the second opinions of a case that the actor was found to see, the oldest first."""
    statement = _with_people(
        select(SecondOpinion).where(col(SecondOpinion.case_id) == case_id).order_by(col(SecondOpinion.id))
    )
    return [OpinionOnFile(**_on_file(*row)) for row in work.session.execute(statement)]


def is_to_judge_blind(work: Work, case_id: UUID) -> bool:
    """Tell whether the actor is asked for an own view of something in a case, in whatever role."""
    asked = select(SecondOpinion.id).where(
        col(SecondOpinion.case_id) == case_id,
        col(SecondOpinion.supervisor_id) == work.actor.user_id,
        col(SecondOpinion.state) == OpinionState.ASKED,
    )
    return work.session.exec(asked).first() is not None


# ---------------------------------------------------------------- putting it together


def _with_people(statement: Any, *besides: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - a select of any kind
    found: Select[*tuple[Any, ...]] = (
        statement.join(_SUPERVISOR, points_at(SecondOpinion, SecondOpinion.supervisor_id, _SUPERVISOR))
        .join(_ASKER, points_at(SecondOpinion, SecondOpinion.asked_by_id, _ASKER))
        .with_only_columns(SecondOpinion, col(_SUPERVISOR.name), col(_ASKER.name), *besides)
    )
    return found


def _named(work: Work) -> Select[*tuple[Any, ...]]:
    """Select what the actor may read, with the names of everything it points at."""
    return _with_people(
        opinions_to_read(work)
        .join(Thread, points_at(SecondOpinion, SecondOpinion.thread_id, Thread))
        .join(Participant, points_at(Thread, Thread.participant_id, Participant))
        .join(Concern, points_at(Thread, Thread.concern_id, Concern))
        .join(Conversation, points_at(SecondOpinion, SecondOpinion.conversation_id, Conversation)),
        col(Case.reference),
        Participant,
        Concern,
        Conversation,
    )


def _on_file(opinion: SecondOpinion, supervisor: str, asker: str) -> dict[str, Any]:
    return {
        **{name: getattr(opinion, name) for name in _SHOWN},
        "supervisor": Named(id=opinion.supervisor_id, name=supervisor),
        "asked_by": Named(id=opinion.asked_by_id, name=asker),
    }


_SHOWN = ("id", "state", "assessment_id", "thread_id", "asked_at", "ended_at", "given_id", "blind")


def _item(row: Row[*tuple[Any, ...]] | Sequence[Any]) -> dict[str, Any]:
    opinion, supervisor, asker, reference, participant, concern, conversation = row
    return {
        **_on_file(opinion, supervisor, asker),
        "case": {"id": opinion.case_id, "reference": reference},
        "participant": ParticipantRead.model_validate(participant),
        "concern": ConcernRead.model_validate(concern),
        "conversation": ConversationRead.model_validate(conversation),
    }

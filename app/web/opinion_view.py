"""What pages say of second opinions: in a case, and of two views side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.answers import Question
from app.domain.second_opinion import is_theirs_to_correct
from app.domain.texts import Language
from app.domain.thread import Perspective
from app.models.assessments import AssessmentHead
from app.models.second_opinions import OpinionOnFile, SecondOpinionRead
from app.services.stories import CaseStory
from app.services.work import Actor
from app.web.wording import short_day


@dataclass(frozen=True, slots=True)
class Asked:
    """A second opinion in a case, and which conversation it is about."""

    opinion: OpinionOnFile
    label: str


@dataclass(frozen=True, slots=True)
class Open:
    """An assessment on which a second opinion can be asked."""

    id: UUID
    label: str


@dataclass(frozen=True, slots=True)
class Opinions:
    """What was asked in a case, and what can be asked: the newest view of each thread."""

    asked: tuple[Asked, ...]
    open: tuple[Open, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two views of a conversation. `differs` are the questions that the other answered otherwise."""

    who: str
    when: datetime
    one: AssessmentHead
    differs: tuple[Question, ...]


def opinions_in(story: CaseStory, language: Language, *, can_ask: bool) -> Opinions:
    """Return the second opinions of a case as it is now."""
    recorded = {one.id: one for thread in story.threads for one in thread.thread.assessments}
    asked = [Asked(one, _label(recorded[one.assessment_id], language)) for one in story.opinions]
    newest = _newest(story) if can_ask and story.case.closed_at is None else ()
    return Opinions(tuple(asked), tuple(Open(one.id, _label(one, language)) for one in newest))


def _newest(story: CaseStory) -> Iterator[AssessmentHead]:
    """Yield what was recorded last in each thread and counts; a supervisor's view is a second one itself."""
    for thread in story.threads:
        by_id = {one.id: one for one in thread.thread.assessments}
        own = [one.id for one in thread.in_force if one.perspective is not Perspective.SUPERVISOR]
        if own:
            yield by_id[own[-1]]


def _label(one: AssessmentHead, language: Language) -> str:
    about = one.concern.wording or one.concern.reference
    return f"{one.participant.reference}, {about}, {short_day(one.conversation.held_at, language)}"


def correctable_by(story: CaseStory, actor: Actor) -> frozenset[UUID]:
    """Return what somebody can correct of a case: the newest of each chain that is theirs to correct."""
    given = {one.given_id: one.supervisor.id for one in story.opinions}
    return frozenset(
        newest
        for thread in story.threads
        for first, newest in _chains(thread.thread.assessments)
        if is_theirs_to_correct(actor.role, actor.user_id, given.get(first))
    )


def _chains(recorded: list[AssessmentHead]) -> Iterator[tuple[UUID, UUID]]:
    """Yield the first and the newest of each chain of corrections."""
    by_id = {one.id: one for one in recorded}
    for one in recorded:
        if one.superseded_by is None:
            first = one
            while first.supersedes in by_id:
                first = by_id[first.supersedes]
            yield first.id, one.id


def sides(opinion: SecondOpinionRead) -> tuple[Side, ...]:
    """Return the two views of one that was given, the first one first."""
    differs = tuple(opinion.different_answers or ())
    return tuple(
        Side(one.recorded_by.name, one.recorded_at, one, differs)
        for one in (opinion.assessment, opinion.opinion)
        if one is not None
    )

"""Load the demonstration organisation: invented cases with their course over time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from app.domain.access_log import Command
from app.domain.roles import Role
from app.domain.texts import Language
from app.domain.thread import Perspective
from app.knowledge import Knowledge
from app.knowledge.demonstration import Contact, Course
from app.knowledge.library import Vignette, VignetteAssessment
from app.models.assessments import AssessmentCreate
from app.models.cases import Case
from app.models.organisations import Membership, Organisation, User, UserKind
from app.models.second_opinions import OpinionAnswers, SecondOpinionCreate
from app.services.access_log import write_down
from app.services.assessments import record
from app.services.opinions_given import give
from app.services.organisations import Account, add_user, create_organisation, create_team
from app.services.second_opinions import ask
from app.services.trail import Trail
from app.services.visibility import points_at
from app.services.work import Actor, Work

SLUG = "demo"
NAME = "Demonstratie"
TEAM = "Demo-team"
PEOPLE = {
    Role.PRACTITIONER: "Demo-hulpverlener",
    Role.SUPERVISOR: "Demo-supervisor",
    Role.TRAINER: "Demo-trainer",
}


class Step(NamedTuple):
    """One thing that is done in the demonstration: as whom, when, and what."""

    role: Role
    recorded_at: datetime
    do: Callable[[Work], object]


def find_or_create(session: Session, now: datetime) -> Organisation:
    """Return the demonstration organisation, which is made when it is not there."""
    found = session.exec(select(Organisation).where(col(Organisation.slug) == SLUG)).first()
    return found or create_organisation(session, SLUG, NAME, now, demonstration=True)


def load(session: Session, organisation_id: UUID, knowledge: Knowledge, now: datetime) -> bool:
    """Load everything, once. Returns whether it was loaded now.

    Everything is recorded as if it had just happened, day by day, so that "as known at" has something
    to show.
    """
    if session.exec(select(Case.id)).first() is not None:
        return False
    team = create_team(session, organisation_id, TEAM)
    for role, name in PEOPLE.items():
        add_user(session, organisation_id, Account(name, UserKind.PERSON, role, team.id), now)
    people = actors(session, organisation_id)
    steps = [*_stories(knowledge, now), *_courses(knowledge, now, people[Role.SUPERVISOR].user_id)]
    for step in sorted(steps, key=lambda step: step.recorded_at):
        trail = Trail(Command.DEMONSTRATION)
        work = Work(session, people[step.role], step.recorded_at, Language.NL, knowledge, trail)
        step.do(work)
        session.flush()
        write_down(work)
    return True


def actors(session: Session, organisation_id: UUID) -> dict[Role, Actor]:
    """Return the invented colleagues of the demonstration, by role."""
    rows = session.exec(
        select(User, Membership).join(Membership, points_at(Membership, Membership.user_id, User))
    )
    return {
        membership.role: Actor(
            organisation_id,
            user.id,
            user.name,
            membership.role,
            (membership.team_id,) if membership.team_id else (),
        )
        for user, membership in rows
        if PEOPLE.get(membership.role) == user.name
    }


def _stories(knowledge: Knowledge, now: datetime) -> Iterator[Step]:
    for vignette, days_ago in zip(knowledge.vignettes.values(), count(1, step=4)):
        last_day = max(view.day for view in vignette.assessments)
        start = _morning(now, last_day + days_ago)
        for view in vignette.assessments:
            yield _step(vignette, view, start)


def _morning(now: datetime, days_ago: int) -> datetime:
    return (now - timedelta(days=days_ago)).replace(hour=9, minute=0, second=0, microsecond=0)


def _step(vignette: Vignette, view: VignetteAssessment, start: datetime) -> Step:
    assessed_at = start + timedelta(days=view.day)
    body = vignette_body(vignette, view, start, reference=f"verhaal-{vignette.id}")
    is_supervision = view.perspective is Perspective.SUPERVISOR
    return Step(
        role=Role.SUPERVISOR if is_supervision else Role.PRACTITIONER,
        recorded_at=assessed_at + timedelta(hours=1),
        do=partial(record, body=body),
    )


def vignette_body(
    vignette: Vignette, view: VignetteAssessment, start: datetime, reference: str
) -> AssessmentCreate:
    """Return one view of a story as the body of the main job."""
    return AssessmentCreate.model_validate(
        {
            "case": {"reference": reference},
            "participant": {"reference": _reference(view.participant.nl)},
            "concern": {"reference": _reference(view.concern.nl), "wording": view.concern.nl},
            "conversation": {
                "held_at": start + timedelta(days=view.conversation_day),
                "referral": vignette.referral,
            },
            "assessed_at": start + timedelta(days=view.day),
            "answers": {
                "problem": view.answers.problem,
                "help_request": view.answers.help_request,
                "share_in_solution": view.answers.share_in_solution,
            },
            "perspective": view.perspective,
            "note": view.note.nl,
        }
    )


# ---------------------------------------------------------------- courses beside the stories


def _courses(knowledge: Knowledge, now: datetime, supervisor_id: UUID) -> Iterator[Step]:
    for course in knowledge.courses:
        for contact in course.contacts:
            yield from _contact(course, contact, _morning(now, contact.days_ago), supervisor_id)


def _contact(course: Course, contact: Contact, held_at: datetime, supervisor_id: UUID) -> Iterator[Step]:
    """Yield an assessment, and the second opinion that is asked for on it and perhaps given."""
    body = AssessmentCreate.model_validate(
        {
            "case": {"reference": course.id},
            "participant": {"reference": _reference(course.participant)},
            "concern": {"reference": _reference(course.concern), "wording": course.concern},
            "conversation": {"held_at": held_at},
            "answers": asdict(contact.answers),
            "task_given": contact.task_given,
            "previous_task_done": contact.previous_task_done,
            "note": contact.note,
        }
    )
    made: dict[str, UUID] = {}

    def recorded(work: Work) -> None:
        made["assessment"] = record(work, body)[0].id

    def asked(work: Work) -> None:
        asked_of = SecondOpinionCreate(supervisor_id=supervisor_id)
        made["opinion"] = ask(work, made["assessment"], asked_of).id

    yield Step(Role.PRACTITIONER, held_at + timedelta(hours=1), recorded)
    if contact.opinion is None:
        return
    yield Step(Role.PRACTITIONER, held_at + timedelta(hours=2), asked)
    if contact.opinion.answers is not None:
        given = {"answers": asdict(contact.opinion.answers), "note": contact.opinion.note}
        judged = OpinionAnswers.model_validate(given)
        yield Step(
            Role.SUPERVISOR,
            held_at + timedelta(days=1),
            lambda work: give(work, made["opinion"], judged),
        )


def _reference(words: str) -> str:
    return re.sub(r"\W+", "-", words.lower()).strip("-")[:64]

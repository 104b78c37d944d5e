"""The demonstration organisation: loaded once, complete, and never in the future."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, col, func, select

from app.database import Database, OrganisationSession, transaction
from app.domain.roles import Permission, Role
from app.domain.second_opinion import OpinionState
from app.domain.signals import SignalKind
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.assessments import Assessment
from app.models.cases import Case
from app.models.organisations import User
from app.models.threads import TransitionRow
from app.services import demonstration
from app.services.opinion_reads import OpinionQuery, list_opinions
from app.services.signal_counts import count_signals
from app.services.trail import Trail
from app.services.visibility import visible_cases
from app.services.work import Work
from tests.support import START


@contextmanager
def demo_session(database: Database) -> Iterator[Session]:
    with transaction(database, write=True) as connection:
        with Session(connection, expire_on_commit=False) as session:
            found = demonstration.find_or_create(session, START)
        with OrganisationSession(connection, found.id) as session:
            yield session
            session.flush()


def load(database: Database, knowledge: Knowledge) -> bool:
    with demo_session(database) as session:
        organisation_id = demonstration.find_or_create(session, START).id
        return demonstration.load(session, organisation_id, knowledge, START)


def everything(database: Database) -> dict[str, list[object]]:
    with demo_session(database) as session:
        return {
            kind.__name__: [row.model_dump() for row in session.exec(select(kind).order_by(key))]
            for kind, key in (
                (User, col(User.id)),
                (Case, col(Case.id)),
                (Assessment, col(Assessment.id)),
                (TransitionRow, col(TransitionRow.assessment_id)),
            )
        }


def test_every_story_and_every_course_becomes_a_case(database: Database, knowledge: Knowledge) -> None:
    assert load(database, knowledge)
    rows = everything(database)
    views = [view for story in knowledge.vignettes.values() for view in story.assessments]
    contacts = [contact for course in knowledge.courses for contact in course.contacts]
    judged = [one for one in contacts if one.opinion and one.opinion.answers]
    assert len(rows["Case"]) == len(knowledge.vignettes) + len(knowledge.courses)
    assert len(rows["Assessment"]) == len(views) + len(contacts) + len(judged)


def test_loading_twice_changes_nothing(database: Database, knowledge: Knowledge) -> None:
    load(database, knowledge)
    before = everything(database)
    assert not load(database, knowledge)
    assert everything(database) == before


def test_nothing_lies_in_the_future(database: Database, knowledge: Knowledge) -> None:
    load(database, knowledge)
    with demo_session(database) as session:
        newest = session.exec(select(func.max(col(Assessment.recorded_at)))).one()
    assert newest <= START


def as_roles(session: Session, knowledge: Knowledge) -> dict[Role, Work]:
    """Return everybody of the demonstration at work."""
    people = demonstration.actors(session, session.exec(select(User)).all()[0].organisation_id)
    return {
        role: Work(session, actor, START, Language.NL, knowledge, Trail(Permission.RECORD_ASSESSMENT))
        for role, actor in people.items()
    }


def test_practitioner_and_supervisor_see_the_cases_and_the_trainer_none(
    database: Database, knowledge: Knowledge
) -> None:
    load(database, knowledge)
    with demo_session(database) as session:
        works = as_roles(session, knowledge)
        seen = {role: len(session.exec(visible_cases(work)).all()) for role, work in works.items()}
    # One conversation waits to be judged blind.
    assert seen == {Role.PRACTITIONER: 17, Role.SUPERVISOR: 16, Role.TRAINER: 0}


def test_there_is_something_of_everything_to_look_at(database: Database, knowledge: Knowledge) -> None:
    load(database, knowledge)
    with demo_session(database) as session:
        works = as_roles(session, knowledge)
        [team] = count_signals(works[Role.PRACTITIONER], None)
        supervisor = works[Role.SUPERVISOR]
        states = [one.state for one in list_opinions(supervisor, OpinionQuery()).rows]
        given = list_opinions(supervisor, OpinionQuery(state=OpinionState.GIVEN)).rows[0]
    assert {kind for kind, many in team.having.items() if many} == {*SignalKind}
    assert states == [OpinionState.ASKED, OpinionState.GIVEN]
    assert given.blind

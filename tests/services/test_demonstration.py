"""The demonstration organisation: loaded once, complete, and never in the future."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, col, func, select

from app.database import Database, OrganisationSession, transaction
from app.domain.roles import Permission, Role
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.assessments import Assessment
from app.models.cases import Case
from app.models.organisations import User
from app.models.threads import TransitionRow
from app.services import demonstration
from app.services.trail import Trail
from app.services.visibility import visible_cases
from app.services.work import Actor, Work
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


def test_every_story_becomes_a_case(database: Database, knowledge: Knowledge) -> None:
    assert load(database, knowledge)
    rows = everything(database)
    views = [view for story in knowledge.vignettes.values() for view in story.assessments]
    assert (len(rows["Case"]), len(rows["Assessment"])) == (len(knowledge.vignettes), len(views))


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


def test_practitioner_and_supervisor_see_the_cases_and_the_trainer_none(
    database: Database, knowledge: Knowledge
) -> None:
    load(database, knowledge)
    seen = {}
    with demo_session(database) as session:
        team_ids = {case.team_id for case in session.exec(select(Case)) if case.team_id}
        for role, name in demonstration.PEOPLE.items():
            user = session.exec(select(User).where(col(User.name) == name)).one()
            actor = Actor(user.organisation_id, user.id, name, role, tuple(team_ids))
            work = Work(session, actor, START, Language.NL, knowledge, Trail(Permission.RECORD_ASSESSMENT))
            seen[role] = len(session.exec(visible_cases(work)).all())
    assert seen == {Role.PRACTITIONER: 12, Role.SUPERVISOR: 12, Role.TRAINER: 0}

"""What clients say about what was recorded of them. It is added; the assessment stays as it is."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.domain.errors import NotFound
from app.models.assessments import Assessment
from app.models.base import Named
from app.models.cases import Case
from app.models.organisations import User
from app.models.rights import Statement, StatementCreate, StatementRead
from app.services.trail import new_salt
from app.services.visibility import points_at, visible_cases
from app.services.work import Work


def add_statement(work: Work, assessment_id: UUID, body: StatementCreate) -> StatementRead:
    """Add what the client says about an assessment, in a closed or restricted case as well.

    Raises `NotFound`.
    """
    case_id = (
        work.session.execute(
            visible_cases(work)
            .join(Assessment, points_at(Assessment, Assessment.case_id, Case))
            .where(col(Assessment.id) == assessment_id)
            .with_only_columns(col(Case.id))
            # Held, so that nobody erases the case meanwhile.
            .with_for_update(read=True, of=Case)
        )
        .scalars()
        .first()
    )
    if case_id is None:
        raise NotFound
    statement = Statement(
        organisation_id=work.actor.organisation_id,
        assessment_id=assessment_id,
        case_id=case_id,
        text=body.text,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
        salt=new_salt(),
    )
    work.session.add(statement)
    work.trail.about("assessment", assessment_id)
    work.trail.shows(case_id)
    work.trail.chain("statement/1", statement.model_dump(), statement.salt)
    return _read(statement, work.actor.name)


def statements_of(
    session: Session, assessment_ids: Sequence[UUID], known: datetime | None = None
) -> defaultdict[UUID, list[StatementRead]]:
    """Return what clients said about these assessments, the oldest first; by `known`, when it is given."""
    statement = (
        select(Statement, User.name)
        .join(User, points_at(Statement, Statement.recorded_by_id, User))
        .where(col(Statement.assessment_id).in_(assessment_ids))
        .order_by(col(Statement.recorded_at), col(Statement.id))
    )
    if known is not None:
        statement = statement.where(col(Statement.recorded_at) <= known)
    said: defaultdict[UUID, list[StatementRead]] = defaultdict(list)
    for row, name in session.exec(statement):
        said[row.assessment_id].append(_read(row, name))
    return said


def _read(statement: Statement, name: str) -> StatementRead:
    return StatementRead(
        id=statement.id,
        text=statement.text,
        recorded_at=statement.recorded_at,
        recorded_by=Named(id=statement.recorded_by_id, name=name),
    )

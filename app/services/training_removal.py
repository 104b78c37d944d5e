"""Remove trainings that ended long enough ago. Nobody has to ask for it."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session

from app.domain.training import KEPT
from app.models.base import table_of
from app.models.training import TrainingAnswer, TrainingParticipant, TrainingSession
from app.services.work import organisation_of

_SESSION, _PARTICIPANT = table_of(TrainingSession), table_of(TrainingParticipant)
_ANSWER = table_of(TrainingAnswer)


def remove_old_sessions(session: Session, now: datetime) -> None:
    """Remove what ended long enough ago: answers, participants, then the session itself."""
    organisation_id, connection = organisation_of(session), session.connection()
    old = (
        select(_SESSION.c.id)
        .where(_SESSION.c.organisation_id == organisation_id, _SESSION.c.ends_at <= now - KEPT)
        .scalar_subquery()
    )
    for table in (_ANSWER, _PARTICIPANT):
        connection.execute(
            delete(table).where(table.c.organisation_id == organisation_id, table.c.session_id.in_(old))
        )
    connection.execute(
        delete(_SESSION).where(
            _SESSION.c.organisation_id == organisation_id, _SESSION.c.ends_at <= now - KEPT
        )
    )

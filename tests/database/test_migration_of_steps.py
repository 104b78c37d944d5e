"""Migration 0009 on steps that were made before it: their answers are those of their assessments."""

from sqlalchemy import select

from app.database import Database
from app.database.schema import migrate
from app.models.base import table_of
from app.models.threads import TransitionRow
from tests.support import Caller, Clock, owned, tampering

STEP = table_of(TransitionRow)


def kept(database: Database) -> list[tuple[object, ...]]:
    columns = (STEP.c.assessment_id, STEP.c.answers_before, STEP.c.answers_after)
    with tampering(database) as connection:
        return sorted(map(tuple, connection.execute(select(*columns))), key=repr)


def test_answers_are_taken_over_from_the_assessments(anna: Caller, clock: Clock, database: Database) -> None:
    for code in ("nnn", "ymu", "yyy", "yyy"):
        clock.forward(days=1)
        anna.record(answers=code)
    before = kept(database)
    assert len(before) == 3
    with owned(database) as owner:
        migrate(owner, "0005")
        migrate(owner)
    assert kept(database) == before

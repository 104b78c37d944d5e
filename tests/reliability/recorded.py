"""A recorded history to tamper with, and the superuser who does it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import sqlcipher3.dbapi2
from nacl.signing import SigningKey
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.pool import StaticPool

from app.database import Database, OrganisationSession, transaction
from app.database.guards import GUARDED
from app.database.patience import hold_the_log
from app.domain.roles import Permission
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.assessments import Assessment, AssessmentCreate, CorrectionCreate
from app.models.base import table_of
from app.models.rights import ErasedRow, ErasureOrder, ErasureReason, Statement
from app.models.threads import Thread, TransitionRow
from app.services.access_log import write_down
from app.services.assessments import correct, record
from app.services.checkpoints import Checkpoint, checkpoint_line, head_of, read_checkpoints
from app.services.sealing import seal
from app.services.trail import Trail, new_salt
from app.services.verification import Verdict, verify
from app.services.versions import Versions
from app.services.work import Work
from tests.support import START, People, assessment

KEY = SigningKey(bytes(range(32)))


@contextmanager
def superuser(database: Database) -> Iterator[Connection]:
    """Yield a connection of somebody whom no guard stops. What it changes is undone at the end."""
    if database.is_embedded:
        with database.reader.connect() as connection:
            path = Path(connection.exec_driver_sql("PRAGMA database_list").one()[2])
        key = path.parent.with_name("data.key").read_text().strip()

        def connect() -> sqlcipher3.dbapi2.Connection:
            own = sqlcipher3.dbapi2.connect(path, isolation_level=None, check_same_thread=False)
            own.execute(f"PRAGMA key = \"x'{key}'\"")
            return own

        engine = create_engine("sqlite://", creator=connect, module=sqlcipher3.dbapi2, poolclass=StaticPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for trigger in triggers.scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
            yield connection
            connection.exec_driver_sql("ROLLBACK")
    else:
        url = database.writer.url.set(username="postgres")
        engine = create_engine(url, connect_args={"options": "-c TimeZone=UTC"})
        with engine.connect() as connection:
            connection.exec_driver_sql("SET session_replication_role = 'replica'")
            for table in (*GUARDED, "ledger_head", "erasure_order"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            yield connection
            connection.rollback()
    engine.dispose()


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Undo what is done in the block."""
    connection.execute(text("SAVEPOINT before"))
    try:
        yield
    finally:
        connection.execute(text("ROLLBACK TO SAVEPOINT before"))


@dataclass
class Recorder:
    """Records as the service does, a minute a time."""

    database: Database
    people: People
    knowledge: Knowledge
    now: datetime = START

    @contextmanager
    def work(self, permission: Permission = Permission.RECORD_ASSESSMENT) -> Iterator[Work]:
        self.now += timedelta(minutes=1)
        with (
            transaction(self.database, write=True) as connection,
            OrganisationSession(connection, self.people.organisation.id) as session,
        ):
            actor = self.people.users["anna"]
            work = Work(session, actor, self.now, Language.EN, self.knowledge, Trail(permission))
            yield work
            session.flush()
            write_down(work)

    def record(self, case: str, participant: str, answers: str) -> UUID:
        body = assessment(
            case={"reference": case},
            participant={"reference": participant},
            answers=answers,
            note=f"Ze zei: « één keer », {answers}.",
        )
        with self.work() as work:
            return record(work, AssessmentCreate.model_validate(body))[0].id

    def correct(self, assessment_id: UUID) -> None:
        body = CorrectionCreate.model_validate({"retracted": True, "reason": "By mistake."})
        with self.work(Permission.CORRECT_ASSESSMENT) as work:
            correct(work, assessment_id, body, Versions(frozenset("*")))

    def state(self, assessment_id: UUID) -> None:
        with self.work(Permission.ADD_STATEMENT) as work:
            case_id = work.session.execute(
                select(table_of(Assessment).c.case_id).where(table_of(Assessment).c.id == assessment_id)
            ).scalar_one()
            row = Statement(
                organisation_id=work.actor.organisation_id,
                assessment_id=assessment_id,
                case_id=case_id,
                text=f"I see it otherwise ({assessment_id}).",
                recorded_at=work.now,
                recorded_by_id=work.actor.user_id,
                salt=new_salt(),
            )
            work.session.add(row)
            work.trail.shows(case_id)
            work.trail.chain("statement/1", row.model_dump(), row.salt)

    def erase(self, case_id: UUID) -> ErasureOrder:
        """Erase what was assessed in a case, in the three steps of an order."""
        with self.work(Permission.REQUEST_ERASURE) as work:
            order = ErasureOrder(
                organisation_id=work.actor.organisation_id,
                case_id=case_id,
                participant_id=None,
                reason=ErasureReason.CLIENT_ASKED,
                requested_by_id=work.actor.user_id,
                requested_at=work.now,
            )
            work.session.add(order)
            work.trail.chain("erasure_requested/1", order.model_dump())
        with self.work(Permission.DECIDE_ERASURE) as work:
            order = work.session.merge(order)
            order.granted_by_id, order.granted_at = self.people.users["petra"].user_id, work.now
            work.trail.chain("erasure_granted/1", order.model_dump())
        with self.work(Permission.EXECUTE_ERASURE) as work:
            order = work.session.merge(order)
            order.executed_by_id, order.executed_at = self.people.users["aad"].user_id, work.now
            work.trail.chain("erasure_executed/1", order.model_dump())
            work.session.flush()
            connection = work.session.connection()
            for table, kind in ((table_of(Statement), "statement"), (table_of(Assessment), "assessment")):
                ids = connection.execute(select(table.c.id).where(table.c.case_id == case_id)).scalars()
                for id_ in ids.all():
                    row = ErasedRow(
                        organisation_id=work.actor.organisation_id,
                        entity_id=id_,
                        entity_kind=kind,
                        order_id=order.id,
                    )
                    work.session.add(row)
                    work.trail.chain("erased/1", row.model_dump())
            work.session.flush()
            self._delete(connection, case_id)
        return order

    def _delete(self, connection: Connection, case_id: UUID) -> None:
        transition, thread = table_of(TransitionRow), table_of(Thread)
        connection.execute(transition.delete().where(transition.c.case_id == case_id))
        connection.execute(thread.update().where(thread.c.case_id == case_id).values(last_assessment_id=None))
        for kind in (Statement, Assessment):
            table = table_of(kind)
            connection.execute(table.delete().where(table.c.case_id == case_id))

    def seal(self) -> bool:
        self.now += timedelta(minutes=1)
        with transaction(self.database, write=True) as connection:
            hold_the_log(connection)
            with OrganisationSession(connection, self.people.organisation.id) as session:
                return seal(session, self.now)

    def checkpoint(self, line: int = 1) -> Checkpoint:
        with (
            transaction(self.database, write=False) as connection,
            OrganisationSession(connection, self.people.organisation.id) as session,
        ):
            head = head_of(session)
        assert head is not None
        text_of = checkpoint_line(KEY, head, self.now)
        [[found]] = read_checkpoints([text_of], [bytes(KEY.verify_key).hex()]).values()
        return Checkpoint(line, found.seq, found.hash, found.time)

    def verify(self, checkpoints: list[Checkpoint], connection: Connection | None = None) -> Verdict:
        """Verify as the service would, or through the eyes of another connection."""
        organisation_id = self.people.organisation.id
        if connection is not None:
            return verify(OrganisationSession(connection, organisation_id), checkpoints, self.now)
        with (
            transaction(self.database, write=False) as own,
            OrganisationSession(own, organisation_id) as session,
        ):
            return verify(session, checkpoints, self.now)


def some_history(recorder: Recorder, cases: int = 4) -> list[Checkpoint]:
    """Record a history with everything in it, and four checkpoints on the way."""
    checkpoints = []
    codes = ("nnn", "ynn", "yyn", "yyy", "umn", "mmm")
    for number in range(cases):
        for step, code in enumerate(codes):
            made = recorder.record(f"case-{number}", ("mother", "father")[step % 2], code)
            if step == 1:
                recorder.correct(made)
            elif step == 2:
                recorder.state(made)
        assert recorder.seal()
        checkpoints.append(recorder.checkpoint(number + 1))
    return checkpoints

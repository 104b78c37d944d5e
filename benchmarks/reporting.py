"""Report on a team and do the same in plain SQL: how long each takes, and how much memory.

A program of its own, so that its memory is its own: `python -m benchmarks.reporting NAME`, on the database
that the service's own settings name. `put_into_teams` has to go before it.
"""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

from sqlalchemy import Connection, Select, case, func, select, update
from sqlmodel import Session

from app.commands.common import opened
from app.database import OrganisationSession, open_database, transaction
from app.database.authorizer import lifted
from app.database.walls import bind
from app.domain.roles import Permission, Role
from app.domain.signals import SignalKind
from app.domain.texts import Language
from app.knowledge import load_knowledge
from app.models.assessments import Assessment
from app.models.base import table_of
from app.models.cases import Case
from app.models.organisations import Organisation, Team, User
from app.models.threads import Thread, TransitionRow
from app.services.caseload_report import report_caseload
from app.services.organisations import create_team
from app.services.reports import CaseloadReportQuery, TransitionReportQuery, report_transitions
from app.services.signals import has_signal, thresholds_of
from app.services.trail import Trail
from app.services.work import Actor, Work
from app.settings import Settings

TEAM, MANY = "team", "many"
_CASES_OF_TEAM = 1000  # of two threads each
_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_ROUNDS = 7
_CASE, _THREAD, _STEP = table_of(Case), table_of(Thread), table_of(TransitionRow)
_ASSESSMENT = table_of(Assessment)


def put_into_teams(settings: Settings) -> None:
    """Give a thousand cases to one team, and all others to another."""
    database = open_database(settings)
    with transaction(database, write=True) as connection:
        with Session(connection) as unbound:
            organisation_id = unbound.execute(select(table_of(Organisation).c.id)).scalar_one()
        with OrganisationSession(connection, organisation_id) as session:
            teams = {name: create_team(session, organisation_id, name).id for name in (TEAM, MANY)}
            session.flush()
            own = _CASE.c.organisation_id == organisation_id
            session.execute(update(_CASE).where(own).values(team_id=teams[MANY]))
            some = session.execute(select(_CASE.c.id).where(own).limit(_CASES_OF_TEAM)).scalars().all()
            session.execute(update(_CASE).where(own, _CASE.c.id.in_(some)).values(team_id=teams[TEAM]))
    database.close()


def repeat_steps(settings: Settings, times: int) -> int:
    """Let every step happen so many times, for the owner of the tables; return how many there are then.

    Only steps are repeated, each under a new id: the reports that are measured look at nothing else of them.
    """
    database = open_database(settings)
    new_id = "lower(hex(randomblob(16)))" if database.is_embedded else "gen_random_uuid()"
    kept = [column.name for column in _STEP.columns if column.name != "assessment_id"]
    with database.writer.connect() as connection, lifted(connection):
        if database.is_embedded:
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            organisation = connection.exec_driver_sql("SELECT id FROM organisation").scalar_one()
            bind(connection, UUID(str(organisation)))
            if not database.is_embedded:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql(f"ALTER TABLE transition DROP CONSTRAINT {_POINTS_AT}")
            connection.exec_driver_sql(
                f"INSERT INTO transition (assessment_id, {', '.join(kept)}) SELECT {new_id}, "  # noqa: S608 - names
                f"{', '.join(kept)} FROM transition CROSS JOIN {_numbers(times - 1)}"
            )
            count: int = connection.exec_driver_sql("SELECT count(*) FROM transition").scalar_one()
    database.close()
    return count


_POINTS_AT = "fk_transition_organisation_id_assessment_id"


def _numbers(many: int) -> str:
    return "(" + " UNION ALL ".join(f"SELECT {number} AS n" for number in range(many)) + ") AS numbers"


def main() -> None:
    name = sys.argv[1]
    with opened() as database, transaction(database, write=True, one_moment=True) as connection:
        with Session(connection) as unbound:
            organisation_id = unbound.execute(select(table_of(Organisation).c.id)).scalar_one()
        with OrganisationSession(connection, organisation_id) as session:
            work = _supervisor(session, organisation_id, name)
            report, plain = _SIDES[name]
            said = _compared(lambda: report(work), _executed(connection, plain(work)))
    # Not `ru_maxrss`: a new process takes over that of the one it was started by.
    status = Path("/proc/self/status").read_text()
    said["memory"] = int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    print(json.dumps(said))


def _supervisor(session: OrganisationSession, organisation_id: UUID, name: str) -> Work:
    user_id = session.execute(select(table_of(User).c.id)).scalars().first()
    teams = table_of(Team)
    team_id = session.execute(select(teams.c.id).where(teams.c.name == name)).scalar_one()
    assert user_id is not None
    actor = Actor(organisation_id, user_id, "bench", Role.SUPERVISOR, (team_id,))
    now = datetime.now(UTC)
    return Work(session, actor, now, Language.EN, load_knowledge(), Trail(Permission.READ_REPORTS))


def _executed(connection: Connection, statements: Sequence[Select[tuple[object, ...]]]) -> Callable[[], None]:
    def execute() -> None:
        for statement in statements:
            connection.execute(statement).all()

    return execute


def _compared(report: Callable[[], object], plain: Callable[[], None]) -> dict[str, float]:
    """Do both in turn; the ratio is the median of those of neighbours."""
    took = [(_seconds(report), _seconds(plain)) for _ in range(_ROUNDS + 1)][1:]
    return {
        "report": median(one for one, _ in took),
        "plain": median(other for _, other in took),
        "ratio": median(one / other for one, other in took),
    }


def _seconds(what: Callable[[], object]) -> float:
    started = perf_counter()
    what()
    return perf_counter() - started


# ---------------------------------------------------------------- the same in plain SQL


def _steps(work: Work) -> list[Select[tuple[object, ...]]]:
    """Count a matrix of types and answers, as somebody would who needs no filters and hides nothing."""
    by = (_STEP.c.from_type, _STEP.c.to_type, _STEP.c.answers_before, _STEP.c.answers_after)
    return [
        select(*by, func.count())
        .join(_CASE, (_CASE.c.organisation_id == _STEP.c.organisation_id) & (_CASE.c.id == _STEP.c.case_id))
        .where(
            _STEP.c.organisation_id == work.actor.organisation_id,
            _CASE.c.team_id == work.actor.team_ids[0],
            _STEP.c.assessed_at >= _SINCE,
            ~_STEP.c.other_assessor,
            _STEP.c.change_reason.is_(None),
        )
        .group_by(*by)
    ]


def _threads(work: Work) -> list[Select[tuple[object, ...]]]:
    """Count threads by how they stand and by what asks for attention."""
    standing = (_CASE.c.organisation_id == _THREAD.c.organisation_id) & (_CASE.c.id == _THREAD.c.case_id)
    newest = (_ASSESSMENT.c.organisation_id == _THREAD.c.organisation_id) & (
        _ASSESSMENT.c.id == _THREAD.c.last_assessment_id
    )
    own = (
        _THREAD.c.organisation_id == work.actor.organisation_id,
        _CASE.c.team_id == work.actor.team_ids[0],
        _CASE.c.status == "open",
    )
    by = [_THREAD.c.relationship_type, _THREAD.c.clarity]
    by += [_ASSESSMENT.c[name] for name in ("problem", "help_request", "share_in_solution")]
    thresholds = thresholds_of(work.session)
    signals = [has_signal(kind, thresholds, work.now) for kind in SignalKind]
    return [
        select(*by, func.count()).join(_CASE, standing).join(_ASSESSMENT, newest).where(*own).group_by(*by),
        select(*(func.sum(case((one, 1), else_=0)) for one in signals))
        .join_from(_THREAD, _CASE, standing)
        .where(*own),
    ]


_SIDES: dict[str, tuple[Callable[[Work], object], Callable[[Work], list[Select[tuple[object, ...]]]]]] = {
    MANY: (
        lambda work: report_transitions(work, TransitionReportQuery(since=_SINCE)),
        _steps,
    ),
    TEAM: (lambda work: report_caseload(work, CaseloadReportQuery()), _threads),
}


if __name__ == "__main__":
    main()

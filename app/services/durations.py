"""How long until a relationship first becomes customer, and how often it moves back after that.

Time is counted within the perspective of the practitioner, and by one assessor: a thread is followed from
its first assessment on, for as long as the same person assesses. A step that is no movement of the client
(another assessor, better information to another type) ends it as well: nobody knows when it would have
moved. Where the first assessment says customer already, there was nothing to wait for.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Integer, Over, Subquery, and_, case, cast, func, or_, select
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from app.domain.classification import RelationshipType
from app.domain.hiding import is_small
from app.domain.quarters import Quarter
from app.domain.survival import (
    FEWEST,
    Estimate,
    Followed,
    Step,
    curve,
    median,
    share_of,
    still_waiting,
)
from app.domain.thread import NOT_ABOUT_THE_CLIENT, ChangeReason, Perspective
from app.models.assessments import Assessment
from app.models.cases import Case
from app.models.reports import DurationReport, EstimateRead, WaitingRead
from app.services.reports import PeriodQuery, quarters_of
from app.services.standing import OF_ONE_THREAD, in_force
from app.services.work import Work

POINTS = (30, 91, 182, 365)
"""The days at which the curve is shown: a month, a quarter, half a year and a year."""

_HUNDREDTHS = 2
_SECONDS_OF_A_DAY = 86400
# Moments are numbers of days with a fraction to SQLite; so many seconds are lost in it, and more.
_LOST = 1e-5
_MOST_PLACES = 2**31 - 1
_CUSTOMER = RelationshipType.CUSTOMER


class _Row(NamedTuple):
    """So many threads waited for so long; `became` customer or not, and moved `back` after that or not."""

    days: int
    became: bool
    back: bool
    threads: int


def report_durations(work: Work, query: PeriodQuery) -> DurationReport:
    """Estimate for the threads that began in a period. Raises `InvalidInput` as for a report of steps."""
    quarters = quarters_of(query, work.now)
    rows = [_Row(*row) for row in work.session.connection().execute(_statement(work, query, quarters))]
    became = sum(row.threads for row in rows if row.became)
    back = sum(row.threads for row in rows if row.back)
    steps = curve(Followed(row.days, row.became, row.threads) for row in rows)
    hides_share = became < FEWEST or is_small(back) or is_small(became - back)
    return DurationReport(
        team=query.team,
        since=quarters[0].begin,
        until=quarters[-1].end,
        days=EstimateRead(**_shown(median(steps), hidden=became < FEWEST)),
        waiting=[_waiting(steps, days, hidden=became < FEWEST) for days in POINTS],
        back=EstimateRead(
            **_shown(share_of(back, max(became, 1)), hidden=hides_share),
        ),
    )


def _waiting(steps: Sequence[Step], days: int, *, hidden: bool) -> WaitingRead:
    step = still_waiting(steps, days)
    return WaitingRead(**_shown(Estimate(step.share, step.low, step.high), hidden=hidden), days=days)


def _shown(estimate: Estimate, *, hidden: bool) -> dict[str, Any]:
    figures = {name: getattr(estimate, name) for name in ("value", "low", "high")}
    return {
        "hidden": hidden,
        **{
            name: None if hidden or figure is None else round(figure, _HUNDREDTHS)
            for name, figure in figures.items()
        },
    }


# ---------------------------------------------------------------- in one statement


def _statement(work: Work, query: PeriodQuery, quarters: Sequence[Quarter]) -> Any:  # noqa: ANN401 - the columns make the type
    """Count the threads by how long they waited and what came of it: as many rows as there are days."""
    one = _threads(_followed(_marked(_course(work, query)))).c
    until = func.coalesce(one.became, one.followed)
    days = {
        "sqlite": func.julianday(until) - func.julianday(one.began) + _LOST,
        "postgresql": func.floor(func.extract("epoch", until - one.began) / _SECONDS_OF_A_DAY),
    }[work.session.get_bind().dialect.name]
    counted = (
        select(
            cast(days, Integer).label("days"),
            one.became.is_not(None).label("is_customer"),
            (one.back == 1).label("is_back"),
        )
        .where(one.began >= quarters[0].begin, one.began < quarters[-1].end)
        .where(or_(one.customer_place.is_(None), one.customer_place > 1))
        .subquery("counted")
    )
    return select(*counted.c, func.count()).group_by(*counted.c)


def _course(work: Work, query: PeriodQuery) -> Subquery:
    """Select what the practitioners of each thread assessed, in order."""
    counting, order = in_force(work)
    if query.team is not None:
        counting = counting.where(col(Case.team_id) == query.team)

    def along(function: FunctionElement[Any]) -> Over[Any]:
        return function.over(partition_by=OF_ONE_THREAD, order_by=order)

    columns: Subquery = (
        counting.where(col(Assessment.perspective) == Perspective.PRACTITIONER)
        .with_only_columns(
            *(col(column) for column in (Assessment.thread_id, Assessment.assessed_at)),
            *(col(column) for column in (Assessment.relationship_type, Assessment.change_reason)),
            col(Assessment.recorded_by_id),
            along(func.row_number()).label("place"),
            along(func.first_value(col(Assessment.recorded_by_id))).label("first_by"),
            along(func.lag(col(Assessment.relationship_type))).label("type_before"),
        )
        .subquery("course")
    )
    return columns


def _marked(course: Subquery) -> Subquery:
    """Say of each thread where following it ends."""
    one = course.c
    ends = or_(
        one.recorded_by_id != one.first_by,
        one.change_reason == ChangeReason.OTHER_ASSESSOR,
        and_(
            one.change_reason.in_(sorted(NOT_ABOUT_THE_CLIENT)),
            one.relationship_type.is_distinct_from(one.type_before),
        ),
    )
    end = func.min(case((and_(one.place > 1, ends), one.place))).over(partition_by=one.thread_id)
    return select(*one, func.coalesce(end, _MOST_PLACES).label("end_place")).subquery("marked")


def _followed(marked: Subquery) -> Subquery:
    """Leave out what came after that, and say where each thread first came to customer."""
    one = marked.c
    first = func.min(case((one.relationship_type == _CUSTOMER, one.place))).over(partition_by=one.thread_id)
    return select(*one, first.label("customer_place")).where(one.place < one.end_place).subquery("followed")


def _threads(followed: Subquery) -> Subquery:
    """Make one row of each thread."""
    one = followed.c
    is_back = or_(
        and_(one.type_before == _CUSTOMER, one.relationship_type != _CUSTOMER),
        and_(
            one.type_before == RelationshipType.COMPLAINANT,
            one.relationship_type == RelationshipType.VISITOR,
        ),
    )
    return (
        select(
            func.min(one.assessed_at).label("began"),
            func.max(one.assessed_at).label("followed"),
            func.min(case((one.relationship_type == _CUSTOMER, one.assessed_at))).label("became"),
            func.min(one.customer_place).label("customer_place"),
            func.max(case((and_(one.place > one.customer_place, is_back), 1), else_=0)).label("back"),
        )
        .group_by(one.thread_id)
        .subquery("thread_course")
    )

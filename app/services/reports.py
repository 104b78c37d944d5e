"""Reports: what moved in a period, and how a caseload stands or stood.

They are for who supervises a team. A practitioner has none, not even of the own cases: the figures of one
practitioner lie next to those of another before long, and a share of customers says nothing about
somebody's work (domain report, 2.3). Nothing is grouped by practitioner anywhere. What is hidden, and
against whom, is in docs/adr/0024.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Select, String, bindparam, func, type_coerce
from sqlmodel import col

from app.domain.answers import ANSWERS_BY_CODE, Answer, Question
from app.domain.classification import RelationshipType
from app.domain.errors import FieldError, InvalidInput
from app.domain.hiding import Count, part, total
from app.domain.quarters import MOST_QUARTERS, Quarter, period
from app.domain.texts import Text
from app.models.base import Flag, Input, Moment, utc_text
from app.models.cases import Case
from app.models.reports import (
    AnswerMove,
    CountRead,
    FromCount,
    MoveCount,
    MovesRead,
    ToCount,
    TransitionReport,
)
from app.models.threads import TransitionRow
from app.services.transitions import KIND, StepKind, visible_steps
from app.services.work import Work

TYPES: tuple[RelationshipType | None, ...] = (*RelationshipType, None)


class ReportQuery(Input):
    """About which team."""

    team: UUID | None = Field(default=None, description="Of this team. Left out: all teams you see.")

    @model_validator(mode="before")
    @classmethod
    def refuse_to_rank(cls, asked: Any) -> Any:  # noqa: ANN401 - whatever was asked
        """Say why there is no report of one practitioner; a filter that is not there would say nothing."""
        if isinstance(asked, Mapping) and "practitioner" in asked:
            raise PydanticCustomError("no_ranking", "a report of one practitioner")
        return asked


class PeriodQuery(ReportQuery):
    """Of which whole quarters, as the calendar has them here."""

    since: Moment | None = Field(
        default=None,
        description="From the quarter that this moment is in. Left out: four quarters in all.",
        examples=["2026-01-01T00:00:00+01:00"],
    )
    until: Moment | None = Field(
        default=None,
        description="Up to and with the quarter that ends at this moment, or that it is in; midnight in any "
        "zone is the end of the day before. Left out: the quarter of today.",
        examples=["2027-01-01T00:00:00+01:00"],
    )


class TransitionReportQuery(PeriodQuery):
    """What to count."""

    assessor: Flag = Field(
        default=False, description="Count steps to another assessor or perspective as well, apart."
    )
    information: Flag = Field(
        default=False,
        description="Count steps by better information, another wording or a correction as well, apart.",
    )


class CaseloadReportQuery(ReportQuery):
    """About which moment."""

    at: Moment | None = Field(default=None, description="As it stood on that moment. Left out: now.")


Move = tuple[RelationshipType | None, RelationshipType | None]
Change = tuple[Question, Answer, Answer]
Part = tuple[Hashable, int]
"""The smallest thing that is counted in: a team, and the place of a quarter in the period."""


class Moves(NamedTuple):
    """How often, by part; what is not there is zero."""

    types: dict[Move, dict[Part, int]]
    answers: dict[Change, dict[Part, int]]


def report_transitions(work: Work, query: TransitionReportQuery) -> TransitionReport:
    """Count the steps of a period. Raises `InvalidInput` where there is none, or too long a one."""
    quarters = quarters_of(query, work.now)
    counted = {kind: Moves(defaultdict(Counter), defaultdict(Counter)) for kind in _kinds(query)}
    _count(work, query, quarters, counted)
    reads = {kind: moves_read(moves, _list_of(query, quarters, kind)) for kind, moves in counted.items()}
    return TransitionReport(
        team=query.team,
        since=quarters[0].begin,
        until=quarters[-1].end,
        matrix=reads[StepKind.MOVE],
        assessor=reads.get(StepKind.ASSESSOR),
        information=reads.get(StepKind.INFORMATION),
    )


def quarters_of(query: PeriodQuery, now: datetime) -> list[Quarter]:
    """Return the quarters that are asked for. Raises `InvalidInput`."""
    quarters = period(query.since, query.until, now)
    if not quarters:
        raise InvalidInput(errors=[FieldError("query", "until", "ends_before_it_begins", _NO_PERIOD)])
    if len(quarters) > MOST_QUARTERS:
        raise InvalidInput(errors=[FieldError("query", "since", "too_long", _TOO_LONG)])
    return quarters


_NO_PERIOD = Text(nl="De periode eindigt voor die begint.", en="The period ends before it begins.")
_TOO_LONG = Text(
    nl="Een rapport gaat over hooguit tien jaar. Kies een kortere periode.",
    en="A report is about ten years at most. Choose a shorter period.",
)


def _kinds(query: TransitionReportQuery) -> Iterator[StepKind]:
    yield StepKind.MOVE
    if query.assessor:
        yield StepKind.ASSESSOR
    if query.information:
        yield StepKind.INFORMATION


def _count(
    work: Work,
    query: TransitionReportQuery,
    quarters: Sequence[Quarter],
    counted: Mapping[StepKind, Moves],
) -> None:
    """Count by types and by all six answers at once, which gives as many rows as there are courses.

    One quarter after the other: to group rows a database sorts them in memory, so never more than those.
    """
    # Past the session, which would put the organisation into it once more: the select of cases has it.
    connection, statement = work.session.connection(), _grouped(work, query)
    for place, quarter in enumerate(quarters):
        rows = connection.execute(statement, {"begin": quarter.begin, "end": quarter.end})
        for team, kind, before, after, *answers, count in rows:
            if moves := counted.get(kind):
                one = (team, place)
                moves.types[before, after][one] += count
                for change in _changes(*answers):
                    moves.answers[change][one] += count


@cache
def _changes(before: str, after: str) -> tuple[Change, ...]:
    """Return which answers changed between two codes; there are 4,096 of such pairs."""
    was, became = ANSWERS_BY_CODE[before], ANSWERS_BY_CODE[after]
    return tuple((question, was[question], became[question]) for question in was.differences(became))


def _grouped(work: Work, query: TransitionReportQuery) -> Select[*tuple[Any, ...]]:
    """Select how often each course occurs from `begin` until `end`."""
    step = TransitionRow
    statement = visible_steps(work).where(
        col(step.assessed_at) >= bindparam("begin"), col(step.assessed_at) < bindparam("end")
    )
    if query.team is not None:
        statement = statement.where(col(Case.team_id) == query.team)
    by = (
        # Teams are only told apart: to make ids of them would take as long as the counting.
        *(type_coerce(col(Case.team_id), String), KIND, col(step.from_type), col(step.to_type)),
        *(type_coerce(one, String) for one in (step.answers_before, step.answers_after)),
    )
    # Grouped by name: a parameter that stands in both lists is two parameters to PostgreSQL.
    named: list[Any] = [column.label(f"by{number}") for number, column in enumerate(by)]
    return statement.with_only_columns(*named, func.count().label("count")).group_by(
        *(one.name for one in named)
    )


Address = Callable[..., str]


def _list_of(query: TransitionReportQuery, quarters: Sequence[Quarter], kind: StepKind) -> Address:
    kept = {
        "team": query.team,
        "assessor": "true" if kind is StepKind.ASSESSOR else "false",
        "information": "true" if kind is StepKind.INFORMATION else "false",
        "since": quarters[0].begin,
        "until": quarters[-1].end,
    }
    return lambda **more: address_of("/v1/transitions", **more, **kept)


def moves_read(moves: Moves, address: Address) -> MovesRead:
    """Return what is shown of these counts; `address` gives the list of what has these filters."""
    cells = {
        (before, after): total(part(count) for count in moves.types.get((before, after), {}).values())
        for before in TYPES
        for after in TYPES
    }
    rows = {one: total(cells[one, after] for after in TYPES) for one in TYPES}
    columns = {one: total(cells[before, one] for before in TYPES) for one in TYPES}
    return MovesRead(
        cells=[
            MoveCount(
                **shown(count, address(**{"from": before or "none", "to": after or "none"})),
                from_type=before,
                to_type=after,
            )
            for (before, after), count in cells.items()
        ],
        rows=[
            FromCount(**shown(count, address(**{"from": one or "none"})), from_type=one)
            for one, count in rows.items()
        ],
        columns=[
            ToCount(**shown(count, address(to=one or "none")), to_type=one) for one, count in columns.items()
        ],
        total=CountRead(**shown(total(cells.values()), address())),
        answers=[
            AnswerMove(
                **shown(
                    total(map(part, moves.answers.get((question, was, became), {}).values())),
                    address(question=question, was=was, became=became),
                ),
                question=question,
                was=was,
                became=became,
            )
            for question in Question
            for was in Answer
            for became in Answer
            if was is not became
        ],
    )


def shown(count: Count, query: str) -> dict[str, Any]:
    """Return the fields of a count. Where it is hidden, so is the list that would tell it."""
    return {
        "count": count.shown,
        "hidden": count.is_hidden,
        "least": count.least,
        "most": count.most,
        "query": None if count.is_hidden else query,
    }


def address_of(path: str, **filters: object) -> str:
    """Return the address of a list; a filter that is `None` is left out."""
    given = {
        name: utc_text(value) if isinstance(value, datetime) else value
        for name, value in filters.items()
        if value is not None
    }
    return f"{path}?{urlencode(given)}"

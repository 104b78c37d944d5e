"""How the threads of open cases stand, or stood: counted by type, by how sure that is, and by answer."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.domain.answers import Answer, Question
from app.domain.classification import Clarity, RelationshipType
from app.domain.hiding import Count, part, parts_of_a_known_total, total
from app.domain.signals import SignalKind
from app.models.cases import CaseStatus
from app.models.reports import AnswerCount, CaseloadReport, ClarityCount, CountRead, SignalCount, TypeCount
from app.services.reports import TYPES, CaseloadReportQuery, address_of, shown
from app.services.signal_counts import count_signals
from app.services.standing import standing
from app.services.work import Work

TABLES: Mapping[str, Sequence[Hashable]] = {
    "relationship_type": TYPES,
    "clarity": tuple(Clarity),
    **{question.value: tuple(Answer) for question in Question},
}
"""Each thread is once in each of these tables, so that all of them have one total."""


def report_caseload(work: Work, query: CaseloadReportQuery) -> CaseloadReport:
    """Count the threads of open cases. The team of a case is always that of now."""
    teams = _counted(work, query.team, query.at)
    counts = {name: over_teams([team[name] for team in teams.values()], TABLES[name]) for name in TABLES}
    threads = total(part(sum(team["clarity"].values())) for team in teams.values())

    def read(count: Count, **filters: object) -> dict[str, Any]:
        return shown(
            count,
            address_of("/v1/threads", team=query.team, **filters, status=CaseStatus.OPEN, at=query.at),
        )

    return CaseloadReport(
        team=query.team,
        at=query.at,
        threads=CountRead(**read(threads)),
        types=[
            TypeCount(**read(count, type=kind or "none"), relationship_type=kind)
            for kind, count in counts["relationship_type"].items()
        ],
        clarities=[
            ClarityCount(**read(count, clarity=clarity), clarity=clarity)
            for clarity, count in counts["clarity"].items()
        ],
        answers=[
            AnswerCount(**read(count, question=question, answer=answer), question=question, answer=answer)
            for question in Question
            for answer, count in counts[question].items()
        ],
        signals=None
        if query.at
        else [SignalCount(**read(count, signal=kind), signal=kind) for kind, count in _signals(work, query)],
    )


def trend(
    work: Work, team: UUID | None, moments: Iterable[datetime | None]
) -> list[dict[RelationshipType | None, Count]]:
    """Count by type at several moments, `None` for now. Each is hidden by itself: no total links them."""
    return [
        over_teams([one["relationship_type"] for one in _counted(work, team, moment).values()], TYPES)
        for moment in moments
    ]


def _counted(work: Work, team: UUID | None, at: datetime | None) -> dict[UUID, dict[str, Counter[Any]]]:
    """Count by team and by table, in one statement."""
    found = standing(work, at).c
    by = [found.team_id, *(found[name] for name in TABLES)]
    statement = select(*by, func.count()).where(found.status == CaseStatus.OPEN.value).group_by(*by)
    if team is not None:
        statement = statement.where(found.team_id == team)
    teams: defaultdict[UUID, dict[str, Counter[Any]]] = defaultdict(
        lambda: {name: Counter() for name in TABLES}
    )
    for team_id, *cells, count in work.session.connection().execute(statement):
        for name, cell in zip(TABLES, cells, strict=True):
            teams[team_id][name][cell] += count
    return teams


def _signals(work: Work, query: CaseloadReportQuery) -> Iterator[tuple[SignalKind, Count]]:
    """Count the threads with each signal, and hide as if those without it were counted too."""
    teams = count_signals(work, query.team)
    for kind in SignalKind:
        tables = [{True: team.having[kind], False: team.threads - team.having[kind]} for team in teams]
        yield kind, over_teams(tables, (True, False))[True]


def over_teams(tables: Iterable[Mapping[Any, int]], cells: Sequence[Any]) -> dict[Any, Count]:
    """Hide within each team, and add up what is shown: so all teams together tell no more than each."""
    hidden = [parts_of_a_known_total({cell: table[cell] for cell in cells}) for table in tables]
    return {cell: total(one[cell] for one in hidden) for cell in cells}

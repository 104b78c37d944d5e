"""The reports about a team: what moved, how it stood, and how long it takes. To read and to print."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Response

from app.domain.errors import InvalidInput
from app.domain.roles import Permission
from app.models.reports import TransitionReport
from app.services.caseload import choices_of
from app.services.caseload_report import trend
from app.services.durations import report_durations
from app.services.reports import TYPES, TransitionReportQuery, quarters_of, report_transitions
from app.web.mistakes import mistakes_in, model_of
from app.web.pages import Pages
from app.web.report_charts import CountWords
from app.web.report_view import (
    HIDDEN,
    Matrix,
    Period,
    count_words,
    matrix_of,
    moments_of,
    periods,
    trend_of,
)
from app.web.visits import Visit, page
from app.web.wording import _, say

pages = Pages()
router = pages.router


_FILTERS = ("team", "period", "besides")
_KINDS = {
    "matrix": _("What moved"),
    "assessor": _("To another assessor or another view"),
    "information": _("By better information, other words or a correction"),
}


@pages.get("reports")
def show_reports(visit: Annotated[Visit, page(Permission.READ_REPORTS)]) -> Response:
    """Show the reports of a team and a period, or what is wrong with the choice."""
    given = visit.request.query_params
    asked = {name: given.get(name, "").strip() for name in _FILTERS}
    errors: dict[str, str] = {}
    found: dict[str, object] = {}
    with visit.transaction(one_moment=True) as work:
        choices, now = choices_of(work), work.now
        offered = periods(now, visit.language)
        try:
            query = _query(asked, offered)
            moves = report_transitions(work, query)
            durations = report_durations(work, query)
            moments = moments_of(quarters_of(query, now), now)
            stood = list(zip(moments, trend(work, query.team, moments), strict=True))
            found = {
                "moves": moves,
                "last_day": moves.until - timedelta(days=1),
                "durations": durations,
                "matrices": _matrices(visit, moves),
                "trend": trend_of(stood, query.team, _words(visit, "stood"), visit.language),
            }
        except InvalidInput as error:
            errors = mistakes_in(error, {"#/team": "team", "#/period": "period"}, visit.language)
    return visit.page(
        "reports.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        errors=errors,
        asked=asked,
        choices=choices,
        periods=offered,
        period=_period(asked, offered),
        team=_name_of(asked["team"], {str(one.id): one.name for one in choices.teams}),
        now=now,
        kinds=TYPES,
        kind_titles=_KINDS,
        mark=HIDDEN,
        found=found,
    )


def _query(asked: Mapping[str, str], offered: list[Period]) -> TransitionReportQuery:
    chosen = _period(asked, offered)
    wanted: dict[str, object] = {"since": chosen.first.begin, "until": chosen.last.end}
    if asked["team"]:
        wanted["team"] = asked["team"]
    if asked["besides"]:
        wanted |= {"assessor": True, "information": True}
    return model_of(TransitionReportQuery, wanted)


def _period(asked: Mapping[str, str], offered: list[Period]) -> Period:
    """Return the period that was chosen; of what is not offered any more, the first."""
    return next((one for one in offered if one.value == asked["period"]), offered[0])


def _matrices(visit: Visit, moves: TransitionReport) -> dict[str, Matrix]:
    return {
        kind: matrix_of(read, _words(visit, "moved"), f"flow-{kind}", visit.language)
        for kind in _KINDS
        if (read := getattr(moves, kind)) is not None
    }


def _words(visit: Visit, picture: str) -> CountWords:
    ruleset = visit.surroundings.knowledge.current
    title, description = {
        "moved": (_("From which type to which"), ""),
        "stood": (
            _("How many threads stood at which type"),
            _("One bar for each moment, as long as what can be shown. The table has the same counts."),
        ),
    }[picture]
    return count_words(
        ruleset,
        visit.language,
        title=say(visit.language, title),
        description=say(visit.language, description) if description else "",
    )


def _name_of(id_: str, names: Mapping[str, str]) -> str | None:
    return names.get(id_.lower())

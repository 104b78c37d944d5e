"""The caseload: a page to look at, and a file to take along."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Response

from app.domain.classification import RelationshipType
from app.domain.errors import InvalidInput
from app.domain.roles import Permission
from app.domain.signals import SignalKind
from app.domain.texts import Language
from app.models.base import Named
from app.services import caseload
from app.services.cases import CaseloadOrder, CaseloadQuery
from app.services.logins import refuse_unconfirmed
from app.web.caseload_file import csv_of
from app.web.mistakes import FORM, mistakes_in, model_of
from app.web.pages import Pages
from app.web.places import address
from app.web.visits import Visit, page
from app.web.wording import days_ago, iso_day, say

pages = Pages()
router = pages.router

ANY = "all"
"""The status of a filter on open and closed cases alike; without one, only what is open is shown."""

IDLE_CHOICES = (30, 60, 90)
_FILTERS = ("status", "type", "signal", "team", "practitioner", "idle", "reference", "sort", "cursor")
_WRONG = {f"#/{name}": name for name in _FILTERS[:-2]}

Asked = Mapping[str, str]


@pages.get("caseload")
def show_caseload(visit: Annotated[Visit, page(Permission.READ_CASES)]) -> Response:
    """Show a page of the cases, or what is wrong with the filters."""
    asked = _asked(visit)
    found, query, errors = None, None, {}
    with visit.transaction(one_moment=True) as work:
        choices, now = caseload.choices_of(work), work.now
        try:
            query = _query(asked)
            found = caseload.look_at_caseload(work, query)
        except InvalidInput as error:
            errors = _mistakes(error, visit.language)
    return _page(visit, asked, choices, now, found=found, errors=errors)


@pages.get("caseload_csv")
def take_caseload_along(visit: Annotated[Visit, page(Permission.EXPORT_CASELOAD)]) -> Response:
    """Give all cases that are asked for as a file, to who said who they are within ten minutes."""
    asked = {name: value for name, value in _asked(visit).items() if name != "cursor"}
    errors, rows = {}, []
    with visit.transaction(one_moment=True) as work:
        refuse_unconfirmed(work)
        choices, now = caseload.choices_of(work), work.now
        try:
            rows = caseload.file_of(work, _query(asked))
        except InvalidInput as error:
            errors = _mistakes(error, visit.language)
    if errors:
        return _page(visit, asked, choices, now, found=None, errors=errors)
    title = say(visit.language, "caseload")
    return Response(
        csv_of(rows, now, visit.language),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{title}-{iso_day(now)}.csv"',
            "Cache-Control": "no-store",
        },
    )


# ---------------------------------------------------------------- what is asked


def _asked(visit: Visit) -> dict[str, str]:
    """Return the filters in the address as they stand there; what else stands there is not ours."""
    given = visit.request.query_params
    return {name: given[name].strip() for name in _FILTERS if given.get(name, "").strip()}


def _query(asked: Asked) -> CaseloadQuery:
    wanted = {"status": "open", **asked}
    if wanted["status"] == ANY:
        del wanted["status"]
    return model_of(CaseloadQuery, wanted)


def _mistakes(error: InvalidInput, language: Language) -> dict[str, str]:
    found = mistakes_in(error, _WRONG, language)
    if any(one.location.endswith("cursor") for one in error.errors):
        found[FORM] = say(language, "This page of the list does not exist. Begin at the first page.")
    return found


# ---------------------------------------------------------------- what is shown


def _page(
    visit: Visit,
    asked: Asked,
    choices: caseload.Choices,
    now: datetime,
    *,
    found: caseload.Found | None,
    errors: Mapping[str, str],
) -> Response:
    kept = {name: value for name, value in asked.items() if name != "cursor"}
    knowledge = visit.surroundings.knowledge
    return visit.page(
        "caseload.html",
        fragment="_caseload_found.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        errors=errors,
        asked={name: asked.get(name, "") for name in _FILTERS},
        kept=kept,
        chosen={} if errors else _chosen(kept, choices, visit.language),
        choices=choices,
        found=found,
        now=now,
        ago=lambda moment: days_ago(caseload.days_since(moment, now), visit.language),
        signal_kinds=list(SignalKind),
        signal_label=lambda kind: knowledge.signals[SignalKind(kind)].label[visit.language],
        most_counted=caseload.MOST_COUNTED,
        types=list(RelationshipType),
        orders=list(CaseloadOrder),
        idle_choices=IDLE_CHOICES,
        with_filter=lambda **changed: address("caseload", visit.language, query=kept | changed),
    )


def _chosen(kept: Asked, choices: caseload.Choices, language: Language) -> dict[str, tuple[str, str]]:
    """Return the filters that are in force: what each says, and the address of the list without it."""
    words = {
        "status": kept.get("status", "open"),
        **{name: kept[name] for name in ("type", "signal", "idle", "reference") if name in kept},
        **{
            name: _name_of(kept[name], some, language)
            for name, some in (("team", choices.teams), ("practitioner", choices.practitioners))
            if name in kept
        },
    }
    if words["status"] == ANY:
        del words["status"]
    loosened = {name: {"status": ANY} if name == "status" else {name: ""} for name in words}
    return {
        name: (word, address("caseload", language, query={**kept, **loosened[name]}))
        for name, word in words.items()
    }


def _name_of(id_: str, some: list[Named], language: Language) -> str:
    """Return the name behind an id; who cannot be seen and who does not exist are called the same."""
    known = {str(one.id): one.name for one in some}
    return known.get(id_.lower(), say(language, "unknown"))

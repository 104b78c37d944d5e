"""The page of a case: how the relationships in it stand, how they moved, and everything that was recorded."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Response

from app.domain.errors import DomainError
from app.domain.roles import ROLE_PERMISSIONS, Permission, Role
from app.domain.texts import Language
from app.models.cases import CaseRead, CaseStatus
from app.models.history import AsOf
from app.problems import STATUS
from app.services import reflections
from app.services.catalogue import schema
from app.services.stories import case_story
from app.web.case_view import Scene, view_of_case
from app.web.case_words import view_of
from app.web.opinion_view import correctable_by, opinions_in
from app.web.pages import Pages
from app.web.reflection_view import offer_at
from app.web.visits import Visit, page
from app.web.wording import HERE, _, iso_day, say

pages = Pages()
router = pages.router

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EARLIEST = date(1900, 1, 1)
_DAYS = ("at", "known")


_DONE = {
    "corrected": _("The correction is saved. What stood there before stays visible, and counts no more."),
    "retracted": _("It is marked as entered in error. It stays visible, and counts no more."),
    "advice": _("What you used is saved."),
    "closed": _("The case is closed. Everything in it stays readable."),
    "reopened": _("The case is open again."),
}
"""What a page says after a form; the address holds the key."""


@pages.get("case")
def show_case(id: UUID, visit: Annotated[Visit, page(Permission.READ_CASES)]) -> Response:
    """Show a case as it stands, or as it stood on a day."""
    return show(visit, id, visit.request.query_params)


def show(
    visit: Visit, case_id: UUID, asked: Mapping[str, str], refused: DomainError | None = None
) -> Response:
    """Show a case, and what was refused about it. Raises `NotFound`."""
    with visit.look(Permission.READ_CASES) as work:
        days = _days(asked, work.now, visit.language)
        story = case_story(work, case_id, AsOf(at=days.at, known=days.known))
        now, actor = work.now, work.actor
        thoughts = [] if days.in_the_past else reflections.in_case(work, case_id)
    role = actor.role
    is_fixed = story.case.restricted or days.in_the_past
    scene = Scene(
        ruleset=visit.surroundings.knowledge.current,
        language=visit.language,
        until=min(days.at or now, days.known or now),
        correctable=frozenset() if is_fixed else correctable_by(story, actor),
        in_the_past=days.in_the_past,
    )
    return visit.page(
        "case.html",
        status=STATUS[type(refused)] if refused else HTTPStatus.BAD_REQUEST if days.errors else HTTPStatus.OK,
        refused=refused,
        case=story.case,
        seen=view_of_case(story, scene),
        scene=scene,
        opinions=None if days.in_the_past else opinions_in(story, visit.language, can_ask=not is_fixed),
        days=days,
        today=iso_day(now),
        actions=_actions(story.case, role, days),
        thoughts=thoughts,
        reflects=_may(Permission.WRITE_REFLECTION, role) and not (story.case.restricted or days.in_the_past),
        closing=asked.get("done") == "closed" and story.case.status is CaseStatus.CLOSED,
        offer_about=partial(offer_at, visit.surroundings.knowledge, visit.language),
        done=_done(asked.get("done"), visit.language),
        types=schema(scene.ruleset, visit.language).types,
        view_of=lambda perspective: view_of(perspective, visit.language),
    )


def _done(key: str | None, language: Language) -> str | None:
    return say(language, _DONE[key]) if key in _DONE else None


def _may(permission: Permission, role: Role) -> bool:
    return permission in ROLE_PERMISSIONS[role]


# ---------------------------------------------------------------- as of a day


@dataclass(frozen=True, slots=True)
class Days:
    """How a case is looked at: the end of a day each, or `None` for now.

    `typed` is what stood in the fields, `errors` is what is wrong with it; then it is the page of now.
    """

    at: datetime | None = None
    known: datetime | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_the_past(self) -> bool:
        """Whether it is looked at as it was."""
        return (self.at or self.known) is not None


def _days(asked: Mapping[str, str], now: datetime, language: Language) -> Days:
    typed = {name: asked[name].strip() for name in _DAYS if asked.get(name, "").strip()}
    today = now.astimezone(HERE).date()
    found = {name: _day(text) for name, text in typed.items()}
    errors = {}
    for name, day in found.items():
        if day is None:
            errors[name] = say(language, _("Choose a day that exists, from 1900 on."))
        elif day > today:
            errors[name] = say(language, _("This day is still to come. Choose today or an earlier day."))
    if errors:
        return Days(typed=typed, errors=errors)
    # Today is not over yet: the end of it is now.
    ends = {name: _end_of(day) for name, day in found.items() if day and day < today}
    return Days(ends.get("at"), ends.get("known"), typed)


def _day(text: str) -> date | None:
    """Return the day that was typed, if there is one."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and found >= _EARLIEST else None


def _end_of(day: date) -> datetime:
    """Return the last moment of a day on the clock here, also where that day has 23 or 25 hours."""
    return datetime.combine(day + timedelta(days=1), time(), HERE) - timedelta.resolution


# ---------------------------------------------------------------- what can be done


def _actions(case: CaseRead, role: Role, days: Days) -> frozenset[str]:
    """Return what who looks can do with a case. Nothing is done in the past, or under restriction."""
    if days.in_the_past or case.restricted:
        return frozenset()
    found = set()
    is_open = case.status is CaseStatus.OPEN
    if is_open and _may(Permission.RECORD_ASSESSMENT, role):
        found.add("record")
    if _may(Permission.CHANGE_CASE, role):
        found |= {"close" if is_open else "reopen", "hand_over"}
    return frozenset(found)

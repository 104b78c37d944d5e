"""The approach of an organisation: entries of its own, and entries of ours that it hides."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from app.domain.approach import BY_TYPE, EntryKind
from app.domain.errors import (
    DomainError,
    IdempotencyKeyReused,
    InvalidInput,
    VersionIsStale,
    VersionRequired,
)
from app.domain.roles import Permission
from app.domain.texts import Language
from app.models.own_approach import HiddenEntryCreate, OwnEntryCreate, OwnEntryRead, OwnEntryVersionCreate
from app.problems import STATUS
from app.services import own_approach
from app.web.approach_view import FIELDS, body_of, hints_of, ours_by_audience, typed_values, values_of
from app.web.case_forms import VERSION_FIELD, said_of, versions_in
from app.web.mistakes import FORM, mistakes_in, model_of
from app.web.pages import Pages
from app.web.visits import Visit, form, page
from app.web.wording import _, iso_day, say

pages = Pages()
router = pages.router

Looks = Annotated[Visit, page(Permission.READ_APPROACH)]
Manages = Annotated[Visit, form(Permission.MANAGE_APPROACH)]
_REFUSALS = (InvalidInput, IdempotencyKeyReused, VersionIsStale, VersionRequired)


_DONE = {
    "added": _("Added. Assessments that are recorded from now on show it."),
    "changed": _("Saved. Assessments that were recorded before keep showing what they showed."),
    "retired": _("Retired. Assessments that showed it keep showing it."),
    "hidden": _("Hidden. Assessments that showed it keep showing it."),
    "shown": _("It is shown again from now on."),
}
"""What a page says after a form; the address holds the key."""


@pages.get("approach")
def show_approach(visit: Looks) -> Response:
    """List what the organisation adds and what it hides."""
    return _approach(visit)


@pages.post("hide_entry")
def hide_entry(visit: Manages) -> Response:
    """Hide an entry of ours, or show it again."""
    if visit.typed.resumes:
        return visit.go("approach")
    hide = visit.typed.text("hide")
    values = {"entry_id": hide or visit.typed.get("show", ""), "hidden": hide is not None}
    try:
        with visit.transaction() as work:
            own_approach.hide_entry(work, model_of(HiddenEntryCreate, values))
            return visit.done(work, "approach", query={"done": "hidden" if hide else "shown"})
    except (InvalidInput, IdempotencyKeyReused) as error:
        return _approach(visit, error)


def _approach(visit: Visit, error: DomainError | None = None) -> Response:
    with visit.look(Permission.READ_APPROACH) as work:
        entries = own_approach.list_own_entries(work)
        decisions = own_approach.list_hidden_entries(work)
        now = work.now
    return visit.page(
        "approach.html",
        status=STATUS[type(error)] if error else HTTPStatus.OK,
        entries=entries,
        ours=ours_by_audience(visit.surroundings.knowledge, decisions),
        now=now,
        errors=_mistakes(error, visit.language),
        done=_done(visit),
    )


# ---------------------------------------------------------------- one entry


@pages.get("own_entry_new")
def show_new(visit: Annotated[Visit, page(Permission.MANAGE_APPROACH)]) -> Response:
    """Ask for a new entry."""
    with visit.transaction() as work:
        now = work.now
    return _form(
        visit, [], {"kind": "", "for": [], "text_nl": "", "text_en": "", "active_from": ""}, iso_day(now)
    )


@pages.post("own_entry_new")
def add(visit: Manages) -> Response:
    """Add an entry."""
    values = typed_values(visit.typed)
    today = iso_day(visit.surroundings.clock())
    if visit.typed.resumes:
        return _form(visit, [], values, today)
    try:
        with visit.transaction() as work:
            body = model_of(OwnEntryCreate, body_of(values, work.now))
            entry = own_approach.add_own_entry(work, body)
            return visit.done(work, "own_entry", query={"done": "added"}, id=entry.id)
    except (InvalidInput, IdempotencyKeyReused) as error:
        return _form(visit, [], values, today, error)


@pages.get("own_entry")
def show_entry(id: UUID, visit: Looks) -> Response:
    """Show an entry with its versions, to change it."""
    versions, today = _look(visit, id)
    return _form(visit, versions, values_of(versions[-1]), today)


@pages.post("own_entry")
def change(id: UUID, visit: Manages) -> Response:
    """Write another version, or retire the entry."""
    values, retires = typed_values(visit.typed), visit.typed.text("do") == "retire"
    if visit.typed.resumes:
        versions, today = _look(visit, id)
        return _form(visit, versions, values, today)
    try:
        with visit.transaction() as work:
            if retires:
                # As it stands: what was typed beside it is not meant.
                values = values_of(own_approach.read_own_entry(work, id))
            body = model_of(OwnEntryVersionCreate, body_of(values, work.now) | {"retired": retires})
            own_approach.change_own_entry(work, id, body, versions_in(visit.typed))
            done = "retired" if retires else "changed"
            return visit.done(work, "own_entry", query={"done": done}, id=id)
    except _REFUSALS as error:
        versions, today = _look(visit, id)
        return _form(visit, versions, values, today, error)


def _look(visit: Visit, id_: UUID) -> tuple[list[OwnEntryRead], str]:
    with visit.look(Permission.READ_APPROACH) as work:
        return own_approach.own_entry_versions(work, id_), iso_day(work.now)


def _form(
    visit: Visit,
    versions: Sequence[OwnEntryRead],
    values: Mapping[str, Any],
    today: str,
    error: DomainError | None = None,
) -> Response:
    # What was refused for its version goes out again with the one that is there now: it was said.
    kept = None if isinstance(error, VersionIsStale | VersionRequired) else visit.typed.text(VERSION_FIELD)
    texts = {language: values[f"text_{language}"] for language in Language}
    return visit.page(
        "own_entry.html",
        status=STATUS[type(error)] if error else HTTPStatus.OK,
        versions=versions,
        given=values,
        today=today,
        entry_version=kept or (str(versions[-1].version) if versions else ""),
        kinds=[*EntryKind],
        audiences=BY_TYPE,
        errors=_mistakes(error, visit.language),
        hints=hints_of(visit.surroundings.knowledge, texts, visit.language),
        done=_done(visit),
    )


def _mistakes(error: DomainError | None, language: Language) -> dict[str, str]:
    if error is None:
        return {}
    if isinstance(error, InvalidInput):
        return mistakes_in(error, FIELDS, language)
    if isinstance(error, VersionIsStale | VersionRequired):
        return {FORM: error.detail[language]}
    return said_of(error, language)


def _done(visit: Visit) -> str | None:
    key = visit.request.query_params.get("done")
    return say(visit.language, _DONE[key]) if key in _DONE else None

"""An organisation's own layer over the approach: entries of its own, and entries of ours that it hides."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response

from app.access import Access, may, may_once
from app.domain.errors import NotFound, VersionIsStale, VersionRequired
from app.domain.roles import Permission
from app.models.own_approach import (
    HiddenEntryCreate,
    HiddenEntryList,
    HiddenEntryRead,
    OwnEntryCreate,
    OwnEntryList,
    OwnEntryRead,
    OwnEntryVersionCreate,
)
from app.problems import problems
from app.routers.assessments import BODY, GUARDED, ONCE
from app.routers.headers import with_headers
from app.services import own_approach
from app.wire import IfMatch, StrictRoute

router = APIRouter(tags=["approach"], route_class=StrictRoute)

OwnEntryId = Annotated[UUID, Path(description="The id of the entry.")]
_ENTRY = {
    "kind": "question",
    "for": ["complainant"],
    "text": {"nl": "Vraag eerst naar gisteren.", "en": "Ask about yesterday first."},
}
_ENTRIES = {"an entry": {"summary": "A question of your own", "value": _ENTRY}}
_VERSIONS = {
    "other words": {"summary": "Other words", "value": _ENTRY | {"active_from": "2030-01-01T00:00:00+01:00"}},
    "retired": {"summary": "Not shown any more", "value": _ENTRY | {"retired": True}},
}
_HIDDEN = {
    "hide": {"summary": "Hide an entry of ours", "value": {"entry_id": "com-ta-03"}},
    "show again": {"summary": "Show it again", "value": {"entry_id": "com-ta-03", "hidden": False}},
}


@router.get("/own-entries", responses=problems(*GUARDED), summary="List your own entries")
def list_own_entries(access: Annotated[Access, may(Permission.READ_APPROACH)]) -> OwnEntryList:
    """The entries your organisation added to the approach, each in its newest version."""
    with access.transaction(write=False) as work:
        return OwnEntryList(items=own_approach.list_own_entries(work))


@router.post(
    "/own-entries",
    status_code=201,
    response_model=OwnEntryRead,
    responses=with_headers(201, "Location", "ETag") | problems(*GUARDED, *BODY, *ONCE),
    summary="Add an entry of your own",
)
def add_own_entry(
    body: Annotated[OwnEntryCreate, Body(openapi_examples=_ENTRIES)],
    access: Annotated[Access, may_once(Permission.MANAGE_APPROACH)],
) -> Response:
    """Add a suggestion to the approach of your organisation, in both languages.

    Assessments that are recorded from then on show it. What was recorded before stays as it was.
    """
    with access.transaction() as work:
        entry = own_approach.add_own_entry(work, body)
        location = f"/v1/own-entries/{entry.id}"
        return access.answer(work, entry, location=location, etag=str(entry.version))


@router.get(
    "/own-entries/{id}",
    responses=with_headers(200, "ETag") | problems(*GUARDED, NotFound),
    summary="Read an entry of your own",
)
def read_own_entry(
    id: OwnEntryId, access: Annotated[Access, may(Permission.READ_APPROACH)], response: Response
) -> OwnEntryRead:
    """One entry in its newest version. The `ETag` is needed to change it."""
    with access.transaction(write=False) as work:
        entry = own_approach.read_own_entry(work, id)
    response.headers["ETag"] = f'"{entry.version}"'
    return entry


@router.get(
    "/own-entries/{id}/versions",
    responses=problems(*GUARDED, NotFound),
    summary="List the versions of an entry",
)
def list_own_entry_versions(
    id: OwnEntryId, access: Annotated[Access, may(Permission.READ_APPROACH)]
) -> OwnEntryList:
    """Every version of one entry: what it said, and from when."""
    with access.transaction(write=False) as work:
        return OwnEntryList(items=own_approach.own_entry_versions(work, id))


@router.post(
    "/own-entries/{id}/versions",
    status_code=201,
    response_model=OwnEntryRead,
    responses=with_headers(201, "Location", "ETag")
    | problems(*GUARDED, *BODY, *ONCE, NotFound, VersionIsStale, VersionRequired),
    summary="Change or retire an entry",
)
def change_own_entry(
    id: OwnEntryId,
    body: Annotated[OwnEntryVersionCreate, Body(openapi_examples=_VERSIONS)],
    access: Annotated[Access, may_once(Permission.MANAGE_APPROACH)],
    versions: IfMatch,
) -> Response:
    """Write another version of an entry, or retire it. The versions before it stay."""
    with access.transaction() as work:
        entry = own_approach.change_own_entry(work, id, body, versions)
        location = f"/v1/own-entries/{entry.id}"
        return access.answer(work, entry, location=location, etag=str(entry.version))


@router.get("/hidden-entries", responses=problems(*GUARDED), summary="List hidden entries")
def list_hidden_entries(access: Annotated[Access, may(Permission.READ_APPROACH)]) -> HiddenEntryList:
    """Every decision to hide an entry of ours or to show it again. Of one entry the last counts."""
    with access.transaction(write=False) as work:
        return HiddenEntryList(items=own_approach.list_hidden_entries(work))


@router.post(
    "/hidden-entries",
    status_code=201,
    response_model=HiddenEntryRead,
    responses=with_headers(201, "Location") | problems(*GUARDED, *BODY, *ONCE),
    summary="Hide an entry of ours, or show it again",
)
def hide_entry(
    body: Annotated[HiddenEntryCreate, Body(openapi_examples=_HIDDEN)],
    access: Annotated[Access, may_once(Permission.MANAGE_APPROACH)],
) -> Response:
    """Leave an entry of ours out of the approach of your organisation from now on.

    Entries that speak of safety always stay. What was recorded before keeps showing what it showed.
    """
    with access.transaction() as work:
        hidden = own_approach.hide_entry(work, body)
        return access.answer(work, hidden, location="/v1/hidden-entries")

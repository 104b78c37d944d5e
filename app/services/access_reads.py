"""Read the access log: line by line for the privacy officer, and in sentences for a client."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import and_, func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.access_log import Outcome
from app.domain.errors import NotFound
from app.domain.told import label_of, reason_of, somebody_of, told
from app.models.access_log import AccessedClient, AccessEvent
from app.models.access_reads import AccessEventRead, EventName, ToldEvent
from app.models.base import Input, Moment
from app.models.organisations import Organisation, UserKind
from app.services.access_log import cases_called
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.work import Work


class Period(Input):
    """From when to when."""

    since: Moment | None = Field(default=None, description="Recorded at this moment or later.")
    until: Moment | None = Field(default=None, description="Recorded before this moment.")


class AccessEventQuery(PageQuery, Period):
    """Which lines of the access log to list."""

    case: UUID | None = Field(default=None, description="About this case, also when it was erased.")
    user: UUID | None = Field(default=None, description="Of what this user did.")
    event: EventName | None = Field(default=None, description="Of this permission or command.")
    outcome: Outcome | None = Field(default=None, description="Granted or denied.")


class ClientAccessQuery(PageQuery, Period):
    """Which lines to tell a client."""

    names: bool = Field(
        default=False,
        description="Add the names of staff: only when the client has an interest in them.",
        examples=[False],
    )


def list_events(work: Work, query: AccessEventQuery) -> Slice:
    """Return a page of the access log, newest first. Looking is itself written down."""
    if query.case is not None:
        work.trail.about("client", query.case)
    elif query.user is not None:
        work.trail.about("user", query.user)
    page = _page(work, _wanted(query), query, of_one_case=query.case is not None)
    cases = _cases_of(work, [event.id for event in page.rows])
    work.trail.shows(*(case_id for found in cases.values() for case_id in found))
    items = [AccessEventRead(**event.model_dump(), cases=cases[event.id]) for event in page.rows]
    return Slice(items, page.next_cursor)


def tell_client(work: Work, reference: str, query: ClientAccessQuery) -> Slice:
    """Return a page of who saw or changed the file of one client, in sentences. Raises `NotFound`."""
    found = cases_called(work.session, reference)
    if not found:
        raise NotFound
    work.trail.about("client", found[0])
    work.trail.shows(found[0])
    organisation = work.session.exec(
        select(Organisation.name).where(col(Organisation.id) == work.actor.organisation_id)
    ).one()
    page = _page(work, _within(events_about(found[0]), query), query, of_one_case=True)
    items = [_told(work, event, organisation, names=query.names) for event in page.rows]
    return Slice(items, page.next_cursor)


def _told(work: Work, event: AccessEvent, organisation: str, *, names: bool) -> ToldEvent:
    who = somebody_of(organisation, event.role, program=event.actor_kind is UserKind.MACHINE)
    why = reason_of(event.basis, event.outcome)
    return ToldEvent(
        when=event.recorded_at,
        organisation=organisation,
        role=label_of(event.role)[work.language],
        what=told(event.event, event.outcome, who)[work.language],
        why=why[work.language] if why else None,
        emergency=event.emergency,
        refused=event.outcome is Outcome.DENIED,
        name=event.actor_name if names else None,
    )


def events_about(case_id: UUID) -> SelectOfScalar[AccessEvent]:
    """Select the lines of the access log about one case, also when it was erased."""
    return (
        select(AccessEvent)
        .join(
            AccessedClient,
            and_(
                col(AccessedClient.organisation_id) == col(AccessEvent.organisation_id),
                col(AccessedClient.event_id) == col(AccessEvent.id),
            ),
        )
        .where(col(AccessedClient.case_id) == case_id)
    )


def _wanted(query: AccessEventQuery) -> SelectOfScalar[AccessEvent]:
    statement = select(AccessEvent) if query.case is None else events_about(query.case)
    for column, value in (
        (AccessEvent.actor_id, query.user),
        (AccessEvent.event, query.event),
        (AccessEvent.outcome, query.outcome),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    return _within(statement, query)


def _within(statement: SelectOfScalar[AccessEvent], period: Period) -> SelectOfScalar[AccessEvent]:
    if period.since is not None:
        statement = statement.where(col(AccessEvent.recorded_at) >= period.since)
    if period.until is not None:
        statement = statement.where(col(AccessEvent.recorded_at) < period.until)
    return statement


def _page(
    work: Work, statement: SelectOfScalar[AccessEvent], query: PageQuery, *, of_one_case: bool
) -> Slice:
    statement = statement.where(col(AccessEvent.organisation_id) == work.actor.organisation_id)
    moment: Any = col(AccessEvent.recorded_at)
    if of_one_case:
        # Hides the order from the database: else it may go through the whole log, newest first, to find
        # the few lines about this case, instead of taking those by their index and putting them in order.
        moment = func.coalesce(moment, moment)
    ordered = newest_first(statement, moment, col(AccessEvent.id), query)
    return sliced(work.session.exec(ordered).all(), query, lambda event: Place(event.recorded_at, event.id))


def _cases_of(work: Work, event_ids: list[UUID]) -> dict[UUID, list[UUID]]:
    rows = work.session.exec(
        select(AccessedClient.event_id, AccessedClient.case_id)
        .where(
            col(AccessedClient.organisation_id) == work.actor.organisation_id,
            col(AccessedClient.event_id).in_(event_ids),
        )
        .order_by(col(AccessedClient.case_id))
    )
    cases = defaultdict(list)
    for event_id, case_id in rows:
        cases[event_id].append(case_id)
    return cases

"""The monthly review of the access log: what there is to look at, and who signed it off."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_
from sqlalchemy import select as select_rows
from sqlmodel import col, select

from app.domain.access_log import Basis, Outcome
from app.domain.access_review import (
    FINDING_SENTENCES,
    MOST_FILES_A_DAY,
    MOST_SHOWN,
    Finding,
    Span,
    days_of,
    drawn,
    span_of,
    working_hours,
)
from app.domain.errors import FieldError, InvalidInput
from app.domain.texts import Text
from app.models.access_log import AccessedClient, AccessEvent, AccessReview
from app.models.access_reads import (
    AccessReviewCreate,
    AccessReviewRead,
    BusyDay,
    FindingRead,
    Month,
    MonthRead,
)
from app.models.base import Named
from app.models.organisations import User
from app.services.paging import PageQuery, Place, Slice, newest_first, sliced
from app.services.visibility import points_at
from app.services.work import Work

_AT_A_TIME = 1000
_REVIEWS: Select[*tuple[Any, ...]] = select_rows(AccessReview, col(User.name)).join(
    User, points_at(AccessReview, AccessReview.recorded_by_id, User)
)


class AccessReviewQuery(PageQuery):
    """Which sign-offs to list."""

    month: Month | None = Field(default=None, description="Of this month.")


def read_month(work: Work, month: str) -> MonthRead:
    """Return what there is to look at in a month. Raises `InvalidInput` before it begins."""
    span = _begun(work, month, "path", "month")
    busy = _busy_days(work, month)
    newest = sorted(busy, key=lambda day: day.files, reverse=True)[:MOST_SHOWN]
    return MonthRead(
        month=month,
        begins_at=span.begin,
        ends_at=span.end,
        ended=span.end <= work.now,
        events=work.session.exec(select(func.count()).select_from(AccessEvent).where(_in(work, span))).one(),
        clients=_clients(work, span),
        most_files_a_day=MOST_FILES_A_DAY,
        findings=[*_findings(work, month, span, busy)],
        busy_days=newest,
        reviews=_of_month(work, month),
    )


def sign_off(work: Work, body: AccessReviewCreate) -> AccessReviewRead:
    """Record who looked at a month and what was found, and chain it. Raises `InvalidInput`."""
    _begun(work, body.month, "body", "#/month")
    review = AccessReview(
        organisation_id=work.actor.organisation_id,
        month=body.month,
        finding=body.finding,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
    )
    work.session.add(review)
    work.trail.about("access_review", review.id)
    work.trail.chain("access_review/1", review.model_dump())
    return _read(review, work.actor.name)


def list_reviews(work: Work, query: AccessReviewQuery) -> Slice:
    """Return a page of the sign-offs, newest first."""
    statement = _REVIEWS
    if query.month is not None:
        statement = statement.where(col(AccessReview.month) == query.month)
    ordered = newest_first(statement, col(AccessReview.recorded_at), col(AccessReview.id), query)
    rows = work.session.execute(ordered).all()
    page = sliced(rows, query, lambda row: Place(row[0].recorded_at, row[0].id))
    return Slice([_read(*row) for row in page.rows], page.next_cursor)


def _begun(work: Work, month: str, place: str, location: str) -> Span:
    span = span_of(month)
    if work.now < span.begin:
        raise InvalidInput(errors=[FieldError(place, location, "month_not_begun", _NOT_BEGUN)])
    return span


_NOT_BEGUN = Text(
    nl="Deze maand is nog niet begonnen. Kies een maand die al begonnen of voorbij is.",
    en="This month has not begun. Choose one that has begun or is over.",
)


def _read(review: AccessReview, name: str) -> AccessReviewRead:
    return AccessReviewRead(**review.model_dump(), recorded_by=Named(id=review.recorded_by_id, name=name))


def _of_month(work: Work, month: str) -> list[AccessReviewRead]:
    rows = work.session.execute(
        _REVIEWS.where(col(AccessReview.month) == month).order_by(
            col(AccessReview.recorded_at), col(AccessReview.id)
        )
    )
    return [_read(*row) for row in rows]


# ---------------------------------------------------------------- what to look at


def _in(work: Work, span: Span) -> ColumnElement[bool]:
    return and_(col(AccessEvent.organisation_id) == work.actor.organisation_id, _during(span))


def _during(span: Span) -> ColumnElement[bool]:
    return and_(col(AccessEvent.recorded_at) >= span.begin, col(AccessEvent.recorded_at) < span.end)


_OF_EVENT = points_at(AccessedClient, AccessedClient.event_id, AccessEvent)
_SEEN = and_(
    col(AccessEvent.outcome) == Outcome.GRANTED,
    exists().where(_OF_EVENT).correlate(AccessEvent),
)
"""Something of a client was really shown or changed."""

_CONDITIONS = {
    Finding.WITHOUT_RELATION: and_(
        _SEEN,
        or_(
            col(AccessEvent.basis).is_(None),
            col(AccessEvent.basis).not_in([Basis.ASSIGNMENT, Basis.TEAM]),
        ),
    ),
    Finding.EMERGENCY: col(AccessEvent.emergency).is_(True),
    Finding.REFUSED: col(AccessEvent.outcome) == Outcome.DENIED,
}


def _findings(work: Work, month: str, span: Span, busy: list[BusyDay]) -> Iterator[FindingRead]:
    hours = [_during(one) for one in working_hours(month)]
    conditions = {**_CONDITIONS, Finding.OUTSIDE_HOURS: and_(_SEEN, not_(or_(*hours)))}
    for kind in Finding:
        match kind:
            case Finding.MANY_FILES:
                count, ids = len(busy), _events_of(work, busy, month)
            case Finding.SAMPLE:
                ids = _sample(work, month, span)
                count = len(ids)
            case _:
                wanted = and_(_in(work, span), conditions[kind])
                count = work.session.exec(select(func.count()).select_from(AccessEvent).where(wanted)).one()
                ids = _newest(work, wanted)
        yield FindingRead(
            kind=kind, explanation=FINDING_SENTENCES[kind][work.language], count=count, event_ids=ids
        )


def _newest(work: Work, wanted: ColumnElement[bool]) -> list[UUID]:
    return [
        *work.session.exec(
            select(AccessEvent.id)
            .where(wanted)
            .order_by(col(AccessEvent.recorded_at).desc(), col(AccessEvent.id).desc())
            .limit(MOST_SHOWN)
        )
    ]


def _clients(work: Work, span: Span) -> int:
    return work.session.exec(
        select(func.count(col(AccessedClient.case_id).distinct()))
        .select_from(AccessEvent)
        .join(AccessedClient, _OF_EVENT)
        .where(_in(work, span), col(AccessEvent.outcome) == Outcome.GRANTED)
    ).one()


def _sample(work: Work, month: str, span: Span) -> list[UUID]:
    # Row by row, so that a month of any size takes no more memory than a small one.
    ids = work.session.exec(
        select(AccessEvent.id).where(_in(work, span), _SEEN),
        execution_options={"yield_per": _AT_A_TIME},
    )
    return drawn(work.actor.organisation_id, month, ids)


def _busy_days(work: Work, month: str) -> list[BusyDay]:
    found = []
    files = func.count(col(AccessedClient.case_id).distinct())
    for day, span in days_of(month):
        rows = work.session.exec(
            select(AccessEvent.actor_id, func.max(AccessEvent.actor_name), files)
            .join(AccessedClient, _OF_EVENT)
            .where(
                _in(work, span),
                col(AccessEvent.outcome) == Outcome.GRANTED,
                col(AccessEvent.actor_id).is_not(None),
            )
            .group_by(col(AccessEvent.actor_id))
            .having(files > MOST_FILES_A_DAY)
        )
        found += [
            BusyDay(user=Named(id=id_, name=name), day=day, files=count)
            for id_, name, count in rows
            if id_ is not None
        ]
    return found


def _events_of(work: Work, busy: list[BusyDay], month: str) -> list[UUID]:
    if not busy:
        return []
    spans = dict(days_of(month))
    seen = (
        and_(_in(work, spans[one.day]), col(AccessEvent.actor_id) == one.user.id) for one in busy[:MOST_SHOWN]
    )
    return _newest(work, and_(_SEEN, or_(*seen)))

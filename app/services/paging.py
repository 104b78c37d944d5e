"""Lists in the order of a moment, page by page: the cursor says after which row a page begins."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, Tuple, Uuid, literal, tuple_

from app.domain.errors import FieldError, InvalidInput
from app.domain.texts import Text
from app.models.base import EXAMPLE_CURSOR, Input, UtcDateTime, utc_text

S = TypeVar("S", bound=Select[Any])
Row = TypeVar("Row")

DEFAULT_LIMIT = 50
MOST = 100
_OLDEST_FIRST = "oldest"


class PageQuery(Input):
    """Which page of a list."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MOST, description="How many on a page.", examples=[50])
    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="Where the page begins: from `next` of the page before.",
        examples=[EXAMPLE_CURSOR],
    )


class Place(NamedTuple):
    """A place in a list that is ordered by moment and id."""

    moment: datetime
    id: UUID
    oldest_first: bool = False


class Slice(NamedTuple):
    """One page of rows, and the cursor of the page after it."""

    rows: list[Any]
    next_cursor: str | None


def newest_first(statement: S, moment: Any, id_: Any, query: PageQuery) -> S:  # noqa: ANN401 - columns have no common type in SQLModel
    """Order by moment and id, begin after the cursor, and take one row more than asked for."""
    if query.cursor is not None:
        statement = statement.where(tuple_(moment, id_) < _bound(_decoded(query.cursor)))
    return statement.order_by(moment.desc(), id_.desc()).limit(query.limit + 1)


def oldest_first(statement: S, moment: Any, id_: Any, query: PageQuery) -> S:  # noqa: ANN401 - same
    """Do the same the other way round. Its places say so, and a cursor fits one of the two orders."""
    if query.cursor is not None:
        after = _decoded(query.cursor, oldest_first=True)
        statement = statement.where(tuple_(moment, id_) > _bound(after))
    return statement.order_by(moment, id_).limit(query.limit + 1)


def sliced(rows: Sequence[Row], query: PageQuery, place: Callable[[Row], Place]) -> Slice:
    """Cut off the extra row; when it was there, there is a next page."""
    page = list(rows[: query.limit])
    return Slice(page, _encoded(place(page[-1])) if len(rows) > query.limit else None)


def _bound(place: Place) -> Tuple:
    return tuple_(literal(place.moment, UtcDateTime()), literal(place.id, Uuid()))


def _encoded(place: Place) -> str:
    parts = [utc_text(place.moment), place.id.hex, *([_OLDEST_FIRST] if place.oldest_first else [])]
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(cursor: str, *, oldest_first: bool = False) -> Place:
    try:
        moment, id_, *_ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(datetime.fromisoformat(moment), UUID(hex=id_), oldest_first)
        is_ours = _encoded(place) == cursor
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        is_ours = False
    if not is_ours:
        raise InvalidInput(errors=[FieldError("query", "cursor", "invalid_cursor", _NO_CURSOR)])
    return place


_NO_CURSOR = Text(
    nl="Dit is geen cursor van deze lijst; neem de waarde uit 'next'.",
    en="This is not a cursor of this list; take the value from 'next'.",
)

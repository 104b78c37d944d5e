"""Write a page of a list: the items, and the address of the page after it."""

from typing import Any, TypeVar

from fastapi import Request, Response

from app.models.base import Page
from app.services.paging import Slice

P = TypeVar("P", bound=Page[Any])


def page_of(
    kind: type[P],
    found: Slice,
    request: Request,
    response: Response,
    **besides: Any,  # noqa: ANN401 - fields of any kind
) -> P:
    """Return a page; the address of the next one also stands in a `Link` header.

    `besides` are the fields that this kind of page has besides.
    """
    address = None
    if found.next_cursor is not None:
        url = request.url.include_query_params(cursor=found.next_cursor)
        address = f"{url.path}?{url.query}"
        response.headers["Link"] = f'<{address}>; rel="next"'
    return kind(items=found.rows, next=address, **besides)

"""How sure the model is and where it comes from, and for whom these pages work."""

from fastapi import Response

from app.knowledge.library import SourceStatus
from app.services.catalogue import schema, sources
from app.unguarded import open_to_all
from app.web.pages import Pages
from app.web.visits import AnyGuest

pages = Pages()
router = pages.router


@pages.get("sources")
@open_to_all
def show_sources(guest: AnyGuest) -> Response:
    """Say what is known of the model and what it is not for, and list the sources."""
    return guest.page(
        "sources.html",
        schema=schema(guest.knowledge.current, guest.language),
        sources=sources(guest.knowledge).items,
        statuses=[status.name.lower() for status in SourceStatus],
    )


@pages.get("accessibility")
@open_to_all
def show_accessibility(guest: AnyGuest) -> Response:
    """Say what was tried, what was not, and where to complain."""
    return guest.page("accessibility.html")

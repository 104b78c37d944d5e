"""The way in, and how pages are displayed."""

from http import HTTPStatus

from fastapi import Request, Response

from app.domain.texts import Language
from app.unguarded import open_to_all
from app.web.forms import set_display
from app.web.pages import Pages
from app.web.places import address
from app.web.rendering import DISPLAYS
from app.web.visits import AnyGuest, see_other
from app.wire import preferred_language

pages = Pages()
router = pages.router


@router.get("/")
@open_to_all
async def choose_language(request: Request) -> Response:
    """Send a visitor to the pages in the language their browser asks for."""
    language = preferred_language(request.headers.get("accept-language", ""))
    return Response(
        status_code=HTTPStatus.TEMPORARY_REDIRECT,
        headers={"Location": f"/{language}/", "Vary": "Accept-Language"},
    )


@router.get("/nl")
@router.get("/en")
@open_to_all
async def add_what_is_missing(request: Request) -> Response:
    """Send who left out the last stroke to the way in."""
    return see_other(f"{request.scope['path']}/")


@pages.get("home")
@open_to_all
def show_home(guest: AnyGuest) -> Response:
    """Say what this is, and where to go."""
    return guest.page("home.html")


@pages.post("display")
@open_to_all
def choose_display(guest: AnyGuest) -> Response:
    """Remember how pages are to look: as the device says, light, or dark."""
    back = guest.typed.get("back", "")
    # Only a path of our own: anything else could lead somewhere else.
    own = back.startswith(tuple(f"/{language}/" for language in Language)) and "\\" not in back
    response = see_other(back if own else address("home", guest.language))
    chosen = guest.typed.get("display", "")
    if chosen in DISPLAYS:
        set_display(guest.request, response, chosen)
    return response

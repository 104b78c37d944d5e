"""What asks for attention: the rules for everybody, and from when on for an organisation."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Response

from app.domain.errors import InvalidInput, VersionIsStale
from app.domain.roles import Permission
from app.domain.signals import DEFAULTS, Thresholds
from app.models.signals import SignalSettingsChange, SignalSettingsRead
from app.services import signal_settings
from app.services.signals import signal_rules
from app.services.versions import Versions
from app.unguarded import open_to_all
from app.web.mistakes import FORM, mistakes_in, model_of
from app.web.pages import Pages
from app.web.visits import AnyGuest, Visit, form, page
from app.web.wording import say

pages = Pages()
router = pages.router

_NUMBERS = ("stuck_after", "not_done_after", "not_seen_days")
_WRONG = {f"#/{name}": name for name in _NUMBERS}


@pages.get("signals")
@open_to_all
def show_signals(guest: AnyGuest) -> Response:
    """Say what asks for attention and why, by our own thresholds."""
    rules = signal_rules(guest.knowledge, DEFAULTS, guest.language).items
    return guest.page("signals.html", rules=rules)


@pages.get("signal_settings")
def show_signal_settings(visit: Annotated[Visit, page(Permission.READ_SIGNAL_SETTINGS)]) -> Response:
    """Say from when on something is a signal in this organisation."""
    with visit.transaction() as work:
        settings = signal_settings.read_settings(work)
    return _page(visit, settings)


@pages.post("signal_settings")
def change_signal_settings(visit: Annotated[Visit, form(Permission.CHANGE_SIGNAL_SETTINGS)]) -> Response:
    """Choose from when on something is a signal."""
    if visit.typed.resumes:
        return _look(visit)
    try:
        with visit.transaction() as work:
            chosen = model_of(SignalSettingsChange, {name: _number(visit, name) for name in _NUMBERS})
            seen = Versions(frozenset({visit.typed.text("version") or ""}))
            signal_settings.change_settings(work, chosen, seen)
            return visit.done(work, "signal_settings", query={"done": "saved"})
    except InvalidInput as error:
        errors = mistakes_in(error, _WRONG, visit.language)
    except VersionIsStale:
        errors = {FORM: say(visit.language, "Somebody changed this meanwhile. Look at it and choose again.")}
    return _look(visit, errors)


def _look(visit: Visit, errors: dict[str, str] | None = None) -> Response:
    with visit.look(Permission.READ_SIGNAL_SETTINGS, to=Permission.CHANGE_SIGNAL_SETTINGS) as work:
        settings = signal_settings.read_settings(work)
    return _page(visit, settings, errors)


def _number(visit: Visit, name: str) -> object:
    text = visit.typed.text(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("10000") else text


def _page(visit: Visit, settings: SignalSettingsRead, errors: dict[str, str] | None = None) -> Response:
    thresholds = Thresholds(**settings.model_dump(include=set(_NUMBERS)))
    return visit.page(
        "signal_settings.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        errors=errors or {},
        rules=signal_rules(visit.surroundings.knowledge, thresholds, visit.language).items,
        settings=settings,
        numbers=_NUMBERS,
        typed=visit.typed,
        done=visit.request.query_params.get("done") == "saved",
    )

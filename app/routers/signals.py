"""What asks for attention: the rules in words, and from when on an organisation wants to know."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.access import Access, may
from app.domain.errors import InvalidInput, VersionIsStale, VersionRequired
from app.domain.roles import Permission
from app.domain.signals import DEFAULTS
from app.knowledge import Knowledge
from app.models.signals import SignalRuleList, SignalSettingsChange, SignalSettingsRead
from app.problems import problems
from app.routers.assessments import BODY, GUARDED
from app.routers.headers import with_headers
from app.services import signal_settings
from app.services.signals import signal_rules
from app.unguarded import open_to_all
from app.wire import IfMatch, StrictRoute, asked_language

router = APIRouter(tags=["signals"], route_class=StrictRoute)

_CHANGE = {
    "later": {
        "summary": "Wait longer before saying so",
        "value": {"stuck_after": 4, "not_done_after": 2, "not_seen_days": 90},
    }
}


@router.get("/signals", responses=problems(InvalidInput), summary="List the signals")
@open_to_all
async def list_signals(request: Request) -> SignalRuleList:
    """What can ask for attention in a thread, with each rule in words, by our own thresholds."""
    knowledge: Knowledge = request.app.state.surroundings.knowledge
    return signal_rules(knowledge, DEFAULTS, asked_language(request))


@router.get(
    "/signal-settings",
    responses=with_headers(200, "ETag") | problems(*GUARDED),
    summary="Read from when on something is a signal",
)
def read_signal_settings(
    access: Annotated[Access, may(Permission.READ_SIGNAL_SETTINGS)], response: Response
) -> SignalSettingsRead:
    """The thresholds of your organisation. The `ETag` is needed to change them."""
    with access.transaction(write=False) as work:
        settings = signal_settings.read_settings(work)
    response.headers["ETag"] = f'"{settings.version}"'
    return settings


@router.put(
    "/signal-settings",
    responses=with_headers(200, "ETag") | problems(*GUARDED, *BODY, VersionRequired, VersionIsStale),
    summary="Choose from when on something is a signal",
)
def change_signal_settings(
    body: Annotated[SignalSettingsChange, Body(openapi_examples=_CHANGE)],
    access: Annotated[Access, may(Permission.CHANGE_SIGNAL_SETTINGS)],
    versions: IfMatch,
    response: Response,
) -> SignalSettingsRead:
    """Choose the thresholds of your organisation. All signals are worked out again before the answer."""
    with access.transaction() as work:
        settings = signal_settings.change_settings(work, body, versions)
    response.headers["ETag"] = f'"{settings.version}"'
    return settings

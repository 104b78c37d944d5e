"""The operations of the API for people, as a page that needs no script."""

from fastapi import Response

from app.domain.errors import InvalidInput
from app.domain.roles import PERMISSION_SENTENCES, ROLE_LABELS, ROLE_PERMISSIONS, Permission
from app.domain.texts import Language
from app.models.base import uuid7
from app.models.classifications import AnswersIn
from app.problems import problem_of
from app.unguarded import open_to_all
from app.web.mistakes import model_of
from app.web.operations import indented, manual
from app.web.pages import Pages
from app.web.visits import AnyGuest

pages = Pages()
router = pages.router


@pages.get("api")
@open_to_all
def show_api(guest: AnyGuest) -> Response:
    """Show every operation, with examples for the host at which somebody looks."""
    described = manual(guest.request.app)
    return guest.page(
        "api.html",
        manual=described,
        host=str(guest.request.base_url).rstrip("/"),
        sentences={one: text[guest.language] for one, text in PERMISSION_SENTENCES.items()},
        holders={one: _holders(one, guest.language) for one in Permission},
        first=next(call for group in described.groups for one in group.operations for call in one.calls),
        refusal=_refusal(guest.language),
        swagger=guest.request.app.state.swagger,
    )


def _refusal(language: Language) -> str:
    """Return what the API says to an answer that is none."""
    try:
        model_of(AnswersIn, {"problem": "perhaps", "help_request": "yes", "share_in_solution": "no"})
    except InvalidInput as error:
        return indented(problem_of(error, language, uuid7().hex))
    raise AssertionError


def _holders(permission: Permission, language: Language) -> list[str]:
    return [
        ROLE_LABELS[role][language]
        for role, permissions in ROLE_PERMISSIONS.items()
        if permission in permissions
    ]

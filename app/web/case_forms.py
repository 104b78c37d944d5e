"""What the forms of a case have in common: the version they are meant for, and how a refusal comes back."""

from app.domain.errors import DomainError, IdempotencyKeyReused, VersionIsStale, VersionRequired
from app.domain.texts import Language
from app.services.versions import Versions
from app.web.forms import Typed
from app.web.mistakes import FORM
from app.web.wording import _, say

VERSION_FIELD = "version"


_ALREADY_SENT = _("This form was saved before, with other words in it. Look in the case first.")
_STALE = _("Something changed here in the meantime, and nothing was saved. Look at the case, then try again.")


def versions_in(typed: Typed) -> Versions:
    """Return the version a form was made for; a form never speaks of whatever version there is."""
    tag = typed.text(VERSION_FIELD)
    return Versions(frozenset({tag} if tag and tag != "*" else ()))


def said_of(error: DomainError, language: Language) -> dict[str, str]:
    """Return what to say above a form when all of it was refused."""
    if isinstance(error, IdempotencyKeyReused):
        return {FORM: say(language, _ALREADY_SENT)}
    if isinstance(error, VersionIsStale | VersionRequired):
        return {FORM: say(language, _STALE)}
    return {FORM: error.detail[language]}

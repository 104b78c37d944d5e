"""A new password, typed twice: the same fields and the same messages wherever one is chosen."""

from app.domain.texts import Language, Text
from app.web.forms import Typed
from app.web.wording import _, say

PASSWORD, AGAIN = "new_password", "new_password_again"
NOTHING = _("Choose a password.")
NOT_THE_SAME = _("You typed two different passwords. Type the same one twice.")


def mistakes_in_password(typed: Typed, fault: Text | None, language: Language) -> dict[str, str]:
    """Return what is wrong with a new password, by field; `fault` is what its rules say of it."""
    password = typed.get(PASSWORD, "")
    if not password:
        return {PASSWORD: say(language, NOTHING)}
    if fault is not None:
        return {PASSWORD: fault[language]}
    if password != typed.get(AGAIN, ""):
        return {AGAIN: say(language, NOT_THE_SAME)}
    return {}

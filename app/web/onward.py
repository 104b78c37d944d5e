"""Where somebody was on their way to when they were asked who they are, and what they had typed.

It travels through the pages of signing in as hidden fields, and is stored nowhere.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request

from app.web.forms import CSRF_FIELD, KEY_FIELD, MOST_FIELDS, RESUME, Typed, typed_in
from app.web.places import place_of

_NEVER_KEPT = {CSRF_FIELD, KEY_FIELD, RESUME, "code"}
_VISIBLE = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,2000}")
OF_SIGNING_IN = {
    *("sign_in", "second_step", "confirm", "sign_out", "welcome", "choose_password", "setup"),
    "display",
}
_CARRIES = {"sign_in", "second_step", "confirm"}


@dataclass(frozen=True, slots=True)
class Onward:
    """An address of ours, and what was typed in a form for it; `kept` is `None` where it was no form.

    `user_id` says whose it is: what one person typed is never offered to another.
    """

    to: str | None = None
    kept: tuple[tuple[str, str], ...] | None = None
    user_id: str = ""

    @classmethod
    def asked(cls, request: Request) -> "Onward":
        """Read it from the address of a page."""
        return cls(own_address(request.query_params.get("next", "")))

    @classmethod
    def typed(cls, typed: Typed) -> "Onward":
        """Read it from a form of ours. What cannot be right is left out."""
        to = own_address(typed.get("next", ""))
        kept = _pairs(typed["kept"]) if to and typed.get("kept") else None
        return cls(to, kept, typed.get("for", ""))

    @classmethod
    def interrupted(cls, request: Request, user_id: UUID | None) -> "Onward":
        """Take what was asked for now, because something has to be done first."""
        path = request.url.path
        if place_of(path) in _CARRIES:
            return cls.typed(typed_in(request))
        if request.method in {"GET", "HEAD"}:
            query = request.url.query
            return cls(own_address(f"{path}?{query}" if query else path))
        if user_id is None or own_address(path) is None:
            return cls()
        return cls(path, tuple(p for p in typed_in(request).kept if _may_be_kept(p[0])), str(user_id))

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The hidden fields it travels in."""
        found = [("next", self.to), ("for", self.user_id)]
        if self.kept is not None:
            found.append(("kept", json.dumps(self.kept, ensure_ascii=False)))
        return [(name, value) for name, value in found if value]

    def is_form_of(self, user_id: UUID) -> bool:
        """Tell whether this is a form that this user was filling in."""
        return self.to is not None and self.kept is not None and self.user_id == str(user_id)

    @property
    def page(self) -> str | None:
        """The address to go on to, when it is that of a page."""
        return self.to if self.kept is None else None


def own_address(text: str) -> str | None:
    """Return an address when it is one of our own pages: anything else could lead somewhere else."""
    place = place_of(text.partition("?")[0]) if _VISIBLE.fullmatch(text) else None
    return None if place is None or place in OF_SIGNING_IN else text


def _may_be_kept(name: str) -> bool:
    return name not in _NEVER_KEPT and "password" not in name


def _pairs(text: str) -> tuple[tuple[str, str], ...] | None:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or len(found) > MOST_FIELDS:
        return None
    pairs = tuple(tuple(one) for one in found if isinstance(one, list))
    is_right = all(len(pair) == 2 and all(isinstance(word, str) for word in pair) for pair in pairs)  # noqa: PLR2004 - a pair
    if not is_right or len(pairs) != len(found):
        return None
    return tuple((name, value) for name, value in pairs if _may_be_kept(name))

"""Forms of pages: only from our own pages, read strictly, before any route sees them."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import parse_qsl

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.domain.errors import ForgedForm, InvalidInput
from app.services.logins import is_cookie, new_cookie
from app.wire import Handle, UnsupportedMediaType, again_after_a_collision, limited_body

CSRF_FIELD = "csrf"
KEY_FIELD = "form"
RESUME = "resume"
MOST_FIELDS = 300
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MEDIA_TYPE = re.compile(
    r'application/x-www-form-urlencoded\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE
)
_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")


class Typed(Mapping[str, str]):
    """What somebody typed in a form: the last value of each name, and all of them by `all_of`."""

    def __init__(self, pairs: list[tuple[str, str]], body: bytes = b"") -> None:
        self._pairs = pairs
        self._last = dict(pairs)
        self.body = body

    def __getitem__(self, name: str) -> str:
        return self._last[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def text(self, name: str) -> str | None:
        """Return what was typed; nothing but white space is nothing."""
        return self._last.get(name, "").strip() or None

    def all_of(self, name: str) -> list[str]:
        """Return every value of a name, as of a list of boxes to tick."""
        return [value for key, value in self._pairs if key == name]

    @property
    def resumes(self) -> bool:
        """Whether they had to sign in on the way: the form is shown again, filled in, and nothing is sent."""
        return RESUME in self

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What to offer again after signing in: everything but the proofs of the form itself."""
        return [(name, value) for name, value in self._pairs if name != CSRF_FIELD]


class PageRoute(APIRoute):
    """A route for people. What it is sent came from a page of ours, or it is refused.

    A browser says where a request comes from; if it says nothing, that is a refusal too. On top of
    that the form holds a proof that only a page for this visitor could hold.
    """

    reads_strictly = True
    is_page = True

    def get_route_handler(self) -> Handle:
        """Put the check before FastAPI's own reading."""
        handle = again_after_a_collision(super().get_route_handler())

        async def handle_page(request: Request) -> Response:
            request.scope["state"]["page"] = True
            if request.method not in _SAFE:
                refuse_other_sites(request)
                request.scope["state"]["typed"] = await _typed(request)
                refuse_forged(request)
            return await handle(request)

        return handle_page


async def _typed(request: Request) -> Typed:
    body = await limited_body(request)
    if not _MEDIA_TYPE.fullmatch(", ".join(request.headers.getlist("content-type")).strip()):
        raise UnsupportedMediaType
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise InvalidInput from None
    return Typed(pairs, body)


def typed_in(request: Request) -> Typed:
    """Return what was typed; on a request without a form: nothing."""
    found: Typed = request.scope["state"].get("typed") or Typed([])
    return found


# ---------------------------------------------------------------- where a form comes from


def refuse_other_sites(request: Request) -> None:
    """Refuse what another site sends. Raises `ForgedForm`, also where nothing says where it is from."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise ForgedForm
    elif request.headers.get("origin") != f"{request.url.scheme}://{request.headers.get('host', '')}":
        raise ForgedForm


def refuse_forged(request: Request) -> None:
    """Check the proof in the form. Raises `ForgedForm`."""
    secret = secret_of(request)
    sent = typed_in(request).get(CSRF_FIELD, "")
    if secret is None or not hmac.compare_digest(sent.encode(), proof_of(secret).encode()):
        raise ForgedForm


def proof_of(secret: str) -> str:
    """Return what only a page for the holder of a cookie can hold."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


# ---------------------------------------------------------------- cookies

SESSION = "session"
VISIT = "visit"
"""Holds a secret for the forms of who is not signed in; it says nothing about anybody."""


def is_private(request: Request) -> bool:
    """Tell whether nobody can listen in: encrypted, or on this machine itself."""
    return request.url.scheme == "https" or _LOOPBACK.fullmatch(request.headers.get("host", "")) is not None


def cookie_name(request: Request, name: str) -> str:
    """Return what a cookie is called. Over an encrypted connection the browser guards the name too."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def new_key() -> str:
    """Make the key of a form: sent twice, it is carried out once."""
    return secrets.token_urlsafe(16)


def read_cookie(request: Request, name: str) -> str | None:
    """Return a cookie of ours, if it can be one."""
    value = request.cookies.get(cookie_name(request, name), "")
    return value if is_cookie(value) else None


def set_cookie(
    request: Request, response: Response, name: str, value: str, seconds: int | None = None
) -> None:
    """Set a cookie that no script can read and no other site sends along with a form."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=seconds,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Let the browser forget a cookie."""
    set_cookie(request, response, name, "", 0)


PARTICIPANT_SECONDS = 2 * 86400
"""How long a phone remembers who it is in a training: longer than a training lasts."""


def _participant_name(request: Request) -> str:
    # A name with __Host- would go for every page of the site.
    return "__Secure-participant" if request.url.scheme == "https" else "participant"


def participant_secret(request: Request) -> str:
    """Return what somebody answers with in the training at this address; without one: nothing."""
    return request.cookies.get(_participant_name(request), "")


def keep_participant(request: Request, response: Response, secret: str, paths: Iterable[str]) -> None:
    """Let a phone remember who it is in one training: it sends this to the pages of that training only."""
    for path in paths:
        response.set_cookie(
            _participant_name(request),
            secret,
            max_age=PARTICIPANT_SECONDS,
            path=path,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )


def session_cookie(request: Request) -> str | None:
    """Return the cookie of who signed in. It is not looked at where others can listen in."""
    return read_cookie(request, SESSION) if is_private(request) else None


def secret_of(request: Request) -> str | None:
    """Return the secret behind the forms of this visitor: after signing in, that of the new session."""
    fresh: str | None = request.scope["state"].get("fresh_session")
    return fresh or session_cookie(request) or read_cookie(request, VISIT)


def secret_for(request: Request) -> tuple[str, bool]:
    """Return the secret behind the forms of this visitor, and whether it is a new one."""
    found = secret_of(request)
    return (found, False) if found else (new_cookie(), True)


def set_display(request: Request, response: Response, chosen: str) -> None:
    """Remember for a year how pages are to look. It says nothing about anybody."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        "display", chosen, max_age=365 * 86400, path="/", secure=secure, httponly=True, samesite="lax"
    )

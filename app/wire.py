"""What comes over the wire: strict JSON, the language asked for, and entity tags."""

import json
import math
import random
import re
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Annotated, Any, NoReturn

import anyio
from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute

from app.domain.errors import Busy, DomainError, FieldError, InvalidInput
from app.domain.texts import Language, Text
from app.services.idempotency import Answer
from app.services.versions import Versions

MOST_BYTES = 256 * 1024
DEEPEST = 20
LONGEST_NUMBER = 18


class UnsupportedMediaType(DomainError):
    """The body is something else than JSON in UTF-8."""

    code = "unsupported-media-type"
    title = Text(nl="Stuur JSON", en="Send JSON")
    detail = Text(
        nl="De inhoud moet JSON in UTF-8 zijn, met 'Content-Type: application/json'.",
        en="The body has to be JSON in UTF-8, with 'Content-Type: application/json'.",
    )


class TooLarge(DomainError):
    """The body is larger than 256 KiB."""

    code = "too-large"
    title = Text(nl="Te groot", en="Too large")
    detail = Text(
        nl="Stuur hooguit 256 KiB in één keer. Er is niets opgeslagen.",
        en="Send at most 256 KiB at a time. Nothing was saved.",
    )


class UnknownHost(DomainError):
    """The request names another host than this service has: it was led here by somebody else's name."""

    code = "unknown-host"
    title = Text(nl="Onbekende hostnaam", en="Unknown host name")
    detail = Text(
        nl="Deze dienst heet hier anders. De beheerder kan de naam toevoegen aan WERKRELATIE_HOSTS.",
        en="This service does not go by this name. The administrator can add the name to WERKRELATIE_HOSTS.",
    )


class MethodNotAllowed(DomainError):
    """The address is right, the method is not."""

    code = "method-not-allowed"
    title = Text(nl="Dit kan hier niet", en="This cannot be done here")
    detail = Text(
        nl="Dit adres kent deze methode niet. Bij 'Allow' staat wat wel kan.",
        en="This address does not know this method. 'Allow' says what is possible.",
    )


class Replayed(Exception):
    """This call was carried out before: here is the answer it got then."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("replayed")
        self.answer = answer


def json_response(answer: Answer, *, replayed: bool = False) -> Response:
    """Return an answer as it goes over the wire."""
    headers = {"Location": answer.location, "ETag": answer.etag and f'"{answer.etag}"'}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(
        answer.body,
        status_code=answer.status,
        headers={name: value for name, value in headers.items() if value},
        media_type="application/json",
    )


# ---------------------------------------------------------------- JSON, and again after a collision

Handle = Callable[[Request], Coroutine[Any, Any, Response]]

MOST_TRIES = 3
_WAIT_SECONDS = (0.01, 0.1)


class StrictRoute(APIRoute):
    """A route that reads its body as strict JSON, before anything looks at what it says.

    What collided with somebody else in the database is done again, from the beginning: all of it was undone.
    """

    reads_strictly = True

    def get_route_handler(self) -> Handle:
        """Put the strict reading before FastAPI's own."""
        handle = again_after_a_collision(super().get_route_handler())
        if self.body_field is None:
            return handle

        async def handle_strictly(request: Request) -> Response:
            body = await limited_body(request)
            if body:
                # Two headers are two claims: joined they are none of ours.
                _refuse_other_media_types(", ".join(request.headers.getlist("content-type")))
            return await handle(_ReadRequest(request, body, strict_json(body) if body else None))

        return handle_strictly


def again_after_a_collision(handle: Handle) -> Handle:
    """Do again, from the beginning, what collided with somebody else: all of it was undone."""

    async def handle_again(request: Request) -> Response:
        for _ in range(MOST_TRIES - 1):
            try:
                return await handle(request)
            except Busy as error:
                if not error.collided:
                    raise
            # Chance keeps two that collided from doing so again.
            await anyio.sleep(random.uniform(*_WAIT_SECONDS))  # noqa: S311 - no secret
        return await handle(request)

    return handle_again


async def limited_body(request: Request) -> bytes:
    """Return the body. Raises `TooLarge` as soon as it is."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise TooLarge
    return bytes(body)


class _ReadRequest(Request):
    """A request whose body was read as JSON before."""

    def __init__(self, request: Request, body: bytes, content: Any) -> None:  # noqa: ANN401 - any JSON
        super().__init__(request.scope, request.receive)
        self._bytes = body
        self._content = content

    async def body(self) -> bytes:
        """Return the bytes."""
        return self._bytes

    async def json(self) -> Any:  # noqa: ANN401 - any JSON
        """Return what was read."""
        return self._content


_MEDIA_TYPE = re.compile(r'application/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?', re.IGNORECASE)


def _refuse_other_media_types(content_type: str) -> None:
    if not _MEDIA_TYPE.fullmatch(content_type.strip()):
        raise UnsupportedMediaType


def strict_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON and refuse what readers disagree about.

    That is: another encoding than UTF-8, double keys, NaN and infinity, numbers that are too large
    to keep, and nesting deeper than 20. Raises `InvalidInput`.
    """
    try:
        content = _decoder.decode(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _invalid("not_json", _NOT_JSON) from None
    if body.count(b"{") + body.count(b"[") > DEEPEST:
        _refuse_depth(content)
    return content


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise _invalid("double_key", _DOUBLE_KEY)
    return content


def _refuse_constant(_: str) -> NoReturn:
    raise _invalid("not_a_number", _NOT_A_NUMBER)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _invalid("not_a_number", _NOT_A_NUMBER)
    return number


def _short(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise _invalid("not_a_number", _NOT_A_NUMBER)
    return int(digits)


_decoder = json.JSONDecoder(
    object_pairs_hook=_without_doubles,
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_short,
)


def _refuse_depth(content: Any) -> None:  # noqa: ANN401 - any JSON
    level = [content]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise _invalid("too_deep", _TOO_DEEP)


def _invalid(code: str, detail: Text) -> InvalidInput:
    return InvalidInput(errors=[FieldError("body", "#", code, detail)])


_NOT_JSON = Text(
    nl="Dit is geen JSON in UTF-8. Controleer haakjes, komma's en aanhalingstekens.",
    en="This is not JSON in UTF-8. Check brackets, commas and quotation marks.",
)
_DOUBLE_KEY = Text(
    nl="Een veld staat er twee keer. Laat er één staan.",
    en="A field is there twice. Leave one.",
)
_NOT_A_NUMBER = Text(nl="Een getal is geen getal, of te groot.", en="A number is not a number, or too large.")
_TOO_DEEP = Text(
    nl="Er zitten te veel lagen in elkaar, hooguit twintig mag.",
    en="Too many layers inside each other; twenty is the most.",
)


# ---------------------------------------------------------------- language


@lru_cache(maxsize=1024)
def preferred_language(header: str) -> Language:
    """Choose from an `Accept-Language` header; Dutch where it asks for neither language."""
    wishes: dict[Language, float] = {}
    for part in header.split(","):
        tag, _, parameter = part.strip().lower().partition(";")
        name, _, weight = parameter.strip().partition("=")
        try:
            quality = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        primary = tag.strip().partition("-")[0]
        if primary in list(Language) and 0 < quality <= 1:
            language = Language(primary)
            wishes[language] = max(quality, wishes.get(language, 0))
    return max(wishes, key=wishes.__getitem__, default=Language.NL)


def asked_language(request: Request) -> Language:
    """Find the language to answer in. The edge says in the headers which one it was."""
    language = preferred_language(request.headers.get("accept-language", ""))
    request.scope["state"]["language"] = language
    return language


# ---------------------------------------------------------------- entity tags

_ENTITY_TAGS = re.compile(r'\*|\s*(W/)?"[\x21\x23-\x7e]*"\s*(,\s*(W/)?"[\x21\x23-\x7e]*"\s*)*')


async def if_match(
    tags: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=1000,
            description="The `ETag` of the version to change, as it was read.",
            examples=['"1-1"', '"1"'],
            json_schema_extra={"pattern": f"^({_ENTITY_TAGS.pattern})$"},
        ),
    ] = None,
) -> Versions:
    """Read the versions a caller wants to change. A weak tag never matches (RFC 9110, 13.1.1)."""
    if tags is None:
        return Versions(frozenset())
    if not _ENTITY_TAGS.fullmatch(tags):
        raise InvalidInput(errors=[FieldError("header", "If-Match", "not_an_entity_tag", _NOT_AN_ENTITY_TAG)])
    if tags.strip() == "*":
        return Versions(frozenset("*"))
    found = re.findall(r'(W/)?"([\x21\x23-\x7e]*)"', tags)
    return Versions(frozenset(weak + tag for weak, tag in found))


_NOT_AN_ENTITY_TAG = Text(
    nl="Neem de ETag over zoals die gelezen is, met de aanhalingstekens.",
    en="Copy the ETag as it was read, with its quotation marks.",
)

IfMatch = Annotated[Versions, Depends(if_match)]

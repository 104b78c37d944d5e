"""The operations of the API, read from the description that the application publishes, for people to read."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from markupsafe import Markup, escape

from app.domain.roles import Permission
from app.domain.texts import Language

Json = Mapping[str, Any]

_CODE = re.compile(r"`([^`]+)`")
# Said by the page itself, in the language of the page.
_NEEDS = "Needs the permission "
_SAMPLES = {"uuid": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something in the address or the head of a call."""

    name: str
    place: str
    required: bool
    kind: str
    options: tuple[str, ...]
    default: str
    description: Markup


@dataclass(frozen=True, slots=True)
class Call:
    """An example of a call: what curl is given, but for the host and the language.

    The token stands in the variable `TOKEN` of the shell; every call gets a new key, where it takes one.
    """

    title: str
    address: str
    options: tuple[str, ...]
    takes_language: bool

    def curl(self, host: str, language: Language) -> str:
        """Write the call for a shell."""
        spoken = (f"-H 'Accept-Language: {language}'",) if self.takes_language else ()
        return " \\\n  ".join((f"curl {shlex.quote(host + self.address)}", *spoken, *self.options))


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked of the API. `permission` is `None` when it is open to all."""

    id: str
    method: str
    address: str
    summary: str
    paragraphs: tuple[Markup, ...]
    permission: Permission | None
    parameters: tuple[Parameter, ...]
    headers: tuple[Parameter, ...]
    calls: tuple[Call, ...]
    answers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one subject."""

    id: str
    name: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Manual:
    """What the page tells. `headers` are of all calls that have them, each once."""

    version: str
    server: str
    groups: tuple[Group, ...]
    headers: tuple[Parameter, ...]


@lru_cache(maxsize=4)
def manual(app: FastAPI) -> Manual:
    """Return what there is to tell about the API. Read once: the description does not change."""
    description = app.openapi()
    server = description["servers"][0]["url"]
    operations = [*_operations(description, server)]
    groups = tuple(
        Group(
            "group-" + tag["name"].replace(" ", "-"),
            tag["name"],
            tag["description"],
            tuple(one for name, one in operations if name == tag["name"]),
        )
        for tag in description["tags"]
    )
    headers = {header.name: header for _, one in operations for header in one.headers}
    return Manual(description["info"]["version"], server, groups, tuple(headers.values()))


def _operations(description: Json, server: str) -> Iterator[tuple[str, Operation]]:
    for path, item in description["paths"].items():
        place = item["servers"][0]["url"].rstrip("/") if "servers" in item else server
        for method, one in item.items():
            if method == "servers":
                continue
            parameters = [_parameter(description, parameter) for parameter in one.get("parameters", ())]
            permission = one.get("x-permission")
            yield (
                one["tags"][0],
                Operation(
                    one["operationId"],
                    method.upper(),
                    place + path,
                    one["summary"],
                    tuple(_paragraphs(one["description"])),
                    Permission(permission) if permission else None,
                    tuple(parameter for parameter in parameters if parameter.place != "header"),
                    tuple(parameter for parameter in parameters if parameter.place == "header"),
                    tuple(_calls(description, method.upper(), place + path, one)),
                    tuple(sorted((int(status), _outcome(said)) for status, said in one["responses"].items())),
                ),
            )


def _outcome(response: Json) -> str:
    """Return what a status means; of FastAPI's own words nothing, so that the page says it."""
    said: str = response["description"]
    return "" if said == "Successful Response" else said


def _paragraphs(text: str) -> Iterator[Markup]:
    for paragraph in text.split("\n\n"):
        if not paragraph.startswith(_NEEDS):
            yield _with_code(" ".join(paragraph.split()))


def _with_code(text: str) -> Markup:
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _parameter(description: Json, parameter: Json) -> Parameter:
    schema = _in_one(description, _resolved(description, parameter["schema"]))
    kind = schema["type"] + (f" ({schema['format']})" if "format" in schema else "")
    return Parameter(
        parameter["name"],
        parameter["in"],
        parameter["required"],
        kind,
        tuple(schema.get("enum", ())),
        json.dumps(schema["default"]).strip('"') if "default" in schema else "",
        _with_code(parameter.get("description") or schema.get("description", "")),
    )


# ---------------------------------------------------------------- examples


def _calls(description: Json, method: str, path: str, operation: Json) -> Iterator[Call]:
    parameters = operation.get("parameters", ())
    given = {one["name"]: _example(description, one["schema"]) for one in parameters if one["required"]}
    names = {one["name"] for one in parameters}
    address = re.sub(r"\{(\w+)\}", lambda gap: str(given[gap[1]]), path)
    options = [f"-X {method}"] if method not in {"GET", "POST"} else []
    if operation["security"]:
        options.append('-H "Authorization: Bearer $TOKEN"')
    if "Idempotency-Key" in names:
        options.append('-H "Idempotency-Key: $(uuidgen)"')
    options += (
        f"-H {shlex.quote(f'{name}: {given[name]}')}"
        for name in (one["name"] for one in parameters if one["in"] == "header")
        if name in given
    )
    takes_language = "Accept-Language" in names
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is None:
        yield Call("", address, tuple(options), takes_language)
        return
    options.append("-H 'Content-Type: application/json'")
    for one in body["examples"].values():
        sent = f"-d {shlex.quote(indented(one['value']))}"
        yield Call(one["summary"], address, (*options, sent), takes_language)


def _example(description: Json, schema: Json) -> object:
    """Return an example of a value, from the examples that the description has of its parts."""
    resolved = _resolved(description, schema)
    if "examples" in resolved:
        return resolved["examples"][0]
    return _SAMPLES[resolved["format"]]


def _in_one(description: Json, schema: Json) -> Json:
    """Return one choice of values for several; what can be chosen from is all of one type."""
    choices = [_resolved(description, one) for one in schema.get("anyOf", ())]
    values = [value for one in choices for value in one.get("enum", [one.get("const")])]
    return {**choices[0], **schema, "enum": values} if choices else schema


def _resolved(description: Json, schema: Json) -> Json:
    """Return a schema with what it refers to."""
    if "$ref" not in schema:
        return schema
    found: Any = description
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return {**_resolved(description, found), **schema}


def indented(value: object) -> str:
    """Write JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)

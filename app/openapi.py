"""The description of the API: OpenAPI 3.1, and the same rendered as 3.0 for older tools."""

import json
from functools import cache
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from app.domain.roles import PERMISSION_SENTENCES
from app.edge import API_VERSION
from app.models.base import EXAMPLE_CURSOR
from app.problems import MEDIA_TYPE
from app.unguarded import open_to_all, permission_of

Json = dict[str, Any]

SERVER = "/v1"
_NULL: Json = {"type": "null"}

_TAGS = {
    "classification": "Three answers in, the type of working relationship out. Nothing is stored.",
    "model": "The questions, the rules, the approaches, stories and sources. Open to all.",
    "plain language": "Words that make people disappear, and what to write instead. Nothing is stored.",
    "assessments": "Record three answers about one conversation, correct them, read them.",
    "second opinions": "An own view of a conversation, given before seeing how it was judged; then both.",
    "approach": "What was used of an advice and what followed; the entries an organisation adds and hides.",
    "reflections": "Questions to stop and think, and what was written. Nobody has to; nothing is counted.",
    "cases": "Cases: open, close, reopen, hand over; the caseload and the matrix of a case.",
    "history": "How working relationships changed, as of a date and as known at a date.",
    "signals": "What asks for attention in a thread: the rules, and from when on.",
    "reports": "Counts about a team, the small ones hidden; never about one practitioner.",
    "clients": "The rights of clients: how long a file stays, restriction, a copy, erasure.",
    "organisation": "Colleagues and teams.",
    "training": "A group that judges stories together, and how far it agrees. It holds no clients.",
    "access log": "Who saw or changed what, told to the client too, and the monthly review of it.",
    "description": "This description itself.",
    "health": "For the one who looks after the service.",
}

_DESCRIPTION = """\
Werkrelatie records three answers about one conversation (is there a problem, a help request, a
share in the solution) and classifies the *working relationship* of solution-focused practice:
visitor, complainant or customer. It says why, suggests an approach and keeps how it changes.

A type says something about one relationship, on one concern, at one moment. It never types a
person, and is never a reason to refuse, delay or stop help.
"""

# Of every answer.
_COMMON_HEADERS: Json = {
    "API-Version": {
        "description": "The full version of the API.",
        "required": True,
        "schema": {"type": "string", "examples": [API_VERSION]},
    },
    "X-Request-Id": {
        "description": "The id of this request; it also stands in the log.",
        "required": True,
        "schema": {"type": "string", "examples": ["0199f0a47f6c7c3e8a512f6f3c1d9e10"]},
    },
}
# Of the answers that name them.
_HEADERS: Json = _COMMON_HEADERS | {
    "Cache-Control": {
        "description": "How long a copy may be kept.",
        "required": True,
        "schema": {"type": "string", "examples": ["public, max-age=3600"]},
    },
    "ETag": {
        "description": "The version of what is in the answer. To change it, send this as `If-Match`.",
        "required": True,
        "schema": {"type": "string", "examples": ['"1-1"']},
    },
    "Link": {
        "description": "The address of the next page, unless this is the last one.",
        "schema": {"type": "string", "examples": [f'</v1/cases?cursor={EXAMPLE_CURSOR}>; rel="next"']},
    },
    "Location": {
        "description": "The address of what was made.",
        "required": True,
        "schema": {"type": "string", "examples": ["/v1/cases/0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"]},
    },
    "Retry-After": {
        "description": "After how many seconds to try again.",
        "required": True,
        "schema": {"type": "string", "examples": ["2"]},
    },
    "WWW-Authenticate": {
        "description": "How to show who you are.",
        "required": True,
        "schema": {"type": "string", "examples": ["Bearer"]},
    },
}
_HEADERS_BY_STATUS = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}

_LANGUAGE: Json = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "`nl` or `en`; Dutch when left out.",
    "schema": {"type": "string", "examples": ["en"]},
}
_OPENAPI_RESPONSE: Json = {
    "description": "An OpenAPI document.",
    "content": {"application/json": {"schema": {"type": "object"}}},
    "headers": {
        # In lower case, because the design rules look for it so.
        "access-control-allow-origin": {
            "description": "Pages of any host may read it.",
            "schema": {"type": "string", "enum": ["*"]},
        }
    },
}


def publish(app: FastAPI) -> None:
    """Describe the application, once, and serve the description to any page of any host."""
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # FastAPI's own way to do it
    newest = cache(lambda: as_text(document(app)))
    older = cache(lambda: as_text(as_3_0(document(app))))

    @app.get(
        f"{SERVER}/openapi.json",
        tags=["description"],
        summary="Read this description",
        responses={200: _OPENAPI_RESPONSE},
    )
    @open_to_all
    async def read_openapi() -> Response:
        """Return this description in OpenAPI 3.1; `/v1/openapi-3.0.json` has it in 3.0, for older tools."""
        return _published(newest())

    @app.get(f"{SERVER}/openapi-3.0.json", include_in_schema=False)
    @open_to_all
    async def read_openapi_3_0() -> Response:
        return _published(older())


def _published(text: str) -> Response:
    return Response(
        text,
        media_type="application/json",
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"},
    )


def as_text(description: Json) -> str:
    """Write a description so that two versions can be compared line by line."""
    return json.dumps(description, indent=2, ensure_ascii=False) + "\n"


def document(app: FastAPI) -> Json:
    """Return the OpenAPI 3.1 description. It is made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _document(app)
    return app.openapi_schema


def _document(app: FastAPI) -> Json:
    description = get_openapi(
        title="Werkrelatie",
        version=API_VERSION,
        summary="Record, classify and follow working relationships in social work.",
        description=_DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
        servers=[{"url": SERVER, "description": "This installation."}],
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    description["info"]["contact"] = {
        "name": "The administrator of this installation",
        "url": "https://example.org/werkrelatie",
        "email": "werkrelatie@example.org",
    }
    _declare_permissions(app, description)
    for item in description["paths"].values():
        for operation in item.values():
            if operation["tags"] not in (["health"], ["description"]):
                operation.setdefault("parameters", []).append(_LANGUAGE)
            _mend_parameters(operation.get("parameters", []))
            _mend_responses(operation["responses"])
    description["paths"] = _below_the_server(description["paths"])
    components = description["components"]
    components["headers"] = _HEADERS
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of an organisation: `wr_` and 46 letters and digits.",
        }
    }
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    return description


def _declare_permissions(app: FastAPI, description: Json) -> None:
    for context in iter_route_contexts(app.routes):
        item = description["paths"].get(context.path)
        if item is None:
            continue
        permission = permission_of(context.original_route)  # type: ignore[arg-type]  # what has a description is an API route
        for method in context.methods or ():
            operation = item[method.lower()]
            operation["security"] = [{"token": []}] if permission else []
            if permission:
                operation["x-permission"] = permission.value
                operation["description"] += (
                    f"\n\nNeeds the permission `{permission}`: {PERMISSION_SENTENCES[permission].en}."
                )


def _mend_parameters(parameters: list[Json]) -> None:
    """Say what can be sent: an address or a header has no null, and a change names its version."""
    for parameter in parameters:
        schema = parameter["schema"]
        choices = schema.get("anyOf", [])
        if _NULL in choices:
            others = [choice for choice in schema.pop("anyOf") if choice != _NULL]
            parameter["schema"] = (others[0] if len(others) == 1 else {"anyOf": others}) | schema
        # It is optional to FastAPI, so that leaving it out can be answered with 428.
        parameter["required"] |= parameter["name"] == "If-Match"


def _mend_responses(responses: Json) -> None:
    """Give every answer its headers, and every refusal its media type."""
    # FastAPI describes its own answer to invalid input; ours is 400. A 422 of ours is about a used key.
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status, response in responses.items():
        names = (*_COMMON_HEADERS, *_HEADERS_BY_STATUS.get(status, ()))
        common = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        response["headers"] = response.get("headers", {}) | common
        content = response.get("content", {})
        if status >= "400" and "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")


def _below_the_server(paths: Json) -> Json:
    """Write paths below the server's address, and say where the others are."""
    return {
        path.removeprefix(SERVER): (item if path.startswith(SERVER) else {"servers": [{"url": "/"}], **item})
        for path, item in paths.items()
    }


# ---------------------------------------------------------------- OpenAPI 3.0


def as_3_0(description: Json) -> Json:
    """Render a 3.1 description as 3.0.3: `null` becomes `nullable`, `examples` becomes `example`."""
    rendered: Json = _schemas_as_3_0(description)
    rendered["openapi"] = "3.0.3"
    rendered["info"].pop("summary", None)
    rendered["info"]["license"].pop("identifier", None)
    return rendered


# 3.0 has no type for null. This is a schema that nothing but null fits.
_NULL_3_0: Json = {"type": "string", "nullable": True, "enum": [None]}


def _schemas_as_3_0(part: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(part, list):
        return [_schemas_as_3_0(one) for one in part]
    if not isinstance(part, dict):
        return part
    rendered = {key: _schemas_as_3_0(value) for key, value in part.items()}
    if isinstance(rendered.get("examples"), list):
        rendered["example"] = rendered.pop("examples")[0]
    if "const" in rendered:
        rendered["enum"] = [rendered.pop("const")]
    rendered.pop("propertyNames", None)  # 3.0 cannot say it; the example shows the names
    if part == _NULL:
        return _NULL_3_0
    choices = rendered.get("anyOf", [])
    if len(choices) > 1 and _NULL_3_0 in choices:
        (other,) = (choice for choice in choices if choice != _NULL_3_0)
        if "type" in other:  # without it `nullable` says nothing
            rendered.pop("anyOf")
            rendered |= other | {"nullable": True}
    elif "$ref" in rendered and len(rendered) > 1:
        # Beside a reference nothing else counts in 3.0.
        rendered["allOf"] = [{"$ref": rendered.pop("$ref")}]
    return rendered

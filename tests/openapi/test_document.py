"""The API description: complete, true, and the same as the one in docs/."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlmodel import SQLModel

from app.domain.roles import PERMISSION_SENTENCES
from app.main import create_app
from app.models.base import FreeText, Reference, ShortText
from app.openapi import SERVER, as_3_0, as_text, document
from app.problems import MEDIA_TYPE
from app.unguarded import api_routes, is_page, permission_of
from tests.promises.world import OWN_ENTRY
from tests.support import Caller

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
APP = create_app()
DESCRIPTION = document(APP)
SCHEMAS: dict[str, Json] = DESCRIPTION["components"]["schemas"]

OPERATIONS: dict[str, Json] = {
    operation["operationId"]: operation
    for item in DESCRIPTION["paths"].values()
    for method, operation in item.items()
    if method != "servers"
}
PLACES = {
    operation["operationId"]: (method.upper(), path)
    for path, item in DESCRIPTION["paths"].items()
    for method, operation in item.items()
    if method != "servers"
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS.keys())

# ---------------------------------------------------------------- what there is


def test_the_addresses_are_those_of_this_version() -> None:
    assert set(PLACES.values()) == {
        ("POST", "/classifications"),
        ("GET", "/classifications"),
        ("GET", "/classifications/{combination}"),
        ("GET", "/schema"),
        ("GET", "/approaches"),
        ("GET", "/approaches/{id}"),
        ("GET", "/vignettes"),
        ("GET", "/vignettes/{id}"),
        ("GET", "/sources"),
        ("POST", "/plain-language-checks"),
        ("GET", "/signals"),
        ("GET", "/signal-settings"),
        ("PUT", "/signal-settings"),
        ("POST", "/assessments"),
        ("GET", "/assessments"),
        ("GET", "/assessments/{id}"),
        ("POST", "/assessments/{id}/corrections"),
        ("POST", "/assessments/{id}/statements"),
        ("POST", "/assessments/{id}/second-opinions"),
        ("GET", "/second-opinions"),
        ("GET", "/second-opinions/{id}"),
        ("POST", "/second-opinions/{id}/answers"),
        ("POST", "/second-opinions/{id}/withdrawals"),
        ("POST", "/assessments/{id}/advice-uses"),
        ("GET", "/assessments/{id}/advice-uses"),
        ("GET", "/reflection-prompts"),
        ("GET", "/reflections"),
        ("POST", "/reflections"),
        ("GET", "/own-entries"),
        ("POST", "/own-entries"),
        ("GET", "/own-entries/{id}"),
        ("GET", "/own-entries/{id}/versions"),
        ("POST", "/own-entries/{id}/versions"),
        ("GET", "/hidden-entries"),
        ("POST", "/hidden-entries"),
        ("GET", "/clients"),
        ("GET", "/clients/{case_reference}"),
        ("PATCH", "/clients/{case_reference}"),
        ("GET", "/clients/{case_reference}/export"),
        ("POST", "/clients/{case_reference}/withholdings"),
        ("GET", "/reports/retention"),
        ("POST", "/erasure-orders"),
        ("GET", "/erasure-orders"),
        ("GET", "/erasure-orders/{id}"),
        ("POST", "/erasure-orders/{id}/decisions"),
        ("POST", "/erasure-orders/{id}/executions"),
        ("POST", "/cases"),
        ("GET", "/cases"),
        ("GET", "/cases/{id}"),
        ("PATCH", "/cases/{id}"),
        ("GET", "/cases/{id}/threads"),
        ("GET", "/threads"),
        ("GET", "/threads/{id}"),
        ("GET", "/transitions"),
        ("GET", "/reports/transitions"),
        ("GET", "/reports/caseload"),
        ("GET", "/reports/durations"),
        ("GET", "/users"),
        ("GET", "/teams"),
        ("GET", "/access-events"),
        ("GET", "/clients/{case_reference}/access-events"),
        ("GET", "/access-reviews"),
        ("POST", "/access-reviews"),
        ("GET", "/access-reviews/{month}"),
        ("POST", "/training-sessions"),
        ("GET", "/training-sessions"),
        ("GET", "/training-sessions/{code}"),
        ("PATCH", "/training-sessions/{code}"),
        ("POST", "/training-sessions/{code}/participants"),
        ("POST", "/training-sessions/{code}/answers"),
        ("GET", "/training-sessions/{code}/answers"),
        ("GET", "/training-sessions/{code}/agreement"),
        ("GET", "/openapi.json"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
    }
    assert DESCRIPTION["info"]["version"] == "1.0.0"


@pytest.mark.parametrize(
    ("name", "rendered"),
    [("openapi.json", DESCRIPTION), ("openapi-3.0.json", as_3_0(DESCRIPTION))],
    ids=["3.1", "3.0"],
)
def test_the_description_in_docs_and_the_served_one_are_that_of_the_application(
    name: str, rendered: Json, callers: dict[str, Caller]
) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == as_text(rendered)
    response = callers["nobody"].get(f"{SERVER}/{name}")
    assert response.text == as_text(rendered)
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_every_route_is_described_but_the_older_rendering() -> None:
    described = {(method, _full(path)) for method, path in PLACES.values()}
    routes = {
        (method, one.path)
        for one in iter_route_contexts(APP.routes)
        if not is_page(one.original_route)  # type: ignore[arg-type]  # all are API routes, or do not start
        for method in one.methods or ()
    }
    assert routes - described == {("GET", "/v1/openapi-3.0.json")}
    assert described < routes


def _full(path: str) -> str:
    return path if "servers" in DESCRIPTION["paths"][path] else SERVER + path


# ---------------------------------------------------------------- operations


def test_an_operation_is_called_what_its_function_is_called() -> None:
    functions = [route.endpoint.__name__ for route in api_routes(APP) if route.include_in_schema]
    assert sorted(functions) == sorted(OPERATIONS)


@every_operation
def test_an_operation_says_what_it_is(operation: Json) -> None:
    assert operation["summary"]
    assert operation["description"]
    (tag,) = operation["tags"]
    assert tag in {one["name"] for one in DESCRIPTION["tags"] if one["description"]}


def test_every_tag_is_used() -> None:
    used = {tag for operation in OPERATIONS.values() for tag in operation["tags"]}
    assert used == {one["name"] for one in DESCRIPTION["tags"]}


@pytest.mark.parametrize("route", [route for route in api_routes(APP) if route.include_in_schema])
def test_an_operation_shows_its_permission_unless_it_is_open(route: APIRoute) -> None:
    operation = OPERATIONS[route.name]
    permission = permission_of(route)
    if permission is None:
        assert "x-permission" not in operation
        assert operation["security"] == []
    else:
        assert operation["x-permission"] == permission
        assert operation["security"] == [{"token": []}]
        assert PERMISSION_SENTENCES[permission].en in operation["description"]


@every_operation
def test_a_parameter_is_described_and_its_name_is_a_single_lower_case_word(operation: Json) -> None:
    for parameter in operation.get("parameters", []):
        assert parameter["description"]
        # The rule is about queries; what fills a gap in an address is called what it is.
        allowed = "[a-z]+" if parameter["in"] == "query" else "[a-z_]+"
        assert parameter["in"] == "header" or re.fullmatch(allowed, parameter["name"])
        assert {"type": "null"} not in parameter["schema"].get("anyOf", [])


# ---------------------------------------------------------------- answers


@every_operation
def test_invalid_input_is_400_and_only_a_used_key_is_422(operation: Json) -> None:
    takes_keys = any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", []))
    assert ("422" in operation["responses"]) == takes_keys
    assert "400" in operation["responses"] or "parameters" not in operation


@every_operation
def test_every_refusal_is_a_problem_document(operation: Json) -> None:
    refusals = {status: one for status, one in operation["responses"].items() if status >= "400"}
    for status, response in refusals.items():
        ((media_type, content),) = response["content"].items()
        assert media_type == MEDIA_TYPE
        model = "InvalidInputProblem" if status == "400" else "Problem"
        assert content["schema"] == {"$ref": f"#/components/schemas/{model}"}


@every_operation
def test_every_answer_has_the_headers_of_every_answer(operation: Json) -> None:
    for response in operation["responses"].values():
        assert {"API-Version", "X-Request-Id"} <= response["headers"].keys()


def test_nothing_that_goes_out_is_optional() -> None:
    out = set(_reachable(operation["responses"] for operation in OPERATIONS.values()))
    assert {"AssessmentRead", "Problem"} <= out
    optional = {
        f"{name}.{field}"
        for name in out
        for field in SCHEMAS[name].get("properties", {}).keys() - SCHEMAS[name].get("required", [])
    }
    assert optional == set()


def test_no_table_is_shown() -> None:
    tables = {mapper.class_.__name__ for mapper in SQLModel._sa_registry.mappers}
    assert "Assessment" in tables
    assert tables.isdisjoint(SCHEMAS)


def _reachable(part: Any, found: set[str] | None = None) -> set[str]:
    """Return the names of all schemas that a part of the description leads to."""
    found = set() if found is None else found
    for name in _references(part):
        if name not in found:
            found.add(name)
            _reachable(SCHEMAS[name], found)
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        target = part.get("$ref", "")
        if target.startswith("#/components/schemas/"):
            yield target.rpartition("/")[2]
        part = part.values()
    elif isinstance(part, str | int | float | None):
        return
    for inner in part:
        yield from _references(inner)


# ---------------------------------------------------------------- fields


def test_every_field_has_a_description_and_an_example() -> None:
    without_description, without_example = set(), set()
    for name, schema in SCHEMAS.items():
        for field, described in schema.get("properties", {}).items():
            said = {key for part in _parts(described) for key in part}
            if "description" not in said:
                without_description.add(f"{name}.{field}")
            # An object has its examples field by field.
            if said.isdisjoint({"examples", "properties"}):
                without_example.add(f"{name}.{field}")
    assert (without_description, without_example) == (set(), set())


def _parts(schema: Json) -> Iterator[Json]:
    """Return a schema and what it is made of: its alternatives, its items, the target of a reference."""
    yield schema
    inside = [*schema.get("anyOf", [])]
    if "items" in schema:
        inside.append(schema["items"])
    if "$ref" in schema:
        inside.append(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    for part in inside:
        yield from _parts(part)


# The description leaves out the noncharacters beyond the basic plane.
RARITIES = "".join(chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))
TEXTS = st.text(
    st.sampled_from("a \t\n\r\0\x0b\x1c\x7f\x85\xa0\u200b\u2028\u202e\u2066\ufdd0\ufeff\ufffe😀")
    | st.characters(codec="utf-8", exclude_characters=RARITIES),
    max_size=9,
)


@pytest.mark.parametrize("kind", [Reference, ShortText, FreeText], ids=lambda kind: kind.__name__)
@settings(derandomize=True, max_examples=500)
@given(text=TEXTS)
def test_the_pattern_of_a_text_fits_what_is_accepted_and_nothing_else(kind: Any, text: str) -> None:
    try:
        TypeAdapter(kind).validate_python(text)
    except ValidationError:
        accepted = False
    else:
        accepted = True
    assert bool(re.search(SCHEMAS[kind.__name__]["pattern"], text)) == accepted


# ---------------------------------------------------------------- examples

EXAMPLES = {
    f"{name}: {title}": (name, title, example["value"])
    for name, operation in OPERATIONS.items()
    if "requestBody" in operation
    for title, example in operation["requestBody"]["content"]["application/json"]["examples"].items()
}


def test_every_body_has_examples_with_a_name() -> None:
    with_body = {name for name, operation in OPERATIONS.items() if "requestBody" in operation}
    assert {name for name, _, _ in EXAMPLES.values()} == with_body


WHO = {
    "change_client": "petra",
    "withhold_passage": "petra",
    "decide_erasure": "petra",
    "execute_erasure": "aad",
    "create_access_review": "petra",
    **dict.fromkeys(("add_own_entry", "change_own_entry", "hide_entry"), "sam"),
    "change_signal_settings": "sofie",
    "begin_training": "tess",
    "change_training": "tess",
    "give_second_opinion": "sam",
}
"""Who does what a practitioner does not do."""


def order_for(name: str, callers: dict[str, Caller]) -> str:
    """Ask for an erasure, and let it be granted when it is to be carried out."""
    callers["anna"].record()
    body = {"case": {"reference": "2026-0042"}, "reason": "client_asked"}
    order = callers["anna"].post("/v1/erasure-orders", body).json()
    if name == "execute_erasure":
        path = f"/v1/erasure-orders/{order['id']}/decisions"
        granted = callers["petra"].post(path, {"granted": True}, headers={"If-Match": "*"})
        assert granted.status_code == 200
    return str(order["id"])


def training_for(callers: dict[str, Caller]) -> tuple[str, str]:
    """Begin a training that somebody joins; return its code and what to answer with."""
    code = callers["tess"].post("/v1/training-sessions", {"vignettes": ["vg03"]}).json()["code"]
    joined = callers["nobody"].post(f"/v1/training-sessions/{code}/participants", {"nickname": "Otter"})
    return code, joined.json()["participant"]


@pytest.mark.parametrize(("name", "title", "body"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_an_example_is_true(name: str, title: str, body: Json, callers: dict[str, Caller]) -> None:
    method, path = PLACES[name]
    recorded = callers["anna"].record(case={"reference": "2026-0001"}, note="Met at school.")
    ids = {"assessments": recorded["id"], "cases": recorded["case_id"]}
    if path.startswith("/own-entries"):
        ids["own-entries"] = callers["sam"].post("/v1/own-entries", OWN_ENTRY).json()["id"]
    if body.get("hidden") is False:
        assert callers["sam"].post("/v1/hidden-entries", {**body, "hidden": True}).status_code == 201
    if path.startswith("/erasure-orders"):
        ids["erasure-orders"] = order_for(name, callers)
    if "second-opinion" in path:
        supervisor = next(
            one["id"] for one in callers["anna"].get("/v1/users").json()["items"] if one["name"] == "sam"
        )
        asked = {"supervisor_id": supervisor}
        if path.startswith("/second-opinions"):
            ask = f"/v1/assessments/{recorded['id']}/second-opinions"
            ids["second-opinions"] = callers["anna"].post(ask, asked).json()["id"]
        body = {**body, **{name: asked[name] for name in body if name in asked}}
    if "entity_id" in body:
        body = {**body, "entity_id": recorded["id"]}
    code, participant = training_for(callers)
    if name == "answer_training":
        body = {**body, "participant": participant}
    response = callers[WHO.get(name, "anna")].http.request(
        method,
        SERVER + path.format(id=ids.get(path.split("/")[1]), case_reference="2026-0001", code=code),
        json=body,
        headers={"If-Match": "*"},
    )
    # Of two, the larger one is for what is new.
    success = max(int(status) for status in OPERATIONS[name]["responses"] if status < "400")
    assert response.status_code == success, response.text
    if name == "classify":
        assert response.json()["relationship_type"] == title


# ---------------------------------------------------------------- methods


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
def test_allow_names_every_method_of_an_address(callers: dict[str, Caller]) -> None:
    methods: dict[str, set[str]] = {}
    for method, path in PLACES.values():
        methods.setdefault(_full(path), set()).add(method)
    allowed = {path: callers["anna"].http.request("TRACE", path).headers["Allow"] for path in methods}
    assert {path: set(value.split(", ")) for path, value in allowed.items()} == methods


# ---------------------------------------------------------------- 3.0


def test_the_rendering_in_3_0_has_nothing_of_3_1() -> None:
    newer = {
        f"{key}: {value}"
        for key, value in _pairs(as_3_0(DESCRIPTION))
        if key in {"const", "propertyNames"}
        or (key == "examples" and isinstance(value, list))
        or (key == "type" and (value == "null" or isinstance(value, list)))
    }
    assert newer == set()


def test_null_is_allowed_in_3_0_wherever_it_is_in_3_1() -> None:
    older: dict[str, Json] = as_3_0(DESCRIPTION)["components"]["schemas"]
    assert older.keys() == SCHEMAS.keys()
    for name, schema in SCHEMAS.items():
        fields = schema.get("properties", {})
        assert {field for field, one in fields.items() if {"type": "null"} in one.get("anyOf", [])} == {
            field
            for field, one in older[name].get("properties", {}).items()
            if any(choice.get("nullable") for choice in (one, *one.get("anyOf", [])))
        }


def _pairs(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        yield from part.items()
        part = part.values()
    elif not isinstance(part, list):
        return
    for inner in part:
        yield from _pairs(inner)

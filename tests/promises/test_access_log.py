"""No data without a line in the log: every route x every caller, read from the log itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.database import transaction
from app.knowledge import Knowledge
from app.models.base import metadata
from tests.log_rows import lines
from tests.promises.test_access_matrix import NAMES_A_CASE, OPERATIONS, STEPS, TABLE, Row, ask
from tests.promises.world import CALLERS, World, all_rows, embedded_database, make_world
from tests.support import server_database

KNOWN = CALLERS[: CALLERS.index("unknown")]
"""Callers with a token that works."""


@pytest.fixture(scope="module", params=["embedded", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge
) -> Iterator[World]:
    """A world of its own: an assessment is corrected once, and the matrix does that too."""
    if request.param == "embedded":
        template: Path = request.getfixturevalue("embedded_template")
        opened = embedded_database(template, tmp_path_factory.mktemp("logged"))
    else:
        opened = server_database(request.getfixturevalue("postgresql_address"))
    with opened as database, make_world(database, knowledge) as made:
        yield made


def cases_by_id(world: World) -> dict[UUID, tuple[UUID, UUID]]:
    """Return the organisation and the case behind every id that belongs to one."""
    found = {}
    with transaction(world.keeper, write=False) as connection:
        for table in metadata.sorted_tables:
            if table.name == "case":
                columns = (table.c.id, table.c.organisation_id, table.c.id)
            elif {"id", "case_id"} <= {*table.columns.keys()}:
                columns = (table.c.id, table.c.organisation_id, table.c.case_id)
            else:
                continue
            for id_, organisation_id, case_id in connection.execute(select(*columns)):
                if case_id is not None:  # a reflection can be about no case
                    found[id_] = (organisation_id, case_id)
    return found


def ids_in(part: Any) -> Iterator[UUID]:
    """Yield everything in a document that is an id."""
    if isinstance(part, dict):
        part = [*part.values()]
    if isinstance(part, list):
        for inner in part:
            yield from ids_in(inner)
    elif isinstance(part, str):
        try:
            yield UUID(part)
        except ValueError:
            return


def lines_of(world: World, response: Response) -> list[dict[str, Any]]:
    """Return the lines that one request left."""
    return lines(world.keeper, request_id=response.headers["X-Request-Id"])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_shows_a_client_leaves_one_line_with_every_case_in_the_answer(
    world: World, operation: str
) -> None:
    for row in [row for row in TABLE if row[0] == operation]:
        for caller in [caller for caller in CALLERS if TABLE[row][caller] < 300]:
            response = ask(world, caller, row)
            assert response.status_code == TABLE[row][caller]
            if response.headers["Content-Type"] != "application/json":
                continue
            left = lines_of(world, response)
            behind = cases_by_id(world)
            shown = {behind[id_] for id_ in ids_in(response.json()) if id_ in behind}
            if not shown:
                assert len(left) <= 1
                continue
            (line,) = left
            assert line["outcome"] == "granted"
            here = line["organisation_id"]
            assert {case_id for organisation_id, case_id in shown if organisation_id == here} <= line["cases"]
            # An id of another organisation stands there only as what was asked for in vain.
            assert operation == "GET /v1/access-events" or {here} == {one for one, _ in shown}


def test_the_routes_that_show_clients_are_really_looked_at(world: World) -> None:
    behind = cases_by_id(world)
    showing = set()
    for row, cells in TABLE.items():
        for caller in ("owner", "privacy_officer"):
            if cells[caller] < 300 and row[1] in ("own", "-"):
                response = ask(world, caller, row)
                if "json" in response.headers["Content-Type"] and any(
                    id_ in behind for id_ in ids_in(response.json())
                ):
                    showing.add(row[0])
    assert {
        "GET /v1/assessments",
        "GET /v1/assessments/{id}",
        "GET /v1/cases",
        "GET /v1/cases/{id}",
        "PATCH /v1/cases/{id}",
        "GET /v1/cases/{id}/threads",
        "GET /v1/threads/{id}",
        "GET /v1/transitions",
        "GET /v1/threads",
        "GET /v1/access-events",
    } <= showing


def object_of(world: World, row: Row) -> UUID | None:
    """Return the case that a request is about."""
    operation, kind = row
    if kind not in world.objects:
        return None
    if "/own-entries" in operation:
        return None  # the approach of an organisation is about no client
    if operation in NAMES_A_CASE:
        # Each of these operations has a case of its own, made when it is first asked for.
        reference = f"{operation.split('/')[2]}-{kind}"
        return None if kind == "other_organisation" else _case_called(world, reference)
    if operation.partition(" ")[2] in STEPS and kind != "other_organisation":
        return _case_of_the_newest_order(world)
    of_opinion = "/v1/second-opinions/" in operation
    return UUID(world.objects[kind]["opinion-cases" if of_opinion else "cases"])


def _case_called(world: World, reference: str) -> UUID:
    case = metadata.tables["case"]
    with transaction(world.keeper, write=False) as connection:
        return UUID(str(connection.execute(select(case.c.id).where(case.c.reference == reference)).scalar()))


def _case_of_the_newest_order(world: World) -> UUID:
    orders = all_rows(world.keeper)["erasure_order"]
    names = [column.name for column in metadata.tables["erasure_order"].columns]
    newest = max((dict(zip(names, order, strict=True)) for order in orders), key=lambda order: order["id"])
    case_id: UUID = newest["case_id"]
    return case_id


def names_its_case(operation: str, status: int) -> bool:
    """Tell whether a refusal can know which case it is about.

    A role that can do something to no case at all is refused before its body is looked at.
    """
    return status == 404 or "{id}" in operation or "{case_reference}" in operation


@pytest.mark.parametrize("row", [row for row in TABLE if TABLE[row]["anonymous"] == 401], ids=" ".join)
def test_a_refusal_leaves_one_line_that_names_the_case(world: World, row: Row) -> None:
    for caller in (*KNOWN, "expired", "revoked"):
        if TABLE[row][caller] not in (401, 403, 404):
            continue
        response = ask(world, caller, row)
        (line,) = lines_of(world, response)
        expected = {
            401: {"token_expired", "token_revoked"},
            403: {"not-permitted"},
            404: {"not-found", "no-such-session"},
        }[response.status_code]
        assert line["outcome"] == "denied"
        assert line["reason"] in expected
        assert line["token_id"] is not None
        assert line["application"]
        case_id = object_of(world, row)
        foreign = (caller == "foreigner") is not (row[1] == "other_organisation")
        if case_id is None or foreign:
            assert line["cases"] == set()
        elif names_its_case(row[0], response.status_code):
            assert line["cases"] == {case_id}


@pytest.mark.parametrize("row", [row for row in TABLE if TABLE[row]["anonymous"] == 401], ids=" ".join)
def test_a_token_that_nobody_made_leaves_no_line(world: World, row: Row) -> None:
    for caller in ("unknown", "malformed", "anonymous"):
        assert lines_of(world, ask(world, caller, row)) == []

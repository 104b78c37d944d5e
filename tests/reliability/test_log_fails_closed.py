"""R17: when the access log cannot be written nothing leaves, and nothing is kept."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from typing import Any

import pytest

from app.database import Database, OrganisationSession, transaction
from app.domain.errors import CannotLog
from app.knowledge import Knowledge
from app.services.access_log import write_down
from app.services.work import Work
from tests.promises.test_access_matrix import TABLE, _filled, body_of
from tests.promises.world import CALLERS, CANARY, World, all_rows, make_world
from tests.reliability.volume import report, volume
from tests.support import as_role, tampering

Request = tuple[str, str, str, dict[str, Any]]
"""Caller, method, path and the rest."""

WITHOUT_CLIENTS = {
    *("GET /v1/users", "GET /v1/teams"),
    *("GET /v1/training-sessions", "GET /v1/training-sessions/{code}/answers"),
    *("GET /v1/signal-settings", "GET /v1/hidden-entries"),
    *("GET /v1/own-entries", "GET /v1/own-entries/{id}", "GET /v1/own-entries/{id}/versions"),
}
"""Routes with a permission that show nothing about anybody's case, and so leave no line."""

BREAKAGES = {
    "embedded": {
        "a trigger": "CREATE TRIGGER broken BEFORE INSERT ON access_event "
        "BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "a trigger on the clients": "CREATE TRIGGER broken BEFORE INSERT ON accessed_client "
        "BEGIN SELECT RAISE(ABORT, 'broken'); END",
    },
    "postgresql": {
        "a trigger": "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'broken'; END $$; "
        "CREATE TRIGGER broken BEFORE INSERT ON access_event FOR EACH ROW EXECUTE FUNCTION broken()",
        "a right that is gone": "REVOKE INSERT ON access_event FROM app_rw",
    },
}


@pytest.fixture(params=[(kind, name) for kind, ways in BREAKAGES.items() for name in ways], ids=" ".join)
def broken(request: pytest.FixtureRequest, knowledge: Knowledge) -> Iterator[World]:
    """A world with clients in it, in which the log then breaks."""
    kind, name = request.param
    database: Database = request.getfixturevalue(kind)
    with make_world(database, knowledge) as world:
        break_it(database, BREAKAGES[kind][name])
        yield world


def break_it(database: Database, statement: str) -> None:
    if database.is_embedded:
        with tampering(database) as connection:
            connection.exec_driver_sql(statement)
        return
    with as_role(database, "owner") as owner, transaction(owner, write=True) as connection:
        connection.exec_driver_sql(statement)


def requests(world: World) -> list[Request]:
    """Return every request of every known caller that is answered with 2xx when the log works."""
    found = []
    for (operation, kind), cells in TABLE.items():
        method, path = operation.split()
        if cells["anonymous"] != 401 or operation in WITHOUT_CLIENTS or kind not in ("own", "-", "existing"):
            continue
        for caller in CALLERS:
            if cells[caller] >= 300:
                continue
            if operation.endswith("/executions"):
                continue  # the order of this world was not granted, which is refused before any line
            body = body_of(operation, world.objects["own"]["reference"])
            if operation.endswith("/withholdings"):
                body = {"entity_id": world.objects["own"]["assessments"], "field": "note", "ground": "harm"}
            if method == "POST" and operation.endswith("/second-opinions"):
                body = {"supervisor_id": str(world.asked["own"].user_id)}
            options = {} if method == "GET" else {"json": body, "headers": {"If-Match": "*"}}
            found.append((caller, method, _filled(world, path, kind), options))
    searches = [
        f"/v1/cases?reference={world.objects['own']['reference']}",
        f"/v1/assessments?case={world.objects['own']['cases']}",
        "/v1/transitions?to=customer",
    ]
    return found + [("owner", "GET", path, {}) for path in searches]


def test_nothing_leaves_and_nothing_is_kept(broken: World, request: pytest.FixtureRequest) -> None:
    database = broken.app.state.surroundings.database
    only_clients = "clients" in request.node.name
    asked = requests(broken)
    if only_clients:  # one without clients can be written: of an empty list, a review, a reflection
        asked = [one for one in asked if one[0] == "owner" and one[2] != "/v1/reflections"]
    before = all_rows(database)
    answers = set()
    for caller, method, path, options in islice(cycle(asked), volume(120, 1000)):
        response = broken.ask(caller, method, path, **options)
        body = response.json()
        assert body.pop("instance") == response.headers["X-Request-Id"]
        assert response.headers["Retry-After"] == "60"
        answers.add((response.status_code, str(body)))
    # Every answer has the same words, so there is not a byte of content in any.
    ((status, words),) = answers
    assert status == 503
    assert "cannot-log" in words
    assert CANARY not in words
    assert all_rows(database) == before
    assert len(asked) <= volume(120, 1000)
    report(
        "R17",
        "reads, searches and writes while the access log is broken: " + request.node.callspec.id,
        "embedded" if database.is_embedded else "postgresql",
        figure=f"{volume(120, 1000)} requests: 503 each, 0 bytes of content, nothing kept",
        passes="0 bytes of content",
        control="a log that is written in the background shows content",
    )


def test_a_refusal_that_cannot_be_written_down_shows_nothing_either(broken: World) -> None:
    case_id = broken.objects["own"]["cases"]
    for caller in ("colleague", "admin", "revoked"):
        response = broken.ask(caller, "GET", f"/v1/cases/{case_id}")
        assert response.status_code == 503
        assert case_id not in response.text


def test_what_is_open_to_all_still_works(broken: World) -> None:
    assert broken.ask("anonymous", "GET", "/v1/schema").status_code == 200
    assert broken.ask("anonymous", "GET", "/health/ready").status_code == 200


def test_a_log_that_is_written_in_the_background_leaks(
    broken: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = broken.app.state.surroundings.database
    written: list[Future[None]] = []
    with ThreadPoolExecutor(1) as background:

        def write_in_a_transaction_of_its_own(work: Work) -> None:
            with (
                transaction(database, write=True) as connection,
                OrganisationSession(connection, work.actor.organisation_id) as session,
            ):
                write_down(replace(work, session=session))

        def write_later(work: Work) -> None:
            written.append(background.submit(write_in_a_transaction_of_its_own, work))

        monkeypatch.setattr("app.access.write_down", write_later)
        response = broken.ask("owner", "GET", f"/v1/cases/{broken.objects['own']['cases']}")
    assert response.status_code == 200
    assert CANARY in response.text
    assert isinstance(written[0].exception(), CannotLog)

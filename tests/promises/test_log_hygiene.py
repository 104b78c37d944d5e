"""R20: what somebody sends stands nowhere but in the record itself: in no log, refusal or access log."""

import io
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import structlog

from app import edge
from app.database import Database
from app.logs import set_up_logs
from tests.promises.world import all_rows
from tests.support import Caller, answers, assessment

NAME = "Kanarie van der Vogel"
BSN = "111222333"
TOKEN = "wr_" + "C4n4ry" * 8
CANARIES = (NAME, BSN, TOKEN, "Kanarie", "C4n4ry")

# What a caller is told to use for references of its own may stand in the access log: X-Acting-User, and
# X-Request-Id also in the log. They are described as opaque; docs/access-log.md says so.


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Log everything the service logs, at its most talkative, into a text."""
    before = structlog.get_config(), logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    with redirect_stderr(stream):
        set_up_logs("debug")
    monkeypatch.setattr(edge, "log", structlog.get_logger())
    # The client of these tests logs the addresses it asks for; it is no part of the service.
    for name in ("httpx2", "httpcore2", "asyncio"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)
    yield stream
    structlog.configure(**before[0])
    logging.root.handlers[:] = before[1]
    logging.root.setLevel(before[2])


def canaries_in(text: str) -> set[str]:
    return {canary for canary in CANARIES if canary in text}


def everywhere(canary: str) -> list[tuple[str, str, Any]]:
    """Return calls with a canary in every field, right ones and wrong ones."""
    body = assessment(
        case={"reference": canary},
        participant={"reference": canary, "role": "parent"},
        concern={"reference": canary, "wording": canary},
        own_words={"problem": canary, "help_request": canary, "share_in_solution": canary},
        note=canary,
    )
    return [
        ("POST", "/v1/assessments", body),
        ("POST", "/v1/assessments", {**body, "answers": {"problem": canary}}),
        ("POST", "/v1/assessments", {**body, canary: canary}),
        ("POST", "/v1/assessments", canary),
        ("POST", "/v1/assessments", {**body, "conversation": {"held_at": canary}}),
        ("POST", "/v1/assessments", {**body, "perspective": canary}),
        ("POST", "/v1/cases", {"reference": canary}),
        ("POST", "/v1/cases", {"reference": canary * 10}),
        ("POST", "/v1/cases", {"reference": f"{canary}\u0000"}),
        ("POST", "/v1/classifications", {"problem": canary, canary: canary}),
        ("POST", "/v1/plain-language-checks", {"text": f"{canary}, moeder {canary}"}),
        ("POST", "/v1/plain-language-checks", {"text": "", "language": canary, canary: canary}),
        ("GET", f"/v1/cases?reference={canary}", None),
        ("GET", f"/v1/cases?{canary}={canary}", None),
        ("GET", f"/v1/cases?cursor={canary}", None),
        ("GET", f"/v1/cases/{canary}", None),
        ("GET", f"/v1/assessments?case={canary}", None),
        ("GET", f"/v1/threads/{canary}?at={canary}", None),
        ("GET", f"/v1/transitions?from={canary}", None),
        ("GET", f"/v1/{canary}", None),
        ("GET", f"/v1/approaches/{canary}", None),
        ("GET", f"/v1/access-events?case={canary}&user={canary}&event={canary}", None),
        ("GET", f"/v1/clients/{canary}/access-events", None),
        ("GET", f"/v1/clients/not-{canary}/access-events", None),
        ("GET", f"/v1/access-reviews/{canary}", None),
        ("POST", "/v1/access-reviews", {"month": "2026-11", "finding": canary}),
        ("POST", "/v1/access-reviews", {"month": canary, "finding": canary}),
        ("PUT", f"/v1/{canary}", None),
        ("PUT", f"/v1/cases?{canary}", None),
    ]


@pytest.mark.parametrize("canary", [NAME, BSN, TOKEN], ids=["name", "number", "token"])
def test_what_is_sent_is_repeated_nowhere(
    callers: dict[str, Caller], database: Database, log: io.StringIO, canary: str
) -> None:
    tokens = [caller.http.headers.get("Authorization", "").partition(" ")[2] for caller in callers.values()]
    refused, statuses = [], set()
    for name in ("anna", "bas", "petra", "nobody"):
        for method, path, body in everywhere(canary):
            headers = {
                "traceparent": f"00-{canary}",
                "User-Agent": canary,
                "Referer": f"https://example.org/{canary}",
                "X-Request-Id": f"{canary} is no id",
                "If-Match": canary,
                "Cookie": f"session={canary}",
                "X-Forwarded-For": canary,
            }
            response = callers[name].http.request(method, path, json=body, headers=headers)
            statuses.add(response.status_code)
            if response.status_code >= 400:
                refused.append(response.text + str(response.headers))
    for secret in (canary, f"Bearer {canary}", f"Basic {canary}", f"Bearer {TOKEN}"):
        response = callers["nobody"].get("/v1/cases", headers={"Authorization": secret})
        assert response.status_code == 401
        refused.append(response.text)
    correct_something(callers["anna"], canary)
    # A citizen number is refused wherever it comes in, so with that one nothing succeeds.
    assert ({400, 401, 403, 404, 405} | ({200, 201} if canary != BSN else set())) <= statuses
    assert len(refused) > 40
    assert canaries_in("".join(refused)) == set()
    assert log.getvalue().count("\n") > 50
    assert canaries_in(log.getvalue()) == set()
    rows = all_rows(database)
    assert len(rows["access_event"]) > (20 if canary != BSN else 1)
    assert canaries_in(str(rows["access_event"]) + str(rows["accessed_client"])) == set()
    # The canaries really came in, except for the number; and tokens are nowhere at all.
    assert (canary in str(rows["assessment"])) == (canary != BSN)
    assert [token for token in tokens if token and token in log.getvalue() + str(rows)] == []


def correct_something(caller: Caller, canary: str) -> None:
    """Correct, close and hand over, with the canary wherever there is room."""
    recorded = caller.record(case={"reference": "plain"})
    caller.post(
        f"/v1/assessments/{recorded['id']}/corrections",
        {"answers": answers("yyy"), "reason": canary},
        headers={"If-Match": "*"},
    )
    for change in ({"status": "closed", "closing_answer": canary}, {"practitioner_id": canary}):
        path = f"/v1/cases/{recorded['case_id']}"
        caller.patch(path, change, headers={"If-Match": "*"})


def test_a_fault_repeats_nothing_either(
    callers: dict[str, Caller], log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"{NAME} {BSN} {TOKEN}")

    monkeypatch.setattr("app.services.cases.list_cases", fail)
    response = callers["anna"].get("/v1/cases", params={"reference": NAME})
    assert response.status_code == 500
    assert "fault" in log.getvalue()
    assert canaries_in(response.text + log.getvalue()) == set()


def test_a_log_that_repeats_is_noticed(log: io.StringIO, caplog: Any) -> None:
    assert caplog is not None
    logging.getLogger("a.library").warning("about %s", NAME)
    assert canaries_in(log.getvalue()) == {NAME, "Kanarie"}

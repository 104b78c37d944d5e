"""What is logged: one JSON object a line, and nothing about anybody."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from app import edge
from app.logs import set_up_logs
from app.unguarded import open_to_all
from tests.support import Caller, assessment

CANARY = "kanarie-4711"
REQUEST_ID = "a-request-of-this-test"


class Log:
    """What was logged during a test."""

    def __init__(self) -> None:
        self._stream = io.StringIO()

    def set_up(self, level: str) -> None:
        """Log as the service does."""
        with redirect_stderr(self._stream):
            set_up_logs(level)

    @property
    def text(self) -> str:
        """Everything, as it was written."""
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Every line, read as JSON."""
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """Log as the service does, into a text; afterwards everything is as it was."""
    before = structlog.get_config(), logging.root.handlers[:], logging.root.level
    found = Log()
    found.set_up("info")
    # A logger keeps the stream it wrote to first, so this test has one of its own.
    monkeypatch.setattr(edge, "log", structlog.get_logger())
    # The client of these tests logs too; it is no part of the service.
    monkeypatch.setattr(logging.getLogger("httpx2"), "disabled", True)
    yield found
    structlog.configure(**before[0])
    logging.root.handlers[:] = before[1]
    logging.root.setLevel(before[2])


# ---------------------------------------------------------------- a request


def test_a_request_is_one_line_of_json(anna: Caller, log: Log) -> None:
    anna.post("/v1/assessments", assessment(), headers={"X-Request-Id": REQUEST_ID})
    [line] = log.lines
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": REQUEST_ID,
        "method": "POST",
        "operation": "record_assessment",
        "status": 201,
    }


def test_a_line_says_nothing_about_anybody(callers: dict[str, Caller], log: Log) -> None:
    secret = f"{CANARY}-geheim"
    anna = callers["anna"]
    found = anna.record(
        case={"reference": secret},
        participant={"reference": secret},
        concern={"reference": secret, "wording": secret},
        own_words={"problem": secret},
        note=secret,
    )
    anna.get(f"/v1/cases?reference={secret}")
    anna.get(f"/v1/cases?{secret}={secret}")
    anna.get(f"/v1/cases/{found['case_id']}")
    anna.get(f"/v1/cases/{secret}")
    anna.get(f"/{secret}")
    anna.post("/v1/assessments", {secret: secret})
    anna.post("/v1/assessments", secret)
    anna.http.post("/v1/assessments", content=secret, headers={"Content-Type": secret})
    anna.http.post("/v1/assessments", content="{", headers={"If-Match": secret, "Accept-Language": secret})
    anna.http.request(secret.replace("-", ""), "/v1/cases")
    callers["nobody"].get("/v1/cases", headers={"Authorization": f"Bearer {secret}"})
    callers["aad"].get("/v1/cases", headers={"Cookie": secret, "X-Request-Id": f"{secret} {secret}"})
    assert len(log.lines) == 13
    assert [line["event"] for line in log.lines] == ["request"] * 13
    allowed = {"event", "level", "timestamp", "request_id", "method", "operation", "status", "ms"}
    assert {name for line in log.lines for name in line} == allowed
    assert CANARY not in log.text
    for told in (found["id"], found["case_id"], "anna", "reference", "wr_", "/v1"):
        assert told not in log.text


def test_an_own_request_id_stands_in_answer_and_log(anna: Caller, log: Log) -> None:
    answered = anna.get("/v1/nowhere")
    [line] = log.lines
    assert line["request_id"] == answered.headers["X-Request-Id"] == answered.json()["instance"]
    assert line["operation"] is None


# ---------------------------------------------------------------- a fault


@pytest.fixture
def faulty(application: FastAPI) -> TestClient:
    """The application, with routes that fail and say something about somebody."""

    @application.get("/fault")
    @open_to_all
    def fault() -> None:
        raise ValueError(f"cannot read {CANARY}")

    @application.get("/fault-inside")
    @open_to_all
    async def fault_inside() -> None:
        try:
            fault()
        except ValueError as error:
            error.add_note(CANARY)
            raise RuntimeError(CANARY) from error

    @application.get("/fault-halfway")
    @open_to_all
    async def fault_halfway() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            yield b"begin"
            raise ValueError(CANARY)

        return StreamingResponse(parts())

    return TestClient(application, base_url="http://localhost", raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "kind", "operation"),
    [("/fault", "ValueError", "fault"), ("/fault-inside", "RuntimeError", "fault_inside")],
)
def test_a_fault_is_a_problem_document_and_a_line_without_what_was_said(
    faulty: TestClient, log: Log, path: str, kind: str, operation: str
) -> None:
    answered = faulty.get(f"{path}?{CANARY}", headers={"X-Request-Id": REQUEST_ID, "Accept-Language": "en"})
    assert answered.status_code == 500
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert answered.json() == {
        "type": "urn:problem-type:werkrelatie:unexpected",
        "title": "Something went wrong on our side",
        "status": 500,
        "detail": "This is not your doing. Try again; give 'instance' to the administrator if it stays.",
        "instance": REQUEST_ID,
    }
    assert answered.headers["X-Request-Id"] == REQUEST_ID
    safe = faulty.get("/health/live").headers
    same = {name for name in safe if name not in ("x-request-id", "content-length", "content-type")}
    assert same >= {"strict-transport-security", "content-security-policy", "cache-control", "api-version"}
    assert {name: answered.headers.get(name) for name in same} == {name: safe[name] for name in same}
    told, line, _ = log.lines
    assert (told["event"], told["level"], told["kind"], told["request_id"]) == (
        "fault",
        "error",
        kind,
        REQUEST_ID,
    )
    assert any(place.startswith("test_logs.py:") for place in told["places"])
    assert (line["event"], line["status"], line["operation"]) == ("request", 500, operation)
    assert CANARY not in log.text + answered.text + str(answered.headers)


def test_a_fault_halfway_an_answer_is_logged_without_what_was_said(faulty: TestClient, log: Log) -> None:
    faulty.get("/fault-halfway")
    assert [line["event"] for line in log.lines] == ["fault", "request"]
    assert log.lines[0]["places"]
    assert CANARY not in log.text


def test_a_logger_that_tells_everything_is_noticed(log: Log) -> None:
    edge.log.info("request", path=f"/v1/cases?reference={CANARY}")
    assert CANARY in log.text


# ---------------------------------------------------------------- what libraries log


def test_what_libraries_log_is_json_too_without_the_message_of_a_fault(log: Log) -> None:
    library = logging.getLogger("uvicorn.error")
    try:
        int(CANARY)
    except ValueError:  # its message repeats what was to be read
        library.exception("Exception in ASGI application")
        library.error("again", exc_info=True, stack_info=True)
    library.warning("Invalid HTTP request received.")
    assert [(line["event"], line["level"]) for line in log.lines] == [
        ("Exception in ASGI application", "error"),
        ("again", "error"),
        ("Invalid HTTP request received.", "warning"),
    ]
    assert log.lines[0]["kind"] == "ValueError"
    assert log.lines[0]["places"]
    assert CANARY not in log.text


@pytest.mark.parametrize(("level", "events"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 0)])
def test_nothing_below_the_level_is_logged(log: Log, level: str, events: int) -> None:
    log.set_up(level)
    own, library = structlog.get_logger(), logging.getLogger("a.library")
    for logger in (own, library):
        logger.debug("one")
        logger.info("two")
        logger.warning("three")
    assert len(log.lines) == 2 * events

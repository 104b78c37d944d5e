"""Structured logs: one JSON object a line, static messages, no personal data."""

import logging
import sys
import traceback
from types import TracebackType

import structlog
from pydantic_core import to_json
from structlog.typing import EventDict, Processor, WrappedLogger


def set_up_logs(level: str) -> None:
    """Let everything that is logged, by us or by a library, come out as JSON on standard error."""
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _places_only,
    ]
    structlog.configure(
        processors=[*shared, _as_json],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer()
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)


def _as_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    return to_json(event, fallback=str).decode()


def _places_only(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace a traceback by its places: an error's message may repeat what somebody sent."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    if isinstance(error, tuple) and isinstance(error[2], TracebackType):
        event["kind"] = error[0].__name__
        event["places"] = [
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error[2])
        ]
    return event

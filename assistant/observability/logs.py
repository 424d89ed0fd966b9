"""Structured logs: Rasa's, Sanic's and ours as one JSON object a line on standard error, redacted."""

import logging
import sys
from typing import Any

import structlog

from assistant.observability.redaction import redact
from assistant.observability.requests import current_request_id

_KEPT = {"timestamp", "level", "process", "request_id"}  # made by us: never redacted, so ids stay whole
# What others log below these levels holds what people say, whatever the level of ours.
_AT_LEAST = {
    "rasa": logging.INFO,
    "sanic": logging.INFO,
    "sanic.root": logging.WARNING,
    "asyncio": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "sqlalchemy.engine": logging.WARNING,
    "apscheduler": logging.WARNING,
    "matplotlib": logging.WARNING,
}


def _describe(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    event["process"] = "assistant"
    if current_request_id():
        event.setdefault("request_id", current_request_id())
    return event


def _redact(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: value if key in _KEPT else redact({key: value})[key] for key, value in event.items()}


def configure_logging(level: str = "INFO") -> None:
    """Send structlog's and the standard library's logs the same way; call before anything logs."""
    shared = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _describe,
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    renderer = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=renderer))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    logging.getLogger("assistant").setLevel(level.upper())  # loading a model resets the root's
    for name, lowest in _AT_LEAST.items():
        logging.getLogger(name).setLevel(max(lowest, logging.getLogger().level))
    for name in ("sanic.root", "sanic.error", "sanic.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "sanic.access"

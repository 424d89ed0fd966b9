"""Structured logs: one JSON object a line on standard error, with process and request id, redacted."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from common.redaction import redact
from common.requests import current_request_id

_KEPT = {"timestamp", "level", "process", "request_id"}  # made by us: never redacted, so ids stay whole


def _add_request_id(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if request_id := current_request_id():
        event.setdefault("request_id", request_id)
    return event


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value if key in _KEPT else redact({key: value})[key] for key, value in event.items()}


def configure_logging(process: str, level: str = "INFO") -> None:
    """Send structlog's and the standard library's logs the same way; call once, at a process's start."""

    def add_process(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_process,
        _add_request_id,
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("httpx", "httpcore", "matplotlib", "urllib3", "uvicorn.access", "sanic.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for ours in ("uvicorn", "uvicorn.error", "sanic.root", "sanic.error"):
        logging.getLogger(ours).handlers.clear()
        logging.getLogger(ours).propagate = True

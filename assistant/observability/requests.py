"""The request id that follows one message through all processes, as a header and in every log line."""

import re
import secrets
from contextvars import ContextVar

HEADER = "X-Request-ID"
_VALID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    return _current.get()


def begin_request(offered: str | None) -> str:
    """Adopt a caller's id when it has the right form, else make one; returns the id now in force."""
    request_id = offered if offered and _VALID.fullmatch(offered) else f"r_{secrets.token_hex(12)}"
    _current.set(request_id)
    return request_id

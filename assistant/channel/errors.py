"""What can go wrong with a turn, and the one envelope in which every process reports an error.

TurnError
├── InvalidRequest    invalid_request  422
├── Unauthenticated   unauthenticated  401
├── TooLarge          too_large        413
└── Unavailable       unavailable      503
"""

from typing import Any, ClassVar

from assistant.observability.requests import current_request_id


class TurnError(Exception):
    """An error with a code that the gateway can act on; its message is safe to show to people."""

    code: ClassVar[str]
    status: ClassVar[int]
    retryable: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def envelope(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return envelope(self.code, self.message, retryable=self.retryable)


class InvalidRequest(TurnError):
    code, status = "invalid_request", 422


class Unauthenticated(TurnError):
    code, status = "unauthenticated", 401


class TooLarge(TurnError):
    code, status = "too_large", 413


class Unavailable(TurnError):
    code, status, retryable = "unavailable", 503, True


def envelope(code: str, message: str, *, retryable: bool) -> dict[str, Any]:
    error = {"code": code, "message": message, "request_id": current_request_id(), "retryable": retryable}
    return {"error": error}

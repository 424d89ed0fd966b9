"""The error tree and the one envelope in which every process reports an error.

ShopclerkError
├── BadRequest            invalid_request    422
├── Unauthenticated       unauthenticated    401
├── Forbidden             forbidden          403
├── NotFound              not_found          404
├── Conflict              conflict           409
├── TooLarge              too_large          413
├── TooManyRequests       too_many_requests  429
├── NotEnoughData         not_enough_data    422
├── ImpossibleHorizon     impossible_horizon 422
├── ModelUnavailable      model_unavailable  503
└── Unavailable           unavailable        503
"""

from enum import StrEnum
from typing import Any, ClassVar


class ErrorCode(StrEnum):
    INVALID_REQUEST = "invalid_request"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    TOO_MANY_REQUESTS = "too_many_requests"
    NOT_ENOUGH_DATA = "not_enough_data"
    IMPOSSIBLE_HORIZON = "impossible_horizon"
    MODEL_UNAVAILABLE = "model_unavailable"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class ShopclerkError(Exception):
    """An error with a code that callers can act on; `message` is safe to show to people."""

    code: ClassVar[ErrorCode] = ErrorCode.INTERNAL
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class BadRequest(ShopclerkError):
    code, status = ErrorCode.INVALID_REQUEST, 422


class Unauthenticated(ShopclerkError):
    code, status = ErrorCode.UNAUTHENTICATED, 401


class Forbidden(ShopclerkError):
    code, status = ErrorCode.FORBIDDEN, 403


class NotFound(ShopclerkError):
    code, status = ErrorCode.NOT_FOUND, 404


class Conflict(ShopclerkError):
    code, status = ErrorCode.CONFLICT, 409


class TooLarge(ShopclerkError):
    code, status = ErrorCode.TOO_LARGE, 413


class TooManyRequests(ShopclerkError):
    code, status, retryable = ErrorCode.TOO_MANY_REQUESTS, 429, True


class NotEnoughData(ShopclerkError):
    code, status = ErrorCode.NOT_ENOUGH_DATA, 422


class ImpossibleHorizon(ShopclerkError):
    code, status = ErrorCode.IMPOSSIBLE_HORIZON, 422


class ModelUnavailable(ShopclerkError):
    code, status, retryable = ErrorCode.MODEL_UNAVAILABLE, 503, True


class Unavailable(ShopclerkError):
    code, status, retryable = ErrorCode.UNAVAILABLE, 503, True


def envelope(code: ErrorCode, message: str, request_id: str, *, retryable: bool) -> dict[str, Any]:
    """The JSON body of every error, in every process."""
    return {"error": {"code": code.value, "message": message, "request_id": request_id, "retryable": retryable}}

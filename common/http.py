"""What every FastAPI process has: request ids, the error envelope, health, metrics."""

import ipaddress
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import ErrorCode, NotFound, ShopclerkError, envelope
from common.metrics import failures, http_seconds
from common.requests import HEADER, begin_request, current_request_id

log = structlog.get_logger()
Check = Callable[[], Awaitable[None]]

_CODES = {
    400: ErrorCode.INVALID_REQUEST,
    401: ErrorCode.UNAUTHENTICATED,
    403: ErrorCode.FORBIDDEN,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.INVALID_REQUEST,
    409: ErrorCode.CONFLICT,
    413: ErrorCode.TOO_LARGE,
    429: ErrorCode.TOO_MANY_REQUESTS,
    503: ErrorCode.UNAVAILABLE,
}


class RequestIdMiddleware:
    """Adopts or makes the request id, sends it back, times the request. Pure ASGI: it costs microseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {key: value for key, value in scope["headers"] if key == HEADER.lower().encode()}
        request_id = begin_request(next(iter(headers.values()), b"").decode("latin-1"))
        started, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (HEADER.lower().encode(), request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            if scope["type"] == "http":
                route = getattr(scope.get("route"), "path", "unmatched")
                http_seconds.labels(route=route, status=str(status)).observe(time.perf_counter() - started)


def error_response(error: ShopclerkError) -> JSONResponse:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    body = envelope(error.code, error.message, current_request_id(), retryable=error.retryable)
    return JSONResponse(body, status_code=error.status, headers=headers)


async def _known(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ShopclerkError)
    return error_response(error)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "body"
    body = envelope(ErrorCode.INVALID_REQUEST, f"{where}: {first['msg']}", current_request_id(), retryable=False)
    return JSONResponse(body, status_code=422)


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, ErrorCode.INVALID_REQUEST if error.status_code < 500 else ErrorCode.INTERNAL)
    body = envelope(code, str(error.detail), current_request_id(), retryable=error.status_code in (429, 503))
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


class UnexpectedErrorMiddleware:
    """Turns what nobody expected into the envelope: the log has the trace, the caller has the id."""

    def __init__(self, app: ASGIApp, process: str) -> None:
        self._app = app
        self._process = process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception:
            failures.labels(process=self._process).inc()
            log.exception("unexpected_error", path=scope.get("path"))
            if started or scope["type"] != "http":
                raise
            message = "Something went wrong on our side. Please try again; if it stays, tell us the id."
            body = envelope(ErrorCode.INTERNAL, message, current_request_id(), retryable=True)
            await JSONResponse(body, status_code=500)(scope, receive, send)


def install(app: FastAPI, process: str, *, ready: dict[str, Check] | None = None) -> None:
    """Give a FastAPI app its request ids, error envelope, `/health/live`, `/health/ready` and `/metrics`.

    `ready` names the checks that must pass before the process is usable; a check fails by raising.
    """
    app.add_exception_handler(ShopclerkError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(UnexpectedErrorMiddleware, process=process)
    app.add_middleware(RequestIdMiddleware)
    checks = ready or {}

    @app.get("/health/live", tags=["health"])
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", tags=["health"], responses={503: {"description": "Not ready"}})
    async def is_ready() -> JSONResponse:
        states = {name: await _state(check) for name, check in checks.items()}
        usable = all(state == "ok" for state in states.values())
        body: dict[str, Any] = {"status": "ready" if usable else "not ready", "checks": states}
        return JSONResponse(body, status_code=200 if usable else 503)

    @app.get("/metrics", tags=["health"], response_class=PlainTextResponse)
    async def metrics(request: Request) -> Response:
        if _from_outside(request):
            raise NotFound("There is nothing here.")
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _from_outside(request: Request) -> bool:
    """Whether a request came through a proxy or from a public address; figures are for the operators."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return True
    client = request.client.host if request.client else ""
    try:
        return not ipaddress.ip_address(client).is_private
    except ValueError:  # a local socket or a test's transport has no address
        return False


async def _state(check: Check) -> str:
    try:
        await check()
    except Exception as error:
        log.warning("not_ready", reason=repr(error))
        return "unavailable"
    return "ok"

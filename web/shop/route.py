"""What makes a route a page: errors come back as pages with a way on, not as JSON."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from common.caller import Role
from common.errors import Forbidden, ShopclerkError, Unauthenticated
from common.metrics import failures
from web.shop.rendering import error_page

log = structlog.get_logger()
NOT_FOUND = "This page does not exist, or not any more."
UNEXPECTED = "Something went wrong on our side. Please try again in a moment."


class PageRoute(APIRoute):
    """A route whose errors people read in a browser; who must sign in first is sent there and comes back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                if isinstance(error, Unauthenticated) or (isinstance(error, Forbidden) and _is_guest(request)):
                    return RedirectResponse(f"/sign-in?next={quote(_way_back(request))}", status_code=303)
                return page_for(request, error)

        return handle_page


def page_for(request: Request, error: Exception) -> Response:
    """The error page for any exception; what nobody expected is logged with its trace and counted."""
    if isinstance(error, ShopclerkError):
        response: Response = error_page(request, error.status, error.message)
        if error.retry_after:
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    if isinstance(error, HTTPException):
        message = NOT_FOUND if error.status_code == 404 else str(error.detail)
        return error_page(request, error.status_code, message)
    if isinstance(error, RequestValidationError):
        return _invalid(request, error)
    failures.labels(process="web").inc()
    log.error("unexpected_error", path=request.url.path, exc_info=error)
    return error_page(request, 500, UNEXPECTED)


def _invalid(request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    place, field = first["loc"][0], first["loc"][-1]
    if place == "path":
        return error_page(request, 404, NOT_FOUND)
    return error_page(request, 422, f"“{field}” does not fit: {first['msg']}.")


def _is_guest(request: Request) -> bool:
    session = getattr(request.state, "session", None)
    return session is None or session.role is Role.GUEST


def _way_back(request: Request) -> str:
    """Where to go after signing in: the page asked for, or the cart when a form was sent."""
    if request.method != "GET":
        return "/cart"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def install(app: FastAPI) -> None:
    """Let addresses that no route knows end on a page too; the API keeps its JSON envelope."""
    as_json = app.exception_handlers[HTTPException]

    async def not_found(request: Request, error: Exception) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
        if wants_page:
            return page_for(request, error)
        response = as_json(request, error)  # type: ignore[arg-type]  # handlers of requests, not of sockets
        return response if isinstance(response, Response) else await response

    app.add_exception_handler(HTTPException, not_found)

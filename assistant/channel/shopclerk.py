"""The input channel: HTTP in, the caller's token checked, errors in the one envelope, and never a bare failure."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, json

from assistant.channel.caller import Caller, TokenVerifier, bearer
from assistant.channel.errors import InvalidRequest, TurnError, Unavailable, envelope
from assistant.channel.request import read_turn
from assistant.channel.turns import Turns
from assistant.observability.metrics import timed, turn_seconds
from assistant.observability.requests import HEADER, begin_request, current_request_id

log = structlog.get_logger(__name__)

CODES = {404: "not_found", 405: "not_found", 413: "too_large"}


class ShopclerkChannel(InputChannel):
    """`POST /channel/turns` runs a turn, `DELETE /channel/conversation` forgets the caller's conversation.

    Turns go to the agent itself and not through Rasa's `on_new_message`, which neither says what was understood
    nor lets two questions of one message share one place in the conversation's order.
    """

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    @classmethod
    def name(cls) -> str:
        return "shopclerk"

    def url_prefix(self) -> str:
        return "channel"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("shopclerk_channel")

        @routes.post("/turns")
        async def turn(request: Request) -> HTTPResponse:
            return await self._turn(request)

        @routes.delete("/conversation")
        async def erase(request: Request) -> HTTPResponse:
            return json({"events": await _turns(request).erase(self._caller(request))})

        return routes

    async def _turn(self, request: Request) -> HTTPResponse:
        with timed(turn_seconds):
            caller = self._caller(request)
            turn = read_turn(_body(request))
            metadata = {**turn.metadata(), "token": _token(request), "request_id": current_request_id()}
            answer = await _turns(request).answer(caller, turn, metadata)
        log.info("turn", intent=answer.intent, confidence=answer.confidence, parts=len(answer.messages))
        return json(answer.as_dict())

    def _caller(self, request: Request) -> Caller:
        return self._verifier.verify(request.headers.get("authorization"))


def _turns(request: Request) -> Turns:
    turns: Turns = request.app.ctx.turns
    return turns


def _token(request: Request) -> str:
    return bearer(request.headers.get("authorization"))


def _body(request: Request) -> bytes:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise InvalidRequest("A compressed body is not accepted.")
    return request.body


def begin(request: Request) -> None:
    """Middleware: adopt the gateway's request id for everything that follows from this request."""
    begin_request(request.headers.get(HEADER))


def error_response(_: Request, error: Exception) -> HTTPResponse:
    """Any error as the envelope; one that nobody foresaw is logged in full and told as an id."""
    status, body = _described(error)
    return json(body, status=status, headers={HEADER: current_request_id()})


def _described(error: Exception) -> "tuple[int, dict[str, Any]]":
    if isinstance(error, TurnError):
        return error.status, error.envelope()
    if isinstance(error, SanicException) and error.status_code < 500:
        code = CODES.get(error.status_code, "invalid_request")
        return error.status_code, envelope(code, str(error), retryable=False)
    log.exception("turn_failed", exc_info=error)
    failed = Unavailable("Something went wrong on our side. Please try again.")
    return failed.status, failed.envelope()

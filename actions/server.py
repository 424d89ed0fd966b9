"""The action server: rasa-sdk's protocol, on loopback, without what its own server lets in or out.

rasa-sdk brings a server that listens on all addresses for all origins, inflates bodies without a bound and sends an
exception's text with the whole conversation back. This one speaks the same `POST /webhook` around its executor.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionNotFoundException
from sqlalchemy import text

from actions.bootstrap import Services, build_services
from actions.registry import all_actions
from common.errors import BadRequest, NotFound, TooLarge
from common.http import install
from common.logs import configure_logging
from common.memory import settle
from common.settings import Settings, settings
from store.embedded import EmbeddedPostgres

MAX_CALL_BYTES = 2_000_000
GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 75  # longer than the assistant keeps its connections, so that no call meets a closing one


def create_app(services: Services) -> FastAPI:
    """The server's app; `services` are closed with it."""
    executor = ActionExecutor()
    for action in all_actions(services):
        executor.register_function(action.name, action.run)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        settle()
        yield
        await services.close()

    async def database_answers() -> None:
        async with services.database.begin() as session:
            await session.execute(text("SELECT 1"))

    app = FastAPI(title="Shopclerk actions", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    install(app, "actions", ready={"database": database_answers})

    @app.post("/webhook")
    async def webhook(request: Request) -> Response:
        """Run one action for the assistant: `{next_action, sender_id, tracker}` -> `{events, responses}`."""
        return Response(await _run(executor, await _call(request)), media_type="application/json")

    return app


async def _run(executor: ActionExecutor, call: dict[str, Any]) -> bytes:
    try:
        result = await executor.run(call)
    except ActionNotFoundException as error:
        raise NotFound("There is no such action.") from error
    if result is None:
        raise BadRequest("The call names no action.")
    return orjson.dumps(result.model_dump())


async def _call(request: Request) -> dict[str, Any]:
    """The call's body: plain JSON of bounded size with a tracker in it."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise BadRequest("Compressed bodies are not accepted.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_CALL_BYTES:
            raise TooLarge(f"A call may have up to {MAX_CALL_BYTES} bytes.")
    try:
        call = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest("The body is not JSON.") from error
    if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict) or "sender_id" not in call["tracker"]:
        raise BadRequest("The body is not an action call.")
    # No action reads the domain, so the assistant may leave it out; the executor wants one to be there.
    call["domain"] = {}
    return call


def main() -> None:
    config = settings()
    configure_logging("actions", config.log_level)
    app = create_app(build_services(config, _database_url(config)))
    host, port = _address(config)
    uvicorn.run(
        app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS, server_header=False,
    )  # fmt: skip


def _database_url(config: Settings) -> str:
    return config.database_url or EmbeddedPostgres(config.shopclerk_home).url()


def _address(config: Settings) -> tuple[str, int]:
    """Where to listen: `ACTIONS_HOST` and `ACTIONS_PORT`, else where the other processes expect it; loopback."""
    parts = urlsplit(config.actions_url)
    return os.environ.get("ACTIONS_HOST", "127.0.0.1"), int(os.environ.get("ACTIONS_PORT", parts.port or 5055))

"""The way to the action server: one kept connection, one deadline, and words whenever it does not answer.

Rasa opens a new session for every call, sends the whole domain with it, waits up to five minutes, and when the call
fails the person hears nothing. Here the answer to a failed call is `utter_action_failed` with the request's id.
"""

import asyncio
from typing import Any

import aiohttp
import structlog
from rasa.utils.endpoints import EndpointConfig

from assistant.observability.metrics import action_seconds, timed
from assistant.observability.requests import HEADER, current_request_id

log = structlog.get_logger(__name__)

FAILURE_RESPONSE = "utter_action_failed"
CONNECT_SECONDS = 1.0
# The action server checks that there is a domain, and no action reads it: the whole one would be most of each call.
DOMAIN = {"version": "3.1"}


class ActionFailed(Exception):
    """The action server answered, but not with an action's result."""


class ActionEndpoint(EndpointConfig):
    """Rasa's description of the action server, with a session that is kept for the life of the process."""

    def __init__(self, url: str, *, seconds: float) -> None:
        # With "selective domain" Rasa leaves the domain out of the call, instead of copying it every time.
        super().__init__(url=f"{url.rstrip('/')}/webhook", enable_selective_domain=True)
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SECONDS)
        self._session: aiohttp.ClientSession | None = None

    async def request(self, method: str = "post", *_: Any, json: dict[str, Any], **__: Any) -> dict[str, Any]:
        """The action's result, or the result that says in words that it failed; never raises for a failed call."""
        action = str(json.get("next_action"))
        try:
            with timed(action_seconds, action=action):
                return await self._call({**json, "domain": DOMAIN})
        except (aiohttp.ClientError, asyncio.TimeoutError, ActionFailed, ValueError) as error:
            log.error("action_failed", action=action, reason=type(error).__name__, detail=str(error)[:200])
            return failure(current_request_id())

    async def _call(self, call: dict[str, Any]) -> dict[str, Any]:
        headers = {HEADER: current_request_id()}
        async with self._open_session().post(self.url, json=call, headers=headers, timeout=self._timeout) as response:
            if response.status != 200:
                raise ActionFailed(f"status {response.status}")
            return _checked(await response.json(content_type=None))

    def _open_session(self) -> aiohttp.ClientSession:
        """Opened on first use, because a session belongs to the running event loop."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session

    async def close(self) -> None:
        if self._session:
            await self._session.close()


def failure(request_id: str) -> dict[str, Any]:
    """An action's result that says that the action failed, and the id under which the log knows why."""
    return {"events": [], "responses": [{"response": FAILURE_RESPONSE, "request_id": request_id}]}


def _checked(result: Any) -> dict[str, Any]:
    lists = ("events", "responses")
    if not isinstance(result, dict) or not all(isinstance(result.get(name, []), list) for name in lists):
        raise ActionFailed("not an action's result")
    return result

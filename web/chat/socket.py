"""The chat's WebSocket: messages in, numbered turns out, resumed after a lost connection.

In: `{"type":"message", client_id, text|choice|image_id, page_product_id?}`, `{"type":"resume","after":seq}`,
`{"type":"ping"}`. Out: `turn`, `typing`, `error`, `pong`. The same origin check as everywhere guards the handshake.
"""

import asyncio
from typing import Annotated, Any, Literal

import orjson
import structlog
from fastapi import APIRouter
from pydantic import ConfigDict, Field
from starlette.websockets import WebSocket, WebSocketDisconnect

from common.errors import ShopclerkError, TooManyRequests, Unavailable, envelope
from common.metrics import failures
from common.requests import begin_request, current_request_id
from store import conversations
from web.accounts.session import SessionInfo, address_of, presented_token
from web.bodies import Body, parse
from web.chat.hub import Frames
from web.chat.messages import ChatMessage, TurnAnswer
from web.limits import Limit
from web.services import Services, services

log = structlog.get_logger()
router = APIRouter()

SOCKETS_PER_SUBJECT = 8
SIGNED_OUT = 4401  # close codes of our own: the client begins a new session, or comes back later
TOO_MANY = 4429


class MessageFrame(ChatMessage):
    type: Literal["message"]


class ResumeFrame(Body):
    type: Literal["resume"]
    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class PingFrame(Body):
    type: Literal["ping"]


class AnyFrame(Body):
    """Just enough to tell which frame it is."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["message", "resume", "ping"]
    client_id: Annotated[str, Field(max_length=64)] | None = None


@router.websocket("/api/chat/ws")
async def chat_socket(socket: WebSocket) -> None:
    token = presented_token(socket)
    session = await services(socket).accounts.session_of(token) if token else None
    await socket.accept()
    if token is None or session is None:
        await socket.close(SIGNED_OUT)
        return
    if not await _may_open(socket, session):
        await socket.close(TOO_MANY)
        return
    with services(socket).turns.hub.subscribed(session.subject) as frames:
        await Connection(socket, services(socket), token, session, frames).run()


async def _may_open(socket: WebSocket, session: SessionInfo) -> bool:
    try:
        await services(socket).limiter.count_address(Limit.SOCKETS, address_of(socket))
    except TooManyRequests:
        return False
    return services(socket).turns.hub.sockets_of(session.subject) < SOCKETS_PER_SUBJECT


class Connection:
    """One open socket: a reader, a writer, and the turns that it asked for."""

    def __init__(self, socket: WebSocket, web: Services, token: str, session: SessionInfo, frames: Frames) -> None:
        self._socket, self._web, self._token = socket, web, token
        self._session, self._frames = session, frames
        self._asked: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        except WebSocketDisconnect:
            pass  # the ordinary end; turns under way finish and are kept
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            frame = await self._frames.get()
            await self._socket.send_text(orjson.dumps(frame).decode())

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            begin_request(None)
            raw = message.get("text") or message.get("bytes") or ""
            session = await self._web.accounts.session_of(self._token)
            if session is None:
                await self._socket.close(SIGNED_OUT)
                return
            self._session = session
            await self._take(raw)

    async def _take(self, raw: str | bytes) -> None:
        client_id = None
        try:
            frame = parse(raw, AnyFrame)
            client_id = frame.client_id
            if frame.type == "ping":
                self._send({"type": "pong"})
            elif frame.type == "resume":
                await self._resume(parse(raw, ResumeFrame))
            else:
                await self._message(parse(raw, MessageFrame))
        except ShopclerkError as error:
            self._send_error(error, client_id)

    async def _resume(self, frame: ResumeFrame) -> None:
        async with self._web.database.begin() as db:
            conversation = await conversations.newest_conversation(db, self._session.subject)
            turns = await conversations.turns_after(db, conversation.id, frame.after) if conversation else []
        for turn in turns:
            self._send(TurnAnswer.of(turn).frame())

    async def _message(self, frame: MessageFrame) -> None:
        await self._web.limiter.count_subject(Limit.CHAT, self._session.subject)
        await self._web.limiter.count_address(Limit.CHAT, address_of(self._socket))
        message = ChatMessage(**frame.model_dump(exclude={"type"}))
        self._send({"type": "typing", "client_id": message.client_id})
        task = asyncio.create_task(self._answer(message))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def _answer(self, message: ChatMessage) -> None:
        """New answers reach every socket of their owner through the hub; old ones go to whoever asked again."""
        try:
            answer = await self._web.turns.answer(self._session, message)
        except ShopclerkError as error:
            self._send_error(error, message.client_id)
            return
        except Exception:  # nobody else hears of it: tell the client, and leave the trace in the log
            failures.labels(process="web").inc()
            log.exception("unexpected_error", path="/api/chat/ws")
            self._send_error(Unavailable("This did not work. Please send it again."), message.client_id)
            return
        if answer.replayed:
            self._send(answer.frame())

    def _send_error(self, error: ShopclerkError, client_id: str | None) -> None:
        body = envelope(error.code, error.message, current_request_id(), retryable=error.retryable)
        self._send({"type": "error", **body, "client_id": client_id})

    def _send(self, frame: dict[str, Any]) -> None:
        if not self._frames.full():
            self._frames.put_nowait(frame)

"""The gateway on a database of its own, with a stand-in for the assistant, the tools and the mail."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import structlog
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import text

from common.caller import Caller, Role, TokenVerifier
from common.settings import Settings
from store.session import Database
from web.accounts.passwords import Passwords
from web.app import create_app
from web.chat.turns import DEADLINE_SECONDS
from web.services import Services

structlog.configure(  # short lines: the default draws every variable of every frame
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
)
ORIGIN = "http://shop.test"
PASSWORD = "a long enough password"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
Parts = list[dict[str, Any]]


def say(words: str) -> Parts:
    return [{"type": "text", "text": words}]


class FakeAssistant(httpx.AsyncBaseTransport):
    """Takes turns as the assistant does. `answer` may be replaced: it gives parts, a response, or raises.

    With `hold()` turns wait until `release()`; `arrived` counts those that came.
    """

    def __init__(self) -> None:
        self.turns: list[dict[str, Any]] = []
        self.callers: list[str] = []
        self.answer: Callable[[dict[str, Any]], Parts | httpx.Response] = lambda turn: say(f"You said {turn['text']}")
        self._open = asyncio.Event()
        self._open.set()
        self.came = asyncio.Semaphore(0)

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        turn = json.loads(await request.aread())
        self.turns.append(turn)
        self.callers.append(request.headers["Authorization"].removeprefix("Bearer "))
        self.came.release()
        await self._open.wait()
        answered = self.answer(turn)
        if isinstance(answered, httpx.Response):
            return answered
        return httpx.Response(200, json={"messages": answered, "intent": "ask_price", "confidence": 0.9})


class KeptMail:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []

    async def send(self, message: EmailMessage) -> None:
        self.sent.append(message)


class Person:
    """Somebody with a session, as a client without cookies; `http` is theirs to do anything with."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self.http = http
        self.token = token
        self.http.headers["Authorization"] = f"Bearer {token}"

    async def send(self, **message: Any) -> httpx.Response:
        return await self.http.post("/api/chat", json={"client_id": secrets.token_hex(8), **message})

    async def ask(self, words: str) -> Parts:
        response = await self.send(text=words)
        assert response.status_code == 200, response.text
        return response.json()["messages"]

    async def history(self) -> list[dict[str, Any]]:
        return (await self.http.get("/api/chat/history")).json()["turns"]


class Gateway:
    """The app under test and everything around it."""

    def __init__(self, app: FastAPI, assistant: FakeAssistant, mail: KeptMail, database: Database) -> None:
        self.app, self.assistant, self.mail, self.database = app, assistant, mail, database
        self.services: Services = app.state.services

    def client(self, address: str = "203.0.113.7", **options: Any) -> httpx.AsyncClient:
        """A client without a session; cookies that it gets are kept."""
        transport = httpx.ASGITransport(self.app, client=(address, 40000), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=30, **options)

    async def guest(self) -> Person:
        http = self.client()
        token = (await http.post("/api/session")).json()["token"]
        http.cookies.clear()
        return Person(http, token)

    async def person(self, role: Role) -> Person:
        """A guest, or somebody with a new account of that role."""
        if role is Role.GUEST:
            return await self.guest()
        email = f"{secrets.token_hex(6)}@example.org"
        await self.services.accounts.create(email, PASSWORD, role)
        return await self.sign_in(email)

    async def sign_in(self, email: str, password: str = PASSWORD) -> Person:
        http = self.client()
        response = await http.post("/api/session/login", json={"email": email, "password": password})
        assert response.status_code == 200, response.text
        http.cookies.clear()
        return Person(http, response.json()["token"])

    def caller(self, number: int = -1) -> Caller:
        """Who the assistant was told is asking, in the turn of that number."""
        keys = self.services.settings.keys_dir
        return TokenVerifier(keys).verify(self.assistant.callers[number])

    async def sql(self, query: str, **values: Any) -> list[Any]:
        async with self.database.begin() as session:
            return list((await session.execute(text(query), values)).all())


def settings_for(home: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {"shopclerk_home": home, "database_url": None, "public_url": ORIGIN} | changes
    return Settings(_env_file=None, **values)


@asynccontextmanager
async def running_gateway(
    home: Path,
    database: Database,
    *,
    tools: httpx.AsyncBaseTransport | None = None,
    deadline: float = DEADLINE_SECONDS,
    **settings: Any,
) -> AsyncIterator[Gateway]:
    """A started gateway; it is stopped, with what it still does, at the end."""
    assistant, mail = FakeAssistant(), KeptMail()
    app = create_app(
        settings_for(home, **settings),
        database,
        assistant_transport=assistant,
        tools_transport=tools,
        passwords=Passwords(QUICK),
        outgoing=mail,
        deadline=deadline,
    )
    async with app.router.lifespan_context(app):
        yield Gateway(app, assistant, mail, database)

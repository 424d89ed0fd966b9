"""Sessions as requests carry them: the cookie of a browser or the Bearer token of a client.

`current_session` refuses requests without one, `optional_session` gives None, `ensure_session` begins a guest's.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.caller import Role
from common.errors import Forbidden, Unauthenticated
from store.tables import Account
from web.services import services

COOKIE = "shopclerk_session"


@dataclass(frozen=True)
class SessionInfo:
    """Who asks. `subject` is the account's public id, or `g_...` for a guest, who has neither account nor customer."""

    subject: str
    role: Role
    account: Account | None = None
    customer_id: int | None = None


def presented_token(connection: HTTPConnection) -> str | None:
    """The token that the request shows; a Bearer header goes before the cookie."""
    scheme, _, token = connection.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return connection.cookies.get(COOKIE)


def uses_cookie(connection: HTTPConnection) -> bool:
    """Whether a browser sent the session by itself, so that another site could have made it do so."""
    return "Authorization" not in connection.headers and COOKIE in connection.cookies


async def optional_session(request: HTTPConnection) -> SessionInfo | None:
    """The session that the request shows, looked up once a request; None when there is none or it is over."""
    known: SessionInfo | None = getattr(request.state, "session", None)
    token = presented_token(request)
    if known is None and token:
        known = await services(request).accounts.session_of(token)
        request.state.session = known
    return known


async def current_session(request: HTTPConnection) -> SessionInfo:
    """The session that the request shows; raises Unauthenticated without one."""
    session = await optional_session(request)
    if session is None:
        raise Unauthenticated("Please begin a session first, or sign in again.")
    return session


async def ensure_session(request: HTTPConnection) -> SessionInfo:
    """The session that the request shows, or a new guest's, whose cookie goes out with whatever is answered."""
    session = await optional_session(request)
    if session is None:
        opened = await services(request).accounts.start_guest(address_of(request))
        session = opened.session
        hand_out(request, opened.token, session)
    return session


def requires(*roles: Role) -> Callable[[HTTPConnection], Awaitable[SessionInfo]]:
    """A dependency that lets in only these roles; who is refused leaves a row in the audit."""

    async def allowed_session(request: HTTPConnection) -> SessionInfo:
        session = await current_session(request)
        if session.role not in roles:
            await services(request).accounts.record_refusal(session, request.url.path)
            raise Forbidden("Your account may not do that.")
        return session

    return allowed_session


def hand_out(request: HTTPConnection, token: str, session: SessionInfo) -> None:
    """Let the answer to this request set the session's cookie, and this request go on as that session."""
    request.state.session_token = token
    request.state.session = session


def take_back(request: HTTPConnection) -> None:
    """Let the answer to this request delete the session's cookie."""
    request.state.session_token = ""
    request.state.session = None


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"


class SessionCookieMiddleware:
    """Writes the cookie that `hand_out` or `take_back` asked for, on any kind of response."""

    def __init__(self, app: ASGIApp, *, secure: bool, max_age: int) -> None:
        self._app = app
        self._secure = secure
        self._max_age = max_age

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and "session_token" in state:
                headers = MutableHeaders(scope=message)
                headers.append("Set-Cookie", self._cookie(state["session_token"]))
                headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _cookie(self, token: str) -> str:
        """The header's value; an empty token deletes the cookie."""
        secure = "; Secure" if self._secure else ""
        max_age = self._max_age if token else 0
        return f"{COOKIE}={token}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}"

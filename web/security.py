"""What the browser is told, and which sites may make it act: headers, origins, sizes, encodings."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import Forbidden, ShopclerkError, TooLarge, TooManyRequests
from common.http import error_response
from web.accounts.session import address_of, uses_cookie
from web.limits import Limit, Limiter

log = structlog.get_logger()

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UNLIMITED = ("/static/", "/media/", "/health/", "/metrics")
BODY_BYTES = 1_000_000
UPLOAD_BYTES = 5_000_000
UPLOAD_PATHS = frozenset({"/api/chat/images"})
MULTIPART_BYTES = 4_096  # the frame around the file


class UnsupportedEncoding(ShopclerkError):
    """A compressed body: refused unread, because it may unpack to anything."""

    code, status = TooLarge.code, 415


class SecurityHeadersMiddleware:
    """Puts the security headers on every response, errors too; with HTTPS also HSTS."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Origins:
    """Which sites may act for a signed-in browser: this shop itself, and those in the settings."""

    def __init__(self, public_url: str, allowed: Sequence[str]) -> None:
        self._known = {origin_of(public_url), *(origin_of(url) for url in allowed)}
        self._scheme = urlsplit(public_url).scheme

    def check(self, connection: HTTPConnection) -> None:
        """Raises Forbidden when another site makes the browser ask.

        A request that carries the cookie must say where it comes from: every browser sends `Origin` with what
        changes something. Requests without a cookie (clients, the first visit) may leave it out.
        """
        origin = connection.headers.get("Origin")
        site = connection.headers.get("Sec-Fetch-Site")
        if origin is not None and not self._is_ours(origin, connection.headers.get("Host", "")):
            raise Forbidden("This request came from another site.")
        if origin is None and (uses_cookie(connection) or site not in (None, "none", "same-origin")):
            raise Forbidden("This request does not say which site it came from.")

    def _is_ours(self, origin: str, host: str) -> bool:
        """Besides the public address, the one that the browser called: a shop may have several names."""
        return origin in self._known or (bool(host) and origin == f"{self._scheme}://{host}")


class OriginMiddleware:
    """Checks the origin of every request that changes something, and of every WebSocket's handshake."""

    def __init__(self, app: ASGIApp, *, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in SAFE_METHODS):
            try:
                self._origins.check(HTTPConnection(scope))
            except Forbidden as error:
                log.warning("origin_refused", path=scope["path"])
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)


class AddressLimitMiddleware:
    """Counts requests by network address; pictures, styles and health checks are free."""

    def __init__(self, app: ASGIApp, *, limiter: Limiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not scope["path"].startswith(UNLIMITED):
            limit = Limit.API if scope["path"].startswith("/api/") else Limit.PAGES
            try:
                await self._limiter.count_address(limit, address_of(HTTPConnection(scope)))
            except TooManyRequests as error:
                await refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyMiddleware:
    """Cuts bodies off at their limit while they stream in, and refuses compressed ones unread."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = UPLOAD_BYTES + MULTIPART_BYTES if scope["path"] in UPLOAD_PATHS else BODY_BYTES
        try:
            _check_announced(Headers(scope=scope), limit)
        except ShopclerkError as error:
            await refuse(error, scope, receive, send)
            return
        await _Metered(limit, receive, send).run(self._app, scope)


class _Metered:
    """One request whose body is counted; past the limit the answer is 413, whatever the app makes of it."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self._left, self._limit = limit, limit
        self._receive, self._send = receive, send
        self._over = self._started = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self._counted_receive, self._guarded_send)
        except TooLarge:
            if not self._over:
                raise
        if self._over and not self._started:
            await refuse(_too_large(self._limit), scope, self._receive, self._send)

    async def _counted_receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self._over = True
                raise _too_large(self._limit)
        return message

    async def _guarded_send(self, message: Message) -> None:
        if self._over and not self._started:
            return
        self._started = True
        await self._send(message)


def _check_announced(headers: Headers, limit: int) -> None:
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedEncoding("Please send the body as it is, not compressed.")
    length = headers.get("Content-Length", "0")
    if not length.isdecimal() or int(length) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"This is too much at once; the limit is {limit // 1_000_000} MB.")


def origin_of(url: str) -> str:
    """Scheme, host and port as browsers write them in `Origin`: without the scheme's own port."""
    parts = urlsplit(url)
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != standard else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


async def refuse(error: ShopclerkError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the envelope; a WebSocket's handshake is closed instead, which browsers see as refused."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": error.code.value})
        return
    await error_response(error)(scope, receive, send)

"""How often: limits by address and by subject, each for one kind of request, in memory or shared through Redis."""

import ipaddress
from enum import StrEnum
from math import ceil
from time import time

import structlog
from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string

from common.errors import TooManyRequests

log = structlog.get_logger()


class Limit(StrEnum):
    """What is counted. The value names it in Redis."""

    PAGES = "pages"
    API = "api"
    CHAT = "chat"
    IMAGES = "images"
    SOCKETS = "sockets"
    FILES = "files"
    GUESTS = "guests"
    SIGN_IN = "sign-in"
    SIGN_UP = "sign-up"
    RESET = "reset"
    FAILED_FOR_ACCOUNT = "failed-for-account"
    FAILED_FROM_ADDRESS = "failed-from-address"


BY_ADDRESS = {
    Limit.PAGES: "600/minute",
    Limit.API: "1200/minute",
    Limit.CHAT: "600/minute",
    Limit.IMAGES: "40/minute",
    Limit.SOCKETS: "60/minute",
    Limit.GUESTS: "60/minute",
    Limit.SIGN_IN: "20/minute;200/hour",
    Limit.SIGN_UP: "10/minute;60/hour",
    Limit.RESET: "10/minute;60/hour",
    Limit.FAILED_FROM_ADDRESS: "30/15 minute",
}
BY_SUBJECT = {
    Limit.CHAT: "60/minute",
    Limit.IMAGES: "10/minute;100/day",
    Limit.FILES: "120/minute",
    Limit.RESET: "3/hour",
    Limit.FAILED_FOR_ACCOUNT: "5/15 minute",
}


class Limiter:
    """Counts requests; `factor` multiplies every limit that is not about failed sign-ins, for load tests."""

    def __init__(self, redis_url: str | None = None, *, factor: float = 1.0) -> None:
        self._memory = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(_redis(redis_url)) if redis_url else self._memory
        self._by_address = {limit: _items(text, limit, factor) for limit, text in BY_ADDRESS.items()}
        self._by_subject = {limit: _items(text, limit, factor) for limit, text in BY_SUBJECT.items()}

    async def count_address(self, limit: Limit, address: str) -> None:
        """Count one request; raises TooManyRequests, with when to come back, past the limit."""
        await self._count(self._by_address[limit], f"{limit.value}:address", network(address))

    async def count_subject(self, limit: Limit, subject: str) -> None:
        await self._count(self._by_subject[limit], f"{limit.value}:subject", subject)

    async def check_address(self, limit: Limit, address: str) -> None:
        """Raises TooManyRequests when the limit is reached, without counting."""
        await self._check(self._by_address[limit], f"{limit.value}:address", network(address))

    async def check_subject(self, limit: Limit, subject: str) -> None:
        await self._check(self._by_subject[limit], f"{limit.value}:subject", subject)

    async def forget_subject(self, limit: Limit, subject: str) -> None:
        """Start one subject's count anew, such as after the right password."""
        for item in self._by_subject[limit]:
            await self._shared.clear(item, f"{limit.value}:subject", subject)

    async def _count(self, items: list[RateLimitItem], kind: str, who: str) -> None:
        for item in items:
            if not await self._ask("hit", item, kind, who):
                raise await self._refusal(item, kind, who)

    async def _check(self, items: list[RateLimitItem], kind: str, who: str) -> None:
        for item in items:
            if not await self._ask("test", item, kind, who):
                raise await self._refusal(item, kind, who)

    async def _ask(self, question: str, item: RateLimitItem, kind: str, who: str) -> bool:
        """Redis being away must not close the shop: then this process counts for itself."""
        try:
            return bool(await getattr(self._shared, question)(item, kind, who))
        except StorageError as error:
            log.warning("shared_limits_unavailable", reason=repr(error))
            return bool(await getattr(self._memory, question)(item, kind, who))

    async def _refusal(self, item: RateLimitItem, kind: str, who: str) -> TooManyRequests:
        strategy = self._shared
        try:
            stats = await strategy.get_window_stats(item, kind, who)
        except StorageError:
            stats = await self._memory.get_window_stats(item, kind, who)
        wait = max(1, ceil(stats.reset_time - time()))
        return TooManyRequests("That was a lot at once. Please wait a moment and try again.", retry_after=wait)


def _redis(url: str) -> Storage:
    storage = storage_from_string(f"async+{url}", wrap_exceptions=True, implementation="redispy")
    assert isinstance(storage, Storage)
    return storage


def _items(text: str, limit: Limit, factor: float) -> list[RateLimitItem]:
    scale = 1.0 if limit in (Limit.FAILED_FOR_ACCOUNT, Limit.FAILED_FROM_ADDRESS) else factor
    return [type(item)(max(1, int(item.amount * scale)), item.multiples) for item in parse_many(text)]


def network(address: str) -> str:
    """What one person holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((int(parsed), 64), strict=False))

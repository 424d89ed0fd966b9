"""Waiting lines: the turns of one conversation run one after the other, in the order in which they came."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.errors import TooManyRequests

LONGEST_LINE = 8
BUSY = "You are faster than I am. Please wait for the answers, then go on."


def busy() -> TooManyRequests:
    return TooManyRequests(BUSY, retry_after=3)


class Lines:
    """One line per subject, which exists only while somebody stands in it."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, int] = {}

    def join(self, subject: str) -> None:
        """Take the next place, before anything is awaited; raises TooManyRequests when the line is full."""
        if self._waiting.get(subject, 0) >= LONGEST_LINE:
            raise busy()
        self._waiting[subject] = self._waiting.get(subject, 0) + 1

    @asynccontextmanager
    async def turn(self, subject: str, *, seconds: float) -> AsyncIterator[None]:
        """Wait to be first, at most so long (then TooManyRequests); for those who joined."""
        lock = self._locks.setdefault(subject, asyncio.Lock())
        try:
            try:
                async with asyncio.timeout(seconds):
                    await lock.acquire()
            except TimeoutError:
                raise busy() from None
            try:
                yield
            finally:
                lock.release()
        finally:
            self._leave(subject)

    def _leave(self, subject: str) -> None:
        self._waiting[subject] -= 1
        if not self._waiting[subject]:
            del self._waiting[subject], self._locks[subject]

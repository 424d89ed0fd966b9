"""Computing beside the event loop: a few at a time, a few waiting, and an honest 503 for the rest."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from common.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")


class Capacity:
    """At most `running` computations in threads and `waiting` behind them; more are refused at once."""

    def __init__(self, *, running: int, waiting: int) -> None:
        self._slots = asyncio.Semaphore(running)
        self._limit = running + waiting
        self._taken = 0

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of `work`, computed in a thread; Unavailable, with when to come back, if too many wait."""
        if self._taken >= self._limit:
            raise Unavailable("Too many computations are waiting.", retry_after=1)
        self._taken += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(work, *args, **kwargs)
        finally:
            self._taken -= 1

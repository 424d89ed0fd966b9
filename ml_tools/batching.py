"""Requests that arrive together are computed together: what waits while a batch runs becomes the next batch."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from common.errors import Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Runs `work` over lists of up to `largest` items in a thread, one batch at a time; at most `waiting` may queue.

    Nobody waits for a batch to fill: a lone item is a batch of one.
    """

    def __init__(self, work: Callable[[list[Item]], Sequence[Result]], *, largest: int, waiting: int) -> None:
        self._work, self._largest, self._waiting = work, largest, waiting
        self._queue: list[tuple[Item, asyncio.Future[Result]]] = []
        self._running: asyncio.Task[None] | None = None

    async def run(self, item: Item) -> Result:
        """The result for one item; Unavailable, with when to come back, when too many wait."""
        if len(self._queue) >= self._waiting:
            raise Unavailable("Too many pictures are waiting.", retry_after=1)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append((item, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._queue:
            batch, self._queue = self._queue[: self._largest], self._queue[self._largest :]
            try:
                results = await asyncio.to_thread(self._work, [item for item, _ in batch])
            except Exception as error:  # whoever waits gets it
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)

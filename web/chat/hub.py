"""Tells the open sockets of a conversation's owner about each finished turn."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Frames = asyncio.Queue[dict[str, Any]]

WAITING_FRAMES = 100


class Hub:
    """Sockets of this process by subject; what a socket misses, it gets by resuming."""

    def __init__(self) -> None:
        self._queues: defaultdict[str, set[Frames]] = defaultdict(set)

    @contextmanager
    def subscribed(self, subject: str) -> Iterator[Frames]:
        queue: Frames = asyncio.Queue(WAITING_FRAMES)
        self._queues[subject].add(queue)
        try:
            yield queue
        finally:
            self._queues[subject].discard(queue)
            if not self._queues[subject]:
                del self._queues[subject]

    def publish(self, subject: str, frame: dict[str, Any]) -> None:
        for queue in self._queues.get(subject, ()):
            if not queue.full():  # a socket that does not read is behind anyway, and resumes
                queue.put_nowait(frame)

    def sockets_of(self, subject: str) -> int:
        return len(self._queues.get(subject, ()))

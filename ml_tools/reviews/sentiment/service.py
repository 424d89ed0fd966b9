"""One answer: the readings of texts, computed beside the event loop, by the newest weights."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from common.metrics import timed, tool_seconds
from ml_tools.artefacts import versions
from ml_tools.capacity import Capacity
from ml_tools.errors import BrokenArtefact
from ml_tools.registry import ModelName
from ml_tools.reviews.sentiment.reader import TOOL, Reading, SentimentReader
from ml_tools.reviews.sentiment.schemas import SentimentAnswer, SentimentReading, SentimentRequest

log = structlog.get_logger()

LOOKED_SECONDS = 10.0


class Serving:
    """Holds one reader, and takes up what `shopclerk train reviews` left in `trained`; used in one thread at a time."""

    def __init__(
        self, trained: Path, read: Callable[[], SentimentReader], *, looked_seconds: float = LOOKED_SECONDS
    ) -> None:
        self._trained, self._read, self._looked_seconds = trained, read, looked_seconds
        self._seen = versions(trained, TOOL)
        self._looked = time.monotonic()
        self.reader = read()

    def current(self) -> SentimentReader:
        """The newest readable one; a broken version is logged and the old reader stays."""
        if time.monotonic() - self._looked >= self._looked_seconds:
            self._look()
        return self.reader

    def _look(self) -> None:
        self._looked = time.monotonic()
        found = versions(self._trained, TOOL)
        if found == self._seen:
            return
        self._seen = found
        try:
            self.reader = self._read()
        except BrokenArtefact as error:
            log.error("review_sentiment_kept", version=self.reader.manifest.version, reason=error.message)
        else:
            log.info("review_sentiment_taken_up", version=self.reader.manifest.version)


class SentimentService:
    """`capacity` says how many requests compute and wait at once: one computes, on all threads there are."""

    def __init__(self, serving: Serving, capacity: Capacity) -> None:
        self._serving, self._capacity = serving, capacity

    @property
    def reader(self) -> SentimentReader:
        """The one in force."""
        return self._serving.reader

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        return (await self._capacity.run(self._computed, texts))[1]

    async def answer(self, request: SentimentRequest) -> SentimentAnswer:
        with timed(tool_seconds, tool="reviews"):
            reader, readings = await self._capacity.run(self._computed, request.texts)
            manifest = reader.manifest
            return SentimentAnswer(
                model=ModelName(name=manifest.name, version=manifest.version),
                as_of=manifest.as_of,
                readings=[_answered(one) for one in readings],
            )

    def _computed(self, texts: Sequence[str]) -> tuple[SentimentReader, list[Reading]]:
        reader = self._serving.current()
        return reader, reader.read(texts)


def _answered(one: Reading) -> SentimentReading:
    return SentimentReading(
        sentiment=one.sentiment, confidence=one.confidence, positive=one.positive, reason=one.reason
    )

"""The job that reads reviews: new and changed ones, and all of them when the model or the aspects have changed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select

from ml_tools.reviews.aspects import AspectReader, Encode, Model, Opinion, Reader, version_of
from ml_tools.reviews.fingerprints import ALIKE, bands, similarity
from ml_tools.reviews.found import FoundAspect, found_aspects
from ml_tools.reviews.order import NewestFirst
from ml_tools.reviews.sentences import Span, sentences
from ml_tools.reviews.suspicion import Circumstances, doubts, weight
from store.review_readings import (
    AspectRow,
    ReadReview,
    ToRead,
    any_to_read,
    around,
    keep_found,
    keep_readings,
    keep_weights,
    product_words,
    progress,
    read_later_alike,
    sample_of_reviews,
)
from store.review_readings import found_aspects as kept_found
from store.session import Database
from store.tables import Category
from store.tables import FoundAspect as KeptAspect

log = structlog.get_logger()

BATCH = 128
SAMPLED = 10_000  # reviews in which aspects are found
NAMES = 20_000
FOUND_LASTS = timedelta(days=30)


async def is_due(database: Database, sentiment_version: str) -> bool:
    """Whether a review is to be read, or aspects to be found anew."""
    async with database.read() as session:
        kept = await kept_found(session)
        version = version_of(sentiment_version, {one.slug: one.words for one in kept})
        return await any_to_read(session, version) or (bool(kept) and _is_old(kept))


def _is_old(found: Sequence[KeptAspect]) -> bool:
    return datetime.now(UTC) - max(one.found_at for one in found) > FOUND_LASTS


class ReviewsReading:
    """Reads what is to be read; one runs at a time (the job's lock)."""

    def __init__(
        self, database: Database, reader: Reader, model: Model, encode: Encode, sentiment_version: str
    ) -> None:
        self._database, self._reader, self._model, self._encode = database, reader, model, encode
        self._sentiment_version = sentiment_version

    async def read_missing(self) -> int:
        """Read all that nobody has read, newest first, batch by batch, each committed; returns how many."""
        found = await self._aspects_of_this_shop()
        version = version_of(self._sentiment_version, found)
        aspects: AspectReader | None = None
        done, order = 0, NewestFirst(version)
        while batch := await self._next(order):
            if aspects is None:
                aspects = await asyncio.to_thread(AspectReader, self._reader, self._model, found)
            read = await asyncio.to_thread(read_reviews, batch, self._reader, aspects)
            async with self._database.begin() as session:
                await keep_readings(session, read, version)
            await self._weigh([one.review_id for one in batch])
            done += len(batch)
            await self._say(done)
        return done

    async def _next(self, order: NewestFirst) -> list[ToRead]:
        async with self._database.read() as session:
            return await order.next(session, most=BATCH)

    async def _weigh(self, review_ids: Sequence[int]) -> None:
        async with self._database.begin() as session:
            later = await read_later_alike(session, review_ids)
            copies = [other for body, other, others in later if similarity(body, others) >= ALIKE]
            found = await around(session, [*review_ids, *copies])
            weights = {one.review_id: doubts(Circumstances(**vars(one))) for one in found}
            await keep_weights(session, {key: (weight(reasons), reasons) for key, reasons in weights.items()})

    async def _say(self, done: int) -> None:
        if done % (BATCH * 8) < BATCH:
            async with self._database.read() as session:
                read, total = await progress(session)
            log.info("reviews_read", now=done, read=read, of=total)

    async def _aspects_of_this_shop(self) -> Mapping[str, Sequence[str]]:
        """The found aspects, found anew once a month, and while there are none."""
        async with self._database.read() as session:
            kept = await kept_found(session)
        if not kept or _is_old(kept):
            return {one.slug: one.words for one in await self._find()}
        return {one.slug: one.words for one in kept}

    async def _find(self) -> list[FoundAspect]:
        async with self._database.read() as session:
            reviews = await sample_of_reviews(session, most=SAMPLED)
            names = await product_words(session, most=NAMES)
            kinds = list(await session.scalars(select(Category.name)))
        found = await asyncio.to_thread(found_aspects, reviews, names, self._encode, kinds=kinds)
        async with self._database.begin() as session:
            await keep_found(session, [{**vars(one), "words": list(one.words)} for one in found])
        log.info("review_aspects_found", names=[one.name for one in found], reviews=len(reviews))
        return found


def read_reviews(batch: Sequence[ToRead], reader: Reader, aspects: AspectReader) -> list[ReadReview]:
    """The sentiment of each review, and the opinions in the sentences of its body."""
    readings = reader.read([f"{one.title}. {one.body}" if one.title else one.body for one in batch])
    spans = [sentences(one.body) for one in batch]
    opinions = iter(aspects.read([span.text for found in spans for span in found]))
    read = []
    for one, reading, found in zip(batch, readings, spans, strict=True):
        rows = _rows([(span, next(opinions)) for span in found])
        read.append(
            ReadReview(
                one, reading.sentiment, reading.positive, reading.confidence, reading.reason, bands(one.body), rows
            )
        )
    return read


def _rows(said: Sequence[tuple[Span, Sequence[Opinion]]]) -> list[AspectRow]:
    """One row for each aspect and polarity in a review: the surest, the earlier of equals."""
    best: dict[tuple[str, bool], AspectRow] = {}
    for span, opinions in said:
        for one in opinions:
            key = one.aspect, one.positive
            if key not in best or best[key].confidence < one.confidence:
                best[key] = AspectRow(one.aspect, one.positive, one.confidence, span.start, span.end)
    return list(best.values())

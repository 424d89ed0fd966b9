"""One search from the words to the ranked products: understand, find candidates, rank, give up what nothing fulfils."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from common.metrics import timed, tool_seconds
from ml_tools.capacity import Capacity
from ml_tools.registry import ModelName
from ml_tools.search.answering import explicit_conditions, hits_of, understood
from ml_tools.search.lexicon import lexicon
from ml_tools.search.ranking import WEIGHTS, Ranked, Weights, ranked
from ml_tools.search.reading import Part, Reading
from ml_tools.search.relaxing import loosened
from ml_tools.search.schemas import LONGEST_READ, SearchAnswer, SearchRequest
from ml_tools.search.spelling import Spelling
from ml_tools.search.taste import NOBODY, Taste, Tastes
from ml_tools.search.understanding import Understander
from ml_tools.search.vocabulary import Vocabularies, Vocabulary
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from store.search import (
    Candidate,
    Candidates,
    Sought,
    SoughtWord,
    count_allowed,
    describe,
    find_candidates,
    list_allowed,
    near_names,
)
from store.search_conditions import Condition
from store.search_vectors import read_so_far
from store.session import Database

log = structlog.get_logger()

NAME, VERSION = "shop-search", "1"
EXACT_UP_TO = 20_000  # products; comparing with all of them takes a few milliseconds
INDEX_SEEN_SECONDS = 30.0
FREQUENT = 2000  # products; a word that so many have finds no candidates where there are rarer ones
FREQUENT_SHARE = 0.2
COVERED_ENOUGH = 0.6  # share of the words left, by weight, that makes a match
ALIKE_ENOUGH = 0.45  # cosine from which meaning alone makes a match
AS_ALIKE = 0.1  # ... and so much below the likest
FAINT = 0.35  # cosine below which there is no likeness at all
NEAR_NAMES = 40


@dataclass(frozen=True)
class Index:
    products: int
    as_of: date | None


@dataclass(frozen=True)
class Found:
    """`ranked` are the matches that were looked at one by one; `total` counts all; `given_up` are not fulfilled."""

    ranked: Sequence[Ranked]
    total: int
    conditions: Sequence[Condition]
    given_up: Sequence[Part] = ()
    near: bool = False


class SearchService:
    """`weights` are for tuning and tests."""

    def __init__(
        self,
        database: Database,
        encoder: SentenceEncoder,
        capacity: Capacity,
        *,
        tastes: Tastes | None = None,
        weights: Weights = WEIGHTS,
        looked_seconds: float = 10.0,
    ) -> None:
        self._database, self.encoder, self._capacity = database, encoder, capacity
        self._tastes, self.weights = tastes, weights
        self._vocabularies = Vocabularies(database, looked_seconds=looked_seconds)
        self._understander: Understander | None = None
        self._index: tuple[float, Index] | None = None

    async def search(self, request: SearchRequest) -> SearchAnswer:
        """The products that are meant, best first. Any text has an answer; ModelUnavailable only while it loads."""
        with timed(tool_seconds, tool="search"):
            reading = await self.read(request.text, correct=request.correct, ignoring=request.ignoring)
            explicit = explicit_conditions(request.filters)
            index = await self._index_now()
            vector = await self._vector(reading)
            async with self._database.read() as session:
                taste = await self._taste(session, request)
                found = await self._found(session, reading, explicit, vector, index, taste)
                page = await self._page(session, request, reading, found)
            log.info("search", found=found.total, parts=len(reading.parts), nearest=bool(found.given_up or found.near))
            return SearchAnswer(
                model=ModelName(name=NAME, version=VERSION),
                as_of=index.as_of,
                total=found.total,
                understood=understood(reading),
                products=page,
                nearest=bool(page) and (bool(found.given_up) or found.near),
                given_up=[part.label for part in found.given_up],
            )

    async def read(self, text: str, *, correct: bool = True, ignoring: Sequence[str] = ()) -> Reading:
        """What a text is understood as, without what it says of `ignoring`."""
        understander = self._understands(await self._vocabularies.current())
        return understander.read(" ".join(text[:LONGEST_READ].split()), correct=correct, ignoring=ignoring)

    async def candidates(self, reading: Reading, explicit: Sequence[Condition] = ()) -> list[Candidate]:
        """The candidates of a reading before they are ranked, for tuning."""
        index, vector = await self._index_now(), await self._vector(reading)
        async with self._database.read() as session:
            sought = self._sought(reading, reading.parts, explicit, vector, index)
            return (await find_candidates(session, sought)).found

    def _understands(self, vocabulary: Vocabulary) -> Understander:
        if self._understander is None or self._understander.vocabulary is not vocabulary:
            terms = lexicon()
            self._understander = Understander(
                terms, vocabulary, Spelling(vocabulary, terms.words, self.encoder.english)
            )
        return self._understander

    async def _index_now(self) -> Index:
        """Counted anew every half minute: it only decides how the search is done."""
        if self._index is None or time.monotonic() - self._index[0] > INDEX_SEEN_SECONDS:
            async with self._database.read() as session:
                products, newest = await read_so_far(session, self.encoder.version)
            self._index = time.monotonic(), Index(products, newest.date() if newest else None)
        return self._index[1]

    async def _vector(self, reading: Reading) -> list[float] | None:
        if not reading.tokens or not reading.meaning:
            return None
        vectors = await self._capacity.run(self.encoder, [reading.meaning])
        return [float(value) for value in vectors[0]]

    async def _taste(self, session: AsyncSession, request: SearchRequest) -> Taste:
        if self._tastes is None or request.sort != "best":
            return NOBODY
        return await self._tastes.of(request.customer_id, request.session)

    async def _found(
        self,
        session: AsyncSession,
        reading: Reading,
        explicit: Sequence[Condition],
        vector: list[float] | None,
        index: Index,
        taste: Taste,
    ) -> Found:
        if not reading.tokens and not reading.parts:
            says_nothing = bool(reading.text.strip()) and not reading.meaning  # signs alone are no search
            total = 0 if says_nothing else await count_allowed(session, explicit)
            return Found((), total, explicit)
        for kept, given_up in [(reading.parts, ()), *loosened(reading)]:
            sought = self._sought(reading, kept, explicit, vector, index)
            if given_up and not sought.conditions and not reading.tokens:
                break
            near = await find_candidates(session, sought)
            if reading.unknown and reading.left:
                near.found.extend(await self._sounding(session, reading, sought, near.found))
            if near.found:
                found = self._matches(reading, sought, explicit, near, taste)
                if found.ranked:
                    return replace(found, given_up=tuple(given_up))
        return Found((), 0, explicit)

    async def _sounding(
        self, session: AsyncSession, reading: Reading, sought: Sought, known: Sequence[Candidate]
    ) -> list[Candidate]:
        """Products whose names sound like words that were never counted: those that came in a moment ago."""
        ids = await near_names(session, " ".join(reading.unknown), limit=NEAR_NAMES)
        fresh = set(ids) - {one.product_id for one in known}
        return await describe(session, sought, sorted(fresh)) if fresh else []

    def _matches(
        self,
        reading: Reading,
        sought: Sought,
        explicit: Sequence[Condition],
        candidates: Candidates,
        taste: Taste,
    ) -> Found:
        liked = taste.likeness([one.product_id for one in candidates.found])
        order = ranked(reading, candidates.found, liked, self.weights)
        if not reading.left:
            total = len(order) if candidates.allowed is None else candidates.allowed
            return Found(order, total, sought.conditions)
        # Where the conditions speak for themselves and no text holds the rest ("for a trip"), it only orders.
        speaks = len(sought.conditions) > len(explicit) and not any(one.covered for one in order)
        matches = order if speaks else _matching(order)
        near = not any(one.covered >= COVERED_ENOUGH for one in matches)
        return Found(matches, len(matches), sought.conditions, near=near)

    def _sought(
        self,
        reading: Reading,
        kept: Sequence[Part],
        explicit: Sequence[Condition],
        vector: list[float] | None,
        index: Index,
    ) -> Sought:
        rare = max(FREQUENT, FREQUENT_SHARE * index.products)
        return Sought(
            conditions=[*explicit, *(part.condition for part in kept)],
            words=[SoughtWord(token.query, token.frequency <= rare) for token in reading.tokens],
            vector=vector,
            model_version=self.encoder.version,
            exact=index.products <= EXACT_UP_TO,
            facets=reading.facets,
        )

    async def _page(self, session: AsyncSession, request: SearchRequest, reading: Reading, found: Found) -> list:  # type: ignore[type-arg]
        """One page in the order that is asked for."""
        first, last = request.offset, request.offset + request.n
        counted_one_by_one = bool(reading.left)
        if request.sort != "best" and not counted_one_by_one:
            ids = (
                await list_allowed(session, found.conditions, sort=request.sort, limit=request.n, offset=first)
                if found.total
                else []
            )
            return hits_of(ids)
        order = _sorted(found.ranked, request.sort)
        page = hits_of(order[first:last], reading)
        if counted_one_by_one or len(page) == request.n or not found.total:
            return page
        rest = await list_allowed(
            session, found.conditions, without=[one.candidate.product_id for one in order],
            limit=request.n - len(page), offset=max(0, first - len(order)),
        )  # fmt: skip
        return page + hits_of(rest)


def _matching(order: Sequence[Ranked]) -> list[Ranked]:
    """Those that hold most of the words that are left, or mean much the same; where none does, those that come near."""
    best_cover = max((one.covered for one in order), default=0.0)
    likest = max((one.features["meaning"] for one in order), default=0.0)
    cover = min(COVERED_ENOUGH, best_cover) if best_cover > 0 else 2.0
    like = max(ALIKE_ENOUGH, likest - AS_ALIKE)
    matches = [one for one in order if one.covered >= cover or one.features["meaning"] >= like]
    return matches or [one for one in order if one.features["meaning"] >= max(FAINT, likest - AS_ALIKE)]


def _sorted(order: Sequence[Ranked], sort: str) -> list[Ranked]:
    if sort == "price":
        return sorted(order, key=lambda one: (one.candidate.price, one.candidate.product_id))
    if sort == "price_desc":
        return sorted(order, key=lambda one: (-one.candidate.price, one.candidate.product_id))
    if sort == "newest":
        return sorted(order, key=lambda one: one.candidate.created_at, reverse=True)
    return list(order)

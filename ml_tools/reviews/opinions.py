"""Answers about what reviews say: opinions, worst products, complaints; all from what the reading job has kept."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import BadRequest, NotFound
from common.metrics import timed, tool_seconds
from ml_tools.registry import ModelName
from ml_tools.reviews.aspects import Encode, aspect_of
from ml_tools.reviews.opinion_schemas import (
    AspectOpinion,
    Complaint,
    ComplaintsAnswer,
    ComplaintsRequest,
    OpinionsAnswer,
    OpinionsRequest,
    Quote,
    Rating,
    Topic,
    TrendMonth,
    WorstAnswer,
    WorstRequest,
    WorstRow,
)
from store.review_opinions import (
    Figures,
    QuoteRow,
    Ranked,
    Scope,
    by_aspect,
    by_month,
    category_ids,
    product_ids,
    quotes,
    ranked,
    reviews_of,
    summed,
)
from store.review_readings import found_aspects
from store.review_shares import Share, aspect_name, review_url, share_of
from store.session import Database

MOST_ASPECTS = 12
COMPLAINTS_OF_WORST = 2
NAMES_SECONDS = 60.0


class OpinionsService:
    """`encode` understands an aspect in anybody's words."""

    def __init__(self, database: Database, encode: Encode, model: ModelName) -> None:
        self._database, self._encode, self._model = database, encode, model
        self._names: dict[str, str] = {}
        self._named = -NAMES_SECONDS

    async def opinions(self, request: OpinionsRequest) -> OpinionsAnswer:
        """What is said of a product, a category or the shop; NotFound for one that is not there."""
        with timed(tool_seconds, tool="reviews"):
            async with self._database.read() as session:
                scope = await self._scope(session, request.product_id, request.category, request.since, request.until)
                asked = await self._asked(session, request.aspect)
                total = await summed(session, scope)
                about = None if request.aspect and asked is None else await by_aspect(session, scope, aspect=asked)
                shown = dict(list((about or {}).items())[:MOST_ASPECTS])
                return OpinionsAnswer(
                    model=self._model,
                    as_of=total.newest,
                    reviews=max(total.figures.mentions, await reviews_of(session, scope) or 0),
                    read=total.figures.mentions,
                    rating=_rating(total.stars, total.rated),
                    **_bounds_or_nothing(total.figures),
                    trend=[_month(one.month, one.figures) for one in await by_month(session, scope, aspect=asked)],
                    aspects=[
                        await self._aspect(session, scope, slug, figures, request.quotes)
                        for slug, figures in shown.items()
                    ],
                    asked_aspect=asked,
                    suspicious=total.doubtful,
                )

    async def worst(self, request: WorstRequest) -> WorstAnswer:
        """The products with the worst reviews, or the best."""
        with timed(tool_seconds, tool="reviews"):
            async with self._database.read() as session:
                scope = await self._scope(session, None, request.category, request.since, request.until)
                await self._known_names(session)
                total = await summed(session, scope)
                rows = await ranked(session, scope, best=request.best, most=request.n)
                return WorstAnswer(
                    model=self._model,
                    as_of=total.newest,
                    rows=[await self._ranked(session, scope, row) for row in rows],
                )

    async def complaints(self, request: ComplaintsRequest) -> ComplaintsAnswer:
        """What is complained of, the most first, against the same span before where there is a span."""
        with timed(tool_seconds, tool="reviews"):
            async with self._database.read() as session:
                scope = await self._scope(session, request.product_id, request.category, request.since, request.until)
                asked = await self._asked(session, request.aspect)
                if request.aspect and asked is None:
                    raise BadRequest(f"No aspect of reviews is meant by {request.aspect!r}; try 'delivery' or 'fit'.")
                total = await summed(session, scope)
                now = await by_aspect(session, scope, aspect=asked)
                before = await by_aspect(session, earlier, aspect=asked) if (earlier := _before(scope)) else {}
                worst = sorted(now.items(), key=lambda item: (-item[1].negative_weight, item[0]))
                kept = [(slug, figures) for slug, figures in worst if figures.negative][: request.n]
                return ComplaintsAnswer(
                    model=self._model,
                    as_of=total.newest,
                    reviews=total.figures.mentions,
                    negative_reviews=total.figures.negative,
                    topics=[
                        await self._topic(session, scope, slug, figures, before.get(slug)) for slug, figures in kept
                    ],
                )

    async def _scope(
        self, session: AsyncSession, product: str | None, category: str | None, since: date | None, until: date | None
    ) -> Scope:
        if product is not None:
            found = await product_ids(session, product)
            if found is None:
                raise NotFound(f"There is no product {product!r}.")
            return Scope(product_id=found[0], since=since, until=until)
        if category is None:
            return Scope(since=since, until=until)
        below = await category_ids(session, category)
        if not below:
            raise NotFound(f"There is no category {category!r}.")
        return Scope(category_ids=below, since=since, until=until)

    async def _known_names(self, session: AsyncSession) -> Mapping[str, str]:
        if time.monotonic() - self._named > NAMES_SECONDS:
            self._names = {one.slug: one.name for one in await found_aspects(session)}
            self._named = time.monotonic()
        return self._names

    async def _asked(self, session: AsyncSession, aspect: str | None) -> str | None:
        names = await self._known_names(session)
        return await asyncio.to_thread(aspect_of, aspect, names, self._encode) if aspect else None

    async def _aspect(
        self, session: AsyncSession, scope: Scope, slug: str, figures: Figures, most: int
    ) -> AspectOpinion:
        return AspectOpinion(
            aspect=slug,
            name=aspect_name(slug, self._names),
            mentions=figures.mentions,
            positive=figures.positive,
            negative=figures.negative,
            **_bounds(figures),
            found=slug in self._names,
            quotes=[_quote(one) for one in await quotes(session, scope, slug, most=most)],
        )

    async def _ranked(self, session: AsyncSession, scope: Scope, row: Ranked) -> WorstRow:
        own = Scope(product_id=row.id, since=scope.since, until=scope.until)
        said = sorted((await by_aspect(session, own)).items(), key=lambda item: (-item[1].negative_weight, item[0]))
        figures = Figures(row.reviews, 0, 0, row.positive_weight, row.negative_weight)
        rating = _rating(row.stars, row.rated)
        return WorstRow(
            product_id=row.product_id,
            name=row.name,
            reviews=row.reviews,
            **_bounds(figures),
            mean_rating=rating.mean if rating else None,
            complaints=[
                await self._complaint(session, own, slug, one.negative)
                for slug, one in said[:COMPLAINTS_OF_WORST]
                if one.negative
            ],
        )

    async def _complaint(self, session: AsyncSession, scope: Scope, slug: str, negative: int) -> Complaint:
        found = await quotes(session, scope, slug, positive=False, most=1)
        name = aspect_name(slug, self._names)
        return Complaint(aspect=slug, name=name, negative=negative, quote=_quote(found[0]) if found else None)

    async def _topic(
        self, session: AsyncSession, scope: Scope, slug: str, figures: Figures, before: Figures | None
    ) -> Topic:
        share, earlier = _negative(figures), _negative(before) if before else None
        return Topic(
            aspect=slug,
            name=aspect_name(slug, self._names),
            mentions=figures.mentions,
            negative=figures.negative,
            share=share.value,
            low=share.low,
            high=share.high,
            change=None if earlier is None else round(share.value - earlier.value, 4),
            quotes=[_quote(one) for one in await quotes(session, scope, slug, positive=False)],
        )


def _before(scope: Scope) -> Scope | None:
    """The same span of days, just before; None without a beginning."""
    if scope.since is None:
        return None
    until = scope.until or datetime.now(UTC).date()
    days = max((until - scope.since).days + 1, 1)
    last = scope.since - timedelta(days=1)
    return Scope(scope.product_id, scope.category_ids, last - timedelta(days=days - 1), last)


def _negative(figures: Figures) -> Share:
    """Of the mentions; there are some, and each weighs."""
    share = share_of(figures.negative_weight, figures.positive_weight)
    assert share is not None
    return share


def _bounds(figures: Figures) -> dict[str, float]:
    """Of the praise; there is some opinion, and each weighs."""
    share = share_of(figures.positive_weight, figures.negative_weight)
    assert share is not None
    return {"positive_share": share.value, "low": share.low, "high": share.high}


def _bounds_or_nothing(figures: Figures) -> dict[str, float | None]:
    said = figures.positive_weight + figures.negative_weight > 0
    return {**_bounds(figures)} if said else {"positive_share": None, "low": None, "high": None}


def _month(month: date, figures: Figures) -> TrendMonth:
    share = share_of(figures.positive_weight, figures.negative_weight)
    return TrendMonth(month=month, reviews=figures.mentions, positive_share=share.value if share else None)


def _rating(stars: int, rated: int) -> Rating | None:
    return Rating(mean=round(stars / rated, 2), count=rated) if rated else None


def _quote(row: QuoteRow) -> Quote:
    return Quote(
        review_id=row.review_id,
        product_id=row.product_id,
        product_name=row.product_name,
        text=row.text,
        sentiment="positive" if row.positive else "negative",
        rating=row.rating,
        written_on=row.written_on,
        url=review_url(row.product_id, row.review_id),
    )

"""What the shop's reviews say, for marketers: the worst and best products, and complaints by month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from store.review_opinions import (
    Figures,
    Month,
    QuoteRow,
    Ranked,
    Scope,
    by_aspect,
    by_month,
    category_ids,
    quotes,
    ranked,
    summed,
)
from store.review_readings import found_aspects, progress
from store.review_shares import Share, aspect_name, review_url, share_of
from web.console.staff import Marketer, note
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.visiting import transaction

router = APIRouter(prefix="/console/reviews", route_class=PageRoute, include_in_schema=False)
DAYS = (30, 90, 365)
MOST = 8
Days = Annotated[int, Query(ge=0, le=3650)]
CategorySlug = Annotated[str, Query(max_length=80)]
AspectSlug = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True)
class ProductRow:
    """A product with how its reviews are; percents."""

    public_id: str
    name: str
    reviews: int
    percent: int
    low: int
    high: int
    few: bool
    stars: str


@dataclass(frozen=True)
class TopicRow:
    """What is complained of; `change` in percent points against the days before, as it is said."""

    slug: str
    name: str
    negative: int
    percent: int
    low: int
    high: int
    change: str
    quote: str
    href: str


@dataclass(frozen=True)
class MonthRow:
    month: date
    reviews: int
    negative: int
    percent: int


@router.get("")
async def reviews(
    request: Request, staff: Marketer, days: Days = 365, category: CategorySlug = "", aspect: AspectSlug = ""
) -> Response:
    """The last `days` days (0: all time), of the shop or a category; months of one aspect where it is given."""
    async with transaction(request) as session:
        await note(session, staff, "read_reviews", days=str(days), category=category, aspect=aspect)
        below = await category_ids(session, category) if category else []
        scope = _scope(below, days)
        names = {one.slug: one.name for one in await found_aspects(session)}
        total = await summed(session, scope)
        read, written = await progress(session)
        return await page(
            request,
            session,
            "console/reviews.html",
            days=days,
            spans=DAYS,
            category=category if below else "",
            aspect=aspect,
            aspect_title=aspect_name(aspect, names) if aspect else "",
            total=total,
            share=_whole(total.figures),
            unread=max(written - read, 0),
            worst=[_product(row) for row in await ranked(session, scope, best=False, most=MOST)],
            best=[_product(row) for row in await ranked(session, scope, best=True, most=MOST)],
            topics=await _topics(session, scope, names),
            months=_months(await by_month(session, scope, aspect=aspect or None)),
        )


def _scope(below: Sequence[int], days: int) -> Scope:
    since = datetime.now(UTC).date() - timedelta(days=days - 1) if days else None
    return Scope(category_ids=below or None, since=since)


def _whole(figures: Figures) -> ProductRow | None:
    share = share_of(figures.positive_weight, figures.negative_weight)
    return ProductRow("", "", figures.mentions, *_percents(share), "") if share else None


def _product(row: Ranked) -> ProductRow:
    share = share_of(row.positive_weight, row.negative_weight)
    assert share is not None
    stars = f"{row.stars / row.rated:.1f}" if row.rated else "–"
    return ProductRow(row.product_id, row.name, row.reviews, *_percents(share), stars)


def _percents(share: Share) -> tuple[int, int, int, bool]:
    return round(100 * share.value), round(100 * share.low), round(100 * share.high), share.vague


async def _topics(session: AsyncSession, scope: Scope, names: Mapping[str, str]) -> list[TopicRow]:
    now = await by_aspect(session, scope)
    before = await by_aspect(session, _before(scope)) if scope.since else {}
    most = sorted(now.items(), key=lambda item: (-item[1].negative_weight, item[0]))[:MOST]
    rows = []
    for slug, figures in most:
        if figures.negative:
            found = await quotes(session, scope, slug, positive=False, most=1)
            rows.append(_topic(slug, figures, before.get(slug), names, found))
    return rows


def _topic(
    slug: str, figures: Figures, before: Figures | None, names: Mapping[str, str], found: Sequence[QuoteRow]
) -> TopicRow:
    share = share_of(figures.negative_weight, figures.positive_weight)
    earlier = share_of(before.negative_weight, before.positive_weight) if before else None
    assert share is not None
    change = f"{100 * (share.value - earlier.value):+.0f} points".replace("-", "−") if earlier else "–"
    quote, href = (found[0].text, review_url(found[0].product_id, found[0].review_id)) if found else ("", "")
    percent, low, high, _ = _percents(share)
    return TopicRow(slug, aspect_name(slug, names), figures.negative, percent, low, high, change, quote, href)


def _before(scope: Scope) -> Scope:
    assert scope.since is not None
    last = scope.since - timedelta(days=1)
    return Scope(None, scope.category_ids, last - (datetime.now(UTC).date() - scope.since), last)


def _months(months: Sequence[Month]) -> list[MonthRow]:
    rows = []
    for one in months:
        share = share_of(one.figures.negative_weight, one.figures.positive_weight)
        percent = round(100 * share.value) if share else 0
        rows.append(MonthRow(one.month, one.figures.mentions, one.figures.negative, percent))
    return rows

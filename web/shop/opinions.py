"""What customers say of a product, for its page: from what was read in its reviews, without asking a tool."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from store.review_opinions import Figures, Scope, by_aspect, quotes, review_ids_about, summed
from store.review_readings import found_aspects
from store.review_shares import anchor, aspect_name, review_url, share_of
from store.reviews import newest_reviews, one_review, reviews_by_id
from store.tables import Review

MOST_ASPECTS = 8
MOST_QUOTES = 4
MOST_REVIEWS = 8
MOST_ABOUT = 20


@dataclass(frozen=True)
class AspectBar:
    """An aspect as a bar; `percent` of its opinions are praise."""

    slug: str
    name: str
    percent: int
    positive: int
    negative: int
    href: str
    chosen: bool


@dataclass(frozen=True)
class Said:
    """A verbatim sentence that leads to its review."""

    text: str
    aspect: str
    positive: bool
    href: str


@dataclass(frozen=True)
class Opinions:
    """The block "What customers say"; `few` when the share may as well be quite another."""

    percent: int
    low: int
    high: int
    few: bool
    read: int
    bars: list[AspectBar]
    quotes: list[Said]


@dataclass(frozen=True)
class Shown:
    """A review in the list, with the name of its writer and the id of its place on the page."""

    review: Review
    writer: str | None
    anchor: str


async def opinions_of(session: AsyncSession, product_id: int, public_id: str, aspect: str | None) -> Opinions | None:
    """The block; None while nothing with an opinion was read."""
    scope = Scope(product_id=product_id)
    total = await summed(session, scope)
    share = share_of(total.figures.positive_weight, total.figures.negative_weight)
    if share is None:
        return None
    names = {one.slug: one.name for one in await found_aspects(session)}
    figures = dict(list((await by_aspect(session, scope)).items())[:MOST_ASPECTS])
    bars = [_bar(slug, one, names, public_id, chosen=slug == aspect) for slug, one in figures.items()]
    return Opinions(
        percent=round(100 * share.value),
        low=round(100 * share.low),
        high=round(100 * share.high),
        few=share.vague,
        read=total.figures.mentions,
        bars=bars,
        quotes=await _quotes(session, scope, figures, names, aspect),
    )


async def _quotes(
    session: AsyncSession, scope: Scope, figures: Mapping[str, Figures], names: Mapping[str, str], aspect: str | None
) -> list[Said]:
    """Of the chosen aspect; else one each of those that most is said of, in praise or blame as most say."""
    wanted: list[tuple[str, bool | None, int]] = [
        (slug, one.positive >= one.negative, 1) for slug, one in figures.items()
    ]
    if aspect is not None and aspect in figures:
        wanted = [(aspect, None, MOST_QUOTES)]
    said: dict[str, Said] = {}
    for slug, positive, most in wanted:
        for row in await quotes(session, scope, slug, positive=positive, most=most):
            href = review_url(row.product_id, row.review_id)
            said.setdefault(row.text, Said(row.text, aspect_name(slug, names), row.positive, href))
        if len(said) >= MOST_QUOTES:
            break
    return list(said.values())


def _bar(slug: str, figures: Figures, names: Mapping[str, str], public_id: str, *, chosen: bool) -> AspectBar:
    share = share_of(figures.positive_weight, figures.negative_weight)
    assert share is not None
    query = "" if chosen else "?" + urlencode({"aspect": slug})
    return AspectBar(
        slug=slug,
        name=aspect_name(slug, names),
        percent=round(100 * share.value),
        positive=figures.positive,
        negative=figures.negative,
        href=f"/p/{public_id}{query}#reviews",
        chosen=chosen,
    )


async def shown_reviews(
    session: AsyncSession, product_id: int, *, aspect: str | None, reference: str | None
) -> list[Shown]:
    """The newest reviews, or those about an aspect; the one that was asked for stands first if it is older."""
    if aspect is not None:
        ids = await review_ids_about(session, product_id, aspect, limit=MOST_ABOUT)
        rows = await reviews_by_id(session, ids)
    else:
        rows = await newest_reviews(session, product_id, limit=MOST_REVIEWS)
    if reference and all(review.reference != reference for review, _ in rows):
        rows = [*await one_review(session, product_id, reference), *rows]
    return [Shown(review, writer, anchor(review.reference)) for review, writer in rows]

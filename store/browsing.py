"""What the shop's pages show: lists of products with filters, sorting and facets, and one product in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from store.offers import discount_percent, discounted, shop_day
from store.tables import Category, Order, OrderLine, Product, ProductImage, Review, Variant

PAGE_SIZE = 24
SELLING_DAYS = 30
NEW_DAYS = 45
CANDIDATES = 120  # names that sound like the words; the rest of the matches comes from the full-text index
LEAST_SIMILARITY = 0.45


class Sort(StrEnum):
    """How a list is ordered; nothing else ever reaches ORDER BY."""

    BEST = "best"  # by relevance with words, else by what sells
    NEWEST = "newest"
    CHEAPEST = "price"
    DEAREST = "price_desc"


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; prices are today's, in the shop's currency. An empty field does not narrow."""

    words: str = ""
    category: str = ""  # slug; its sub-categories belong to it
    brands: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    in_stock: bool = False
    deals: bool = False


@dataclass(frozen=True)
class Card:
    """A product as a list shows it; `price` is today's, `list_price` what it costs without the discount."""

    id: str  # public
    name: str
    brand: str | None
    list_price: Decimal
    price: Decimal
    percent_off: int
    currency: str
    image: str | None
    rating: float | None
    reviews: int
    in_stock: bool
    is_new: bool


@dataclass(frozen=True)
class Listing:
    cards: list[Card]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Facets:
    """Values to filter by, each with how many products of the list have it; and the range of prices."""

    brands: list[tuple[str, int]]
    colours: list[tuple[str, int]]
    sizes: list[tuple[str, int]]
    cheapest: Decimal | None
    dearest: Decimal | None


def _price() -> ColumnElement[Decimal]:
    return Product.price * (100 - discount_percent(shop_day())) / 100


def _sold_lately() -> Subquery:
    """`(product_id, units)` of the last weeks; grouped once, which is far cheaper than once a product."""
    since = datetime.now(UTC) - timedelta(days=SELLING_DAYS)
    sold = select(OrderLine.product_id, func.sum(OrderLine.units).label("units")).join(Order)
    counted = sold.where(Order.placed_at >= since, Order.status != "cancelled")
    return counted.group_by(OrderLine.product_id).subquery()


def _hits(words: str) -> Subquery:
    """`(product_id, score)` of what the words could mean: names that sound like them, texts that contain them."""
    named = func.product_candidates(words, CANDIDATES).table_valued("product_id", "similarity", name="candidates")
    asked = func.websearch_to_tsquery("english", func.plain_words(words))
    by_name = select(named.c.product_id, (named.c.similarity + 1).label("score"))
    by_text = select(Product.id, func.ts_rank(Product.search, asked)).where(Product.search.op("@@")(asked))
    label = func.to_tsvector("english", func.plain_words(Category.name))
    by_kind = select(Product.id, literal(1.0)).join(Category).where(label.op("@@")(asked))
    found = union_all(by_name.where(named.c.similarity >= LEAST_SIMILARITY), by_text, by_kind).subquery()
    return select(found.c.product_id, func.sum(found.c.score).label("score")).group_by(found.c.product_id).subquery()


def _in_category(slug: str) -> ColumnElement[bool]:
    own = select(Category.id).where(Category.slug == slug).scalar_subquery()
    return Product.category_id.in_(select(Category.id).where(or_(Category.id == own, Category.parent_id == own)))


def _has_variant(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Variant.product_id == Product.id, *conditions)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Product.active.is_(True)]
    if filters.category:
        wanted.append(_in_category(filters.category))
    if filters.brands:
        wanted.append(Product.brand.in_(filters.brands))
    if filters.min_price is not None:
        wanted.append(_price() >= filters.min_price)
    if filters.max_price is not None:
        wanted.append(_price() <= filters.max_price)
    if filters.deals:
        wanted.append(discount_percent(shop_day()) > 0)
    # One variant must have it all: "blue, in size M, in stock" is no use when the blue one is there in L only.
    of_variant = [
        condition
        for asked, condition in (
            (filters.colours, Variant.colour.in_(filters.colours)),
            (filters.sizes, or_(Variant.size.in_(filters.sizes), Variant.storage.in_(filters.sizes))),
            (filters.in_stock, Variant.stock > 0),
        )
        if asked
    ]
    return [*wanted, _has_variant(*of_variant)] if of_variant else wanted


def _matching(filters: Filters) -> tuple[Select[int], list[ColumnElement[Any]]]:
    """The ids that the filters leave, and what orders them by relevance."""
    query = select(Product.id).where(*_conditions(filters))
    if not filters.words:
        return query, []
    hits = _hits(filters.words)
    return query.join(hits, hits.c.product_id == Product.id), [hits.c.score.desc()]


def _ordered(filters: Filters, sort: Sort) -> Select[int]:
    query, relevance = _matching(filters)
    if sort is Sort.BEST:
        sold = _sold_lately()
        query = query.outerjoin(sold, sold.c.product_id == Product.id)
        return query.order_by(*relevance, sold.c.units.desc().nulls_last(), Product.id)
    orders: dict[Sort, ColumnElement[Any]] = {
        Sort.NEWEST: Product.created_at.desc(),
        Sort.CHEAPEST: _price().asc(),
        Sort.DEAREST: _price().desc(),
    }
    return query.order_by(orders[sort], Product.id)


async def list_products(session: AsyncSession, filters: Filters, *, sort: Sort = Sort.BEST, page: int = 1) -> Listing:
    """One page (from 1) of the products that match; a page past the end is empty."""
    query, _ = _matching(filters)
    total = await session.scalar(select(func.count()).select_from(query.subquery())) or 0
    found = await session.scalars(_ordered(filters, sort).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return Listing(await cards(session, list(found)), total, page)


async def shelf(session: AsyncSession, filters: Filters, *, sort: Sort, limit: int) -> list[Card]:
    """The first few products of a list, for a row of the home page."""
    return await cards(session, list(await session.scalars(_ordered(filters, sort).limit(limit))))


async def similar(session: AsyncSession, product: Product, *, limit: int = 4) -> list[Card]:
    """Products of the same category in stock, the nearest in price first."""
    distance = func.abs(Product.price - product.price)
    query = select(Product.id).where(
        Product.category_id == product.category_id, Product.id != product.id, *_conditions(Filters(in_stock=True))
    )
    return await cards(session, list(await session.scalars(query.order_by(distance, Product.id).limit(limit))))


async def cards(session: AsyncSession, ids: Sequence[int]) -> list[Card]:
    """The cards of these products, in this order."""
    picture = (
        select(ProductImage.path).where(ProductImage.product_id == Product.id)
        .order_by(ProductImage.position).limit(1).correlate(Product).scalar_subquery()
    )  # fmt: skip
    rated = Review.product_id == Product.id, Review.rating.is_not(None)
    rating = select(func.avg(Review.rating)).where(*rated).correlate(Product).scalar_subquery()
    reviews = select(func.count()).where(*rated).correlate(Product).scalar_subquery()
    rows = await session.execute(
        select(Product, discount_percent(shop_day()), picture, rating, reviews, _has_variant(Variant.stock > 0))
        .where(Product.id.in_(ids))
    )  # fmt: skip
    by_id = {product.id: _card(product, *figures) for product, *figures in rows}
    return [by_id[product_id] for product_id in ids if product_id in by_id]


def _card(
    product: Product, percent: Decimal, image: str | None, rating: Decimal | None, reviews: int, in_stock: bool
) -> Card:
    return Card(
        id=product.public_id, name=product.name, brand=product.brand, list_price=product.price,
        price=discounted(product.price, percent), percent_off=round(percent), currency=product.currency, image=image,
        rating=None if rating is None else float(rating), reviews=reviews, in_stock=in_stock,
        is_new=datetime.now(UTC) - product.created_at < timedelta(days=NEW_DAYS),
    )  # fmt: skip


async def facets(session: AsyncSession, filters: Filters) -> Facets:
    """What the list of `filters` can be narrowed by; counted over its words and category alone."""
    ids, _ = _matching(Filters(words=filters.words, category=filters.category))
    found = ids.subquery()

    async def counts(value: SQLColumnExpression[Any], *, limit: int = 16) -> list[tuple[str, int]]:
        number = func.count(func.distinct(Product.id))
        query = select(value, number).select_from(Product).join(Variant, Variant.product_id == Product.id)
        query = query.where(Product.id.in_(select(found.c.id)), value.is_not(None)).group_by(value)
        return [(name, n) for name, n in await session.execute(query.order_by(number.desc(), value).limit(limit))]

    prices = select(func.min(_price()), func.max(_price())).where(Product.id.in_(select(found.c.id)))
    cheapest, dearest = (await session.execute(prices)).one()
    sizes = await counts(func.coalesce(Variant.size, Variant.storage))
    return Facets(await counts(Product.brand), await counts(Variant.colour), sizes, cheapest, dearest)

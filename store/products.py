"""Finding products: what a name may mean, search in words with filters, cheaper ones, the tree of categories.

Answers are public ids, best first; `store.facts` and `store.browsing` say what is to be said about them. Prices are
today's (see `store.offers`)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from store.offers import discount_percent, shop_day
from store.tables import Category, Product, Variant


class Sort(StrEnum):
    """How a search is ordered; nothing else ever reaches ORDER BY."""

    RELEVANCE = "relevance"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"


@dataclass(frozen=True)
class ProductFilters:
    """What a search is narrowed to; an empty field does not narrow. Prices are today's, in the shop's currency.

    `category` is a slug (its sub-categories belong to it); `attributes` must be equal, `at_least` are lower bounds
    of numeric attributes. One variant must have colour, size, storage and stock together."""

    words: str = ""
    category: str | None = None
    brand: str | None = None
    colour: str | None = None
    size: str | None = None
    storage: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    at_least: Mapping[str, float] = field(default_factory=dict)
    in_stock: bool = False


@dataclass(frozen=True)
class Candidate:
    """A product that a name may mean; `similarity` is how much of the name it covers, 0..1."""

    product_id: int
    public_id: str
    name: str
    brand: str | None
    category: str  # slug
    similarity: float


@dataclass(frozen=True)
class Found:
    """One page of a search, and how many products match in all."""

    public_ids: list[str]
    total: int


@dataclass(frozen=True)
class CategoryNode:
    """A category with its sub-categories; `products` counts what is sold in it and below."""

    slug: str
    name: str
    products: int
    children: list["CategoryNode"]


async def candidates(session: AsyncSession, words: str, *, limit: int = 10) -> list[Candidate]:
    """The products that a name in people's own words may mean, best first; typos and partial names are fine."""
    named = func.product_candidates(_storable(words), limit).table_valued(
        "product_id", "public_id", "name", "brand", "category", "similarity"
    )
    return [Candidate(*row) for row in await session.execute(select(named))]


async def search(
    session: AsyncSession,
    filters: ProductFilters,
    *,
    sort: Sort = Sort.RELEVANCE,
    limit: int = 10,
    offset: int = 0,
) -> Found:
    """One page of the products that match; without words, relevance means the newest first."""
    query, relevance = _matching(filters)
    total = await session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order: dict[Sort, list[ColumnElement[Any]]] = {
        Sort.RELEVANCE: [*relevance, Product.created_at.desc()],
        Sort.CHEAPEST: [price_today().asc()],
        Sort.DEAREST: [price_today().desc()],
        Sort.NEWEST: [Product.created_at.desc()],
    }
    page = query.order_by(*order[sort], Product.id).limit(limit).offset(offset)
    return Found(list(await session.scalars(page)), total)


async def cheaper_alternatives(
    session: AsyncSession, public_id: str, *, below: Decimal | None = None, limit: int = 5
) -> list[str]:
    """Products of the same category in stock that cost less than `below`, else than the product; dearest first."""
    product = await session.scalar(select(Product).where(Product.public_id == public_id))
    if product is None:
        return []
    if below is None:
        below = await session.scalar(select(price_today()).where(Product.id == product.id))
    conditions = Product.active, Product.category_id == product.category_id, Product.id != product.id
    query = select(Product.public_id).where(*conditions, price_today() < below, _has_variant(Variant.stock > 0))
    return list(await session.scalars(query.order_by(price_today().desc(), Product.id).limit(limit)))


async def category_name(session: AsyncSession, slug: str | None) -> str | None:
    """What the shop calls a category; None for no slug, or one of no category."""
    return await session.scalar(select(Category.name).where(Category.slug == slug)) if slug else None


async def category_tree(session: AsyncSession) -> list[CategoryNode]:
    """The categories with no parent, each with those below it, in alphabetical order."""
    sold = select(Product.category_id, func.count().label("products")).where(Product.active)
    counted = sold.group_by(Product.category_id).subquery()
    query = select(Category, func.coalesce(counted.c.products, 0)).outerjoin(
        counted, counted.c.category_id == Category.id
    )
    below: dict[int | None, list[tuple[Category, int]]] = defaultdict(list)
    for category, products in await session.execute(query.order_by(Category.name)):
        below[category.parent_id].append((category, products))

    def nodes(parent: int | None) -> list[CategoryNode]:
        return [node(category, products) for category, products in below[parent]]

    def node(category: Category, own: int) -> CategoryNode:
        children = nodes(category.id)
        return CategoryNode(category.slug, category.name, own + sum(child.products for child in children), children)

    return nodes(None)


def price_today() -> ColumnElement[Decimal]:
    """The price of `Product` less today's discount, as SQL."""
    return Product.price * (100 - discount_percent(shop_day())) / 100


def _storable(words: str) -> str:
    """Postgres' text holds everything but NUL and lone surrogates."""
    return words.replace("\x00", " ").encode("utf-8", "ignore").decode()


def conditions(filters: ProductFilters) -> list[ColumnElement[bool]]:
    """What `Product` must fulfil to be sold now and pass the filters, their words aside."""
    of_variant = _of_variant(filters)
    return [Product.active.is_(True), *_of_product(filters), *([_has_variant(*of_variant)] if of_variant else [])]


def _matching(filters: ProductFilters) -> tuple[Select[str], list[ColumnElement[Any]]]:
    """The public ids of what the filters leave, and what orders them by relevance."""
    query = select(Product.public_id).where(*conditions(filters))
    if not filters.words.strip():
        return query, []
    hits = func.product_hits(_storable(filters.words)).table_valued("product_id", "score", name="hits")
    return query.join(hits, hits.c.product_id == Product.id), [hits.c.score.desc()]


def _of_product(filters: ProductFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.category:
        own = select(Category.id).where(Category.slug == filters.category).scalar_subquery()
        wanted.append(
            Product.category_id.in_(select(Category.id).where(or_(Category.id == own, Category.parent_id == own)))
        )
    if filters.brand:
        wanted.append(func.lower(Product.brand) == filters.brand.lower())
    if filters.min_price is not None:
        wanted.append(price_today() >= filters.min_price)
    if filters.max_price is not None:
        wanted.append(price_today() <= filters.max_price)
    if filters.attributes:
        wanted.append(Product.attributes.contains(dict(filters.attributes)))
    return wanted + [_at_least(key, least) for key, least in filters.at_least.items()]


def _at_least(key: str, least: float) -> ColumnElement[bool]:
    """True where the attribute is a number and not less; attributes of another type are no match, not an error."""
    value = func.jsonb_extract_path(Product.attributes, key)
    path = cast("$ ? (@ >= $least)", JSONPATH)
    return func.jsonb_path_exists(value, path, cast({"least": least}, JSONB))


def _of_variant(filters: ProductFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.colour:
        of_product = func.lower(Product.attributes["colour"].astext)
        wanted.append(func.lower(func.coalesce(Variant.colour, of_product)) == filters.colour.lower())
    if filters.size:
        wanted.append(func.lower(Variant.size) == filters.size.lower())
    if filters.storage:
        wanted.append(func.lower(Variant.storage) == filters.storage.lower())
    if filters.in_stock:
        wanted.append(Variant.stock > 0)
    return wanted


def _has_variant(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Variant.product_id == Product.id, *conditions)

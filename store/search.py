"""Products for a search: candidates by their words and by meaning, with the filters, in one statement.

Words come as tsqueries that `ml_tools.search` has written from plain words; everything else is bound. What a search
asks is a conjunction of `Condition`s, each of which is met by a facet or, where it has one, by words in the text: a
"blue" shirt may have the colour Navy Blue or be called blue."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from pgvector import HalfVector
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Float,
    Select,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from store.products import price_today
from store.search_conditions import Condition, array_of, facets_of, has_variant, holds, says
from store.tables import Product, ProductAppeal, ProductEmbedding, Variant
from store.tables.search import TEXT_DIMENSIONS

BY_WORDS, BY_MEANING, BY_APPEAL = 150, 120, 60  # candidates of each kind


@dataclass(frozen=True)
class SoughtWord:
    """A tsquery; `rare`: it finds candidates by itself, where a frequent one only helps to order them."""

    query: str
    rare: bool


@dataclass(frozen=True)
class Sought:
    conditions: Sequence[Condition]
    words: Sequence[SoughtWord] = ()
    vector: Sequence[float] | None = None
    model_version: str = ""
    exact: bool = True  # the vector is compared with every product's, not through the index
    facets: Sequence[Condition] = field(default_factory=tuple)  # conditions whose facets are asked of each candidate


@dataclass(frozen=True)
class Candidate:
    """A product that may be meant. Bit n of `in_name` and `in_text` is word n; of `by_facet`, facet n."""

    product_id: int
    public_id: str
    name: str
    in_name: int
    in_text: int
    by_facet: int
    likeness: float | None  # cosine of the meanings; None while it has no vector
    appeal: float
    price: Decimal
    created_at: datetime
    in_stock: bool


@dataclass(frozen=True)
class Candidates:
    """`allowed`: how many products fulfil the conditions; None where there are none, and where nothing was found."""

    found: list[Candidate]
    allowed: int | None


async def find_candidates(session: AsyncSession, sought: Sought) -> Candidates:
    """The products that fulfil all conditions and come near in words, meaning or appeal; in no order."""
    allowed = _allowed(sought.conditions)
    found = union(*(select(part.c.id) for part in _branches(sought, allowed))).cte("found").prefix_with("MATERIALIZED")
    counted = (
        cast(null(), BigInteger) if allowed is None else select(func.count()).select_from(allowed).scalar_subquery()
    )
    query = _described(sought).add_columns(counted).where(Product.id == any_(array_of(select(found.c.id))))
    rows = (await session.execute(query)).all()
    return Candidates([Candidate(*row[:-1]) for row in rows], rows[0][-1] if rows else None)


async def count_allowed(session: AsyncSession, conditions: Sequence[Condition]) -> int:
    """How many products fulfil the conditions."""
    allowed = select(Product.id).where(Product.active, *map(holds, conditions)).subquery()
    return await session.scalar(select(func.count()).select_from(allowed)) or 0


async def list_allowed(
    session: AsyncSession,
    conditions: Sequence[Condition],
    *,
    sort: str = "best",
    without: Sequence[int] = (),
    limit: int,
    offset: int,
) -> list[str]:
    """Public ids of the products that fulfil the conditions: by appeal, `price`, `price_desc` or `newest`."""
    orders: dict[str, list[ColumnElement[Any]]] = {
        "best": [func.coalesce(ProductAppeal.appeal, 0.0).desc()],
        "price": [price_today().asc()],
        "price_desc": [price_today().desc()],
        "newest": [Product.created_at.desc()],
    }
    query = select(Product.public_id).where(Product.active, *map(holds, conditions))
    if sort == "best":
        query = query.outerjoin(ProductAppeal, ProductAppeal.product_id == Product.id)
    if without:
        query = query.where(Product.id.not_in(without))
    return list(await session.scalars(query.order_by(*orders[sort], Product.id).limit(limit).offset(offset)))


async def near_names(session: AsyncSession, words: str, *, limit: int) -> list[int]:
    """Ids of products whose names sound like the words: for words that the counted vocabulary does not hold yet."""
    named = func.product_candidates(words, limit).table_valued("product_id", "similarity", name="named")
    return list(await session.scalars(select(named.c.product_id).where(named.c.similarity >= 0.5)))


async def describe(session: AsyncSession, sought: Sought, product_ids: Sequence[int]) -> list[Candidate]:
    """These products as candidates, as far as they fulfil the conditions."""
    query = _described(sought).where(Product.id.in_(product_ids), Product.active, *map(holds, sought.conditions))
    return [Candidate(*row) for row in await session.execute(query)]


def _allowed(conditions: Sequence[Condition]) -> CTE | None:
    """The ids that the conditions leave; None without conditions, which leave everything."""
    if not conditions:
        return None
    wanted = select(Product.id).where(Product.active, *map(holds, conditions))
    return wanted.cte("allowed").prefix_with("MATERIALIZED")


def _branches(sought: Sought, allowed: CTE | None) -> list[Any]:
    within = true() if allowed is None else Product.id.in_(select(allowed.c.id))
    branches: list[Any] = []
    words = [word for word in sought.words if word.rare] or list(sought.words)
    if words:
        hits = union_all(*(select(Product.id).where(Product.active, says(w.query), within) for w in words)).subquery()
        most = select(hits.c.id).group_by(hits.c.id).order_by(func.count().desc(), hits.c.id).limit(BY_WORDS)
        branches.append(most.subquery("by_words"))
    if sought.vector is not None:
        branches.append(_near(sought, allowed).subquery("by_meaning"))
    if allowed is not None:
        appealing = (
            select(allowed.c.id)
            .outerjoin(ProductAppeal, ProductAppeal.product_id == allowed.c.id)
            .order_by(func.coalesce(ProductAppeal.appeal, 0.0).desc(), allowed.c.id)
            .limit(BY_APPEAL)
        )
        branches.append(appealing.subquery("by_appeal"))
    return branches or [select(Product.id).where(false()).subquery("nothing")]


def _near(sought: Sought, allowed: CTE | None) -> Select[Any]:
    distance = ProductEmbedding.embedding.cosine_distance(_vector(sought))
    query = select(ProductEmbedding.product_id.label("id")).where(
        ProductEmbedding.model_version == sought.model_version
    )
    if allowed is not None:
        query = query.join(allowed, allowed.c.id == ProductEmbedding.product_id)
    else:
        query = query.join(Product, Product.id == ProductEmbedding.product_id).where(Product.active)
    exact = sought.exact or allowed is not None
    order = distance + 0 if exact else distance  # a sum cannot come out of the index
    return query.order_by(order).limit(BY_MEANING)


def _vector(sought: Sought) -> Any:
    # The literal keeps its type through the cast, so that the index is found.
    return cast(literal(HalfVector(list(sought.vector or ())), HALFVEC(TEXT_DIMENSIONS)), HALFVEC(TEXT_DIMENSIONS))


def _described(sought: Sought) -> Select[Any]:
    likeness: ColumnElement[Any] = cast(null(), Float)
    if sought.vector is not None:
        likeness = 1 - ProductEmbedding.embedding.cosine_distance(_vector(sought))
    return (
        select(
            Product.id,
            Product.public_id,
            Product.name,
            _mask([says(word.query, "A") for word in sought.words]),
            _mask([says(word.query) for word in sought.words]),
            _mask([or_(false(), *facets_of(one, one_by_one=True)) for one in sought.facets]),
            likeness,
            func.coalesce(ProductAppeal.appeal, 0.0),
            price_today(),
            Product.created_at,
            has_variant(Variant.stock > 0),
        )
        .outerjoin(
            ProductEmbedding,
            and_(ProductEmbedding.product_id == Product.id, ProductEmbedding.model_version == sought.model_version),
        )
        .outerjoin(ProductAppeal, ProductAppeal.product_id == Product.id)
    )


def _mask(bits: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    total: ColumnElement[int] = literal(0, BigInteger)
    for place, bit in enumerate(bits):
        total = total + case((bit, literal(1 << place, BigInteger)), else_=literal(0, BigInteger))
    return total

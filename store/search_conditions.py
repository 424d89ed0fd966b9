"""What a search's conditions are, and what they are in SQL: facets, or words in the texts.

A condition is met by a facet or, where it has a `query`, by words in the text: a "blue" shirt may have the colour Navy
Blue or be called blue. Queries are tsqueries that `ml_tools.search` has written from plain words; all else is bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    and_,
    any_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, REGCONFIG

from store.offers import discount_percent, shop_day
from store.products import price_today
from store.tables import Category, Product, Variant


@dataclass(frozen=True)
class Range:
    """A numeric attribute within bounds; None is no bound."""

    key: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class OneVariant:
    """What one variant must have together: "blue, in size M, in stock" is no use when the blue one is there in L."""

    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    in_stock: bool = False


@dataclass(frozen=True)
class Condition:
    """Any of what is given must hold; `negated`: none of it may. `query` (a tsquery) is sought in the texts.

    Categories are slugs and stand for their sub-categories too; brands, colours, sizes and storages are as the shop
    writes them; `keys` are attributes that the product has; `number` is a range of one."""

    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    numbers: tuple[Range, ...] = ()
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    query: str | None = None
    negated: bool = False
    variant: OneVariant | None = None
    on_offer: bool = False


def says(query: str, weights: str = "") -> ColumnElement[bool]:
    asked = func.to_tsquery(cast(literal("english"), REGCONFIG), weighted(query, weights) if weights else query)
    return Product.search.op("@@", is_comparison=True)(asked)


def weighted(query: str, weights: str) -> str:
    """A tsquery whose quoted words must have one of the weights: `'a' & 'b'` -> `'a':A & 'b':A`."""
    return "".join(part + (f":{weights}" if n % 2 and n else "") for n, part in enumerate(_quoted(query)))


def _quoted(query: str) -> list[str]:
    """Parts by turns outside and inside of quotes; those inside keep them."""
    parts = query.split("'")
    return [f"'{part}'" if n % 2 else part for n, part in enumerate(parts)]


def holds(condition: Condition) -> ColumnElement[bool]:
    ways = facets_of(condition, beside_text=bool(condition.query))
    if condition.query:
        ways.append(says(condition.query, "AB"))
    if not ways:
        return true()
    met = or_(*ways)
    return not_(func.coalesce(met, False)) if condition.negated else met


def facets_of(
    condition: Condition, *, beside_text: bool = False, one_by_one: bool = False
) -> list[ColumnElement[bool]]:
    """The ways in which facets fulfil a condition. `beside_text`: those that the texts hold as well are left out, as
    the texts are indexed. `one_by_one`: asked of a few products, each of which is looked up."""
    with_variants = has_variant if one_by_one else _with_variants
    ways: list[ColumnElement[bool]] = []
    if condition.categories:
        own = select(Category.id).where(Category.slug.in_(condition.categories))
        below = select(Category.id).where(or_(Category.id.in_(own), Category.parent_id.in_(own)))
        ways.append(Product.category_id == any_(array_of(below)))
    if condition.brands and not beside_text:
        ways.append(Product.brand.in_(condition.brands))
    if condition.colours:
        ways.append(with_variants(Variant.colour.in_(condition.colours)))
        if not beside_text:
            ways.append(Product.attributes["colour"].astext.in_(condition.colours))
    if condition.sizes:
        ways.append(with_variants(_of_size(condition.sizes)))
    ways += [Product.attributes.has_key(key) for key in condition.keys]
    ways += [_within(number) for number in condition.numbers]
    ways += _prices(condition)
    if condition.variant:
        ways.append(_one_variant(condition.variant))
    if condition.on_offer:
        ways.append(discount_percent(shop_day()) > 0)
    return ways


def _one_variant(wanted: OneVariant) -> ColumnElement[bool]:
    return has_variant(
        *([Variant.colour.in_(wanted.colours)] if wanted.colours else []),
        *([_of_size(wanted.sizes)] if wanted.sizes else []),
        *([Variant.stock > 0] if wanted.in_stock else []),
    )


def _of_size(sizes: Sequence[str]) -> ColumnElement[bool]:
    return or_(Variant.size.in_(sizes), Variant.storage.in_(sizes))


def _prices(condition: Condition) -> list[ColumnElement[bool]]:
    bounds = []
    if condition.min_price is not None:
        bounds.append(price_today() >= condition.min_price)
    if condition.max_price is not None:
        bounds.append(price_today() <= condition.max_price)
    return [and_(*bounds)] if bounds else []


def _within(number: Range) -> ColumnElement[bool]:
    """Attributes of another type are no match, not an error: the cast is tried on numbers only."""
    value = Product.attributes[number.key]
    bounds = [
        bound
        for bound in (
            None if number.low is None else cast(value.astext, Float) >= number.low,
            None if number.high is None else cast(value.astext, Float) <= number.high,
        )
        if bound is not None
    ]
    return case((func.jsonb_typeof(value) == "number", and_(true(), *bounds)), else_=false())


def array_of(ids: Select[Any]) -> Any:
    """Ids as an array that is made once: unlike a sub-query, it can be looked up in an index beside other ways."""
    return func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger))


def _with_variants(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Product.id == any_(array_of(select(Variant.product_id).where(condition)))


def has_variant(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Variant.product_id == Product.id, *conditions)

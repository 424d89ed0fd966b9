"""What a product costs today: the list price less the best promotion that is running for it."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import aliased

from store.tables import Category, Product, Promotion

CENT = Decimal("0.01")
Day = date | ColumnElement[date]


def shop_day() -> date:
    """The shop's today: days are UTC dates."""
    return datetime.now(UTC).date()


def running(today: Day) -> ColumnElement[bool]:
    """True for promotions that run on `today`; both ends are inclusive."""
    return (Promotion.starts_on <= today) & (Promotion.ends_on >= today)


def covers_product() -> ColumnElement[bool]:
    """True where a promotion covers `Product`: by itself, by its category or that one's parent, or shop-wide.

    A promotion's audience says to whom it is shown; its price holds for everybody."""
    own = aliased(Category)
    parent = select(own.parent_id).where(own.id == Product.category_id).correlate(Product).scalar_subquery()
    everything = Promotion.product_id.is_(None) & Promotion.category_id.is_(None)
    return or_(
        Promotion.product_id == Product.id,
        Promotion.category_id == Product.category_id,
        Promotion.category_id == parent,
        everything,
    )


def discount_percent(today: Day) -> ScalarSelect[Decimal]:
    """Correlated to `Product`: the percentage that comes off its price today, 0 to 95."""
    best = select(func.coalesce(func.max(Promotion.discount_percent), 0))
    return best.where(running(today), covers_product()).correlate(Product).scalar_subquery()


def promotion_id(today: Day) -> ScalarSelect[int | None]:
    """Correlated to `Product`: the id of the promotion that gives today's discount; NULL when there is none."""
    best = select(Promotion.id).where(running(today), covers_product(), Promotion.discount_percent > 0)
    return best.order_by(Promotion.discount_percent.desc(), Promotion.id).limit(1).correlate(Product).scalar_subquery()


def discounted(price: Decimal, percent: Decimal) -> Decimal:
    """The price less `percent` %, rounded to the cent as SQL's `round` does."""
    return (price * (100 - percent) / 100).quantize(CENT, rounding="ROUND_HALF_UP")

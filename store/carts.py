"""Carts: one open cart per session subject, priced anew each time it is looked at."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import BadRequest, NotFound
from store.checkout import MAX_LINES, MAX_UNITS
from store.offers import discount_percent, discounted, shop_day
from store.tables import Cart, CartLine, Product, ProductImage, Variant


@dataclass(frozen=True)
class CartItem:
    """One line of a cart at today's price; `stock` says how many could be bought now."""

    variant_id: int
    product_id: str  # public
    name: str
    options: str
    units: int
    stock: int
    list_price: Decimal
    price: Decimal
    currency: str
    image: str | None

    @property
    def total(self) -> Decimal:
        return self.units * self.price


def options_of(colour: str | None, size: str | None, storage: str | None) -> str:
    """What tells a variant apart, as people read it: "Blue, M"."""
    return ", ".join(part for part in (colour, size, storage) if part)


async def cart_items(session: AsyncSession, subject: str) -> list[CartItem]:
    """The lines of the subject's cart that are still sold, by name."""
    picture = (
        select(ProductImage.path).where(ProductImage.product_id == Product.id)
        .order_by(ProductImage.position).limit(1).correlate(Product).scalar_subquery()
    )  # fmt: skip
    rows = await session.execute(
        select(Variant, Product.public_id, Product.name, Product.currency, CartLine.units,
               discount_percent(shop_day()), picture)
        .join(CartLine, CartLine.variant_id == Variant.id).join(Cart).join(Product, Product.id == Variant.product_id)
        .where(Cart.subject == subject, Product.active).order_by(Product.name, Variant.id)
    )  # fmt: skip
    return [
        CartItem(
            variant.id, public_id, name, options_of(variant.colour, variant.size, variant.storage), units,
            variant.stock, variant.price, discounted(variant.price, percent), currency, image,
        )
        for variant, public_id, name, currency, units, percent, image in rows
    ]  # fmt: skip


async def count_units(session: AsyncSession, subject: str) -> int:
    """How many pieces lie in the cart."""
    query = select(func.coalesce(func.sum(CartLine.units), 0)).join(Cart).where(Cart.subject == subject)
    return await session.scalar(query) or 0


async def add_to_cart(session: AsyncSession, subject: str, variant_id: int, units: int) -> int:
    """Put units of a variant into the cart, up to 99 of each; returns the product's id. Raises NotFound, BadRequest."""
    _check_units(units)
    sold = select(Variant.product_id).join(Product).where(Variant.id == variant_id, Product.active)
    product_id = await session.scalar(sold)
    if product_id is None:
        raise NotFound("This item is no longer sold.")
    cart_id = await _open_cart(session, subject)
    others = select(func.count()).where(CartLine.cart_id == cart_id, CartLine.variant_id != variant_id)
    if (await session.scalar(others) or 0) >= MAX_LINES:
        raise BadRequest(f"A cart holds up to {MAX_LINES} different items.")
    line = insert(CartLine).values(cart_id=cart_id, variant_id=variant_id, units=units)
    more = func.least(MAX_UNITS, CartLine.units + line.excluded.units)
    await session.execute(line.on_conflict_do_update(index_elements=["cart_id", "variant_id"], set_={"units": more}))
    return product_id


async def set_units(session: AsyncSession, subject: str, variant_id: int, units: int) -> None:
    """Change how many of a variant lie in the cart; 0 takes it out."""
    if units:
        _check_units(units)
    line = await session.get(CartLine, (await _open_cart(session, subject), variant_id))
    if line is not None and units:
        line.units = units
    elif line is not None:
        await session.delete(line)


async def empty_cart(session: AsyncSession, subject: str) -> None:
    await session.execute(delete(Cart).where(Cart.subject == subject))


async def move_cart(session: AsyncSession, guest: str, account: str) -> None:
    """Give a guest's cart to the account that just signed in; what lay in both is added up."""
    lines = select(CartLine.variant_id, CartLine.units).join(Cart).where(Cart.subject == guest)
    found = (await session.execute(lines)).all()
    if not found:
        return
    cart_id = await _open_cart(session, account)
    for variant_id, units in found:
        line = insert(CartLine).values(cart_id=cart_id, variant_id=variant_id, units=units)
        more = func.least(MAX_UNITS, CartLine.units + line.excluded.units)
        await session.execute(
            line.on_conflict_do_update(index_elements=["cart_id", "variant_id"], set_={"units": more})
        )
    await empty_cart(session, guest)


def _check_units(units: int) -> None:
    if not 1 <= units <= MAX_UNITS:
        raise BadRequest(f"Choose between 1 and {MAX_UNITS} pieces.")


async def _open_cart(session: AsyncSession, subject: str) -> int:
    cart = insert(Cart).values(subject=subject)
    touched = cart.on_conflict_do_update(index_elements=["subject"], set_={"updated_at": func.now()})
    return (await session.execute(touched.returning(Cart.id))).scalar_one()

"""Shelves of recommended products on the pages: whom they are for, and why each product stands there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.browsing import Card, cards
from store.tables import Customer, Product
from web.accounts.session import SessionInfo
from web.services import services
from web.shop.recommender import Purpose, Recommended, Surface, Why


@dataclass(frozen=True)
class Pick:
    """A product and its reason; `because_of` names the product that led here, unless it is sold no more."""

    card: Card
    why: Why
    because_of: str | None
    here: bool  # the product that led here is the one of this page


@dataclass(frozen=True)
class PickShelf:
    """What was recommended for one place; the cards' links say so, and the click counts."""

    purpose: Purpose
    surface: Surface
    picks: list[Pick] = field(default_factory=list)

    @property
    def personal(self) -> bool:
        """Whether anything but popularity speaks for at least one of them."""
        return any(pick.why != "popular" for pick in self.picks)

    def address(self, card: Card) -> str:
        return f"/p/{card.id}?from={self.surface}&for={self.purpose}"


async def recommended(
    request: Request,
    visitor: SessionInfo | None,
    purpose: Purpose,
    surface: Surface,
    *,
    about: Sequence[str] = (),
    without: Sequence[str] = (),
    limit: int,
) -> list[Recommended]:
    """What the recommender has for the visitor, about these products (public ids) and `without` those; nothing while it
    is away.

    Not to be awaited inside a transaction: a slow tool would hold a connection that others wait for.
    """
    customer_id = await customer_of(request, visitor)
    return await services(request).recommender.recommend(
        {
            "purpose": purpose,
            "surface": surface,
            "customer_id": customer_id,
            "session": visitor.subject if visitor else None,
            "product_ids": list(about),
            "without": list(without),
            "n": limit,
        }
    )


async def customer_of(request: Request, visitor: SessionInfo | None) -> str | None:
    """The visitor's public id as a customer."""
    if visitor is None or visitor.customer_id is None:
        return None
    async with services(request).database.read() as session:
        customer = await session.get(Customer, visitor.customer_id)
    return customer.public_id if customer else None


async def shelf_of(
    session: AsyncSession,
    purpose: Purpose,
    surface: Surface,
    found: Sequence[Recommended],
    *,
    here: str | None = None,
) -> PickShelf:
    """The shelf of what was found, as far as it is sold. `here` is the page's product."""
    if not found:
        return PickShelf(purpose, surface)
    asked = {one.product_id for one in found} | {one.reason.because_of or "" for one in found}
    rows = (
        await session.execute(
            select(Product.id, Product.public_id, Product.name).where(Product.public_id.in_(asked), Product.active)
        )
    ).all()
    ids, names = {public: number for number, public, _ in rows}, {public: name for _, public, name in rows}
    known = {card.id: card for card in await cards(session, [ids[o.product_id] for o in found if o.product_id in ids])}
    return PickShelf(
        purpose,
        surface,
        [
            Pick(known[one.product_id], one.reason.why, names.get(because_of), because_of == here)
            for one in found
            if one.product_id in known and one.product_id != here
            for because_of in [one.reason.because_of or ""]
        ],
    )

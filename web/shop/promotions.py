"""Promotions on the pages: which one the tool chooses, what stands in its banner, and that it was shown and clicked.

What is shown and clicked is written to the store with the page, whether or not the tool is there; the tool learns it
from there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import NotFound
from store.browsing import Card
from store.offers import shop_day
from store.promotion_events import Clicked, Shown, shown_to, take_events
from store.promotion_offers import promoted_products
from store.promotions import promotion_by_id, running_promotion
from store.tables import Category, Product, Promotion
from web.accounts.session import SessionInfo
from web.services import services
from web.shop.clicks import is_a_click_of_ours, is_fetched_ahead
from web.shop.picks import customer_of
from web.shop.route import PageRoute
from web.shop.tool import PageTool
from web.shop.visiting import Slug, Visitor, transaction

SECONDS = 0.3  # all that a page gives away
FITTING = 3  # products in a banner
KEY = r"^[A-Za-z0-9_-]{1,40}$"

Slot = Literal["home_hero", "product_side", "cart"]
Surface = Literal["home", "product", "cart"]
router = APIRouter(route_class=PageRoute, include_in_schema=False)


class _Model(BaseModel):
    name: str = Field(max_length=60)
    version: str = Field(max_length=19)


class Ranked(BaseModel):
    """A promotion to show, as the tool answers."""

    impression_id: str = Field(pattern=KEY)
    promotion_id: str = Field(pattern=KEY)
    propensity: float = Field(gt=0, le=1)
    signals: list[float] = Field(max_length=64)


class _Answer(BaseModel):
    model: _Model
    promotions: list[Ranked] = Field(max_length=10)


@dataclass(frozen=True)
class Offer:
    """What the tool chose for one slot, and for whom."""

    ranked: Ranked
    slot: Slot
    surface: Surface
    model: str
    customer: str | None


@dataclass(frozen=True)
class Banner:
    """A promotion as it stands on a page, with products that it is about."""

    offer: Offer
    promotion: Promotion
    products: list[Card]

    @property
    def address(self) -> str:
        return f"/promotion/{self.promotion.public_id}?shown={self.offer.ranked.impression_id}"


class Promotions:
    """The tool; one per process. `transport` and `seconds` are for tests."""

    def __init__(
        self, tools_url: str, *, transport: httpx.AsyncBaseTransport | None = None, seconds: float = SECONDS
    ) -> None:
        self._tool = PageTool("promotions", tools_url, transport=transport, seconds=seconds)

    async def rank(self, asked: dict[str, Any]) -> tuple[Ranked, str] | None:
        """The one to show, and the model; None when there is none, or the tool is away."""
        answer = await self._tool.ask("/promotions/rank", asked, _Answer)
        if answer is None or not answer.promotions:
            return None
        return answer.promotions[0], f"{answer.model.name}:{answer.model.version}"

    async def close(self) -> None:
        await self._tool.close()


async def offered(
    request: Request, visitor: SessionInfo | None, slot: Slot, surface: Surface, *, about: Sequence[str] = ()
) -> Offer | None:
    """What the tool chooses for the visitor, on a page about these products (public ids); None for a page that is
    only fetched ahead, because nobody sees it.

    Not to be awaited inside a transaction: a slow tool would hold a connection that others wait for.
    """
    if is_fetched_ahead(request):
        return None
    customer = await customer_of(request, visitor)
    found = await services(request).promotions.rank(
        {
            "customer_id": customer, "session": visitor.subject if visitor else None, "slot": slot,
            "surface": surface, "context": {"product_ids": list(about)[:50]}, "n": 1,
        }
    )  # fmt: skip
    return Offer(found[0], slot, surface, found[1], customer) if found else None


async def banner_of(session: AsyncSession, offer: Offer | None) -> Banner | None:
    """What stands on the page; None when the promotion does not run any more, or has nothing to show."""
    if offer is None:
        return None
    promotion = await running_promotion(session, offer.ranked.promotion_id, today=shop_day())
    if promotion is None:
        return None
    products = await promoted_products(session, promotion, limit=FITTING)
    return Banner(offer, promotion, products) if products else None


async def note_shown(session: AsyncSession, visitor: SessionInfo | None, banner: Banner | None) -> None:
    """Write down that the banner stands on a page that was made."""
    if banner is None:
        return
    offer = banner.offer
    shown = Shown(
        key=offer.ranked.impression_id, promotion=banner.promotion.public_id, slot=offer.slot, surface=offer.surface,
        propensity=offer.ranked.propensity, shown_at=datetime.now(UTC), customer=offer.customer,
        session=visitor.subject if visitor else None, model=offer.model, signals=tuple(offer.ranked.signals),
    )  # fmt: skip
    await take_events(session, [shown])


@router.get("/promotion/{public_id}")
async def follow(request: Request, public_id: Slug, visitor: Visitor, shown: str = "", product: str = "") -> Response:
    """From a banner, or a product's card in the chat, to what it promotes; the first time counts as its click."""
    async with transaction(request) as session:
        promotion = await promotion_by_id(session, public_id)
        if promotion is None:
            raise NotFound("There is no such promotion.")
        if re.match(KEY, shown) and is_a_click_of_ours(request) and await _theirs(session, shown, public_id, visitor):
            await take_events(session, clicked=[Clicked(shown, datetime.now(UTC))])
        address = f"/p/{product}" if re.fullmatch(KEY, product) else await _address(session, promotion)
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


async def _theirs(session: AsyncSession, key: str, promotion: str, visitor: SessionInfo | None) -> bool:
    """Whether this promotion was shown to this visitor under that key: nobody clicks for others."""
    subject, customer_id = (visitor.subject, visitor.customer_id) if visitor else (None, None)
    return await shown_to(session, key, promotion, visitor=subject, customer_id=customer_id)


async def _address(session: AsyncSession, promotion: Promotion) -> str:
    if promotion.product_id is not None:
        product = await session.get(Product, promotion.product_id)
        return f"/p/{product.public_id}" if product else "/products?deals=true"
    category = await session.get(Category, promotion.category_id) if promotion.category_id else None
    return f"/category/{category.slug}?deals=true" if category else "/products?deals=true"

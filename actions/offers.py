"""Promotions in the chat: which ones the tool chooses, what stands in the answer, and that they were shown.

What is shown is written to the store with its propensity, as pages do; a click comes over the card's link.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from actions.cards import card
from actions.customer import customer_of
from actions.formats import day, percent
from actions.promotion_answers import RankedPromotion
from actions.turn import Turn
from store.facts import ProductFacts, facts
from store.promotion_events import Shown, take_events
from store.promotion_offers import RunningOffer, promoted_products, running_offers
from store.tables import Promotion

MOST_ABOUT = 50


@dataclass(frozen=True)
class About:
    """What the offers should go with: products (public ids) and a category (slug)."""

    products: tuple[str, ...] = ()
    category: str | None = None


@dataclass(frozen=True)
class Chosen:
    """A promotion that the tool chose and that runs."""

    ranked: RankedPromotion
    offer: RunningOffer
    model: str


@dataclass(frozen=True)
class Offer:
    """The same with products that it is about, at least one."""

    chosen: Chosen
    products: list[ProductFacts]

    def link(self, product: ProductFacts) -> str:
        """To the product, over the address where the click is counted."""
        chosen = self.chosen
        return f"/promotion/{chosen.offer.id}?shown={chosen.ranked.impression_id}&product={product.id}"


async def chosen(turn: Turn, about: About, *, n: int, seconds: float | None = None) -> list[Chosen]:
    """The promotions to show, best first; raises what the tool's client raises."""
    answer = await turn.services.tools.rank_promotions(
        {
            "customer_id": await customer_of(turn),
            "session": turn.caller.subject,
            "slot": "chat",
            "surface": "chat",
            "context": {"product_ids": list(about.products)[:MOST_ABOUT], "category": about.category},
            "n": n,
        },
        seconds=seconds,
    )
    ranked = {one.promotion_id: one for one in answer.promotions}
    async with turn.services.database.read() as session:
        offers = await running_offers(session, list(ranked), today=turn.services.today)
    model = f"{answer.model.name}:{answer.model.version}"
    return [Chosen(ranked[offer.id], offer, model) for offer in offers]


async def with_products(
    turn: Turn,
    found: Sequence[Chosen],
    *,
    each: int,
    within: str | None = None,
    without: Sequence[str] = (),
) -> list[Offer]:
    """The offers that have something to show: up to `each` products, of the category, and none of those `without`."""
    async with turn.services.database.read() as session:
        offers = [Offer(one, await _products(session, turn, one, each, within, without)) for one in found]
    return [offer for offer in offers if offer.products]


async def _products(
    session: AsyncSession, turn: Turn, one: Chosen, each: int, within: str | None, without: Sequence[str]
) -> list[ProductFacts]:
    cards = await promoted_products(session, one.offer.promotion, limit=each + len(without), within=within)
    ids = [card.id for card in cards if card.id not in without]
    return await facts(session, ids[:each], turn.services.today)


async def note_shown(turn: Turn, offers: Sequence[Offer]) -> None:
    """Write down that these are shown; each counts once, by its key."""
    customer = await customer_of(turn)
    shown = [
        Shown(
            key=one.chosen.ranked.impression_id, promotion=one.chosen.offer.id, slot="chat", surface="chat",
            place=one.chosen.ranked.place, propensity=one.chosen.ranked.propensity, shown_at=turn.services.clock(),
            customer=customer, session=turn.caller.subject, model=one.chosen.model[:80],
            signals=tuple(one.chosen.ranked.signals),
        )
        for one in offers
    ]  # fmt: skip
    async with turn.services.database.begin() as session:
        await take_events(session, shown)


def say_offer(turn: Turn, offer: Offer, response: str, why: Callable[[ProductFacts], str | None]) -> None:
    """What it takes off and until when, in words, then its products; `response` names title and terms."""
    promotion = offer.chosen.offer.promotion
    turn.reply.say(response, title=promotion.title, terms=_terms(promotion))
    turn.reply.products(_card(offer, product, why(product)) for product in offer.products)


def _terms(promotion: Promotion) -> str:
    """`20 % off until 6 Dec 2026`; without the percentage where the title says it."""
    off = float(promotion.discount_percent)
    until = f"until {day(promotion.ends_on)}"
    said = not off or f"{off:g}%" in promotion.title.replace(" ", "")
    return until if said else f"{percent(off)} off {until}"


def _card(offer: Offer, product: ProductFacts, why: str | None) -> dict[str, Any]:
    return {**card(product, why), "url": offer.link(product)}


def reduced(product: ProductFacts) -> str | None:
    """`20 % off until 6 Dec 2026`; None for a product at its list price."""
    if product.promotion_ends is None or product.price >= product.list_price:
        return None
    off = float(1 - product.price / product.list_price) * 100
    return f"{percent(off)} off until {day(product.promotion_ends)}"

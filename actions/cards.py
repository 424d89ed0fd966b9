"""A product as a card of the chat."""

from collections.abc import Iterable
from typing import Any

from store.facts import ProductFacts


def card(product: ProductFacts, why: str | None = None) -> dict[str, Any]:
    """`{id,name,price,currency,image,url,why?}`; the price is today's, as a JSON number."""
    shown: dict[str, Any] = {
        "id": product.id,
        "name": product.name,
        "price": float(product.price),
        "currency": product.currency,
        "image": f"/media/{product.image}" if product.image else None,
        "url": f"/p/{product.id}",
    }
    return {**shown, "why": why} if why else shown


def cards(products: Iterable[ProductFacts]) -> list[dict[str, Any]]:
    return [card(product) for product in products]

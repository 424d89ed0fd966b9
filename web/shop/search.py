"""The search as the list page asks it: over HTTP, never for long; while it fails the page searches in SQL instead."""

from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from store.browsing import PAGE_SIZE, Facets, Filters, Listing, cards, facets
from store.tables import Product
from web.shop.listing import ListQuery
from web.shop.tool import PageTool

SECONDS = 0.5  # all that a page gives away
MOST_PLACES = 10_000


class Correction(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    typed: str = Field(alias="from", max_length=200)
    meant: str = Field(alias="to", max_length=200)


class Phrase(BaseModel):
    """A part of the words that was understood, and the words without it."""

    kind: Literal["category", "brand", "colour", "size", "price", "attribute"]
    label: str = Field(max_length=200)
    without: str = Field(max_length=400)


class Understood(BaseModel):
    words: str = Field(max_length=400)
    category: str | None = Field(default=None, max_length=80)
    corrected: list[Correction] = Field(default_factory=list, max_length=20)
    suggested: list[Correction] = Field(default_factory=list, max_length=20)
    phrases: list[Phrase] = Field(default_factory=list, max_length=20)


class Hit(BaseModel):
    id: str = Field(max_length=40)


class SearchAnswer(BaseModel):
    total: int = Field(ge=0)
    understood: Understood
    products: list[Hit] = Field(max_length=100)
    nearest: bool
    given_up: list[str] = Field(default_factory=list, max_length=20)


class Search:
    """One per process. `transport` and `seconds` are for tests."""

    def __init__(
        self, tools_url: str, *, transport: httpx.AsyncBaseTransport | None = None, seconds: float = SECONDS
    ) -> None:
        self._tool = PageTool("search", tools_url, transport=transport, seconds=seconds)

    async def find(self, asked: dict[str, Any]) -> SearchAnswer | None:
        """What the tool found; None when it refuses, fails or takes too long."""
        return await self._tool.ask("/search", asked, SearchAnswer)

    async def close(self) -> None:
        await self._tool.close()


@dataclass(frozen=True)
class Chip:
    """A part of the words that was understood; the address is the search without it."""

    label: str
    without: str


@dataclass(frozen=True)
class Understanding:
    """What a page says of how its words were taken. `shown_for` are the words as they were corrected, `as_typed` the
    address that takes them as they stand; `suggestion` and `suggested` are a correction that was not made."""

    chips: list[Chip] = field(default_factory=list)
    shown_for: str = ""
    as_typed: str = ""
    suggestion: str = ""
    suggested: str = ""
    nearest: bool = False
    given_up: list[str] = field(default_factory=list)


def question(query: ListQuery, *, customer_id: str | None, session: str | None) -> dict[str, Any]:
    """The list's address as the tool is asked it."""
    return {
        "text": query.q, "customer_id": customer_id, "session": session, "n": PAGE_SIZE,
        "offset": (query.page - 1) * PAGE_SIZE, "sort": query.sort.value, "correct": not query.as_typed,
        "filters": {
            "category": query.category or None, "brands": query.brand, "colours": query.colour, "sizes": query.size,
            "min_price": None if query.min is None else str(query.min),
            "max_price": None if query.max is None else str(query.max),
            "in_stock": query.in_stock, "on_offer": query.deals,
        },
    }  # fmt: skip


async def listing_of(session: AsyncSession, answer: SearchAnswer, page: int) -> Listing:
    """The found products as cards; those that are not sold any more since are left out."""
    public_ids = [hit.id for hit in answer.products]
    rows = await session.execute(
        select(Product.public_id, Product.id).where(Product.public_id.in_(public_ids), Product.active)
    )
    ids = {row[0]: row[1] for row in rows}
    return Listing(await cards(session, [ids[one] for one in public_ids if one in ids]), answer.total, page)


async def facets_of(session: AsyncSession, query: ListQuery, answer: SearchAnswer) -> Facets:
    """What the found list can be narrowed by: counted over the words that are left, in the kind that was meant."""
    kind = query.category or answer.understood.category or ""
    found = await facets(session, Filters(words=answer.understood.words, category=kind))
    return found if found.dearest is not None else await facets(session, Filters(category=kind))


def understanding_of(query: ListQuery, path: str, answer: SearchAnswer) -> Understanding:
    said = answer.understood
    chips = [Chip(one.label, query.address(path, q=one.without)) for one in said.phrases]
    corrected, suggestion = _replaced(query.q, said.corrected), _replaced(query.q, said.suggested)
    return Understanding(
        chips=chips,
        shown_for=corrected if said.corrected else "",
        as_typed=query.address(path, as_typed=True) if said.corrected else "",
        suggestion=suggestion if said.suggested else "",
        suggested=query.address(path, as_typed=None) if said.suggested else "",
        nearest=answer.nearest,
        given_up=answer.given_up,
    )


def _replaced(words: str, corrections: list[Correction]) -> str:
    for one in corrections:
        words = words.replace(one.typed, one.meant, 1)
    return words


def found_where(request: Request) -> dict[str, Any] | None:
    """The place of a search's result that the product's address names, as an event's detail; None for any other."""
    place = request.query_params.get("at", "")
    if request.query_params.get("from") != "search" or not place.isascii() or not place.isdigit():
        return None
    return {"from": "search", "position": int(place)} if 1 <= int(place[:6]) <= MOST_PLACES else None

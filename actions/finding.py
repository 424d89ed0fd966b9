"""Finding products for words and filters: the search tool reads the words; while it is away the store's SQL answers."""

from dataclasses import dataclass, field
from typing import Any

import structlog

from actions.bootstrap import Services
from actions.context import Filters
from actions.customer import customer_of
from actions.filters import product_filters
from actions.review_answers import SearchAnswer, Understood
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.errors import BadRequest, NotEnoughData, NotFound
from store.products import Sort, search

log = structlog.get_logger()

_SORTS = {Sort.RELEVANCE: "best", Sort.CHEAPEST: "price", Sort.DEAREST: "price_desc", Sort.NEWEST: "newest"}
_MEASURES = {
    "ram_gb": "at least {value:g} gb ram", "battery_mah": "at least {value:g} mah battery",
    "display_inches": "at least {value:g} inch display",
}  # fmt: skip
MAX_TEXT = 300  # characters


@dataclass(frozen=True)
class Finding:
    """Products for a search, best first; `nearest`: none fits all of it, `given_up` says what. `understood` is what
    the tool read in the words."""

    total: int
    product_ids: list[str]
    nearest: bool = False
    understood: Understood | None = None
    why: dict[str, str] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        return bool(self.product_ids) and not self.nearest


class Finder:
    """Asks the tool, else the store; there is always an answer."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def find(self, turn: Turn, filters: Filters, sort: Sort = Sort.RELEVANCE, *, most: int) -> Finding:
        """What can be bought now and fits, up to `most` products of it."""
        try:
            return await self._with_tool(turn, filters, sort, most)
        except (ToolUnavailable, ToolAnswerInvalid, BadRequest, NotFound, NotEnoughData) as failure:
            log.warning("search_unavailable", reason=str(failure))
        return await self.in_store(filters, sort, most=most)

    async def _with_tool(self, turn: Turn, filters: Filters, sort: Sort, most: int) -> Finding:
        """The sentence of the search with the filters, also when these have changed since: the words go on ranking.

        With nothing found, all is asked for in words: of those the tool gives up what it must, and says so."""
        asked = {
            "customer_id": await customer_of(turn), "session": turn.caller.subject, "n": most, "sort": _SORTS[sort],
        }  # fmt: skip
        narrowed, said = narrowing(filters), filters.said
        answer = await self._services.tools.search(
            {
                **asked,
                "text": said.text if said else text_of(filters),
                "filters": {**narrowed, "in_stock": True},
                "ignoring": said.changed if said and said.changed else None,
            }
        )
        if narrowed and not answer.products:
            all_of_it = said.text if said and not said.changed else all_in_words(filters)
            answer = await self._services.tools.search({**asked, "text": all_of_it, "filters": {"in_stock": True}})
        return _finding(answer)

    async def in_store(self, filters: Filters, sort: Sort = Sort.RELEVANCE, *, most: int) -> Finding:
        """The same by SQL alone: what holds every filter and every word."""
        async with self._services.database.read() as session:
            found = await search(session, product_filters(filters), sort=sort, limit=most)
        return Finding(found.total, found.public_ids)


def text_of(filters: Filters) -> str:
    """What the tool has to read: all that is no filter of its own."""
    measures = [_MEASURES[key].format(value=value) for key, value in filters.at_least.items() if key in _MEASURES]
    return " ".join(filter(None, (filters.words, *measures)))[:MAX_TEXT]


def all_in_words(filters: Filters) -> str:
    """The same with the filters: `blue samsung womens shoes waterproof 128GB up to 100`."""
    parts = (
        filters.colour,
        filters.brand,
        filters.category and filters.category.replace("-", " "),
        text_of(filters),
        filters.storage,
        f"size {filters.size}" if filters.size else None,
        f"over {filters.min_price:g}" if filters.min_price is not None else None,
        f"under {filters.max_price:g}" if filters.max_price is not None else None,
    )
    return " ".join(part for part in parts if part)[:MAX_TEXT]


def narrowing(filters: Filters) -> dict[str, Any]:
    """The filters as the tool takes them; what is not asked for is left out."""
    size = filters.size or filters.storage
    known: dict[str, Any] = {
        "category": filters.category,
        "brand": filters.brand,
        "colours": [filters.colour] if filters.colour else None,
        "sizes": [size] if size else None,
        "min_price": float(filters.min_price) if filters.min_price is not None else None,
        "max_price": float(filters.max_price) if filters.max_price is not None else None,
    }
    return {key: value for key, value in known.items() if value is not None}


def _finding(answer: SearchAnswer) -> Finding:
    facts = {product.id: next((why for why in product.why if " " in why), "") for product in answer.products}
    return Finding(
        total=answer.total,
        product_ids=[product.id for product in answer.products],
        nearest=answer.nearest,
        understood=answer.understood,
        given_up=answer.given_up,
        why={product_id: why for product_id, why in facts.items() if why},
    )

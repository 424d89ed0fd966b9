"""The recommender as pages ask it: over HTTP, never for long, not at all while it fails. Pages are whole without."""

from typing import Any, Literal

import httpx
from pydantic import BaseModel, Field

from web.shop.tool import PageTool

SECONDS = 0.4  # all that a page gives away

Purpose = Literal["for_you", "goes_with", "others_also_bought"]
Surface = Literal["home", "product", "cart", "chat"]
Why = Literal["after_this", "bought_together", "looks_like", "popular", "new", "something_else"]


class Reason(BaseModel):
    """`because_of` is the public id of the product that led here."""

    why: Why
    because_of: str | None = Field(default=None, max_length=40)


class Recommended(BaseModel):
    product_id: str = Field(max_length=40)
    reason: Reason


class _Answer(BaseModel):
    products: list[Recommended] = Field(max_length=50)


class Recommender:
    """One per process. `transport` and `seconds` are for tests."""

    def __init__(
        self, tools_url: str, *, transport: httpx.AsyncBaseTransport | None = None, seconds: float = SECONDS
    ) -> None:
        self._tool = PageTool("recommender", tools_url, transport=transport, seconds=seconds)

    async def recommend(self, asked: dict[str, Any]) -> list[Recommended]:
        """What the tool recommends, best first; nothing when it refuses, fails or takes too long."""
        answer = await self._tool.ask("/recommendations", asked, _Answer)
        return answer.products if answer else []

    async def close(self) -> None:
        await self._tool.close()

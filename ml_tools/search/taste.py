"""How near products lie to what somebody looked at and bought, by the recommender in the same process."""

from collections.abc import Sequence
from typing import Protocol


class Taste(Protocol):
    """Of one customer or visit."""

    def likeness(self, product_ids: Sequence[int]) -> dict[int, float]:
        """By product, -1 to 1; products that the recommender does not know are left out."""


class Tastes(Protocol):
    """Where tastes come from; the recommender's tool has them (`RecommenderTool.tastes`)."""

    async def of(self, customer_id: str | None, session: str | None) -> Taste:
        """The taste of a customer (public id) or visit; that of nobody while it is not known."""


class _Nobody:
    def likeness(self, product_ids: Sequence[int]) -> dict[int, float]:
        return {}


NOBODY: Taste = _Nobody()

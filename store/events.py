"""What visitors do: one row for each view, search and cart event."""

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from store.tables import Event

Kind = Literal["view", "search", "cart", "purchase", "click"]


def record_event(
    session: AsyncSession,
    kind: Kind,
    *,
    customer_id: int | None,
    visitor: str | None,
    product_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one event to the transaction; `visitor` is the session's subject, which links what a guest does."""
    session.add(
        Event(
            kind=kind,
            at=datetime.now(UTC),
            customer_id=customer_id,
            session=visitor,
            product_id=product_id,
            detail=detail or {},
        )
    )

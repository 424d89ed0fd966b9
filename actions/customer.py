"""Who the caller is as a customer, as tools know customers."""

from actions.turn import Turn
from store.tables import Customer


async def customer_of(turn: Turn) -> str | None:
    """The caller's public id as a customer: from the verified token, never from what was said or remembered."""
    if turn.caller.customer_id is None:
        return None
    async with turn.services.database.read() as session:
        customer = await session.get(Customer, turn.caller.customer_id)
    return customer.public_id if customer else None

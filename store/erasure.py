"""Forgetting a person: their words, events, pictures and account go; their orders stay as numbers without a name."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import NotFound
from common.ids import public_id
from store.tables import (
    Account,
    AuditEntry,
    Cart,
    Conversation,
    Customer,
    Event,
    Exposure,
    Forecast,
    Impression,
    Order,
    Review,
    Session,
    Ticket,
    TrackerEvent,
    TrackerSnapshot,
    Upload,
)


@dataclass
class Receipt:
    """What was erased: rows by table, and the files that the caller deletes once the transaction has committed."""

    customer: str
    rows: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


async def find_customer(session: AsyncSession, who: str) -> Customer:
    """A customer by public id, the shop's own reference, or the account's mail address; raises NotFound."""
    by_email = select(Account.customer_id).where(Account.email == who.lower())
    found = select(Customer).where(or_(Customer.public_id == who, Customer.reference == who, Customer.id.in_(by_email)))
    customer = (await session.scalars(found)).one_or_none()
    if customer is None:
        raise NotFound(f"There is no customer {who!r}: give a customer id, the shop's reference, or a mail address.")
    return customer


async def erase_customer(session: AsyncSession, who: str) -> Receipt:
    """Erase everything that says who a customer is or what they said; the caller's transaction makes it whole."""
    customer = await find_customer(session, who)
    receipt = Receipt(customer.public_id)
    account = (await session.scalars(select(Account).where(Account.customer_id == customer.id))).one_or_none()
    if account:
        await _erase_subject(session, account.public_id, receipt)
        await _count(session, receipt, "accounts", delete(Account).where(Account.id == account.id))
    await _count(session, receipt, "tickets", delete(Ticket).where(Ticket.customer_id == customer.id))
    await _count(session, receipt, "events", delete(Event).where(Event.customer_id == customer.id))
    await _count(session, receipt, "reviews", delete(Review).where(Review.customer_id == customer.id))
    anonymous_impressions = update(Impression).where(Impression.customer_id == customer.id)
    nameless = anonymous_impressions.values(customer_id=None, session=None, signals=None)
    await _count(session, receipt, "impressions", nameless)
    units = [customer.public_id, *([account.public_id] if account else [])]
    # One made-up unit for all of them: tests go on counting one person, but nobody knows whom.
    anonymous_exposures = update(Exposure).where(or_(Exposure.customer_id == customer.id, Exposure.unit.in_(units)))
    nobody = {"customer_id": None, "session": None, "unit": public_id("gone")}
    await _count(session, receipt, "exposures", anonymous_exposures.values(nobody))
    anonymous_orders = update(Order).where(Order.customer_id == customer.id)
    await _count(session, receipt, "orders", anonymous_orders.values(address={}, client_key=None))
    customer.name, customer.reference, customer.attributes = None, None, {}
    session.add(
        AuditEntry(
            actor="operator", role="agent", action="erase_customer", outcome="allowed", request_id="cli",
            detail={"customer": customer.public_id, "rows": receipt.rows},
        )
    )  # fmt: skip
    return receipt


async def _erase_subject(session: AsyncSession, subject: str, receipt: Receipt) -> None:
    """Conversations, their trackers, uploads, cart and sessions of one account."""
    conversations = select(Conversation.id).where(Conversation.subject == subject)
    senders = select(Conversation.public_id).where(Conversation.subject == subject)
    receipt.files += (await session.scalars(select(Upload.path).where(Upload.subject == subject))).all()
    for name, statement in {
        "tracker_events": delete(TrackerEvent).where(TrackerEvent.sender_id.in_(senders)),
        "tracker_snapshots": delete(TrackerSnapshot).where(TrackerSnapshot.sender_id.in_(senders)),
        "tickets_of_conversations": delete(Ticket).where(Ticket.conversation_id.in_(conversations)),
        "conversations": delete(Conversation).where(Conversation.subject == subject),
        "uploads": delete(Upload).where(Upload.subject == subject),
        "carts": delete(Cart).where(Cart.subject == subject),
        "sessions": delete(Session).where(Session.subject == subject),
        # They stay as answers to somebody: only forecasts that nobody asked for are the night's own.
        "forecasts": update(Forecast).where(Forecast.asked_by == subject).values(asked_by=public_id("gone")),
    }.items():
        await _count(session, receipt, name, statement)


async def _count(session: AsyncSession, receipt: Receipt, name: str, statement: object) -> None:
    result = await session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    receipt.rows[name] = result.rowcount


def delete_files(uploads_dir: Path, receipt: Receipt) -> None:
    """After the commit: remove the pictures that the receipt lists."""
    for path in receipt.files:
        (uploads_dir / path).unlink(missing_ok=True)

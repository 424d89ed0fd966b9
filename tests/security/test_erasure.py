"""S22, "forget me": after an erasure the person's words and name are nowhere in the database, orders still count."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from common.errors import NotFound
from common.ids import public_id
from store import tables as t
from store.erasure import erase_customer
from store.session import Database

PLANTED = "Zyxwina Plantedstring"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
async def customer(database: Database) -> str:
    """A customer who left the planted string everywhere a person can leave words."""
    async with database.begin() as session:
        category = t.Category(slug=public_id("cat"), name="Lamps")
        person = t.Customer(public_id=public_id("cu"), name=PLANTED, reference=PLANTED, attributes={"note": PLANTED})
        session.add_all([category, person])
        await session.flush()
        account = t.Account(
            public_id=public_id("a"), customer_id=person.id, email=f"{public_id('m')}@example.org",
            password_hash="x", role="shopper",
        )  # fmt: skip
        product = t.Product(
            public_id=public_id("p"), sku=public_id("s"), name="Lamp", category_id=category.id, price=Decimal(9),
            currency="USD",
        )  # fmt: skip
        talk = t.Conversation(public_id=public_id("c"), subject=account.public_id)
        session.add_all([account, product, talk])
        await session.flush()
        session.add_all(_traces(person, account, product, talk))
        return person.public_id


def _traces(person: t.Customer, account: t.Account, product: t.Product, talk: t.Conversation) -> list[t.Base]:
    return [
        t.Turn(
            public_id=public_id("t"), conversation_id=talk.id, client_id="1", seq=1, request={"text": PLANTED},
            response=[{"type": "text", "text": PLANTED}], request_id="r",
        ),
        t.Choice(public_id=public_id("ch"), conversation_id=talk.id, title=PLANTED, payload=PLANTED),
        t.Ticket(
            number=public_id("T")[:20], conversation_id=talk.id, customer_id=person.id, reason=PLANTED,
            transcript=[PLANTED],
        ),
        t.TrackerEvent(sender_id=talk.public_id, at=1.0, kind="user", data={"text": PLANTED}),
        t.TrackerSnapshot(sender_id=talk.public_id, slots={"context": PLANTED}, event_id=1),
        t.Upload(public_id=public_id("u"), subject=account.public_id, path="a.jpg", width=1, height=1, sha256="0"),
        t.Event(kind="search", at=NOW, customer_id=person.id, detail={"words": PLANTED}),
        t.Review(
            reference=public_id("rv"), product_id=product.id, customer_id=person.id, rating=5, body=PLANTED,
            written_at=NOW,
        ),
        t.Order(
            number=public_id("S"), customer_id=person.id, status="placed", placed_at=NOW, total=Decimal(9),
            currency="USD", address={"name": PLANTED},
        ),
        t.Session(token_hash=public_id("h"), subject=account.public_id, account_id=account.id, expires_at=NOW),
        t.Cart(subject=account.public_id),
        t.Forecast(
            public_id=public_id("f"), product_id=product.id, asked_by=account.public_id, as_of=NOW.date(),
            horizon_days=1, model="m", model_version="1", total=1.0, points=[],
        ),
    ]  # fmt: skip


async def dump(database: Database) -> str:
    """Every row of every table as text."""
    async with database.begin() as session:
        rows = [
            row
            for table in t.Base.metadata.sorted_tables
            for row in (await session.execute(text(f'SELECT t::text FROM "{table.name}" t'))).scalars()  # noqa: S608
        ]
    return "\n".join(rows)


async def test_nothing_of_the_person_is_left_and_the_order_is(database: Database, customer: str) -> None:
    assert PLANTED in await dump(database)
    async with database.begin() as session:
        receipt = await erase_customer(session, customer)
    after = await dump(database)
    assert PLANTED not in after
    assert "@example.org" not in after
    assert receipt.rows["forecasts"] == 1
    assert receipt.rows["orders"] == receipt.rows["conversations"] == receipt.rows["events"] == 1
    assert receipt.files == ["a.jpg"]
    async with database.begin() as session:
        assert (await session.execute(text("SELECT count(*) FROM orders"))).scalar() == 1
        asked_by = (await session.execute(text("SELECT asked_by FROM forecasts"))).scalar_one()
    assert asked_by.startswith("gone_")


async def test_an_unknown_customer_is_said_so(database: Database) -> None:
    async with database.begin() as session:
        with pytest.raises(NotFound, match="no customer"):
            await erase_customer(session, "nobody@example.org")

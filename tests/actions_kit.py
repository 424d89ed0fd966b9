"""Actions with stand-ins around them: real tokens, a real database where one is given, a tool that does as told."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.base import ShopAction
from actions.bootstrap import Services
from actions.context import SLOT
from actions.registry import all_actions
from common.caller import Caller, Role, TokenSigner, TokenVerifier, ensure_keys
from common.ids import public_id
from common.settings import ROOT
from store.session import Database
from store.tables import Category, Conversation, Customer, Order, OrderLine, Product, Promotion, StockDay, Variant
from tests.fake_tools import NOW, TODAY, FakeTools

RESPONSES = ROOT / "assistant" / "domain" / "responses"


def responses() -> dict[str, list[str]]:
    """Every variation of every response of the domain, by name."""
    found: dict[str, list[str]] = {}
    for path in sorted(RESPONSES.glob("*.yml")):
        for name, variations in yaml.safe_load(path.read_text())["responses"].items():
            assert name not in found, f"{name} stands in two files"
            found[name] = [variation["text"] for variation in variations]
    return found


RESPONSES_BY_NAME = responses()


@dataclass
class Said:
    """What an action answered."""

    messages: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def names(self) -> list[str]:
        return [message["response"] for message in self.messages if message["response"]]

    @property
    def text(self) -> str:
        """All words, rendered; every variation must have all its placeholders filled."""
        return "\n".join(self._rendered(message) for message in self.messages if message["response"])

    def _rendered(self, message: dict[str, Any]) -> str:
        rendered = [text.format_map(message) for text in RESPONSES_BY_NAME[message["response"]]]
        assert not any("{" in text for text in rendered)
        return rendered[0]

    def parts(self, kind: str) -> list[dict[str, Any]]:
        return [message["custom"] for message in self.messages if message["custom"].get("type") == kind]

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [card for part in self.parts("products") for card in part["products"]]

    @property
    def choices(self) -> list[dict[str, str]]:
        return [choice for part in self.parts("choices") for choice in part["choices"]]

    @property
    def rows(self) -> list[list[str]]:
        return [row for part in self.parts("table") for row in part["rows"]]

    @property
    def everything(self) -> str:
        return "\n".join([self.text, *(str(message["custom"]) for message in self.messages)])


@dataclass
class Talk:
    """One person's conversation with the actions: remembers the context between turns as the assistant does."""

    shop: "Shop"
    role: Role
    customer_id: int | None = None
    public_id: str = field(default_factory=lambda: public_id("c"))
    subject: str = field(default_factory=lambda: public_id("a"))
    slot: dict[str, Any] | None = None

    async def ask(self, intent: str, *entities: dict[str, Any], text: str = "", **more: Any) -> Said:
        """The turn of that intent, with these entities; `page`, `image`, `ranking`, `token`, `mood` may be given."""
        caller = Caller(self.subject, self.role, self.public_id, self.customer_id)
        metadata = {
            "token": more.get("token", self.shop.signer.sign(caller)),
            "request_id": more.get("request_id", "r_test_request"),
            "page_product_id": more.get("page"),
            "image_id": more.get("image"),
        }
        message = {
            "text": text, "intent": {"name": more.get("understood", intent)}, "entities": list(entities),
            "intent_ranking": more.get("ranking", []), "metadata": metadata, "mood": more.get("mood"),
        }  # fmt: skip
        said = await run(self.shop.action_of(intent), self.public_id, {SLOT: self.slot}, message)
        for event in said.events:
            assert event["name"] == SLOT
            self.slot = json.loads(json.dumps(event["value"]))
        return said

    async def pick(self, choice: Mapping[str, str]) -> Said:
        """Press one of the choices that were offered."""
        intent, _, entities = choice["payload"].removeprefix("/").partition("{")
        named = json.loads("{" + entities) if entities else {}
        found = [
            {"entity": kind, "value": value}
            for kind, values in named.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        return await self.ask(intent, *found, text=choice["payload"])


async def run(action: ShopAction, sender: str, slots: dict[str, Any], message: dict[str, Any]) -> Said:
    dispatcher = CollectingDispatcher()
    tracker = Tracker(sender, slots, message, [], False, None, {}, None)
    events = await action.run(dispatcher, tracker, {})
    return Said(dispatcher.messages, events)


class Shop:
    """The actions on a database, with a fake tool, and conversations to have with them."""

    def __init__(self, database: Database | None, keys_dir: Path, *, now: datetime = NOW) -> None:
        ensure_keys(keys_dir)
        self.now = now
        self.tools = FakeTools()
        self.signer = TokenSigner(keys_dir)
        self.database = database
        self.services = Services(database, self.tools, TokenVerifier(keys_dir), lambda: self.now)  # type: ignore[arg-type]
        self.actions = {action.intent: action for action in all_actions(self.services)}

    def action_of(self, intent: str) -> ShopAction:
        return self.actions[intent]

    def guest(self) -> Talk:
        return Talk(self, Role.GUEST, subject=public_id("g"))

    def shopper(self, customer_id: int | None = None) -> Talk:
        return Talk(self, Role.SHOPPER, customer_id)

    def marketer(self) -> Talk:
        return Talk(self, Role.MARKETER)

    def person(self, role: Role) -> Talk:
        return Talk(self, role)

    async def customer(self) -> int:
        async with self.database.begin() as session:
            customer = Customer(public_id=public_id("cu"), name="Ada")
            session.add(customer)
            await session.flush()
            return customer.id

    async def conversation_row(self, conversation: Talk) -> int:
        async with self.database.begin() as session:
            row = Conversation(public_id=conversation.public_id, subject=conversation.subject)
            session.add(row)
            await session.flush()
            return row.id

    async def product(
        self, name: str, price: str = "100.00", *, category: str = "things", stock: int = 10, **more: Any
    ) -> str:
        """A product's public id; `variants` are (colour, storage, size, price, stock), one plain one if none."""
        async with self.database.begin() as session:
            shelf = await session.scalar(select(Category).where(Category.slug == category))
            if shelf is None:
                shelf = Category(slug=category, name=category.replace("-", " ").capitalize())
                session.add(shelf)
                await session.flush()
            product = Product(
                public_id=public_id("p"), sku=secrets.token_hex(6), name=name, brand=more.get("brand"),
                category_id=shelf.id, attributes=more.get("attributes", {}), price=Decimal(price), currency="USD",
                description=more.get("description", ""),
            )  # fmt: skip
            session.add(product)
            await session.flush()
            for colour, storage, size, cost, left in more.get("variants", [(None, None, None, price, stock)]):
                session.add(Variant(
                    product_id=product.id, sku=secrets.token_hex(6), colour=colour, storage=storage, size=size,
                    price=Decimal(cost), stock=left,
                ))  # fmt: skip
            return product.public_id

    async def promotion(self, title: str, percent: str, *, product: str | None = None, days: int = 5) -> None:
        async with self.database.begin() as session:
            product_id = await session.scalar(select(Product.id).where(Product.public_id == product))
            session.add(Promotion(
                public_id=public_id("pr"), reference=secrets.token_hex(6), title=title, product_id=product_id,
                discount_percent=Decimal(percent), starts_on=TODAY - timedelta(days=1),
                ends_on=TODAY + timedelta(days=days),
            ))  # fmt: skip

    async def order(
        self, customer_id: int, product: str, *, units: int = 1, at: datetime | None = None, status: str = "placed",
        delivered: datetime | None = None, unit_price: str = "100.00",
    ) -> str:  # fmt: skip
        """An order of one line; its number."""
        async with self.database.begin() as session:
            product_id, variant_id = (
                await session.execute(
                    select(Product.id, Variant.id).join(Variant).where(Product.public_id == product).limit(1)
                )
            ).one()
            order = Order(
                number="S-" + secrets.token_hex(3).upper(), customer_id=customer_id, status=status,
                placed_at=at or self.now, shipped_at=delivered, delivered_at=delivered,
                total=Decimal(unit_price) * units, currency="USD",
            )  # fmt: skip
            session.add(order)
            await session.flush()
            session.add(OrderLine(
                order_id=order.id, product_id=product_id, variant_id=variant_id, units=units,
                unit_price=Decimal(unit_price),
            ))  # fmt: skip
            return order.number

    async def sold_out_on(self, product: str, days: list[date]) -> None:
        async with self.database.begin() as session:
            product_id = await session.scalar(select(Product.id).where(Product.public_id == product))
            session.add_all(StockDay(product_id=product_id, day=day, units=0, sold_out=True) for day in days)


def spotted(kind: str, value: Any, word: str, text: str) -> dict[str, Any]:
    """An entity that stands in the text as `word`."""
    start = text.index(word)
    return {"entity": kind, "value": value, "start": start, "end": start + len(word), "text": word}


def entity(kind: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"entity": kind, "value": value, "start": 0, "end": 0, "text": "", **more}

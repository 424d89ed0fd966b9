"""A customer's own orders: where they are, cancelling, sending back. Every query starts from the caller's customer."""

from abc import abstractmethod
from typing import ClassVar, Literal

from actions.base import ShopAction
from actions.context import Pending
from actions.formats import count, day, money
from actions.replies import Choice
from actions.turn import Turn
from common.caller import Role
from common.errors import NotFound
from store.orders import OrderItem, find_order, list_orders, order_items, returnable
from store.tables import Order

MAX_CHOICES = 4


class OrderAction(ShopAction):
    """A question about one order: the one that is named, else the newest that fits."""

    role = Role.SHOPPER

    async def answer(self, turn: Turn) -> None:
        customer_id = turn.caller.customer_id
        if customer_id is None:
            turn.reply.say("utter_needs_customer")
            return
        try:
            fitting = await self._orders(customer_id, turn.entities.order_number)
        except NotFound:
            turn.reply.say("utter_order_unknown", number=turn.entities.order_number)
            return
        if fitting:
            await self.about(turn, customer_id, fitting)
        else:
            self.say_none(turn)

    async def _orders(self, customer_id: int, number: str | None) -> list[Order]:
        async with self.services.database.begin() as session:
            if number:
                return [await find_order(session, customer_id, number)]
            return [order for order in await list_orders(session, customer_id) if self.fits(order)]

    def fits(self, order: Order) -> bool:
        return True

    @abstractmethod
    def say_none(self, turn: Turn) -> None:
        """No order was named and none fits."""

    @abstractmethod
    async def about(self, turn: Turn, customer_id: int, orders: list[Order]) -> None:
        """Answer about the first of these; the others fit too."""

    def offer(self, turn: Turn, orders: list[Order]) -> None:
        turn.reply.choices(
            Choice(f"{order.number} of {day(order.placed_at)}", self.intent, {"order_number": order.number})
            for order in orders[:MAX_CHOICES]
        )


class OrderStatusAction(OrderAction):
    name, intent = "action_order_status", "ask_order_status"

    def say_none(self, turn: Turn) -> None:
        turn.reply.say("utter_no_orders")

    async def about(self, turn: Turn, customer_id: int, orders: list[Order]) -> None:
        order, others = orders[0], orders[1:]
        async with self.services.database.begin() as session:
            items = await order_items(session, customer_id, order.number)
        _say_status(turn, order)
        turn.reply.table(["Item", "Units", "Price"], [_row(item, order.currency) for item in items])
        if others:
            turn.reply.say("utter_other_orders")
            self.offer(turn, others)


def _row(item: OrderItem, currency: str) -> list[str]:
    name = f"{item.name} ({item.options})" if item.options else item.name
    return [name, count(item.units), money(item.unit_price * item.units, currency)]


def _say_status(turn: Turn, order: Order) -> None:
    turn.reply.say(
        f"utter_order_{order.status}",
        number=order.number,
        placed=day(order.placed_at),
        shipped=day(order.shipped_at) if order.shipped_at else "a while ago",
        delivered=day(order.delivered_at) if order.delivered_at else "a while ago",
        total=money(order.total, order.currency),
    )


class ChangeOrderAction(OrderAction):
    """A step on an order that must be confirmed: it is only prepared here, `action_affirm` takes it."""

    step: ClassVar[Literal["cancel_order", "return_order"]]

    @abstractmethod
    def say_impossible(self, turn: Turn, order: Order) -> None:
        """The named order cannot be changed so: say why."""

    async def about(self, turn: Turn, customer_id: int, orders: list[Order]) -> None:
        order = orders[0]
        if not self.fits(order):
            self.say_impossible(turn, order)
        elif len(orders) > 1:
            turn.reply.say(f"utter_{self.step}_which")
            self.offer(turn, orders)
        else:
            self._ask_to_confirm(turn, order)

    def _ask_to_confirm(self, turn: Turn, order: Order) -> None:
        now = self.services.clock()
        turn.context.pending = Pending(step=self.step, order_number=order.number, asked_at=now)
        turn.reply.say(
            f"utter_{self.step}_confirm", number=order.number, placed=day(order.placed_at),
            total=money(order.total, order.currency),
        )  # fmt: skip
        named = {"order_number": order.number}
        turn.reply.choices([Choice("Yes, please", "affirm", named), Choice("No, leave it", "deny", named)])


class CancelOrderAction(ChangeOrderAction):
    name, intent, step = "action_cancel_order", "cancel_order", "cancel_order"

    def fits(self, order: Order) -> bool:
        return order.status == "placed"

    def say_none(self, turn: Turn) -> None:
        turn.reply.say("utter_nothing_to_cancel")

    def say_impossible(self, turn: Turn, order: Order) -> None:
        turn.reply.say("utter_cancel_impossible", number=order.number, status=order.status.replace("_", " "))


class ReturnOrderAction(ChangeOrderAction):
    name, intent, step = "action_return_order", "return_order", "return_order"

    def fits(self, order: Order) -> bool:
        return returnable(order, now=self.services.clock())

    def say_none(self, turn: Turn) -> None:
        turn.reply.say("utter_nothing_to_return")

    def say_impossible(self, turn: Turn, order: Order) -> None:
        if order.status == "delivered" and order.delivered_at:
            turn.reply.say("utter_return_too_late", number=order.number, delivered=day(order.delivered_at))
        else:
            turn.reply.say("utter_return_impossible", number=order.number, status=order.status.replace("_", " "))

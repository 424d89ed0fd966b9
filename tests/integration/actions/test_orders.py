"""Orders: one's own only, and nothing done without a yes."""

from datetime import timedelta

from sqlalchemy import select

from store.tables import AuditEntry, Order, Variant
from tests.actions_kit import Shop, entity


async def status_of(shop: Shop, number: str) -> str:
    async with shop.database.begin() as session:
        return (await session.scalars(select(Order.status).where(Order.number == number))).one()


async def stock_of(shop: Shop) -> int:
    async with shop.database.begin() as session:
        return (await session.scalars(select(Variant.stock).order_by(Variant.id.desc()).limit(1))).one()


async def test_the_newest_order_is_told_with_its_items_and_the_others_offered(shop: Shop) -> None:
    customer, cup = await shop.customer(), await shop.product("Cup", "7.50")
    old = await shop.order(customer, cup, at=shop.now - timedelta(days=40), status="delivered", delivered=shop.now)
    new = await shop.order(customer, cup, units=2, unit_price="7.50")
    shopper = shop.shopper(customer)
    said = await shopper.ask("ask_order_status")
    assert new in said.text
    assert "$15.00" in said.text
    assert said.rows == [["Cup", "2", "$15.00"]]
    assert old in said.choices[0]["title"]
    assert old in (await shopper.pick(said.choices[0])).text


async def test_somebody_elses_order_is_answered_like_one_that_is_not_there(shop: Shop) -> None:
    one, other, cup = await shop.customer(), await shop.customer(), await shop.product("Cup")
    foreign = await shop.order(other, cup)
    for intent in ("ask_order_status", "cancel_order", "return_order"):
        theirs = await shop.shopper(one).ask(intent, entity("order_number", foreign))
        missing = await shop.shopper(one).ask(intent, entity("order_number", "S-NOTHERE"))
        assert theirs.text.replace(foreign, "") == missing.text.replace("S-NOTHERE", "")


async def test_a_guest_is_asked_to_sign_in_and_staff_have_no_orders(shop: Shop) -> None:
    assert (await shop.guest().ask("ask_order_status")).names == ["utter_sign_in"]
    assert (await shop.marketer().ask("cancel_order")).names == ["utter_needs_customer"]


async def test_without_orders_it_says_so(shop: Shop) -> None:
    shopper = shop.shopper(await shop.customer())
    assert (await shopper.ask("ask_order_status")).names == ["utter_no_orders"]
    assert (await shopper.ask("cancel_order")).names == ["utter_nothing_to_cancel"]
    assert (await shopper.ask("return_order")).names == ["utter_nothing_to_return"]


async def test_an_order_is_cancelled_after_a_yes_and_its_units_come_back(shop: Shop) -> None:
    customer, cup = await shop.customer(), await shop.product("Cup", stock=5)
    number = await shop.order(customer, cup, units=2)
    shopper = shop.shopper(customer)
    asked = await shopper.ask("cancel_order", entity("order_number", number))
    assert (await status_of(shop, number), [c["title"] for c in asked.choices]) == (
        "placed",
        ["Yes, please", "No, leave it"],
    )
    assert number in (await shopper.pick(asked.choices[0])).text
    assert (await status_of(shop, number), await stock_of(shop)) == ("cancelled", 7)
    assert (await shopper.ask("affirm")).names == ["utter_nothing_to_confirm"]


async def test_a_cancellation_stands_in_the_audit_trail(shop: Shop) -> None:
    customer = await shop.customer()
    number = await shop.order(customer, await shop.product("Cup"))
    shopper = shop.shopper(customer)
    await shopper.ask("cancel_order")
    await shopper.ask("affirm")
    async with shop.database.begin() as session:
        row = (await session.scalars(select(AuditEntry).where(AuditEntry.actor == shopper.subject))).one()
    assert (row.action, row.outcome, row.detail) == ("cancel_order", "allowed", {"order": number})


async def test_a_no_leaves_the_order_and_a_later_yes_does_nothing(shop: Shop) -> None:
    customer = await shop.customer()
    number = await shop.order(customer, await shop.product("Cup"))
    shopper = shop.shopper(customer)
    await shopper.ask("cancel_order")
    assert (await shopper.ask("deny")).names == ["utter_left_as_it_is"]
    assert (await shopper.ask("affirm")).names == ["utter_nothing_to_confirm"]
    assert await status_of(shop, number) == "placed"


async def test_a_yes_means_nothing_after_ten_minutes_or_after_another_question(shop: Shop) -> None:
    customer, cup = await shop.customer(), await shop.product("Cup")
    number = await shop.order(customer, cup)
    shopper = shop.shopper(customer)
    await shopper.ask("cancel_order")
    await shopper.ask("ask_price", entity("product", cup))
    assert (await shopper.ask("affirm")).names == ["utter_nothing_to_confirm"]
    await shopper.ask("cancel_order")
    shop.now += timedelta(minutes=11)
    assert (await shopper.ask("affirm")).names == ["utter_nothing_to_confirm"]
    assert await status_of(shop, number) == "placed"


async def test_an_old_yes_button_does_not_confirm_another_order(shop: Shop) -> None:
    customer, cup = await shop.customer(), await shop.product("Cup")
    first, second = await shop.order(customer, cup), await shop.order(customer, cup)
    shopper = shop.shopper(customer)
    old = await shopper.ask("cancel_order", entity("order_number", first))
    await shopper.ask("cancel_order", entity("order_number", second))
    assert (await shopper.pick(old.choices[0])).names == ["utter_nothing_to_confirm"]
    assert await status_of(shop, second) == "placed"


async def test_several_that_can_be_cancelled_are_offered(shop: Shop) -> None:
    customer, cup = await shop.customer(), await shop.product("Cup")
    numbers = [await shop.order(customer, cup) for _ in range(2)]
    said = await shop.shopper(customer).ask("cancel_order")
    assert said.names == ["utter_cancel_order_which"]
    assert all(any(number in choice["title"] for choice in said.choices) for number in numbers)


async def test_a_shipped_order_cannot_be_cancelled(shop: Shop) -> None:
    customer = await shop.customer()
    number = await shop.order(customer, await shop.product("Cup"), status="shipped")
    said = await shop.shopper(customer).ask("cancel_order", entity("order_number", number))
    assert said.names == ["utter_cancel_impossible"]
    assert "shipped" in said.text


async def test_a_yes_after_the_order_was_shipped_is_refused_in_words(shop: Shop) -> None:
    customer = await shop.customer()
    number = await shop.order(customer, await shop.product("Cup"))
    shopper = shop.shopper(customer)
    await shopper.ask("cancel_order")
    async with shop.database.begin() as session:
        (await session.scalars(select(Order).where(Order.number == number))).one().status = "shipped"
    assert "shipped" in (await shopper.ask("affirm")).text
    assert await status_of(shop, number) == "shipped"


async def test_a_return_is_possible_for_thirty_days(shop: Shop) -> None:
    customer, cup = await shop.customer(), await shop.product("Cup")
    fresh = await shop.order(customer, cup, status="delivered", delivered=shop.now - timedelta(days=29))
    stale = await shop.order(customer, cup, status="delivered", delivered=shop.now - timedelta(days=31))
    shopper = shop.shopper(customer)
    late = await shopper.ask("return_order", entity("order_number", stale))
    assert late.names == ["utter_return_too_late"]
    assert fresh in (await shopper.ask("return_order")).text
    await shopper.ask("affirm")
    assert (await status_of(shop, fresh), await status_of(shop, stale)) == ("return_requested", "delivered")


async def test_who_signed_out_since_then_confirms_nothing(shop: Shop) -> None:
    customer = await shop.customer()
    number = await shop.order(customer, await shop.product("Cup"))
    shopper = shop.shopper(customer)
    await shopper.ask("cancel_order")
    shopper.customer_id = None
    assert (await shopper.ask("affirm")).names == ["utter_sign_in"]
    assert await status_of(shop, number) == "placed"

"""Recommendations over HTTP on a real store: what just happened counts, what cannot be bought is never there."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from store.experiments import ArmPlan, start_experiment, stop_experiment
from store.tables import Category, Customer, Event, Exposure, Product, Variant
from tests.recommender_kit import (
    KINDS,
    LIGHT,
    LONG_AGO,
    TABLE,
    TODAY,
    Shop,
    ask,
    client_of,
    kind_of,
    look,
    names,
    tool_on,
)


async def test_a_guest_gets_what_goes_with_what_was_looked_at_a_moment_ago(client, shop):
    """Without any training in between; and the reason names that very product."""
    before = await ask(client, session="g_moment", n=4)
    await look(shop, "Blue mug", visit="g_moment")
    after = await ask(client, session="g_moment", n=4, diversity=0)
    assert {kind_of(name) for name in names(after)[:2]} <= set(TABLE)
    assert "Blue mug" not in names(after)
    assert after["products"][0]["reason"]["because_of"] == "p_blue-mug"
    await look(shop, "Desk lamp", visit="g_moment", kind="cart")
    later = await ask(client, session="g_moment", n=4, diversity=0)
    assert kind_of(names(later)[0]) in LIGHT
    assert before["products"] != after["products"] != later["products"]


async def test_somebody_unknown_gets_what_is_popular(client):
    for who in ({}, {"customer_id": "cu_nobody"}, {"session": "g_nobody"}):
        answer = await ask(client, n=5, **who)
        assert len(answer["products"]) == 5
        assert {one["reason"]["why"] for one in answer["products"]} <= {"popular", "something_else", "new"}
        assert all(one["reason"]["because_of"] is None for one in answer["products"])


async def test_the_answer_says_which_model_it_comes_from_and_how_new_its_data_is(client):
    answer = await ask(client, customer_id="cu_1", n=3)
    assert answer["model"]["name"] == "shop-recommender:hybrid"
    assert date.fromisoformat(answer["as_of"]) == (LONG_AGO + timedelta(days=30, hours=78)).date()
    assert answer["experiment"] is None


async def test_what_was_bought_is_left_out_unless_people_buy_it_again(client, shop):
    """Customer 1 bought a mug and a plate; customer 0 a lamp and a bulb, and bulbs are bought again."""
    table = names(await ask(client, customer_id="cu_1", n=16, diversity=0))
    light = names(await ask(client, customer_id="cu_0", n=16, diversity=0))
    assert not {"Blue mug", "Blue plate"} & set(table)
    assert "Desk lamp" not in light
    assert light.index("Warm bulb") < 10, "supplies stand among what is new, not behind all of it"


async def test_what_is_sold_out_not_sold_any_more_or_refused_by_the_asker_is_never_there(client, shop):
    async with shop.begin() as session:
        ids = dict((await session.execute(select(Product.name, Product.id))).all())
        await session.execute(update(Variant).where(Variant.product_id == ids["Red mug"]).values(stock=0))
        await session.execute(update(Product).where(Product.id == ids["Red plate"]).values(active=False))
    found = names(await ask(client, session="g_x", n=16, without=["p_white-mug", "p_nothing"]))
    everything = names(await ask(client, session="g_x", n=16, narrowed_to={"in_stock": False}))
    async with shop.begin() as session:
        await session.execute(update(Variant).values(stock=5))
        await session.execute(update(Product).values(active=True))
    assert len(found) == 13
    assert not {"Red mug", "Red plate", "White mug"} & set(found)
    assert "Red mug" in everything
    assert "Red plate" not in everything


async def test_filters_narrow_and_still_fill_the_answer(client, shop):
    await look(shop, "Blue mug", visit="g_narrow")
    answer = await ask(client, session="g_narrow", n=3, narrowed_to={"category": "lamps", "max_price": "12"})
    assert set(names(answer)) == {"Desk lamp", "Floor lamp", "Wall lamp"}
    nothing = await ask(client, session="g_narrow", narrowed_to={"category": "sofas"})
    assert nothing["products"] == []


async def test_goes_with_brings_complements_first_and_says_that_they_were_bought_together(client):
    answer = await ask(client, purpose="goes_with", product_ids=["p_blue-mug"], n=3, diversity=0)
    first = answer["products"][0]
    assert names(answer)[0] == "Blue plate"
    assert first["reason"] == {"why": "bought_together", "because_of": "p_blue-mug"}
    assert "Blue mug" not in names(answer)


async def test_a_whole_cart_is_taken_into_account(client):
    asked = {"purpose": "goes_with", "surface": "cart", "product_ids": ["p_blue-mug", "p_desk-lamp"]}
    answer = await ask(client, n=4, diversity=0, **asked)
    assert {"Blue plate", "Warm bulb"} <= set(names(answer))
    assert not {"Blue mug", "Desk lamp"} & set(names(answer))


async def test_others_also_bought_starts_from_the_product_alone(client, shop):
    await look(shop, "Desk lamp", visit="g_also")
    answer = await ask(
        client, purpose="others_also_bought", session="g_also", product_ids=["p_blue-mug"], n=2, diversity=0
    )
    assert kind_of(names(answer)[0]) in TABLE
    assert answer["products"][0]["reason"]["because_of"] == "p_blue-mug"


async def test_goes_with_an_unknown_product_or_none_is_no_error(client):
    assert len((await ask(client, purpose="goes_with", product_ids=["p_gone"], n=3))["products"]) == 3
    assert len((await ask(client, purpose="goes_with", n=3))["products"]) == 3


async def test_diversity_mixes_categories(client, shop):
    await look(shop, "Blue mug", visit="g_diverse")
    plain = names(await ask(client, session="g_diverse", n=5, diversity=0))
    mixed = names(await ask(client, session="g_diverse", n=5, diversity=0.9))
    assert len({kind_of(name) for name in mixed}) > len({kind_of(name) for name in plain}) - 1
    assert {kind_of(name) for name in mixed} == set(KINDS)


async def test_a_surprise_is_mostly_of_other_categories(client, shop):
    for name in ("Blue mug", "Green mug", "Blue plate"):
        await look(shop, name, visit="g_surprise")
    found = names(await ask(client, session="g_surprise", n=4, surprise=True))
    assert sum(kind_of(name) in LIGHT for name in found) >= 3
    assert names(await ask(client, session="g_surprise", n=4, surprise=True)) == found, "the same all day"


async def test_a_product_that_came_in_after_the_training_is_found_by_what_it_is(shop, models, client):
    async with shop.begin() as session:
        category = await session.scalar(select(Category).where(Category.slug == "mugs"))
        held = Shop(session)
        await held.product("New mug", category, created_at=datetime.now(UTC))
    await look(shop, "Blue mug", visit="g_new")
    await look(shop, "Green mug", visit="g_new")
    answer = await ask(client, session="g_new", n=17, diversity=0)
    place = names(answer).index("New mug")
    assert place < names(answer).index("Desk lamp")
    assert answer["products"][place]["reason"]["why"] in ("new", "looks_like")
    assert "New mug" in names(await ask(client, purpose="goes_with", product_ids=["p_blue-mug"], n=17))
    assert len((await ask(client, purpose="goes_with", product_ids=["p_new-mug"], n=3))["products"]) == 3
    async with client_of(tool_on(shop, models, exploration=0.5)) as exploring:
        shown = [names(await ask(exploring, session=f"g_{day}", n=4)) for day in range(30)]
    assert any("New mug" in one for one in shown), "exploration shows it to people without a history too"


async def test_a_customer_with_ten_thousand_events_is_answered_by_the_newest(client, shop):
    async with shop.begin() as session:
        customer = Customer(public_id="cu_busy")
        session.add(customer)
        await session.flush()
        mug = await session.scalar(select(Product.id).where(Product.name == "Red mug"))
        start = TODAY - timedelta(days=10)
        session.add_all(
            Event(kind="view", at=start + timedelta(seconds=n), customer_id=customer.id, product_id=mug)
            for n in range(10_000)
        )
    await look(shop, "Wall lamp", customer="cu_busy", kind="cart")
    answer = await ask(client, customer_id="cu_busy", n=3, diversity=0)
    assert kind_of(names(answer)[0]) in LIGHT


async def test_an_experiment_decides_by_which_rule_and_notes_what_was_shown(client, shop):
    async with shop.begin() as session:
        await start_experiment(
            session, "rules", [ArmPlan("plain", "popularity", 0.5), ArmPlan("clever", "hybrid", 0.5)], ["home"]
        )
    answers = [await ask(client, customer_id=f"cu_{n}", surface="home", n=3) for n in range(12)]
    again = [await ask(client, customer_id=f"cu_{n}", surface="home", n=3) for n in range(12)]
    elsewhere = await ask(client, customer_id="cu_1", surface="cart", n=3)
    async with shop.begin() as session:
        exposures = list(await session.scalars(select(Exposure)))
        await stop_experiment(session, "rules")
    arms = {answer["experiment"]["arm"] for answer in answers}
    assert arms == {"plain", "clever"}
    assert [one["experiment"] for one in answers] == [one["experiment"] for one in again]
    for answer in answers:
        policy = {"plain": "popularity", "clever": "hybrid"}[answer["experiment"]["arm"]]
        assert answer["model"]["name"] == f"shop-recommender:{policy}"
    assert elsewhere["experiment"] is None
    assert len(exposures) == 24
    assert all(len(one.product_ids) == 3 and one.customer_id for one in exposures)


@pytest.mark.parametrize(
    "asked",
    [{"n": 0}, {"n": 51}, {"n": 10_000}, {"diversity": 2}, {"purpose": "else"}, {"surface": "mail"}, {"who": "me"},
     {"customer_id": ""}, {"narrowed_to": {"sort": "x"}}],
)  # fmt: skip
async def test_questions_of_another_shape_are_refused(client, asked):
    assert (await ask(client, status=422, **asked))["error"]["code"] == "invalid_request"


async def test_many_at_once_are_answered_alike(client):
    answers = await asyncio.gather(*(ask(client, customer_id="cu_3", n=4) for _ in range(12)))
    assert all(answer["products"] == answers[0]["products"] for answer in answers)

"""The search on a store whose right answers are known: filters, typos, meaning, freshness, and what nothing fulfils."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, text, update

from common.http import install
from common.settings import settings
from ml_tools.capacity import Capacity
from ml_tools.search.api import SearchTool
from ml_tools.search.refreshing import refresh
from ml_tools.search.service import SearchService
from ml_tools.sentence_encoder.encoder import SentenceEncoder
from ml_tools.settings import ToolsSettings
from store.product_appeal import count_appeal
from store.tables import Event, Product, ProductAppeal, ProductEmbedding
from tests.integration.store.rows import Goods, add_goods

MEN, WOMEN = {"audience": "men"}, {"audience": "women"}
GOODS = [
    Goods("Samsung Galaxy S21", "Samsung", price="799.00", attributes={"battery_mah": 4000, "display_inches": 6.2},
          variants=[("Phantom Grey", None, "128GB", 5), ("Phantom Grey", None, "256GB", 5)]),
    Goods("Samsung Galaxy A12", "Samsung", price="159.00", attributes={"battery_mah": 5000, "display_inches": 6.5},
          variants=[("Black", None, "64GB", 5)]),
    Goods("Nokia 8.3", "Nokia", price="499.00", attributes={"battery_mah": 4500, "display_inches": 6.8,
          "water_resistance": "IP68"}, variants=[("Blue", None, "64GB", 5)]),
    Goods("Alder Leather Boots", "Alder", "boots", "120.00", attributes={**MEN, "material": "Leather"},
          variants=[("Black", "42", None, 3), ("Brown", "43", None, 0)]),
    Goods("Alder Canvas Boots", "Alder", "boots", "60.00", attributes={**WOMEN, "material": "Canvas"},
          variants=[("Navy Blue", "38", None, 3)]),
    Goods("Maren Silk Dress", "Maren", "dresses", "90.00", "A light dress for warm days at the beach.", WOMEN,
          [("Red", "M", None, 4)]),
    Goods("Maren Wool Dress", "Maren", "dresses", "140.00", "A thick dress that keeps warm in snow.", WOMEN,
          [("Black", "M", None, 4)]),
    Goods("Old Red Dress", "Maren", "dresses", "10.00", active=False),
]  # fmt: skip


@pytest.fixture(scope="module")
def encoder():
    return SentenceEncoder(settings().models_dir, threads=1)


@pytest.fixture
async def shop(database, encoder):
    async with database.begin() as session:
        filled = await session.scalar(select(Product.id).limit(1))
        if not filled:
            await add_goods(session, GOODS)
    if not filled:
        await refresh(database, encoder)
    return database


@pytest.fixture
async def client(shop, encoder):
    service = SearchService(shop, encoder, Capacity(running=2, waiting=8), looked_seconds=0)
    tool = SearchTool(settings(), ToolsSettings(), shop, service=service)
    app = FastAPI()
    install(app, "tools")
    app.include_router(tool.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tools") as client:
        yield client


async def ask(client, words, status=200, **more):
    response = await client.post("/search", json={"text": words, **more})
    assert response.status_code == status, response.text
    return response.json()


def names(answer):
    return [GOODS[int(product["id"].removeprefix("p_"))].name for product in answer["products"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("samsng galxy a12", ["Samsung Galaxy A12"]),
        ("mobile under 200", ["Samsung Galaxy A12"]),
        ("phone with at least 5000 mah", ["Samsung Galaxy A12"]),
        ("galaxy 256 gb", ["Samsung Galaxy S21"]),
        ("6.8 inch phone", ["Nokia 8.3"]),
        ("at least 6.7 inch display", ["Nokia 8.3"]),  # no word is left whose meaning could be compared
        ("waterproof phone", ["Nokia 8.3"]),
        ("gray phone", ["Samsung Galaxy S21"]),
        ("boots without leather", ["Alder Canvas Boots"]),
        ("blue boot", ["Alder Canvas Boots"]),
        ("boots size 42", ["Alder Leather Boots"]),
        ("dress not black", ["Maren Silk Dress"]),
        ("gowns between 100 and 200", ["Maren Wool Dress"]),
        ("ladies boots", ["Alder Canvas Boots"]),
    ],
)
async def test_what_words_mean(client, words, found):
    answer = await ask(client, words)
    assert names(answer)[: len(found)] == found
    assert not answer["nearest"]


@pytest.mark.parametrize(
    ("words", "ignoring", "filters", "found"),
    [
        ("red dress", ["colour"], {"colours": ["Black"]}, ["Maren Wool Dress"]),
        ("warm dress, not black", ["colour"], {"colours": ["Black"]}, ["Maren Wool Dress"]),
        ("dress under 100", ["price"], {"min_price": 100}, ["Maren Wool Dress"]),
        ("dress from 20, up to 100", ["price"], {"min_price": 100}, ["Maren Wool Dress"]),
        ("samsung phone 64gb", ["storage"], {"sizes": ["256GB"]}, ["Samsung Galaxy S21"]),
        ("samsung with at least 5000 mah", ["brand"], {}, ["Samsung Galaxy A12"]),
        ("size 42 boots", ["size", "category"], {"sizes": ["38"]}, ["Alder Canvas Boots"]),
    ],
)
async def test_what_the_words_said_before_is_passed_over_where_a_filter_says_otherwise(
    client, words, ignoring, filters, found
):
    answer = await ask(client, words, ignoring=ignoring, filters=filters)
    assert names(answer) == found
    assert not answer["nearest"]


async def test_words_go_on_ranking_when_their_colour_is_passed_over(client):
    seaside = await ask(client, "black dress for the seaside", ignoring=["colour"], filters={"max_price": 500})
    assert names(seaside) == ["Maren Silk Dress", "Maren Wool Dress"]
    winter = await ask(client, "red dress for a cold winter", ignoring=["colour"], filters={"max_price": 500})
    assert names(winter) == ["Maren Wool Dress", "Maren Silk Dress"]


async def test_the_rest_of_the_words_orders_by_meaning(client):
    assert names(await ask(client, "dress for the seaside"))[0] == "Maren Silk Dress"
    assert names(await ask(client, "dress for a cold winter"))[0] == "Maren Wool Dress"


async def test_what_nothing_fulfils_is_given_up_and_said(client):
    answer = await ask(client, "leather boots under 70")
    assert answer["nearest"]
    assert answer["given_up"] == ["leather"]
    assert names(answer) == ["Alder Canvas Boots"]


async def test_what_must_not_be_and_the_pages_filters_are_never_given_up(client):
    answer = await ask(client, "boots not leather", filters={"max_price": 50})
    assert (answer["total"], answer["products"]) == (0, [])
    answer = await ask(client, "dress", filters={"category": "boots"})
    assert names(answer) == [] or set(names(answer)) <= {"Alder Leather Boots", "Alder Canvas Boots"}


async def test_filters_of_a_page(client):
    async def filtered(**filters):
        return names(await ask(client, "", filters=filters, sort="price"))

    assert await filtered(category="boots") == ["Alder Canvas Boots", "Alder Leather Boots"]
    assert await filtered(category="boots", colours=["Brown"], in_stock=True) == []
    assert await filtered(sizes=["64GB"], brands=["Samsung", "Nokia"]) == ["Samsung Galaxy A12", "Nokia 8.3"]
    assert await filtered(brand="Maren", max_price=100) == ["Maren Silk Dress"]


async def test_pages_and_orders(client):
    everything = await ask(client, "", n=100)
    assert everything["total"] == len(everything["products"]) == 7, "what is not sold is not found"
    pages = [names(await ask(client, "", n=3, offset=offset)) for offset in (0, 3, 6, 9)]
    assert [name for page in pages for name in page] == names(everything)
    dear = names(await ask(client, "phone", sort="price_desc"))
    assert dear == ["Samsung Galaxy S21", "Nokia 8.3", "Samsung Galaxy A12"]
    first, second = [names(await ask(client, "phone", n=2, offset=offset)) for offset in (0, 2)]
    assert sorted(first + second) == sorted(dear)


@pytest.mark.parametrize(
    "words",
    ["🙂🙂🙂", "%", "'; DROP TABLE products; --", "a & !b | (c <-> d):*", "\x00\x00", "\ufffd\ufeff",
     "x" * 10_000, "boots " * 1600, "1" * 400, "under " * 200, "\\'\\\"", "SELECT * FROM customers"],
)  # fmt: skip
async def test_any_text_is_answered(client, words):
    answer = await ask(client, words)
    assert answer["total"] >= len(answer["products"])


async def test_nonsense_finds_nothing(client):
    answer = await ask(client, "🙂")
    assert (answer["total"], answer["products"], answer["nearest"]) == (0, [], False)


@pytest.mark.parametrize(
    "asked",
    [{"text": "x" * 10_001}, {"text": "x", "n": 0}, {"text": "x", "n": 101}, {"text": "x", "sort": "id; --"},
     {"text": "x", "filters": {"max_price": -1}}, {"text": "x", "filters": {"else": 1}}, {}, {"text": None}],
)  # fmt: skip
async def test_questions_of_another_shape_are_refused(client, asked):
    response = await client.post("/search", json=asked)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "invalid_request"


async def test_new_changed_and_unchanged_products_without_a_restart(shop, client, encoder):
    async with shop.begin() as session:
        product = await session.scalar(select(Product).where(Product.public_id == "p_3"))
        product.name = "Alder Quilted Zorbax Boots"
    assert (await ask(client, "zorbax"))["products"][0]["id"] == "p_3", "found at once, before anything was counted"
    async with shop.begin() as session:
        before = await session.scalar(select(ProductEmbedding.sha256).join(Product).where(Product.public_id == "p_3"))
    assert await refresh(shop, encoder) == 1
    async with shop.begin() as session:
        after = await session.scalar(select(ProductEmbedding.sha256).join(Product).where(Product.public_id == "p_3"))
        await session.execute(update(Product).where(Product.public_id == "p_4").values(price=61))
    assert before != after
    assert await refresh(shop, encoder) == 0, "a price is none of its words"
    corrected = (await ask(client, "zorbx boots"))["understood"]["corrected"]
    assert corrected == [{"from": "zorbx", "to": "zorbax"}]
    async with shop.begin() as session:
        await session.execute(update(Product).where(Product.public_id == "p_3").values(name="Alder Leather Boots"))
    assert await refresh(shop, encoder) == 1


async def test_what_people_choose_comes_first_among_equals(shop, client):
    async with shop.begin() as session:
        ids = dict((await session.execute(select(Product.public_id, Product.id))).all())
        lately = datetime.now(UTC) - timedelta(hours=1)
        shown = {"words": "phone", "shown": ["p_0", "p_1", "p_2"]}
        for visit in range(40):
            session.add(Event(kind="search", at=lately, session=f"g_{visit}", detail=shown))
            session.add(
                Event(kind="click", at=lately, session=f"g_{visit}", product_id=ids["p_2"],
                      detail={"from": "search", "position": 3})
            )  # fmt: skip
    async with shop.begin() as session:
        await count_appeal(session)
        appeal = dict(
            (await session.execute(select(Product.public_id, ProductAppeal.appeal).join(ProductAppeal))).all()
        )
    assert appeal["p_2"] > 0 > appeal["p_0"]
    assert names(await ask(client, "phone"))[0] == "Nokia 8.3"
    assert names(await ask(client, "samsung phone"))[0].startswith("Samsung"), "appeal does not outweigh the words"
    async with shop.begin() as session:
        await session.execute(delete(Event))
        await session.execute(delete(ProductAppeal))


async def test_the_answer_says_how_new_its_texts_are(shop, client):
    answer = await ask(client, "phone")
    assert answer["model"]["name"] == "shop-search"
    async with shop.begin() as session:
        newest = await session.scalar(text("SELECT max(embedded_at)::date FROM product_embeddings"))
    assert answer["as_of"] == str(newest)

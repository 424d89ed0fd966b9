"""POST /reviews/opinions, /worst and /complaints: the figures, the quotes, and what is said when nothing is known."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from common.settings import settings
from ml_tools.registry import ModelName
from ml_tools.reviews.api import ReviewsTool
from ml_tools.reviews.opinions import OpinionsService
from ml_tools.settings import tools_settings
from store.session import Database
from store.tables import Product
from tests.recommender_kit import client_of
from tests.reviews_kit import NOON, no_likeness, reading_on, write
from tests.shop_kit import SmallShop, Sold

SINCE, UNTIL = "2026-06-01", "2026-06-30"


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    opinions = OpinionsService(database, no_likeness, ModelName(name="words", version="1"))
    tool = ReviewsTool(settings(), tools_settings(), database, opinions=opinions)
    async with client_of(tool) as client:
        yield client


@pytest.fixture
async def shop(database: Database) -> SmallShop:
    return SmallShop(database)


@pytest.fixture
async def phone(shop: SmallShop, database: Database) -> Sold:
    """Four good words on the battery, one bad in May and two in June; one on the screen."""
    sold = await shop.product(name="Phone")
    for day in range(4):
        await write(database, sold, f"The battery is good, day {day}.", at=NOON - timedelta(days=day))
    await write(database, sold, "The battery is bad and drains.", rating=2, at=NOON - timedelta(days=40))
    await write(database, sold, "Poor battery.", rating=1, at=NOON)
    await write(
        database, sold, "Such a bad battery! I love the screen.", rating=3, at=NOON, reference=f"R/ä {sold.public_id}"
    )
    await reading_on(database).read_missing()
    return sold


async def ask(client: httpx.AsyncClient, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    response = await client.post(f"/reviews/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


async def test_opinions_of_a_product_with_counts_intervals_months_and_quotes(
    client: httpx.AsyncClient, phone: Sold
) -> None:
    answer = await ask(client, "opinions", product_id=phone.public_id)
    assert (answer["reviews"], answer["read"]) == (7, 7)
    assert answer["rating"] == {"mean": round((4 * 5 + 2 + 1 + 3) / 7, 2), "count": 7}
    battery, screen = answer["aspects"]
    assert (battery["aspect"], battery["name"]) == ("battery", "Battery")
    assert (battery["mentions"], battery["positive"], battery["negative"]) == (7, 4, 3)
    assert battery["low"] < battery["positive_share"] == round(4 / 7, 4) < battery["high"]
    assert (screen["aspect"], screen["positive"], screen["high"] - screen["low"] > 0.5) == ("screen", 1, True)
    assert [month["month"] for month in answer["trend"]] == ["2026-05-01", "2026-06-01"]
    assert (answer["as_of"], answer["model"]["name"]) == ("2026-06-15", "words")


async def test_every_quote_stands_word_for_word_in_a_review_and_leads_there(
    client: httpx.AsyncClient, phone: Sold, database: Database
) -> None:
    answer = await ask(client, "opinions", product_id=phone.public_id, quotes=10)
    quotes = [quote for aspect in answer["aspects"] for quote in aspect["quotes"]]
    assert len(quotes) == 8
    screen = answer["aspects"][1]["quotes"][0]
    assert (screen["text"], screen["review_id"], screen["sentiment"]) == (
        "I love the screen.",
        f"R/ä {phone.public_id}",
        "positive",
    )
    assert screen["url"].startswith(f"/p/{phone.public_id}?review=R%2F%C3%A4%20{phone.public_id}#review-R_2F_C3_A4_20")


@pytest.mark.parametrize(("words", "slug"), [("battery life", "battery"), ("the display", "screen"), ("xyz", None)])
async def test_an_aspect_is_understood_in_anybodys_words(
    client: httpx.AsyncClient, phone: Sold, words: str, slug: str | None
) -> None:
    answer = await ask(client, "opinions", product_id=phone.public_id, aspect=words)
    assert answer["asked_aspect"] == slug
    assert [one["aspect"] for one in answer["aspects"]] == ([slug] if slug else [])


async def test_a_product_without_reviews_says_so(client: httpx.AsyncClient, shop: SmallShop) -> None:
    sold = await shop.product()
    answer = await ask(client, "opinions", product_id=sold.public_id)
    assert (answer["reviews"], answer["read"], answer["positive_share"], answer["aspects"]) == (0, 0, None, [])
    assert (answer["rating"], answer["as_of"], answer["trend"]) == (None, None, [])


async def test_reviews_that_are_not_read_yet_are_counted_as_such(
    client: httpx.AsyncClient, shop: SmallShop, database: Database
) -> None:
    sold = await shop.product()
    await write(database, sold, "The battery is good.")
    answer = await ask(client, "opinions", product_id=sold.public_id)
    assert (answer["reviews"], answer["read"], answer["positive_share"]) == (1, 0, None)


async def test_complaints_of_a_month_against_the_month_before(client: httpx.AsyncClient, phone: Sold) -> None:
    answer = await ask(client, "complaints", product_id=phone.public_id, since=SINCE, until=UNTIL)
    (battery,) = answer["topics"]
    assert (battery["mentions"], battery["negative"], battery["share"]) == (6, 2, round(2 / 6, 4))
    assert battery["change"] == round(2 / 6 - 1.0, 4)  # in May the only word was a bad one
    assert {quote["sentiment"] for quote in battery["quotes"]} == {"negative"}
    without = await ask(client, "complaints", product_id=phone.public_id)
    assert without["topics"][0]["change"] is None


async def test_the_worst_products_are_those_that_are_surely_bad(
    client: httpx.AsyncClient, shop: SmallShop, database: Database
) -> None:
    bad, unlucky, good = [await shop.product(name=name) for name in ("Bad", "Unlucky", "Good")]
    async with database.begin() as session:
        await session.execute(update(Product).values(active=False).where(Product.name == "Phone"))
    for day in range(12):
        await write(database, bad, "Bad, the battery drains.", rating=1, at=NOON - timedelta(days=day))
        await write(database, good, "Great.", at=NOON - timedelta(days=day))
    await write(database, unlucky, "Poor.", rating=1)
    await reading_on(database).read_missing()
    for period in ({}, {"since": SINCE, "until": UNTIL}):
        answer = await ask(client, "worst", n=20, **period)
        names = [row["name"] for row in answer["rows"]]
        assert names.index("Bad") < names.index("Unlucky") < names.index("Good")
        row = answer["rows"][names.index("Bad")]
        assert (row["reviews"], row["positive_share"], row["mean_rating"]) == (12, 0.0, 1.0)
        assert row["complaints"][0]["aspect"] == "battery"
        assert row["complaints"][0]["quote"]["text"] == "Bad, the battery drains."
    best = await ask(client, "worst", n=1, best=True)
    assert [row["name"] for row in best["rows"]] == ["Good"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("opinions", {"product_id": "p_none"}, 404, "not_found"),
        ("complaints", {"category": "none"}, 404, "not_found"),
        ("opinions", {"product_id": "p_1", "category": "c"}, 422, "invalid_request"),
        ("worst", {"since": "2026-02-02", "until": "2026-02-01"}, 422, "invalid_request"),
        ("worst", {"n": 0}, 422, "invalid_request"),
        ("complaints", {"aspect": "xyz"}, 422, "invalid_request"),
        ("opinions", {"aspect": ""}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_answered_says_why(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await ask(client, path, status, **body)
    assert answer["error"]["code"] == code
    assert answer["error"]["message"]

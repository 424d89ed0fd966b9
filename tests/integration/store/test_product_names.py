"""What people call a product finds it: typos, parts of names, any order; nearest names for what is not there."""

import time

import psycopg
import pytest
from sqlalchemy import text

from store.products import candidates
from store.session import Database
from tests.integration.store.rows import Goods, add_goods, empty_catalogue

NOTE20 = "Samsung Galaxy Note20 5G 256GB Mystic Bronze"
GOODS = [
    Goods(NOTE20, "Samsung"),
    Goods("Samsung Galaxy S21 5G 128GB", "Samsung"),
    Goods("Samsung Galaxy A52 128GB", "Samsung"),
    Goods("Apple iPhone 12 64GB", "Apple"),
    Goods("Apple iPhone 13 128GB", "Apple"),
    Goods("Apple iPhone 13 Pro Max 256GB", "Apple"),
    Goods("Linen Shirt", "Nordwind", category="shirts"),
    Goods("Crème Wool Coat", "Nordwind", category="coats"),
    Goods("Nokia 3310", "Nokia", active=False),
]


@pytest.fixture(autouse=True)
async def catalogue(database: Database) -> None:
    async with database.begin() as session:
        await empty_catalogue(session)
        await add_goods(session, GOODS)


async def names(database: Database, words: str, limit: int = 10) -> list[str]:
    async with database.begin() as session:
        return [candidate.name for candidate in await candidates(session, words, limit=limit)]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("note20", NOTE20),
        ("galaxy note 20", NOTE20),
        ("NOTE-20", NOTE20),
        ("note20 5g", NOTE20),
        ("samsung note", NOTE20),
        ("galxy note20", NOTE20),
        ("samsnug galaxy noet 20", NOTE20),
        ("mystic bronze", NOTE20),
        ("20 note", NOTE20),
        ("the galaxy s21", "Samsung Galaxy S21 5G 128GB"),
        ("sams s21", "Samsung Galaxy S21 5G 128GB"),
        ("iphne 13", "Apple iPhone 13 128GB"),
        ("iphone 13", "Apple iPhone 13 128GB"),
        ("iphone 13 pro", "Apple iPhone 13 Pro Max 256GB"),
        ("iphone12", "Apple iPhone 12 64GB"),
        ("nordwind shirt", "Linen Shirt"),
        ("lnen shrt", "Linen Shirt"),
        ("creme coat", "Crème Wool Coat"),
    ],
)
async def test_people_s_words_find_the_product(database: Database, words: str, name: str) -> None:
    assert (await names(database, words))[0] == name


async def test_an_exact_name_keeps_near_ones_out(database: Database) -> None:
    assert await names(database, "iphone 12") == ["Apple iPhone 12 64GB"]


async def test_an_unknown_model_gets_the_nearest_names_with_less_similarity(database: Database) -> None:
    async with database.begin() as session:
        known = await candidates(session, "galaxy note 20")
        unknown = await candidates(session, "galaxy note 99", limit=3)
    assert known[0].similarity == 1
    assert unknown[0].name == NOTE20
    assert 0.5 < unknown[0].similarity < 0.8


async def test_the_shorter_of_equally_good_names_comes_first(database: Database) -> None:
    assert await names(database, "iphone 13", limit=2) == ["Apple iPhone 13 128GB", "Apple iPhone 13 Pro Max 256GB"]


@pytest.mark.parametrize("words", ["", "   ", "!?", "xqzwv", "\x00", "\ud800", "3310", "a" * 5000, "1 " * 3000])
async def test_what_means_nothing_finds_nothing(database: Database, words: str) -> None:
    assert await names(database, words) == []


async def test_the_worst_words_are_answered_quickly(database: Database) -> None:
    """Many long, unknown words must not cost more than a moment: anybody may type them."""
    words = " ".join("".join(chr(97 + (7 * n * n + k * n) % 26) for n in range(20)) for k in range(9))
    started = time.perf_counter()
    await names(database, words)
    assert time.perf_counter() - started < 1


async def test_a_new_product_is_found_at_once(database: Database) -> None:
    assert "Zephyr Kettle" not in await names(database, "zephyr kettle")
    async with database.begin() as session:
        await session.execute(text("UPDATE products SET name = 'Zephyr Kettle' WHERE name = 'Linen Shirt'"))
    assert await names(database, "zephir kettle") == ["Zephyr Kettle"]


async def test_names_are_looked_up_in_the_index(empty_database_url: str) -> None:
    """The function must use the GIN index: a catalogue of millions cannot be read for every message."""
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(
            "EXPLAIN SELECT id FROM products WHERE name_trigrams @@ word_query('note', false)"
        ).fetchall()
    assert "ix_products_name_trigrams" in str(plan)

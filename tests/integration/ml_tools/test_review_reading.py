"""The job that reads reviews: what it keeps, what it reads again, what weighs less, and that the counts follow."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from common.settings import Settings
from ml_tools.reviews.api import ReviewsTool
from ml_tools.reviews.reading import is_due
from ml_tools.reviews.suspicion import WEIGHTS
from ml_tools.settings import ToolsSettings
from store.erasure import erase_customer
from store.jobs import READ_REVIEWS
from store.review_opinions import Scope, by_aspect, quotes, summed
from store.session import Database
from store.tables import Product, Review, ReviewAspect, ReviewReading
from tests.reviews_kit import NOON, WordReader, public_id_of, reading_on, write
from tests.shop_kit import SmallShop, Sold

COUNTED_ANEW = """
    SELECT category_id, written_on, '', count(*), coalesce(sum(weight) FILTER (WHERE sentiment = 'positive'), 0),
        coalesce(sum(weight) FILTER (WHERE sentiment = 'negative'), 0) FROM review_readings GROUP BY 1, 2
    UNION ALL SELECT category_id, written_on, aspect, count(*), coalesce(sum(weight) FILTER (WHERE positive), 0),
        coalesce(sum(weight) FILTER (WHERE NOT positive), 0) FROM review_aspects GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
COUNTED = """
    SELECT category_id, day, aspect, mentions, positive_weight, negative_weight FROM review_days
    WHERE mentions <> 0 ORDER BY 1, 2, 3
"""


@pytest.fixture
async def sold(database: Database) -> Sold:
    return await SmallShop(database).product(name="Phone")


async def reading_of(database: Database, review_id: int) -> ReviewReading | None:
    async with database.read() as session:
        return (await session.scalars(select(ReviewReading).where(ReviewReading.review_id == review_id))).one_or_none()


async def assert_counts_are_right(database: Database) -> None:
    async with database.read() as session:
        counted = [tuple(row) for row in await session.execute(text(COUNTED))]
        assert counted == [tuple(row) for row in await session.execute(text(COUNTED_ANEW))]


async def test_each_aspect_gets_its_own_polarity_and_its_sentence_is_verbatim(database: Database, sold: Sold) -> None:
    body = "  I love the camera, but the battery is bad.\nThe screen isn't bad. 👍 It runs small."
    review = await write(database, sold, body, rating=4)
    assert await reading_on(database).read_missing() >= 1
    async with database.read() as session:
        rows = list(await session.scalars(select(ReviewAspect).where(ReviewAspect.review_id == review)))
    said = {(row.aspect, row.positive): body[row.start : row.end] for row in rows}
    assert said == {
        ("camera", True): "I love the camera, but the battery is bad.",
        ("battery", False): "I love the camera, but the battery is bad.",
        ("screen", True): "The screen isn't bad.",
        ("size_fit", False): "👍 It runs small.",
    }
    async with database.read() as session:
        (quote,) = await quotes(session, Scope(product_id=sold.product_id), "screen")
    assert quote.text == "The screen isn't bad."
    await assert_counts_are_right(database)


async def test_what_was_read_is_not_read_again_until_it_changes(database: Database, sold: Sold) -> None:
    review = await write(database, sold, "The battery is good.")
    await reading_on(database).read_missing()
    reader = WordReader()
    assert await reading_on(database, reader=reader).read_missing() == 0
    assert reader.texts == []
    async with database.begin() as session:
        await session.execute(update(Review).where(Review.id == review).values(body="The battery is bad."))
    assert await reading_of(database, review) is None
    assert await reading_on(database).read_missing() == 1
    again = await reading_of(database, review)
    assert again is not None
    assert again.sentiment == "negative"
    await assert_counts_are_right(database)


async def test_another_version_reads_everything_anew(database: Database, sold: Sold) -> None:
    review = await write(database, sold, "The battery is good.")
    await reading_on(database).read_missing()
    async with database.read() as session:
        count = len(list(await session.scalars(select(Review.id))))
    assert await reading_on(database, version="2").read_missing() == count
    read = await reading_of(database, review)
    assert read is not None
    assert read.model_version.startswith("2+")
    assert await reading_on(database, version="2").read_missing() == 0
    await assert_counts_are_right(database)


async def test_a_product_that_moves_takes_its_opinions_along(database: Database, sold: Sold) -> None:
    await write(database, sold, "The battery is good.")
    await reading_on(database).read_missing()
    other = await SmallShop(database).product()
    async with database.begin() as session:
        await session.execute(
            update(Product).where(Product.id == sold.product_id).values(category_id=other.category_id)
        )
    await reading_on(database).read_missing()
    async with database.read() as session:
        assert (await by_aspect(session, Scope(category_ids=[other.category_id])))["battery"].positive == 1
        assert await by_aspect(session, Scope(category_ids=[sold.category_id])) == {}
    await assert_counts_are_right(database)


async def test_copies_weigh_less_and_the_first_of_them_does_not(database: Database, sold: Sold) -> None:
    words = "I love this good phone because the battery lasts for many long days in a row every week."
    first = await write(database, sold, words)
    copy = await write(database, sold, words + " Really!", at=NOON + timedelta(days=9))
    await reading_on(database).read_missing()
    original, copied = await reading_of(database, first), await reading_of(database, copy)
    assert original is not None
    assert copied is not None
    assert (original.weight, original.doubts) == (100, [])
    assert (copied.weight, copied.doubts) == (round(100 * WEIGHTS["copy"]), ["copy"])
    async with database.read() as session:
        total = await summed(session, Scope(product_id=sold.product_id))
    assert total.figures.positive == 2
    assert total.figures.positive_weight == 100 + copied.weight
    assert total.doubtful == 1
    await assert_counts_are_right(database)


async def test_many_by_one_writer_on_a_day_weigh_less_even_those_that_were_read_before(
    database: Database, sold: Sold
) -> None:
    writer = await SmallShop(database).customer()
    first = await write(database, sold, "Good.", customer_id=writer)
    await reading_on(database).read_missing()
    for minute in range(1, 6):
        await write(database, sold, "Good.", customer_id=writer, at=NOON + timedelta(minutes=minute))
    await reading_on(database).read_missing()
    read = await reading_of(database, first)
    assert read is not None
    assert read.doubts == ["same_writer"]
    await assert_counts_are_right(database)


async def test_a_burst_counts_less_as_do_stars_that_contradict_the_words(database: Database, sold: Sold) -> None:
    for day in range(1, 6):
        await write(database, sold, "Poor.", rating=1, at=NOON - timedelta(days=day))
    for minute in range(9):
        await write(database, sold, "Great.", at=NOON + timedelta(minutes=minute))
    odd = await write(database, sold, "I hate it, bad.", at=NOON - timedelta(days=30))
    await reading_on(database).read_missing()
    async with database.read() as session:
        rows = {
            (row.written_on, *row.doubts)
            for row in await session.scalars(select(ReviewReading).where(ReviewReading.product_id == sold.product_id))
        }
    assert (NOON.date(), "burst") in rows
    assert ((NOON - timedelta(days=1)).date(),) in rows
    contradicting = await reading_of(database, odd)
    assert contradicting is not None
    assert contradicting.doubts == ["contradicts"]


async def test_an_erased_customer_takes_their_reviews_out_of_every_count(database: Database, sold: Sold) -> None:
    writer = await SmallShop(database).customer()
    await write(database, sold, "The battery is bad.", customer_id=writer)
    await write(database, sold, "The battery is good.")
    await reading_on(database).read_missing()
    async with database.begin() as session:
        await erase_customer(session, await public_id_of(database, writer))
    async with database.read() as session:
        left = await by_aspect(session, Scope(category_ids=[sold.category_id]))
    assert (left["battery"].positive, left["battery"].negative) == (1, 0)
    await assert_counts_are_right(database)


async def test_odd_texts_are_read_without_opinions(database: Database, sold: Sold) -> None:
    bodies = ["👍👍", "?", "<b></b>", "battery " * 3000, "Это очень хороший телефон"]
    ids = [await write(database, sold, body) for body in bodies]
    await reading_on(database).read_missing()
    for review in ids:
        assert await reading_of(database, review) is not None


async def test_reading_is_due_while_a_review_is_unread_and_its_process_reads_it(
    empty_database_url: str, database: Database, sold: Sold, tmp_path: Path
) -> None:
    config = Settings(_env_file=None, database_url=empty_database_url, shopclerk_home=tmp_path)
    tool = ReviewsTool(config, ToolsSettings(_env_file=None), database)
    tool.load()
    version = tool.service.reader.manifest.version
    assert not await is_due(database, version)
    await write(database, sold, "The battery lasts for days.", rating=5, at=NOON)
    assert await is_due(database, version)
    assert await tool.jobs()[READ_REVIEWS]() == 1
    assert not await is_due(database, version)
    assert await tool.jobs()[READ_REVIEWS]() == 0

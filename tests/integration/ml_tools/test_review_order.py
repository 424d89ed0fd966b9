"""In which order reviews are read: newest first, new ones before what is left, each once, whatever came between."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from ml_tools.reviews.order import NewestFirst
from store.review_readings import ReadReview, ToRead, keep_readings
from store.session import Database
from store.tables import Review, ReviewReading
from tests.reviews_kit import NOON, WordReader, reading_on, write
from tests.shop_kit import SmallShop, Sold

WORDS = "I love this good phone because the battery lasts for many long days in a row every week"


@pytest.fixture
async def sold(database: Database) -> Sold:
    """A product in a shop whose reviews have all been read by version 1."""
    await reading_on(database).read_missing()
    async with database.begin() as session:
        await session.execute(update(ReviewReading).values(model_version="1"))
    return await SmallShop(database).product(name="Phone")


async def on_days(database: Database, sold: Sold, days: Sequence[int]) -> list[int]:
    return [await write(database, sold, f"Good {day}.", at=NOON + timedelta(days=day)) for day in days]


async def handed_out(database: Database, order: NewestFirst, *, most: int = 2) -> list[ToRead]:
    async with database.read() as session:
        return await order.next(session, most=most)


async def keep(database: Database, batch: Sequence[ToRead]) -> None:
    read = [ReadReview(one, "positive", 0.9, 0.9, None, (), ()) for one in batch]
    async with database.begin() as session:
        await keep_readings(session, read, "1")


async def test_the_newest_are_read_first_whatever_the_order_of_their_import(database: Database, sold: Sold) -> None:
    await on_days(database, sold, [3, 1, 5, 2, 4])
    reader = WordReader()
    await reading_on(database, reader=reader).read_missing()
    assert [text for text in reader.texts if text.startswith("Good")][:5] == [f"Good {day}." for day in (5, 4, 3, 2, 1)]


async def test_what_comes_in_meanwhile_is_read_before_what_is_left_and_nothing_twice(
    database: Database, sold: Sold
) -> None:
    old = await on_days(database, sold, [4, 3, 2, 1])
    order, read = NewestFirst("1"), list[int]()
    batch = await handed_out(database, order)
    read += [one.review_id for one in batch]
    await keep(database, batch)
    late = await on_days(database, sold, [-30, 30, 0])  # an import: older and newer ones
    while batch := await handed_out(database, order):
        read += [one.review_id for one in batch]
        await keep(database, batch)
    assert read == [old[0], old[1], late[1], late[2], late[0], old[2], old[3]]


async def test_a_job_that_was_ended_is_gone_on_with(database: Database, sold: Sold) -> None:
    ids = await on_days(database, sold, [4, 3, 2, 1])
    await keep(database, await handed_out(database, NewestFirst("1"), most=3))
    late = await on_days(database, sold, [0, 9])
    again = await handed_out(database, NewestFirst("1"), most=9)
    assert [one.review_id for one in again] == [late[1], ids[3], late[0]]


async def test_what_changes_while_it_is_read_is_left_to_the_next_job(database: Database, sold: Sold) -> None:
    (review,) = await on_days(database, sold, [1])
    order = NewestFirst("1")
    batch = await handed_out(database, order)
    async with database.begin() as session:
        await session.execute(update(Review).where(Review.id == review).values(body="Bad."))
    await keep(database, batch)
    assert await handed_out(database, order) == []
    assert [one.body for one in await handed_out(database, NewestFirst("1"))] == ["Bad."]


async def test_another_version_reads_the_newest_first_too_and_each_once(database: Database, sold: Sold) -> None:
    ids = await on_days(database, sold, [1, 3, 2])
    await keep(database, await handed_out(database, NewestFirst("1"), most=9))
    order, read = NewestFirst("2"), list[int]()
    while batch := await handed_out(database, order):
        read += [one.review_id for one in batch]
    assert [one for one in read if one in ids] == [ids[1], ids[2], ids[0]]
    assert len(read) == len(set(read))


class _BatchOfOne(NewestFirst):
    async def next(self, session, *, most: int) -> list[ToRead]:
        return await super().next(session, most=1)


async def test_a_copy_counts_for_less_even_when_read_before_its_original(
    database: Database, sold: Sold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml_tools.reviews.reading.NewestFirst", _BatchOfOne)
    first = await write(database, sold, WORDS)
    copy = await write(database, sold, WORDS + " Really!", at=NOON + timedelta(days=9))
    await reading_on(database).read_missing()
    async with database.read() as session:
        doubts = {row.review_id: row.doubts for row in await session.scalars(select(ReviewReading))}
    assert (doubts[first], doubts[copy]) == ([], ["copy"])


async def test_a_burst_is_measured_by_reviews_that_are_still_to_be_read_too(
    database: Database, sold: Sold, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml_tools.reviews.reading.NewestFirst", _BatchOfOne)
    for day in (1, 2):
        for minute in range(5):
            await write(database, sold, "Great.", at=NOON - timedelta(days=day) + timedelta(minutes=minute))
    for minute in range(9):
        await write(database, sold, "Great.", at=NOON + timedelta(minutes=minute))
    await reading_on(database).read_missing()
    async with database.read() as session:
        rows = await session.scalars(select(ReviewReading).where(ReviewReading.product_id == sold.product_id))
        assert all("burst" not in row.doubts for row in rows)  # nine where five are usual

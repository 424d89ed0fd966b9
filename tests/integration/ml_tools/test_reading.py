"""From orders to panels: days as they were in UTC, what was known ahead, and what has to be told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import select

from common.errors import NotEnoughData, NotFound
from common.ids import public_id
from ml_tools.forecasting.demand.reading import read
from ml_tools.forecasting.schemas import About, SubjectKind
from store.embeddings import EmbeddedImage, ImageToEmbed, keep_embeddings
from store.tables import (
    Category,
    Customer,
    Order,
    OrderLine,
    PriceChange,
    Product,
    ProductImage,
    Promotion,
    StockDay,
)  # fmt: skip
from store.tables.visual import DIMENSIONS

TODAY = date(2026, 11, 21)
NEWEST = TODAY - timedelta(days=1)
DAYS = 60
CLOSED = NEWEST - timedelta(days=9)


def moment(day, hour=12, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


class Shop:
    def __init__(self, session):
        self.session = session

    async def fill(self):
        self.customer = Customer(public_id=public_id("cu"))
        parent = Category(slug="drinkware", name="Drinkware")
        self.session.add_all([self.customer, parent])
        await self.session.flush()
        mugs = Category(slug="mugs", name="Mugs", parent_id=parent.id)
        cups = Category(slug="cups", name="Cups", parent_id=parent.id)
        self.session.add_all([mugs, cups, Category(slug="void", name="Void")])
        await self.session.flush()
        self.parent, self.mugs, self.cups = parent, mugs, cups
        mug = self.product("Mug", mugs, NEWEST - timedelta(days=400))
        tall = self.product("Tall mug", mugs, NEWEST - timedelta(days=400))
        self.product("New mug", mugs, NEWEST - timedelta(days=4))
        cup = self.product("Cup", cups, NEWEST - timedelta(days=400))
        gone = self.product("Gone", cups, NEWEST - timedelta(days=400))
        gone.active = False
        await self.session.flush()
        for at in range(DAYS + 20):
            day = NEWEST - timedelta(days=at)
            if day != CLOSED:
                self.order(mug, moment(day, 0, 1), 4)
                self.order(mug, moment(day, 23, 59), 6)
                self.order(tall, moment(day), 2)
                self.order(cup, moment(day), 1)
        self.order(mug, moment(NEWEST), 1000, status="cancelled")
        self.order(mug, moment(NEWEST - timedelta(days=1)), 1000, status="returned")
        self.order(mug, moment(NEWEST - timedelta(days=2)), -3)
        self.order(tall, moment(NEWEST - timedelta(days=30)), 5000)
        self.order(mug, moment(TODAY, 0, 0), 500)
        self.notes(mug, tall, parent, mugs)

    def product(self, name, category, listed):
        row = Product(
            public_id=public_id("p"), sku=public_id("s"), name=name, category_id=category.id, price=Decimal("8"),
            currency="EUR", created_at=moment(listed),
        )  # fmt: skip
        self.session.add(row)
        return row

    def order(self, product, at, units, *, status="delivered"):
        order = Order(
            number=public_id("S"), customer_id=self.customer.id, status=status, placed_at=at, total=Decimal("10"),
            currency="EUR",
        )  # fmt: skip
        order.lines.append(OrderLine(product_id=product.id, units=units, unit_price=Decimal("8")))
        self.session.add(order)

    def notes(self, mug, tall, parent, mugs):
        def promotion(title, first, days, percent, **on):
            return Promotion(
                public_id=public_id("pr"), reference=public_id("r"), title=title, discount_percent=Decimal(percent),
                starts_on=NEWEST + timedelta(days=first), ends_on=NEWEST + timedelta(days=first + days - 1), **on,
            )  # fmt: skip

        self.session.add_all(
            [
                StockDay(product_id=mug.id, day=NEWEST - timedelta(days=5), units=0, sold_out=True),
                PriceChange(product_id=mug.id, valid_from=NEWEST - timedelta(days=10), price=Decimal("9")),
                PriceChange(product_id=mug.id, valid_from=NEWEST + timedelta(days=3), price=Decimal("7")),
                promotion("All mugs", -20, 3, "30", category_id=mugs.id),
                promotion("Drinkware", 2, 4, "10", category_id=parent.id),
                promotion("Tall only", 3, 1, "25", product_id=tall.id),
                promotion("Much later", 90, 3, "50"),
            ]
        )


@pytest.fixture
async def store(database):
    async with database.begin() as session:
        if not await session.scalar(select(Product.id).limit(1)):
            await Shop(session).fill()
    return database


async def reading(store, *, product=None, category=None, days=DAYS, horizon=7, today=TODAY):
    async with store.read() as session:
        about = About(category=category)
        if product:
            found = await session.scalar(select(Product.public_id).where(Product.name == product))
            about = About(product_id=found)
        return await read(session, about, days=days, horizon=horizon, today=today)


async def test_a_product_is_read_as_it_sold_day_by_day(store):
    found = await reading(store, product="Mug")
    panel = found.panel
    assert (found.as_of, panel.end, panel.length) == (NEWEST, NEWEST, DAYS)
    assert found.subject.kind is SubjectKind.PRODUCT
    assert (found.subject.name, found.currency) == ("Mug", "EUR")
    assert panel.groups == ("mugs",)
    assert panel.units[0, -1] == 10  # cancelled orders and today's are not counted
    assert panel.units[0, -2] == 10  # what was returned neither
    assert found.sold[0, -3] == 7  # three came back
    assert found.first_sold == (panel.start,)
    assert found.last_sold == (NEWEST,)


async def test_unknown_days_are_told_apart(store):
    found = await reading(store, product="Mug")
    closed, out = DAYS - 1 - 9, DAYS - 1 - 5
    assert np.flatnonzero(np.isnan(found.panel.units[0])).tolist() == [closed, out]
    assert found.panel.at_least[0, out] == 10
    assert np.isnan(found.panel.at_least[0, closed])
    assert [note.split(" (")[0] for note in found.notes] == [
        "1 day without any sales in the shop",
        "1 day out of stock",
    ]


async def test_prices_and_promotions_are_known_ahead(store):
    found = await reading(store, category="mugs")
    names = await _names(store, found)
    mug, tall = names.index("Mug"), names.index("Tall mug")
    assert found.panel.price[mug, -12:].tolist() == [8] + [9] * 11
    assert found.ahead.price[mug].tolist() == [9, 9, 7, 7, 7, 7, 7]
    assert found.ahead.discount[mug].tolist() == [0, 0.1, 0.1, 0.1, 0.1, 0, 0]
    assert found.ahead.discount[tall].tolist() == [0, 0.1, 0.25, 0.1, 0.1, 0, 0]
    assert found.panel.discount[mug, -21:-17].tolist() == [0.3] * 3 + [0]
    assert [promotion.title for promotion in found.promotions] == ["Drinkware", "Tall only"]
    assert found.ahead.start == TODAY


async def test_sub_categories_and_the_whole_shop_without_what_is_off_sale(store):
    category = await reading(store, category="drinkware")
    assert sorted(await _names(store, category)) == ["Cup", "Mug", "New mug", "Tall mug"]
    assert (category.subject.kind, category.subject.name, category.subject.products) == (
        SubjectKind.CATEGORY, "Drinkware", 4,
    )  # fmt: skip
    shop = await reading(store)
    assert shop.subject.kind is SubjectKind.SHOP
    assert len(shop.panel) == 4
    assert (await reading(store, product="Gone")).panel.length == DAYS


async def test_an_outlier_is_damped_and_listed(store):
    found = await reading(store, product="Tall mug")
    (outlier,) = found.outliers
    assert (outlier.day, outlier.units) == (NEWEST - timedelta(days=30), 5002)
    assert outlier.usual == pytest.approx(2, abs=0.5)
    assert np.nanmax(found.panel.units[0]) < 20
    assert found.sold[0].max() == 5002


async def test_a_product_that_never_sold_is_known_since_it_is_listed_and_has_something_alike(store):
    found = await reading(store, product="New mug")
    assert np.isnan(found.panel.units[0, :-5]).all()
    assert found.panel.units[0, -5:].tolist() == [0] * 5
    assert found.first_sold == found.last_sold == (None,)
    recent = 27 / 28  # the shop sold on so many of the last days
    assert found.panel.alike[0] == pytest.approx((10 + 2) / 2 * recent, rel=0.05)
    assert "has not sold yet" in found.notes[-1]


async def test_look_alikes_go_before_the_category(store):
    async with store.begin() as session:
        products = {row.name: row for row in await session.scalars(select(Product))}
        kept = []
        for name, at in (("New mug", 0), ("Tall mug", 0), ("Mug", 1)):
            picture = ProductImage(product_id=products[name].id, position=0, path=f"{name}.jpg", sha256="0" * 64)
            session.add(picture)
            await session.flush()
            vector = [0.01] * DIMENSIONS
            vector[at] = 1.0
            kept.append(EmbeddedImage(ImageToEmbed(picture.id, picture.product_id, picture.path, "0" * 64), vector, {}))
        await keep_embeddings(session, kept, "v1")
    found = await reading(store, category="mugs")
    # Both others are among its nearest eight, so all count; the products of other categories never do.
    new = (await _names(store, found)).index("New mug")
    assert found.panel.alike[new] == pytest.approx(6 * 27 / 28, rel=0.05)


async def test_a_half_written_newest_day_is_left_out(store):
    """Today has one order so far, where the same weekday had four each time."""
    found = await reading(store, product="Mug", today=TODAY + timedelta(days=1))
    assert found.as_of == NEWEST
    assert found.notes[0] == f"{TODAY:%d %b %Y} looks incomplete for the whole shop and was left out."
    assert found.ahead.start == TODAY


async def test_a_long_window_reaches_before_the_first_sale(store):
    found = await reading(store, product="Mug", days=200, horizon=0)
    assert found.first_sold == (NEWEST - timedelta(days=DAYS + 19),)
    assert found.ahead.horizon == 0
    assert np.isnan(found.panel.units[0, : 200 - DAYS - 20]).all()  # the shop had not opened: missing, not zero


async def test_the_shops_country_comes_along(store):
    async with store.read() as session:
        found = await read(session, About(), days=30, horizon=7, today=TODAY, country="DE")
    assert found.panel.country == "DE"
    assert found.panel.of([0]).between(3, 20).country == "DE"


async def test_who_asks_for_nothing_real_is_told_so(store):
    async with store.read() as session:
        with pytest.raises(NotFound, match="no such product"):
            await read(session, About(product_id="p_nothing"), days=30, horizon=7, today=TODAY)
        with pytest.raises(NotFound, match="no such category"):
            await read(session, About(category="nothing"), days=30, horizon=7, today=TODAY)
        with pytest.raises(NotEnoughData, match="No product of Void"):
            await read(session, About(category="void"), days=30, horizon=7, today=TODAY)
        with pytest.raises(NotEnoughData, match="no sales up to yesterday"):
            await read(session, About(), days=30, horizon=7, today=date(2020, 1, 1))


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Kolkata"])
async def test_summer_time_and_the_databases_zone_move_no_sale_to_another_day(store, zone):
    """Clocks went back on 25 October in Berlin and on 1 November in New York; days here are UTC."""
    async with store.begin() as session:
        await session.execute(select(1))
        await (await session.connection()).exec_driver_sql(f"SET LOCAL TIME ZONE '{zone}'")
        product = await session.scalar(select(Product.public_id).where(Product.name == "Mug"))
        found = await read(session, About(product_id=product), days=DAYS, horizon=7, today=TODAY)
    usual = np.delete(found.sold[0], [DAYS - 1 - 9, DAYS - 3])
    assert (usual == 10).all()
    assert np.diff(found.panel.days).astype(int).tolist() == [1] * (DAYS - 1)


async def _names(store, found):
    async with store.read() as session:
        rows = await session.execute(select(Product.public_id, Product.name))
    names = {row[0]: row[1] for row in rows}
    return [names[key] for key in found.panel.keys]

"""Search in words with filters, cheaper alternatives, the tree of categories, the shop's vocabulary."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from store.offers import shop_day
from store.products import ProductFilters, Sort, category_tree, cheaper_alternatives, search
from store.session import Database
from store.tables import Category, Product, Promotion
from tests.integration.store.rows import Goods, add_goods, empty_catalogue

GOODS = [
    Goods("Meadow Dress", "Nordwind", "dresses", "80", "A light dress for summer days.",
          variants=[("Blue", "M", None, 3), ("Red", "L", None, 0)]),
    Goods("City Dress", "Belmara", "dresses", "120", "Wool, for the office.", variants=[("Black", "M", None, 2)]),
    Goods("Trail Runner", "Belmara", "shoes", "60", "For the forest.", variants=[("Blue", "42", None, 4)]),
    Goods("Galaxy S21", "Samsung", "smartphones", "500", attributes={"os": "Android", "battery_mah": 4000},
          variants=[("Grey", None, "128 GB", 1)]),
    Goods("Moto G", "Motorola", "smartphones", "200", attributes={"os": "Android", "battery_mah": 5000}),
    Goods("iPhone 12", "Apple", "smartphones", "700", attributes={"os": "iOS", "battery_mah": "unknown"}),
    Goods("Retired Dress", "Nordwind", "dresses", "10", active=False),
]  # fmt: skip


@pytest.fixture(autouse=True)
async def ids(database: Database) -> dict[str, str]:
    async with database.begin() as session:
        await empty_catalogue(session)
        return await add_goods(session, GOODS)


async def found(database: Database, sort: Sort = Sort.CHEAPEST, **filters: object) -> list[str]:
    async with database.begin() as session:
        result = await search(session, ProductFilters(**filters), sort=sort)
        assert result.total == len(result.public_ids)
        rows = await session.execute(select(Product.public_id, Product.name))
        name = dict(list(rows.tuples()))
        return [name[public_id] for public_id in result.public_ids]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"words": "dress"}, ["Meadow Dress", "City Dress"]),
        ({"words": "dresses for summer"}, ["Meadow Dress"]),
        ({"words": "sumer"}, []),
        ({"words": "shoes"}, ["Trail Runner"]),
        ({"words": "blue dress"}, ["Meadow Dress"]),
        ({"words": "belmara wool"}, ["City Dress"]),
        ({"words": "galxy s21"}, ["Galaxy S21"]),
        ({"category": "dresses"}, ["Meadow Dress", "City Dress"]),
        ({"category": "no-such"}, []),
        ({"brand": "belmara"}, ["Trail Runner", "City Dress"]),
        ({"colour": "blue"}, ["Trail Runner", "Meadow Dress"]),
        ({"colour": "Red", "size": "M"}, []),
        ({"colour": "red", "in_stock": True}, []),
        ({"storage": "128 gb"}, ["Galaxy S21"]),
        ({"max_price": Decimal(80)}, ["Trail Runner", "Meadow Dress"]),
        ({"min_price": Decimal(100), "max_price": Decimal(250)}, ["City Dress", "Moto G"]),
        ({"attributes": {"os": "Android"}}, ["Moto G", "Galaxy S21"]),
        ({"at_least": {"battery_mah": 4500}}, ["Moto G"]),
        ({"words": "'; DROP TABLE products; --"}, []),
        ({"colour": "' OR 1=1 --"}, []),
    ],
)
async def test_filters_leave_what_matches(database: Database, filters: dict, names: list[str]) -> None:
    assert await found(database, **filters) == names


async def test_sub_categories_belong_to_their_parent(database: Database) -> None:
    async with database.begin() as session:
        fashion = Category(slug="fashion", name="Fashion")
        session.add(fashion)
        await session.flush()
        for category in await session.scalars(select(Category).where(Category.slug.in_(["dresses", "shoes"]))):
            category.parent_id = fashion.id
    assert await found(database, category="fashion") == ["Trail Runner", "Meadow Dress", "City Dress"]
    async with database.begin() as session:
        tree = await category_tree(session)
    assert [(node.slug, node.products) for node in tree] == [("fashion", 3), ("smartphones", 3)]
    assert [(node.slug, node.products) for node in tree[0].children] == [("dresses", 2), ("shoes", 1)]


async def test_prices_are_today_s(database: Database) -> None:
    """A product that a promotion brings under the limit is under the limit."""
    async with database.begin() as session:
        dress = await session.scalar(select(Product.id).where(Product.name == "City Dress"))
        day = timedelta(days=1)
        session.add(
            Promotion(public_id="pr_1", reference="R1", title="Half", product_id=dress, discount_percent=50,
                      starts_on=shop_day() - day, ends_on=shop_day() + day)
        )  # fmt: skip
    assert await found(database, category="dresses", max_price=Decimal(60)) == ["City Dress"]


async def test_cheaper_alternatives_are_of_the_same_kind_and_nearest_in_price(
    database: Database, ids: dict[str, str]
) -> None:
    async with database.begin() as session:
        assert await cheaper_alternatives(session, ids["iPhone 12"]) == [ids["Galaxy S21"], ids["Moto G"]]
        assert await cheaper_alternatives(session, ids["iPhone 12"], below=Decimal(300)) == [ids["Moto G"]]
        assert await cheaper_alternatives(session, "p_none") == []


async def test_pages_do_not_overlap(database: Database) -> None:
    async with database.begin() as session:
        pages = [await search(session, ProductFilters(), sort=Sort.NEWEST, limit=4, offset=n) for n in (0, 4)]
    assert [len(page.public_ids) for page in pages] == [4, 2]
    assert pages[0].total == len({*pages[0].public_ids, *pages[1].public_ids}) == 6


async def test_the_vocabulary_is_what_the_shop_sells(database: Database) -> None:
    async with database.begin() as session:
        rows = {tuple(row) for row in await session.execute(text("SELECT kind, term, value FROM catalogue_terms"))}
    assert {
        ("category", "smartphones", "smartphones"), ("brand", "nordwind", "Nordwind"), ("colour", "blue", "Blue"),
        ("size", "42", "42"), ("storage", "128 gb", "128 GB"), ("attribute", "battery mah", "battery_mah"),
    } <= rows  # fmt: skip

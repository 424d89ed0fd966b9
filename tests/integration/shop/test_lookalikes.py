"""The shelf of lookalikes on the product page: by the pictures where they are embedded, else by category."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, event

from store.session import Database
from store.tables import ImageEmbedding
from tests.gateway_kit import Gateway, running_gateway
from tests.integration.shop.page_kit import CARD, html
from tests.shop_kit import SmallShop, Sold
from tests.visual_kit import add_picture, turned

LOOKS_LIKE, SIMILAR = "Looks like this", "Similar products"


@pytest.fixture
async def web(tmp_path: Path, database: Database) -> AsyncIterator[Gateway]:
    """The web process on a store whose pictures nobody has looked at."""
    async with database.begin() as session:
        await session.execute(delete(ImageEmbedding))
    async with running_gateway(tmp_path, database, limits_factor=100) as running:
        yield running


async def pictured(shop: SmallShop, degrees: float, **of_product: Any) -> Sold:
    """A product whose picture is turned so far away from the first one's."""
    sold = await shop.product(**of_product)
    async with shop.database.begin() as session:
        await add_picture(session, sold.product_id, turned(degrees))
    return sold


def on_shelf(page: str) -> list[str]:
    return re.findall(CARD, page[page.index(LOOKS_LIKE) :])


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def keep(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", keep)
    yield sent
    event.remove(database.engine.sync_engine, "before_cursor_execute", keep)


async def test_the_shelf_holds_what_looks_alike_the_likest_first(shop: SmallShop, browser: httpx.AsyncClient) -> None:
    """In stock, sold now, not the product itself, at most eight; the other shelf makes room for it."""
    asked = await pictured(shop, 0)
    await pictured(shop, 1, stock=0, name="Sold out lamp")
    await pictured(shop, 2, active=False, name="Gone lamp")
    alike = [await pictured(shop, degrees) for degrees in (90, 10, 30, 50, 20, 80, 40, 70, 60)]
    page = await html(browser, f"/p/{asked.public_id}")
    by_likeness = [alike[at].public_id for at in (1, 4, 2, 6, 3, 8, 7, 5)]
    assert on_shelf(page) == by_likeness
    assert SIMILAR not in page


@pytest.mark.parametrize("lookalikes", [0, 3])
async def test_with_too_few_lookalikes_the_category_has_to_do(
    shop: SmallShop, browser: httpx.AsyncClient, lookalikes: int
) -> None:
    """Three make no shelf; what is in the same category is shown, as without any pictures."""
    asked = await pictured(shop, 0)
    neighbour = await shop.product(category_id=asked.category_id, name="Neighbour")
    for degrees in range(lookalikes):
        await pictured(shop, degrees + 1)
    page = await html(browser, f"/p/{asked.public_id}")
    assert LOOKS_LIKE not in page
    assert SIMILAR in page
    assert f'href="/p/{neighbour.public_id}"' in page


@pytest.mark.parametrize("problem", [None, "no picture"])
async def test_a_product_without_a_vector_has_the_category_shelf(
    shop: SmallShop, browser: httpx.AsyncClient, problem: str | None
) -> None:
    """Not embedded yet, or a broken picture: no error, although everything around it is embedded."""
    for degrees in range(5):
        await pictured(shop, degrees)
    asked = await shop.product()
    neighbour = await shop.product(category_id=asked.category_id, name="Neighbour")
    async with shop.database.begin() as session:
        await add_picture(session, asked.product_id, problem=problem)
    page = await html(browser, f"/p/{asked.public_id}")
    assert LOOKS_LIKE not in page
    assert f'href="/p/{neighbour.public_id}"' in page[page.index(SIMILAR) :]


@pytest.mark.parametrize("lookalikes", [0, 3, 4])
async def test_the_shelf_costs_at_most_two_statements(
    shop: SmallShop, browser: httpx.AsyncClient, lookalikes: int
) -> None:
    """Whether it is filled, too short, or the product was not looked at; measured against a page without a vector."""
    plain, asked = await shop.product(), await pictured(shop, 0)
    for degrees in range(lookalikes):
        await pictured(shop, degrees + 1)
    numbers = []
    for sold in (plain, asked):
        with counted(shop.database) as sent:
            page = await html(browser, f"/p/{sold.public_id}")
        numbers.append(len(sent))
    assert (LOOKS_LIKE in page) is (lookalikes == 4)
    looked_for_in_vain = 1  # the page without a vector has asked for it too
    assert numbers[1] - numbers[0] + looked_for_in_vain <= 2

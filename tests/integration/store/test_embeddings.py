"""Pictures as vectors in the store: which are still to be seen, and which products look like a vector."""

import math
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.embeddings import (
    EmbeddedImage,
    embedded_so_far,
    images_to_embed,
    keep_embeddings,
    lookalikes,
    similar_looking,
    vector_of,
)
from store.products import ProductFilters
from store.session import Database
from store.tables import Product, ProductImage
from store.tables.visual import DIMENSIONS
from tests.integration.store.rows import Goods, add_goods, empty_catalogue
from tests.visual_kit import VERSION, add_picture, turned

ANYTHING = ProductFilters()
HALF = 2e-3  # what half precision may cost a cosine


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction on an empty catalogue."""
    async with database.begin() as session:
        await empty_catalogue(session)
        yield session


async def put(session: AsyncSession, goods: Sequence[Goods]) -> dict[str, int]:
    """Products by name; returns their ids."""
    await add_goods(session, goods)
    return dict((await session.execute(select(Product.name, Product.id))).all())


async def put_turned(session: AsyncSession, degrees: dict[str, float], **of_goods: Any) -> dict[str, int]:
    """Products whose one picture is turned so far away from `turned(0)`."""
    ids = await put(session, [Goods(name, **of_goods) for name in degrees])
    for name, angle in degrees.items():
        await add_picture(session, ids[name], turned(angle))
    return ids


async def names(session: AsyncSession, public_ids: Sequence[str]) -> list[str]:
    known = dict((await session.execute(select(Product.public_id, Product.name))).all())
    return [known[public_id] for public_id in public_ids]


async def found(session: AsyncSession, filters: ProductFilters = ANYTHING, **more: Any) -> list[str]:
    """The names of what looks like `turned(0)`, in order."""
    return await names(session, [one.product_id for one in await lookalikes(session, turned(0), filters, **more)])


@contextmanager
def statements(session: AsyncSession) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []
    engine = session.get_bind()

    def keep(_: Any, __: Any, statement: str, *___: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    yield sent
    event.remove(engine, "before_cursor_execute", keep)


async def asked_for(session: AsyncSession, version: str = VERSION, *, limit: int = 100) -> list[tuple[str, int]]:
    """The pictures still to be embedded, as (product's name, position)."""
    images = await images_to_embed(session, version, limit=limit)
    known = dict((await session.execute(select(Product.id, Product.name))).all())
    positions = dict((await session.execute(select(ProductImage.id, ProductImage.position))).all())
    return [(known[one.product_id], positions[one.image_id]) for one in images]


async def test_new_pictures_are_to_be_embedded_the_main_ones_first(session: AsyncSession) -> None:
    """Every picture without a row is asked for, no more than the limit, and every product's first comes first."""
    ids = await put(session, [Goods("Cup"), Goods("Bowl")])
    for position in (1, 0):
        for product_id in ids.values():
            await add_picture(session, product_id, position=position)
    assert await asked_for(session) == [("Cup", 0), ("Bowl", 0), ("Cup", 1), ("Bowl", 1)]
    assert await asked_for(session, limit=2) == [("Cup", 0), ("Bowl", 0)]


async def test_a_picture_is_embedded_again_when_it_changes_or_the_model_does(session: AsyncSession) -> None:
    """What this version has seen as it is now is left alone; a new file or a new version asks for it again."""
    ids = await put_turned(session, {"Cup": 0, "Bowl": 10})
    assert await asked_for(session) == []
    assert await asked_for(session, "20260801") == [("Cup", 0), ("Bowl", 0)]
    await session.execute(update(ProductImage).where(ProductImage.product_id == ids["Bowl"]).values(sha256="f" * 64))
    assert await asked_for(session) == [("Bowl", 0)]
    (image,) = await images_to_embed(session, VERSION, limit=9)
    assert image.sha256 == "f" * 64
    await keep_embeddings(session, [EmbeddedImage(image, turned(90), {"kind": [["Bowls", 0.9]]})], VERSION)
    assert await asked_for(session) == []
    assert (await embedded_so_far(session))[0] == 2
    (cup, bowl) = await lookalikes(session, turned(0), ANYTHING)
    assert bowl.likeness == pytest.approx(0, abs=HALF)  # the new vector took the old one's place
    assert cup.likeness == pytest.approx(1, abs=HALF)


async def test_a_broken_picture_is_kept_with_its_problem_and_not_asked_for_again(session: AsyncSession) -> None:
    """It has a row without a vector: it is no lookalike, does not count as embedded, and waits for another file."""
    ids = await put(session, [Goods("Cup")])
    await add_picture(session, ids["Cup"])
    (image,) = await images_to_embed(session, VERSION, limit=9)
    await keep_embeddings(session, [EmbeddedImage(image, None, {}, problem="no picture")], VERSION)
    rows = await session.execute(text("SELECT problem, embedding FROM image_embeddings"))
    assert [tuple(row) for row in rows] == [("no picture", None)]
    assert await asked_for(session) == []
    assert (await embedded_so_far(session))[0] == 0
    assert await found(session) == []
    await session.execute(update(ProductImage).values(sha256="f" * 64))
    assert await asked_for(session) == [("Cup", 0)]


@pytest.mark.parametrize("exact", [True, False])
async def test_the_nearest_comes_first_with_its_cosine(session: AsyncSession, exact: bool) -> None:
    """Order and likeness follow the angle, whatever the order in which the products came into the shop."""
    await put_turned(session, {"far": 60, "same": 0, "opposite": 180, "near": 20})
    assert await found(session, exact=exact) == ["same", "near", "far", "opposite"]
    likenesses = [one.likeness for one in await lookalikes(session, turned(0), ANYTHING, exact=exact)]
    assert likenesses == pytest.approx([math.cos(math.radians(angle)) for angle in (0, 20, 60, 180)], abs=HALF)
    assert await found(session, exact=exact, limit=2) == ["same", "near"]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (ProductFilters(), ["sold out", "shoe", "blue", "dear", "fits"]),
        (ProductFilters(in_stock=True), ["shoe", "blue", "dear", "fits"]),
        (ProductFilters(category="dresses"), ["sold out", "blue", "dear", "fits"]),
        (ProductFilters(colour="RED"), ["sold out", "shoe", "dear", "fits"]),
        (ProductFilters(max_price=Decimal(200)), ["sold out", "shoe", "blue", "fits"]),
        (ProductFilters(min_price=Decimal(200)), ["dear"]),
        (
            ProductFilters(category="dresses", colour="red", max_price=Decimal(200), in_stock=True),
            ["fits"],
        ),
    ],
)
async def test_filters_narrow_in_the_same_statement(
    session: AsyncSession, filters: ProductFilters, expected: list[str], exact: bool
) -> None:
    """Whatever fails a filter is gone, however near it is, and nothing is fetched to be thrown away: one statement."""
    red, blue = ("Red", None, None, 5), ("Blue", None, None, 5)
    goods = [
        Goods("sold out", category="dresses", variants=[("Red", None, None, 0)]),
        Goods("shoe", category="shoes", variants=[red]),
        Goods("blue", category="dresses", variants=[blue]),
        Goods("dear", category="dresses", price="500.00", variants=[red]),
        Goods("fits", category="dresses", variants=[red]),
    ]
    ids = await put(session, goods)
    for number, item in enumerate(goods):
        await add_picture(session, ids[item.name], turned(10 * number))
    with statements(session) as sent:
        likes = await lookalikes(session, turned(0), filters, exact=exact)
    assert len(sent) == 1
    assert await names(session, [one.product_id for one in likes]) == expected


async def test_what_is_left_out_makes_room_for_the_next(session: AsyncSession) -> None:
    """`without` takes products away before the limit counts; those that are not there do not matter."""
    await put_turned(session, {"a": 0, "b": 10, "c": 20})
    assert await found(session, without=["p_0", "p_unknown"], limit=2) == ["b", "c"]
    assert await found(session, without=[], limit=2) == ["a", "b"]


async def test_a_product_with_many_pictures_comes_once_by_its_nearest(session: AsyncSession) -> None:
    """Eight pictures of one product neither repeat it nor crowd the others out."""
    await put_turned(session, {"one picture": 15, "another": 30})
    many = await put_more(session, "many pictures")
    for position in range(8):
        await add_picture(session, many, turned(80 - 10 * position), position=position)
    likes = await lookalikes(session, turned(0), ANYTHING, limit=3)
    assert await names(session, [one.product_id for one in likes]) == ["many pictures", "one picture", "another"]
    assert likes[0].likeness == pytest.approx(math.cos(math.radians(10)), abs=HALF)


async def put_more(session: AsyncSession, name: str) -> int:
    """One more product in the first one's category."""
    first = (await session.scalars(select(Product).order_by(Product.id).limit(1))).one()
    product = Product(
        public_id=f"p_{name}", sku=name, name=name, category_id=first.category_id, price=Decimal(100), currency="USD"
    )
    session.add(product)
    await session.flush()
    return product.id


async def test_what_is_not_sold_any_more_is_never_found(session: AsyncSession) -> None:
    """An inactive product stays out of both searches, however near it is."""
    ids = await put(session, [Goods("gone", active=False), Goods("sold"), Goods("asked")])
    for name, angle in (("gone", 5), ("sold", 40), ("asked", 0)):
        await add_picture(session, ids[name], turned(angle))
    assert await found(session) == ["asked", "sold"]
    assert await similar_looking(session, ids["asked"], limit=8) == [ids["sold"]]


async def test_the_parts_are_told_of_the_whole_picture(session: AsyncSession) -> None:
    """With the colour left out of the search, the same kind in another colour is first, and told as such."""
    asked, other_colour, other_kind = [[0.0] * DIMENSIONS for _ in range(3)]
    for vector, kind, colour in ((asked, 0, 96), (other_colour, 0, 97), (other_kind, 1, 96)):
        vector[kind], vector[colour] = 0.8, 0.6
    ids = await put(session, [Goods("other kind"), Goods("other colour")])
    await add_picture(session, ids["other kind"], other_kind)
    await add_picture(session, ids["other colour"], other_colour)
    without_colour = [*asked[:96], *[0.0] * 64, *asked[160:]]
    likes = await lookalikes(session, without_colour, ANYTHING, like=asked)
    assert await names(session, [one.product_id for one in likes]) == ["other colour", "other kind"]
    assert [round(one.kind_likeness, 2) for one in likes] == [1, 0]
    assert [round(one.colour_likeness, 2) for one in likes] == [0, 1]


async def scans_of_the_index(session: AsyncSession) -> int:
    """How often this transaction has read the index (the views of all transactions lag behind)."""
    query = "SELECT pg_stat_get_xact_numscans('ix_image_embeddings_embedding'::regclass)"
    return await session.scalar(text(query)) or 0


async def test_the_index_finds_first_what_comparing_with_all_finds_first(database: Database) -> None:
    """500 random pictures, asked for a little disturbed: both ways give that product, and only one takes the index."""
    draw = np.random.default_rng(7)
    vectors = draw.standard_normal((500, DIMENSIONS))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    async with database.begin() as session:
        await empty_catalogue(session)
        await put(session, [Goods("first")])
        ids = [await put_more(session, f"n{number}") for number in range(500)]
        for product_id, vector in zip(ids, vectors, strict=True):
            await add_picture(session, product_id, vector.tolist())
    disturbed = vectors + draw.standard_normal(vectors.shape) * 0.02
    firsts: dict[bool, list[str]] = {}
    scans: list[int] = []
    for exact in (True, False):
        async with database.begin() as session:
            # So few rows would be read as they lie, or by another index and then sorted.
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            await session.execute(text("SET LOCAL enable_sort = off"))
            answers = [await lookalikes(session, v.tolist(), ANYTHING, limit=1, exact=exact) for v in disturbed[::5]]
            scans.append(await scans_of_the_index(session))
        firsts[exact] = [answer[0].product_id for answer in answers]
    assert firsts[True] == firsts[False] == [f"p_n{number}" for number in range(0, 500, 5)]
    assert scans == [0, 100]


async def test_the_vector_of_a_product_is_its_first_embedded_pictures(session: AsyncSession) -> None:
    """A broken main picture gives way to the next; without any vector there is none."""
    ids = await put(session, [Goods("Cup"), Goods("Bowl")])
    await add_picture(session, ids["Cup"], problem="no picture")
    await add_picture(session, ids["Cup"], turned(90), position=2)
    await add_picture(session, ids["Cup"], turned(0), position=1)
    await add_picture(session, ids["Bowl"])
    assert await vector_of(session, "p_0", VERSION) == pytest.approx(turned(0), abs=HALF)
    assert await vector_of(session, "p_1", VERSION) is None
    assert await vector_of(session, "p_unknown", VERSION) is None
    assert await vector_of(session, "p_0", "another version") is None


async def test_similar_looking_gives_products_in_stock_the_likest_first(session: AsyncSession) -> None:
    """Not the product itself, not what is sold out, each once; nothing while the product has no vector."""
    ids = await put_turned(session, {"far": 50, "asked": 0, "near": 10})
    sold_out = await put_more(session, "sold out")
    await add_picture(session, sold_out, turned(1))
    await add_picture(session, ids["near"], turned(12), position=1)
    assert await similar_looking(session, ids["asked"], limit=8) == [ids["near"], ids["far"]]
    assert await similar_looking(session, ids["asked"], limit=1) == [ids["near"]]
    without_picture = await put_more(session, "without picture")
    assert await similar_looking(session, without_picture, limit=8) == []


async def test_vectors_of_two_model_versions_are_never_compared(session: AsyncSession) -> None:
    """While a new version's job is under way, the old vectors of other products stand for nothing."""
    ids = await put(session, [Goods("Cup"), Goods("Bowl"), Goods("Jug")])
    await add_picture(session, ids["Cup"], turned(0))
    await add_picture(session, ids["Bowl"], turned(5), version="older")
    await add_picture(session, ids["Jug"], turned(60))
    assert await found(session, model_version=VERSION) == ["Cup", "Jug"]
    assert await similar_looking(session, ids["Cup"], limit=5) == [ids["Jug"]]

"""The visual search over HTTP on a real store: what looks like a picture, narrowed, tagged, and kept by a job."""

import asyncio
import base64
from decimal import Decimal

import httpx
import numpy as np
import psycopg
import pytest
from fastapi import FastAPI
from PIL import ImageEnhance, ImageOps
from sqlalchemy import func, select

from common.http import install
from common.ids import public_id
from common.settings import Settings
from ml_tools.jobs import work
from ml_tools.settings import ToolsSettings
from ml_tools.visual_search.api import VisualSearchTool
from store.conversations import add_upload
from store.demo.colours import PALETTE
from store.demo.goods import Look
from store.demo.pictures.drawing import draw
from store.jobs import EMBED_IMAGES, defer
from store.tables import Category, ImageEmbedding, Product, ProductImage, ProductTag, Variant
from tests.odd_pictures import READABLE, UNREADABLE, jpeg

# name: (category, price, stock, look)
GOODS = {
    "Red dress": ("dresses", "60", 5, Look("dress", "wrap", (PALETTE["Red"],), "plain", "Cotton")),
    "Blue dress": ("dresses", "90", 5, Look("dress", "skater", (PALETTE["Blue"],), "plain", "Cotton")),
    "White sneaker": ("sneakers", "80", 5, Look("sneaker", "low", (PALETTE["White"],), "plain", "Leather")),
    "Navy sneaker": ("sneakers", "40", 5, Look("sneaker", "runner", (PALETTE["Navy"],), "plain", "Mesh")),
    "Brown boot": ("boots", "120", 5, Look("boot", "lace", (PALETTE["Brown"],), "plain", "Leather")),
    "Sold-out boot": ("boots", "110", 0, Look("boot", "chelsea", (PALETTE["Black"],), "plain", "Leather")),
    "Black phone": ("phones", "700", 5, Look("phone", "island3", (PALETTE["Black"],), detail="notch")),
}  # fmt: skip


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture
async def ids(database, home):
    """The shop's products by name, each with its drawn picture in the images folder."""
    settings = Settings(shopclerk_home=home)
    settings.images_dir.mkdir(exist_ok=True)
    async with database.begin() as session:
        found = dict((await session.execute(select(Product.name, Product.public_id))).all())
        if not found:
            for number, (name, (slug, price, stock, look)) in enumerate(GOODS.items()):
                path = f"{number}.jpg"
                (settings.images_dir / path).write_bytes(jpeg(draw(look, 0, 320)))
                category = await session.scalar(select(Category).where(Category.slug == slug))
                if category is None:
                    category = Category(slug=slug, name=slug.capitalize())
                    session.add(category)
                    await session.flush()
                product = Product(
                    public_id=public_id("p"), sku=public_id("s"), name=name, category_id=category.id,
                    price=Decimal(price), currency="USD", attributes={"colour": "Scarlet"} if "Red" in name else {},
                )  # fmt: skip
                session.add(product)
                await session.flush()
                session.add(Variant(product_id=product.id, sku=public_id("v"), price=Decimal(price), stock=stock))
                session.add(ProductImage(product_id=product.id, path=path, sha256=f"{number:064d}"))
                found[name] = product.public_id
    return found


@pytest.fixture
async def tool(database, ids, home):
    tool = VisualSearchTool(Settings(shopclerk_home=home), ToolsSettings(), database)
    await asyncio.to_thread(tool.load)
    await tool.jobs()[EMBED_IMAGES]()
    return tool


@pytest.fixture
async def client(tool):
    app = FastAPI()
    install(app, "tools")
    app.include_router(tool.router)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tools") as client:
        yield client


async def search(client, status=200, **asked):
    answer = await client.post("/visual-search", json=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


def names(answer, ids):
    by_id = {product_id: name for name, product_id in ids.items()}
    return [by_id[product["product_id"]] for product in answer["products"]]


@pytest.mark.parametrize("name", [name for name in GOODS if name != "Sold-out boot"])
async def test_a_picture_finds_the_product_it_shows_cropped_darkened_turned_and_mirrored(client, ids, name):
    image = draw(GOODS[name][3], 0, 400)
    again = ImageOps.mirror(
        ImageEnhance.Brightness(image.crop((20, 20, 380, 380))).enhance(0.7).rotate(8, fillcolor=image.getpixel((0, 0)))
    )
    answer = await search(client, picture=base64_of(jpeg(again)))
    assert names(answer, ids)[0] == name
    assert answer["exact"] is True
    assert answer["nothing_close"] is False
    likeness = [product["likeness"] for product in answer["products"]]
    assert likeness == sorted(likeness, reverse=True)


async def test_the_answer_says_what_it_saw_and_which_model_and_data_it_comes_from(client, tool):
    answer = await search(client, picture=base64_of(jpeg(draw(GOODS["Red dress"][3], 0, 300))))
    assert answer["seen"]["kind"]["name"] == "dresses"
    assert answer["seen"]["colour"]["name"] == "red"
    assert answer["model"]["version"] == tool.card().model.version
    assert answer["as_of"]


async def test_what_is_sold_out_or_too_dear_or_of_another_category_is_left_out(client, ids):
    boot = base64_of(jpeg(draw(GOODS["Sold-out boot"][3], 0, 300)))
    assert "Sold-out boot" not in names(await search(client, picture=boot), ids)
    narrowed = await search(client, picture=boot, narrowed_to={"category": "sneakers", "max_price": "50"})
    assert names(narrowed, ids) == ["Navy sneaker"]
    everything = await search(client, picture=boot, narrowed_to={"in_stock": False})
    assert names(everything, ids)[0] == "Sold-out boot"


async def test_a_product_finds_others_like_it_and_not_itself(client, ids):
    found = names(await search(client, product_id=ids["Red dress"]), ids)
    assert found[0] == "Blue dress"
    assert "Red dress" not in found


async def test_what_is_of_another_kind_altogether_is_no_answer(client, ids):
    found = names(await search(client, product_id=ids["Red dress"]), ids)
    assert "Black phone" not in found


async def test_without_the_kind_only_the_rest_of_the_picture_counts(client, ids):
    navy_bag = base64_of(jpeg(draw(Look("tote", "tote", (PALETTE["Navy"],), "plain", "Canvas"), 0, 300)))
    found = names(await search(client, picture=navy_bag, ignoring=["kind"]), ids)
    assert {"Navy sneaker", "Blue dress"} & set(found[:2])


async def test_the_same_in_another_colour_may_still_be_wholly_alike(client, ids):
    """What does not count does not lower the likeness either."""
    red = base64_of(jpeg(draw(Look("sneaker", "runner", (PALETTE["Red"],), "plain", "Mesh"), 0, 300)))
    whole = (await search(client, picture=red))["products"]
    partly = (await search(client, picture=red, ignoring=["colour"]))["products"]
    likeness = [{one["product_id"]: one["likeness"] for one in found}[ids["Navy sneaker"]] for found in (whole, partly)]
    assert likeness[1] > 0.5 > likeness[0]


async def test_a_kind_that_the_shop_does_not_sell_is_told(client, ids):
    lamp = base64_of(jpeg(draw(Look("lamp", "table", (PALETTE["Sage"],), "plain", "Ceramic"), 0, 300)))
    answer = await search(client, picture=lamp)
    assert answer["nothing_close"] is True
    assert answer["products"], "the nearest are given all the same"


async def test_an_upload_is_found_by_its_owner_only(client, database, home, ids):
    settings, upload = Settings(shopclerk_home=home), public_id("u")
    settings.uploads_dir.mkdir(exist_ok=True)
    (settings.uploads_dir / "x.jpg").write_bytes(jpeg(draw(GOODS["Black phone"][3], 0, 300)))
    async with database.begin() as session:
        await add_upload(
            session, upload_id=upload, subject="g_owner", path="x.jpg", width=300, height=300, sha256="0" * 64
        )
    found = await search(client, upload_id=upload, subject="g_owner")
    assert names(found, ids)[0] == "Black phone"
    refused = await search(client, status=404, upload_id=upload, subject="g_other")
    assert refused["error"]["code"] == "not_found"
    (settings.uploads_dir / "x.jpg").unlink()
    assert (await search(client, status=404, upload_id=upload, subject="g_owner"))["error"]["code"] == "not_found"


@pytest.mark.parametrize("which", READABLE)
async def test_odd_pictures_get_an_answer(client, which):
    answer = await search(client, picture=base64_of(READABLE[which]))
    assert 1 <= len(answer["products"]) <= 6
    assert all(np.isfinite(product["likeness"]) for product in answer["products"])


@pytest.mark.parametrize("which", UNREADABLE)
async def test_what_is_no_picture_is_refused_with_the_reason(client, which):
    answer = await search(client, status=422, picture=base64_of(UNREADABLE[which]))
    assert answer["error"]["code"] == "invalid_request"
    assert answer["error"]["message"]


@pytest.mark.parametrize(
    "asked",
    [{}, {"picture": "AA==", "product_id": "p_1"}, {"upload_id": "u_1"}, {"picture": "not base64 at all!"},
     {"product_id": "p_1", "n": 0}, {"product_id": "p_1", "n": 51}, {"product_id": "p_1", "ignoring": ["price"]},
     {"product_id": "p_1", "narrowed_to": {"sort": "x"}}],
)  # fmt: skip
async def test_questions_of_another_shape_are_refused(client, asked):
    assert (await search(client, status=422, **asked))["error"]["code"] == "invalid_request"


async def test_a_product_without_a_picture_says_so(client):
    answer = await search(client, status=422, product_id="p_nobody")
    assert answer["error"]["code"] == "not_enough_data"


async def test_many_at_once_are_answered_alike(client):
    asked = {"picture": base64_of(jpeg(draw(GOODS["Brown boot"][3], 0, 300)))}
    answers = await asyncio.gather(*(search(client, **asked) for _ in range(12)))
    firsts = {answer["products"][0]["product_id"] for answer in answers}
    assert len(firsts) == 1


async def test_tags_tell_kind_and_colour_with_their_confidence(client):
    answer = await client.post("/image-tags", json={"picture": base64_of(jpeg(draw(GOODS["Blue dress"][3], 0, 300)))})
    tags = answer.json()["tags"]
    assert tags["kind"][0]["name"] == "dresses"
    assert tags["colour"][0]["name"] in ("blue", "navy blue")
    assert 0.3 < tags["kind"][0]["confidence"] <= 1


async def test_proposals_are_made_once_and_never_over_what_the_shop_says(client, database, ids):
    first = (await client.post("/image-tags/proposals", json={})).json()
    assert first["products"] == len(GOODS)
    assert first["remaining"] is False
    assert (await client.post("/image-tags/proposals", json={})).json()["products"] == 0
    async with database.begin() as session:
        tags = list(await session.scalars(select(ProductTag).join(Product).where(Product.name == "Red dress")))
        attributes = await session.scalar(select(Product.attributes).where(Product.name == "Red dress"))
        phone = list(await session.scalars(select(ProductTag).join(Product).where(Product.name == "Black phone")))
    assert "colour" not in {tag.attribute for tag in tags}
    assert attributes["colour"] == "Scarlet"
    for tag in tags:
        assert (tag.status == "accepted") == (tag.attribute in attributes)
    assert not {"style", "audience"} & {tag.attribute for tag in phone}


async def test_a_changed_picture_is_embedded_again_by_a_job(database, empty_database_url, tool, ids):
    async with database.begin() as session:
        image = await session.scalar(select(ProductImage).join(Product, Product.id == ProductImage.product_id).where(
            Product.name == "Navy sneaker"
        ))  # fmt: skip
        image.sha256 = "f" * 64
    worker = asyncio.create_task(work(empty_database_url, tool.jobs()))
    await asyncio.to_thread(defer, empty_database_url, EMBED_IMAGES)
    try:
        async with asyncio.timeout(30):
            while not await _embedded_as(database, "f" * 64):  # noqa: ASYNC110 (another connection writes it)
                await asyncio.sleep(0.05)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    with psycopg.connect(empty_database_url) as connection:
        left = connection.execute("SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'failed'").fetchone()
    assert left == (0,)


async def _embedded_as(database, sha256):
    async with database.read() as session:
        return await session.scalar(select(func.count()).where(ImageEmbedding.sha256 == sha256))

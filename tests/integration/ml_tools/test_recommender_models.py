"""Models come and go beside the requests: none yet, damaged, newer, from the nightly job; and newcomers without one."""

import asyncio
import sys
from datetime import UTC, datetime

from sqlalchemy import select

from common.settings import Settings
from ml_tools.capacity import Capacity
from ml_tools.jobs import Timed, work
from ml_tools.recommender.api import RecommenderTool
from ml_tools.recommender.assortment import Assortments
from ml_tools.recommender.model import TOOL
from ml_tools.recommender.service import RecommenderService
from ml_tools.recommender.serving import Serving
from ml_tools.recommender.train import train_from_store
from ml_tools.settings import ToolsSettings
from store.jobs import TRAIN_RECOMMENDER, defer
from store.tables import Category, Product
from tests.recommender_kit import (
    KINDS,
    MAKERS,
    Shop,
    ask,
    client_of,
    look,
    names,
    tool_on,
)
from tests.visual_kit import VERSION, add_picture, turned


async def test_untrained_it_says_so_and_is_there_all_the_same(shop, tmp_path):
    tool = tool_on(shop, tmp_path)
    assert tool.card().trained_on == "not trained yet"
    async with client_of(tool) as client:
        answer = await ask(client, status=503, n=3)
    assert answer["error"]["code"] == "model_unavailable"


async def test_a_damaged_newest_version_leaves_the_one_before_in_force(shop, empty_database_url, tmp_path):
    first = (await train_from_store(empty_database_url, tmp_path, None, makers=MAKERS)).artefact
    broken = tmp_path / TOOL / "29990101T000000Z"
    broken.mkdir()
    (broken / "manifest.json").write_text("{}")
    async with client_of(tool_on(shop, tmp_path)) as client:
        assert (await ask(client, n=2))["model"]["version"] == first.manifest.version


async def test_a_new_version_is_taken_up_between_two_requests(shop, empty_database_url, tmp_path):
    await train_from_store(empty_database_url, tmp_path, None, makers=MAKERS)
    tool = tool_on(shop, tmp_path)
    async with client_of(tool) as client:
        old = (await ask(client, n=2))["model"]["version"]
        (tmp_path / TOOL / old).rename(tmp_path / TOOL / "20200101T000000Z")
        newer = (await train_from_store(empty_database_url, tmp_path, None, makers=MAKERS)).artefact
        await ask(client, n=2)
        await asyncio.to_thread(tool.service.serving.load)
        assert (await ask(client, n=2))["model"]["version"] == newer.manifest.version


async def test_pictures_of_newcomers_count(shop, empty_database_url, tmp_path):
    """Of two newcomers without words in common with anything, the one that looks like the touched mug comes first."""
    async with shop.begin() as session:
        mugs = (await session.scalars(select(Product).where(Product.name.in_(KINDS["mugs"][:3])))).all()
        lamps = (await session.scalars(select(Product).where(Product.name.in_(KINDS["lamps"])))).all()
        for product in mugs:
            await add_picture(session, product.id, turned(0), version=VERSION)
        for product in lamps:
            await add_picture(session, product.id, turned(90), version=VERSION)
    await train_from_store(empty_database_url, tmp_path, None, makers=MAKERS)
    async with shop.begin() as session:
        category = Category(slug="odd", name="Odd")
        session.add(category)
        await session.flush()
        made = [
            await Shop(session).product(name, category, price=999, created_at=datetime.now(UTC))
            for name in ("Like lamps", "Like mugs")
        ]
    await look(shop, "Blue mug", visit="g_picture")
    async with client_of(tool_on(shop, tmp_path)) as client:
        await ask(client, session="g_picture", n=20)
        async with shop.begin() as session:
            for product, angle in zip(made, (88, 2), strict=True):
                await add_picture(session, product.id, turned(angle), version=VERSION)
        found = names(await ask(client, session="g_picture", n=20, diversity=0))
    assert found.index("Like mugs") < found.index("Like lamps")


async def test_the_nightly_job_waits_for_its_hour_and_trains_in_a_process_of_its_own(
    shop, empty_database_url, tmp_path
):
    """The job is there with its own times; asked for, it brings the first model, which is taken up at once."""
    serving = Serving(tmp_path / "models", makers=MAKERS)
    serving.load()
    service = RecommenderService(
        shop, serving, Assortments(shop, None), Capacity(running=1, waiting=4), exploration=0.0
    )
    config = Settings(_env_file=None, shopclerk_home=tmp_path, database_url=empty_database_url)
    training = (sys.executable, "-c", TRAINING)
    tool = RecommenderTool(config, ToolsSettings(_env_file=None), shop, service=service, training=training)
    job = tool.jobs()[TRAIN_RECOMMENDER]
    assert isinstance(job, Timed)
    assert job.cron == "17 3 * * *"
    worker = asyncio.create_task(work(empty_database_url, tool.jobs()))
    await asyncio.to_thread(defer, empty_database_url, TRAIN_RECOMMENDER)
    try:
        async with asyncio.timeout(120):
            while serving.known is None:  # noqa: ASYNC110 (another process trains)
                await asyncio.sleep(0.1)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    async with client_of(tool) as client:
        assert len((await ask(client, n=3))["products"]) == 3


TRAINING = """
import asyncio, os
from pathlib import Path
from ml_tools.recommender.models.item_knn import ItemKNN
from ml_tools.recommender.models.popularity import Popularity
from ml_tools.recommender.train import train_from_store
makers = {"hybrid": ItemKNN, "popularity": Popularity}
models = Path(os.environ["SHOPCLERK_HOME"]) / "models"
models.mkdir()
asyncio.run(train_from_store(os.environ["DATABASE_URL"], models, None, makers=makers, refresh=True))
"""


async def test_jobs_without_times_of_their_own_are_asked_for_at_the_start(empty_database_url):
    done = []

    async def embed() -> int:
        done.append("embed")
        return 1

    async def night() -> int:
        done.append("night")
        return 1

    jobs = {"test_embed": embed, "test_night": Timed(night, cron="0 0 1 1 *")}
    worker = asyncio.create_task(work(empty_database_url, jobs))
    try:
        async with asyncio.timeout(30):
            while not done:  # noqa: ASYNC110 (the queue calls it)
                await asyncio.sleep(0.05)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert done == ["embed"]

"""How the forecasting tool's model comes about: learnt from the store, at night in a process of its own, swapped."""

import asyncio
import sys

import pytest
from structlog.testing import capture_logs

from common.errors import NotEnoughData
from common.settings import Settings
from ml_tools import artefacts
from ml_tools.forecasting.api import ForecastingTool
from ml_tools.forecasting.schemas import About
from ml_tools.forecasting.shipping import ARRAYS, TOOL
from ml_tools.forecasting.train import train_from_store
from ml_tools.jobs import Timed, work
from ml_tools.settings import ToolsSettings
from store.jobs import CHECK_FORECASTS, TRAIN_FORECASTING, defer
from tests.integration.ml_tools.forecast_store import TODAY, client_of, fill, product, service_on

TRAINING = """
import asyncio, os
from datetime import date
from pathlib import Path
from ml_tools.forecasting.train import train_from_store
from store.session import Database
async def train():
    database = Database(os.environ["DATABASE_URL"], pool_size=1)
    models = Path(os.environ["SHOPCLERK_HOME"]) / "models"
    await train_from_store(database, models, refresh=True, quick=True, today=lambda: date(2026, 11, 21))
    await database.close()
asyncio.run(train())
"""


@pytest.fixture
async def store(database):
    await fill(database)
    return database


async def version_of(service, store):
    mug = await product(store, "=HYPERLINK(mug) $5$")
    return (await service.outlook(About(product_id=mug.public_id), 7)).model.version


async def test_a_shop_without_sales_has_nothing_to_learn_from(databases, tmp_path):
    from store.session import Database

    empty = Database(databases.empty())
    with pytest.raises(NotEnoughData, match="no sales yet"):
        await train_from_store(empty, tmp_path, quick=True, today=lambda: TODAY)
    await empty.close()


async def test_a_new_version_is_taken_up_and_a_damaged_one_is_not(store, tmp_path):
    first = (await train_from_store(store, tmp_path, quick=True, today=lambda: TODAY)).artefact
    assert "units of 7 products" in first.manifest.trained_on
    assert first.manifest.quality["windows"] == 10
    service = service_on(store, tmp_path)
    assert await version_of(service, store) == first.manifest.version
    files = {name: (first.folder / name).read_bytes() for name in first.manifest.files}
    for version, change in (("20991231T000001Z", b""), ("20991231T000002Z", b"!")):
        folder = tmp_path / TOOL / version
        folder.mkdir()
        manifest = first.manifest.model_copy(update={"version": version})
        (folder / artefacts.MANIFEST).write_text(manifest.model_dump_json())
        for name, content in files.items():
            (folder / name).write_bytes(content + change if name == ARRAYS else content)
        service.serving.load()
    assert await version_of(service, store) == "20991231T000001Z"


async def test_with_every_version_damaged_the_shop_is_served_as_untrained(store, tmp_path):
    saved = (await train_from_store(store, tmp_path, quick=True, today=lambda: TODAY)).artefact
    (saved.folder / ARRAYS).write_bytes(b"")
    with capture_logs() as logs:
        service = service_on(store, tmp_path)
    assert "forecasting_kept" in [entry["event"] for entry in logs]
    assert await version_of(service, store) == "untrained"


async def test_the_jobs_have_their_hours_and_training_runs_in_a_process_of_its_own(store, empty_database_url, tmp_path):
    """Asked for, it brings the first model, which is taken up at once."""
    service = service_on(store, tmp_path / "models")
    config = Settings(_env_file=None, shopclerk_home=tmp_path, database_url=empty_database_url)
    (tmp_path / "models").mkdir()
    training = (sys.executable, "-c", TRAINING)
    tool = ForecastingTool(config, ToolsSettings(_env_file=None), store, service=service, training=training)
    assert tool.card().model.version == "untrained"
    jobs = tool.jobs()
    assert {name: job.cron for name, job in jobs.items() if isinstance(job, Timed)} == {
        TRAIN_FORECASTING: "47 2 * * *",
        CHECK_FORECASTS: "47 4 * * *",
    }
    worker = asyncio.create_task(work(empty_database_url, jobs))
    await asyncio.to_thread(defer, empty_database_url, TRAIN_FORECASTING)
    try:
        async with asyncio.timeout(120):
            while service.serving.known is None:  # noqa: ASYNC110 (another process trains)
                await asyncio.sleep(0.1)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert tool.card().quality["windows"] == 10
    async with client_of(store, service) as client:
        answer = await client.post("/forecasts", json={"horizon_days": 7})
    assert answer.json()["model"]["version"] == tool.card().model.version

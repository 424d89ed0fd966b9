"""The tools process: one FastAPI app, a router per tool, one list of what is loaded."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from sqlalchemy import text

from common.http import install
from common.metrics import instrument_engine
from common.settings import Settings
from ml_tools.answers.api import AnswersTool
from ml_tools.forecasting.api import ForecastingTool
from ml_tools.jobs import work
from ml_tools.promotions.api import PromotionsTool
from ml_tools.promotions.campaigns.api import CampaignsTool
from ml_tools.recommender.api import RecommenderTool
from ml_tools.registry import Registry, Status, Tool, ToolState
from ml_tools.reviews.api import ReviewsTool
from ml_tools.search.api import SearchTool
from ml_tools.settings import ToolsSettings
from ml_tools.visual_search.api import VisualSearchTool
from store.session import Database


def every_tool(config: Settings, limits: ToolsSettings, database: Database) -> list[Tool]:
    """The one list of tools; a new room adds its line here."""
    recommender = RecommenderTool(config, limits, database)
    return [
        ForecastingTool(config, limits, database),
        VisualSearchTool(config, limits, database),
        recommender,
        PromotionsTool(config, limits, database),
        CampaignsTool(config, limits, database),
        ReviewsTool(config, limits, database),
        SearchTool(config, limits, database, recommender=recommender),
        AnswersTool(config, limits, database),
    ]


def create_app(database: Database, tools: Sequence[Tool], *, jobs_url: str | None = None) -> FastAPI:
    """The app with these tools; they load in the background, so that the process answers from the first moment.

    `jobs_url`: the database whose jobs are taken, once all tools have loaded; None takes none.
    """
    registry = Registry(tools)

    async def load_and_work() -> None:
        await registry.load()
        if jobs_url:
            loaded = [tool for tool in tools if registry.status(tool.name) is Status.READY]
            await work(jobs_url, {name: job for tool in loaded for name, job in tool.jobs().items()})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        instrument_engine(database.engine)
        app.state.loading = asyncio.create_task(load_and_work())
        yield
        app.state.loading.cancel()
        await asyncio.gather(app.state.loading, return_exceptions=True)
        await database.close()

    async def database_answers() -> None:
        async with database.begin() as session:
            await session.execute(text("SELECT 1"))

    app = FastAPI(title="Shopclerk tools", version="1", lifespan=lifespan)
    install(app, "tools", ready={"database": database_answers, "tools": registry.settled})

    @app.get("/models", tags=["models"])
    async def models() -> list[ToolState]:
        """Every tool with its version, when and on what it was trained, its measured quality and its device."""
        return registry.states()

    for tool in tools:
        app.include_router(tool.router, dependencies=[Depends(_guard(registry, tool.name))], tags=[tool.name])
    return app


def _guard(registry: Registry, name: str) -> Callable[[], Awaitable[None]]:
    async def loaded() -> None:
        registry.require(name)

    return loaded

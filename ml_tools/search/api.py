"""The search's route. Its encoder takes a moment to load, so that waits for `load`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.jobs import Job
from ml_tools.registry import ModelCard, ModelName
from ml_tools.search.schemas import SearchAnswer, SearchRequest
from ml_tools.settings import ToolsSettings
from store.jobs import REFRESH_SEARCH
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.recommender.api import RecommenderTool
    from ml_tools.search.service import SearchService

ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"description": "invalid_request"},
    503: {"description": "model_unavailable or unavailable"},
}


class SearchTool:
    """Products that words mean; see `ml_tools.registry.Tool`. `recommender` knows who likes what."""

    name = "search"

    def __init__(
        self,
        config: Settings,
        limits: ToolsSettings,
        database: Database,
        *,
        recommender: "RecommenderTool | None" = None,
        service: "SearchService | None" = None,
    ) -> None:
        self._config, self._limits, self._database = config, limits, database
        self._recommender, self._service = recommender, service
        self.router = _routes(self)

    def load(self) -> None:
        """Read the encoder that ships and let it read a word."""
        from ml_tools.capacity import Capacity
        from ml_tools.search.affinity import RecommendersTastes
        from ml_tools.search.service import SearchService
        from ml_tools.sentence_encoder.encoder import SentenceEncoder

        config = self._config
        encoder = SentenceEncoder(config.models_dir, threads=1)
        encoder(["a word"])
        tastes = RecommendersTastes(self._database, self._recommender) if self._recommender else None
        capacity = Capacity(running=config.threads, waiting=self._limits.tools_waiting)
        self._service = SearchService(self._database, encoder, capacity, tastes=tastes)

    @property
    def service(self) -> "SearchService":
        if self._service is None:
            raise ModelUnavailable("The search is not loaded.")
        return self._service

    def card(self) -> ModelCard:
        from ml_tools.search.service import NAME, VERSION

        return ModelCard(model=ModelName(name=NAME, version=VERSION), device="cpu")

    def jobs(self) -> Mapping[str, Job]:
        return {REFRESH_SEARCH: self._refresh}

    async def _refresh(self) -> int:
        """Read new and changed products, count the vocabulary and what people choose; returns how many were read."""
        from ml_tools.search.refreshing import refresh

        return await refresh(self._database, self.service.encoder)


def _routes(tool: SearchTool) -> APIRouter:
    router = APIRouter(responses=ERRORS)

    @router.post("/search")
    async def search(request: SearchRequest) -> SearchAnswer:
        """Products that words mean: names, texts and meaning together, with the filters that the words speak of."""
        return await tool.service.search(request)

    return router

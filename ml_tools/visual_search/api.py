"""The visual search tool's routes. Its network takes a moment to load, so that waits for `load`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.jobs import Job
from ml_tools.registry import ModelCard, ModelName
from ml_tools.settings import ToolsSettings
from ml_tools.visual_search.schemas import (
    ImageTagsAnswer,
    PictureSource,
    ProposalsAnswer,
    ProposalsRequest,
    VisualSearchAnswer,
    VisualSearchRequest,
)
from store.jobs import EMBED_IMAGES
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.visual_search.service import VisualSearchService

ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"description": "not_found"},
    422: {"description": "invalid_request or not_enough_data"},
    503: {"description": "model_unavailable or unavailable"},
}


class VisualSearchTool:
    """Products that look like a picture, and tags of pictures; see `ml_tools.registry.Tool`."""

    name = "visual_search"

    def __init__(
        self,
        config: Settings,
        limits: ToolsSettings,
        database: Database,
        *,
        service: "VisualSearchService | None" = None,
    ) -> None:
        self._config, self._limits, self._database = config, limits, database
        self._service = service
        self.router = _routes(self)

    def load(self) -> None:
        """Read the newest network and look at one blank picture."""
        import numpy as np

        from ml_tools.capacity import Capacity
        from ml_tools.device import best_device
        from ml_tools.visual_search.model import load_model
        from ml_tools.visual_search.pictures import SIDE
        from ml_tools.visual_search.service import VisualSearchService

        config, waiting = self._config, self._limits.tools_waiting
        self._device = best_device()
        model = load_model(config.trained_dir, config.models_dir, device=self._device, threads=config.threads)
        model.see(np.full((1, SIDE, SIDE, 3), 255, dtype=np.uint8))
        capacity = Capacity(running=config.threads, waiting=waiting)
        self._service = VisualSearchService(self._database, model, config.uploads_dir, capacity, waiting=waiting)

    @property
    def service(self) -> "VisualSearchService":
        if self._service is None:
            raise ModelUnavailable("The visual search is not loaded.")
        return self._service

    def card(self) -> ModelCard:
        manifest = self.service.model.manifest
        return ModelCard(
            model=ModelName(name=manifest.name, version=manifest.version),
            device=self._device,
            trained_at=manifest.trained_at,
            trained_on=manifest.trained_on,
            as_of=manifest.as_of,
            quality=manifest.quality,
        )

    def jobs(self) -> Mapping[str, Job]:
        return {EMBED_IMAGES: self._embed_images}

    async def _embed_images(self) -> int:
        """Embed the pictures that are new; returns how many."""
        from ml_tools.visual_search.embedding import embed_missing

        return await embed_missing(self._database, self.service.model, self._config.images_dir)


def _routes(tool: VisualSearchTool) -> APIRouter:
    router = APIRouter(responses=ERRORS)

    @router.post("/visual-search")
    async def search(request: VisualSearchRequest) -> VisualSearchAnswer:
        """Products that look like a picture, narrowed by category, colour, price and stock."""
        return await tool.service.search(request)

    @router.post("/image-tags")
    async def tags(request: PictureSource) -> ImageTagsAnswer:
        """What a picture shows: kind, colour, pattern, style and audience, each with its confidence."""
        return await tool.service.tags(request)

    @router.post("/image-tags/proposals")
    async def proposals(request: ProposalsRequest) -> ProposalsAnswer:
        """Propose tags for the products that have none yet, the newest first; what is sure is accepted at once."""
        return await tool.service.propose_tags(request)

    return router

"""The routes of reviews: what feeling texts state, and what a shop's reviews say. Weights wait for `load`."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.jobs import Job
from ml_tools.registry import ModelCard, ModelName
from ml_tools.reviews.opinion_schemas import (
    ComplaintsAnswer,
    ComplaintsRequest,
    OpinionsAnswer,
    OpinionsRequest,
    WorstAnswer,
    WorstRequest,
)
from ml_tools.reviews.schemas import SentimentAnswer, SentimentRequest
from ml_tools.settings import ToolsSettings
from ml_tools.training_process import run_beside
from store.jobs import READ_REVIEWS
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.reviews.opinions import OpinionsService
    from ml_tools.reviews.sentiment.reader import SentimentReader
    from ml_tools.reviews.sentiment.service import SentimentService

ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"description": "not_found"},
    422: {"description": "invalid_request"},
    503: {"description": "model_unavailable or unavailable"},
}
READING = (sys.executable, "-m", "ml_tools.reviews.read")


class ReviewsTool:
    """What customers say; see `ml_tools.registry.Tool`."""

    name = "reviews"

    def __init__(
        self,
        config: Settings,
        limits: ToolsSettings,
        database: Database,
        *,
        service: "SentimentService | None" = None,
        opinions: "OpinionsService | None" = None,
    ) -> None:
        self.config, self.limits, self.database = config, limits, database
        self._service = service
        self._opinions = opinions
        self._device = "cpu"
        self.router = _routes(self)

    def load(self) -> None:
        """Read the newest weights and one short text."""
        from ml_tools.capacity import Capacity
        from ml_tools.device import best_device
        from ml_tools.reviews.sentiment.reader import SentimentReader
        from ml_tools.reviews.sentiment.service import SentimentService, Serving

        config = self.config
        device = best_device()

        serving = Serving(
            config.trained_dir,
            lambda: SentimentReader.open(config.models_dir, config.trained_dir, device=device, threads=config.threads),
        )
        reader = serving.reader
        reader.read(["Works well."])
        self._device = device
        # One at a time: the reader computes on all threads it may have.
        self._service = SentimentService(serving, Capacity(running=1, waiting=self.limits.tools_waiting))
        self._load_opinions(reader)

    def _load_opinions(self, reader: "SentimentReader") -> None:
        from ml_tools.reviews.aspects import encoder
        from ml_tools.reviews.opinions import OpinionsService

        encode = encoder(self.config.models_dir, threads=1)
        model = ModelName(name=reader.manifest.name, version=reader.manifest.version)
        self._opinions = OpinionsService(self.database, encode, model)

    @property
    def service(self) -> "SentimentService":
        if self._service is None:
            raise ModelUnavailable("The reviews tool is not loaded.")
        return self._service

    @property
    def opinions(self) -> "OpinionsService":
        if self._opinions is None:
            raise ModelUnavailable("The reviews tool is not loaded.")
        return self._opinions

    def card(self) -> ModelCard:
        manifest = self.service.reader.manifest
        return ModelCard(
            model=ModelName(name=manifest.name, version=manifest.version),
            device="cuda" if self._device == "cuda" else "cpu",
            trained_at=manifest.trained_at,
            trained_on=manifest.trained_on,
            as_of=manifest.as_of,
            quality=manifest.quality,
        )

    def jobs(self) -> Mapping[str, Job]:
        return {READ_REVIEWS: self._read_reviews}

    async def _read_reviews(self) -> int:
        """Read the reviews that are new, changed, or read with another version; returns how many."""
        from ml_tools.reviews.reading import is_due

        if not await is_due(self.database, self.service.reader.manifest.version):
            return 0
        return int(await run_beside(self.config, self.name, READING) or 0)


def _routes(tool: ReviewsTool) -> APIRouter:
    router = APIRouter(responses=ERRORS)

    @router.post("/reviews/sentiment")
    async def sentiment(request: SentimentRequest) -> SentimentAnswer:
        """Positive, negative, mixed or unclear, for each of up to 200 reviews or sentences."""
        return await tool.service.answer(request)

    @router.post("/reviews/opinions")
    async def opinions(request: OpinionsRequest) -> OpinionsAnswer:
        """What customers say of a product, a category or the shop, by aspect and month, with verbatim quotes."""
        return await tool.opinions.opinions(request)

    @router.post("/reviews/worst")
    async def worst(request: WorstRequest) -> WorstAnswer:
        """The products with the worst (or best) reviews, and what is complained of."""
        return await tool.opinions.worst(request)

    @router.post("/reviews/complaints")
    async def complaints(request: ComplaintsRequest) -> ComplaintsAnswer:
        """What customers complain of most, and how that has changed."""
        return await tool.opinions.complaints(request)

    return router

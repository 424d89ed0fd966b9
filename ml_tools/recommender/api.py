"""The recommender's route. Its model takes a moment to read, so that waits for `load`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.jobs import Job, Timed
from ml_tools.recommender.schemas import RecommendationsAnswer, RecommendationsRequest
from ml_tools.registry import ModelCard, ModelName
from ml_tools.settings import ToolsSettings
from store.jobs import TRAIN_RECOMMENDER
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.recommender.service import RecommenderService

ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"description": "invalid_request"},
    503: {"description": "model_unavailable or unavailable"},
}


class RecommenderTool:
    """Products that a customer may like next; see `ml_tools.registry.Tool`."""

    name = "recommender"

    def __init__(
        self,
        config: Settings,
        limits: ToolsSettings,
        database: Database,
        *,
        service: "RecommenderService | None" = None,
        training: tuple[str, ...] | None = None,
    ) -> None:
        """`training` is the command that trains; None: the room's own."""
        self._training = training
        self._config, self._limits, self._database = config, limits, database
        self._service = service
        self.router = _routes(self)

    def load(self) -> None:
        """Read the newest sound model. Without any the tool loads all the same: the night's training brings the first,
        and until then requests are told so."""
        from ml_tools.capacity import Capacity
        from ml_tools.recommender.assortment import Assortments
        from ml_tools.recommender.features import TEXT_TOKENS
        from ml_tools.recommender.service import RecommenderService
        from ml_tools.recommender.serving import Serving, one_thread_a_request
        from ml_tools.sentence_encoder.encoder import SentenceEncoder

        one_thread_a_request()
        config = self._config
        serving = Serving(config.trained_dir)
        serving.load()
        encode = SentenceEncoder(config.models_dir, threads=1, most_tokens=TEXT_TOKENS)
        self._service = RecommenderService(
            self._database,
            serving,
            Assortments(self._database, encode),
            Capacity(running=config.threads, waiting=self._limits.tools_waiting),
            exploration=self._limits.recommender_exploration,
        )

    @property
    def is_loaded(self) -> bool:
        return self._service is not None

    @property
    def service(self) -> "RecommenderService":
        if self._service is None:
            raise ModelUnavailable("The recommender is not loaded.")
        return self._service

    def card(self) -> ModelCard:
        from ml_tools.recommender.model import NAME

        model = self.service.serving.known
        if model is None:
            return ModelCard(model=ModelName(name=NAME, version="0"), device="cpu", trained_on="not trained yet")
        manifest = model.manifest
        return ModelCard(
            model=ModelName(name=manifest.name, version=manifest.version),
            device="cpu",
            trained_at=manifest.trained_at,
            trained_on=manifest.trained_on,
            as_of=manifest.as_of,
            quality=manifest.quality,
        )

    def jobs(self) -> Mapping[str, Job]:
        return {TRAIN_RECOMMENDER: Timed(self._train, cron=self._limits.recommender_training)}

    async def _train(self) -> int:
        """Train in a process of its own and take the new model up; returns 1, or 0 when the old one stays."""
        import asyncio

        from ml_tools.training_process import refreshing, train_beside

        command = self._training or refreshing("ml_tools.recommender.train")
        trained = await train_beside(self._config, self.name, command)
        await asyncio.to_thread(self.service.serving.load)
        return int(trained)


def _routes(tool: RecommenderTool) -> APIRouter:
    router = APIRouter(responses=ERRORS)

    @router.post("/recommendations")
    async def recommend(request: RecommendationsRequest) -> RecommendationsAnswer:
        """Products that somebody may like next, each with its reason; what just happened counts already."""
        return await tool.service.recommend(request)

    return router

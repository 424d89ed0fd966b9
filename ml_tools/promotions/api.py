"""The routes of promotions: which to show, and what came of those that were shown."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import APIRouter

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.jobs import Job, Timed
from ml_tools.promotions.schemas import EventsAnswer, EventsRequest, RankAnswer, RankRequest
from ml_tools.registry import ModelCard, ModelName
from ml_tools.settings import ToolsSettings
from store.jobs import LEARN_PROMOTIONS, TRAIN_PROMOTIONS
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.promotions.service import PromotionService

log = structlog.get_logger()

ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"description": "invalid_request"},
    503: {"description": "model_unavailable or unavailable"},
}
EVERY_MINUTE = "* * * * *"
EVERY_NIGHT = "20 3 * * *"
TRAINING = (sys.executable, "-m", "ml_tools.promotions.train")


class PromotionsTool:
    """Promotions that somebody may click; see `ml_tools.registry.Tool`."""

    name = "promotions"

    def __init__(
        self,
        config: Settings,
        limits: ToolsSettings,
        database: Database,
        *,
        service: "PromotionService | None" = None,
        training: tuple[str, ...] | None = None,
    ) -> None:
        """`training` is the command that learns from all that was ever shown; None: the room's own."""
        self._training = training
        self._config, self._limits, self._database = config, limits, database
        self._service = service
        self.router = _routes(self)

    def load(self) -> None:
        """Import; what was learnt is read with the first request, and nothing needs to have been learnt."""
        from ml_tools.promotions.service import PromotionService
        from ml_tools.promotions.serving import Serving

        self._service = PromotionService(
            self._database, Serving(self._database), floor=self._limits.promotions_exploration
        )

    @property
    def service(self) -> "PromotionService":
        if self._service is None:
            raise ModelUnavailable("The promotions tool is not loaded.")
        return self._service

    def card(self) -> ModelCard:
        from ml_tools.promotions.online import MODEL

        served = self.service.serving.known
        if served is None:
            return ModelCard(model=ModelName(name=MODEL, version="0"), device="cpu", trained_on="not read yet")
        examples = served.learnt.examples
        return ModelCard(
            model=served.model, device="cpu", trained_on=f"{examples} impressions", as_of=served.as_of,
            quality={"examples": examples},
        )  # fmt: skip

    def jobs(self) -> Mapping[str, Job]:
        return {
            LEARN_PROMOTIONS: Timed(self._learn, cron=EVERY_MINUTE),
            TRAIN_PROMOTIONS: Timed(self._choose, cron=EVERY_NIGHT),
        }

    async def _choose(self) -> int:
        """Try the click models on what was shown, and take one up that is better; 1 when a training went well."""
        from ml_tools.training_process import run_beside

        said = await run_beside(self._config, self.name, (*(self._training or TRAINING), "--refresh"))
        if said is not None:
            log.info("promotions_model", said=said)
        return int(said is not None)

    async def _learn(self) -> int:
        """Take in what came since the last minute, and see to the budgets; the first time, all that was ever shown."""
        from ml_tools.promotions.online import Learner
        from ml_tools.training_process import run_beside
        from store.promotion_learning import has_only_a_history
        from store.promotion_pacing import pace_budgets

        async with self._database.read() as session:
            beginning = await has_only_a_history(session)
        if beginning:
            await run_beside(self._config, self.name, (*(self._training or TRAINING), "--quick"))

        patience = timedelta(seconds=self._limits.promotions_patience)
        learnt = await Learner(self._database, patience=patience).learn()
        async with self._database.begin() as session:
            await pace_budgets(session)
        return learnt


def _routes(tool: PromotionsTool) -> APIRouter:
    router = APIRouter(responses=ERRORS)

    @router.post("/promotions/rank")
    async def rank(request: RankRequest) -> RankAnswer:
        """The promotions to show to somebody in a slot: none that is over, spent, sold out or seen too often."""
        return await tool.service.rank(request)

    @router.post("/promotions/events")
    async def events(request: EventsRequest) -> EventsAnswer:
        """Impressions, clicks and conversions; each counts once, and is learnt within minutes."""
        return await tool.service.take(request)

    return router

"""The forecasting tool's routes. Its libraries take seconds to import, so they wait for `load`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Response

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.forecasting.advice.api import advice_routes
from ml_tools.forecasting.schemas import ForecastAnswer, ForecastRequest
from ml_tools.jobs import Job, Timed
from ml_tools.registry import ModelCard, ModelName
from ml_tools.settings import ToolsSettings
from store.jobs import CHECK_FORECASTS, TRAIN_FORECASTING
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.forecasting.advice.service import Advice
    from ml_tools.forecasting.feedback.check import Feedback
    from ml_tools.forecasting.service import ForecastService

NOT_TRAINED = "not trained yet: fitted to what a request reads"
Part = TypeVar("Part")
ForecastId = Annotated[str, Path(max_length=40, examples=["f_3f9c0d1e2b4a5968778695a4"])]
ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"description": "not_found"},
    422: {"description": "invalid_request, impossible_horizon or not_enough_data"},
    503: {"description": "model_unavailable or unavailable"},
}


class ForecastingTool:
    """Forecasts of daily sales; see `ml_tools.registry.Tool`."""

    name = "forecasting"

    def __init__(
        self,
        config: Settings,
        limits: ToolsSettings,
        database: Database,
        *,
        service: "ForecastService | None" = None,
        training: tuple[str, ...] | None = None,
    ) -> None:
        """`training` is the command that trains; None: the room's own."""
        self._config, self._limits, self._database = config, limits, database
        self._training = training
        self._service: ForecastService | None = None
        self._advice: Advice | None = None
        self._feedback: Feedback | None = None
        if service is not None:
            self.use(service)
        self.router = _routes(self)

    def load(self) -> None:
        """Import the models, read the newest one trained, and run everything once. A shop that has trained nothing yet
        is served all the same, and told so."""
        from ml_tools.capacity import Capacity
        from ml_tools.forecasting.service import ForecastService
        from ml_tools.forecasting.serving import Serving, one_thread_a_request
        from ml_tools.forecasting.warmup import warm_up

        one_thread_a_request()
        serving = Serving(self._config.trained_dir)
        serving.load()
        warm_up(serving.known)
        capacity = Capacity(running=self._config.threads, waiting=self._limits.tools_waiting)
        self.use(ForecastService(self._database, serving, capacity))

    def use(self, service: "ForecastService") -> None:
        """Answer from this service, advice and track record as well."""
        from ml_tools.forecasting.advice.service import Advice
        from ml_tools.forecasting.advice.stock_plan import Policy
        from ml_tools.forecasting.feedback.check import Feedback

        limits = self._limits
        policy = Policy(limits.reorder_lead_days, limits.reorder_service_level, limits.reorder_cover_days)
        self._service = service
        self._advice = Advice(
            self._database, service, service.known_factors, service.capacity, policy, today=service.today
        )
        self._feedback = Feedback(self._database, service, today=service.today)

    @property
    def advice(self) -> "Advice":
        return _loaded(self._advice)

    @property
    def feedback(self) -> "Feedback":
        return _loaded(self._feedback)

    @property
    def service(self) -> "ForecastService":
        return _loaded(self._service)

    def card(self) -> ModelCard:
        from ml_tools.forecasting.shipping import NAME

        model = self.service.serving.known
        if model is None or model.manifest is None:
            return ModelCard(model=ModelName(name=NAME, version="untrained"), device="cpu", trained_on=NOT_TRAINED)
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
        return {
            TRAIN_FORECASTING: Timed(self._train, cron=self._limits.forecasting_training),
            CHECK_FORECASTS: Timed(self.feedback.check, cron=self._limits.forecasting_check),
        }

    async def _train(self) -> int:
        """Train in a process of its own and take the new model up; returns 1, or 0 when the old one stays."""
        import asyncio

        from ml_tools.training_process import refreshing, train_beside

        command = self._training or refreshing("ml_tools.forecasting.train")
        trained = await train_beside(self._config, self.name, command)
        await asyncio.to_thread(self.service.serving.load)
        return int(trained)


def _loaded(part: Part | None) -> Part:
    if part is None:
        raise ModelUnavailable("The forecasting tool is not loaded.")
    return part


def _routes(tool: ForecastingTool) -> APIRouter:
    router = APIRouter(prefix="/forecasts", responses=ERRORS)

    @router.post("")
    async def forecast(request: ForecastRequest) -> ForecastAnswer:
        """Daily units of a product, a category or the shop over the days after the newest sales, with intervals."""
        return await tool.service.forecast(request)

    @router.get("/{forecast_id}/chart.png", response_class=Response, responses={200: {"content": {"image/png": {}}}})
    async def chart(forecast_id: ForecastId) -> Response:
        """A kept forecast as a picture."""
        return Response(await tool.service.chart(forecast_id), media_type="image/png")

    @router.get("/{forecast_id}/forecast.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
    async def table(forecast_id: ForecastId) -> Response:
        """A kept forecast as a table."""
        headers = {"Content-Disposition": 'attachment; filename="forecast.csv"'}
        return Response(await tool.service.csv(forecast_id), media_type="text/csv; charset=utf-8", headers=headers)

    router.include_router(advice_routes(tool))
    return router

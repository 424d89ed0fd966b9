"""The forecasting tool's routes. Its libraries take seconds to import, so they wait for `load`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Response

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.forecasting.schemas import ForecastAnswer, ForecastRequest
from ml_tools.jobs import Job
from ml_tools.registry import ModelCard, ModelName
from ml_tools.settings import ToolsSettings
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.forecasting.service import ForecastService

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
    ) -> None:
        self._config = config
        self._limits = limits
        self._database = database
        self._service = service
        self.router = _routes(self)

    def load(self) -> None:
        """Import the models, read the newest season profile, and run everything once."""
        from ml_tools.capacity import Capacity
        from ml_tools.forecasting.profiles import Profiles
        from ml_tools.forecasting.service import ForecastService
        from ml_tools.forecasting.warmup import warm_up

        self._profiles = Profiles(self._config.trained_dir)
        self._profiles.current()
        warm_up()
        capacity = Capacity(running=self._config.threads, waiting=self._limits.tools_waiting)
        self._service = ForecastService(self._database, self._profiles, capacity)

    @property
    def service(self) -> "ForecastService":
        if self._service is None:
            raise ModelUnavailable("The forecasting tool is not loaded.")
        return self._service

    def card(self) -> ModelCard:
        from ml_tools.forecasting.model import NAME

        profile = self._profiles.current()
        manifest = profile.manifest
        return ModelCard(
            model=ModelName(name=NAME, version=profile.model_version),
            device="cpu",
            trained_at=manifest.trained_at if manifest else None,
            trained_on=manifest.trained_on if manifest else "fitted per product in each request; no season profile yet",
            as_of=manifest.as_of if manifest else None,
            quality=manifest.quality if manifest else {},
        )

    def jobs(self) -> Mapping[str, Job]:
        return {}


def _routes(tool: ForecastingTool) -> APIRouter:
    router = APIRouter(prefix="/forecasts", responses=ERRORS)

    @router.post("")
    async def forecast(request: ForecastRequest) -> ForecastAnswer:
        """Daily units of a product over the days after the newest sales, with intervals and how good they were."""
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

    return router

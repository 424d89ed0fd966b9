"""The route of questions on products. Its encoder takes a moment to load, so that waits for `load`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from common.errors import ModelUnavailable
from common.settings import Settings
from ml_tools.answers.schemas import AnswersAnswer, AnswersRequest
from ml_tools.jobs import Job
from ml_tools.registry import ModelCard, ModelName
from ml_tools.settings import ToolsSettings
from store.session import Database

if TYPE_CHECKING:
    from ml_tools.answers.service import AnswersService

ERRORS: dict[int | str, dict[str, Any]] = {
    404: {"description": "not_found"},
    422: {"description": "invalid_request"},
    503: {"description": "model_unavailable or unavailable"},
}


class AnswersTool:
    """Questions on a product; see `ml_tools.registry.Tool`."""

    name = "answers"

    def __init__(
        self, config: Settings, limits: ToolsSettings, database: Database, *, service: "AnswersService | None" = None
    ) -> None:
        self._config, self._limits, self._database = config, limits, database
        self._service = service
        self.router = _routes(self)

    def load(self) -> None:
        """Read the encoder and the ranker, and encode one sentence."""
        from ml_tools.answers.service import open_service

        self._service = open_service(self._config, self._limits, self._database)

    @property
    def service(self) -> "AnswersService":
        if self._service is None:
            raise ModelUnavailable("The answers tool is not loaded.")
        return self._service

    def card(self) -> ModelCard:
        manifest = self.service.ranker.manifest
        return ModelCard(
            model=ModelName(name=manifest.name, version=manifest.version), device="cpu",
            trained_at=manifest.trained_at, trained_on=manifest.trained_on, as_of=manifest.as_of,
            quality=manifest.quality,
        )  # fmt: skip

    def jobs(self) -> Mapping[str, Job]:
        return {}


def _routes(tool: AnswersTool) -> APIRouter:
    router = APIRouter(responses=ERRORS)

    @router.post("/answers")
    async def answers(request: AnswersRequest) -> AnswersAnswer:
        """An answer from the product's specifications, description and reviews and the shop's policies, with its
        sources; "unknown" when none of them answers."""
        return await tool.service.answer(request)

    return router

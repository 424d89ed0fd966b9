"""Settings that only the tools process has; everything shared is in `common.settings`."""

from functools import lru_cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.settings import ROOT


class ToolsSettings(BaseSettings):
    """Settings by their environment variable's name, in lower case; documented in `docs/settings.md`."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True)

    tools_host: str = "127.0.0.1"
    tools_port: int = 8000
    tools_waiting: int = Field(default=16, ge=1, description="computations that may wait per tool before 503")
    recommender_training: str = Field(default="17 3 * * *", description="when it is trained anew: cron, UTC")
    forecasting_check: str = Field(default="47 4 * * *", description="when past forecasts are checked: cron, UTC")
    reorder_lead_days: int = Field(default=7, ge=0, le=120, description="days until ordered goods arrive")
    reorder_service_level: float = Field(default=0.95, ge=0.5, le=0.999, description="chance of not running out")
    reorder_cover_days: int = Field(default=28, ge=1, le=120, description="days that an order lasts after it came")
    forecasting_training: str = Field(default="47 2 * * *", description="when it is trained anew: cron, UTC")
    shop_country: str = Field(default="", max_length=2, description="ISO code; its public holidays are learnt")
    recommender_exploration: float = Field(default=0.1, ge=0, le=0.5, description="share of seldom seen products")
    promotions_exploration: float = Field(
        default=0.02, ge=0.001, le=0.5, description="share of promotions that are chosen at random"
    )
    campaigns_break_even: float = Field(
        default=1.0, gt=0, le=1000, description="attributed revenue per unit of spend that a campaign has to bring"
    )
    promotions_patience: int = Field(
        default=120, ge=0, le=86_400, description="seconds until a promotion without a click is learnt as not clicked"
    )


@lru_cache
def tools_settings() -> ToolsSettings:
    return ToolsSettings()

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
    recommender_exploration: float = Field(default=0.1, ge=0, le=0.5, description="share of seldom seen products")


@lru_cache
def tools_settings() -> ToolsSettings:
    return ToolsSettings()

"""Every setting of the Python 3.11 processes, read once from the environment and from `.env`."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings by their environment variable's name, in lower case; documented in `docs/settings.md`."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True)

    shopclerk_env: Literal["demo", "production"] = "demo"
    shopclerk_home: Path = Field(default=ROOT / "var", description="state: database, keys, uploads, outbox, models")
    shopclerk_data: Path = Field(default=ROOT.parent / "shared" / "data", description="benchmark data, optional")
    database_url: str | None = Field(default=None, description="Postgres; unset means the embedded one")
    redis_url: str | None = Field(default=None, description="shared limits and locks; unset means in-process")

    web_host: str = "127.0.0.1"
    web_port: int = 8080
    public_url: str = "http://127.0.0.1:8080"
    assistant_url: str = "http://127.0.0.1:5005"
    actions_url: str = "http://127.0.0.1:5055"
    tools_url: str = "http://127.0.0.1:8000"

    demo_password: SecretStr | None = None
    smtp_url: SecretStr | None = Field(default=None, description="smtp://user:password@host:587; unset: local outbox")
    mail_from: str = Field(default="Shopclerk <shop@localhost>", description="who the shop's mails come from")
    limits_factor: float = Field(default=1.0, gt=0, description="multiplies the request limits, for load tests")
    allowed_origins: list[str] = Field(default_factory=list, description="other origins that may use the chat API")

    promotions_in_chat: bool = Field(default=True, description="whether a fitting promotion may follow an answer")

    log_level: str = "INFO"
    threads: int = Field(default=2, ge=1, description="threads of torch and ONNX Runtime")

    @property
    def keys_dir(self) -> Path:
        return self.shopclerk_home / "keys"

    @property
    def uploads_dir(self) -> Path:
        return self.shopclerk_home / "uploads"

    @property
    def images_dir(self) -> Path:
        """Product pictures; `product_images.path` is relative to it."""
        return self.shopclerk_home / "images"

    @property
    def logs_dir(self) -> Path:
        return self.shopclerk_home / "logs"

    @property
    def outbox_dir(self) -> Path:
        return self.shopclerk_home / "outbox"

    @property
    def trained_dir(self) -> Path:
        """Models that this shop trained on its own data."""
        return self.shopclerk_home / "models"

    @property
    def models_dir(self) -> Path:
        """Models that ship."""
        return ROOT / "models"


@lru_cache
def settings() -> Settings:
    """The process's settings; tests build their own `Settings(...)` instead of patching this."""
    return Settings()

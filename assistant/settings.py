"""Every setting of the assistant, read once from the environment; named as in the other processes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ASSISTANT = Path(__file__).resolve().parent
ROOT = ASSISTANT.parent

# Deadlines nest: tool 3 s < action 8 s < this turn 11 s < gateway 12 s < Rasa's lock 60 s.
ACTION_SECONDS = 8.0
TURN_SECONDS = 11.0
LOCK_SECONDS = 60.0


@dataclass(frozen=True)
class Settings:
    """`DATABASE_URL` has no default: without its conversations the assistant must not start."""

    database_url: str = field(repr=False)
    home: Path = ROOT / "var"
    host: str = "127.0.0.1"
    port: int = 5005
    actions_url: str = "http://127.0.0.1:5055"
    redis_url: str | None = field(default=None, repr=False)
    log_level: str = "INFO"

    @property
    def keys_dir(self) -> Path:
        return self.home / "keys"

    @property
    def models_dir(self) -> Path:
        return self.home / "assistant-models"


def home_of(environment: Mapping[str, str] = os.environ) -> Path:
    return Path(environment.get("SHOPCLERK_HOME") or ROOT / "var")


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process; an empty variable counts as unset. Raises KeyError without DATABASE_URL."""
    names = {
        "ASSISTANT_HOST": "host",
        "ACTIONS_URL": "actions_url",
        "REDIS_URL": "redis_url",
        "LOG_LEVEL": "log_level",
    }
    given = {ours: environment[name] for name, ours in names.items() if environment.get(name)}
    return Settings(
        database_url=environment["DATABASE_URL"],
        home=home_of(environment),
        port=int(environment.get("ASSISTANT_PORT") or 5005),
        **given,
    )

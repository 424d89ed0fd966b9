"""The state directory: secrets in `.env`, the caller keys, the database's address."""

import os
import secrets
from pathlib import Path

from dotenv import dotenv_values

from common.caller import ensure_keys
from common.settings import ROOT, Settings
from store.embedded import EmbeddedPostgres

ENV_FILE = ROOT / ".env"


def demo_password(config: Settings, env_file: Path = ENV_FILE) -> str:
    """The demo accounts' password: from the environment or the `.env` file, else made now and kept in that file."""
    if config.demo_password:
        return config.demo_password.get_secret_value()
    if kept := dotenv_values(env_file).get("DEMO_PASSWORD"):  # `config` may be older than the file
        return kept
    password = secrets.token_urlsafe(9)
    _append_private(env_file, f"DEMO_PASSWORD={password}\n")
    return password


def _append_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    before = path.read_text(encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(text if not before or before.endswith("\n") else f"\n{text}")


class Store:
    """The database that commands work on: the one `DATABASE_URL` names, else the embedded one, started as needed."""

    def __init__(self, config: Settings) -> None:
        self._embedded = None if config.database_url else EmbeddedPostgres(config.shopclerk_home)
        self.url = config.database_url or self._embedded_url()

    def _embedded_url(self) -> str:
        assert self._embedded is not None
        return self._embedded.url()

    @property
    def is_embedded(self) -> bool:
        return self._embedded is not None

    def close(self) -> None:
        if self._embedded:
            self._embedded.stop()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def prepare_home(config: Settings) -> None:
    """Make the state directory, private to its owner where it holds secrets, and the first pair of caller keys."""
    for folder in (config.shopclerk_home, config.uploads_dir, config.images_dir, config.outbox_dir, config.logs_dir):
        folder.mkdir(parents=True, exist_ok=True)
    ensure_keys(config.keys_dir)


def export(config: Settings, database_url: str) -> dict[str, str]:
    """The environment that the processes run in: everything explicit, no bytecode of secrets in arguments."""
    return {
        **os.environ,
        "SHOPCLERK_HOME": str(config.shopclerk_home),
        "DATABASE_URL": database_url,
        "WEB_HOST": config.web_host,
        "WEB_PORT": str(config.web_port),
        "PUBLIC_URL": config.public_url,
        "ASSISTANT_URL": config.assistant_url,
        "ACTIONS_URL": config.actions_url,
        "TOOLS_URL": config.tools_url,
    }

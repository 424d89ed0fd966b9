"""The demo's password is made once and kept, whoever asks for it how often."""

import stat
from pathlib import Path

from cli.state import demo_password
from common.settings import Settings


def config(**changes: object) -> Settings:
    return Settings(_env_file=None, **changes)  # type: ignore[call-arg]


def test_the_password_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings, env_file = config(), tmp_path / ".env"
    first = demo_password(settings, env_file)
    assert demo_password(settings, env_file) == first
    assert env_file.read_text().count("DEMO_PASSWORD=") == 1
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_a_password_that_was_set_is_taken(tmp_path: Path) -> None:
    assert demo_password(config(demo_password="chosen-by-us"), tmp_path / ".env") == "chosen-by-us"
    assert not (tmp_path / ".env").exists()


def test_other_settings_in_the_file_stay(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("WEB_PORT=9000")
    demo_password(config(), env_file)
    assert env_file.read_text().startswith("WEB_PORT=9000\nDEMO_PASSWORD=")

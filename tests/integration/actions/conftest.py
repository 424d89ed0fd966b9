"""The actions on a database of their own, per module."""

from pathlib import Path

import pytest

from store.session import Database
from tests.actions_kit import Shop


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path / "keys")

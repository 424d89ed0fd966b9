"""The gateway's own words, read from `words.yml` once."""

from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("words.yml")


@cache
def _words() -> dict[str, str]:
    loaded = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def words(name: str, **values: str) -> str:
    """The text of that name with its values filled in."""
    return _words()[name].format(**values)

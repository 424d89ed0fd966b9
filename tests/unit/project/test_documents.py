"""Documents cannot rot: every setting is described, and what is described exists."""

import re

from common.settings import ROOT, Settings


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    rows = [line for line in (ROOT / "docs/settings.md").read_text().splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`([A-Z_]{4,})`", row.split("|")[1])}
    assert documented == {name.upper() for name in Settings.model_fields}


def test_every_setting_is_in_the_example() -> None:
    example = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example >= {name.upper() for name in Settings.model_fields} - {"SHOPCLERK_DATA"}

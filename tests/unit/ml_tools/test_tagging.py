"""Which attributes of a picture are worth proposing as tags."""

import pytest

from ml_tools.visual_search.tagging import taggable


def seen(kind: str) -> dict[str, list[tuple[str, float]]]:
    return {
        "kind": [(kind, 0.9)], "colour": [("Sage", 0.8)], "style": [("casual", 0.7)], "audience": [("women", 0.6)],
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["Lamps", "Smartphones", "Mugs"])
def test_what_nobody_wears_has_no_style_and_no_audience(kind: str) -> None:
    assert set(taggable(seen(kind))) == {"kind", "colour"}


def test_clothes_keep_all_that_their_picture_shows() -> None:
    assert taggable(seen("Dresses")) == seen("Dresses")

"""Words for specifications become the keys under which products keep them."""

import pytest

from assistant.components.attribute_tagger import attributes


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("how heavy is it", ["weight_g"]),
        ("how long is the rug", ["dimensions"]),
        ("how long does the battery last?", ["battery_mah"]),
        ("how long will delivery take", []),
    ],
)
def test_words_name_their_specification(text: str, keys: list[str]) -> None:
    assert [found["value"] for found in attributes(text)] == keys

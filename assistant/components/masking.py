"""Product names replaced by one phrase, so that what is asked is learnt apart from what it is asked about."""

from collections.abc import Iterable
from typing import Any

STAND_IN = "the product"
MASKED = frozenset({"product", "product_unknown"})
MASKED_TEXT = "masked_text"  # the key under which a message carries it


def masked(text: str, entities: Iterable[dict[str, Any]]) -> str:
    """The text in lower case with every product mention replaced: "how much is the product"."""
    result, end = [], 0
    for entity in sorted((e for e in entities if e["entity"] in MASKED), key=lambda e: int(e["start"])):
        result += [text[end : entity["start"]], STAND_IN]
        end = entity["end"]
    return _without_double_article("".join([*result, text[end:]]).lower())


def _without_double_article(text: str) -> str:
    return text.replace(f"the {STAND_IN}", STAND_IN)

"""Words that ask for a specification ("how heavy", "battery life") -> the key that it has in `products.attributes`."""

# ruff: noqa: E501 (a pattern broken over lines is harder to read than a long one)

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

# First match wins a place, so that "front camera" is not "camera" and "battery life" is not "life".
SAID = (
    ("selfie_camera", r"(?:selfie|front|facing)[ -]?(?:facing )?cam(?:e?ra)?s?|selfies?"),
    ("main_camera", r"(?:main |rear |back )?cam(?:e?ra)?s?|mega ?pixels?|photos|zoom"),
    ("charging", r"(?:fast|wireless|quick)[ -]?charg(?:e|es|ing)|charg(?:e|es|ed|er|ing)(?: wirelessly)?|wireless(?:ly)?|power supply|wattage"),
    ("battery_mah", r"bat+er(?:y|ies)(?: (?:life|capacity|size))?|mah|how long does it last|hours does it run|one charge"),
    ("weight_g", r"weights?|weighs?|how heavy\w*|heavy|heavier|grams?|how light"),
    ("resolution", r"resolutions?|pixels"),
    ("display_inches", r"(?:screen|display)[ -]sizes?|(?:size of (?:the |its )?(?:screen|display))|how (?:big|large|wide) is the (?:screen|display)|inch(?:es)?|diagonal"),
    ("display", r"displays?|screens?|refresh rate|oled|amoled|hertz|hz"),
    ("chipset", r"chip ?sets?|chips?|processors?|cpu|soc|snapdragon|exynos|how fast is (?:it|the)"),
    ("ram_gb", r"ram|working memory"),
    ("storage_gb", r"storage|internal memory|memory|disk space|space|how many (?:gb|gigabytes?)|sd[ -]?cards?"),
    ("os", r"operating systems?|os|android|ios|software(?: version)?"),
    ("sim", r"(?:dual[ -]?)?e?sim(?:[ -]?cards?|s)?"),
    ("network", r"5g|4g|lte|networks?|bands"),
    ("released", r"releas\w*|launched|come out|came out|how old is (?:it|that|this)|which year|what year"),
    ("dimensions", r"dimensions?|measure(?:s|ments)?|how (?:thick|tall|wide|long|deep|high)(?! (?:do(?:es)?|will|can|until|till|before|to)\b)(?: is)?|thick(?:ness)?|thin|width|height|depth|(?:too|very) (?:long|wide|tall)"),
    ("water_resistance", r"water[ -]?(?:proof|resistan\w*|tight)|(?:survive|under|in(?:to)?) (?:the )?water|get wet|splash\w*|ip6[78]|swim\w*|rain|shower"),
    ("material", r"materials?|made (?:of|from|out of)|fabrics?|leather|cotton|wool|what kind of (?:glass|leather)|lining|real (?:leather|silk|gold)"),
    ("care", r"wash\w*|hand[ -]?wash\w*|iron(?:ed|ing)?|dry[ -]?clean\w*|tumble|how do i clean|care for|care instructions?"),
    ("pattern", r"patterns?|stripe[sd]?|dots?|checked"),
    ("season", r"seasons?|(?:for|in) (?:the )?(?:winter|summer|spring|autumn)"),
    ("audience", r"(?:is|are) (?:it|this|they|these) for (?:men|women|kids|children)|unisex|for men or (?:for )?women"),
    ("colour", r"colou?rs?"),
)  # fmt: skip
_PATTERNS = [(key, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for key, words in SAID]


def attributes(text: str) -> list[dict[str, Any]]:
    """Every specification that the text names, as entities in the order of the text, no two on one word."""
    found: list[dict[str, Any]] = []
    for key, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(one["start"] < end and start < one["end"] for one in found):
                found.append(
                    {
                        "entity": "attribute",
                        "value": key,
                        "start": start,
                        "end": end,
                        "text": match.group(),
                        "extractor": "AttributeTagger",
                    }
                )
    return sorted(found, key=lambda one: int(one["start"]))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class AttributeTagger(GraphComponent):
    """Adds attribute entities outside of product names and amounts."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "AttributeTagger":
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                known = message.get(ENTITIES, [])
                names = [(e["start"], e["end"]) for e in known if e["entity"] in ("product", "product_unknown")]
                fresh = [
                    one for one in attributes(message.get(TEXT))
                    if not any(start < one["end"] and one["start"] < end for start, end in names)
                ]  # fmt: skip
                message.set(ENTITIES, known + fresh, add_to_output=True)
        return messages

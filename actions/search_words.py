"""What a search was taken to mean, in words."""

import re

from actions.context import MAX_WORDS, Filters
from actions.formats import listing
from actions.review_answers import Understood

MAX_SAID = 5
_DIGIT = re.compile(r"\d")


def corrections(understood: Understood, text: str) -> str:
    """`"blak" as "black"`: slips of this text; empty where nothing was taken for one."""
    slips = [one for one in understood.corrected if one.from_.lower() != one.to.lower()]
    return listing([f'"{one.from_}" as "{one.to}"' for one in slips if one.from_.lower() in text.lower()][:MAX_SAID])


def in_particular(understood: Understood) -> str:
    """What was read as a property of products, not as a word to be found; measures are said with what was asked."""
    labels = [phrase.label for phrase in understood.phrases if phrase.kind == "attribute"]
    return listing([label for label in labels if not _DIGIT.search(label)][:MAX_SAID])


def as_understood(filters: Filters, understood: Understood) -> Filters:
    """The search with the kind, brand and colour that were read in its words, for saying what was looked for."""
    read = {
        "category": filters.category or understood.category,
        "brand": filters.brand or understood.brand,
        "colour": filters.colour or (understood.colours[0] if len(understood.colours) == 1 else None),
    }
    moved = any(value != getattr(filters, field) for field, value in read.items())
    if not (moved or understood.corrected):
        return filters
    properties = [phrase.label for phrase in understood.phrases if phrase.kind == "attribute" and not filters.at_least]
    words = " ".join([*properties, understood.words])[:MAX_WORDS].strip()
    return filters.model_copy(update={**read, "words": words or None})

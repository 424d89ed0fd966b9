"""Words that come with a picture: do they ask about what it shows, or does it only show what they tell?"""

from typing import Any

Parse = dict[str, Any]

FIND_SIMILAR = "find_similar"
# "What is this", "how much is something like this", "hi, do you sell these", "not that, this": whatever the words
# alone were taken for, beside a picture they mean what it shows. With all others the picture is evidence ("it arrived
# broken"), or a marketer's question has nothing to do with it.
ABOUT_THE_PICTURE = frozenset(
    {
        "search_products", "refine_search", "find_similar", "follow_up_product", "choose_listed", "send_image",
        "ask_price", "ask_stock", "ask_size", "ask_specification", "ask_advantages", "ask_capabilities",
        "greet", "thank", "affirm", "deny", "unsure", "out_of_scope",
    }
)  # fmt: skip

# Below this an intent is a guess among many ("i want this"), and the picture says more than the guess.
WEAK = 0.4


def with_picture(parse: Parse) -> Parse:
    """The words' parse, as `find_similar` with the same entities where they are about the picture beside them.

    Certain (1.0), as for a picture alone: which of these intents the words were is a guess, that they all get this
    answer is none. Who names a product means that one, and not what else the picture may show.
    """
    if _names_product(parse) or not _is_about_the_picture(parse["intent"]):
        return parse
    certain = {"name": FIND_SIMILAR, "confidence": 1.0}
    return {**parse, "intent": certain, "intent_ranking": [certain]}


def _is_about_the_picture(intent: dict[str, Any]) -> bool:
    return intent["name"] in ABOUT_THE_PICTURE or float(intent["confidence"]) < WEAK


def _names_product(parse: Parse) -> bool:
    return any(entity["entity"] == "product" for entity in parse["entities"])

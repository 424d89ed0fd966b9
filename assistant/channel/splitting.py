"""Two questions in one message: "how much is the Note20 and do you have it in black?" is asked one after the other.

A message is split only where both halves are understood, with confidence, as different questions that each stand on
their own. "Compare the Note20 and the S21" stays whole: "the S21" is no question.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

Parse = dict[str, Any]
Parser = Callable[[str], Awaitable[Parse]]

CONFIDENT = 0.7
MAX_PLACES = 4
MIN_WORDS = 2
# What somebody asks for. Greetings, yes and no, and follow-ups lean on something else and make no second question.
QUESTIONS = frozenset(
    {
        "ask_price", "ask_specification", "ask_size", "ask_stock", "ask_advantages", "ask_reviews", "search_products",
        "ask_delivery", "ask_returns_policy", "ask_payment", "ask_warranty", "ask_privacy", "ask_contact",
        "ask_order_status", "cancel_order", "return_order", "talk_to_human",
        "forecast_sales", "best_sellers", "revenue_report", "stock_runout",
    }
)  # fmt: skip
_PLACE = re.compile(
    r"[?!.;]\s+(?:and\s+|also\s+|plus\s+)*|,?\s+(?:and|also|plus)\s+(?:also\s+)?|,\s+|\n+", re.IGNORECASE
)


def halves(text: str) -> list[tuple[str, str]]:
    """The ways to cut a text in two at a conjunction or a stop, first place first, at most four."""
    found = [(text[: match.start()].strip(), text[match.end() :].strip()) for match in _PLACE.finditer(text)]
    return [(left, right) for left, right in found if _has_words(left) and _has_words(right)][:MAX_PLACES]


def _has_words(text: str) -> bool:
    return len(text.split()) >= MIN_WORDS


async def questions_in(text: str, parse: Parser) -> list[tuple[str, Parse]]:
    """The message as one or two (text, parse) pairs, in the order in which they were asked."""
    best: list[tuple[str, Parse]] | None = None
    for left, right in halves(text):
        pair = [(left, await parse(left)), (right, await parse(right))]
        if _are_two_questions(pair) and (best is None or _certainty(pair) > _certainty(best)):
            best = pair
    return best or [(text, await parse(text))]


def _are_two_questions(pair: list[tuple[str, Parse]]) -> bool:
    intents = {parse["intent"]["name"] for _, parse in pair}
    return len(intents) == 2 and intents <= QUESTIONS and _certainty(pair) >= CONFIDENT


def _certainty(pair: list[tuple[str, Parse]]) -> float:
    return min(float(parse["intent"]["confidence"]) for _, parse in pair)

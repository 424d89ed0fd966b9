"""Questions on a product that its specification has no row for: answered with the source named, or not at all."""

import re

import structlog

from actions.bootstrap import Services
from actions.cards import card
from actions.context import LastReviews
from actions.replies import Choice
from actions.review_answers import AnsweredQuestion, AnswersAnswer
from actions.review_words import shortened
from actions.tools import ToolAnswerInvalid, ToolUnavailable
from actions.turn import Turn
from common.errors import BadRequest, NotEnoughData, NotFound
from store.facts import ProductFacts

log = structlog.get_logger()

MAX_QUESTION = 4000  # characters
MAX_SOURCES = 3
# "Specs of the Note20", "tell me more about it": wants the whole sheet.
_WANTS_ALL = re.compile(
    r"\b(?:spec(?:s|ifications?|ification sheet)?|details?|data ?sheet|technical data|features?|info(?:rmation)?"
    r"|tell me (?:more |all |everything |something )?about|more about|describe|description|what is it)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|^\W*(?:is|are|does|do|did|can|could|will|would|has|have|how|what|which|who|where|when|why|may|should|must|was"
    r"|and|tell me (?:if|whether))\b",
    re.IGNORECASE,
)


# "Does it come with a charger?" is about the box, not about the row on charging.
_IN_THE_BOX = re.compile(
    r"\b(?:in(?:side)? the (?:box|package|packaging)|comes? with|includ\w+|supplied)\b", re.IGNORECASE
)


def is_about_the_box(turn: Turn) -> bool:
    return turn.was_typed and bool(_IN_THE_BOX.search(turn.text))


def is_open_question(turn: Turn) -> bool:
    """Whether the words ask something in particular, not for all that is known."""
    return turn.was_typed and bool(_QUESTION.search(turn.text)) and not _WANTS_ALL.search(turn.text)


class ProductQuestions:
    """Asks the tool that reads specification, description, reviews and policies."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def ask(self, turn: Turn, product: ProductFacts) -> AnswersAnswer | None:
        """What the tool says to the words of the turn; None when it says nothing at all."""
        try:
            return await self._services.tools.answer_question(product.id, turn.text[:MAX_QUESTION])
        except (ToolUnavailable, ToolAnswerInvalid, BadRequest, NotFound, NotEnoughData) as failure:
            log.warning("answers_unavailable", product=product.id, reason=str(failure))
            return None


def say_answer(turn: Turn, product: ProductFacts, found: AnswersAnswer) -> bool:
    """Say a known answer with where it stands; whether there was one."""
    if found.answer is None or found.said == "unknown" or not found.answer.sources:
        return False
    first, answer = found.answer.sources[0], found.answer.text
    if first.kind == "specification":
        turn.reply.say("utter_answer_from_specification", name=product.name, answer=shortened(answer))
    elif first.kind == "description":
        turn.reply.say("utter_answer_from_description", name=product.name, quote=shortened(first.quote))
    elif first.kind == "policy":
        turn.reply.say("utter_answer_from_policy", source=first.name, quote=shortened(first.quote))
    else:
        _say_from_reviews(turn, product, found.answer)
    if first.url and first.url.startswith("/p/"):
        turn.reply.products([{**card(product, "Where it stands"), "url": first.url}])
    return True


def _say_from_reviews(turn: Turn, product: ProductFacts, answer: AnsweredQuestion) -> None:
    """What is said of it, and by whom as far as the answer does not quote it; "show me the bad ones" goes on there."""
    turn.reply.say("utter_answer_from_review", name=product.name, answer=" ".join(answer.text.split()))
    said = " ".join(answer.text.split())
    further = [source for source in answer.sources if " ".join(source.quote.split()) not in said]
    if further:
        quotes = "\n".join(f"• “{shortened(source.quote)}” ({source.name})" for source in further[:MAX_SOURCES])
        turn.reply.say("utter_reviews_quotes", quotes=quotes)
    turn.context.question, turn.context.reviews = "ask_reviews", LastReviews()


def say_unknown(turn: Turn, product: ProductFacts) -> None:
    """Nothing is known: said so, with who may know."""
    turn.reply.say("utter_answer_unknown", name=product.name)
    turn.reply.choices(
        [Choice("What customers say", "ask_reviews", {"product": product.id}), Choice("Ask a human", "talk_to_human")]
    )

"""Kind words for somebody who is angry or sad, and a human offered early: around every answer, in this one place.

A message is met in kind words at most every other time, and a plain question never. A human is offered to who is angry
or sad, and to who was not understood twice in a row.
"""

from collections.abc import Mapping
from typing import Any, Literal

import structlog
from pydantic import BaseModel, Field, ValidationError

from actions.replies import Choice
from actions.turn import Turn
from common.caller import Role

log = structlog.get_logger()

Name = Literal["angry", "sad", "happy", "neutral"]
_KIND_WORDS: Mapping[str, str] = {"angry": "utter_kind_to_angry", "sad": "utter_kind_to_sad"}
# Answers that are kind words themselves, or the human who is wanted.
_KIND_ALREADY = frozenset({"insult", "talk_to_human"})
_SMALL_TALK = frozenset({"greet", "goodbye", "thank"})
_NOT_UNDERSTOOD = frozenset({"unsure", "out_of_scope"})
FAILED_TURNS = 2
HUMAN = "talk_to_human"


class Mood(BaseModel):
    """As the assistant read it from the words."""

    name: Name
    confidence: float = Field(ge=0, le=1)


def mood_of(message: Mapping[str, Any]) -> Name:
    """The mood of a message; neutral for a choice, and where none was read."""
    raw = message.get("mood")
    if raw is None:
        return "neutral"
    try:
        return Mood.model_validate(raw).name
    except ValidationError as error:
        log.warning("mood_invalid", first=error.errors()[0]["msg"])
        return "neutral"


def meet_kindly(turn: Turn, mood: Name) -> None:
    """Open the answer with one kind sentence, unless the one before was opened so."""
    due = mood in _KIND_WORDS and not turn.context.met_kindly
    turn.context.met_kindly = due
    if due and turn.intent not in _KIND_ALREADY:
        turn.reply.say(_KIND_WORDS[mood])


def offer_human(turn: Turn, mood: Name) -> None:
    """After the answer: a human for who is upset or was not understood again, unless one was just offered."""
    context = turn.context
    context.failed_turns = min(FAILED_TURNS, context.failed_turns + 1) if turn.intent in _NOT_UNDERSTOOD else 0
    upset = mood in _KIND_WORDS and turn.intent not in _SMALL_TALK
    wanted = (upset or context.failed_turns >= FAILED_TURNS) and turn.intent != HUMAN
    if not wanted or turn.caller.role not in (Role.GUEST, Role.SHOPPER) or turn.reply.offers(HUMAN):
        return
    turn.reply.say("utter_offer_human")
    turn.reply.choices([Choice("Talk to a human", HUMAN)])

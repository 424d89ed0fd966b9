"""What a question about reviews asks for, read from its words: an aspect, one side only, the trend, what is real."""

import re
from dataclasses import dataclass
from typing import Literal

from actions.specification_names import label
from actions.turn import Turn

Side = Literal["positive", "negative"]
MAX_ASPECT_WORDS = 4
MAX_ASPECT = 60  # characters

_REVIEWS = r"(?:ones?|reviews?|comments?|opinions?|ratings?|feedback|voices?|sides?|points?)"
_CRITICAL = re.compile(
    r"\b(?:bad|negative|critical|unfavou?rable|unhappy|disappointed|angry|(?:one|two|[12])[ -]stars?)\b", re.IGNORECASE
)
_KIND = re.compile(
    rf"\b(?:good|positive|favou?rable|happy|satisfied|(?:four|five|[45])[ -]stars?)\s+{_REVIEWS}\b", re.IGNORECASE
)
_COMPLAINING = re.compile(
    r"\b(?:complain\w*|complaints?|dislik\w*|hat(?:e|es|ed)|criticis\w*|criticiz\w*|problems?|drawbacks?|downsides?|wrong"
    r"|regret\w*|troubles?|speaks? against|disadvantages?|weak(?:ness\w*)?)\b",
    re.IGNORECASE,
)
_PRAISING = re.compile(
    r"\b(?:prais\w*|(?:like|love|enjoy)s?\b.{0,20}\b(?:best|most|about)|strengths?|advantages?)\b", re.IGNORECASE
)
_GENUINE = re.compile(
    r"\b(?:genuine|fake\w*|trust\w*|real|honest|paid for|suspicious|made up|authentic)\b", re.IGNORECASE
)
_TREND = re.compile(
    r"\b(?:get(?:s|ting)?|got|become|becoming|gone|been)\b.{0,20}\b(?:better|worse)\b"
    r"|\b(?:improv\w*|trend\w*|over time)\b",
    re.IGNORECASE,
)
_OF_THE_SHOP = re.compile(
    r"\b(?:your|this|the) (?:(?:online|web) ?)?(?:shop|store|company|website|site|staff|team)\b"
    r"|\byour (?:(?:customer )?(?:service|support)|delivery|deliveries|shipping|packaging|range|products?)\b"
    r"|\b(?:about|of|with|by) (?:you|you guys)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(r"\b(?:it|its|it's|this|that|these|those)\b", re.IGNORECASE)
_FOLLOWING_ON = re.compile(
    r"^\W*(?:and|what about|how about|also|or)\s+(?:the |its |their |your )?"
    r"(?!.*\b(?:is|are|do|does|did|how|what|which|when|where|who|can|could|will|has|have|much|many|show|in|for|under"
    r"|cheap\w*|same|similar|others?|another|ones|more|less|bigger|smaller)\b)"
    r"[\w'’-]+(?:\s+[\w'’-]+){0,3}\W*$",
    re.IGNORECASE,
)

# What is left of "what do people say about the battery life of it" is "battery life": the rest asks, or is of reviews.
_TALK = frozenset(
    """a about according actually after again all also always am among an and answer any anybody anyone anything are
    as ask at bad be because been before best better but buy buyer buyers bought by can common complain complained
    complaint complaints complains could critical criticise criticised criticism criticize customer customers did
    dislike disliked do does everybody everyone experience experiences experienced feedback feel few find for found
    frequent from general get gets getting give go going gone good got had happy has hate hated have having hear her
    him his how i if in into is it its just know last lately least less let like liked likes list look love loved make
    many may me mean mention mentioned mentions more most mostly much my negative new no not of often on one ones only
    opinion opinions or other others our out over own owner owners own owns people peoples person persons please
    positive praise praised problem problems rate rated rates rating ratings read real recent recently recommend
    report reported reports s review reviewed reviewer reviewers reviews reviewing said satisfied say saying says see
    seem seems she should show since so some somebody someone something star stars still such sum summarise summarize
    summary tell than that the their them then there these they thing things think thinks this those thought to too
    trouble two us use used user users using very view views want was way we well were what whats when where whether
    which who whole why will with women men worse worst worth would write writes written wrote you your yours five four
    three genuine trust fake overall summed verdict impression impressions unhappy pleased drawback drawbacks downside
    downsides wrong regret goes going regarding concerning concern buying purchase purchased purchases money value
    ever even really thoughts voice voices testimonial testimonials wat abot abuot ppl poeple pls plz shop store
    happiest satisfaction disappointed angry""".split()  # noqa: SIM905 - a list of quoted words is no easier to read
)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True)
class OpinionQuestion:
    """`side`: only what is good or bad; `most`: what it is that is liked or complained of; with `aspect` the two are
    of that one."""

    aspect: str | None = None
    side: Side | None = None
    most: Side | None = None
    genuine: bool = False
    trend: bool = False


def opinion_question(turn: Turn) -> OpinionQuestion:
    """The question of a turn; what was picked from choices names its aspect as an attribute."""
    if not turn.was_typed:
        return OpinionQuestion(aspect=_named_aspect(turn))
    text = turn.text
    critical, kind = bool(_CRITICAL.search(text)), bool(_KIND.search(text))
    complaining, praising = bool(_COMPLAINING.search(text)), bool(_PRAISING.search(text))
    return OpinionQuestion(
        aspect=_aspect(turn) or _carried_on(turn),
        side="negative" if critical else "positive" if kind else None,
        most="negative" if complaining else "positive" if praising else None,
        genuine=bool(_GENUINE.search(text)),
        trend=bool(_TREND.search(text)),
    )


def _named_aspect(turn: Turn) -> str | None:
    return turn.entities.attributes[0].replace("_", " ")[:MAX_ASPECT] if turn.entities.attributes else None


def _aspect(turn: Turn) -> str | None:
    letters = list(turn.text)
    for start, end in turn.entities.spans:
        letters[start:end] = " " * len(letters[start:end])
    words = [word for word in _WORD.findall("".join(letters)) if _plain(word) not in _TALK]
    rest = " ".join(words[:MAX_ASPECT_WORDS])[:MAX_ASPECT]
    if rest:
        return rest
    return label(turn.entities.attributes[0]).lower() if turn.entities.attributes else None


def _plain(word: str) -> str:
    return re.sub(r"['’](s|re|ve|d|ll)?", "", word.lower())


def _carried_on(turn: Turn) -> str | None:
    """ "And the S21?" after a question about the battery, or "show me the bad ones", is about the battery still."""
    last = turn.context.reviews
    goes_on = turn.intent == "follow_up_product" or bool(_CRITICAL.search(turn.text) or _KIND.search(turn.text))
    names_product = bool(turn.entities.products) and turn.intent != "follow_up_product"
    return last.aspect if last and goes_on and not names_product else None


def is_of_the_shop(turn: Turn) -> bool:
    return turn.was_typed and bool(_OF_THE_SHOP.search(turn.text))


def points_at_something(turn: Turn) -> bool:
    return turn.was_typed and bool(_POINTING.search(turn.text))


def goes_on_about_reviews(turn: Turn) -> bool:
    """ "And the camera?", "what about delivery": a few words after an answer from reviews are about those still."""
    last = turn.context.reviews if turn.context.question == "ask_reviews" else None
    asked = turn.entities
    narrows = any((asked.amount, asked.category, asked.brand, asked.colour, asked.size, asked.products))
    return turn.was_typed and last is not None and not narrows and bool(_FOLLOWING_ON.search(turn.text))

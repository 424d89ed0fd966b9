"""What customers say: how many mention it, how many stars those gave, and their own words. Never in the shop's name."""

from collections.abc import Sequence

from ml_tools.answers.passages import Passage
from ml_tools.answers.ranking import Ranked
from ml_tools.answers.schemas import Answer, Source
from ml_tools.answers.topics import lexicon
from ml_tools.answers.words import plain_text
from store.review_texts import ReviewText

QUOTES = 3
GOOD_STARS, BAD_STARS = 4, 2
# The stars are counted, not guessed. What may be wrong is that the whole was asked for.
SUMMED_UP = 0.9


def what_customers_say(mentions: Sequence[Ranked], reviews: Sequence[ReviewText]) -> Answer:
    """From the sentences of reviews that speak of it, the most probable first."""
    said_by = _writers([one.passage for one in mentions], reviews)
    quoted = _quoted([one.passage for one in mentions])
    text = f"{_mention(len(said_by))}{_stars(said_by)}. Customers say: {_in_quotes(quoted)}"
    return Answer(text=text, sources=_sources(quoted), confidence=round(mentions[0].probability, 3))


def overall_answer(ranked: Sequence[Ranked], reviews: Sequence[ReviewText]) -> Answer | None:
    """What the stars say of the product as a whole; None without rated reviews, or without words to quote."""
    rated = [review for review in reviews if review.rating]
    telling = [one.passage for one in ranked if one.passage.kind == "review" and _sums_up(one.passage)]
    if not rated or not telling:
        return None
    quoted = _quoted(telling)
    text = f"{_of_reviews(len(rated))}{_stars(rated)}. Customers say: {_in_quotes(quoted)}"
    return Answer(text=text, sources=_sources(quoted), confidence=SUMMED_UP)


def _sums_up(passage: Passage) -> bool:
    return bool(passage.content & (lexicon().overall | {"worth", "happi", "waste", "disappoint"}))


def _writers(passages: Sequence[Passage], reviews: Sequence[ReviewText]) -> list[ReviewText]:
    """Every review in which one of these sentences stands; the same words are often written by several."""
    told = [passage.quote.lower() for passage in passages]
    return [review for review in reviews if any(quote in plain_text(review.text).lower() for quote in told)]


def _quoted(passages: Sequence[Passage]) -> list[Passage]:
    """The first ones, and among them both sides where both are there."""
    first = list(passages[:QUOTES])
    for wanted in (_is_good, _is_bad):
        other = next((passage for passage in passages if wanted(passage)), None)
        if len(first) == QUOTES and other is not None and not any(wanted(passage) for passage in first):
            first[-1] = other
    return first


def _is_good(passage: Passage) -> bool:
    return passage.review is not None and (passage.review.rating or 0) >= GOOD_STARS


def _is_bad(passage: Passage) -> bool:
    return passage.review is not None and 0 < (passage.review.rating or 0) <= BAD_STARS


def _mention(customers: int) -> str:
    return f"{customers} customers mention this" if customers != 1 else "One customer mentions this"


def _of_reviews(count: int) -> str:
    return f"{count} customers rated it" if count != 1 else "One customer rated it"


def _stars(reviews: Sequence[ReviewText]) -> str:
    rated = [review.rating for review in reviews if review.rating]
    good, bad = sum(stars >= GOOD_STARS for stars in rated), sum(stars <= BAD_STARS for stars in rated)
    if not rated:
        return ""
    if len(rated) == 1:
        return f" ({rated[0]} of 5 stars)"
    return f"; {good} of {len(rated)} gave 4 or 5 stars, {bad} gave 1 or 2"


def _in_quotes(passages: Sequence[Passage]) -> str:
    return " / ".join(f'"{passage.quote}"' for passage in passages)


def _sources(passages: Sequence[Passage]) -> list[Source]:
    return [Source(kind=one.kind, name=one.name, quote=one.quote, url=one.url) for one in passages]

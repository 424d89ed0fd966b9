"""What reviews say, in words: shares with their intervals, aspects with their counts, and verbatim quotes."""

from collections.abc import Iterable, Sequence

from actions.formats import count, day, listing
from actions.opinion_question import Side
from actions.review_answers import AspectOpinions, ComplaintTopic, MonthOfReviews, OpinionsAnswer, Quote

FEW = 5  # reviews; a share of fewer says nothing
MAX_TOPICS = 3
MAX_QUOTES = 3
MAX_QUOTE = 300  # characters
RECENT_MONTHS = 3


def reviews_of(number: int) -> str:
    """`1 review`, `1,204 reviews`."""
    return f"{count(number)} {'review' if number == 1 else 'reviews'}"


def opinions(number: int) -> str:
    """`1 opinion`, `23 opinions`: what a sentence says of an aspect, good or bad."""
    return f"{count(number)} {'opinion' if number == 1 else 'opinions'}"


def share(value: float) -> str:
    """`83 %`; nothing between 0 and 1 is rounded to none or all."""
    rounded = round(value * 100)
    if 0 < value < 1:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded} %"


def positives(answer: OpinionsAnswer) -> int:
    return round((answer.positive_share or 0) * answer.read)


def of_side(aspects: Iterable[AspectOpinions], side: Side) -> list[AspectOpinions]:
    """The aspects that are liked, or complained of, those with most such mentions first."""
    found = [aspect for aspect in aspects if _on(aspect, side)]
    return sorted(found, key=lambda aspect: -_on(aspect, side))[:MAX_TOPICS]


def in_words(name: str) -> str:
    """An aspect's name inside a sentence: `Size and fit` -> `size and fit`."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def topics(aspects: Sequence[AspectOpinions], side: Side) -> str:
    """`the battery (12 of 30 mentions) and ...`"""
    return listing([f"{in_words(one.name)} ({count(_on(one, side))} of {count(one.mentions)})" for one in aspects])


def _on(aspect: AspectOpinions, side: Side) -> int:
    return aspect.negative if side == "negative" else aspect.positive


def chosen_quotes(
    aspects: Sequence[AspectOpinions | ComplaintTopic], side: Side | None = None, *, most: int = MAX_QUOTES
) -> list[Quote]:
    """One quote of each aspect in turn, each sentence once, of one side only where that is asked for."""
    shelves = [[quote for quote in one.quotes if side in (None, quote.sentiment)] for one in aspects]
    deepest = max((len(shelf) for shelf in shelves), default=0)
    in_turn = [shelf[place] for place in range(deepest) for shelf in shelves if place < len(shelf)]
    return list({quote.text: quote for quote in in_turn}.values())[:most]


def written(quotes: Iterable[Quote], *, with_names: bool) -> str:
    """Quotes as a list, verbatim, each with its stars and its day."""
    return "\n".join(f"• “{shortened(quote.text)}” ({_origin(quote, with_names=with_names)})" for quote in quotes)


def shortened(text: str) -> str:
    """The text with its blanks evened; cut at a word, which is shown, when it is long."""
    words = " ".join(text.split())
    return words if len(words) <= MAX_QUOTE else f"{words[:MAX_QUOTE].rpartition(' ')[0] or words[:MAX_QUOTE]} …"


def _origin(quote: Quote, *, with_names: bool) -> str:
    stars = f"{quote.rating:g} of 5" if quote.rating is not None else None
    return ", ".join(
        part for part in (quote.product_name if with_names else None, stars, day(quote.written_on)) if part
    )


def recent_and_before(trend: Sequence[MonthOfReviews]) -> tuple[tuple[int, float], tuple[int, float]] | None:
    """Reviews and positive share of the last months with reviews and of those before; None with too few in either."""
    known = [month for month in trend if month.positive_share is not None and month.reviews]
    recent, before = _pooled(known[-RECENT_MONTHS:]), _pooled(known[:-RECENT_MONTHS])
    return (recent, before) if min(recent[0], before[0]) >= FEW else None


def _pooled(months: Sequence[MonthOfReviews]) -> tuple[int, float]:
    reviews = sum(month.reviews for month in months)
    positive = sum(month.reviews * (month.positive_share or 0) for month in months)
    return reviews, positive / reviews if reviews else 0.0

"""What a marketer's question about promotions asks for: of which one, before whom, where, since when, in what order."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from actions.entities import AskedSlot
from actions.promotion_answers import RankedBy
from actions.turn import Turn

DEFAULT_DAYS, MOST_DAYS = 30, 730
CAMPAIGN_DAYS = 90
LEAST_MISSPELT, ALIKE = 6, 0.86  # letters of a word that may be misspelt, and how like the right one it must be
MOST_WORDS = 80  # characters of a name, as an entity may hold them

# What remains of "what's the ctr of the summer banner" is "summer": the rest asks, it names nothing.
_ASKING = frozenset(
    """a about ad ads advert advertise advertisement advertisements advertising adverts again all among an and any
    anybody anyone anything are at audience back bad badly banner banners be because been before below best better
    both bring bringing brings brought budget buy buyer buyers buying buys by came campaign campaigns can choose
    click clicked clickers clicking clickrate clicks clickthrough clik compare compared completely continue
    conversion conversions convert converted converts cost costs could crowd ctr current currently customer
    customers did do does doing dollar done down each earn earned earns ever everybody expect expectation
    expectations expected fan fans far few fewer figures find fit fits fitting for from get gets getting give go
    goes going good got group had has have highest how i if ignored impression impressions in interested interests
    into investment is it its just keep last like likes look looking lose losing lost lots lovers low lowest made
    make makes making many marketing me mean members money month months more most much my need new nobody not now
    number numbers of off offer offers often ok on one ones only or order orders our out over overall own paid pay
    paying pays people per perform performance performed performing performs person pick place placed please poor
    poorly profit profitability profitable promo promos promote promoted promoting promotion promotions push rank
    ranked ranking raos rate rates really recommend report reports results return returns revenue right roas roi run
    running runs saw say see seen segment segments sell sells send shop shoppers should show showed showing showings
    shown shows since site so some spend spending spent statistics stats still stop suggest suit suited suits surely
    switch target teh tell than that the their them then there these they this those through thru time times to
    today top total underperform underperformed underperforming underperforms us use value visitors want was waste
    wasting wat we weak weakest well went were what whats when where which while who whom why wich will with work
    worked working works worse worst worth would you your""".split()  # noqa: SIM905 - a list of quoted words is no easier to read
)
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_TIME = re.compile(
    r"\b(?:in |over |during |for )?(?:the )?(?:last|past|previous|this|current|next)\s+"
    r"(?:(?:\d+|one|two|three|four|six|twelve|few)\s+)?(?:day|week|weekend|month|quarter|year)s?\b"
    rf"|\b(?:in|during|since|of)\s+(?:{_MONTH})\b|\b(?:yesterday|so far|year to date)\b"
    r"|\b\d+\s*(?:days?|weeks?|months?)\b",
    re.IGNORECASE,
)
_EACH_PLACE = re.compile(
    r"\b(?:by|per|each|every|which|what|best)\s+(?:\w+\s+){0,2}?(?:slots?|plac(?:e|es|ements?)|positions?|spots?)\b"
    r"|\bslots\b|\bwhere\b.*\b(?:click|work|seen|perform|do)\w*",
    re.IGNORECASE,
)
_PLACES: tuple[tuple[AskedSlot, re.Pattern[str]], ...] = (
    ("product_side", re.compile(r"\b(?:on |of )?(?:the )?product pages?\b", re.IGNORECASE)),
    ("category_top", re.compile(r"\b(?:on |of )?(?:the )?category pages?\b", re.IGNORECASE)),
    ("cart", re.compile(r"\b(?:in|on|of) (?:the )?(?:shopping )?(?:cart|basket)(?: page)?\b", re.IGNORECASE)),
    ("chat", re.compile(r"\b(?:in|of) (?:the )?chat\b", re.IGNORECASE)),
    ("home_hero", re.compile(r"\b(?:on |of )?(?:the )?(?:home ?page|start page|front page|hero)\b", re.IGNORECASE)),
)
_BEFORE_WHOM = re.compile(r"\b(?:with|among|amongst|before)\s+(?P<whom>[\w'’ -]+)", re.IGNORECASE)
_BELOW = re.compile(
    r"\b(?:under\s?-?perf\w*|worst|worse|weak\w*|bad\w*|poor\w*|below|fewer|lowest|ignored|nobody|no ?one|fail\w*"
    r"|flop\w*|switch\w* off|not (?:work\w*|click\w*)|(?:do|does|did)(?:n[’']?t| not) (?:work|perform|do well))\b",
    re.IGNORECASE,
)
_BOUGHT = re.compile(r"\b(?:conver\w*|sells?|orders?|bought|buy)\b", re.IGNORECASE)
_CLICKS = re.compile(r"\b(?:most|many|number of) click\w*\b|\bby clicks\b|\bclicked (?:the )?most\b", re.IGNORECASE)
_ONE = re.compile(r"\b(?:ad|advert|advertisement|banner|promotion|promo|campaign|offer|sale)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?:ads|adverts|advertisements|banners|promotions|promos|campaigns|offers)\b", re.IGNORECASE)
_WORD = re.compile(r"\d+\s?%|[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True)
class Asked:
    """`promotion` is its id or words of its title, `segment` a slug or words; None where neither narrows."""

    promotion: str | None
    segment: str | None
    slot: AskedSlot | None
    sort: RankedBy
    days: int
    since_was_said: bool = False

    @property
    def entities(self) -> dict[str, Any]:
        """What a choice carries on, beside the promotion."""
        since = {"days": self.days} if self.since_was_said else None
        carried = {"category": self.segment, "slot": self.slot, "horizon": since}
        return {name: value for name, value in carried.items() if value}


def asked(turn: Turn) -> Asked:
    """What the words ask for, or what the choice stands for."""
    entities = turn.entities
    since_was_said = entities.period is not None or entities.horizon is not None
    if not turn.was_typed:
        sort = entities.ranked_by or "ctr"
        return Asked(entities.promotion, entities.category, entities.slot, sort, days(turn), since_was_said)
    place, text = _place(_TIME.sub(" ", turn.text))
    whom = _BEFORE_WHOM.search(text)
    segment = naming(whom["whom"]) if whom else None
    if whom:
        text = text[: whom.start()] + text[whom.end() :]
    if (
        segment
        and entities.category
        and entities.starts.get("category", -1) >= turn.text.find(whom["whom"] if whom else "")
    ):
        segment = entities.category
    return Asked(promotion_named(text), segment, place, _sort(turn.text), days(turn), since_was_said)


def days(turn: Turn, usual: int = DEFAULT_DAYS) -> int:
    """The days back from today that are asked for; those since a period began, where one is named."""
    if turn.entities.period:
        usual = (turn.services.today - turn.entities.period.start).days
    elif turn.entities.horizon and turn.entities.horizon.days:
        usual = turn.entities.horizon.days
    return min(max(usual, 1), MOST_DAYS)


def promotion_named(text: str) -> str | None:
    """The words that name one promotion; none in a question about several ("which ads ...")."""
    return None if _MANY.search(text) and not _ONE.search(text) else naming(text)


def naming(text: str) -> str | None:
    """The words that name something, without those that ask; None where none is left."""
    words = [word for word in _WORD.findall(text) if not _asks(word.lower().replace("’", "'"))]
    return " ".join(words)[:MOST_WORDS].strip() or None


def _asks(word: str) -> bool:
    """Whether it is one of the words that ask, or one of them misspelt."""
    plain = word.removesuffix("'s").replace("'", "")
    misspelt = len(plain) >= LEAST_MISSPELT and bool(get_close_matches(plain, _ASKING, n=1, cutoff=ALIKE))
    return plain in _ASKING or word.replace("'", "") in _ASKING or misspelt


def _place(text: str) -> tuple[AskedSlot | None, str]:
    """Where promotions stood, and the text without it."""
    if found := _EACH_PLACE.search(text):
        return "each", text[: found.start()] + " " + text[found.end() :]
    for slot, pattern in _PLACES:
        if found := pattern.search(text):
            return slot, text[: found.start()] + " " + text[found.end() :]
    return None, text


def _sort(text: str) -> RankedBy:
    if _BELOW.search(text):
        return "below_expectation"
    if _CLICKS.search(text):
        return "clicks"
    return "conversion" if _BOUGHT.search(text) else "ctr"

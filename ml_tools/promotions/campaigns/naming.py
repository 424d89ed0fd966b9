"""From words to a promotion ("the summer banner") and to a segment ("fashion customers", "men's shoes")."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncSession

from ml_tools.promotions.campaigns.schemas import Named
from store.promotion_names import SegmentCategory, TitledPromotion, promotion_by_key, promotions_titled

LEAST_SCORE, CLEARLY = 0.55, 0.12
ALIKE = 80  # rapidfuzz's ratio, 0 to 100, from which on two words are the same but for a typing error
MOST_CANDIDATES = 5
_KINDS = re.compile(
    r"\b(the|our|my|a|an|this|that|banners?|ads?|adverts?|advertisements?|promos?|promotions?|campaigns?|offers?|deals?"
    r"|on|for|of|in|about|called|named)\b"
)
_PEOPLE = re.compile(
    r"\b(customers?|shoppers?|buyers?|people|persons?|fans?|lovers?|clients?|users?|audience|segment|group|those|who|that"
    r"|buy(s|ing)?|bought|like(s)?|love(s)?|are|into|interested|in|of|for|the|our|my|department|category)\b"
)
_SEASONS = {"spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "fall": (9, 10, 11),
            "winter": (12, 1, 2), "christmas": (12,), "xmas": (12,)}  # fmt: skip
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
# Words for groups of departments that hardly any shop has as one category.
_GROUPS = {
    "fashion": ("women", "men", "kids", "girls", "boys", "clothing", "clothes", "apparel", "shoes", "bags"),
    "clothes": ("women", "men", "kids", "girls", "boys", "clothing", "apparel"),
    "tech": ("electronics", "smartphones", "phones", "computers", "laptops", "tablets"),
    "accessories": ("bags", "watches", "jewellery", "jewelry", "belts", "sunglasses"),
}
_SAME = {"clothing": "clothes", "apparel": "clothes", "technology": "tech", "gadgets": "tech", "gadget": "tech",
         "phone": "smartphone", "phones": "smartphone", "mobile": "smartphone", "mobiles": "smartphone",
         "ladies": "women", "lady": "women", "female": "women", "woman": "women", "male": "men", "man": "men",
         "gents": "men", "furnishing": "home"}  # fmt: skip


@dataclass(frozen=True)
class Meant:
    """The promotion that is meant; None with `candidates` where it is not clear, and without where there is none."""

    promotion: TitledPromotion | None
    candidates: list[TitledPromotion]


@dataclass(frozen=True)
class Segment:
    """Categories whose customers are meant; `slugs` are theirs and their departments'."""

    named: Named
    ids: list[int]
    slugs: list[str]


def named(one: TitledPromotion) -> Named:
    """Titles come again every year: dates tell them apart."""
    return Named(id=one.public_id, name=f"{one.title} ({_day(one.starts_on)} to {_day(one.ends_on)})")


def _day(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def plain(words: str) -> str:
    """Lower case, without possessives and punctuation."""
    lowered = re.sub(r"['’`]s\b|s['’](?=\s|$)", "", words.lower())
    return " ".join(re.sub(r"[^\w%]+", " ", lowered).split())


async def promotion_meant(session: AsyncSession, words: str, *, today: date) -> Meant:
    """By its id, else by words of its title and by when it ran."""
    exact = await promotion_by_key(session, words.strip())
    if exact:
        return Meant(exact, [])
    said = " ".join(_KINDS.sub(" ", plain(words)).split()) or plain(words)
    found = [one for one in await promotions_titled(session, said) if one.score >= LEAST_SCORE]
    if found:
        return chosen(with_numbers(found, said), today=today)
    months, rest = months_in(said)
    if not months:
        return Meant(None, [])
    found = await promotions_titled(session, re.sub(r"\bsales?\b", " ", rest).strip(), months=months)
    lately = [one for one in found if one.score >= LEAST_SCORE and 0 <= (today - one.starts_on).days < 365]
    return chosen(lately, today=today)


def with_numbers(found: Sequence[TitledPromotion], said: str) -> list[TitledPromotion]:
    """Those whose titles hold every number that was said, where there are any: 20 % is not nearly 10 %."""
    numbers = set(re.findall(r"\d+", said))
    fitting = [one for one in found if numbers <= set(re.findall(r"\d+", one.title))]
    return fitting or list(found)


def chosen(found: Sequence[TitledPromotion], *, today: date) -> Meant:
    """The best, when it is clearly so, or the only one of the best that runs."""
    best = [one for one in found if one.score > found[0].score - CLEARLY]
    if len(best) == 1:
        return Meant(best[0], [])
    running = [one for one in best if one.starts_on <= today <= one.ends_on]
    if len(running) == 1:
        return Meant(running[0], [])
    return Meant(None, list(running or best)[:MOST_CANDIDATES])


def months_in(said: str) -> tuple[list[int], str]:
    """The months that seasons and months' names say, and what else was said."""
    months: list[int] = []
    rest = []
    for word in said.split():
        if word in _SEASONS:
            months += _SEASONS[word]
        elif word in _MONTHS:
            months.append(_MONTHS.index(word) + 1)
        else:
            rest.append(word)
    return months, " ".join(rest)


def segment_meant(categories: Sequence[SegmentCategory], words: str) -> tuple[Segment | None, list[Named]]:
    """The segment, or those that may be meant: a slug or a name, else all categories that every word fits."""
    said = plain(words)
    short = " ".join(_PEOPLE.sub(" ", said).split()) or said
    for key in (words.strip().lower(), said, short, _SAME.get(short, short)):
        exact = [one for one in categories if key in (one.slug.lower(), plain(one.name), plain(one.slug))]
        if exact:
            return _with_children(categories, exact[:1], exact[0].slug, exact[0].name), []
    asked = [_SAME.get(word, word) for word in short.split()]
    fitting = [one for one in categories if asked and all(_fits(word, one) for word in asked)]
    if fitting:
        top = [one for one in fitting if one.parent_id not in {other.category_id for other in fitting}]
        if len(top) == 1:
            return _with_children(categories, top, top[0].slug, top[0].name), []
        return _with_children(categories, fitting, " ".join(asked), short), []
    near = [one for one in categories if any(_fits(word, one) for word in asked)]
    return None, [Named(id=one.slug, name=one.name) for one in near[:MOST_CANDIDATES]]


def _fits(word: str, category: SegmentCategory) -> bool:
    own = plain(f"{category.slug} {category.name} {category.parent_slug or ''} {category.parent_name or ''}").split()
    return any(_alike(one, other) for one in _GROUPS.get(word, (word,)) for other in own)


def _alike(one: str, other: str) -> bool:
    singular, others = one.rstrip("s"), other.rstrip("s")
    return singular == others or (len(one) > 3 and fuzz.ratio(singular, others) >= ALIKE)


def _with_children(
    categories: Sequence[SegmentCategory], chosen: Iterable[SegmentCategory], key: str, name: str
) -> Segment:
    own = {one.category_id for one in chosen}
    every = [one for one in categories if one.category_id in own or one.parent_id in own]
    slugs = dict.fromkeys(slug for one in every for slug in (one.slug, one.parent_slug) if slug)
    return Segment(Named(id=key[:80], name=name[:80]), [one.category_id for one in every], list(slugs))

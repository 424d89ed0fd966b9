"""From what somebody said to what a search is narrowed to, and back into words."""

import re
from collections.abc import Iterator

from actions.context import MAX_SAID, MAX_WORDS, Changeable, Filters, Said
from actions.entities import Entities
from actions.formats import money
from store.products import ProductFilters

# What remains of "can you show me some warm jackets please" is "warm": the rest asks, it does not describe.
_ASKING = frozenset(
    """a about again all also am an and any anything are article articles available be bring browse buy by can cheap
    cheaper cheapest could display do does else find for from gear get give good got has have hello help hey hi how i
    im in interested into is it item items just kind kinds less let like list look looking me more most my need nice
    now of offer offers ok on one ones only options or order other our out please product products purchase really
    recommend sale search searching see sell selling shop show so some something sort stock store stuff suggest tell
    than thanks that the them then there these thing things this those to type under up us want wanna wanted was we
    what whats where which who will wish with within would you your""".split()  # noqa: SIM905 - a list of 130 quoted words is no easier to read
)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_AT_LEAST = r"(?:\b(?:at least|minimum(?: of)?|more than|over|from)\s+)?"
_MEASURES = {  # a number with a unit -> the numeric attribute whose lower bound it is
    "ram_gb": re.compile(_AT_LEAST + _NUMBER + r"\s*gb\s*(?:of\s+)?(?:ram|memory)", re.IGNORECASE),
    "battery_mah": re.compile(_AT_LEAST + _NUMBER + r"\s*mah", re.IGNORECASE),
    "display_inches": re.compile(_AT_LEAST + _NUMBER + r'\s*(?:inch(?:es)?\b|["”″])', re.IGNORECASE),
}
_CHANGED: dict[str, Changeable] = {  # a field -> what of an earlier sentence it takes the place of
    "category": "category", "brand": "brand", "colour": "colour", "size": "size", "storage": "storage",
    "min_price": "price", "max_price": "price",
}  # fmt: skip
KINDS = ("category", "brand", "colour", "size", "storage")
_AUDIENCES = frozenset({"women", "men", "kids", "girls", "boys"})  # as a category's name they are no kind of product
# What is given up first when nothing fits: words may be odd, a budget is meant.
LOOSENED = ("words", "at_least", "colour", "size", "storage", "brand", "max_price", "min_price", "category")


def filters_of(entities: Entities, text: str) -> Filters:
    """What a message narrows a search to; `text` is empty when it was not typed."""
    filters = Filters(**{kind: getattr(entities, kind) for kind in KINDS})
    if entities.amount:
        filters.min_price, filters.max_price = entities.amount.min, entities.amount.max
    rest = _without(text, entities.spans)
    for key, pattern in _MEASURES.items():
        if found := pattern.search(text):
            filters.at_least = {**filters.at_least, key: float(found[1].replace(",", "."))}
            rest = _without(rest, [found.span()])
            if filters.size == found[1]:  # "6 inch" is no size of clothes
                filters.size = None
    idle = _ASKING | _names_of(entities.attributes)
    words = [word for word in _WORD.findall(rest) if word.lower().replace("’", "").replace("'", "") not in idle]
    filters.words = " ".join(words)[:MAX_WORDS] or None
    return filters


def _names_of(attributes: list[str]) -> set[str]:
    """Words that name a specification ("camera") rather than say what it should be ("leather")."""
    names = {part for attribute in attributes for part in attribute.split("_")}
    return names | {f"{name}s" for name in names} | ({"screen", "life", "capacity", "quality"} if names else set())


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with what was understood otherwise blanked out."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = " " * len(letters[start:end])
    return "".join(letters)


def merged(before: Filters, now: Filters) -> Filters:
    """A search narrowed further: what is said now replaces what was said before of the same kind.

    Words are not taken over: in "and in blue?" they are turns of phrase. The sentence of before stays, with what of it
    does not hold any more.
    """
    news = now.model_dump(exclude_defaults=True, exclude={"words", "said"})
    if "max_price" in news or "min_price" in news:
        news = {"min_price": None, "max_price": None, **news}
    both = Filters.model_validate({**before.model_dump(), **news})
    if both.said:
        changed = {*both.said.changed, *(_CHANGED[field] for field in news if field in _CHANGED)}
        both.said = Said(text=both.said.text, changed=sorted(changed))
    return both


def with_words(filters: Filters, words: str | None) -> Filters:
    """A search with more words; the last ones count where there are too many."""
    if not words:
        return filters
    more = saying(filters, words)
    return more.model_copy(update={"words": f"{filters.words or ''} {words}".strip()[-MAX_WORDS:]})


def saying(filters: Filters, words: str) -> Filters:
    """A search whose sentence goes on with `words`, where it has one."""
    if filters.said is None:
        return filters
    said = Said(text=f"{filters.said.text} {words}"[-MAX_SAID:], changed=filters.said.changed)
    return filters.model_copy(update={"said": said})


def is_empty(filters: Filters) -> bool:
    return filters.model_copy(update={"said": None}) == Filters()


def product_filters(filters: Filters) -> ProductFilters:
    """The same for the store; only what can be bought now is searched."""
    fields = filters.model_dump(exclude={"said"})
    return ProductFilters(**{**fields, "words": filters.words or "", "in_stock": True})


def loosened(filters: Filters, kind: str | None = None) -> Iterator[tuple[str, Filters]]:
    """The search with one thing given up, in the order of `LOOSENED`, then with more and more of them.

    Each time: what was given up, in words without quotes, and the search that is left, which is never empty. `kind` is
    the category's name.
    """
    given = [field for field in LOOSENED if getattr(filters, field)]
    for dropped in [[field] for field in given] + [given[:many] for many in range(2, len(given))]:
        empty = {
            field: Filters.model_fields[field].get_default(call_default_factory=True) for field in (*dropped, "said")
        }
        less = filters.model_copy(update=empty)
        if not is_empty(less):
            yield (
                described(Filters(**{field: getattr(filters, field) for field in dropped}), kind).replace('"', ""),
                less,
            )


def described(filters: Filters, kind: str | None = None, *, currency: str = "USD") -> str:
    """`blue Samsung phones with 128GB up to $300`; `kind` is the category's name, without it its slug is read out."""
    head = [
        filters.colour and filters.colour.lower(),
        filters.brand,
        filters.category and noun(kind, filters.category),
    ]
    tail = [
        f'"{filters.words}"' if filters.words else None,
        f"in size {filters.size}" if filters.size else None,
        f"with {filters.storage}" if filters.storage else None,
        *(f"with at least {value:g} {_measure(key)}" for key, value in filters.at_least.items()),
        f"from {money(filters.min_price, currency)}" if filters.min_price is not None else None,
        f"up to {money(filters.max_price, currency)}" if filters.max_price is not None else None,
    ]
    return " ".join(part for part in (*head, *tail) if part)


def noun(kind: str | None, slug: str) -> str:
    """A category as a noun in a sentence: `Women's Shirts` -> `women's shirts`, `Women` -> `things for women`."""
    words = (kind or slug.replace("-", " ")).split()
    noun = " ".join(word.lower() if word[1:].islower() or "'" in word else word for word in words)
    return f"things for {noun}" if noun in _AUDIENCES else noun


def _measure(key: str) -> str:
    return {"ram_gb": "GB of RAM", "battery_mah": "mAh", "display_inches": "inches"}[key]

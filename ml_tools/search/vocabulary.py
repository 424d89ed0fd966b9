"""The shop's counted vocabulary in memory, taken up anew when the store has counted it again."""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from ml_tools.search.lexicon import Stems
from ml_tools.search.words import singular, stems_of
from store.search_terms import Term, read_terms, terms_counted_at
from store.session import Database

LOOKED_SECONDS = 10.0
SLUG = "category"
Named = Mapping[Stems, tuple[str, ...]]  # what people call it -> the values that it may be


@dataclass(frozen=True)
class Bounds:
    low: float
    high: float


@dataclass(frozen=True)
class Vocabulary:
    """What the shop's words mean; empty until they were counted first."""

    products: int = 0
    words: Mapping[str, int] = field(default_factory=dict)  # as written -> products that have it
    names: Mapping[str, int] = field(default_factory=dict)  # ... in the name, brand or category
    by_stem: Mapping[str, int] = field(default_factory=dict)
    categories: Named = field(default_factory=dict)
    category_names: Mapping[str, str] = field(default_factory=dict)  # slug -> as the shop calls it, in lower case
    parents: Mapping[str, str] = field(default_factory=dict)
    brands: Named = field(default_factory=dict)
    colours: Named = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)
    storages: Mapping[str, str] = field(default_factory=dict)  # without blanks, in lower case -> as written
    values: Mapping[Stems, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # -> (key, value in lower case)
    numbers: Mapping[str, Bounds] = field(default_factory=dict)
    prices: Mapping[str, Bounds] = field(default_factory=dict)  # slug, or '' -> what two thirds cost at most, at least

    def frequency(self, stem: str) -> int:
        return self.by_stem.get(stem, 0)

    def weight(self, stem: str) -> float:
        """Inverse document frequency as BM25 has it (Robertson and Zaragoza 2009), never below a little."""
        n, found = max(self.products, 1), self.frequency(stem)
        return max(math.log(1 + (n - found + 0.5) / (found + 0.5)), 0.1)

    @cached_property
    def category_heads(self) -> Mapping[str, tuple[str, ...]]:
        """The last word of a category's name -> all categories that end so: shoe -> casual shoes, sports shoes."""
        found: dict[str, list[str]] = defaultdict(list)
        for stems, slugs in self.categories.items():
            if len(stems) > 1:
                found[stems[-1]] += slugs
        return {word: tuple(dict.fromkeys(slugs)) for word, slugs in found.items()}

    @cached_property
    def colour_words(self) -> Mapping[str, tuple[str, ...]]:
        """The last word of a colour's name -> all colours that end so: blue -> Blue, Navy Blue, Awesome Blue."""
        found: dict[str, list[str]] = defaultdict(list)
        for stems, values in self.colours.items():
            if stems:
                found[stems[-1]] += values
        return {word: tuple(dict.fromkeys(values)) for word, values in found.items()}


def vocabulary_of(terms: Iterable[Term]) -> Vocabulary:
    by_kind: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_kind[term.kind].append(term)
    stems: dict[str, int] = defaultdict(int)
    for word in by_kind["word"]:
        stems[singular(word.term)] += word.products
    prices = {term.term: Bounds(term.low or 0, term.high or 0) for term in by_kind["price"]}
    return Vocabulary(
        products=next((term.products for term in by_kind["price"] if term.term == ""), 0),
        words={term.term: term.products for term in by_kind["word"]},
        names={term.term: int(term.low or 0) for term in by_kind["word"] if term.low},
        by_stem=dict(stems),
        categories=_categories(by_kind["category"]),
        category_names={term.value: term.term for term in by_kind["category"]},
        parents={term.term: term.value for term in by_kind["parent"]},
        brands=_named(by_kind["brand"]),
        colours=_named(by_kind["colour"]),
        sizes={term.term: term.value for term in by_kind["size"]},
        storages={term.term.replace(" ", ""): term.value for term in by_kind["storage"]},
        values=_values(by_kind["is"]),
        numbers={term.term: Bounds(term.low or 0, term.high or 0) for term in by_kind["number"]},
        prices=prices,
    )


def _named(terms: Sequence[Term]) -> dict[Stems, tuple[str, ...]]:
    found: dict[Stems, list[str]] = defaultdict(list)
    for term in terms:
        found[stems_of(term.term)].append(term.value)
    return {stems: tuple(values) for stems, values in found.items() if stems}


_WHOSE = frozenset({"woman", "women", "womens", "man", "men", "mens", "kid", "kids", "girl", "boy"})


def _categories(terms: Sequence[Term]) -> dict[Stems, tuple[str, ...]]:
    """ "Women's Shirts" is also asked for as "shirts", "Mugs & Cups" as either."""
    found: dict[Stems, list[str]] = defaultdict(list)
    for term in terms:
        names = [stems_of(term.term), *(stems_of(part) for part in term.term.replace(" and ", "&").split("&"))]
        for name in names:
            bare = tuple(stem for stem in name if stem not in _WHOSE)
            for one in {name, bare}:
                if one and term.value not in found[one]:
                    found[one].append(term.value)
    return {stems: tuple(slugs) for stems, slugs in found.items() if slugs}


def _values(terms: Sequence[Term]) -> dict[Stems, tuple[tuple[str, str], ...]]:
    found: dict[Stems, list[tuple[str, str]]] = defaultdict(list)
    for term in terms:
        stems = stems_of(term.term)
        if 0 < len(stems) <= 3 and not stems[0][0].isdigit():
            found[stems].append((term.value, term.term))
    return {stems: tuple(values) for stems, values in found.items()}


class Vocabularies:
    """Holds the newest vocabulary; whether there is a newer one is looked for every few seconds."""

    def __init__(self, database: Database, *, looked_seconds: float = LOOKED_SECONDS) -> None:
        self._database, self._looked_seconds = database, looked_seconds
        self._current = Vocabulary()
        self._counted_at: datetime | None = None
        self._looked = -math.inf
        self._reading = asyncio.Lock()

    async def current(self) -> Vocabulary:
        if time.monotonic() - self._looked < self._looked_seconds:
            return self._current
        async with self._reading:
            if time.monotonic() - self._looked >= self._looked_seconds:
                await self._look()
        return self._current

    async def _look(self) -> None:
        async with self._database.read() as session:
            counted_at = await terms_counted_at(session)
            if counted_at != self._counted_at:
                terms = await read_terms(session)
                self._current = await asyncio.to_thread(vocabulary_of, terms)
                self._counted_at = counted_at
        self._looked = time.monotonic()

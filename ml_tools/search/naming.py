"""Terms as parts: a property, a category, a brand, a colour or an attribute's value, by what the shop has."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ml_tools.search.lexicon import Lexicon, Stems
from ml_tools.search.reading import Kind, Part
from ml_tools.search.vocabulary import Vocabulary
from ml_tools.search.words import Word, any_query, phrase_query, stems_of
from store.search_conditions import Condition

MOST_CATEGORIES = 12
SHORTEST_COLOUR = 3  # letters


@dataclass
class Naming:
    """For one text, whose stems it knows: who it is for decides between women's shirts and men's."""

    lexicon: Lexicon
    vocabulary: Vocabulary
    stems: Sequence[str]
    _kind: str | None = field(default=None, init=False)  # the category that is named, for what is cheap in it

    def __post_init__(self) -> None:
        for length in (3, 2, 1):
            for first in range(len(self.stems) - length + 1):
                slugs = self._categories(tuple(self.stems[first : first + length]))
                if slugs and self._kind is None:
                    self._kind = slugs[0]

    def part(self, words: Sequence[Word], *, alone: bool) -> Part | None:
        """What the words name; None when they name nothing that the shop has."""
        stems = tuple(word.stem for word in words)
        if alone and (stems[0] in self.lexicon.asking or words[0].is_number):
            return None
        for way in (self._property, self._category, self._brand, self._colour, self._level, self._value):
            part = way(words, stems)
            if part is not None:
                return part
        return None

    def _property(self, words: Sequence[Word], stems: Stems) -> Part | None:
        found = self.lexicon.properties.get(stems)
        if found is None:
            return None
        query = any_query([phrase_query(stems_of(one)) for one in (*found.words, " ".join(w.text for w in words))])
        condition = Condition(keys=found.keys, query=query)
        key = found.keys[0] if found.keys else "any"
        return _part("attribute", found.name, words, condition, key=key, op="has", value=found.name)

    def _category(self, words: Sequence[Word], stems: Stems) -> Part | None:
        slugs = self._categories(stems)
        if not slugs or len(slugs) > MOST_CATEGORIES or self._is_audience(stems):
            return None
        query = any_query([phrase_query(one) for one in self._meanings(stems)])
        label = self.vocabulary.category_names[slugs[0]] if len(slugs) == 1 else " ".join(w.text for w in words)
        return _part("category", label, words, Condition(categories=slugs, query=query), values=slugs)

    def _categories(self, stems: Stems) -> tuple[str, ...]:
        """Slugs of the category that is called so; else of those that mean it, and whose names end so."""
        named = self.vocabulary.categories.get(stems, ())
        if not named:
            named = tuple(slug for one in self._meanings(stems) for slug in self.vocabulary.categories.get(one, ()))
            named += self.vocabulary.category_heads.get(stems[0], ()) if len(stems) == 1 else ()
        return self._for_whom(tuple(dict.fromkeys(named)))

    def _is_audience(self, stems: Stems) -> bool:
        """ "Women" is a department, and a word for whom something is: the texts tell better."""
        return len(stems) == 1 and stems[0] in self.lexicon.audience and len(self.stems) > 1

    def _for_whom(self, slugs: tuple[str, ...]) -> tuple[str, ...]:
        if len(slugs) < 2:
            return slugs
        wanted = {self.lexicon.audience[stem] for stem in self.stems if stem in self.lexicon.audience}
        names = self.vocabulary.category_names
        fitting = tuple(s for s in slugs if {self.lexicon.audience.get(w) for w in stems_of(names[s])} & wanted)
        return fitting or slugs

    def _brand(self, words: Sequence[Word], stems: Stems) -> Part | None:
        brands = self.vocabulary.brands.get(stems, ())
        if not brands:
            return None
        condition = Condition(brands=brands, query=phrase_query(stems))
        return _part("brand", brands[0], words, condition, values=brands)

    def _colour(self, words: Sequence[Word], stems: Stems) -> Part | None:
        phrases = self.lexicon.colours.get(stems, (stems,))
        values = [value for one in phrases for value in self.vocabulary.colours.get(one, ())]
        if len(stems) == 1:
            values += [v for one in phrases if len(one) == 1 for v in self.vocabulary.colour_words.get(one[0], ())]
        if not values or max(map(len, stems)) < SHORTEST_COLOUR:  # catalogues have colours called "S"
            return None
        if stems not in self.vocabulary.colours and stems not in self.lexicon.colours and len(stems) > 1:
            return None
        query = any_query([phrase_query(one) for one in phrases])
        colours = tuple(dict.fromkeys(values))
        return _part("colour", " ".join(w.text for w in words), words, Condition(colours=colours, query=query), colours)

    def _level(self, words: Sequence[Word], stems: Stems) -> Part | None:
        """Cheap and expensive: what a third of the kind, else of the shop, costs at most or at least."""
        cheap, dear = stems in self.lexicon.cheap, stems in self.lexicon.dear
        bounds = self.vocabulary.prices.get(self._kind or "") or self.vocabulary.prices.get("")
        if not (cheap or dear) or bounds is None:
            return None
        low = None if cheap else Decimal(str(round(bounds.high, 2)))
        high = Decimal(str(round(bounds.low, 2))) if cheap else None
        label = f"{words[0].text}: " + (f"up to {float(high):g}" if high is not None else f"from {float(low or 0):g}")
        return _part("price", label, words, Condition(min_price=low, max_price=high), low=low, high=high)

    def _value(self, words: Sequence[Word], stems: Stems) -> Part | None:
        """A value of an attribute, as "leather" of material."""
        for phrase in self._meanings(stems):
            known = self.vocabulary.values.get(phrase, ())
            if known and not self._is_audience(stems) and stems not in self.vocabulary.categories:
                query = any_query([phrase_query(one) for one in self._meanings(stems)])
                key, value = known[0]
                return _part("attribute", value, words, Condition(query=query), key=key, op="=", value=value)
        return None

    def _meanings(self, stems: Stems) -> tuple[Stems, ...]:
        """The phrase itself, then what means the same."""
        return tuple(dict.fromkeys((stems, *self.lexicon.synonyms.get(stems, ()))))


def _part(
    kind: Kind, label: str, words: Sequence[Word], condition: Condition, values: tuple[str, ...] = (), **more: Any
) -> Part:
    return Part(kind, label, words[0].start, words[-1].end, condition, values, **more)

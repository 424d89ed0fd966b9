"""The shop's own words for categories, brands, colours, sizes and storage, and what people call them instead."""

from collections.abc import Iterator, Sequence, Set

from rapidfuzz.distance import OSA

from assistant.components.words import Word, singular, words_of

Found = tuple[Word, Word, str, str]  # first word, last word, kind, canonical value

# What people say for what a shop files under another name; used only where the shop has the right-hand word.
SYNONYMS = {
    "category": {
        "phone": "smartphone", "mobile": "smartphone", "mobile phone": "smartphone", "cell phone": "smartphone",
        "cellphone": "smartphone", "handset": "smartphone", "trainer": "sneaker", "running shoe": "sneaker",
        "tee": "t shirt", "tshirt": "t shirt", "jumper": "knitwear", "sweater": "knitwear", "pullover": "knitwear",
        "cardigan": "knitwear", "purse": "handbag", "rucksack": "backpack", "wristwatch": "watch",
        "wrist watch": "watch", "high heel": "heel", "pump": "heel", "denim": "jean", "pillow": "cushion",
        "light": "lamp", "cup": "mug", "throw": "blanket", "gown": "dress", "footwear": "shoe",
    },
    "colour": {
        "gray": "grey", "violet": "purple", "purple": "violet", "navy blue": "navy", "rose": "pink",
        "turquoise": "teal", "golden": "gold", "silvery": "silver", "maroon": "burgundy",
    },
    "size": {
        "extra small": "xs", "small": "s", "medium": "m", "large": "l", "extra large": "xl", "x large": "xl",
        "double xl": "xxl", "2 xl": "xxl",
    },
}  # fmt: skip
WOMEN = frozenset({"women", "womens", "woman", "ladies", "lady", "girl", "girls", "wife", "female", "her"})
MEN = frozenset({"men", "mens", "man", "gents", "boy", "boys", "husband", "male", "him", "guys"})
SLIPPERY = ("colour", "category", "brand")  # a slip of the finger is forgiven in these, from six letters on


def _plain(term: str) -> tuple[str, ...]:
    return tuple(singular(word.text) for word in words_of(term))


class ShopTerms:
    """The vocabulary of `catalogue_terms`, ready to be found in words."""

    def __init__(self, vocabulary: dict[str, dict[str, str]]) -> None:
        self._by_words: dict[str, dict[tuple[str, ...], set[str]]] = {}
        for kind in ("category", "brand", "colour", "size", "storage"):
            table = self._by_words.setdefault(kind, {})
            for term, value in vocabulary.get(kind, {}).items():
                for words in _spoken(kind, term):
                    table.setdefault(words, set()).add(value)
            for said, meant in SYNONYMS.get(kind, {}).items():
                if _plain(meant) in table:
                    table.setdefault(_plain(said), set()).update(table[_plain(meant)])
        words = {kind: {word for term in table for word in term} for kind, table in self._by_words.items()}
        self.colours: Set[str] = words["colour"]
        self.sizes: Set[str] = words["size"] | {"size"}
        self.generic_but_brands: Set[str] = words["category"] | self.colours | words["size"] | words["storage"]
        self.generic: Set[str] = self.generic_but_brands | words["brand"]

    def entities(self, words: Sequence[Word], taken: Sequence[tuple[int, int]]) -> list[Found]:
        """Terms outside the `taken` places, longest first, no two of a kind on one word. Who it is for ("boots for
        men") is no category of its own beside one."""
        found = list(self._found(words, taken))
        kinds = [value for _, _, kind, value in found if kind == "category" and value not in ("women", "men")]
        return [one for one in found if not (kinds and one[2] == "category" and one[3] in ("women", "men"))]

    def _found(self, words: Sequence[Word], taken: Sequence[tuple[int, int]]) -> Iterator[Found]:
        audience = {"women" for w in words if w.text in WOMEN} | {"men" for w in words if w.text in MEN}
        for kind in self._by_words:
            if kind == "size" and not _speaks_of_size(words):
                continue
            used: set[int] = set()
            for first, last in _stretches(len(words)):
                span = (words[first].start, words[last].end)
                if used & set(range(first, last + 1)) or _overlaps(span, taken, kind):
                    continue
                values = self._values(kind, tuple(singular(w.text) for w in words[first : last + 1]))
                value = _fitting(values, audience)
                if value is not None:
                    used |= set(range(first, last + 1))
                    yield words[first], words[last], kind, value

    def _values(self, kind: str, said: tuple[str, ...]) -> set[str]:
        table = self._by_words[kind]
        if said in table or kind not in SLIPPERY or len(said) != 1 or len(said[0]) < 6:
            return table.get(said, set())
        near = [term for term in table if len(term) == 1 and OSA.distance(said[0], term[0], score_cutoff=1) <= 1]
        return table[near[0]] if len(near) == 1 else set()


def _spoken(kind: str, term: str) -> list[tuple[str, ...]]:
    """ "Women's Shirts" is also asked for as "shirts"; other terms as they stand."""
    words = _plain(term)
    rest = tuple(word for word in words if word not in WOMEN | MEN | {"women's", "men's"})
    return [words, rest] if kind == "category" and rest and rest != words else [words]


def _fitting(values: set[str], audience: set[str]) -> "str | None":
    """The one value that is meant; several that only the audience tells apart need the audience."""
    if len(values) <= 1:
        return next(iter(values), None)
    fitting = {value for value in values for who in audience if value.startswith(f"{who}-")}
    if len(fitting) == 1:
        return fitting.pop()
    exact = {value for value in values if "-" not in value}
    return exact.pop() if len(exact) == 1 else None


def _speaks_of_size(words: Sequence[Word]) -> bool:
    """Sizes are letters and numbers that mean anything; only near the word itself, or as a clear letter size."""
    said = {word.text for word in words}
    return bool(
        said & {"size", "sizes", "sized", "xs", "xl", "xxl", "small", "medium", "large", "wear", "fit", "come"}
    ) or any(w.text in {"s", "m", "l"} or w.is_number for w in words[-1:])


def _stretches(count: int) -> Iterator[tuple[int, int]]:
    for length in (3, 2, 1):
        for first in range(count - length + 1):
            yield first, first + length - 1


def _overlaps(span: tuple[int, int], taken: Sequence[tuple[int, int]], kind: str) -> bool:
    # A storage inside a product's mention still says which variant is meant.
    return kind != "storage" and any(start < span[1] and span[0] < end for start, end in taken)

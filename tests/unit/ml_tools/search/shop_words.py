"""A small vocabulary whose right answers are known, for the tests of understanding."""

from ml_tools.search.lexicon import lexicon
from ml_tools.search.spelling import Spelling
from ml_tools.search.understanding import Understander
from ml_tools.search.vocabulary import Vocabulary, vocabulary_of
from store.search_terms import Term

CATEGORIES = {
    "smartphones": ("smartphones", 50), "men's shirts": ("men-shirts", 30), "women's shirts": ("women-shirts", 30),
    "trousers": ("trousers", 20), "casual shoes": ("casual-shoes", 10), "sports shoes": ("sports-shoes", 10),
}  # fmt: skip
WORDS = {
    "samsung": 20, "galaxy": 20, "note": 5, "nokia": 10, "shirt": 40, "shirts": 20, "leather": 12, "shoes": 20,
    "trousers": 20, "black": 60, "blue": 50, "casual": 30, "waterproof": 3, "backpack": 4,
}  # fmt: skip


def vocabulary() -> Vocabulary:
    terms = [Term("word", word, "", n, float(n), None) for word, n in WORDS.items()]
    terms += [Term("category", name, slug, n, None, None) for name, (slug, n) in CATEGORIES.items()]
    terms += [Term("brand", one.lower(), one, 10, None, None) for one in ("Samsung", "Nokia", "Under Armour")]
    terms += [Term("colour", one.lower(), one, 10, None, None) for one in ("Black", "Blue", "Navy Blue", "Grey", "S")]
    terms += [Term("size", one.lower(), one, 10, None, None) for one in ("M", "XL", "42")]
    terms += [Term("storage", "128gb", "128GB", 10, None, None)]
    terms += [Term("is", "leather", "material", 12, None, None), Term("is", "casual", "usage", 30, None, None)]
    terms += [
        Term("number", "battery_mah", "", 50, 900, 7000), Term("number", "display_inches", "", 50, 1.5, 13),
        Term("number", "ram_gb", "", 50, 0.1, 16), Term("number", "storage_gb", "", 50, 0.1, 1024),
    ]  # fmt: skip
    terms += [Term("price", "", "", 200, 40.0, 160.0), Term("price", "smartphones", "", 50, 250.0, 700.0)]
    return vocabulary_of(terms)


def understander() -> Understander:
    words = vocabulary()
    english = frozenset({"trip", "summer", "friend", "gift", "looking"})
    return Understander(lexicon(), words, Spelling(words, lexicon().words, english))

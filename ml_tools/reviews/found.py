"""What this shop's reviews talk about and no list knows: nouns that are frequent here, alike ones together.

Nouns are told by where they stand ("the strap is", "its hinge", "the lid came off"), counted by reviews, and put
together when the sentence encoder finds them alike. Names of products, listed aspects, and words that judge are not
aspects.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.reviews.aspect_words import LISTED
from ml_tools.reviews.clauses import hints, listed, plain, tone

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

FEWEST_REVIEWS = 8
FEWEST_SHARE = 0.002  # of the reviews
FEWEST_PRODUCTS = 3  # else it is one product's matter
FEWEST_SUBJECTS = 4  # times that a noun is a sentence's subject
FEWEST_AS_SUBJECT = 0.03  # of its occurrences
FEWEST_WITH_ARTICLE = 0.35
MOST = 12
ALIKE = 0.7  # cosine from which two nouns are one aspect
LISTED_ALIKE = 0.75  # and from which one is a listed aspect already

_VERB = (
    r"is|are|was|were|isn't|aren't|wasn't|has|have|had|feels?|felt|seems?|came|comes?|gets?|got|does|did|do|doesn't|"
    r"didn't|don't|keeps?|makes?|works?|stays?|holds?|needs?|could|can|should|will|would|opens?|closes?|sits?|tastes?|"
    r"smells?|leaks?|sticks?|stuck|fell|glows?|opened|closed|moves?|turns?"
)
_DETERMINER = r"(?:the|a|an|its|their|his|her|this|that|these|those|my|your|no|one|two|with|of)"
_SUBJECT = re.compile(rf"\b{_DETERMINER}\s+(?:[a-z-]+\s)??(?!(?:{_VERB})\b)([a-z-]{{3,}})\s+(?:{_VERB})\b")
_ARTICLE = re.compile(rf"\b{_DETERMINER}\s+([a-z-]{{3,}})\b")
_WORD = re.compile(r"[a-z-]{3,}")
_OF_NO_WEIGHT = frozenset({
    "small", "medium", "large", "must", "kids", "friends", "friend", "pair", "body", "cat", "dog", "device", "app",
    "application", "black", "white", "grey", "gray", "red", "green", "blue", "pink", "brown", "yellow", "purple",
    "orange",
    "thing", "things", "one", "ones", "time", "times", "day", "days", "week", "weeks", "month", "year", "reviews",
    "review", "people", "product", "item", "items", "stuff", "way", "part", "lot", "rest", "first", "second", "third",
    "last", "other", "others", "only", "same", "both", "all", "most", "some", "whole", "box", "website", "site",
    "page", "video", "description", "order", "purchase", "company", "brand", "seller", "problem", "issue", "reason",
    "fact", "point", "idea", "result", "bottom", "top", "side", "sides", "front", "back", "inside", "outside", "end",
    "middle", "package",
})  # fmt: skip


@dataclass(frozen=True)
class FoundAspect:
    """`words` are its surface forms, the most frequent first; `reviews` counts those with any of them."""

    slug: str
    name: str
    words: tuple[str, ...]
    reviews: int


def found_aspects(
    reviews: Sequence[tuple[int, str]], product_names: Sequence[str], encode: Encode, *, kinds: Sequence[str] = ()
) -> list[FoundAspect]:
    """From (product, text) of many reviews; the most frequent first, at most MOST. `kinds` are names of categories."""
    where, on = _nouns(reviews)
    least = max(FEWEST_REVIEWS, FEWEST_SHARE * len(reviews))
    own = {word for name in (*product_names, *kinds) for word in _singulars(name)}
    nouns = [
        noun
        for noun, found in sorted(where.items(), key=lambda item: (-len(item[1]), item[0]))
        if len(found) >= least and len(on[noun]) >= FEWEST_PRODUCTS and _may_be_aspect(noun, own)
    ]
    return _together(nouns, where, encode) if nouns else []


def _nouns(reviews: Sequence[tuple[int, str]]) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """Noun -> reviews, and noun -> products: words that are often a sentence's subject, and mostly have an article."""
    texts = [plain(text) for _, text in reviews]
    subjects = Counter(match.group(1) for text in texts for match in _SUBJECT.finditer(text))
    after_article = Counter(match.group(1) for text in texts for match in _ARTICLE.finditer(text))
    all_of = Counter(word for text in texts for word in _WORD.findall(text))
    likely = {
        noun
        for noun, count in subjects.items()
        if count >= max(FEWEST_SUBJECTS, FEWEST_AS_SUBJECT * all_of[noun])
        and after_article[noun] >= FEWEST_WITH_ARTICLE * all_of[noun]
    }
    where, on = defaultdict(set), defaultdict(set)
    for at, ((product, _), text) in enumerate(zip(reviews, texts, strict=True)):
        for word in set(_WORD.findall(text)) & likely:
            where[word].add(at)
            on[word].add(product)
    return where, on


def _may_be_aspect(noun: str, own: set[str]) -> bool:
    if noun in _OF_NO_WEIGHT or own & _singulars(noun):
        return False
    return tone(noun) is None and not hints(noun, listed())


def _singulars(text: str) -> set[str]:
    words = re.findall(r"[a-z]{3,}", plain(text))
    return {*words, *(word.removesuffix("s") for word in words)}


def _together(nouns: Sequence[str], where: dict[str, set[int]], encode: Encode) -> list[FoundAspect]:
    """Alike nouns into one aspect, each with the first (most frequent) that it is like."""
    places = encode(nouns)
    known = encode([phrase for one in LISTED for phrase in (one.name, *one.words.replace("*", "").split("|")[:3])])
    groups: list[list[int]] = []
    for at in range(len(nouns)):
        if float((known @ places[at]).max()) >= LISTED_ALIKE:
            continue
        home = next((group for group in groups if float(places[group[0]] @ places[at]) >= ALIKE), None)
        if home is None:
            groups.append([at])
        else:
            home.append(at)
    found = [_aspect([nouns[at] for at in group], where) for group in groups]
    return sorted(found, key=lambda one: (-one.reviews, one.slug))[:MOST]


def _aspect(words: Sequence[str], where: dict[str, set[int]]) -> FoundAspect:
    reviews = len(set().union(*(where[word] for word in words)))
    slug = "own_" + re.sub(r"[^a-z]+", "_", words[0]).strip("_")
    return FoundAspect(slug[:60], words[0].capitalize()[:60], tuple(words), reviews)

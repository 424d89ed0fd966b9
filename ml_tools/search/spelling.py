"""Slips of the finger: a word that neither the shop nor the English of shops knows, taken for the nearest that it does.

Distance is optimal string alignment (a letter too many, too few, wrong, or two swapped: Damerau 1964); of several near
words the more frequent one is taken. Ordinary English words are left alone."""

import math
from collections import defaultdict
from collections.abc import Sequence, Set

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from ml_tools.search.vocabulary import Vocabulary
from ml_tools.search.words import Word, singular

SHORTEST = 4  # letters; shorter words are neither corrected nor split off
LONG = 6  # letters from which two slips are forgiven
OTHER_BEGINNING = 0.6  # people seldom mistype the first letter
KEPT = 10_000  # corrections that are remembered


class Spelling:
    """Made once for a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, shop_english: Set[str], english: Set[str]) -> None:
        self._vocabulary, self._shop_english, self._english = vocabulary, shop_english, english
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in {*vocabulary.names, *shop_english}:
            if len(word) >= SHORTEST and word.isalpha():
                self._by_length[len(word)].append(word)
        self._remembered: dict[str, str | None] = {}

    def knows(self, word: str) -> bool:
        return (
            word in self._vocabulary.words
            or singular(word) in self._vocabulary.by_stem
            or word in self._shop_english
            or singular(word) in self._shop_english
        )

    def corrected(self, word: Word) -> str | None:
        """What was meant: a word, or two with a blank between; None for a word that is fine, or like nothing."""
        if word.text not in self._remembered:
            if len(self._remembered) >= KEPT:
                self._remembered.clear()
            self._remembered[word.text] = self._look_up(word)
        return self._remembered[word.text]

    def joined(self, first: Word, second: Word) -> str | None:
        """One word that was written as two ("back pack"), where they mean nothing apart."""
        both = first.text + second.text
        apart = self.knows(first.text) and self.knows(second.text)
        return both if both in self._vocabulary.names and not apart and not first.is_number else None

    def _look_up(self, word: Word) -> str | None:
        said = word.text
        if word.is_number or len(said) < SHORTEST or self.knows(said) or said in self._english:
            return None
        return self._nearest(said) or self._split(said)

    def _nearest(self, said: str) -> str | None:
        slips = 1 if len(said) < LONG else 2
        near: list[tuple[float, str]] = []
        for length in range(len(said) - slips, len(said) + slips + 1):
            found = extract(said, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=slips, limit=20)
            near += [(self._cost(said, word, distance), word) for word, distance, _ in found]
        return min(near)[1] if near else None

    def _cost(self, said: str, word: str, distance: float) -> float:
        frequency = max(self._vocabulary.names.get(word, 0), 3 if word in self._shop_english else 0)
        return distance + OTHER_BEGINNING * (said[0] != word[0]) - 0.1 * math.log1p(frequency)

    def _split(self, said: str) -> str | None:
        """Two words that were run together: "galaxynote"."""
        for cut in range(3, len(said) - 2):
            parts: Sequence[str] = (said[:cut], said[cut:])
            if all(part in self._vocabulary.names for part in parts):
                return " ".join(parts)
        return None

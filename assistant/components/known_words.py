"""Which words are words at all: "qwe rty" holds none, however near its letters lie to "ty"."""

import re
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne
from tokenizers import Tokenizer

from assistant.components.ordinary_words import ORDINARY
from assistant.components.words import Word, words_of

# The encoder keeps short scraps ("rt", "sd") as parts of longer words: they are no words of their own.
SHORTEST_ENGLISH = 4
# "kk", "np", "gn": too short to tell a word from a scrap.
SHORTEST_STRANGE = 3
SHORTEST_PART = 2
# What people write for whole sentences stands in no dictionary.
SHORTHAND = frozenset(
    """
    afaik asap atm bbl bff brb btw cya diy dm dob faq fyi gg gj gl gm gn gtg hbu hth idc idk ikr ily imho imo irl jk kk
    lmao lmk lol msg ngl nm np nvm ofc omg omw oos pm ppl rn rofl rsvp sth smh smth sry tba tbc tbh tia tks tmi tnx thx
    thnx thanx ttyl tyt tysm tyvm wb wbu wdym wtf wyd xoxo yolo yw
    """.split()  # noqa: SIM905 (a list of quoted words would be unreadable)
)


def english_words(encoder_folder: Path) -> frozenset[str]:
    """The words that the sentence encoder knows whole; what it has to break up is rare, or no word."""
    pieces = Tokenizer.from_file(str(encoder_folder / "tokenizer.json")).get_vocab()
    return frozenset(piece for piece in pieces if len(piece) >= SHORTEST_ENGLISH and piece.isalpha())


def words_beside(text: str, entities: Iterable[dict[str, Any]]) -> list[Word]:
    """The words of a text, without numbers and without what was found in it."""
    found = [(entity["start"], entity["end"]) for entity in entities]
    return [
        word
        for word in words_of(text)
        if not word.is_number and not any(start < word.end and word.start < end for start, end in found)
    ]


class KnownWords:
    """The assistant's own words (of its examples, of questions, of chats), slips of the finger in them, and English."""

    def __init__(self, learnt: Iterable[str], english: Set[str]) -> None:
        self._own = {*learnt, *ORDINARY, *SHORTHAND}
        self._english = english
        self._forgiven = {
            1: [word for word in self._own if 4 <= len(word) < 6],
            2: [word for word in self._own if len(word) >= 6],
        }

    def hold_none_of(self, words: Iterable[str]) -> bool:
        """True for words that are all strange; False when they are too short to tell, or when there are none."""
        said = list(words)
        return any(len(word) >= SHORTEST_STRANGE for word in said) and not any(map(self._know, said))

    def _know(self, said: str) -> bool:
        return (
            said in self._own
            or said in self._english
            or self._is_slip(said)
            or self._is_stretched(said)
            or self._is_run_together(said)
        )

    def _is_slip(self, said: str) -> bool:
        """One slip of the finger away from a word of 4 or 5 letters, or at most two from a longer one."""
        return any(
            extractOne(said, words, scorer=OSA.distance, score_cutoff=slips) for slips, words in self._forgiven.items()
        )

    def _is_stretched(self, said: str) -> bool:
        """ "heyyy", "okk"."""
        return re.sub(r"(.)\1+", r"\1", said) in self._own

    def _is_run_together(self, said: str) -> bool:
        """ "thankyou", "showme"."""
        cuts = range(SHORTEST_PART, len(said) - SHORTEST_PART + 1)
        return any(said[:cut] in self._own and said[cut:] in self._own for cut in cuts)

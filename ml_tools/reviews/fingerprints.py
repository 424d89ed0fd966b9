"""Which reviews are nearly the same text: MinHash over shingles of words, in bands that an index can look up.

Broder, "On the resemblance and containment of documents" (1997); banding as in Leskovec, Rajaraman and Ullman, "Mining
of Massive Datasets", chapter 3: with 8 bands of 4 hashes, texts of Jaccard similarity .8 share a band with a
probability of .98, those of .3 with one of .06.
"""

import hashlib
import re

import numpy as np
from numpy.typing import NDArray

BANDS, ROWS = 8, 4
SHINGLE = 3  # words
FEWEST_WORDS = 10  # shorter ones are alike by chance: "Love it!"
ALIKE = 0.8  # Jaccard similarity from which a review counts as a copy
_PRIME = np.uint64((1 << 31) - 1)
_RNG = np.random.default_rng(1997)
_A = _RNG.integers(1, int(_PRIME), BANDS * ROWS, dtype=np.uint64)
_B = _RNG.integers(0, int(_PRIME), BANDS * ROWS, dtype=np.uint64)
_WORD = re.compile(r"\w+")


def shingles(text: str) -> set[str]:
    """Every three words in a row; empty for a text that is too short to be called a copy."""
    words = _WORD.findall(text.lower())
    if len(words) < FEWEST_WORDS:
        return set()
    return {" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}


def bands(text: str) -> list[int]:
    """One signed 64-bit number a band; texts that share one may be copies. Empty for a short text."""
    found = shingles(text)
    if not found:
        return []
    hashed = np.array([_hash(one) for one in found], dtype=np.uint64) % _PRIME
    least: NDArray[np.uint64] = ((hashed[:, None] * _A + _B) % _PRIME).min(axis=0).reshape(BANDS, ROWS)
    return [_number(f"{band}:{row.tolist()}") for band, row in enumerate(least)]


def similarity(one: str, other: str) -> float:
    """Jaccard similarity of the shingles, 0..1."""
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)

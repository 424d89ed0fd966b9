"""Texts as token ids in batches of like length: as many rows as fit a budget of tokens, padding included."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer


@dataclass(frozen=True)
class Batch:
    """`rows` says which texts stand in it; ids and mask (rows, tokens) int64."""

    rows: list[int]
    ids: np.ndarray
    mask: np.ndarray


def encode(tokenizer: Tokenizer, texts: Sequence[str], most: int) -> list[list[int]]:
    """Token ids; of a longer text its beginning and its end, where reviews say what they conclude."""
    return [head_and_tail(one.ids, most) for one in tokenizer.encode_batch(list(texts))]


def head_and_tail(ids: list[int], most: int) -> list[int]:
    """`most` ids at the most: two thirds from the beginning, one from the end."""
    if len(ids) <= most:
        return ids
    head = most * 2 // 3
    return ids[:head] + ids[-(most - head) :]


def batches(
    encoded: Sequence[Sequence[int]], *, budget: int, largest: int = 256, rng: np.random.Generator | None = None
) -> Iterator[Batch]:
    """All rows once; sorted by length, or with `rng` nearly sorted and the batches in random order."""
    lengths = np.array([len(ids) for ids in encoded], dtype=float)
    order = np.argsort(lengths if rng is None else lengths * rng.uniform(0.9, 1.1, len(lengths)), kind="stable")
    groups: list[list[int]] = []
    current: list[int] = []
    longest = 0
    for row in order:
        longer = max(longest, len(encoded[row]))
        if current and (longer * (len(current) + 1) > budget or len(current) >= largest):
            groups.append(current)
            current, longer = [], len(encoded[row])
        current.append(int(row))
        longest = longer
    if current:
        groups.append(current)
    for place in range(len(groups)) if rng is None else rng.permutation(len(groups)):
        yield _padded(groups[place], encoded)


def _padded(rows: list[int], encoded: Sequence[Sequence[int]]) -> Batch:
    width = max(len(encoded[row]) for row in rows)
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(encoded[row])] = encoded[row]
        mask[place, : len(encoded[row])] = 1
    return Batch(rows, ids, mask)

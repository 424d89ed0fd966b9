"""What a parser found in a text: a kind of entity, where it stands, and its value."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Found:
    kind: str
    start: int
    end: int
    value: Any


def without_overlaps(found: Iterable[Found]) -> list[Found]:
    """For each kind the longest of those that overlap, in the order of the text."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (f.start - f.end, f.start)):
        if not any(k.kind == one.kind and k.start < one.end and one.start < k.end for k in kept):
            kept.append(one)
    return sorted(kept, key=lambda f: (f.start, f.kind))

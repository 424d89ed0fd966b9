"""Sentences of a review, and the clauses in them, each by where it stands: what is quoted is verbatim."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 20_000  # characters of a review that are read
MOST_SENTENCES = 200
_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+|\n+|(?<=[a-z]{2}[.!?])(?=[A-Z])")  # the last: a space was forgotten


@dataclass(frozen=True)
class Span:
    """A stretch of a text: `text` is exactly what stands between the offsets."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Span]:
    """The sentences of a text in order, without the space around them; at most MOST_SENTENCES."""
    found = [span for span in _between(text[:LONGEST], _END) if any(c.isalnum() for c in span.text)]
    return found[:MOST_SENTENCES]


def _between(text: str, border: re.Pattern[str]) -> Iterator[Span]:
    start = 0
    for match in border.finditer(text):
        if match.end() > start:
            yield from _stripped(text, start, match.start() if match.start() > start else match.end())
            start = match.end()
    yield from _stripped(text, start, len(text))


def _stripped(text: str, start: int, end: int) -> Iterator[Span]:
    inner = text[start:end].strip()
    if inner:
        begin = start + text[start:end].index(inner)
        yield Span(inner, begin, begin + len(inner))

"""What is given up when nothing fulfils everything: what is said in passing before what is meant, one by one, then
together. What must not be and what a page's own filters say is never given up."""

from collections.abc import Iterator, Sequence

from ml_tools.search.reading import Part, Reading

# Given up first comes first: a budget is meant more than a size, and a kind of product more than both.
ORDER = ("value", "attribute", "size", "colour", "brand", "price", "category")
MOST_TRIED = 12


def loosened(reading: Reading) -> Iterator[tuple[Sequence[Part], Sequence[Part]]]:
    """Pairs of the parts that are kept and those that are given up, at most MOST_TRIED."""
    may_go = sorted((part for part in reading.parts if part.op != "not"), key=_place)
    tried = [[part] for part in may_go] + [may_go[:many] for many in range(2, len(may_go) + 1)]
    for dropped in tried[:MOST_TRIED]:
        yield [part for part in reading.parts if part not in dropped], dropped


def _place(part: Part) -> int:
    """A value that describes ("summer") goes before a property or a measure ("waterproof", "128 GB")."""
    describes = part.kind == "attribute" and part.op == "=" and part.unit is None
    return ORDER.index("value" if describes else part.kind)

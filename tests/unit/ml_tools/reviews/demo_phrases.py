"""The demo store's phrases with the aspects that they were written for, as the aspects of this project are called."""

from collections.abc import Iterator
from dataclasses import dataclass

from store.demo import review_words as words

# Where a demo aspect is wider than one of ours, any of several is right.
MEANT: dict[tuple[str, str], frozenset[str]] = {
    ("phone", "battery"): frozenset({"battery"}),
    ("phone", "camera"): frozenset({"camera"}),
    ("phone", "screen"): frozenset({"screen"}),
    ("phone", "speed"): frozenset({"speed"}),
    ("phone", "handling"): frozenset({"handling", "quality", "size_fit"}),
    ("dress", "fit"): frozenset({"size_fit"}),
    ("dress", "fabric"): frozenset({"fabric"}),
    ("dress", "colour"): frozenset({"colour"}),
    ("dress", "washing"): frozenset({"washing", "quality"}),
    ("boot", "comfort"): frozenset({"comfort"}),
    ("boot", "size"): frozenset({"size_fit"}),
    ("boot", "make"): frozenset({"quality", "fabric"}),
    ("boot", "look"): frozenset({"look", "colour"}),
    ("tote", "room"): frozenset({"room", "size_fit"}),
    ("tote", "make"): frozenset({"quality", "fabric"}),
    ("tote", "carrying"): frozenset({"handling", "comfort"}),
    ("tote", "look"): frozenset({"look", "colour", "quality"}),
    ("watch", "dial"): frozenset({"screen", "quality", "look"}),
    ("watch", "accuracy"): frozenset({"reliability"}),
    ("watch", "strap"): frozenset({"comfort", "handling", "quality"}),
    ("watch", "make"): frozenset({"quality", "look", "price"}),
    ("vase", "finish"): frozenset({"quality", "fabric"}),
    ("vase", "colour"): frozenset({"colour"}),
    ("vase", "use"): frozenset({"quality", "comfort", "ease_of_use", "washing", "size_fit"}),
    ("vase", "packing"): frozenset({"packaging", "delivery", "ease_of_use"}),
}
_FILLED = {
    "time": "two weeks", "person": "my sister", "person_plain": "sister", "size": "9", "colour": "navy",
    "material": "cotton", "noun": "one",
}  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """A sentence of the demo, what it is about (any of them), and whether it praises."""

    text: str
    aspects: frozenset[str]
    positive: bool


def phrases() -> Iterator[Phrase]:
    """All of them, with their gaps filled."""
    for (kind, name), aspects in MEANT.items():
        (aspect,) = (one for one in words.ASPECTS[kind] if one.name == name)
        for positive, texts in ((True, aspect.good), (False, aspect.bad)):
            yield from (Phrase(text.format(**_FILLED), aspects, positive) for text in texts)

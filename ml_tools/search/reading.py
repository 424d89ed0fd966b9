"""What a search was understood as: conditions with their places in the text, and the words left to be found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from store.search_conditions import Condition

Kind = Literal["category", "brand", "colour", "size", "price", "attribute"]


@dataclass(frozen=True)
class Part:
    """A stretch of the text that says what products must be.

    `values` are the shop's own: slugs, brands, colours, sizes. Of an attribute there are its `key`, `op`, `value` and
    `unit`; `low` and `high` are a price's bounds."""

    kind: Kind
    label: str
    start: int
    end: int
    condition: Condition
    values: tuple[str, ...] = ()
    key: str = ""
    op: str = "="
    value: str | float | bool = ""
    unit: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    better: Condition | None = None  # what fulfils the part best, where there are degrees


@dataclass(frozen=True)
class Token:
    """A word to be found: a tsquery with all that means the same; `part` is the place of the part that has it."""

    said: str
    query: str
    weight: float
    frequency: int
    part: int | None = None


@dataclass(frozen=True)
class Reading:
    """`text` is what was read; `meaning` what the encoder is given; `corrections` are (typed, taken for)."""

    text: str
    meaning: str
    parts: Sequence[Part] = ()
    tokens: Sequence[Token] = ()
    corrections: Sequence[tuple[str, str]] = ()
    suggestions: Sequence[tuple[str, str]] = ()  # corrections that were not to be made
    stems: frozenset[str] = frozenset()  # of all words outside of figures
    unknown: Sequence[str] = field(default_factory=tuple)  # words that the shop's vocabulary does not hold

    @property
    def facets(self) -> list[Condition]:
        """The parts' conditions in their order, then what is better."""
        return [part.condition for part in self.parts] + [part.better for part in self.parts if part.better]

    @property
    def left(self) -> list[Token]:
        """The words that no part speaks for."""
        return [token for token in self.tokens if token.part is None]

    def saying(self, kinds: Collection[str]) -> list[Part]:
        """The parts that say something of these kinds, or what must not be of them. `storage` is a measure."""
        return [part for part in self.parts if _kind_of(part) in kinds]

    def without(self, part: Part) -> str:
        """The text without a part."""
        return " ".join((self.text[: part.start] + " " + self.text[part.end :]).split())


def _kind_of(part: Part) -> str:
    """The kind of what is asked for or, with `not`, refused."""
    if part.kind == "attribute" and part.condition.sizes:
        return "storage"
    return part.key if part.op == "not" else part.kind

"""A shop's past as a model would have seen it: who had touched what, and been shown what, at any moment."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_tools.promotions.signals import SLOTS, Bases, Profile, Signals, readable, signals
from store.promotion_history import PastShowing
from store.promotion_learning import Learnable
from store.promotions import NEWEST_TOUCHES, Candidate, Interest


@dataclass(frozen=True)
class Past:
    """Who had touched what when: `touches` by person, oldest first, and the rows at which a person begins."""

    products: dict[int, tuple[str, str, str | None]]
    product: NDArray[np.int64]
    at: NDArray[np.float64]
    line: NDArray[np.bool_]
    begins: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, touches: pd.DataFrame, products: dict[int, tuple[str, str, str | None]]) -> "Past":
        who = touches["who"].to_numpy(dtype=object)
        starts = np.flatnonzero(np.r_[len(who) > 0, who[1:] != who[:-1]])
        ends = np.r_[starts[1:], len(who)][: len(starts)]
        begins = {str(who[a]): (int(a), int(b)) for a, b in zip(starts, ends, strict=True)}
        product, at, line = (touches[name].to_numpy() for name in ("product", "at", "line"))
        return cls(products, product, at, line, begins)

    def interests(self, who: str | None, at: float) -> list[Interest]:
        """What somebody's newest touches before that moment were, as `store.promotions.interests_of` counts them."""
        before = self._before(who, at)
        lines, touched = self.line[before], self.product[before]
        newest = np.concatenate([touched[lines][-NEWEST_TOUCHES:], touched[~lines][-NEWEST_TOUCHES:]])
        return [Interest(one, *self.products[one], times) for one, times in Counter(newest.tolist()).items()]

    def bought(self, who: str | None, at: float) -> bool:
        """Whether somebody had ordered anything before that moment."""
        return bool(self.line[self._before(who, at)].any())

    def _before(self, who: str | None, at: float) -> slice:
        start, end = self.begins.get(who or "", (0, 0))
        return slice(start, start + int(np.searchsorted(self.at[start:end], at)))


class Memory:
    """What is known as the history is lived through again: signals of promotions at the moment of a showing."""

    def __init__(self, past: Past, promotions: Mapping[int, Candidate], bases: Bases) -> None:
        self.past, self._promotions, self._bases = past, promotions, bases
        self._seen: Counter[tuple[str, int]] = Counter()
        self._today: Counter[tuple[str, int, date]] = Counter()

    def seen_today(self, row: PastShowing, promotion: int) -> int:
        return self._today[row.who or "", promotion, day_of(row)]

    def signals(self, row: PastShowing, promotions: Sequence[int], interests: Sequence[Interest]) -> Signals:
        """[promotions]: what they would have looked like to whoever is shown this row."""
        who, day = row.who or "", day_of(row)
        candidates = [
            self._promotions[one]._replace(seen=self._seen[who, one], seen_today=self._today[who, one, day])
            for one in promotions
        ]
        profile = Profile.of(interests, customer=row.customer)
        return signals(self._bases, profile, candidates, slot=row.slot if row.slot in SLOTS else "", today=day)

    def learnable(self, row: PastShowing) -> Learnable:
        """The row with the signals that it was chosen by, or would have been."""
        kept = row.signals
        if not readable(kept):
            interests = self.past.interests(row.who, row.at)
            kept = list(self.signals(row, [row.promotion_id], interests).row(0))
        return Learnable(row.impression_id, row.promotion_id, kept, row.clicked, moment_of(row))

    def note(self, row: PastShowing) -> None:
        """It was shown."""
        if row.who:
            self._seen[row.who, row.promotion_id] += 1
            self._today[row.who, row.promotion_id, day_of(row)] += 1


def examples(
    shown: Sequence[PastShowing], past: Past, promotions: Mapping[int, Candidate], bases: Bases
) -> Iterator[Learnable]:
    """Every impression with its signals, in order."""
    memory = Memory(past, promotions, bases)
    for row in shown:
        yield memory.learnable(row)
        memory.note(row)


def moment_of(row: PastShowing) -> datetime:
    return datetime.fromtimestamp(row.at, UTC)


def day_of(row: PastShowing) -> date:
    return moment_of(row).date()

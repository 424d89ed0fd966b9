"""What to expect of a product of which nothing is known: the level of what is alike, of its category, or of the shop.

Also how words travel among weights.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand.panel import Panel
from ml_tools.forecasting.demand.season import Floats

Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Levels:
    """`typical` [categories + 1]: units a day of a typical product of each of `groups`, and last of the whole shop."""

    groups: tuple[str, ...] = ()
    typical: Floats = field(default_factory=lambda: np.zeros(1))

    @staticmethod
    def learnt(panel: Panel) -> "Levels":
        """The mean of each category's products; products and categories without a known day have no say."""
        known = panel.observed
        days = known.sum(axis=1)
        own = np.where(known, panel.units, 0.0).sum(axis=1) / np.maximum(days, 1)
        groups = tuple(sorted(set(panel.groups)))
        of_group = np.array(panel.groups, dtype=object)
        by_group = [own[(of_group == group) & (days > 0)] for group in groups]
        shop = float(own[days > 0].mean()) if (days > 0).any() else 0.0
        return Levels(groups, np.array([*(part.mean() if len(part) else shop for part in by_group), shop]))

    def rows(self, groups: Sequence[str]) -> NDArray[np.int64]:
        """Each category's row [series]; the whole shop's, which is the last, for unknown ones."""
        at = {group: row for row, group in enumerate(self.groups)}
        return np.array([at.get(group, len(self.groups)) for group in groups], dtype=np.int64)

    def prior(self, past: Panel) -> Floats:
        """Units a day [series] to expect of products before anything is known of them."""
        typical = self.typical[self.rows(past.groups)]
        return np.asarray(np.where(np.isfinite(past.alike) & (past.alike >= 0), past.alike, typical))

    def weights(self) -> dict[str, NDArray[Any]]:
        return {"levels.groups": text_array(json.dumps(self.groups)), "levels.typical": self.typical}

    @staticmethod
    def restored(weights: Arrays) -> "Levels":
        """The inverse of `weights`; ValueError for anything else."""
        try:
            groups = tuple(str(group) for group in json.loads(array_text(weights["levels.groups"])))
            typical = np.asarray(weights["levels.typical"], dtype=np.float64)
        except (KeyError, TypeError) as error:
            raise ValueError("The weights hold no levels of categories.") from error
        if typical.shape != (len(groups) + 1,) or not np.isfinite(typical).all():
            raise ValueError(f"{len(groups)} categories need as many levels and one of the shop, not {typical.shape}.")
        return Levels(groups, typical)


def text_array(text: str) -> NDArray[np.uint8]:
    """Text as an array of bytes, which is how words travel among weights."""
    return np.frombuffer(text.encode(), dtype=np.uint8).copy()


def array_text(array: NDArray[np.generic]) -> str:
    """The inverse of `text_array`; ValueError for other arrays."""
    if array.dtype != np.uint8:
        raise ValueError(f"The weights hold no text where they should: text is bytes, not {array.dtype}.")
    return bytes(array).decode()

"""Many products' daily sales as arrays: what every model learns from and forecasts from.

A day is unknown (NaN), never zero, where it tells nothing about demand: the shop was closed or its records are missing,
the product was not on sale yet, or it was out of stock. Of a day that ended out of stock the units sold are kept as a
lower bound of the demand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand.season import Floats, calendar

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Ahead:
    """What is known beforehand about the days to forecast, of each product: `price` and `discount` [series, horizon].

    Prices are positive; discounts are shares (0.2 is 20 % off).
    """

    start: date
    price: Floats
    discount: Floats

    @property
    def horizon(self) -> int:
        return int(self.price.shape[1])

    @property
    def days(self) -> NDArray[np.datetime64]:
        return calendar(self.start, self.horizon)

    def of(self, rows: NDArray[np.int64]) -> "Ahead":
        """The same of some of the products."""
        return replace(self, price=self.price[rows], discount=self.discount[rows])


@dataclass(frozen=True)
class Panel:
    """Consecutive days from `start` of the products `keys`, all arrays [series, days].

    `units`: demand as it was observed, NaN where unknown; not negative. `at_least`: what was sold on days that ended
    out of stock, NaN on all others. `price`: positive. `discount`: share off by promotions. `groups`: each product's
    category. `alike` [series]: units a day that the products most like this one sell, NaN where nothing is alike: what
    a product without a past of its own is expected to do. `country`: ISO code of the shop's, whose holidays
    count; empty where it is not known.
    """

    keys: tuple[str, ...]
    groups: tuple[str, ...]
    start: date
    units: Floats
    at_least: Floats
    price: Floats
    discount: Floats
    alike: Floats
    country: str = ""

    @staticmethod
    def of_units(keys: Sequence[str], start: date, units: Floats, *, groups: Sequence[str] | None = None) -> "Panel":
        """A panel of units [series, days] alone: never out of stock, at one price, never in a promotion."""
        return Panel(
            tuple(keys),
            tuple(groups) if groups is not None else ("",) * len(keys),
            start,
            units,
            at_least=np.full(units.shape, np.nan),
            price=np.ones(units.shape),
            discount=np.zeros(units.shape),
            alike=np.full(len(keys), np.nan),
        )

    def __post_init__(self) -> None:
        shape = (len(self.keys), self.units.shape[1])
        for name in ("units", "at_least", "price", "discount"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must be [series, days] = {shape}, not {getattr(self, name).shape}")
        if len(self.groups) != len(self.keys) or self.alike.shape != (len(self.keys),):
            raise ValueError("every product needs a category, and a level of what is alike")

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def length(self) -> int:
        return int(self.units.shape[1])

    @property
    def end(self) -> date:
        return self.start + timedelta(days=self.length - 1)

    @property
    def days(self) -> NDArray[np.datetime64]:
        return calendar(self.start, self.length)

    @property
    def observed(self) -> Bools:
        return np.isfinite(self.units)

    def of(self, rows: Sequence[int] | NDArray[np.int64]) -> "Panel":
        """The same days of some of the products."""
        at = np.asarray(rows, dtype=np.int64)
        return replace(
            self,
            keys=tuple(self.keys[row] for row in at),
            groups=tuple(self.groups[row] for row in at),
            units=self.units[at],
            at_least=self.at_least[at],
            price=self.price[at],
            discount=self.discount[at],
            alike=self.alike[at],
        )

    def between(self, first: int, stop: int) -> "Panel":
        """The days at the positions `first` to `stop - 1`."""
        part = slice(max(first, 0), stop)
        return replace(
            self,
            start=self.start + timedelta(days=max(first, 0)),
            units=self.units[:, part],
            at_least=self.at_least[:, part],
            price=self.price[:, part],
            discount=self.discount[:, part],
        )

    def split(self, origin: int, *, history: int, horizon: int) -> tuple["Panel", Ahead, Floats]:
        """The `history` days before a position, what is known of the `horizon` days from it, and their units."""
        ahead = self.between(origin, origin + horizon)
        return self.between(origin - history, origin), Ahead(ahead.start, ahead.price, ahead.discount), ahead.units

"""Windows: what the global models see of a product at one moment, and, to learn from, what came after.

A window is scaled: units are divided by the factors' pattern and the product's level, both as the factor model has
them, so that products of all sizes in all seasons look alike, and only what that model misses is left to learn.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.models.factor_model import FactorModel
from ml_tools.forecasting.models.levels import Levels
from ml_tools.forecasting.patterns.factors import Factors

Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

LEADS = 60  # days ahead that models learn; later days keep the last correction
FEWEST_DAYS = 7  # that lie before a window to learn from
HELD_ORIGINS = 12
SHORTEN = 0.25  # share of the windows to learn from whose product is made younger than it is
LEAST_EXPECTED = 1e-4  # units a day


@dataclass(frozen=True)
class Windows:
    """`n` windows. `past` arrays are [n, HISTORY_DAYS], the newest day last; `ahead` arrays are [n, leads].

    `units`: NaN where unknown. `pattern`: the factors' product. `price`: logarithm over the last price before. `level`
    [n]: units a day at pattern 1. `sold` [n]: the units it was learnt from. `group` [n]: the category's row. `first`
    [n]: the first day ahead, as days since 1970. `truth`: the units that came, NaN where unknown.
    """

    units: Singles
    pattern: Singles
    price: Singles
    discount: Singles
    pattern_ahead: Singles
    price_ahead: Singles
    discount_ahead: Singles
    level: Singles
    sold: Singles
    group: Ints
    first: Ints
    truth: Singles

    def __len__(self) -> int:
        return len(self.level)

    @property
    def leads(self) -> int:
        return int(self.pattern_ahead.shape[1])

    @property
    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.units)

    @property
    def expected_past(self) -> Singles:
        """Level x pattern of the days before; above zero."""
        return np.maximum(self.level[:, None] * self.pattern, np.float32(LEAST_EXPECTED))

    @property
    def expected(self) -> Singles:
        """Level x pattern of the days ahead, which is what the factors alone forecast; above zero."""
        return np.maximum(self.level[:, None] * self.pattern_ahead, np.float32(LEAST_EXPECTED))

    @property
    def multiples(self) -> Singles:
        """The days before as multiples of what was expected of them; 1 where unknown."""
        return np.where(self.known, self.units / self.expected_past, np.float32(1.0))

    def of(self, rows: Ints | slice) -> "Windows":
        """Some of the windows."""
        return Windows(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def near(self, days: int) -> "Windows":
        """The same windows with no more than the first `days` days ahead."""
        ahead = {name: getattr(self, name)[:, :days] for name in ("pattern_ahead", "price_ahead", "discount_ahead")}
        return replace(self, **ahead, truth=self.truth[:, :days])


@dataclass(frozen=True)
class Base:
    """What windows are scaled by: the fitted factor model, its factors, and the categories that there are."""

    factors: Factors
    model: FactorModel
    levels: Levels

    @staticmethod
    def plain() -> "Base":
        return Base(Factors.plain(), FactorModel(), Levels())

    @staticmethod
    def learnt(panel: Panel, factors: Factors) -> "Base":
        model = FactorModel()
        model.fit(panel, factors)
        return Base(factors, model, Levels.learnt(panel))

    def level(self, past: Panel, ahead: Ahead, pattern_ahead: Floats) -> Floats:
        """Units a day [series] where the pattern is 1, as the factor model forecasts the days ahead."""
        forecast = self.model.predict(past, ahead).sum(axis=1)
        return np.asarray(forecast / np.maximum(pattern_ahead.sum(axis=1), LEAST_EXPECTED))


def windows_of(past: Panel, ahead: Ahead, base: Base, truth: Floats | None = None) -> Windows:
    """One window for each product; days before `past` are unknown, and so is the truth without one."""
    past = past.between(past.length - HISTORY_DAYS, past.length)
    pattern, pattern_ahead = base.factors.patterns(past, ahead)
    last_price = past.price[:, -1:] if past.length else ahead.price[:, :1]
    return Windows(
        units=_padded(past.units, np.nan),
        pattern=_padded(pattern, 1.0),
        price=_padded(np.log(past.price / last_price), 0.0),
        discount=_padded(past.discount, 0.0),
        pattern_ahead=_single(pattern_ahead),
        price_ahead=_single(np.log(ahead.price / last_price)),
        discount_ahead=_single(ahead.discount),
        level=_single(base.level(past, ahead, pattern_ahead)),
        sold=_single(np.nansum(past.units, axis=1)),
        group=base.levels.rows(past.groups),
        first=np.full(len(past), np.datetime64(ahead.start, "D").astype(np.int64)),
        truth=_single(np.full(ahead.price.shape, np.nan) if truth is None else truth),
    )


@dataclass(frozen=True)
class Sampling:
    """How windows are drawn to learn from: at most `most` of them, at `origins` moments spread over the panel."""

    most: int = 20_000
    origins: int = 150
    seed: int = 0


def leads_of(panel: Panel) -> int:
    """How many days ahead can be learnt from a panel: LEADS, or a third of its days when it is short."""
    return min(LEADS, panel.length // 3)


def training_windows(panel: Panel, base: Base, sampling: Sampling) -> tuple[Windows, Windows]:
    """Windows to learn from, and later ones to stop by, whose days ahead the first have not seen. Either may be empty.

    The later ones are at the end of the panel: what came there, which is a sixth of the days or half a year, is not
    learnt from.
    """
    leads = leads_of(panel)
    held = min(panel.length // 6, 183)
    last_taught = panel.length - held - leads
    if len(panel) == 0 or min(leads, held, last_taught) < 1:
        return _none(leads), _none(leads)
    taught = np.linspace(min(FEWEST_DAYS, last_taught), last_taught, sampling.origins)
    later = np.linspace(panel.length - held, max(panel.length - leads, panel.length - held), HELD_ORIGINS)
    return (
        _drawn(panel, base, _whole(taught), leads, sampling, young=True),
        _drawn(panel, base, _whole(later), leads, replace(sampling, most=sampling.most // 5), young=False),
    )


def _whole(origins: Floats) -> Ints:
    return np.unique(origins.astype(np.int64))


def _drawn(panel: Panel, base: Base, origins: Ints, leads: int, sampling: Sampling, *, young: bool) -> Windows:
    """Windows of products drawn at random at each origin, those without anything to learn from left out."""
    random = np.random.default_rng(sampling.seed)
    each = min(len(panel), -(-sampling.most // max(len(origins), 1)))
    parts = []
    for origin in origins:
        rows = np.sort(random.choice(len(panel), each, replace=False))
        past, ahead, truth = panel.of(rows).split(int(origin), history=HISTORY_DAYS, horizon=leads)
        truth = np.pad(truth, [(0, 0), (0, leads - truth.shape[1])], constant_values=np.nan)
        ahead = _lengthened(ahead, leads)
        seen = replace(past, units=_made_younger(past.units, random)) if young else past
        window = windows_of(seen, ahead, base, truth)
        parts.append(window.of(np.flatnonzero(np.isfinite(window.truth).any(axis=1))))
    return joined(parts, leads)


def joined(parts: list[Windows], leads: int) -> Windows:
    """Windows of several moments together."""
    if not parts:
        return _none(leads)
    return Windows(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Windows)})


def _none(leads: int) -> Windows:
    past, ahead = np.ones((0, HISTORY_DAYS), np.float32), np.ones((0, leads), np.float32)
    one, number = np.ones(0, np.float32), np.ones(0, np.int64)
    return Windows(past, past, past, past, ahead, ahead, ahead, one, one, number, number, ahead)


def _made_younger(units: Floats, random: np.random.Generator) -> Floats:
    """Some products' first days made unknown, so that short pasts are learnt too; one in eight of those has none."""
    count, days = units.shape
    kept = np.floor(days * random.uniform(size=count) ** 2).astype(np.int64)
    kept[random.uniform(size=count) < 0.125] = 0
    kept[random.uniform(size=count) > SHORTEN] = days
    return np.where(np.arange(days) >= days - kept[:, None], units, np.nan)


def _lengthened(ahead: Ahead, leads: int) -> Ahead:
    """The last day repeated where fewer are known, at the end of a panel."""
    missing = [(0, 0), (0, leads - ahead.horizon)]
    return replace(ahead, price=np.pad(ahead.price, missing, "edge"), discount=np.pad(ahead.discount, missing, "edge"))


def _padded(days: Floats, fill: float) -> Singles:
    return _single(np.pad(days, [(0, 0), (HISTORY_DAYS - days.shape[1], 0)], constant_values=fill))


def _single(values: Floats) -> Singles:
    return np.asarray(values, dtype=np.float32)

"""How much of each product people want on each day: level, trend, weekday, season, price, promotion, outliers."""

from dataclasses import dataclass

import numpy as np

from store.demo.catalogue import Catalogue
from store.demo.goods import DemoProduct
from store.demo.prices import Prices
from store.demo.promotions import Promotions
from store.demo.seeds import stream
from store.demo.span import FUTURE_DAYS, Span

UNITS = 240_000  # over the whole history at scale 1
STAR = "Samsung Galaxy Note20 5G 256GB Mystic Bronze"  # asked about in every tour: it must sell well
PRICE_ELASTICITY = 1.5
_POPULARITY = {"phone": 2.2, "tee": 1.8, "mug": 1.7, "sneaker": 1.5, "jeans": 1.2, "cushion": 1.2, "watch": 0.7,
               "coat": 0.6, "chair": 0.5, "rug": 0.5}  # fmt: skip
_SEASON_AMPLITUDE = {"all year": 0.08, "summer": 0.65, "winter": 0.75}
_GIFTS = {"phone": 1.0, "watch": 1.2, "bags": 0.8, "home": 0.7}


@dataclass(frozen=True)
class Demand:
    """`mean` is the true expected demand in units, (products, days + future); nothing is sold on missing days."""

    mean: np.ndarray
    level: np.ndarray
    trend: np.ndarray  # growth a year, as a factor's logarithm
    weekday: np.ndarray  # (products, 7)
    season_peak: np.ndarray  # day of the year
    season_amplitude: np.ndarray
    promotion_lift: np.ndarray  # demand is multiplied by exp(lift * discount)
    launched: np.ndarray  # day index, 0 for what was there from the first day
    outliers: list[list[tuple[int, float]]]  # per product: (day index, factor)
    missing: np.ndarray  # day indices on which the shop has no records at all


def draw_demand(
    seed: int, catalogue: Catalogue, span: Span, prices: Prices, promotions: Promotions, scale: float
) -> Demand:
    """The demand of every product on every day, `UNITS * scale` in all on average."""
    rng = stream(seed, "demand")
    count, ahead = len(catalogue), FUTURE_DAYS
    trend = rng.normal(0.06, 0.16, count)
    weekday = _weekday(rng, count)
    peak, amplitude = _season_of(rng, catalogue)
    lift = rng.uniform(2.0, 4.0, count)
    launched = _launches(rng, catalogue, span)
    years = np.arange(span.days + ahead) / 365.25
    discount, _ = promotions.discounts(span.days + ahead)
    mean = np.exp(trend[:, None] * years) * weekday[:, span.weekdays(ahead)]
    mean *= _season(span, peak, amplitude) * _gift_season(catalogue, span)
    mean *= prices.factor**-PRICE_ELASTICITY * np.exp(lift[:, None] * discount)
    mean *= _ramp(launched, span.days + ahead)
    level = _levels(rng, catalogue, mean[:, : span.days], scale)
    mean *= level[:, None]
    outliers = _outliers(rng, mean, launched, span)
    missing = np.sort(rng.choice(np.arange(40, span.days - 40), size=6, replace=False))
    return Demand(mean, level, trend, weekday, peak, amplitude, lift, launched, outliers, missing)


def _levels(rng: np.random.Generator, catalogue: Catalogue, shape: np.ndarray, scale: float) -> np.ndarray:
    """Few products sell much, many a little; the star is among the first five, and the sum is what it should be."""
    kinds = np.array([_POPULARITY.get(p.look.kind, 1.0) for p in catalogue.products])
    level = kinds * rng.lognormal(0, 0.8, len(catalogue))
    star = next(i for i, p in enumerate(catalogue.products) if p.name == STAR)
    level[star] = np.sort(level)[-4]
    return np.asarray(level * UNITS * scale / (level[:, None] * shape).sum())


def _weekday(rng: np.random.Generator, count: int) -> np.ndarray:
    base = np.array([0.92, 0.88, 0.92, 0.98, 1.12, 1.22, 0.96])
    shape = base * rng.lognormal(0, 0.05, (count, 7))
    return np.asarray(shape / shape.mean(axis=1, keepdims=True))


def _season_of(rng: np.random.Generator, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """When the year peaks for a product (day of the year), and how strongly (logarithm)."""
    centre = {"summer": 180.0, "winter": 355.0}
    peak = [centre.get(p.season, 320.0) + rng.normal(0, 12) for p in catalogue.products]
    amplitude = [_SEASON_AMPLITUDE[p.season] * rng.uniform(0.7, 1.3) for p in catalogue.products]
    return np.array(peak), np.array(amplitude)


def _season(span: Span, peak: np.ndarray, amplitude: np.ndarray) -> np.ndarray:
    angle = 2 * np.pi * (span.days_of_year(FUTURE_DAYS)[None, :] - peak[:, None]) / 365.25
    return np.asarray(np.exp(amplitude[:, None] * np.cos(angle)))


def _gift_season(catalogue: Catalogue, span: Span) -> np.ndarray:
    """Presents are bought from late November on, and hardly on the last two days before Christmas."""
    day = span.days_of_year(FUTURE_DAYS)
    bump = np.exp(-(((day - 346) / 11) ** 2))
    return np.array([1 + _gift(p) * bump for p in catalogue.products])


def _gift(product: DemoProduct) -> float:
    return _GIFTS.get(product.look.kind, _GIFTS.get(product.category.split("-")[0], 0.25))


def _launches(rng: np.random.Generator, catalogue: Catalogue, span: Span) -> np.ndarray:
    """About one product in seven came along the way, the last of them three weeks ago."""
    new = rng.random(len(catalogue)) < 0.14
    new &= np.array([p.name != STAR for p in catalogue.products])
    return np.where(new, rng.integers(60, span.days - 20, len(catalogue)), 0)


def _ramp(launched: np.ndarray, days: int) -> np.ndarray:
    age = np.arange(days)[None, :] - launched[:, None]
    ramp = np.where(launched[:, None] > 0, 1 - 0.8 * np.exp(-np.maximum(age, 0) / 25), 1.0)
    return np.asarray(ramp * (age >= 0))


def _outliers(
    rng: np.random.Generator, mean: np.ndarray, launched: np.ndarray, span: Span
) -> list[list[tuple[int, float]]]:
    """Days on which a product went through the roof for no reason that repeats; they are part of `mean` too."""
    found: list[list[tuple[int, float]]] = []
    for row, first in zip(mean, launched, strict=True):
        days = rng.integers(first + 5, span.days - 5, rng.poisson(1.2))
        found.append([(int(day), round(float(rng.uniform(3.5, 7.0)), 2)) for day in np.unique(days)])
        for day, factor in found[-1]:
            row[day] *= factor
    return found

"""Level x factors: the plain product of what drives all products alike and what this one sells.

The level is a gamma-Poisson filter that forgets (Smith and Miller, A non-Gaussian state space model, JRSS B, 1986; West
and Harrison, Bayesian Forecasting and Dynamic Models, 1997, chapter 10): units sold and units due are both summed up
with weights that halve every so many days. A product that was there in training remembers what it sold before
`past`, too. What is known of neither is drawn towards what is alike, or the category. How fast to forget is
chosen by backtests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrc

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.models.base import HISTORY_DAYS, Forecaster, Progress, Weights, silent
from ml_tools.forecasting.models.levels import array_text, text_array
from ml_tools.forecasting.patterns.common_level import smoothed
from ml_tools.forecasting.patterns.factors import Factors

HALF_LIVES = (15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 4000.0)  # days
DEFAULT_HALF_LIFE = 120.0
BACKTESTS, BACKTEST_DAYS = 5, 45
MIN_BACKTEST_DAYS = 90  # of history before the first
ALIKE_DAYS = 28
CENSORED_STEPS = 4
GAP_DAYS, GAP_PRODUCTS = 7, 8  # from here on the past itself tells how the common level went on after training
LEAST = 1e-9
PRIOR = 0.1  # units, so that a product that never sold is not held to be impossible
LEAST_SHAPE, MOST_SHAPE = 0.05, 20.0


@dataclass(frozen=True)
class Memory:
    """What products `keys` had sold before `start`, weighted: `sold` and `due` [keys], at prices `price` [keys].

    `end` is the last day of training.
    """

    keys: tuple[str, ...]
    start: date
    end: date
    sold: Floats
    due: Floats
    price: Floats


NOTHING = Memory((), date.max, date.max, np.empty(0), np.empty(0), np.empty(0))


class FactorModel(Forecaster):
    name: ClassVar[str] = "factors"
    paper: ClassVar[str] = "Smith and Miller 1986; McCullagh and Nelder 1989"

    def __init__(self) -> None:
        self._factors = Factors.plain()
        self._half_life = DEFAULT_HALF_LIFE
        self._shape, self._excess = 1.0, 1.0  # of the prior of levels; of the days' variance over chance
        self._typical = np.zeros(1)  # units a day of a category's typical product [groups + 1]
        self._memory = NOTHING

    def fit(self, panel: Panel, factors: Factors, progress: Progress = silent) -> None:
        self._factors = factors
        pattern, _ = factors.patterns(panel, _day_after(panel))
        pattern = np.where(panel.observed, pattern, 0.0)
        sold = np.where(panel.observed, panel.units, 0.0)
        self._half_life = _chosen_half_life(panel, factors, sold, pattern)
        progress(f"levels halve their memory every {self._half_life:.0f} days")
        level = sold.sum(axis=1) / np.maximum(pattern.sum(axis=1), LEAST)
        rest = ((sold - level[:, None] * pattern) ** 2).sum()
        self._excess = float(np.clip(rest / max(sold.sum(), LEAST), 1.0, 50.0))
        self._typical, self._shape = _prior(factors.rows(panel.groups), len(factors.groups), level, pattern)
        stop = panel.length - HISTORY_DAYS
        if stop > 0:
            weights = self._forgetting(stop)
            self._memory = Memory(
                panel.keys,
                panel.start + timedelta(days=stop),
                panel.end,
                sold[:, :stop] @ weights,
                pattern[:, :stop] @ weights,
                panel.price[:, -1].copy(),
            )

    def predict(self, past: Panel, ahead: Ahead) -> Floats:
        pattern, pattern_ahead = self._factors.patterns(past, ahead)
        sold, due = self._remembered(past, ahead)
        went_on, further = self._gone_on(past, pattern, np.divide(sold, due, out=np.zeros_like(sold), where=due > 0))
        pattern = pattern * went_on
        weights = self._forgetting(past.length)
        sold += np.where(past.observed, past.units, 0.0) @ weights
        due += np.where(past.observed, pattern, 0.0) @ weights
        prior = self._expected_level(past, pattern, pattern_ahead)
        level = self._posterior(sold, due, prior)
        for _ in range(CENSORED_STEPS if np.isfinite(past.at_least).any() else 0):
            more, more_due = _censored(past, level[:, None] * pattern, pattern, weights)
            level = self._posterior(sold + more, due + more_due, prior)
        return np.asarray(level[:, None] * pattern_ahead * further)

    def _forgetting(self, days: int) -> Floats:
        """The weights [days] of consecutive days, 1 for the last."""
        return np.asarray(0.5 ** (np.arange(days)[::-1] / self._half_life))

    def _posterior(self, sold: Floats, due: Floats, prior: Floats) -> Floats:
        shape = np.where(prior > 0, self._shape * self._excess, 0.0)  # a shop that knows nothing has no say
        return np.asarray((shape + sold) / np.maximum(shape / np.maximum(prior, LEAST) + due, LEAST))

    def _remembered(self, past: Panel, ahead: Ahead) -> tuple[Floats, Floats]:
        """Units sold and due [series] before `past`, as of its end and at its last price.

        Nothing where `past` reaches further back than the memory: what it holds would count twice, or come from later.
        """
        memory = self._memory
        at = {key: row for row, key in enumerate(memory.keys)}
        rows = np.array([at.get(key, -1) for key in past.keys], dtype=np.int64)
        own = rows >= 0 if past.start >= memory.start else np.zeros(len(rows), dtype=bool)
        if not own.any():
            return np.zeros(len(rows)), np.zeros(len(rows))
        kept = 0.5 ** ((ahead.start - memory.start).days / self._half_life)
        price = past.price[:, -1] if past.length else ahead.price[:, 0]
        elasticity = self._factors.elasticity[self._factors.rows(past.groups)]
        dearer = (price / memory.price[rows]) ** elasticity
        return (
            np.where(own, kept * memory.sold[rows], 0.0),
            np.where(own, kept * memory.due[rows] * dearer, 0.0),
        )

    def _gone_on(self, past: Panel, pattern: Floats, level: Floats) -> tuple[Floats, float]:
        """How the common level went on after training: multipliers [days] of the days of `past`, and of those ahead.

        Told by the days after training of the products that are remembered, where there are enough of both.
        """
        days = (past.end - self._memory.end).days if len(self._memory.keys) else 0
        days = min(days, past.length)
        if days < GAP_DAYS or (level > 0).sum() < GAP_PRODUCTS:
            return np.ones(past.length), 1.0
        weeks = (np.arange(days)[::-1] // 7).max() - np.arange(days)[::-1] // 7
        known = past.observed[:, -days:] & (level > 0)[:, None]
        sold = np.bincount(weeks, np.where(known, past.units[:, -days:], 0.0).sum(axis=0))
        due = np.bincount(weeks, np.where(known, level[:, None] * pattern[:, -days:], 0.0).sum(axis=0))
        seen = np.log((sold + 1) / (due + 1))[None]
        step = float(self._factors.common_step[-1].mean()) if self._factors.common_start else 1e-4
        level_of, _ = smoothed(seen, (self._excess / (due + 1))[None], np.full(seen.shape, step))
        after = np.ones(past.length)
        after[-days:] = np.exp(level_of[0, weeks])
        return after, float(after[-1])

    def _expected_level(self, past: Panel, pattern: Floats, pattern_ahead: Floats) -> Floats:
        """What products like these sell [series], where all factors are 1."""
        typical = self._typical[self._factors.rows(past.groups)]
        recent = pattern[:, -ALIKE_DAYS:] if past.length else pattern_ahead[:, :ALIKE_DAYS]
        size = np.maximum(recent.mean(axis=1), LEAST)
        return np.where(np.isfinite(past.alike) & (past.alike >= 0), past.alike / size, typical)

    def weights(self) -> Weights:
        memory = self._memory
        words = "\n".join([memory.start.isoformat(), memory.end.isoformat(), *memory.keys])
        numbers = {
            "numbers": np.array([self._half_life, self._shape, self._excess]),
            "typical": self._typical,
            "sold": memory.sold,
            "due": memory.due,
            "price": memory.price,
        }
        return {"words": text_array(words)} | {
            name: np.asarray(array, dtype=np.float64) for name, array in numbers.items()
        }  # type: ignore[return-value]

    def restore(self, weights: Weights, factors: Factors) -> None:
        try:
            found = {name: np.asarray(weights[name], dtype=np.float64) for name in _NUMBERS}
            start, end, *keys = array_text(np.asarray(weights["words"])).split("\n")
        except KeyError as error:
            raise ValueError(f"The weights of the factor model lack {error}.") from error
        _check(found, len(keys), len(factors.groups))
        self._factors = factors
        self._half_life, self._shape, self._excess = map(float, found["numbers"])
        self._typical = found["typical"]
        self._memory = Memory(
            tuple(keys), date.fromisoformat(start), date.fromisoformat(end), found["sold"], found["due"], found["price"]
        )


_NUMBERS = ("numbers", "typical", "sold", "due", "price")


def _check(found: Mapping[str, Floats], keys: int, groups: int) -> None:
    shapes = {"numbers": (3,), "typical": (groups + 1,), "sold": (keys,), "due": (keys,), "price": (keys,)}
    for name, shape in shapes.items():
        array = found[name]
        if array.shape != shape or not np.isfinite(array).all() or (array < 0).any():
            raise ValueError(f"{name} must be {shape} finite numbers from 0 on, not {array.shape}.")


def _day_after(panel: Panel) -> Ahead:
    last = slice(panel.length - 1, panel.length)
    return Ahead(panel.end + timedelta(days=1), panel.price[:, last], panel.discount[:, last])


def _prior(rows: NDArray[np.int64], groups: int, level: Floats, pattern: Floats) -> tuple[Floats, float]:
    """The mean level of each category's products [groups + 1], and the shape of the gamma distribution around it."""
    known = pattern.sum(axis=1) > 0
    shop = float(level[known].mean()) if known.any() else 0.0
    count = np.bincount(rows[known], minlength=groups + 1)
    total = np.bincount(rows[known], level[known], groups + 1)
    typical = (total + shop) / (count + 1)
    typical[-1] = shop
    apart = (level[known] / np.maximum(typical[rows[known]], LEAST) - 1) ** 2
    shape = 1 / max(float(apart.mean()), 1 / MOST_SHAPE) if known.sum() > 1 else 1.0
    return typical, float(np.clip(shape, LEAST_SHAPE, MOST_SHAPE))


def _chosen_half_life(panel: Panel, factors: Factors, sold: Floats, pattern: Floats) -> float:
    """The half-life whose levels foretold the panel's newest days best (Poisson deviance), from the days before."""
    origins = [panel.length - BACKTEST_DAYS * back for back in range(BACKTESTS, 0, -1)]
    origins = [origin for origin in origins if origin >= MIN_BACKTEST_DAYS]
    if not origins:
        return DEFAULT_HALF_LIFE
    common = np.exp(factors.common(panel.days)[factors.rows(panel.groups)])
    missed, known = np.zeros(len(HALF_LIVES)), panel.observed
    for origin in origins:
        ahead = slice(origin, origin + BACKTEST_DAYS)
        # Of the common level nothing may be used that came after the origin.
        foreseen = pattern[:, ahead] / common[:, ahead] * common[:, origin - 1 : origin]
        for at, half_life in enumerate(HALF_LIVES):
            weights = 0.5 ** (np.arange(origin)[::-1] / half_life)
            level = (sold[:, :origin] @ weights + PRIOR) / (pattern[:, :origin] @ weights + PRIOR)
            mean = np.maximum(level[:, None] * foreseen, LEAST)
            missed[at] += np.where(known[:, ahead], mean - sold[:, ahead] * np.log(mean), 0.0).sum()
    return HALF_LIVES[int(missed.argmin())]


def _censored(past: Panel, mean: Floats, pattern: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """What days out of stock add to units sold and due [series]: demand expected given that it was at least that much.

    E[Y | Y >= c] = m P(Y >= c - 1) / P(Y >= c) of a Poisson Y of mean m.
    """
    out = np.isfinite(past.at_least)
    least = np.where(out, np.ceil(past.at_least), 0.0)
    beyond = np.where(least > 0, pdtrc(least - 1, mean), 1.0)
    before = np.where(least > 1, pdtrc(least - 2, mean), 1.0)
    ratio = np.divide(before, beyond, out=np.ones_like(mean), where=beyond > 1e-6)
    demand = np.maximum(np.where(beyond > 1e-6, mean * ratio, least), least)
    return np.where(out, demand, 0.0) @ weights, np.where(out, pattern, 0.0) @ weights

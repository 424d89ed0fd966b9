"""The model that is served: members that learnt over all products, weighted by backtests, with calibrated bands.

Fitted on a panel it first learns from the days before the first backtest, is judged on what came after (which gives the
weights, the bias and the calibration), and then learns once more from everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ml_tools.forecasting.calibration import backtest as backtests
from ml_tools.forecasting.calibration import weighting
from ml_tools.forecasting.calibration.backtest import Backtest, Ints
from ml_tools.forecasting.calibration.intervals import Calibration
from ml_tools.forecasting.calibration.prediction import Prediction
from ml_tools.forecasting.calibration.samples import Combined, samples_of
from ml_tools.forecasting.calibration.verdict import Verdict, judged
from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.models.base import Forecaster, Progress, silent
from ml_tools.forecasting.models.registry import models
from ml_tools.forecasting.patterns.factors import Factors

QUICK = ("factors",)
SERVED = ("factors", "LightGBM", "CNN")
SLOW = ("CNN", "DBN", "LSTM", "ARIMA+LSTM", "LightGBM")  # learn for minutes
RENEWALS = 4  # times that the factors are learnt during the backtests
MOST_TESTED = 2000  # products that are backtested, drawn at random where there are more


@dataclass(frozen=True)
class Learnt:
    """What backtests taught, by product (`keys`), by category (`groups`), and last for whatever is not known.

    `weights` [keys + groups + 1, members] sum to 1 each, `bias` [keys + groups + 1] multiplies, `scale` [keys] is a
    product's own share of the spread.
    """

    keys: tuple[str, ...]
    groups: tuple[str, ...]
    weights: Floats
    bias: Floats
    scale: Floats
    calibration: Calibration

    @staticmethod
    def nothing(members: int) -> "Learnt":
        """Equal weights and cautious bands, where there is too little to test anything on."""
        return Learnt((), (), np.full((1, members), 1 / members), np.ones(1), np.empty(0), Calibration.cautious())

    def rows(self, panel: Panel) -> Ints:
        """Each product's row in `weights` and `bias` [series]: its own, else its category's, else the shop's."""
        at_key = {key: row for row, key in enumerate(self.keys)}
        at_group = {group: row for row, group in enumerate(self.groups, len(self.keys))}
        last = len(self.weights) - 1
        rows = [at_key.get(key, at_group.get(group, last)) for key, group in zip(panel.keys, panel.groups, strict=True)]
        return np.array(rows, dtype=np.int64)

    def scale_of(self, panel: Panel) -> Floats:
        at = {key: row for row, key in enumerate(self.keys)}
        return np.append(self.scale, 1.0)[[at.get(key, -1) for key in panel.keys]]


@dataclass(frozen=True)
class Ensemble:
    """Fitted members by name, and what was learnt about them. `verdict`: how good it was in the backtests."""

    factors: Factors
    members: Mapping[str, Forecaster]
    learnt: Learnt
    verdict: Verdict | None

    @staticmethod
    def fit(panel: Panel, progress: Progress = silent, *, members: tuple[str, ...] | None = None) -> "Ensemble":
        """Learn from all days of a panel. `members` are names of `models.registry`; None: those that serve.

        ValueError for a panel without a single known day.
        """
        if not panel.observed.any():
            raise ValueError("There is no known day to learn from.")
        names = members or SERVED
        starts = backtests.origins(panel.length)
        learnt, verdict = _tested(panel, starts, names, progress) if starts else (Learnt.nothing(len(names)), None)
        progress("learning from all days")
        factors, fitted = _fitted(panel, names, progress)
        return Ensemble(factors, fitted, learnt, verdict)

    def forecast(self, past: Panel, ahead: Ahead) -> Prediction:
        """The days after `past`, of any products, whether the training saw them or not."""
        rows = self.learnt.rows(past)
        weights, bias = self.learnt.weights[rows], self.learnt.bias[rows]
        # A member that counts for nobody here is not asked: networks take most of the time.
        asked = [at for at in range(len(self.members)) if weights[:, at].max(initial=0) > 0.005]
        names = tuple(self.members)
        parts = {names[at]: self.members[names[at]].predict(past, ahead) for at in asked}
        used = weights[:, asked] / weights[:, asked].sum(axis=1, keepdims=True)
        mean = np.einsum("sm,msd->sd", used, np.stack(list(parts.values()))) * bias[:, None]
        return Prediction(
            mean=mean,
            parts=parts,
            weights=dict(zip(parts, used.T, strict=True)),
            known=backtests.known_units(past),
            days=past.observed.sum(axis=1),
            scale=self.learnt.scale_of(past),
            calibration=self.learnt.calibration,
        )


def _fitted(panel: Panel, names: tuple[str, ...], progress: Progress) -> tuple[Factors, dict[str, Forecaster]]:
    factors = Factors.learnt(panel)
    fitted = models(names)
    for name, member in fitted.items():
        progress(f"fitting {name}")
        member.fit(panel, factors, progress)
    return factors, fitted


def renewed(members: Mapping[str, Forecaster], panel: Panel, factors: Factors) -> dict[str, Forecaster]:
    """The members with factors that were learnt anew from `panel`, and with them whatever learns in no time; networks
    keep what they learnt. That is how a shop's model stands between two trainings."""
    fresh = models(members)
    for name, member in fresh.items():
        if name in SLOW:
            member.restore(members[name].weights(), factors)
        else:
            member.fit(panel, factors)
    return fresh


@dataclass(frozen=True)
class _Tests:
    """Backtests of all products, and of some as if they had sold for a few days, or never."""

    usual: Backtest
    few: Backtest
    new: Backtest


def _tested(
    panel: Panel, starts: list[int], names: tuple[str, ...], progress: Progress
) -> tuple[Learnt, Verdict | None]:
    before = panel.between(0, starts[0])
    if not before.observed.any():
        return Learnt.nothing(len(names)), None
    _, members = _fitted(before, names, progress)
    rows = _products(panel)
    progress(f"testing {len(rows)} products on {len(starts)} days of the past")
    tests = _run(members, panel, starts, rows)
    if not np.isfinite(tests.usual.actuals).any():
        return Learnt.nothing(len(names)), None
    some = panel.of(rows)
    categories = tuple(sorted(set(panel.groups)))
    groups = np.array([categories.index(group) for group in some.groups], dtype=np.int64)
    weights = weighting.learnt(tests.usual, groups, len(categories))
    progress(f"weights: {weights.rule} {weights.scores}")
    honest = honest_means(tests.usual, groups, len(categories), weights)
    learnt = Learnt(
        some.keys,
        categories,
        np.vstack([weights.product, weights.category, weights.shop]),
        np.append(weights.bias, np.ones(len(categories) + 1)),
        np.ones(len(rows)),
        Calibration.cautious(),
    )
    new = [_as_new(panel, tested, learnt) for tested in (tests.few, tests.new)]
    samples, scale = samples_of(Combined.of(tests.usual, honest, groups), *new)
    learnt = replace(learnt, scale=scale, calibration=Calibration.learnt(samples))
    return learnt, judged(some, starts, tests.usual, honest, groups)


def _run(members: Mapping[str, Forecaster], panel: Panel, starts: list[int], rows: Ints) -> _Tests:
    """All windows, a few at a time: the factors move on with them, as they will in the shop."""
    leads = min(backtests.MAX_LEAD, panel.length - starts[0])
    parts = []
    for some in np.array_split(np.array(starts), min(RENEWALS, len(starts))):
        begins = [int(start) for start in some]
        if begins[0] != starts[0]:
            before = panel.between(0, begins[0])
            members = renewed(members, before, Factors.learnt(before))
        parts.append(
            [
                backtests.run(members, panel, begins, rows, leads=leads),
                backtests.run_as_new(members, panel, begins, rows, days=backtests.FEW_DAYS, leads=leads),
                backtests.run_as_new(members, panel, begins, rows, days=0, leads=leads),
            ]
        )
    return _Tests(*(backtests.joined(list(part)) for part in zip(*parts, strict=True)))


def _products(panel: Panel) -> Ints:
    """The rows to backtest: those with a known day, and not too many."""
    rows = np.flatnonzero(panel.observed.any(axis=1))
    if len(rows) > MOST_TESTED:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_TESTED, replace=False))
    return rows


def honest_means(tested: Backtest, groups: Ints, count: int, weights: weighting.Weighting) -> Floats:
    """What the combination would have said [windows, series, leads], each window weighted by all others."""
    if tested.windows < 3:
        return weighting.combined(weights.product, tested.means)
    return np.stack(
        [weighting.left_out_mean(tested, groups, count, weights.rule, window) for window in range(tested.windows)]
    )


def _as_new(panel: Panel, tested: Backtest, learnt: Learnt) -> Combined:
    some = panel.of(tested.rows)
    # Nothing of their own is known of new products: their category's weights count.
    rows = learnt.rows(replace(some, keys=("",) * len(some)))
    mean = weighting.combined(learnt.weights[rows], tested.means) * learnt.bias[rows, None]
    return Combined.of(tested, mean, np.zeros(len(tested.rows), dtype=np.int64))

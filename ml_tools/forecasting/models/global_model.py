"""What all global models share: over all products they learn what the factors miss, as multiples of level x pattern."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.models.base import Forecaster, Progress, Weights, silent
from ml_tools.forecasting.models.factor_model import FactorModel
from ml_tools.forecasting.models.levels import Levels
from ml_tools.forecasting.models.windows import (
    Base,
    Sampling,
    Singles,
    Windows,
    leads_of,
    training_windows,
    windows_of,
)  # fmt: skip
from ml_tools.forecasting.patterns.factors import Factors

Arrays = Mapping[str, NDArray[np.generic]]

ROWS_AT_ONCE = 4096
LAST_DAYS = 7  # of the learnt days ahead, whose mean multiple is kept for all later days
MOST_MULTIPLE = 20.0


class GlobalForecaster(Forecaster):
    """Before `fit`, and of a shop too young to learn from, it forecasts what the factor model does."""

    sampling = Sampling()

    def __init__(self) -> None:
        self._base, self._leads = Base.plain(), 0

    def fit(self, panel: Panel, factors: Factors, progress: Progress = silent) -> None:
        self._base, self._leads = Base.learnt(panel, factors), leads_of(panel)
        teaching, held = training_windows(panel, self._base, self.sampling)
        if len(teaching) == 0 or len(held) == 0:
            self._leads = 0
        self._learn(teaching, held, progress)

    @abstractmethod
    def _learn(self, teaching: Windows, held: Windows, progress: Progress) -> None:
        """Learn from windows, stopping by the later ones; both may be empty."""

    @abstractmethod
    def _multiples(self, windows: Windows) -> Singles:
        """[n, leads]: what is to be expected as multiples of level x pattern."""

    @abstractmethod
    def _state(self) -> Mapping[str, NDArray[Any]]: ...

    @abstractmethod
    def _restore(self, state: Arrays) -> None:
        """ValueError for arrays of other shapes."""

    def predict(self, past: Panel, ahead: Ahead) -> Floats:
        if len(past) == 0 or ahead.horizon == 0:
            return np.zeros((len(past), ahead.horizon))
        parts = np.array_split(np.arange(len(past)), -(-len(past) // ROWS_AT_ONCE))
        return np.concatenate([self._predict(past.of(rows), ahead.of(rows)) for rows in parts])

    def _predict(self, past: Panel, ahead: Ahead) -> Floats:
        windows = windows_of(past, ahead, self._base)
        multiples = np.ones((len(past), ahead.horizon))
        learnt = min(self._leads, ahead.horizon)
        if learnt:
            multiples[:, :learnt] = np.clip(self._multiples(windows.near(learnt)), 0.0, MOST_MULTIPLE)
            multiples[:, learnt:] = multiples[:, max(learnt - LAST_DAYS, 0) : learnt].mean(axis=1, keepdims=True)
        return np.asarray(windows.expected * multiples, dtype=np.float64)

    def weights(self) -> Weights:
        base = {f"base.{name}": array for name, array in self._base.model.weights().items()}
        leads = {"leads": np.array([self._leads], np.int64)}
        return {**leads, **base, **self._base.levels.weights(), **self._state()}

    def restore(self, weights: Weights, factors: Factors) -> None:
        levels, model = Levels.restored(weights), FactorModel()
        try:
            model.restore(under(weights, "base."), factors)
            self._base, self._leads = Base(factors, model, levels), int(weights["leads"][0])
            self._restore(weights)
        except (KeyError, IndexError, RuntimeError) as error:
            raise ValueError(f"These are no weights of the {self.name} model: {error}") from error


def under(weights: Arrays, prefix: str) -> dict[str, NDArray[Any]]:
    """The arrays whose names begin so, by the rest of their names."""
    return {name.removeprefix(prefix): array for name, array in weights.items() if name.startswith(prefix)}

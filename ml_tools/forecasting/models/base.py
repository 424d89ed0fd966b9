"""The one interface of all forecasters.

A model learns once over all products (`fit`) and then forecasts any products from their newest days (`predict`),
whether the training saw them or not. So a product with 120 days, with 10, or with none is no special case: the less is
known of it, the more the answer leans on its category.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.patterns.factors import Factors

HISTORY_DAYS = 120  # days that a forecast may look back
MAX_HORIZON_DAYS = 180

Progress = Callable[[str], None]  # a line about how far a fit is
Weights = Mapping[str, NDArray[np.generic]]


def silent(_: str) -> None:
    """The progress of a fit that nobody watches."""


class Forecaster(ABC):
    """A model of daily demand. Deterministic: the same data and seed give the same forecast."""

    name: ClassVar[str]
    paper: ClassVar[str]  # where it comes from

    def fit(self, panel: Panel, factors: Factors, progress: Progress = silent) -> None:  # noqa: B027 (many learn nothing)
        """Learn from all days of a panel, whose `factors` were learnt from the same days.

        Models that are fitted to each product in `predict` have nothing to learn here.
        """

    @abstractmethod
    def predict(self, past: Panel, ahead: Ahead) -> Floats:
        """Expected units [series, horizon] of the days after `past`: finite and not negative.

        `past` holds 0 to HISTORY_DAYS days and ends the day before `ahead`; series may be entirely unknown. `ahead` may
        reach MAX_HORIZON_DAYS.
        """

    def weights(self) -> Weights:
        """What `fit` learnt, as named arrays; empty for models that learn nothing."""
        return {}

    def restore(self, weights: Weights, factors: Factors) -> None:  # noqa: B027 (many learnt nothing)
        """The inverse of `weights`: afterwards `predict` answers as after `fit`. ValueError for other shapes."""

"""LightGBM: boosted trees on lags and rolling means of scaled units, one row for each product and day ahead."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.models.base import Progress
from ml_tools.forecasting.models.features import RECENT_DAYS, doubt, recent_multiple, weekday_of, year_angle
from ml_tools.forecasting.models.global_model import Arrays, GlobalForecaster
from ml_tools.forecasting.models.levels import array_text, text_array
from ml_tools.forecasting.models.windows import Ints, Singles, Windows

if TYPE_CHECKING:
    import lightgbm

THREADS = 1  # several wait for each other, many times longer than they work, while anything else runs
DISPERSION = 0.05  # relative variance of demand beyond chance, by which days that sell much weigh less
WEEK = 7
LAG_WEEKS = 4
ROWS = 300_000  # product days to learn from
PARAMETERS = {
    "objective": "poisson",
    "metric": "poisson",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 200,
    "lambda_l2": 10.0,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "poisson_max_delta_step": 0.7,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


class LightGBM(GlobalForecaster):
    """Direct: how far ahead a day lies is one of the features. Starts at the factors' forecast (its initial score)."""

    name = "LightGBM"
    paper = "Ke et al., NeurIPS 2017; as in Makridakis et al., M5 accuracy competition, 2022"

    def __init__(self, rounds: int = 300, patience: int = 20, rows: int = ROWS, threads: int = THREADS) -> None:
        super().__init__()
        self._rounds, self._patience, self._rows, self._threads = rounds, patience, rows, threads
        self._booster: lightgbm.Booster | None = None

    def _learn(self, teaching: Windows, held: Windows, progress: Progress) -> None:
        import lightgbm

        self._booster = None
        if not self._leads:
            return
        taught = lightgbm.Dataset(**_table(teaching, self._rows, self._threads), free_raw_data=True)
        checked = lightgbm.Dataset(**_table(held, self._rows // 4, self._threads), reference=taught)
        booster = lightgbm.train(
            {**PARAMETERS, "num_threads": self._threads},
            taught,
            num_boost_round=self._rounds,
            valid_sets=[checked],
            callbacks=[lightgbm.early_stopping(self._patience, verbose=False)],
        )
        progress(f"LightGBM: {booster.best_iteration} trees")
        self._booster = lightgbm.Booster(model_str=booster.model_to_string(num_iteration=booster.best_iteration))

    def _multiples(self, windows: Windows) -> Singles:
        if self._booster is None:
            return np.ones(windows.expected.shape, np.float32)
        rows, lead = np.divmod(np.arange(len(windows) * windows.leads), windows.leads)
        raw = self._booster.predict(features(windows, rows, lead), raw_score=True, num_threads=self._threads)
        return np.exp(np.asarray(raw, dtype=np.float32)).reshape(windows.expected.shape)

    def _state(self) -> Mapping[str, NDArray[Any]]:
        return {"trees": text_array(self._booster.model_to_string() if self._booster is not None else "")}

    def _restore(self, state: Arrays) -> None:
        import lightgbm

        text = array_text(state["trees"])
        try:
            self._booster = lightgbm.Booster(model_str=text) if text else None
        except lightgbm.basic.LightGBMError as error:
            raise ValueError("The weights hold no trees that LightGBM can read.") from error


def features(windows: Windows, rows: Ints, lead: Ints) -> Singles:
    """[n, features] of the days that lie `lead` [n] days ahead in the windows `rows` [n]; NaN where unknown."""
    recent = np.stack([recent_multiple(windows, days) for days in RECENT_DAYS], axis=1)
    multiples = np.where(windows.known, windows.multiples, np.float32(np.nan))
    lags = _weekly_lags(multiples)
    product = np.column_stack(
        [
            np.log1p(windows.level),
            doubt(windows),
            windows.known.sum(axis=1),
            recent,
            multiples[:, -1],
            windows.price.mean(axis=1),
            windows.discount[:, -28:].mean(axis=1),
            windows.group,
        ]
    )
    day = np.column_stack(
        [
            lags[rows, lead % WEEK],
            lead,
            weekday_of(windows.first[rows] + lead),
            year_angle(windows.first[rows] + lead),
            windows.price_ahead[rows, lead],
            windows.discount_ahead[rows, lead],
            np.log(np.maximum(windows.pattern_ahead[rows, lead], 1e-3)),
        ]
    )
    return np.asarray(np.hstack([product[rows], day]), dtype=np.float32)


def _weekly_lags(multiples: Singles) -> Singles:
    """[n, 7, LAG_WEEKS + 1]: the last weeks' multiples on the weekday of the first, second ... day ahead, and all
    weeks' mean."""
    weeks = multiples.shape[1] // WEEK
    by_week = multiples[:, -weeks * WEEK :].reshape(len(multiples), weeks, WEEK)
    known = np.isfinite(by_week)
    mean = np.where(known, by_week, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    mean = np.where(known.any(axis=1), mean, np.nan)
    lags = by_week[:, -LAG_WEEKS:].transpose(0, 2, 1)
    return np.asarray(np.concatenate([lags, mean[:, :, None]], axis=2), dtype=np.float32)


def _table(windows: Windows, most: int, threads: int) -> dict[str, Any]:
    """Rows drawn from all known days ahead, as LightGBM's data set."""
    rows, lead = np.nonzero(np.isfinite(windows.truth))
    chosen = np.random.default_rng(0).permutation(len(rows))[:most]
    rows, lead = rows[chosen], lead[chosen]
    expected = windows.expected[rows, lead]
    dispersion = DISPERSION + doubt(windows)[rows]
    return {
        "data": features(windows, rows, lead),
        "label": windows.truth[rows, lead],
        "init_score": np.log(expected),
        "weight": 1.0 / (1.0 + dispersion * expected),
        "params": {"verbosity": -1, "num_threads": threads},
    }

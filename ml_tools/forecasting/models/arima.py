"""ARIMA(1,1,1) of many series at once, fitted to each by conditional least squares over a grid.

    z(t) - z(t-1) = ar (z(t-1) - z(t-2)) + e(t) - ma e(t-1)        (Box, Jenkins & Reinsel, 2008, chapter 4)

A low order fixed beforehand: the season has been divided out, a search among orders would take seconds a series, and a
model of residuals needs the ARIMA of hundreds of thousands of windows. With `ma` near 1 it is the series' mean, with
0 its newest value, and what lies between is exponential smoothing.
"""

from dataclasses import dataclass

import numpy as np

from ml_tools.forecasting.models.windows import Singles

AR = (-0.2, 0.0, 0.2, 0.4)
MA = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
_GRID = np.array([(ar, ma) for ar in AR for ma in MA], dtype=np.float32)
ROWS_AT_ONCE = 2048


@dataclass(frozen=True)
class ArimaFits:
    """`ar`, `ma` [n]; one-step `residuals` [n, days], 0 on unknown days; the `last` value and `step` [n] after them."""

    ar: Singles
    ma: Singles
    residuals: Singles
    last: Singles
    step: Singles

    def ahead(self, days: int) -> Singles:
        """[n, days]: the last value, and the steps after it, which die away."""
        decay = np.cumsum(self.ar[:, None] ** np.arange(days, dtype=np.float32), axis=1)
        return np.asarray(self.last[:, None] + self.step[:, None] * decay, dtype=np.float32)


def fitted(values: Singles, start: float = 1.0) -> ArimaFits:
    """Of series [n, days], NaN where unknown: there the model's own forecast stands. Before the first day all was
    `start`."""
    parts = [_fitted(values[at : at + ROWS_AT_ONCE], start) for at in range(0, len(values), ROWS_AT_ONCE)]
    if not parts:
        parts = [_fitted(values, start)]
    return ArimaFits(*(np.concatenate([getattr(part, name) for part in parts]) for name in ArimaFits.__annotations__))


def _fitted(values: Singles, start: float) -> ArimaFits:
    squares, _, _ = _run(values[:, None], _GRID[:, 0], _GRID[:, 1], start)
    best = _GRID[squares.argmin(axis=1)]
    ar, ma = best[:, 0], best[:, 1]
    residuals = np.zeros(values.shape, np.float32)
    _, last, step = _run(values, ar, ma, start, residuals)
    return ArimaFits(ar, ma, residuals, last, step)


def _run(
    values: Singles, ar: Singles, ma: Singles, start: float, residuals: Singles | None = None
) -> tuple[Singles, Singles, Singles]:
    """Sum of squares, and the next value and the step to it, after running through the days (the last axis)."""
    shape = np.broadcast_shapes(values.shape[:-1], ar.shape)
    last, step, squares = np.full(shape, start, np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    error = np.zeros(shape, np.float32)
    for day in range(values.shape[-1]):
        due = last + ar * step - ma * error
        seen = values[..., day]
        now = np.where(np.isfinite(seen), seen, due)
        error = now - due
        step, last = now - last, now
        squares += error * error
        if residuals is not None:
            residuals[:, day] = error
    change = ar * step - ma * error
    return squares, last + change, ar * change

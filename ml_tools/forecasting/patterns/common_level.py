"""The level that all products of a shop, and of a category, share: a random walk seen through each week's sales.

One product's weeks are too noisy to tell a change of the whole shop's sales from chance; all of them together show it
within weeks. A local level model (Harvey, Forecasting, Structural Time Series Models and the Kalman Filter, 1989,
section 4.1) on logarithms, with innovations clipped so that a single odd week does not move it (as in robust filtering;
Masreliez and Martin, 1977).
"""

import numpy as np

from ml_tools.forecasting.demand.season import Floats

YEARLY_SPREADS = np.array([0.003, 0.01, 0.03, 0.06, 0.12])  # candidates: how far it wanders in a year
WEEKS = 52.18  # in a year
FIRST_VARIANCE = 0.25
CLIP = 3.5  # standard deviations
UNKNOWN = 1e9  # variance of a week that tells nothing


def smoothed(seen: Floats, variance: Floats, step: Floats) -> tuple[Floats, Floats]:
    """The level [rows, weeks] that all weeks together tell, and the log likelihood [rows] of the model.

    `seen` [rows, weeks]: each week's own logarithm, of this `variance`; `step` [rows, weeks]: variance
    added from the week before.
    """
    rows, weeks = seen.shape
    before, after = np.empty((weeks, rows)), np.empty((weeks, rows))
    spread_before, spread_after = np.empty((weeks, rows)), np.empty((weeks, rows))
    level, spread = np.zeros(rows), np.full(rows, FIRST_VARIANCE)
    likelihood = np.zeros(rows)
    for week in range(weeks):
        before[week], spread_before[week] = level, spread + step[:, week]
        total = spread_before[week] + variance[:, week]
        surprise = seen[:, week] - level
        following = np.sign(surprise) * (seen[:, min(week + 1, weeks - 1)] - level) * (week + 1 < weeks)
        bound = np.maximum(CLIP * np.sqrt(total), following)  # a week that the next one confirms is no odd week
        clipped = np.clip(surprise, -bound, bound)
        likelihood -= 0.5 * (np.log(total) + clipped**2 / total)
        gain = spread_before[week] / total
        level, spread = level + gain * clipped, spread_before[week] * (1 - gain)
        after[week], spread_after[week] = level, spread
    for week in range(weeks - 2, -1, -1):
        back = spread_after[week] / spread_before[week + 1]
        after[week] += back * (after[week + 1] - before[week + 1])
    return after.T, likelihood


def likeliest_step(seen: Floats, variance: Floats) -> Floats:
    """The step variance [rows], from one week to the next, that makes each row's weeks likeliest."""
    rows, candidates = len(seen), len(YEARLY_SPREADS)
    steps = np.repeat(YEARLY_SPREADS**2 / WEEKS, rows)[:, None] + np.zeros(seen.shape[1])
    _, likelihood = smoothed(np.tile(seen, (candidates, 1)), np.tile(variance, (candidates, 1)), steps)
    best = likelihood.reshape(candidates, rows).argmax(axis=0)
    return np.asarray(YEARLY_SPREADS[best] ** 2 / WEEKS)


def noise_of(seen: Floats, expected: Floats) -> Floats:
    """The variance [rows, weeks] of each week's own logarithm, as it falls with the units expected; not below chance.

    From second differences, which a slow level does not enter, by their median, which odd weeks do not enter.
    """
    known = expected > 0
    size = np.maximum(expected, 1e-9)
    bend = seen[:, 1:-1] - (seen[:, :-2] + seen[:, 2:]) / 2
    usable = known[:, 1:-1] & known[:, :-2] & known[:, 2:]
    scaled = np.where(usable, bend**2 * size[:, 1:-1], np.nan)
    excess = np.ones(len(seen))
    for row, values in enumerate(scaled):
        if np.isfinite(values).sum() >= 28:
            excess[row] = max(float(np.nanmedian(values)) * 1.4826**2 / 1.5, 1.0)
    return np.where(known, excess[:, None] / size, UNKNOWN)

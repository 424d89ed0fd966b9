"""How often a usual promotion would have been clicked before the same people in the same places.

log-odds of a click on promotion p = mu + u_p + x . b, u_p ~ N(0, tau^2): x is where it stood (slot, place), how often
the person had seen it, and how what it is about fits what the person buys; u_p is the promotion's own merit. A
promotion is expected to be clicked as with u_p = 0. That b is fitted beside the u_p keeps a slot from being blamed for
the promotions that stood in it. Fitted by penalised quasi-likelihood (Breslow and Clayton, Approximate Inference in
Generalized Linear Mixed Models, 1993); u_p are eliminated by Schur's complement, so that thousands cost little.

A promotion is held against the others: its own clicks take no part in the mu that it is held against.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from store.promotion_reports import FITS, Cell

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PRIOR_RATE, PRIOR_DEVIATION = 0.05, 1.5  # mu before anything is known, in log-odds
EFFECT_DEVIATION = 1.0
TAU_START, TAU_LEAST = 0.3, 0.02
STEPS, ROUNDS, CONVERGED = 30, 40, 1e-7
UNKNOWN_DEVIATION = 0.4  # of the expectation's logarithm; from here on nothing can be expected
MOST_DISPERSION = 4.0
LEAST_EXPECTED = 5.0  # clicks in a group of cells that dispersion is measured by
_FEATURES = ("place", "seen_1", "seen_2", *(f"fit_{fit}" for fit in FITS))


@dataclass(frozen=True)
class Fitted:
    """`effects` by name; `merits` [k] of `promotions`, how well each is known (`precisions`, of the clicks alone), the
    spread `tau`, and the `dispersion` of clicks."""

    effects: dict[str, float]
    mu: float
    tau: float
    dispersion: float
    promotions: Ints
    merits: Floats
    precisions: Floats

    @property
    def deviations(self) -> Floats:
        """[k]: how uncertain each merit is, a posteriori."""
        return np.asarray(1 / np.sqrt(self.precisions / self.dispersion + self.tau**-2))

    def usual_for(self, promotion: int) -> tuple[float, float]:
        """The mu of all other promotions, and its standard deviation: a random-effects mean (DerSimonian and Laird,
        1986), drawn to a weak prior while there are few."""
        others = (self.promotions != promotion) & (self.precisions > 1e-9)
        own = self.precisions[others] / self.dispersion
        posterior = self.mu + self.merits[others]
        alone = posterior + self.merits[others] * self.tau**-2 / own  # the prior taken out again
        weights = 1 / (self.tau**2 + 1 / own)
        prior = PRIOR_DEVIATION**-2
        total = weights.sum() + prior
        return float((weights @ alone + prior * logit(PRIOR_RATE)) / total), float(total**-0.5)

    def merit_of(self, promotion: int) -> tuple[float, float]:
        """The promotion's own log-odds and their deviation; those of nothing known for a new one."""
        at = np.flatnonzero(self.promotions == promotion)
        return (float(self.merits[at[0]]), float(self.deviations[at[0]])) if len(at) else (0.0, self.tau)

    def offsets(self, cells: Sequence[Cell]) -> Floats:
        """[n]: x . b of each cell; a slot that was never seen counts as a usual one."""
        known = np.array([[self.effects.get(name, 0.0) for name in names_of(cell)] for cell in cells])
        return np.asarray(known.sum(axis=1)) if len(cells) else np.zeros(0)


def names_of(cell: Cell) -> tuple[str, str, str, str]:
    """The effects that play a part in a cell; "" for none."""
    return (
        f"slot_{cell.slot}", "place" if cell.place else "", f"seen_{cell.seen}" if cell.seen else "", f"fit_{cell.fit}",
    )  # fmt: skip


def fit(cells: Sequence[Cell]) -> Fitted:
    """From counted cells of any number; of none, what is believed before."""
    slots = sorted({cell.slot for cell in cells})
    names = [*(f"slot_{slot}" for slot in slots), *_FEATURES]
    at = {name: number for number, name in enumerate(names)}
    x = np.zeros((len(cells), len(names) + 1))
    x[:, -1] = 1
    for row, cell in enumerate(cells):
        for name in names_of(cell):
            if name:
                x[row, at[name]] = 1
    promotions, rows = np.unique([cell.promotion_id for cell in cells], return_inverse=True)
    shown = np.array([cell.impressions for cell in cells], dtype=np.float64)
    clicks = np.array([cell.clicks for cell in cells], dtype=np.float64)
    data = _Data(x, rows.astype(np.int64), len(promotions), shown, clicks)
    state = _converged(data)
    dispersion = _dispersion(data, state, cells)
    return Fitted(
        {name: float(state.shared[number]) for name, number in at.items()},
        float(state.shared[-1]), state.tau, dispersion, promotions.astype(np.int64), state.own, state.information,
    )  # fmt: skip


@dataclass(frozen=True)
class _Data:
    x: Floats
    rows: Ints
    count: int
    shown: Floats
    clicks: Floats


@dataclass(frozen=True)
class _State:
    shared: Floats
    own: Floats
    information: Floats  # of the clicks on each promotion, about its own log-odds
    tau: float


def _converged(data: _Data) -> _State:
    """Alternates Newton's steps and tau^2 = mean of (u^2 + its variance), which is EM."""
    shared = np.zeros(data.x.shape[1])
    shared[-1] = logit(PRIOR_RATE)
    state = _State(shared, np.zeros(data.count), np.zeros(data.count), TAU_START)
    for _ in range(ROUNDS):
        state, variances = _mode(data, state)
        if not data.count:
            return state
        tau = float(max(np.sqrt(np.mean(state.own**2 + variances)), TAU_LEAST))
        if abs(tau - state.tau) < 1e-4:
            break
        state = _State(state.shared, state.own, state.information, tau)
    return state


def _mode(data: _Data, state: _State) -> tuple[_State, Floats]:
    """The most probable effects under a tau, and the variances of the promotions' own."""
    penalty = np.full(data.x.shape[1], EFFECT_DEVIATION**-2)
    penalty[-1] = PRIOR_DEVIATION**-2
    centre = np.zeros(data.x.shape[1])
    centre[-1] = logit(PRIOR_RATE)
    shared, own = state.shared, state.own
    objective = _objective(data, shared, own, penalty, centre, state.tau)
    for _ in range(STEPS):
        a, c, d, gradient, gradients = _curvature(data, shared, own, penalty, centre, state.tau)
        schur = a - (c.T / d) @ c
        step = np.linalg.solve(schur, gradient - c.T @ (gradients / d))
        steps = (gradients - c @ step) / d
        size = 1.0
        while size > 1e-4:
            found = _objective(data, shared + size * step, own + size * steps, penalty, centre, state.tau)
            if found >= objective - 1e-10:
                break
            size /= 2
        shared, own = shared + size * step, own + size * steps
        if found - objective < CONVERGED:
            break
        objective = found
    a, c, d, *_ = _curvature(data, shared, own, penalty, centre, state.tau)
    slopes = c / d[:, None]
    variances = 1 / d + np.einsum("kd,de,ke->k", slopes, np.linalg.inv(a - (c.T / d) @ c), slopes)
    return _State(shared, own, d - state.tau**-2, state.tau), variances


def _probability(data: _Data, shared: Floats, own: Floats) -> Floats:
    return np.asarray(expit(data.x @ shared + own[data.rows]))


def _objective(data: _Data, shared: Floats, own: Floats, penalty: Floats, centre: Floats, tau: float) -> float:
    odds = data.x @ shared + own[data.rows]
    likelihood = data.clicks @ odds - data.shown @ np.logaddexp(0, odds)
    return float(likelihood - 0.5 * (penalty @ (shared - centre) ** 2 + (own @ own) / tau**2))


def _curvature(
    data: _Data, shared: Floats, own: Floats, penalty: Floats, centre: Floats, tau: float
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Of the negative objective: A [d, d], C [k, d], D [k]; and both gradients."""
    probability = _probability(data, shared, own)
    weights = data.shown * probability * (1 - probability)
    off = data.clicks - data.shown * probability
    a = data.x.T @ (weights[:, None] * data.x) + np.diag(penalty)
    c = np.zeros((data.count, data.x.shape[1]))
    np.add.at(c, data.rows, weights[:, None] * data.x)
    d = np.asarray(np.bincount(data.rows, weights, data.count) + tau**-2, dtype=np.float64)
    gradient = data.x.T @ off - penalty * (shared - centre)
    gradients = np.bincount(data.rows, off, data.count) - own / tau**2
    return a, c, d, gradient, gradients


def _dispersion(data: _Data, state: _State, cells: Sequence[Cell]) -> float:
    """Pearson's chi squared per degree of freedom, of the clicks by promotion and slot; 1 where too little is known."""
    if not len(cells):
        return 1.0
    probability = _probability(data, state.shared, state.own)
    groups: dict[tuple[int, str], list[int]] = {}
    for row, cell in enumerate(cells):
        groups.setdefault((cell.promotion_id, cell.slot), []).append(row)
    found = []
    for rows in groups.values():
        expected = float(data.shown[rows] @ probability[rows])
        if expected >= LEAST_EXPECTED:
            variance = float(data.shown[rows] @ (probability[rows] * (1 - probability[rows])))
            found.append((float(data.clicks[rows].sum()) - expected) ** 2 / variance)
    free = len(found) - data.count
    return float(np.clip(sum(found) / free, 1.0, MOST_DISPERSION)) if free >= 10 else 1.0


@dataclass(frozen=True)
class Expected:
    """Clicks that a usual promotion would have had, and the relative standard deviation of that; `known` says whether
    there is enough to expect anything."""

    clicks: float
    deviation: float

    @property
    def known(self) -> bool:
        return self.deviation < UNKNOWN_DEVIATION


def expected_of(fitted: Fitted, promotion: int, cells: Sequence[Cell], *, with_merit: bool = False) -> Expected:
    """Of a promotion's cells; `with_merit`: as this very promotion is believed to be clicked."""
    usual, deviation = fitted.usual_for(promotion)
    if with_merit:
        merit, deviation = fitted.merit_of(promotion)
        usual = fitted.mu + merit
    shown = np.array([cell.impressions for cell in cells], dtype=np.float64)
    probability = expit(usual + fitted.offsets(cells))
    clicks = float(shown @ probability)
    information = float(shown @ (probability * (1 - probability)))
    return Expected(clicks, deviation * information / clicks if clicks else deviation)

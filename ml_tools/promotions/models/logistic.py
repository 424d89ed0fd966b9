"""Logistic regression, P(click | user, promotion) = sigma(w . x), that knows how sure it is of each weight.

The prior's strength is learnt per group of columns by evidence (MacKay, The Evidence Framework Applied to
Classification Networks, 1992): a field of many rare categories is held closer to nothing than the slot. New rows are
learnt with the old weights as prior, each as firm as what was seen of it (Chapelle and Li, NIPS 2011, algorithm 3);
their deviations are what Thompson sampling draws from.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit

from ml_tools.promotions.batch import Batch, Doubles, Ints
from ml_tools.promotions.features import Arrays, Design, prefixed, under
from ml_tools.promotions.models.base import ClickModel, Progress, Settings, silent

ROUNDS = 4  # of weights and priors in turn
SOFTEST, FIRMEST = 0.3, 1e4  # precision of a prior
BASE_PRECISION = 1e-3  # of the intercept
STEPS = 100
TOLERANCE = 1e-7  # of the loss, relative


class Logistic(ClickModel):
    name = "logistic"
    paper = "Chapelle and Li, An Empirical Evaluation of Thompson Sampling, NIPS 2011; MacKay, Neural Computation 1992"
    grid: ClassVar[tuple[Settings, ...]] = ({"precision": 20.0, "rounds": ROUNDS},)
    _priors: Doubles = np.zeros(0)  # precision of each group of columns
    _settled = False  # whether the priors are known from rows much like those to be learnt

    def _forget(self) -> None:
        super()._forget()
        self._priors, self._settled = np.zeros(0), False

    def settle(self, earlier: Batch, later: Batch, progress: Progress = silent) -> None:
        """The priors follow from what is learnt; `later` is not needed."""
        self._forget()
        self.learn(earlier, progress)
        self._settled = True

    def _learn(self, batch: Batch, progress: Progress) -> None:
        self._design = Design.learnt(batch)
        groups = self._design.groups
        matrix, squared = self._matrices(batch)
        count = int(groups.max()) + 1 if len(groups) else 0
        settled = self._settled and len(self._priors) == count
        if not settled:
            self._priors = np.full(count, self.settings["precision"])
        self._mean, self._intercept = np.zeros(self._design.width), np.array([self.base, BASE_PRECISION])
        for step in range(1 if settled else int(self.settings["rounds"])):
            prior = self._priors[groups]
            self._mean, self._intercept[0] = _likeliest(
                matrix, batch.labels, np.zeros_like(self._mean), prior, self.base, BASE_PRECISION, self._mean
            )
            self._precision = prior + self._seen(matrix, squared)
            self._priors = self._evident(groups, prior)
            progress(f"{self.name}: round {step + 1}")
        self._intercept[1] = BASE_PRECISION + self._information(matrix).sum()

    def _matrices(self, batch: Batch) -> tuple[csr_matrix, csr_matrix]:
        matrix = self._design.slots(batch).matrix(self._design.width)
        return matrix, csr_matrix(matrix.multiply(matrix)).T.tocsr()

    def _information(self, matrix: csr_matrix) -> Doubles:
        """[rows]: p (1 - p)."""
        said = expit(matrix @ self._mean + self._intercept[0])
        return np.asarray(said * (1 - said))

    def _seen(self, matrix: csr_matrix, squared: csr_matrix) -> Doubles:
        """[columns]: the diagonal of the likelihood's curvature."""
        return np.asarray(squared @ self._information(matrix))

    def _evident(self, groups: Ints, prior: Doubles) -> Doubles:
        """[groups]: precision = well-determined weights / sum of their squares, drawn a little to the first guess."""
        determined = np.bincount(groups, 1 - prior / self._precision)
        squares = np.bincount(groups, self._mean**2)
        return np.clip((determined + 1) / (squares + 1 / self.settings["precision"]), SOFTEST, FIRMEST)

    def _update(self, batch: Batch) -> None:
        """Only columns that the batch touches move; a category never seen gets a column with its field's prior."""
        self._grow(batch)
        matrix, _ = self._matrices(batch)
        touched = np.unique(matrix.indices)
        part = csr_matrix(matrix[:, touched])
        mean, precision = self._mean[touched], self._precision[touched]
        base, firmness = self._intercept
        self._mean[touched], self._intercept[0] = _likeliest(part, batch.labels, mean, precision, base, firmness, mean)
        information = self._information(matrix)
        self._precision[touched] += part.multiply(part).T @ information
        self._intercept[1] += information.sum()

    def _grow(self, batch: Batch) -> None:
        self._design, moved = self._design.extended(batch)
        mean, precision = np.zeros(self._design.width), self._priors[self._design.groups]
        mean[moved], precision[moved] = self._mean, self._precision
        self._mean, self._precision = mean, precision

    def log_odds(self, batch: Batch) -> Doubles:
        return self._design.slots(batch).dot(self._mean) + self._intercept[0]

    def _state(self) -> dict[str, NDArray[np.generic]]:
        own = {"mean": self._mean, "precision": self._precision, "priors": self._priors, "intercept": self._intercept}
        return {**prefixed("design/", self._design.arrays()), **own}

    def _restore(self, state: Arrays) -> None:
        self._design = Design.of(under(state, "design/"))
        names = ("mean", "precision", "priors", "intercept")
        found = (np.array(state[name], dtype=np.float64) for name in names)
        self._mean, self._precision, self._priors, self._intercept = found


def _likeliest(
    matrix: csr_matrix,
    clicks: Doubles,
    mean: Doubles,
    precision: Doubles,
    base: float,
    firmness: float,
    start: Doubles,
) -> tuple[Doubles, float]:
    """Weights [columns] and intercept of the highest posterior, under normal priors around `mean` and `base`."""
    transposed = matrix.T.tocsr()

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        odds = matrix @ weights[:-1] + weights[-1]
        away, shift = weights[:-1] - mean, weights[-1] - base
        error = expit(odds) - clicks
        value = np.logaddexp(0, odds).sum() - clicks @ odds
        value += 0.5 * ((precision * away**2).sum() + firmness * shift**2)
        return float(value), np.append(transposed @ error + precision * away, error.sum() + firmness * shift)

    first = np.append(start, base)
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "ftol": TOLERANCE}).x
    return found[:-1], float(found[-1])

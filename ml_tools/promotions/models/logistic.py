"""Logistic regression, P(click | user, promotion) = sigma(w . x), that knows how sure it is of each weight.

The prior's strength is learnt per group of columns by evidence (MacKay, The Evidence Framework Applied to
Classification Networks, 1992): a field of many rare categories is held closer to nothing than the slot. New rows are
learnt with the old weights as prior, each as firm as what was seen of it (`laplace`, with a diagonal precision).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ml_tools.promotions.batch import Batch, Doubles, Ints
from ml_tools.promotions.features import Arrays, Design, prefixed, under
from ml_tools.promotions.laplace import Diagonal, Gaussian
from ml_tools.promotions.models.base import ClickModel, Progress, Settings, silent

ROUNDS = 4  # of weights and priors in turn
SOFTEST, FIRMEST = 0.3, 1e4  # precision of a prior
BASE_PRECISION = 1e-3  # of the intercept


@dataclass(frozen=True)
class Sparse:
    """Examples [n, columns], mostly zeros; as one vector the weights are the columns', then the intercept's."""

    matrix: csr_matrix

    @cached_property
    def transposed(self) -> csr_matrix:
        return self.matrix.T.tocsr()

    @cached_property
    def squares(self) -> csr_matrix:
        return csr_matrix(self.matrix.multiply(self.matrix)).T.tocsr()

    def odds(self, weights: Doubles) -> Doubles:
        return np.asarray(self.matrix @ weights[:-1] + weights[-1])

    def pulled(self, errors: Doubles) -> Doubles:
        return np.append(self.transposed @ errors, errors.sum())

    def squared(self, information: Doubles) -> Doubles:
        return np.append(self.squares @ information, information.sum())


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
        examples = Sparse(self._design.slots(batch).matrix(self._design.width))
        count = int(groups.max()) + 1 if len(groups) else 0
        settled = self._settled and len(self._priors) == count
        if not settled:
            self._priors = np.full(count, self.settings["precision"])
        self._mean, self._precision = np.zeros(self._design.width), np.zeros(self._design.width)
        nothing = np.append(self._mean, self.base)
        for step in range(1 if settled else int(self.settings["rounds"])):
            prior = self._priors[groups]
            before = Gaussian(nothing, Diagonal(np.append(prior, BASE_PRECISION)))
            self._take(before.learnt(examples, batch.labels, start=np.append(self._mean, self.base)))
            self._priors = self._evident(groups, prior)
            progress(f"{self.name}: round {step + 1}")

    def _take(self, learnt: Gaussian[Diagonal], columns: Ints | slice = slice(None)) -> None:
        """What is believed of these columns and of the intercept from now on."""
        firm = learnt.precision.diagonal
        self._mean[columns], self._precision[columns] = learnt.mean[:-1], firm[:-1]
        self._intercept = np.array([learnt.mean[-1], firm[-1]])

    def _evident(self, groups: Ints, prior: Doubles) -> Doubles:
        """[groups]: precision = well-determined weights / sum of their squares, drawn a little to the first guess."""
        determined = np.bincount(groups, 1 - prior / self._precision)
        squares = np.bincount(groups, self._mean**2)
        return np.clip((determined + 1) / (squares + 1 / self.settings["precision"]), SOFTEST, FIRMEST)

    def _update(self, batch: Batch) -> None:
        """Only columns that the batch touches move; a category never seen gets a column with its field's prior."""
        self._grow(batch)
        matrix = self._design.slots(batch).matrix(self._design.width)
        touched = np.unique(matrix.indices)
        mean, firm = self._intercept
        before = Gaussian(np.append(self._mean[touched], mean), Diagonal(np.append(self._precision[touched], firm)))
        self._take(before.learnt(Sparse(csr_matrix(matrix[:, touched])), batch.labels), touched)

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

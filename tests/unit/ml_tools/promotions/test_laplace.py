"""One update for every structure of precision: the mode of the posterior, and the curvature that is kept of it."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.special import expit

from ml_tools.promotions.arrowhead import Arrowhead, Grouped, flat
from ml_tools.promotions.laplace import Diagonal, Gaussian, Posterior, information, newton
from ml_tools.promotions.models.logistic import Sparse

D, B, K, ROWS = 3, 2, 4, 400
SIZE = D + K * B


@dataclass(frozen=True)
class Case:
    """Examples, also as one matrix [n, w]; a precision, also as one matrix [w, w]; clicks."""

    examples: Grouped | Sparse
    matrix: np.ndarray
    precision: Arrowhead | Diagonal
    whole: np.ndarray
    clicks: np.ndarray


def clicks_of(matrix: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(5)
    return (rng.random(len(matrix)) < expit(matrix @ rng.normal(size=matrix.shape[1]) - 1)).astype(float)


def grouped() -> Case:
    rng = np.random.default_rng(1)
    group, shared, own = rng.integers(0, K, ROWS), rng.normal(size=(ROWS, D)), rng.normal(size=(ROWS, B))
    matrix = np.zeros((ROWS, SIZE))
    matrix[:, :D] = shared
    for row, which in enumerate(group):
        matrix[row, D + which * B : D + (which + 1) * B] = own[row]
    start = Arrowhead(np.eye(D), np.zeros((K, B, D)), np.broadcast_to(4 * np.eye(B), (K, B, B)).copy())
    earlier = Grouped(group[::-1], shared, own, K)
    precision = start.seen(earlier, np.full(ROWS, 0.01))  # blocks that are not all diagonal
    whole = np.array([precision.times(unit) for unit in np.eye(SIZE)]).T
    return Case(Grouped(group, shared, own, K), matrix, precision, whole, clicks_of(matrix))


def sparse() -> Case:
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(ROWS, 6)) * (rng.random((ROWS, 6)) < 0.3)
    matrix = np.concatenate([columns, np.ones((ROWS, 1))], axis=1)
    diagonal = rng.uniform(0.5, 5, 7)
    return Case(Sparse(csr_matrix(columns)), matrix, Diagonal(diagonal), np.diag(diagonal), clicks_of(matrix))


CASES = {"arrowhead": grouped, "diagonal": sparse}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]()


def gaussian(case: Case) -> Gaussian[Arrowhead | Diagonal]:
    return Gaussian(np.random.default_rng(3).normal(size=len(case.whole)) / 10, case.precision)


def test_examples_are_the_linear_map_of_their_matrix(case: Case) -> None:
    rng = np.random.default_rng(4)
    weights, errors = rng.normal(size=len(case.whole)), rng.normal(size=ROWS)
    assert np.allclose(case.examples.odds(weights), case.matrix @ weights)
    assert np.allclose(case.examples.pulled(errors), case.matrix.T @ errors)


def test_the_gradient_is_that_of_the_value(case: Case) -> None:
    posterior = Posterior(gaussian(case), case.examples, case.clicks, np.linspace(-1, 1, len(case.whole)))
    weights = np.random.default_rng(6).normal(size=len(case.whole))
    steps = 1e-6 * np.eye(len(case.whole))
    found = [(posterior.value(weights + step) - posterior.value(weights - step)) / 2e-6 for step in steps]
    assert posterior.gradient(weights) == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize("pull", [0.0, 3.0])
def test_learning_reaches_the_mode(case: Case, pull: float) -> None:
    before, pulls = gaussian(case), np.full(len(case.whole), pull)
    after = before.learnt(case.examples, case.clicks, pull=pulls)
    posterior = Posterior(before, case.examples, case.clicks, pulls)
    assert np.abs(posterior.gradient(after.mean)).max() < 0.05
    for off in np.random.default_rng(7).normal(size=(20, len(case.whole))) / 20:
        assert posterior.value(after.mean + off) < posterior.value(after.mean)


def test_the_precision_grows_by_the_curvature_at_the_mode(case: Case) -> None:
    after = gaussian(case).learnt(case.examples, case.clicks)
    p = expit(case.matrix @ after.mean)
    curvature = (case.matrix * (p * (1 - p))[:, None]).T @ case.matrix
    found = np.array([after.precision.times(unit) for unit in np.eye(len(case.whole))]).T
    kept = curvature if isinstance(case.precision, Arrowhead) else np.diag(np.diag(curvature))
    assert np.allclose(found, case.whole + kept)
    assert np.allclose(information(case.examples, after.mean), p * (1 - p))


def test_both_ways_come_to_the_same_mode() -> None:
    """Of the same examples under a prior that both structures can hold."""
    case = grouped()
    blocks = Arrowhead(2 * np.eye(D), np.zeros((K, B, D)), np.broadcast_to(2 * np.eye(B), (K, B, B)).copy())
    columns, intercept = case.matrix[:, 1:], case.matrix[:, :1]
    matrix = np.concatenate([columns, intercept / intercept], axis=1)  # the last weight is the intercept's
    shared = np.concatenate([np.ones((ROWS, 1)), case.examples.shared[:, 1:]], axis=1)
    examples = Grouped(case.examples.group, shared, case.examples.own, K)
    newtons = Gaussian(np.zeros(SIZE), blocks).learnt(examples, case.clicks).mean
    others = Gaussian(np.zeros(SIZE), Diagonal(np.full(SIZE, 2.0))).learnt(
        Sparse(csr_matrix(matrix[:, :-1])), case.clicks
    )
    assert np.allclose(np.append(newtons[1:], newtons[0]), others.mean, atol=5e-3)


def test_nothing_seen_changes_nothing(case: Case) -> None:
    nothing = (
        Sparse(csr_matrix((0, 6))) if isinstance(case.examples, Sparse)
        else Grouped(np.zeros(0, dtype=np.int64), np.zeros((0, D)), np.zeros((0, B)), K)
    )  # fmt: skip
    before = gaussian(case)
    after = before.learnt(nothing, np.zeros(0))
    assert np.allclose(after.mean, before.mean)
    assert np.allclose(after.precision.times(before.mean), before.precision.times(before.mean))


def test_a_step_that_is_too_long_is_shortened() -> None:
    """From far out a logistic curve is flat, and Newton's own step overshoots; the mode is found all the same."""
    examples, clicks = Sparse(csr_matrix(np.array([[2.0], [-1.0], [3.0]]))), np.array([1.0, 0.0, 0.0])
    before = Gaussian(np.zeros(2), Diagonal(np.full(2, 1e-3)))
    posterior = Posterior(before, examples, clicks, 0.0)

    def stepped(weights: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        matrix = np.array([[2.0, 1.0], [-1.0, 1.0], [3.0, 1.0]])
        weighted = matrix * information(examples, weights)[:, None]
        return np.linalg.solve(1e-3 * np.eye(2) + weighted.T @ matrix, gradient)

    start = np.array([4.0, -6.0])
    first = start + stepped(start, posterior.gradient(start))
    assert posterior.value(first) < posterior.value(start), "else this shows nothing"
    assert np.abs(posterior.gradient(newton(posterior, start, stepped))).max() < 1e-3


def test_marginal_and_draws_of_an_arrowhead_are_those_of_the_whole() -> None:
    case = grouped()
    assert isinstance(case.precision, Arrowhead)
    covariance = np.linalg.inv(case.whole)
    assert np.allclose(np.linalg.inv(case.precision.marginal()), covariance[:D, :D])
    shared, own = case.precision.drawn(np.random.default_rng(8), 40_000)
    drawn = np.array([flat(one, rest) for one, rest in zip(shared, own.transpose(1, 0, 2), strict=True)])
    assert np.abs(np.cov(drawn.T) - covariance).max() < 0.03 * covariance.max()

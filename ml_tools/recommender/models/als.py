"""Implicit ALS: customers and products as vectors, by alternating least squares; `implicit` computes them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Self

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ml_tools.recommender.interactions import Floats, Interactions, Ints, interactions_of
from ml_tools.recommender.models.base import Progress, Shippable
from ml_tools.recommender.models.linear import chosen, history_matrix, prior

SEED, THREADS = 0, 2


class ALS(Shippable):
    """What a customer chose weighs `confidence` times as much as what they did not.

    A history's vector is the least-squares answer to the products' vectors (equation 4), for customers of the training
    as for all others, so that what just happened counts at once.
    """

    product_vectors: Floats  # [products, factors]

    name, paper = "als", "Hu, Koren and Volinsky, ICDM 2008; tuned after Rendle et al., RecSys 2022"

    def __init__(
        self,
        factors: int = 128,
        penalty: float = 30.0,
        confidence: float = 5.0,
        rounds: int = 16,
        decay: float = 0.85,
    ) -> None:
        self._factors, self._penalty, self._confidence, self._rounds = factors, penalty, confidence, rounds
        self._decay = decay

    def _fit(self, data: Interactions, progress: Progress) -> None:
        self._prior = prior(data)
        vectors = np.zeros((data.product_count, self._factors), dtype=np.float32)
        self._keep(self._factorised(data, progress) if len(data) else vectors)

    def _factorised(self, data: Interactions, progress: Progress) -> Floats:
        with threadpool_limits(1, "blas"):  # implicit has threads of its own, and both together crawl
            solver = AlternatingLeastSquares(
                factors=self._factors,
                regularization=self._penalty,
                alpha=self._confidence,
                iterations=self._rounds,
                num_threads=THREADS,
                random_state=SEED,
            )
            solver.fit(
                chosen(data),
                show_progress=False,
                callback=lambda done, *_: progress(f"ALS: round {done + 1} of {self._rounds}"),
            )
        vectors: Floats = solver.item_factors
        return vectors

    def _keep(self, vectors: Floats) -> None:
        self.product_vectors = vectors
        self._gram = vectors.T @ vectors + self._penalty * np.eye(vectors.shape[1], dtype=np.float32)

    def vectors(self, histories: Sequence[Ints]) -> Floats:
        """[histories, factors] by fold-in."""
        known = history_matrix(histories, self.data.product_count, self._decay)
        folded = np.zeros((len(histories), self._gram.shape[0]), dtype=np.float32)
        for row, (first, last) in enumerate(pairwise(known.indptr)):
            if first < last:
                folded[row] = self._folded(known.indices[first:last], self._confidence * known.data[first:last])
        return folded

    def _folded(self, products: Ints, confidence: Floats) -> Floats:
        chosen_vectors = self.product_vectors[products]
        matrix = self._gram + (chosen_vectors.T * (confidence - 1)) @ chosen_vectors
        vector: Floats = np.linalg.solve(matrix, confidence @ chosen_vectors)
        return vector

    def scores(self, histories: Sequence[Ints]) -> Floats:
        return self.vectors(histories) @ self.product_vectors.T + self._prior

    def similarities(self, product: int) -> Floats:
        """Cosine of the products' vectors."""
        return cosines(self.product_vectors, product) + self._prior

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        parameters = np.array([self._penalty, self._confidence, self._decay], dtype=np.float64)
        return {"product_vectors": self.product_vectors, "prior": self._prior, "parameters": parameters}

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> Self:
        self.data = interactions_of([], product_count)
        self._penalty, self._confidence, self._decay = (float(value) for value in state["parameters"])
        self._keep(np.asarray(state["product_vectors"], dtype=np.float32))
        self._prior = np.asarray(state["prior"], dtype=np.float32)
        return self


def cosines(vectors: Floats, product: int) -> Floats:
    """[products]: cosine of each row with a product's row; 0 where either is a vector of zeros."""
    lengths = np.linalg.norm(vectors, axis=1)
    scale = np.maximum(lengths * lengths[product], 1e-12)
    return (vectors @ vectors[product] / scale).astype(np.float32)

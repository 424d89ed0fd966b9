"""What the recommender is held against, on the same split: `implicit`, tuned iALS, and the papers' own settings."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from ml_tools.recommender.datasets import AMAZON_BEAUTY, DIGINETICA, ML_1M
from ml_tools.recommender.evaluate import Metrics
from ml_tools.recommender.interactions import Floats, Interactions, Ints
from ml_tools.recommender.models.base import Progress, Recommender
from ml_tools.recommender.models.gru4rec import GRU4Rec
from ml_tools.recommender.models.item_knn import ItemKNN
from ml_tools.recommender.models.popularity import Popularity
from ml_tools.recommender.models.sasrec import SASRec
from ml_tools.recommender.protocols import Protocol

SEED, THREADS = 20, 2
BATCH = 128  # rows solved at once

# Published on the same data, with other splits of it or other negatives: beside ours, not in the same run.
PUBLISHED: Mapping[tuple[str, Protocol], Metrics] = {
    (ML_1M, Protocol.SAMPLED): {
        "HR@10": {"tuned iALS (published)": 0.7310, "NeuMF (published)": 0.7093},
        "NDCG@10": {"tuned iALS (published)": 0.4521, "NeuMF (published)": 0.4349},
    },
    (ML_1M, Protocol.FULL): {
        "HR@10": {"SASRec (published)": 0.3058, "gSASRec (published)": 0.3003},
        "NDCG@10": {"SASRec (published)": 0.1779, "gSASRec (published)": 0.1726},
    },
    (DIGINETICA, Protocol.FULL): {
        "HR@20": {"SR-GNN (published)": 0.507, "GCE-GNN (published)": 0.542},
        "MRR@20": {"SR-GNN (published)": 0.176, "GCE-GNN (published)": 0.190},
    },
    (AMAZON_BEAUTY, Protocol.FULL): {},
}


class TunedIals(Recommender):
    """Alternating least squares in which a row's penalty grows with how much it tells; the published settings."""

    name = "tuned iALS"
    paper = "Rendle et al., Revisiting the Performance of iALS on Item Recommendation Benchmarks, RecSys 2022"

    def __init__(
        self,
        factors: int = 192,
        penalty: float = 0.007,
        unobserved: float = 0.3,
        rounds: int = 12,
        spread: float = 0.1,
    ) -> None:
        self._factors, self._penalty, self._unobserved = factors, penalty, unobserved
        self._rounds, self._spread = rounds, spread

    def _fit(self, data: Interactions, progress: Progress) -> None:
        chosen = data.matrix()
        chosen.data[:] = 1
        generator = np.random.default_rng(SEED)
        self._products = generator.normal(0, self._spread, (data.product_count, self._factors)).astype(np.float32)
        for done in range(self._rounds):
            self._customers = self._solved(chosen, self._products)
            self._products = self._solved(chosen.T.tocsr(), self._customers)
            progress(f"round {done + 1} of {self._rounds}")
        self._customers = self._solved(chosen, self._products)

    def _solved(self, chosen: csr_matrix, others: Floats) -> Floats:
        """[rows, factors]: least squares for each row of `chosen` [rows, others]."""
        solved = np.zeros((chosen.shape[0], self._factors), dtype=np.float32)
        everything = self._unobserved * (others.T @ others)
        counts = np.diff(chosen.indptr)
        penalties = self._penalty * (counts + self._unobserved * len(others))
        identity = np.eye(self._factors, dtype=np.float32)
        for start in range(0, len(solved), BATCH):
            rows = np.arange(start, min(start + BATCH, len(solved)))
            mine = [others[chosen.indices[chosen.indptr[row] : chosen.indptr[row + 1]]] for row in rows]
            left = np.stack([one.T @ one for one in mine]) + everything
            left += penalties[rows, None, None].astype(np.float32) * identity
            right = np.stack([one.sum(axis=0) for one in mine])
            solved[rows] = np.linalg.solve(left, right[..., None])[..., 0]
        return solved

    def scores(self, histories: Sequence[Ints]) -> Floats:
        lengths = [len(np.unique(history)) for history in histories]
        columns = np.concatenate([*(np.unique(history) for history in histories), np.zeros(0, dtype=np.int32)])
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        shape = (len(histories), len(self._products))
        chosen = csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=shape)
        return self._solved(chosen, self._products) @ self._products.T

    def customer_scores(self, customers: Sequence[int]) -> Floats:
        return self._customers[list(customers)] @ self._products.T


class ImplicitPeer(Recommender):
    """A model of the package `implicit`, by its vectors of customers and products."""

    def _fit(self, data: Interactions, progress: Progress) -> None:
        chosen = data.matrix()
        chosen.data[:] = 1
        with threadpool_limits(1, "blas"):  # implicit has threads of its own, and both together crawl
            self._model = self._made()
            self._model.fit(chosen, show_progress=False, callback=lambda done, *_: progress(f"round {done + 1}"))

    @abstractmethod
    def _made(self) -> AlternatingLeastSquares | BayesianPersonalizedRanking: ...

    def scores(self, histories: Sequence[Ints]) -> Floats:
        """Customers whom the training never saw are the mean of their products."""
        products: Floats = self._model.item_factors
        means = [products[history].mean(axis=0) if len(history) else products.mean(axis=0) for history in histories]
        return np.asarray(np.stack(means) @ products.T, dtype=np.float32)

    def customer_scores(self, customers: Sequence[int]) -> Floats:
        found: Floats = self._model.user_factors[list(customers)] @ self._model.item_factors.T
        return found


class ImplicitAls(ImplicitPeer):
    name, paper = "implicit ALS", "Hu, Koren and Volinsky, ICDM 2008"

    def _made(self) -> AlternatingLeastSquares:
        return AlternatingLeastSquares(factors=128, random_state=SEED, num_threads=THREADS)


class ImplicitBpr(ImplicitPeer):
    name, paper = "implicit BPR", "Rendle et al., UAI 2009"

    def _made(self) -> BayesianPersonalizedRanking:
        return BayesianPersonalizedRanking(factors=128, random_state=SEED, num_threads=THREADS)


def peers() -> dict[str, Recommender]:
    """All peers, fresh."""
    return {
        Popularity.name: Popularity(),
        ItemKNN.name: ItemKNN(),
        ImplicitAls.name: ImplicitAls(),
        ImplicitBpr.name: ImplicitBpr(),
        TunedIals.name: TunedIals(),
        # The papers' sizes, with our training.
        "GRU4Rec (paper)": GRU4Rec(width=100, temperature=None, dropout=0.0),
        "SASRec (paper)": SASRec(width=50, heads=1, window=200),
    }

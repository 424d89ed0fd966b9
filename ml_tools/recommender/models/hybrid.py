"""The recommender that serves: several models bring candidates, and a learnt ranker puts them in order."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.candidates import (
    FEATURES_OF_A_MODEL,
    Candidates,
    ProductFacts,
    candidates_of,
    feature_names,
)
from ml_tools.recommender.interactions import Floats, Interactions, Ints, held_out, interactions_of
from ml_tools.recommender.models.base import NEVER, Progress, Ranking, Shippable
from ml_tools.recommender.models.content_knn import ContentKNN
from ml_tools.recommender.models.ease import EASE
from ml_tools.recommender.models.gru4rec import GRU4Rec
from ml_tools.recommender.models.item_knn import ItemKNN
from ml_tools.recommender.models.next_linear import NextLinear
from ml_tools.recommender.models.popularity import Popularity
from ml_tools.recommender.models.ranker import Question, Ranker, train_ranker, untaught
from ml_tools.recommender.models.sasrec import SASRec
from ml_tools.recommender.models.session_knn import SessionKNN
from ml_tools.recommender.models.tastes import Tastes

MOST_EXAMPLES = 8_000
LEAST_EXAMPLES = 100
JUDGING_SHARE = 0.25
MOST_LEFT_OUT = 0.02  # share of interactions that slow models may go without, rather than being fitted twice
SLOW = (SASRec.name, GRU4Rec.name, Tastes.name)
COMING_BACK = 0.01  # share of next products that a history holds already; more, and they may be recommended again
MOST_FOR_LINEAR = 6_000  # products: the time of the closed forms grows with their third power
LONG_HISTORY = 30  # products on average; attention reads longer ones better, a recurrent network shorter ones
TOGETHER = 8_000_000  # scores of a model held at once

COMPONENTS: Mapping[str, type[Shippable]] = {
    model.name: model
    for model in (EASE, NextLinear, Tastes, ItemKNN, SessionKNN, SASRec, GRU4Rec, ContentKNN, Popularity)
}


class Hybrid(Shippable):
    """Candidates of all models together (Covington et al., RecSys 2016), ranked by what each says of them, by content,
    popularity and the history.

    The ranker learns from the last products of some customers, which the models it ranks for have not seen, and is
    judged by those of others. Products that are no candidate score -inf.
    """

    name = "hybrid"
    paper = "Covington et al., Deep Neural Networks for YouTube Recommendations, RecSys 2016"

    models: list[Shippable]

    def __init__(self, models: Sequence[Shippable] | None = None, examples: int = MOST_EXAMPLES) -> None:
        """`models` bring the candidates; None chooses them by the size of the shop and by what is known of products.
        `examples`: of how many customers, at most, the last product teaches or judges the ranker."""
        self._given, self._examples = models, examples

    def _fit(self, data: Interactions, progress: Progress) -> None:
        self.models = list(usual_models(data) if self._given is None else self._given)
        learnt, asked, targets = held_out(data, self._examples)
        for model in self.models:
            progress(f"hybrid: {model.name}")
            model.fit(learnt, progress)
        self._prepare(learnt)
        histories = [learnt.of(customer) for customer in asked]
        self.repeats = coming_back(histories, targets) > COMING_BACK
        self._ranker = self._taught(histories, targets, progress)
        for model in self.models:
            if model.name not in SLOW or len(asked) > MOST_LEFT_OUT * len(data):
                progress(f"hybrid: {model.name}, with everything")
                model.fit(data, progress)
        self._prepare(data)

    def _prepare(self, data: Interactions) -> None:
        names = [model.name for model in self.models]
        self._content = names.index(ContentKNN.name) if ContentKNN.name in names else None
        content = None if self._content is None else self.models[self._content]
        vectors = (
            content.vectors if isinstance(content, ContentKNN) else np.zeros((data.product_count, 1), dtype=np.float32)
        )
        self._facts = ProductFacts(*counts_and_lateness(data), vectors)

    def _taught(self, histories: Sequence[Ints], targets: Ints, progress: Progress) -> Ranker:
        if len(targets) < LEAST_EXAMPLES:
            return untaught(plain_wishes(len(self.models)))
        questions: list[Question | None] = []
        for found, target in zip(self._candidates(histories), targets, strict=True):
            at = np.flatnonzero(found.products == target)
            questions.append(Question(found.features, int(at[0])) if len(at) else None)
            if len(questions) % 1000 == 0:
                progress(f"hybrid: candidates of {len(questions):,} of {len(targets):,}")
        first = int(len(targets) * JUDGING_SHARE)
        judging = [question for question in questions[:first] if question]
        teaching = [question for question in questions[first:] if question]
        progress(f"hybrid: candidates hold {len(judging) + len(teaching)} of {len(targets)} next products")
        if not judging or not teaching:
            return untaught(plain_wishes(len(self.models)))
        return train_ranker(teaching, judging, progress)

    def _candidates(
        self,
        histories: Sequence[Ints],
        allowed: NDArray[np.bool_] | None = None,
        asked: Sequence[Ints] | None = None,
    ) -> Iterator[Candidates]:
        size = int(np.clip(TOGETHER // max(1, self.data.product_count), 1, 256))
        for start in range(0, len(histories), size):
            part = histories[start : start + size]
            scores = [model.scores(part) for model in self.models]
            for row, history in enumerate(part):
                own = [one[row] for one in scores]
                yield candidates_of(
                    history,
                    own,
                    self._facts,
                    content=self._content,
                    repeats=self.repeats,
                    allowed=allowed,
                    asked=None if asked is None else asked[start + row],
                )

    def candidates(self, history: Ints, allowed: NDArray[np.bool_] | None = None) -> Candidates:
        """A few hundred products for a history, among the `allowed` [products] ones; `found_by` counts in `models`."""
        return next(self._candidates([history], allowed))

    def rank(self, candidates: Candidates) -> Floats:
        """[k]: a score for each candidate, comparable within one history only."""
        return self._ranker.scores(candidates.features)

    def ranking(self, history: Ints, allowed: NDArray[np.bool_] | None = None) -> Ranking:
        """All candidates, best first, without a dense vector of all products."""
        found = self.candidates(history, allowed)
        scores = self.rank(found)
        order = np.argsort(-scores, kind="stable")
        return Ranking(found.products[order], scores[order])

    def scores(self, histories: Sequence[Ints]) -> Floats:
        scores = np.full((len(histories), self.data.product_count), NEVER, dtype=np.float32)
        for row, found in enumerate(self._candidates(histories)):
            scores[row, found.products] = self.rank(found)
        return scores

    def candidate_scores(self, customers: Sequence[int], candidates: Ints) -> Floats:
        """Scores of these products [customers, k], whether the models would bring them or not."""
        histories = [self.data.of(customer) for customer in customers]
        scores = np.empty(candidates.shape, dtype=np.float32)
        for row, found in enumerate(self._candidates(histories, asked=list(candidates))):
            scores[row] = self.rank(found)[np.searchsorted(found.products, candidates[row])]
        return scores

    @property
    def feature_names(self) -> list[str]:
        return feature_names([model.name for model in self.models])

    def state(self) -> Mapping[str, NDArray[np.generic]]:
        arrays: dict[str, NDArray[np.generic]] = {
            "repeats": np.array([self.repeats]),
            "counts": self._facts.counts,
            "lateness": self._facts.lateness,
        }
        arrays |= {f"ranker/{name}": array for name, array in self._ranker.arrays().items()}
        for place, model in enumerate(self.models):
            arrays |= {f"model/{place}/{model.name}/{name}": array for name, array in model.state().items()}
        return arrays

    def restore(self, state: Mapping[str, NDArray[np.generic]], product_count: int) -> "Hybrid":
        self.data = interactions_of([], product_count)
        named = sorted({tuple(key.split("/")[1:3]) for key in state if key.startswith("model/")})
        self.models = [
            COMPONENTS[name]().restore(_under(state, f"model/{place}/{name}/"), product_count) for place, name in named
        ]
        self._prepare(self.data)
        counts, lateness = (np.asarray(state[key], dtype=np.float32) for key in ("counts", "lateness"))
        self._facts = ProductFacts(counts, lateness, self._facts.vectors)
        self._ranker = Ranker.of(_under(state, "ranker/"))
        self.repeats = bool(state["repeats"][0])
        return self


def usual_models(data: Interactions, *, slow: bool = False) -> list[Shippable]:
    """What brings candidates in a shop of this size: all that is fitted in seconds; if `slow`, a network that reads
    histories too."""
    told = (data.features.image, data.features.text, data.features.attributes)
    models: list[Shippable] = [ItemKNN(), SessionKNN(), Popularity()]
    if data.product_count <= MOST_FOR_LINEAR:
        models += [EASE.suited_to(data), NextLinear()]
        if data.features.attributes is not None:
            models.append(Tastes())
    if slow:
        models.append(SASRec() if len(data) > LONG_HISTORY * data.customer_count else GRU4Rec())
    if any(part is not None for part in told):
        models.append(ContentKNN())
    return models


def coming_back(histories: Sequence[Ints], targets: Ints) -> float:
    """The share of targets that their history holds already."""
    pairs = zip(histories, targets, strict=True)
    return float(np.mean([target in history for history, target in pairs])) if len(targets) else 1.0


def counts_and_lateness(data: Interactions) -> tuple[Floats, Floats]:
    """[products] twice: interactions, and where in histories they are on average (0 first, 1 last, 0.5 unknown)."""
    lengths = np.diff(data.starts)
    places = np.arange(len(data)) - np.repeat(data.starts[:-1], lengths)
    relative = (places + 0.5) / np.repeat(np.maximum(lengths, 1), lengths)
    counts = np.bincount(data.products, minlength=data.product_count)
    sums = np.bincount(data.products, weights=relative, minlength=data.product_count)
    return counts.astype(np.float32), ((sums + 0.5) / (counts + 1)).astype(np.float32)


def plain_wishes(models: int) -> Floats:
    """Weights of the features when nothing could be learnt: the better the models place a product, the better."""
    of_models = np.tile(np.array([0, 0, -1], dtype=np.float32), models)
    shared = np.zeros(len(feature_names([])), dtype=np.float32)
    assert len(of_models) == models * len(FEATURES_OF_A_MODEL)
    return np.concatenate([of_models, shared])


def _under(state: Mapping[str, NDArray[np.generic]], prefix: str) -> dict[str, NDArray[np.generic]]:
    return {key.removeprefix(prefix): array for key, array in state.items() if key.startswith(prefix)}

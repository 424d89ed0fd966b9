"""By which rule products are ranked: the names that experiments know, and the model behind each."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.interactions import Ints
from ml_tools.recommender.models import MODELS
from ml_tools.recommender.models.base import Filters, Ranking, Shippable

SERVED = "hybrid"  # to whoever is in no experiment
LAST_RESORT = "popularity"
QUICK_EXAMPLES = 1500
_MODELS = {"hybrid": "hybrid", "item-knn": "item_knn", "popularity": "popularity"}

Makers = Mapping[str, Callable[[], Shippable]]


@runtime_checkable
class OwnCandidates(Protocol):
    """A model that finds candidates first and ranks these alone."""

    def ranking(self, history: Ints, allowed: NDArray[np.bool_] | None = None) -> Ranking: ...


def _maker(model: str) -> Callable[[], Shippable]:
    return lambda: cast(type[Shippable], MODELS[model])()


MAKERS: Makers = {policy: _maker(model) for policy, model in _MODELS.items()}


def chosen_policy(asked: str | None, trained: Collection[str]) -> str:
    """The policy of an experiment's arm if it was trained, else the one that serves, else popularity."""
    return next(policy for policy in (asked, SERVED, LAST_RESORT) if policy is not None and policy in trained)


def ranking(policy: Shippable, history: Ints, n: int, allowed: NDArray[np.bool_] | None) -> Ranking:
    """The best `n` after a history, which may come again; a model with candidates of its own looks among the `allowed`
    [products], and spares itself a score for every product."""
    if isinstance(policy, OwnCandidates):
        found = policy.ranking(history, allowed)
        return Ranking(found.products[:n], found.scores[:n])
    return policy.next(history, n, Filters(allowed, known=True))


def quick_makers(makers: Makers) -> Makers:
    """The same, with a hybrid whose ranker learns from fewer examples."""
    from ml_tools.recommender.models.hybrid import Hybrid

    return {**makers, "hybrid": lambda: Hybrid(examples=QUICK_EXAMPLES)}

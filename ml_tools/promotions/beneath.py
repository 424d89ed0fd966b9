"""A click model that lives through the history beneath a belief: its word on a showing is from before it learnt it."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from common.errors import BadRequest
from ml_tools.promotions.batch import Batch, Doubles, joined
from ml_tools.promotions.choosing import LEAST_CLICKS
from ml_tools.promotions.chosen import NONE, above, batch_of, rate_of
from ml_tools.promotions.evaluate import GROWTH, Makers
from ml_tools.promotions.models.base import ClickModel
from ml_tools.promotions.signals import Signals
from store.promotions import Candidate


class Beneath:
    """It says nothing (0) before there are clicks enough, is fitted anew whenever its rows have doubled, and updated in
    between, as in `evaluate.prequential`."""

    def __init__(self, name: str, makers: Makers, promotions: Mapping[int, Candidate]) -> None:
        """BadRequest for a name that no model has which may serve beneath."""
        if name != NONE and (name not in LEAST_CLICKS or name not in makers):
            known = [NONE, *(one for one in LEAST_CLICKS if one in makers)]
            raise BadRequest(f"No click model is called {name!r}: choose one of {', '.join(known)}.")
        self._maker: Callable[[], ClickModel] | None = None if name == NONE else makers[name]
        self._least = LEAST_CLICKS.get(name, 0)
        self._promotions = promotions
        self._model: ClickModel | None = None
        self._rows: list[Batch] = []
        self._fitted, self._rate = 0, 0.0

    def words(self, promotions: Sequence[int], seen: Signals) -> Doubles:
        """[n]: log-odds above those of the rate of all."""
        if self._model is None or not promotions:
            return np.zeros(len(promotions))
        return above(self._model.predict_proba(self._batch(promotions, seen)), self._rate)

    def learn(self, promotions: Sequence[int], seen: Signals, clicks: Doubles) -> None:
        """These were shown."""
        if self._maker is None or not promotions:
            return
        self._rows.append(self._batch(promotions, seen, clicks))
        if self._model is None or sum(map(len, self._rows)) >= GROWTH * self._fitted:
            self._fit(self._maker)
        else:
            self._model.update(self._rows[-1])

    def _fit(self, maker: Callable[[], ClickModel]) -> None:
        every = joined(self._rows)
        clicks = every.labels.sum()
        if min(clicks, len(every) - clicks) < self._least:
            return
        self._model = maker().fit(every)
        self._fitted, self._rate = len(every), rate_of(every.labels)

    def _batch(self, promotions: Sequence[int], seen: Signals, clicks: Doubles | None = None) -> Batch:
        return batch_of([self._promotions[one] for one in promotions], seen, clicks)

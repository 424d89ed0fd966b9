"""The recommender's places of products, as tastes for the search: cosines to the recency-weighted mean of a history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from ml_tools.recommender.api import RecommenderTool
from ml_tools.recommender.assortment import Assortment
from ml_tools.recommender.features import history_of
from ml_tools.recommender.reasons import recency
from ml_tools.search.taste import NOBODY, Taste
from store.recommendations import NEWEST_TOUCHES, touches_of
from store.session import Database


@dataclass(frozen=True)
class Profile:
    """`centre` [d] is a unit vector among the products' places."""

    assortment: Assortment
    centre: np.ndarray

    def likeness(self, product_ids: Sequence[int]) -> dict[int, float]:
        rows = {one: row for one in product_ids if (row := self.assortment.row_of(one)) is not None}
        if not rows:
            return {}
        places = self.assortment.content_of(np.array(list(rows.values()), dtype=np.int32))
        return dict(zip(rows, (places @ self.centre).tolist(), strict=True))


class RecommendersTastes:
    """Tastes by the model in force; nobody's while none was trained."""

    def __init__(self, database: Database, recommender: RecommenderTool) -> None:
        self._database, self._recommender = database, recommender

    async def of(self, customer_id: str | None, session: str | None, *, before: datetime | None = None) -> Taste:
        """`before` leaves out what was touched from then on, for judging the past."""
        if not (customer_id or session) or not self._recommender.is_loaded:
            return NOBODY
        recommender = self._recommender.service
        model = recommender.serving.known
        if model is None:
            return NOBODY
        assortment = await recommender.assortments.current(model)
        async with self._database.read() as reading:
            touches = await touches_of(reading, customer=customer_id, visitor=session)
        touches = [touch for touch in touches if before is None or touch.at < before]
        history = history_of(touches, assortment.row_of, longest=NEWEST_TOUCHES)
        if not len(history):
            return NOBODY
        centre = recency(history) @ assortment.content_of(history.products)
        return Profile(assortment, np.asarray(centre / max(float(np.linalg.norm(centre)), 1e-9), dtype=np.float32))

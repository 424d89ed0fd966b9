"""The products that can be recommended now: those the model learnt, and the newcomers that came in since.

Rows below `len(catalogue)` are the model's; newcomers follow. A newcomer has a place among the others by its picture,
words and attributes, though nobody may have touched it yet.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.content import features_of
from ml_tools.recommender.features import TextEncoder
from ml_tools.recommender.interactions import Floats, Ints
from ml_tools.recommender.model import ServedModel
from store.recommendations import Described, Newcomers, described, newcomers
from store.session import Database

LOOKED_SECONDS = 10.0


@dataclass(frozen=True)
class Assortment:
    """`ids`, `places` [n, d] and `categories` are the newcomers'."""

    model: ServedModel
    ids: NDArray[np.int64]
    places: Floats
    categories: Ints

    @property
    def known(self) -> int:
        return len(self.model.catalogue)

    @property
    def newcomers(self) -> Ints:
        """Their rows."""
        return np.arange(self.known, self.known + len(self.ids), dtype=np.int32)

    def row_of(self, product_id: int) -> int | None:
        row = self.model.catalogue.row_of(product_id)
        if row is None and len(self.ids):
            at = int(np.searchsorted(self.ids, product_id))
            if at < len(self.ids) and self.ids[at] == product_id:
                return self.known + at
        return row

    def ids_of(self, rows: Ints) -> NDArray[np.int64]:
        return self._of(rows, self.model.catalogue.ids, self.ids)

    def content_of(self, rows: Ints) -> Floats:
        return self._of(rows, self.model.content, self.places)

    def categories_of(self, rows: Ints) -> Ints:
        return self._of(rows, self.model.catalogue.categories, self.categories)

    def counts_of(self, rows: Ints) -> Floats:
        return self._of(rows, self.model.catalogue.counts, np.zeros(len(self.ids), dtype=np.float32))

    def repeats(self, rows: Ints) -> NDArray[np.bool_]:
        return self._of(rows, self.model.catalogue.repeats, np.zeros(len(self.ids), dtype=bool))

    def _of(self, rows: Ints, of_model: NDArray, of_newcomers: NDArray) -> NDArray:  # type: ignore[type-arg]
        if not len(self.ids):
            return of_model[rows]
        found = np.empty((len(rows), *of_model.shape[1:]), dtype=of_model.dtype)
        new = rows >= self.known
        found[~new] = of_model[rows[~new]]
        found[new] = of_newcomers[rows[new] - self.known]
        return found


def assortment_of(model: ServedModel, products: Sequence[Described], encode: TextEncoder | None) -> Assortment:
    """The newcomers at their places."""
    ordered = sorted(products, key=lambda product: product.product_id)
    slugs = {slug: at for at, slug in enumerate(model.catalogue.slugs)}
    for product in ordered:
        slugs.setdefault(product.category, len(slugs))
    features = features_of(ordered, model.space.vocabulary, encode)
    return Assortment(
        model,
        np.array([product.product_id for product in ordered], dtype=np.int64),
        model.space.places(features),
        np.array([slugs[product.category] for product in ordered], dtype=np.int32),
    )


class Assortments:
    """The assortment of the model in force, made anew when products came in; looked for every few seconds."""

    def __init__(
        self, database: Database, encode: TextEncoder | None, *, looked_seconds: float = LOOKED_SECONDS
    ) -> None:
        self._database, self._encode, self._looked_seconds = database, encode, looked_seconds
        self._current: Assortment | None = None
        self._seen: Newcomers | None = None
        self._looked = 0.0
        self._making = asyncio.Lock()

    async def current(self, model: ServedModel) -> Assortment:
        """One with all products that were there a few seconds ago; their pictures count once they are embedded."""
        current = self._current
        if current and current.model is model and time.monotonic() - self._looked < self._looked_seconds:
            return current
        async with self._making:
            return await self._looked_for(model)

    async def _looked_for(self, model: ServedModel) -> Assortment:
        async with self._database.read() as session:
            seen = await newcomers(session, model.catalogue.newest_id)
            current = self._current
            if current is None or current.model is not model or seen != self._seen:
                version = model.space.picture_version
                products = await described(session, model.catalogue.newest_id, version) if seen.products else []
                current = await asyncio.to_thread(assortment_of, model, products, self._encode)
        self._current, self._seen, self._looked = current, seen, time.monotonic()
        return current

"""Everything a training learns from, read from the store in one go, and what of it is kept to judge by."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from common.errors import NotEnoughData
from ml_tools.recommender.content import ContentSpace, Vocabulary, features_of, fit_space
from ml_tools.recommender.features import STRENGTHS, Learnt, TextEncoder, learnt_from, repeat_shares, words_of
from ml_tools.recommender.interactions import Floats, Interactions, Ints
from ml_tools.recommender.links import Links, bought_by_the_same, bought_together, chosen_next, complements
from ml_tools.recommender.model import Catalogue
from store.recommendations import (
    Described,
    events_to_learn_from,
    every_product,
    lines_to_learn_from,
    newest_picture_version,
)
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database, connect

MOST_EVENTS = 5_000_000  # the newest ones; older ones say little about tomorrow
REPEATED = 1 / 3  # share of what was bought that was bought again, from which a category is one of supplies


@dataclass(frozen=True)
class TrainingData:
    """`content` [products, d] are the places of the products in `space`."""

    catalogue: Catalogue
    space: ContentSpace
    content: Floats
    learnt: Learnt
    lines: pd.DataFrame
    events: int

    @property
    def as_of(self) -> date | None:
        """The day of the newest touch."""
        at = self.learnt.at
        return datetime.fromtimestamp(int(at.max()), UTC).date() if len(at) else None

    def links(self) -> dict[str, Links]:
        return {
            "together": bought_together(self.lines, self.catalogue.ids),
            "complements": complements(self.lines, self.catalogue.ids, self.catalogue.categories),
            "same_customers": bought_by_the_same(self.lines, self.catalogue.ids),
            "next": chosen_next(self.learnt.interactions),
        }

    def described(self) -> str:
        data = self.learnt.interactions
        return (
            f"{self.events:,} events and {len(self.lines):,} lines of orders: {len(data):,} steps of "
            f"{data.customer_count:,} customers and visits among {len(self.catalogue):,} products"
        )


@dataclass(frozen=True)
class Questions:
    """Histories that end before a product that came next: what a model is judged by. Products are ids of the store."""

    histories: list[np.ndarray]
    targets: np.ndarray


async def read_training_data(
    database_url: str, encode: TextEncoder | None, *, most_events: int = MOST_EVENTS
) -> TrainingData:
    """NotEnoughData when the shop has no products on sale; no events are fine."""
    database = Database(database_url, pool_size=1, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        async with database.begin() as session:
            version = await newest_picture_version(session)
            products = sorted(await every_product(session, version), key=lambda product: product.product_id)
    finally:
        await database.close()
    if not products:
        raise NotEnoughData("The shop has no products on sale yet, so there is nothing to recommend.")
    with connect(database_url) as connection:
        events = events_to_learn_from(connection, most=most_events)
        lines = lines_to_learn_from(connection, most=most_events)
    return training_data(products, events, lines, version, encode)


def training_data(
    products: list[Described],
    events: pd.DataFrame,
    lines: pd.DataFrame,
    picture_version: str | None,
    encode: TextEncoder | None,
) -> TrainingData:
    """From the store's rows (products by id) to arrays."""
    ids = np.array([product.product_id for product in products], dtype=np.int64)
    vocabulary = Vocabulary.of([words_of(product) for product in products])
    features = features_of(products, vocabulary, encode)
    space = fit_space(features, vocabulary, picture_version)
    learnt = learnt_from(events, lines, ids, features)
    slugs = sorted({product.category for product in products})
    shares = repeat_shares(lines, {product.product_id: product.category for product in products})
    catalogue = Catalogue(
        ids,
        np.array([slugs.index(product.category) for product in products], dtype=np.int32),
        slugs,
        np.array([shares.get(product.category, 0.0) >= REPEATED for product in products], dtype=bool),
        _counts(learnt.interactions),
    )
    return TrainingData(catalogue, space, space.places(features), learnt, lines, len(events))


def _counts(data: Interactions) -> Floats:
    counts = np.bincount(data.products, weights=data.strengths, minlength=data.product_count)
    return np.asarray(counts / STRENGTHS["view"], dtype=np.float32)


def held_back(data: TrainingData, *, after: float, most: int) -> tuple[Interactions, Questions]:
    """The interactions without the last product of the customers who came last, and the questions that these make.

    Only products that were touched after `after` (epoch seconds) are asked for, of at most `most` customers.
    """
    interactions, at = data.learnt.interactions, data.learnt.at
    ends = interactions.starts[1:] - 1
    able = np.flatnonzero(np.diff(interactions.starts) >= 2)
    able = able[at[ends[able]] > after]
    asked = np.sort(able[np.argsort(-at[ends[able]], kind="stable")][:most])
    rest, last = interactions.without_last_of(asked)
    ids = data.catalogue.ids
    return rest, Questions([ids[rest.of(int(customer))] for customer in asked], ids[last])


def rows_of(ids: np.ndarray, catalogue: Catalogue) -> Ints:
    """The rows of those ids that a catalogue has, in their order."""
    place = np.searchsorted(catalogue.ids, ids)
    known = place < len(catalogue)
    known[known] = catalogue.ids[place[known]] == ids[known]
    return place[known].astype(np.int32)

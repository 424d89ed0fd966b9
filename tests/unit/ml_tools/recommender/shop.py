"""A shop written by hand for the recommender's tests: products, events and orders whose right answers are known."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from ml_tools.recommender.models.item_knn import ItemKNN
from ml_tools.recommender.models.popularity import Popularity
from ml_tools.recommender.training_data import TrainingData, training_data
from store.recommendations import Described

MAKERS = {"item-knn": lambda: ItemKNN(shrink=0.1), "popularity": Popularity}
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
DAY = 86_400


def described(product_id, category="mugs", *, picture=None, price=10.0, **attributes):
    return Described(product_id, "Thing", None, category, "", attributes, price, LONG_AGO, picture)


def axis(at, length=256):
    """A unit vector along one axis."""
    vector = [0.0] * length
    vector[at] = 1.0
    return vector


def events(rows):
    """Rows (who, product, kind, at)."""
    frame = pd.DataFrame(rows, columns=["who", "product", "kind", "at"])
    return frame.astype({"product": "int64", "at": "int64", "kind": "category"})


def lines(rows):
    """Rows (who, product, at, order)."""
    frame = pd.DataFrame(rows, columns=["who", "product", "at", "order"]).assign(kind="order")
    return frame.astype({"product": "int64", "at": "int64", "order": "int64"})


def groups_shop(customers=60, seed=0) -> TrainingData:
    """Twelve products, 101 to 112: customers touch the first six or the last six; each group is a category."""
    draw = np.random.default_rng(seed)
    rows, bought = [], []
    for customer in range(customers):
        group = 101 + 6 * (customer % 2)
        for step, product in enumerate(draw.permutation(6)[:4]):
            rows.append((f"c{customer}", group + int(product), "view", DAY * customer + step))
            if step < 2:
                bought.append((f"c{customer}", group + int(product), DAY * customer + step, customer))
    products = [described(101 + at, "mugs" if at < 6 else "lamps", picture=axis(at // 6)) for at in range(12)]
    return training_data(products, events(rows), lines(bought), "v1", None)

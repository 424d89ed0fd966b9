"""How long it takes to score and rank promotions for one customer: `python -m benchmarks.promotion_scoring`.

Models learn drawn impressions with the fields of a shop; then 200 promotions, each with its own category, price,
discount and picture's features, are ranked for one customer after another. Threads are limited to two.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from ml_tools.promotions.batch import Batch, Multi, fingerprints
from ml_tools.promotions.models import MODELS

PROMOTIONS, ROWS, VECTOR = 200, 4000, 16
SLOTS = ("home_hero", "home_row", "category_top", "product_side")


def promotions(drawn: np.random.Generator) -> dict[str, np.ndarray]:
    """What is known of each promotion."""
    return {
        "promotion": fingerprints(f"pr_{number}" for number in range(PROMOTIONS)),
        "category": fingerprints(f"c{number}" for number in drawn.integers(0, 30, PROMOTIONS)),
        "discount": drawn.choice([10.0, 15.0, 20.0, 30.0], PROMOTIONS),
        "price": drawn.gamma(2, 30, PROMOTIONS),
        "picture": drawn.normal(size=(PROMOTIONS, VECTOR)).astype(np.float32),
    }


def shown(known: dict[str, np.ndarray], which: np.ndarray, drawn: np.random.Generator, customers: int) -> Batch:
    """Impressions of some promotions to `customers` people (one: the same for every row)."""
    rows = len(which)
    person = drawn.integers(0, 3000, customers)[np.arange(rows) % customers]
    categorical = {
        "promotion": known["promotion"][which],
        "category": known["category"][which],
        "slot": fingerprints(SLOTS[number] for number in person % len(SLOTS)),
        "customer": fingerprints(person.tolist()),
        "hour": fingerprints((person % 24).tolist()),
    }
    numeric = {
        "discount": known["discount"][which],
        "price": known["price"][which],
        "seen": drawn.integers(0, 5, rows).astype(float),
        "bought": drawn.poisson(2, rows).astype(float),
    }
    words = Multi.of([["new", "sale"]] * rows)
    return Batch(rows, categorical, numeric, {"words": words}, {"picture": known["picture"][which]})


def timings(name: str, times: int) -> Iterator[float]:
    """Milliseconds of each ranking, the making of the rows included."""
    drawn = np.random.default_rng(1)
    known = promotions(drawn)
    which = drawn.integers(0, PROMOTIONS, ROWS)
    odds = -2 + known["discount"][which] / 20 + known["picture"][which, 0]
    batch = shown(known, which, drawn, ROWS)
    clicks = (drawn.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(float)
    model = MODELS[name]().fit(Batch(ROWS, batch.categorical, batch.numeric, batch.multi, batch.vectors, clicks))
    for _ in range(times):
        started = time.perf_counter()
        said = model.predict_proba(shown(known, np.arange(PROMOTIONS), drawn, 1))
        order = np.argsort(-said)
        yield (time.perf_counter() - started) * 1000
        assert len(order) == PROMOTIONS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="blend,logistic,ftrl,boosted")
    parser.add_argument("--times", type=int, default=300)
    asked = parser.parse_args()
    torch.set_num_threads(2)
    with threadpool_limits(2):
        for name in asked.models.split(","):
            found = np.array(list(timings(name, asked.times)))[10:]
            p50, p95 = np.percentile(found, [50, 95])
            print(f"{name:22} {PROMOTIONS} promotions ranked: p50 {p50:.2f} ms, p95 {p95:.2f} ms")


if __name__ == "__main__":
    main()

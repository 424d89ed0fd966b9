"""How list prices moved over the history; every product ends at the price it has today."""

from dataclasses import dataclass

import numpy as np

from store.demo.catalogue import Catalogue
from store.demo.seeds import stream
from store.demo.span import FUTURE_DAYS, Span


@dataclass(frozen=True)
class Prices:
    factor: np.ndarray  # (products, days + future): the price of the day over the price of today
    changes: list[list[tuple[int, float]]]  # per product: (day index, factor) from which it held


def draw_prices(seed: int, catalogue: Catalogue, span: Span) -> Prices:
    """Up to three changes a product. A phone's price leaves its launch price only for some weeks."""
    rng = stream(seed, "prices")
    changes = [_phone(rng, span) if p.look.kind == "phone" else _other(rng, span) for p in catalogue.products]
    factor = np.ones((len(catalogue), span.days + FUTURE_DAYS), dtype=np.float32)
    for row, steps in zip(factor, changes, strict=True):
        for day, value in steps:
            row[day:] = value
    return Prices(factor, changes)


def _phone(rng: np.random.Generator, span: Span) -> list[tuple[int, float]]:
    steps = [(0, 1.0)]
    if rng.random() < 0.5:
        day = int(rng.integers(60, span.days - 120))
        steps += [(day, float(rng.choice([0.90, 0.93, 0.95]))), (day + int(rng.integers(25, 60)), 1.0)]
    return steps


def _other(rng: np.random.Generator, span: Span) -> list[tuple[int, float]]:
    count = int(rng.choice([0, 1, 2, 3], p=[0.35, 0.35, 0.2, 0.1]))
    days = np.sort(rng.choice(np.arange(60, span.days - 30), count, replace=False))
    values = [*rng.choice([0.88, 0.92, 0.95, 1.05, 1.08], count), 1.0]
    return [(int(day), float(value)) for day, value in zip([0, *days], values, strict=True)]

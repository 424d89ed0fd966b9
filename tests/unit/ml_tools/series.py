"""Sales days made up for tests, whose right treatment is known by construction."""

from datetime import date, timedelta

import numpy as np

from store.sales import SalesDay

START = date(2026, 1, 5)  # a Monday


def sales(units, *, start: date = START, sold_out=(), closed=(), promoted=()) -> list[SalesDay]:
    """Consecutive sales days; the other arguments are positions of days."""
    return [
        SalesDay(
            start + timedelta(days=at),
            int(count),
            10.0,
            20.0 if at in promoted else 0.0,
            at in sold_out,
            at not in closed,
        )
        for at, count in enumerate(units)
    ]


def weekly(days: int, *, level: float = 20.0, seed: int = 1, growth: float = 0.0) -> np.ndarray:
    """Poisson counts around a level with a weekend peak; `growth` is the level's slope a day."""
    shape = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])[np.arange(days) % 7]
    return np.random.default_rng(seed).poisson((level + growth * np.arange(days)) * shape)

"""Daily sales made up for tests, whose right treatment is known by construction."""

from datetime import date

import numpy as np

START = date(2026, 1, 5)  # a Monday


def weekly(days: int, *, level: float = 20.0, seed: int = 1, growth: float = 0.0) -> np.ndarray:
    """Poisson counts around a level with a weekend peak; `growth` is the level's slope a day."""
    shape = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])[np.arange(days) % 7]
    return np.random.default_rng(seed).poisson((level + growth * np.arange(days)) * shape)

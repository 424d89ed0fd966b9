"""Shops made up for tests, whose true demand is known by construction."""

from datetime import date, timedelta

import numpy as np

from ml_tools.forecasting.demand.panel import Panel

START = date(2023, 1, 2)  # a Monday
WEEKDAYS = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.4, 0.9])


def true_demand(days: int, *, products: int = 24, level: float = 12.0, start: date = START) -> np.ndarray:
    """Expected units [products, days]: levels around `level`, a week and a year that all share."""
    rng = np.random.default_rng(0)
    levels = level * np.exp(rng.normal(0, 0.5, products))
    at = np.arange(days)
    weekday = WEEKDAYS[(at + start.weekday()) % 7]
    yearly = 1 + 0.4 * np.sin(2 * np.pi * (at + start.timetuple().tm_yday) / 365.25)
    return levels[:, None] * weekday * yearly


def shop(days: int = 800, *, products: int = 24, level: float = 12.0, seed: int = 1, start: date = START) -> Panel:
    """Poisson counts of `true_demand`, in three categories."""
    units = np.random.default_rng(seed).poisson(true_demand(days, products=products, level=level, start=start))
    groups = ["abc"[at % 3] for at in range(products)]
    return Panel.of_units([f"p{at}" for at in range(products)], start, units.astype(float), groups=groups)


def day(at: int, start: date = START) -> date:
    return start + timedelta(days=at)

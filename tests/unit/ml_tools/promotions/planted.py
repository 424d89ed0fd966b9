"""Impressions drawn from a click model that is written down, so that tests know what there is to be found."""

import numpy as np
from scipy.special import expit

from ml_tools.promotions.batch import Batch, Multi, fingerprints

SLOTS = {"hero": 1.0, "row": 0.0, "side": -1.0}
PROMOTIONS = 12


def impressions(rows: int, seed: int = 1, *, bias: float = -1.5) -> tuple[Batch, np.ndarray]:
    """Impressions, and the true probabilities [rows] that their clicks were drawn from: a slot's and a promotion's
    effect, more for a larger discount, less where it is not known, a taste in two dimensions, and a tag."""
    drawn = np.random.default_rng(seed)
    slots = drawn.choice(list(SLOTS), rows)
    promotion = drawn.integers(0, PROMOTIONS, rows)
    discount = np.where(drawn.random(rows) < 0.1, np.nan, drawn.gamma(2.0, 10.0, rows))
    tagged = drawn.random(rows) < 0.4
    taste = drawn.normal(size=(rows, 2)).astype(np.float32)
    odds = bias + np.array([SLOTS[slot] for slot in slots]) + (promotion % 3 - 1) * 0.8
    odds = odds + np.nan_to_num((np.log1p(discount) - 2.8) * 0.5, nan=-0.3) + tagged * 0.6 + taste[:, 0] * 0.5
    true = expit(odds)
    batch = Batch(
        rows,
        {"slot": fingerprints(slots), "promotion": fingerprints(f"p{number}" for number in promotion)},
        {"discount": discount},
        {"tags": Multi.of((["new", "sale"] if one else ["new"]) for one in tagged)},
        {"taste": taste},
        (drawn.random(rows) < true).astype(np.float64),
    )
    return batch, true

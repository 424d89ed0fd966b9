"""How near a sentence vector lies to what is known: cosines to the nearest examples."""

import numpy as np

NEAREST = 5


def nearness(vectors: np.ndarray, known: np.ndarray) -> np.ndarray:
    """For each row of `vectors` the greatest cosine to `known` and the mean of the five greatest, (rows, 2).

    Both hold unit vectors as rows.
    """
    cosines = vectors @ known.T
    count = min(NEAREST, known.shape[0])
    nearest = -np.partition(-cosines, count - 1, axis=1)[:, :count]
    return np.stack([nearest.max(axis=1), nearest.mean(axis=1)], axis=1)

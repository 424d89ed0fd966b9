"""Where every random number of the demo store comes from: one seed, one independent stream per topic."""

import zlib

import numpy as np


def stream(seed: int, topic: str) -> np.random.Generator:
    """A generator of its own for a topic, so that more of one thing does not change another."""
    return np.random.default_rng([seed, zlib.crc32(topic.encode())])


def public_ids(rng: np.random.Generator, prefix: str, count: int) -> list[str]:
    """Ids in the form of `common.ids.public_id`, but the same for the same seed."""
    return [f"{prefix}_{rng.bytes(12).hex()}" for _ in range(count)]

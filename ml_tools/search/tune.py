"""The weights of the ranking, learnt on synthetic queries of a catalogue: coordinate ascent on mean NDCG@10 (Metzler
and Croft 2007, "Linear feature-based models for information retrieval"), over the tuning part's templates and products.

    python -m ml_tools.search.tune DATABASE_URL...

Prints the weights; those in force stand in `ml_tools.search.ranking`."""

import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import structlog

from common.settings import settings
from ml_tools.capacity import Capacity
from ml_tools.search.evaluate import AT
from ml_tools.search.queries import Query, queries
from ml_tools.search.ranking import Weights, features_of
from ml_tools.search.service import SearchService
from ml_tools.sentence_encoder.encoder import Floats, SentenceEncoder
from store.search_catalogue import whole_catalogue
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

LEARNT = ("text", "focus", "meaning", "facet")  # `name` is the measure of all; the rest needs people
STEPS = (0.0, 0.25, 0.5, 0.8, 1.25, 2.0, 4.0)
ROUNDS = 4
EACH = 40
LEAST_GAIN = 1e-4  # a weight is moved for no less


@dataclass(frozen=True)
class Judged:
    """`features` [candidates, weights] and which candidates are right; `best` is the ideal gain."""

    kind: str
    features: Floats
    right: np.ndarray
    best: float


def mean_ndcg(judged: Sequence[Judged], weights: np.ndarray) -> float:
    """Kinds count alike, however many queries they have."""
    discount = 1 / np.log2(np.arange(2, AT + 2))
    by_kind: dict[str, list[float]] = {}
    for one in judged:
        top = np.argsort(-(one.features @ weights), kind="stable")[:AT]
        by_kind.setdefault(one.kind, []).append(float(one.right[top] @ discount[: len(top)]) / one.best)
    return float(np.mean([np.mean(values) for values in by_kind.values()]))


def learnt(judged: Sequence[Judged], start: Weights) -> Weights:
    """The weights after coordinate ascent from `start`."""
    names = Weights.names()
    weights = np.array(list(asdict(start).values()))
    best = mean_ndcg(judged, weights)
    for _ in range(ROUNDS):
        before = best
        for name in LEARNT:
            place = names.index(name)
            for step in STEPS:
                tried = weights.copy()
                tried[place] = max(weights[place], 0.05) * step
                value = mean_ndcg(judged, tried)
                if value > best + LEAST_GAIN:
                    best, weights = value, tried
        if best == before:
            break
    return Weights(**dict(zip(names, weights.round(3).tolist(), strict=True)))


async def judged_in(url: str, encoder: SentenceEncoder) -> list[Judged]:
    database = Database(url, pool_size=2, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    service = SearchService(database, encoder, Capacity(running=1, waiting=4))
    try:
        async with database.read() as session:
            products = await whole_catalogue(session)
        found = [await _judged(service, query) for query in queries(products, "tuning", each=EACH)]
    finally:
        await database.close()
    return [one for one in found if one is not None]


async def _judged(service: SearchService, query: Query) -> Judged | None:
    reading = await service.read(query.text)
    candidates = await service.candidates(reading)
    right = np.array([one.public_id in query.answers for one in candidates], dtype=float)
    if not right.any():
        return None
    features = np.array([list(features_of(reading, one, 0.0).values()) for one in candidates], dtype=np.float32)
    best = float((1 / np.log2(np.arange(2, min(AT, len(query.answers)) + 2))).sum())
    return Judged(query.kind, features, right, best)


async def main(urls: Sequence[str]) -> None:
    encoder = SentenceEncoder(settings().models_dir, threads=settings().threads)
    judged = [one for url in urls for one in await judged_in(url, encoder)]
    start = Weights()
    found = learnt(judged, start)
    for label, weights in (("in force", start), ("learnt", found)):
        value = mean_ndcg(judged, np.array(list(asdict(weights).values())))
        print(f"{label}: NDCG@{AT} {value:.4f} {weights}")  # noqa: T201


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(sys.argv[1:]))

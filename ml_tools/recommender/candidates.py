"""A few hundred products worth a closer look for one history, and what speaks for each, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.interactions import Floats, Ints
from ml_tools.recommender.models.base import NEVER

PER_SOURCE = 100  # candidates that each model brings
NEW_ONES = 40  # candidates that hardly anybody touched yet
HARDLY_TOUCHED = 5  # interactions; fewer make a product new
UNSAID = -3.0  # standard deviations below a model's mean: where it says nothing
RECENT = 5  # newest products whose likeness counts
SAMPLED = 16  # every 16th score is enough to guess where the highest begin

FEATURES_OF_A_MODEL = ("score", "deviation", "place")
FEATURES_OF_A_PRODUCT = (
    "models that found it",
    "in the history",
    "how lately",
    "how often",
    "like the newest",
    "like the recent",
    "popularity",
    "new",
    "how late in histories",
    "length of the history",
)


@dataclass(frozen=True)
class Candidates:
    """k products; `features` [k, f] in the order of `feature_names`; `found_by` [k] is the source that ranks each best,
    as an index into the models, or their number for a new product that only its content speaks for."""

    products: Ints
    features: Floats
    found_by: Ints

    def __len__(self) -> int:
        return len(self.products)


@dataclass(frozen=True)
class ProductFacts:
    """What the search for candidates knows of all products."""

    counts: Floats  # [products], interactions
    lateness: Floats  # [products], 0 when always chosen first, 1 when always chosen last
    vectors: Floats  # [products, d], content

    @property
    def is_new(self) -> NDArray[np.bool_]:
        return self.counts < HARDLY_TOUCHED


def feature_names(models: Sequence[str]) -> list[str]:
    return [f"{model} {feature}" for model in models for feature in FEATURES_OF_A_MODEL] + list(FEATURES_OF_A_PRODUCT)


def highest(scores: Floats, most: int) -> Ints:
    """The products of the `most` highest finite scores, in no order; looks at few of them closely."""
    floor = np.finfo(np.float32).min
    if len(scores) > 2 * SAMPLED * most:
        sample = scores[::SAMPLED]
        at = len(sample) - (2 * most // SAMPLED + 8)
        found = np.flatnonzero(scores >= max(np.partition(sample, at)[at], floor))
        if len(found) < most:
            found = np.flatnonzero(scores >= floor)
    else:
        found = np.flatnonzero(scores >= floor)
    if len(found) > most:
        found = found[np.argpartition(-scores[found], most - 1)[:most]]
    return found.astype(np.int32)


def candidates_of(
    history: Ints,
    scores: Sequence[Floats],
    facts: ProductFacts,
    *,
    content: int | None,
    repeats: bool,
    allowed: NDArray[np.bool_] | None = None,
    asked: Ints | None = None,
) -> Candidates:
    """`scores` [products] by each model; `content` is the place of the one that scores new products, if any does.

    Without `repeats` the history's own products are left out; so is all that is not `allowed` [products]. Products that
    are `asked` for are candidates in any case."""
    own = np.unique(history)
    lists = [_open_to(one, allowed) for one in scores]
    sources = [highest(one, PER_SOURCE if repeats else PER_SOURCE + len(own)) for one in lists]
    if content is not None:
        sources.append(_new_ones(lists[content], facts))
    if repeats:
        sources.append(own if allowed is None else own[allowed[own]])
    found = np.unique(np.concatenate(sources)).astype(np.int32) if sources else np.zeros(0, dtype=np.int32)
    if not repeats:
        found = found[~np.isin(found, own)]
    if asked is not None:
        found = np.union1d(found, asked).astype(np.int32)
    told = np.stack([one[found] for one in scores], axis=1) if scores else np.zeros((len(found), 0), dtype=np.float32)
    said = told >= np.finfo(np.float32).min
    places = _places(np.where(said, told, NEVER))
    features = [_of_models(told, said, places), _of_products(found, history, places, facts)]
    return Candidates(found, np.concatenate(features, axis=1).astype(np.float32), _best_source(found, places, facts))


def _open_to(scores: Floats, allowed: NDArray[np.bool_] | None) -> Floats:
    return scores if allowed is None else np.where(allowed, scores, NEVER)


def _new_ones(scores: Floats, facts: ProductFacts) -> Ints:
    new = np.flatnonzero(facts.is_new)
    return new[highest(scores[new], NEW_ONES)].astype(np.int32)


def _places(told: Floats) -> Ints:
    """[k, models]: where each model ranks each candidate, from 0; last where it says nothing."""
    order = np.argsort(-told, axis=0, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.broadcast_to(np.arange(len(told))[:, None], told.shape), axis=0)
    return np.where(told == NEVER, len(told), places).astype(np.int32)


def _best_source(found: Ints, places: Ints, facts: ProductFacts) -> Ints:
    if not places.size:
        return np.zeros(len(found), dtype=np.int32)
    best = places.argmin(axis=1)
    unfound = places.min(axis=1) >= PER_SOURCE
    return np.where(unfound & facts.is_new[found], places.shape[1], best).astype(np.int32)


def _of_models(told: Floats, said: NDArray[np.bool_], places: Ints) -> Floats:
    """[k, 3 a model]: the score itself, in standard deviations of its kind, and the logarithm of its place."""
    plain = np.where(said, told, 0)
    count = np.maximum(said.sum(axis=0), 1)
    mean = plain.sum(axis=0) / count
    spread = np.sqrt((np.where(said, plain - mean, 0) ** 2).sum(axis=0) / count)
    deviation = np.where(said, (plain - mean) / np.maximum(spread, 1e-9), UNSAID)
    together = np.stack([np.where(said, plain, mean), np.clip(deviation, -6, 6), np.log1p(places)], axis=2)
    return together.reshape(len(told), told.shape[1] * len(FEATURES_OF_A_MODEL))


def _of_products(found: Ints, history: Ints, places: Ints, facts: ProductFacts) -> Floats:
    """[k, 10], in the order of FEATURES_OF_A_PRODUCT."""
    steps, times = _own_past(found, history)
    vectors, recent = facts.vectors[found], facts.vectors[history[-RECENT:]]
    likeness = vectors @ recent.T if len(recent) else np.zeros((len(found), 1), dtype=np.float32)
    columns = [
        (places < PER_SOURCE).sum(axis=1),
        times > 0,
        1 / (1 + steps),
        np.log1p(times),
        likeness[:, -1],
        likeness.mean(axis=1),
        np.log1p(facts.counts[found]),
        facts.is_new[found],
        facts.lateness[found],
        np.full(len(found), np.log1p(len(history))),
    ]
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def _own_past(found: Ints, history: Ints) -> tuple[Floats, Ints]:
    """How many steps ago each was chosen last (infinite: never), and how often."""
    if not len(history) or not len(found):
        return np.full(len(found), np.inf, dtype=np.float32), np.zeros(len(found), dtype=np.int32)
    own, first, times = np.unique(history[::-1], return_index=True, return_counts=True)
    at = np.minimum(np.searchsorted(own, found), len(own) - 1)
    chosen = own[at] == found
    steps = np.where(chosen, first[at], np.inf).astype(np.float32)
    return steps, np.where(chosen, times[at], 0).astype(np.int32)

"""Simulated customers of the demo store, whose true tastes are known: what they are shown, click and buy.

The customers' choice, written down before any model was measured:

- A customer's attention is shared among products as the demo store drew it (store/demo/events.py): softmax over
  products of taste . features + log(level). `share` is a product's part of it, times the number of products: 1 is what
  chance would give.
- Place k of the list is looked at with probability 1 / log2(k + 1).
- What is looked at is clicked with the odds that a product of share 1 has, 2 %, times its share.
- What is clicked is bought with the odds that a product of share 1 has, 5 %, times its share.
- Visits of a day come by the customer's activity, 0.35 on average and at most one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.features import LONGEST_HISTORY
from ml_tools.recommender.interactions import Floats, Interactions, Ints
from ml_tools.recommender.models.base import NEVER
from store.demo.world import World

SHOWN = 6
VISITS_A_DAY = 0.35
CLICK_ODDS, BUY_ODDS = 0.02 / 0.98, 0.05 / 0.95  # of a product that is as attractive as chance

Scores = Callable[[NDArray[np.int64], Sequence[Ints]], Floats]  # customers and their histories -> [customers, products]


@dataclass(frozen=True)
class Crowd:
    """The simulated customers: what they truly like, what they did before, and the luck of every visit.

    The luck is the same for every model: who comes on which day, and a number between 0 and 1 for every place of the
    list that decides whether it is looked at, clicked, bought.
    """

    shares: Floats  # [customers, products]
    histories: list[Ints]
    visits: NDArray[np.bool_]  # [days, customers]
    luck: Floats  # [days, customers, places, 3]


@dataclass(frozen=True)
class Lived:
    """What came of a model: [days, customers], products clicked and bought, products shown."""

    clicks: NDArray[np.int64]
    purchases: NDArray[np.int64]
    shown: NDArray[np.int64]


def crowd(world: World, data: Interactions, rows: Mapping[str, int], count: int, days: int, seed: int) -> Crowd:
    """`count` of the customers, drawn at random among those who have a history."""
    rng = np.random.default_rng(seed)
    known = np.array([at for at in range(len(world.customers)) if f"c{at}" in rows])
    chosen = np.sort(rng.permutation(known)[:count])
    utility = world.customers.taste[chosen] @ world.features.T + np.log(world.demand.level + 1e-6)
    weights = np.exp(utility - utility.max(axis=1, keepdims=True))
    activity = world.customers.activity[chosen]
    comes = np.minimum(VISITS_A_DAY * activity / activity.mean(), 1.0)
    return Crowd(
        (weights / weights.mean(axis=1, keepdims=True)).astype(np.float32),
        [data.of(rows[f"c{at}"]) for at in chosen],
        rng.random((days, len(chosen))) < comes,
        rng.random((days, len(chosen), SHOWN, 3), dtype=np.float32),
    )


def live(people: Crowd, scores: Scores) -> Lived:
    """All days with one recommender."""
    histories = list(people.histories)
    found = Lived(*(np.zeros(people.visits.shape, dtype=np.int64) for _ in range(3)))
    for day, coming in enumerate(people.visits):
        customers = np.flatnonzero(coming)
        if not len(customers):
            continue
        shown = lists(scores(customers, [histories[c] for c in customers]), [histories[c] for c in customers])
        clicked, bought = chosen(people, day, customers, shown)
        found.clicks[day, customers] = clicked.sum(axis=1)
        found.purchases[day, customers] = bought.sum(axis=1)
        found.shown[day, customers] = (shown >= 0).sum(axis=1)
        for row in np.flatnonzero(clicked.any(axis=1)):
            customer = customers[row]
            histories[customer] = np.concatenate([histories[customer], shown[row][clicked[row]]])[-LONGEST_HISTORY:]
    return found


def lists(scores: Floats, histories: Sequence[Ints]) -> Ints:
    """[customers, 6]: the best products outside of the histories, -1 where a model has no more."""
    scores = scores.copy()
    for row, history in enumerate(histories):
        scores[row, history] = NEVER
    best = np.argsort(-scores, axis=1, kind="stable")[:, :SHOWN].astype(np.int32)
    return np.where(np.take_along_axis(scores, best, axis=1) > NEVER, best, -1)


def chosen(
    people: Crowd, day: int, customers: NDArray[np.int64], shown: Ints
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """[customers, 6] twice: what is clicked, and what of it is bought."""
    share = np.where(shown >= 0, np.take_along_axis(people.shares[customers], np.maximum(shown, 0), axis=1), 0)
    luck = people.luck[day, customers]
    looked = luck[:, :, 0] < 1 / np.log2(np.arange(SHOWN) + 2)
    clicked = looked & (luck[:, :, 1] < probability(CLICK_ODDS * share))
    return clicked, clicked & (luck[:, :, 2] < probability(BUY_ODDS * share))


def probability(odds: Floats) -> Floats:
    return np.asarray(odds / (1 + odds))

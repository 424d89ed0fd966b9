"""Which products an answer is chosen from, best first: by the policy, by links for what goes with something, newcomers.

All of it is arrays over the model's rows and takes milliseconds; what is sold now is asked of the store afterwards.
"""

from dataclasses import dataclass

import numpy as np

from ml_tools.recommender.assortment import Assortment
from ml_tools.recommender.diversity import draw_for
from ml_tools.recommender.features import STRENGTHS, History
from ml_tools.recommender.interactions import Floats, Ints
from ml_tools.recommender.links import summed
from ml_tools.recommender.models.base import Ranking, best
from ml_tools.recommender.policies import SERVED, ranking
from ml_tools.recommender.reasons import recency
from ml_tools.recommender.schemas import Purpose
from store.recommendations import ORDERED

POOL = 120  # products that the policy names, or MORE times as many as are asked for
MORE = 6
OUTSIDE = 60  # products of other categories, for surprises
EXPLORED = 25  # seldom seen products that a slot is drawn from
NEIGHBOURS = 10  # likest products that a newcomer's score is taken from
LINK_WEIGHTS: dict[Purpose, dict[str, float]] = {
    "goes_with": {"complements": 1.0, "together": 0.5, "next": 0.2, "same_customers": 0.2},
    "others_also_bought": {"same_customers": 1.0, "together": 0.5, "next": 0.2},
}
SAME_CATEGORY = 0.1  # what is left of a link within a category when something is to go with something
NOTHING = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True)
class Wish:
    """What an answer is made from: the whole history; the products that it should go with, which are none for
    `for_you`; and for whom chance is drawn."""

    purpose: Purpose
    history: History
    anchors: History
    policy: str
    surprise: bool
    n: int
    drawn_for: tuple[object, ...]

    @property
    def pool(self) -> int:
        """How many candidates are enough to choose from, as some are sold out."""
        return max(POOL, MORE * self.n)

    @property
    def basis(self) -> History:
        """What scores and reasons start from: the anchors where there are any."""
        return self.anchors if len(self.anchors) else self.history


@dataclass(frozen=True)
class Shortlist:
    """Rows of the assortment: `likely` with their scores, best first; `seldom` for exploration, in drawn order."""

    likely: Ints
    scores: Floats
    seldom: Ints

    @property
    def rows(self) -> Ints:
        return np.unique(np.concatenate([self.likely, self.seldom]))


def shortlist(assortment: Assortment, wish: Wish) -> Shortlist:
    """The candidates for a wish."""
    rows, scores = (_with_anchors if len(wish.anchors) else _for_you)(assortment, wish)
    return Shortlist(rows, scores, _seldom(assortment, wish, rows))


def ranked(assortment: Assortment, wish: Wish, n: int, allowed: Ints | None = None) -> Ranking:
    """The policy's best `n` of the model's rows, whether touched before or not; of `allowed` only where given."""
    mask = None
    if allowed is not None:
        mask = np.zeros(assortment.known, dtype=bool)
        mask[allowed[allowed < assortment.known]] = True
    if assortment.known == 0:
        return Ranking(NOTHING, NOTHING.astype(np.float32))
    known = wish.basis.products[wish.basis.products < assortment.known]
    return ranking(assortment.model.policies[wish.policy], known, n, mask)


def _for_you(assortment: Assortment, wish: Wish) -> tuple[Ints, Floats]:
    outside = _outside(assortment, wish.history) if wish.surprise else NOTHING
    if len(outside):
        return _drawn(assortment, wish, outside)
    found = _with_supplies(assortment, wish, ranked(assortment, wish, wish.pool))
    return _with_newcomers(assortment, wish.history, found.products, found.scores)


def _with_supplies(assortment: Assortment, wish: Wish, found: Ranking) -> Ranking:
    """What was bought and is bought again and again comes after the first new ones, where the policy left it out."""
    bought = wish.history.products[wish.history.strengths >= STRENGTHS[ORDERED]]
    again = bought[assortment.repeats(bought) & ~np.isin(bought, found.products)]
    if not (len(again) and len(found)):
        return found
    place = min(wish.n // 2, len(found) - 1)
    products = np.insert(found.products, place + 1, again)
    return Ranking(products, np.insert(found.scores, place + 1, np.repeat(found.scores[place], len(again))))


def _outside(assortment: Assortment, history: History) -> Ints:
    """The model's products that are of none of the history's categories."""
    usual = np.unique(assortment.categories_of(history.products))
    return np.flatnonzero(~np.isin(assortment.model.catalogue.categories, usual)).astype(np.int32)


def _drawn(assortment: Assortment, wish: Wish, products: Ints) -> tuple[Ints, Floats]:
    """A draw by popularity, without repetition, that is another one every day."""
    counts = assortment.model.catalogue.counts[products]
    noisy = np.log1p(counts) + draw_for("surprise", *wish.drawn_for).gumbel(size=len(products))
    found = best(noisy.astype(np.float32), OUTSIDE)
    return products[found.products], found.scores


def _with_newcomers(assortment: Assortment, history: History, rows: Ints, scores: Floats) -> tuple[Ints, Floats]:
    """Newcomers get the score that known products just as like the history have; without a history they wait."""
    new = assortment.newcomers
    if not (len(new) and len(history) and len(rows)):
        return rows, scores
    profile = recency(history) @ assortment.content_of(history.products)
    of_known, of_new = assortment.content_of(rows) @ profile, assortment.places @ profile
    order = np.argsort(of_known)
    near = np.searchsorted(of_known[order], of_new)[:, None] + np.arange(-NEIGHBOURS // 2, NEIGHBOURS // 2)
    expected = scores[order][np.clip(near, 0, len(rows) - 1)].mean(axis=1)
    together, values = np.concatenate([rows, new]), np.concatenate([scores, expected]).astype(np.float32)
    sorting = np.argsort(-values, kind="stable")
    return together[sorting], values[sorting]


def _with_anchors(assortment: Assortment, wish: Wish) -> tuple[Ints, Floats]:
    """What was bought with the anchors, then what the policy says follows them; experiments' other arms by policy."""
    later = ranked(assortment, wish, wish.pool)
    linked = _linked(assortment, wish) if wish.policy == SERVED else Ranking(NOTHING, NOTHING.astype(np.float32))
    rest = later.products[~np.isin(later.products, linked.products)]
    if wish.purpose == "goes_with":
        like = np.isin(assortment.categories_of(rest), assortment.categories_of(wish.anchors.products))
        rest = np.concatenate([rest[~like], rest[like]])
    strongest = linked.scores / linked.scores.max() if len(linked) else linked.scores
    scores = np.concatenate([1 + strongest, np.linspace(1, 0, len(rest), dtype=np.float32)])
    return _with_newcomers(assortment, wish.anchors, np.concatenate([linked.products, rest]), scores)


def _linked(assortment: Assortment, wish: Wish) -> Ranking:
    anchors = wish.anchors.products[wish.anchors.products < assortment.known]
    weights = np.ones(len(anchors), dtype=np.float32)
    total = np.zeros(assortment.known, dtype=np.float32)
    for name, weight in LINK_WEIGHTS[wish.purpose].items():
        total += weight * summed(assortment.model.links[name], anchors, weights, assortment.known)
    found = best(np.where(total > 0, total, -np.inf).astype(np.float32), wish.pool)
    scores = found.scores
    if wish.purpose == "goes_with":
        like = np.isin(assortment.categories_of(found.products), assortment.categories_of(anchors))
        scores = np.where(like, scores * SAME_CATEGORY, scores)
    order = np.argsort(-scores, kind="stable")
    return Ranking(found.products[order], scores[order])


def _seldom(assortment: Assortment, wish: Wish, likely: Ints) -> Ints:
    """Newcomers and products that were hardly touched, those like the history sooner; drawn anew every day."""
    pool = np.concatenate([assortment.newcomers, assortment.model.catalogue.rare])
    if wish.surprise and len(wish.history):
        usual = assortment.categories_of(wish.history.products)
        pool = pool[~np.isin(assortment.categories_of(pool), usual)]
    if not len(pool):
        return NOTHING
    draw = draw_for("seldom", *wish.drawn_for)
    pool = draw.permutation(pool)[: 5 * EXPLORED]
    history = wish.basis
    likeness = np.zeros(len(pool), dtype=np.float32)
    if len(history):
        profile = recency(history) @ assortment.content_of(history.products)
        length = np.float32(max(float(np.linalg.norm(profile)), 1e-9))
        likeness = np.asarray(assortment.content_of(pool) @ profile / length, dtype=np.float32)
    order = np.argsort(-(likeness * (0 if wish.surprise else 3) + draw.gumbel(size=len(pool))), kind="stable")
    return np.asarray(pool[order][:EXPLORED], dtype=np.int32)

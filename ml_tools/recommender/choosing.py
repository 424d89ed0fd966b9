"""From a shortlist and what is sold now to the answer: without what is refused, filled up, diversified, explored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_tools.recommender.assortment import Assortment
from ml_tools.recommender.diversity import diversified, draw_for, interleaved, likeness_of, slots_to_explore
from ml_tools.recommender.features import BOUGHT, STRENGTHS
from ml_tools.recommender.interactions import Floats, Ints
from ml_tools.recommender.shortlist import Shortlist, Wish, ranked
from store.recommendations import ASKED, ORDERED, Offered, Touch

SURPRISING = 0.4  # least share of explored slots, and least diversity, of a surprise
WEIGHED = 60  # likeliest products that are weighed against each other, or CHOICE times as many as asked for
CHOICE = 4


@dataclass(frozen=True)
class Chosen:
    """Rows of the assortment in the answer's order, their scores, and which of them explore."""

    rows: Ints
    scores: Floats
    explored: list[bool]


def refused(assortment: Assortment, touches: Sequence[Touch]) -> set[int]:
    """Rows that are never recommended: what the request holds, and what was bought and is not bought again."""
    held = {assortment.row_of(touch.product_id) for touch in touches if touch.kind == ASKED} - {None}
    bought = {assortment.row_of(touch.product_id) for touch in touches if touch.kind in BOUGHT} - {None}
    rows = np.array(sorted(row for row in bought if row is not None), dtype=np.int32)
    return set(rows[~assortment.repeats(rows)].tolist()) | {row for row in held if row is not None}


def by_row(assortment: Assortment, products: Iterable[Offered]) -> dict[int, Offered]:
    """Products by row; what came in this very moment has none yet."""
    rows = ((assortment.row_of(product.product_id), product) for product in products)
    return {row: product for row, product in rows if row is not None}


def only(short: Shortlist, offered: Mapping[int, Offered], never: set[int]) -> Shortlist:
    """What of a shortlist may be shown."""
    allowed = np.array(sorted(offered.keys() - never), dtype=np.int32)
    kept = np.isin(short.likely, allowed)
    return Shortlist(short.likely[kept], short.scores[kept], short.seldom[np.isin(short.seldom, allowed)])


def filled(assortment: Assortment, wish: Wish, short: Shortlist, everything: Sequence[int]) -> Shortlist:
    """For filters that leave little of the shop: the shortlist's, then all that is offered (`everything`, the newest
    first) as the policy ranks it, then by popularity."""
    allowed = np.array(everything, dtype=np.int32)
    if not len(allowed):
        return short
    later = ranked(assortment, wish, len(allowed), allowed).products
    rest = allowed[np.argsort(-assortment.counts_of(allowed), kind="stable")]
    rows = np.array(list(dict.fromkeys([*short.likely, *later, *rest])), dtype=np.int32)
    return Shortlist(rows, np.linspace(1, 0, len(rows), dtype=np.float32), short.seldom)


def _supplies(assortment: Assortment, wish: Wish, rows: Ints) -> NDArray[np.bool_]:
    """Which of the rows were bought, and are of what is bought again."""
    bought = wish.history.products[wish.history.strengths >= STRENGTHS[ORDERED]]
    return np.asarray(np.isin(rows, bought) & assortment.repeats(rows))


def choose(
    assortment: Assortment, wish: Wish, short: Shortlist, *, n: int, diversity: float, exploration: float
) -> Chosen:
    """The answer's rows: the likeliest, diversified, then what was looked at already, and a few explored among them;
    what is to go with something is no place to explore."""
    if wish.surprise:
        diversity, exploration = max(diversity, SURPRISING), max(exploration, SURPRISING)
    old = np.isin(short.likely, wish.history.products) & ~_supplies(assortment, wish, short.likely)
    likely, scores = short.likely[~old], short.scores[~old]
    pool = slice(0, max(WEIGHED, CHOICE * n))
    likeness = likeness_of(assortment.content_of(likely[pool]), assortment.categories_of(likely[pool]))
    best = likely[pool][diversified(scores[pool], likeness, n, diversity)].tolist()
    best += short.likely[old].tolist()[: n - len(best)]
    slots = 0 if len(wish.anchors) else slots_to_explore(n, exploration, draw_for("slots", *wish.drawn_for))
    explored = short.seldom[~np.isin(short.seldom, wish.history.products)].tolist()[:slots]
    kept = [row for row in best if row not in explored][: n - len(explored)]
    rows = interleaved(kept, explored, draw_for("places", *wish.drawn_for))
    values = dict(zip(short.likely.tolist(), short.scores.tolist(), strict=True))
    lowest = min(values.values(), default=0.0)
    return Chosen(
        np.array(rows, dtype=np.int32),
        np.array([values.get(row, lowest) for row in rows], dtype=np.float32),
        [row in explored for row in rows],
    )

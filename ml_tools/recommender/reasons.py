"""Why a product stands in an answer: the product of the history that its score comes from, or that there is none.

What a reason claims is looked up, never made up: a link of purchases or of steps, a likeness of content, or how often
a product was touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from ml_tools.recommender.assortment import Assortment
from ml_tools.recommender.features import History
from ml_tools.recommender.interactions import Floats, Ints
from ml_tools.recommender.links import Links
from ml_tools.recommender.schemas import Why
from store.browsing import NEW_DAYS

DECAY = 0.9  # weight of a product of the history against the one after it
LEAST_LINK = 0.2  # weaker links are chance; 1 is a strong one
SAME_CUSTOMERS = 0.7  # what two purchases of a customer count, however far apart, against one step after the other
LEAST_LIKENESS = 0.5  # cosine from which people see it, too
A_LITTLE_LIKE = 0.2
MOST_SOURCES = 20


@dataclass(frozen=True)
class Traced:
    """`because_of` is a row of the assortment, or None."""

    why: Why
    because_of: int | None


def recency(history: History) -> Floats:
    """[history]: how much each product still says, the newest most; stronger touches more."""
    ages = np.arange(len(history) - 1, -1, -1, dtype=np.float32)
    return np.asarray(DECAY**ages * np.sqrt(history.strengths), dtype=np.float32)


def reasons_for(
    assortment: Assortment,
    history: History,
    products: Ints,
    created: Sequence[datetime],
    explored: Sequence[bool],
    now: datetime | None = None,
) -> list[Traced]:
    """For each product (rows) what speaks for it most; `explored` ones were not chosen for a likeness."""
    evidence = _evidence(assortment, history, products)
    counts = assortment.counts_of(products)
    fresh = (now or datetime.now(UTC)) - timedelta(days=NEW_DAYS)
    return [
        _reason(evidence, at, created[at] >= fresh, counts[at] >= assortment.model.catalogue.usual_count, explored[at])
        for at in range(len(products))
    ]


@dataclass(frozen=True)
class _Evidence:
    """[sources, products] each; `sources` are rows, `links` are weighted by how recent the source is."""

    sources: Ints
    together: Floats
    following: Floats
    likeness: Floats


def _evidence(assortment: Assortment, history: History, products: Ints) -> _Evidence:
    newest = History(history.products[-MOST_SOURCES:], history.strengths[-MOST_SOURCES:])
    sources, weights = newest.products, recency(newest)[:, None]
    links = assortment.model.links
    together, complements, same, following = (
        _between(assortment, links[name], sources, products)
        for name in ("together", "complements", "same_customers", "next")
    )
    likeness = assortment.content_of(sources) @ assortment.content_of(products).T
    itself = sources[:, None] == products[None, :]
    return _Evidence(
        sources,
        np.maximum(together, complements) * weights,
        np.maximum(SAME_CUSTOMERS * same, following) * weights,
        np.where(itself, 0, likeness),
    )


def _between(assortment: Assortment, links: Links, sources: Ints, products: Ints) -> Floats:
    """Links of the model's rows; newcomers have none."""
    found = np.zeros((len(sources), len(products)), dtype=np.float32)
    old, targets = np.flatnonzero(sources < assortment.known), np.flatnonzero(products < assortment.known)
    if len(old) and len(targets):
        found[np.ix_(old, targets)] = links.between(sources[old], products[targets])
    return found


def _reason(evidence: _Evidence, at: int, is_new: bool, is_popular: bool, explored: bool) -> Traced:
    if len(evidence.sources) == 0:
        return Traced("new" if is_new else "something_else" if explored and not is_popular else "popular", None)
    together, following = evidence.together[:, at], evidence.following[:, at]
    likest = int(np.argmax(evidence.likeness[:, at]))
    likeness = float(evidence.likeness[likest, at])
    if explored:
        return Traced("new", None) if is_new and likeness >= A_LITTLE_LIKE else Traced("something_else", None)
    if max(float(together.max()), float(following.max())) >= LEAST_LINK:
        if together.max() >= following.max():
            return Traced("bought_together", int(evidence.sources[int(np.argmax(together))]))
        return Traced("after_this", int(evidence.sources[int(np.argmax(following))]))
    if likeness >= LEAST_LIKENESS:
        return Traced("looks_like", int(evidence.sources[likest]))
    if is_new and likeness >= A_LITTLE_LIKE:
        return Traced("new", None)
    return Traced("popular" if is_popular else "something_else", None)

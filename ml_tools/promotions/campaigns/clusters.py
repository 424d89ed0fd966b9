"""Kinds of campaigns: k-means on how they behaved, k by the silhouette, named in words from their centroids."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from ml_tools.promotions.campaigns.campaign import Campaign
from ml_tools.promotions.campaigns.schemas import Cluster, Trait

Floats = NDArray[np.float64]
FEWEST, MOST_CLUSTERS = 8, 6
MARKED = 0.5  # standard deviations from the mean of all from which on a feature is a trait
MOST_TRAITS = 2
CLIPPED = 2.5  # standard deviations: one extreme campaign must not be a cluster of its own
# Differences below these are none: of logarithms, of a share, of percent.
LEAST_DEVIATIONS = np.array([0.1, 0.1, 0.1, 0.1, 0.02, 2.0])
SHRUNK_CLICKS, SHRUNK_IMPRESSIONS = 20.0, 100.0  # of the mean of all that each rate is mixed with
SEED = 7

_TRAITS: tuple[tuple[Trait, Trait], ...] = (
    ("often_clicked", "seldom_clicked"), ("often_bought", "seldom_bought"), ("large_orders", "small_orders"),
    ("much_shown", "little_shown"), ("shown_again", "shown_once"), ("deep_discount", "small_discount"),
)  # fmt: skip
WORDS: dict[Trait, str] = {
    "often_clicked": "often clicked", "seldom_clicked": "seldom clicked", "often_bought": "often bought from",
    "seldom_bought": "seldom bought from", "large_orders": "large orders", "small_orders": "small orders",
    "much_shown": "shown a lot", "little_shown": "shown little", "shown_again": "shown to the same people again",
    "shown_once": "shown to new people", "deep_discount": "deep discount", "small_discount": "small discount",
}  # fmt: skip


@dataclass(frozen=True)
class Clustering:
    """Each campaign's cluster (number), the clusters, and how well they are apart (-1 to 1; None for one cluster)."""

    of: list[int]
    clusters: list[Cluster]
    silhouette: float | None


def features(campaigns: Sequence[Campaign]) -> Floats:
    """[n, 6], standardised and clipped: what _TRAITS are the two sides of. Rates are drawn to the mean of all."""
    clicks = np.array([one.clicks for one in campaigns], dtype=np.float64)
    shown = np.array([one.impressions for one in campaigns], dtype=np.float64)
    orders = np.array([one.conversions for one in campaigns], dtype=np.float64)
    revenue = np.array([one.revenue for one in campaigns])
    ctr, rate, value = (_ratio(a, b) for a, b in ((clicks, shown), (orders, clicks), (revenue, orders)))
    columns = np.stack(
        [
            np.log((clicks + SHRUNK_IMPRESSIONS * ctr) / (shown + SHRUNK_IMPRESSIONS) + 1e-6),
            np.log((orders + SHRUNK_CLICKS * rate) / (clicks + SHRUNK_CLICKS) + 1e-6),
            np.log((revenue + value) / (orders + 1) + 1e-6),
            np.log([one.showings_per_day + 1 for one in campaigns]),
            [one.seen_before for one in campaigns],
            [one.promotion.discount for one in campaigns],
        ],
        axis=1,
    )
    scaled = (columns - columns.mean(axis=0)) / np.maximum(columns.std(axis=0), LEAST_DEVIATIONS)
    return np.clip(scaled, -CLIPPED, CLIPPED)


def _ratio(hits: Floats, of: Floats) -> float:
    return float(hits.sum() / of.sum()) if of.sum() else 0.0


def clustered(campaigns: Sequence[Campaign]) -> Clustering:
    """Of fewer than FEWEST, or where all are alike, there is one cluster."""
    count = len(campaigns)
    rows = features(campaigns) if count else np.zeros((0, len(_TRAITS)))
    if count < FEWEST or len(np.unique(rows, axis=0)) < 3:
        return _named(campaigns, rows, np.zeros(count, dtype=np.int64), None)
    with threadpool_limits(2):
        tried = [_tried(rows, k) for k in range(2, min(MOST_CLUSTERS, count // 3) + 1)]
    silhouette, labels = max(tried, key=lambda one: one[0])
    return _named(campaigns, rows, labels, silhouette)


def _tried(rows: Floats, k: int) -> tuple[float, NDArray[np.int64]]:
    labels = KMeans(k, n_init=20, random_state=SEED).fit_predict(rows)
    return float(silhouette_score(rows, labels)), labels


def _named(
    campaigns: Sequence[Campaign], rows: Floats, labels: NDArray[np.int64], silhouette: float | None
) -> Clustering:
    """The largest cluster first."""
    numbers = sorted(set(labels.tolist()), key=lambda number: (-int((labels == number).sum()), number))
    place = {number: at for at, number in enumerate(numbers)}
    found: list[Cluster] = []
    for number in numbers:
        mine = [one for one, label in zip(campaigns, labels, strict=True) if label == number]
        centre = rows[labels == number].mean(axis=0)
        taken = {cluster.name for cluster in found}
        found.append(_cluster(mine, _traits(centre), _several(centre), taken))
    return Clustering([place[label] for label in labels.tolist()], found, silhouette)


def _ranked(centre: Floats) -> list[Trait]:
    order = np.argsort(-np.abs(centre), kind="stable")
    return [_TRAITS[at][0 if centre[at] > 0 else 1] for at in order]


def _traits(centre: Floats) -> list[Trait]:
    marked = int((np.abs(centre) >= MARKED).sum())
    return _ranked(centre)[: min(marked, MOST_TRAITS)]


def _several(centre: Floats) -> list[Trait]:
    return _ranked(centre)[: MOST_TRAITS + 2]


def _cluster(campaigns: Sequence[Campaign], traits: list[Trait], more: list[Trait], taken: set[str]) -> Cluster:
    """Named by its traits; by more of them where another cluster has that name already."""
    while _name(traits) in taken and len(traits) < len(more):
        traits = more[: len(traits) + 1]
    clicks, shown = sum(one.clicks for one in campaigns), sum(one.impressions for one in campaigns)
    spent = sum(one.spent for one in campaigns)
    return Cluster(
        name=_name(traits), traits=traits, size=len(campaigns), ctr=clicks / shown if shown else None,
        conversion_rate=min(sum(one.conversions for one in campaigns) / clicks, 1.0) if clicks else None,
        roas=sum(one.revenue for one in campaigns) / spent if spent else None,
    )  # fmt: skip


def _name(traits: Sequence[Trait]) -> str:
    return ", ".join(WORDS[trait] for trait in traits) or "like most"

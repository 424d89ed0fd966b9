"""How often a segment clicks each promotion that runs: what holds for all, its own clicks, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ml_tools.promotions.campaigns.expectation import Fitted, expected_of
from ml_tools.promotions.campaigns.schemas import ForSegment, WhySegment
from store.promotion_names import SegmentCategory
from store.promotion_reports import Cell
from store.promotions import Candidate

DRAWS = 2000
LOW, HIGH = 0.05, 0.95
UNTESTED, ENOUGH_CLICKS = 30, 5  # impressions before the segment; clicks of it
A_LOT = 20.0  # percent off


@dataclass(frozen=True)
class Audience:
    """The segment's categories and how many customers each has; `slots` is where promotions usually stand."""

    categories: Sequence[SegmentCategory]
    sizes: Mapping[int, int]
    slots: Mapping[str, float]

    def fit_shares(self, one: Candidate) -> dict[str, float]:
        """How what a promotion is about fits the segment's customers; shares that sum to 1."""
        weights: dict[str, float] = {}
        for category in self.categories:
            size = self.sizes.get(category.category_id, 0) + 1e-3
            kind = _fit(one, category)
            weights[kind] = weights.get(kind, 0.0) + size
        total = sum(weights.values())
        return {kind: weight / total for kind, weight in weights.items()}


def _fit(one: Candidate, segment: SegmentCategory) -> str:
    if one.category is None:
        return "everything"
    if one.category in (segment.slug, segment.parent_slug):
        return "category"
    return "department" if one.department in (segment.slug, segment.parent_slug) else "other"


def chosen_for(
    fitted: Fitted, kappa: float, audience: Audience, candidates: Sequence[Candidate], seen: Sequence[Cell]
) -> list[ForSegment]:
    """The most clicked first, by what is expected. `seen` are the segment's own cells."""
    by_promotion: dict[int, list[Cell]] = {}
    for cell in seen:
        by_promotion.setdefault(cell.promotion_id, []).append(cell)
    rows = [_row(fitted, kappa, audience, one, by_promotion.get(one.promotion_id, [])) for one in candidates]
    return sorted(rows, key=lambda row: -row.expected_ctr)


def _row(fitted: Fitted, kappa: float, audience: Audience, one: Candidate, cells: Sequence[Cell]) -> ForSegment:
    """A first showing where promotions usually stand; the segment's own clicks correct it by a gamma-Poisson factor."""
    merit, deviation = fitted.merit_of(one.promotion_id)
    shares = audience.fit_shares(one)
    rng = np.random.default_rng((3, one.promotion_id))
    odds = fitted.mu + merit + deviation * rng.standard_normal(DRAWS)
    ctr = np.zeros(DRAWS)
    for slot, share in (audience.slots or {"": 1.0}).items():
        for kind, weight in shares.items():
            effects = fitted.effects.get(f"slot_{slot}", 0.0) + fitted.effects.get(f"fit_{kind}", 0.0)
            ctr += share * weight * expit(odds + effects)
    clicks, shown = sum(cell.clicks for cell in cells), sum(cell.impressions for cell in cells)
    expected = expected_of(fitted, one.promotion_id, cells, with_merit=True).clicks if cells else 0.0
    factor = rng.gamma(kappa + clicks, 1 / (kappa + expected), DRAWS)
    found = np.minimum(ctr * factor, 1.0)
    own = (kappa + clicks) / (kappa + expected)
    surely = float((factor > 1).mean()) > 0.8
    return ForSegment(
        promotion_id=one.public_id, title=one.title, expected_ctr=float(found.mean()),
        low=float(np.quantile(found, LOW)), high=float(np.quantile(found, HIGH)), clicks_seen=clicks,
        impressions_seen=shown,
        why=_why(one, shares, merit, deviation, shown, here=surely and own > 1.05 and clicks >= ENOUGH_CLICKS),
    )  # fmt: skip


def _why(
    one: Candidate, shares: Mapping[str, float], merit: float, deviation: float, shown: int, *, here: bool
) -> WhySegment:
    if here:
        return "clicked_here"
    if shares.get("category", 0) + shares.get("department", 0) > 0.5:
        return "fits"
    if merit > 1.3 * deviation:
        return "clicked_everywhere"
    if shown < UNTESTED:
        return "untested"
    return "discount" if one.discount_percent >= A_LOT else "usual"

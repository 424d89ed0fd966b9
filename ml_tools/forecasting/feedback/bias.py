"""What forecasts of a product are to be multiplied by, from how its last ones turned out.

Each product's ratio of sold to expected is drawn towards its category's, and that towards the whole shop's, as far as
the weeks behind it are few or noisy (random effects; DerSimonian and Laird, Controlled Clinical Trials 1986). Applied
only if it would have helped: week by week, from the weeks before alone (prequentially; Dawid, JRSS A 1984).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.feedback.drift import apart
from store.forecast_outcomes import WEEK, Week

MEMORY = timedelta(weeks=12)  # older weeks say little about the next
STRONGEST = 1.25  # the largest factor; its inverse is the smallest
FEWEST_WEEKS = 4  # checked weeks of the shop before anything is corrected
COMMON = 0.02  # the least standard error of a category's ratio: what hits all products at once does not average out
PRIOR = 0.05  # by how much a whole shop's forecasts are usually off, all together


@dataclass(frozen=True)
class Corrections:
    """Factors around 1 by product and by category (database ids), and the whole shop's for all others."""

    products: Mapping[int, float]
    categories: Mapping[int, float]
    shop: float

    @staticmethod
    def none() -> "Corrections":
        return Corrections({}, {}, 1.0)

    def of(self, product_id: int, category_id: int | None) -> float:
        own = self.products.get(product_id)
        if own is not None:
            return own
        return self.shop if category_id is None else self.categories.get(category_id, self.shop)


def corrections(checked: Sequence[Week]) -> Corrections:
    """From the checked first weeks of products' forecasts, oldest first; none where they would not have helped."""
    used = _usable(checked)
    starts = sorted({_number(week) for week in used})
    if len(starts) < FEWEST_WEEKS or not _would_have_helped(used, starts[1:]):
        return Corrections.none()
    return _fitted(used)


def _usable(checked: Sequence[Week]) -> list[Week]:
    """Weeks of products that do not overlap, and expected something."""
    by_product: dict[int, list[Week]] = defaultdict(list)
    for week in checked:
        if week.product_id is not None and week.expected > 0:
            by_product[week.product_id].append(week)
    return [week for own in by_product.values() for week in apart(own)]


def _number(week: Week) -> int:
    return week.as_of.toordinal() // WEEK


def _would_have_helped(used: Sequence[Week], numbers: Sequence[int]) -> bool:
    """Whether corrections from the weeks that were over by then made the squared errors of later ones smaller."""
    before = after = 0.0
    for number in numbers:
        # A week is over, and can teach, from its number's end plus one week on: it may begin late in its number.
        known = [week for week in used if _number(week) < number - 1]
        if not known:
            continue
        factors = _fitted(known)
        for week in used:
            if _number(week) == number and week.product_id is not None:
                raw = week.expected / week.correction
                before += ((week.sold - raw) / week.deviation) ** 2
                after += ((week.sold - raw * factors.of(week.product_id, week.category_id)) / week.deviation) ** 2
    return after < before


def _fitted(used: Sequence[Week]) -> Corrections:
    by_product: dict[tuple[int, int], list[Week]] = defaultdict(list)
    for week in used:
        by_product[week.category_id or 0, week.product_id or 0].append(week)
    keys = list(by_product)
    found = sorted({category for category, _ in keys})
    category = np.array([found.index(key[0]) for key in keys])
    ratio, variance = (np.array(part) for part in zip(*map(_log_ratio, by_product.values()), strict=True))

    apart_in, means, variances = _pooled(ratio, variance, category)
    apart_between, shop_means, shop_variances = _pooled(means, variances, np.zeros(len(means), dtype=np.int64))
    shop = float(shop_means[0] * PRIOR**2 / (PRIOR**2 + shop_variances[0]))
    categories = shop + apart_between / (apart_between + variances) * (means - shop)
    own = categories[category]
    products = own + apart_in / (apart_in + variance) * (ratio - own)
    return Corrections(
        {key[1]: _factor(value) for key, value in zip(keys, products, strict=True)},
        {key: _factor(value) for key, value in zip(found, categories, strict=True)},
        _factor(shop),
    )


def _log_ratio(own: Sequence[Week]) -> tuple[float, float]:
    """The logarithm of a product's sold over expected units, and its variance; half a unit keeps zeros apart."""
    raw = 0.5 + sum(week.expected / week.correction for week in own)
    sold = 0.5 + sum(week.sold for week in own)
    return log(sold / raw), sum(week.deviation**2 for week in own) / raw**2


def _pooled(values: Floats, variances: Floats, group: NDArray[np.int64]) -> tuple[float, Floats, Floats]:
    """How much values differ inside their groups beyond their own variances, and each group's mean with its variance.

    The moment estimator of DerSimonian and Laird, pooled over groups.
    """
    weights = 1 / variances
    total = np.bincount(group, weights)
    mean = np.bincount(group, weights * values) / total
    spread = float((weights * (values - mean[group]) ** 2).sum()) - (len(values) - len(total))
    size = float((total - np.bincount(group, weights**2) / total).sum())
    between = max(spread / size, 0.0) if size > 1e-12 else 0.0
    weights = 1 / (between + variances)
    total = np.bincount(group, weights)
    return between, np.bincount(group, weights * values) / total, 1 / total + COMMON**2


def _factor(logarithm: float) -> float:
    return float(np.clip(exp(logarithm), 1 / STRONGEST, STRONGEST))

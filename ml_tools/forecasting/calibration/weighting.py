"""How much each member counts for each product, and by how much all of them miss it.

Weights are those on the simplex with the least mean squared error in the backtests (stacking: Wolpert, 1992; Breiman,
1996). One product's windows are too few to tell members apart, so its errors are mixed with its category's, and those
with the shop's. How strongly is chosen on windows that were left out, as is whether weights are learnt at all: equal
ones are hard to beat (Genre and others, 2013).
"""

from dataclasses import dataclass

import numpy as np

from ml_tools.forecasting.calibration.backtest import Backtest, Ints
from ml_tools.forecasting.demand.season import Floats

STEPS, RATE = 400, 2.0
OWN_SHARES = (0.0, 0.2, 0.5)  # of a product's own errors, mixed into its category's
OVERLAPPING = 2.5  # windows that cover the same days, about
WORTH_IT = 0.999  # times the error of equal weights; less than that is chance
BIAS_SPREAD = 0.03  # by how much levels wander from one window to the next in any case
LEAST_BIAS, MOST_BIAS = 0.01, 1.25


@dataclass(frozen=True)
class Weighting:
    """`shop` [members], `category` [categories, members] and `product` [series, members] weights that sum to 1 each.

    `bias` [series]: what the combination is multiplied with.
    `rule` is how they were chosen, `scores` what each rule left of the squared error on windows left out.
    """

    shop: Floats
    category: Floats
    product: Floats
    bias: Floats
    rule: str
    scores: dict[str, float]


def combined(weights: Floats, means: Floats) -> Floats:
    """Members' means [members, ..., series, days] by each product's weights [series, members]."""
    spread = weights.T.reshape(len(means), *(1,) * (means.ndim - 3), weights.shape[0], 1)
    return np.asarray((spread * means).sum(axis=0))


def learnt(tested: Backtest, groups: Ints, count: int) -> Weighting:
    """Weights from backtests; `groups` [series] are the categories' numbers below `count`."""
    rules = _rules(tested)
    scores = {name: _left_out_error(tested, groups, count, name) for name in rules} if len(rules) > 1 else {}
    rule = min(scores, key=lambda name: scores[name]) if scores else rules[0]
    if scores and scores[rule] > WORTH_IT * scores["equal"]:
        rule = "equal"
    shop, category, product = _weights(tested, groups, count, rule)
    return Weighting(shop, category, product, bias_of(tested, product, groups), rule, scores)


def _rules(tested: Backtest) -> list[str]:
    if len(tested.names) == 1:
        return ["equal"]
    if tested.windows < 3:
        return ["equal"]
    return ["equal", *(f"only {name}" for name in tested.names), *(f"stacked {share}" for share in OWN_SHARES)]


def _left_out_error(tested: Backtest, groups: Ints, count: int, rule: str) -> float:
    """Mean squared scaled error over all windows, each with weights from the others."""
    total, days = 0.0, 0
    for window in range(tested.windows):
        _, _, product = _weights(tested.without(window), groups, count, rule)
        means = tested.means[:, window]
        scaled = (combined(product, means) - tested.actuals[window]) / np.sqrt(means.mean(axis=0) + 1)
        total += float(np.nansum(scaled**2))
        days += int(np.isfinite(scaled).sum())
    return total / max(days, 1)


def left_out_mean(tested: Backtest, groups: Ints, count: int, rule: str, window: int) -> Floats:
    """What the combination says in one window [series, leads], with weights and bias from all others."""
    others = tested.without(window)
    _, _, product = _weights(others, groups, count, rule)
    bias = bias_of(others, product, groups)
    return np.asarray(combined(product, tested.means[:, window]) * bias[:, None])


def _weights(tested: Backtest, groups: Ints, count: int, rule: str) -> tuple[Floats, Floats, Floats]:
    members = len(tested.names)
    if rule == "equal" or rule.startswith("only "):
        one = np.full(members, 1 / members)
        if rule != "equal":
            one = np.eye(members)[tested.names.index(rule.removeprefix("only "))]
        return one, np.tile(one, (count, 1)), np.tile(one, (len(groups), 1))
    return _stacked(tested, groups, count, float(rule.split()[1]))


def _stacked(tested: Backtest, groups: Ints, count: int, own_share: float) -> tuple[Floats, Floats, Floats]:
    own, days = _products_of_errors(tested)
    shop = own.sum(axis=0) / max(float(days.sum()), 1.0)
    category = np.zeros((count, *shop.shape))
    np.add.at(category, groups, own)
    seen = np.bincount(groups, weights=days, minlength=count)[:, None, None]
    prior = 2000.0  # days of the shop's errors that a category's are mixed with
    category = (category + prior * shop) / (seen + prior)
    mine = own / np.maximum(days, 1)[:, None, None]
    size = np.trace(mine, axis1=1, axis2=2) / np.maximum(np.trace(category[groups], axis1=1, axis2=2), 1e-12)
    mixed = own_share * mine / np.maximum(size, 1e-12)[:, None, None] + (1 - own_share) * category[groups]
    mixed = np.where((days > 0)[:, None, None], mixed, category[groups])
    return least_squares(shop[None])[0], least_squares(category), least_squares(mixed)


def _products_of_errors(tested: Backtest) -> tuple[Floats, Floats]:
    """Sums of products of the members' scaled errors [series, members, members], and of how many days [series]."""
    scaled = (tested.means - tested.actuals) / np.sqrt(tested.means.mean(axis=0) + 1)
    scaled = np.nan_to_num(np.moveaxis(scaled, 2, 0).reshape(len(tested.rows), len(tested.names), -1))
    return scaled @ scaled.transpose(0, 2, 1), np.isfinite(tested.actuals).sum(axis=(0, 2)).astype(float)


def least_squares(products: Floats) -> Floats:
    """Weights [n, members] on the simplex with the least w' P w, for P [n, members, members].

    Exponentiated gradient (Kivinen and Warmuth, 1997), which stays on the simplex by itself.
    """
    members = products.shape[-1]
    # What all members share of their errors moves no weight on the simplex, and hides what differs.
    centred = products - products.min(axis=(1, 2))[:, None, None]
    size = np.maximum(np.abs(centred).max(axis=(1, 2)), 1e-12)[:, None]
    weights = np.full((len(products), members), 1 / members)
    for _ in range(STEPS):
        gradient = (centred @ weights[:, :, None])[:, :, 0] / size
        weights = weights * np.exp(-RATE * (gradient - gradient.min(axis=1, keepdims=True)))
        weights /= weights.sum(axis=1, keepdims=True)
    return weights


def bias_of(tested: Backtest, product: Floats, groups: Ints) -> Floats:
    """What each product sold over what was expected of it [series], beside the same of its category.

    What a whole category was off by is left alone: its windows overlap and are few, and the next months' error is
    another. Each ratio is drawn towards 1 as far as chance, and windows that contradict each other, explain it.
    """
    known = np.isfinite(tested.actuals)
    mean = combined(product, tested.means)
    sold = np.where(known, tested.actuals, 0).sum(axis=2)
    due = np.where(known, mean, 0).sum(axis=2)
    ratio = np.ones_like(sold)
    for group in np.unique(groups):
        part = groups == group
        all_due = due[:, part].sum(axis=1, keepdims=True)
        all_sold = sold[:, part].sum(axis=1, keepdims=True)
        ratio[:, part] = np.where((all_due > 0) & (all_sold > 0), all_sold / np.maximum(all_due, 1e-9), 1.0)
    apart = max(tested.windows / OVERLAPPING, 1.0)
    own = [_drawn(sold[:, at], due[:, at] * ratio[:, at], apart) for at in range(len(groups))]
    return np.clip(np.array(own), LEAST_BIAS, MOST_BIAS)


def _drawn(sold: Floats, due: Floats, apart: float) -> float:
    """Sold over due [windows], of which `apart` are as good as independent, by James and Stein's factor nearer to 1."""
    told = due > 0
    if told.sum() < 3:
        return 1.0
    total, expected = float(sold[told].sum()) / len(sold) * apart, float(due[told].sum()) / len(due) * apart
    logs = np.log((sold[told] + 0.5) / (due[told] + 0.5))
    noise = (float(logs.var(ddof=1)) + BIAS_SPREAD**2) / max(min(apart, told.sum()), 1.0) + 1 / (expected + 0.5)
    away = float(np.log((total + 0.5) / (expected + 0.5)))
    return float(np.exp(max(0.0, 1 - noise / max(away**2, 1e-12)) * away))

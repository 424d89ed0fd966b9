"""How good the parts are: verdicts on clicks that were drawn, and later halves' returns predicted from earlier ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ml_tools.promotions.campaigns.campaign import Campaign, counted
from ml_tools.promotions.campaigns.expectation import Fitted, fit
from ml_tools.promotions.campaigns.report import Judged, Subject, judged, verdicts
from ml_tools.promotions.campaigns.returns import fit_returns, predicted
from store.promotion_reports import CampaignDay, Cell, Shown

Floats = NDArray[np.float64]
LEAST_CLICKS = 10  # in each half, below which there is no return to hold a prediction against


def judged_all(fitted: Fitted, cells: Sequence[Cell], promotions: dict[int, Shown]) -> list[Judged]:
    """Every promotion, all in all, by its id."""
    groups: dict[int, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.promotion_id, []).append(cell)
    return [judged(fitted, Subject(promotions[key]), mine) for key, mine in sorted(groups.items())]


def drawn_alike(rng: np.random.Generator, fitted: Fitted, cells: Sequence[Cell]) -> list[Cell]:
    """The same impressions with clicks drawn as if all promotions were usual ones: no verdict on them is true."""
    odds = fitted.mu + fitted.offsets(cells)
    shown = np.array([cell.impressions for cell in cells])
    clicks = rng.binomial(shown, expit(odds))
    return [cell._replace(clicks=int(count)) for cell, count in zip(cells, clicks, strict=True)]


@dataclass(frozen=True)
class Alarms:
    """Of simulations in which nothing differs: the share with any verdict of above or below, and of their verdicts."""

    any_verdict: float
    of_verdicts: float


def false_alarms(fitted: Fitted, cells: Sequence[Cell], promotions: dict[int, Shown], *, times: int) -> Alarms:
    rng = np.random.default_rng(5)
    wrong, total, with_any = 0, 0, 0
    for _ in range(times):
        drawn = drawn_alike(rng, fitted, cells)
        said = verdicts(judged_all(fit(drawn), drawn, promotions))
        found = sum(one in ("above", "below") for one in said)
        wrong, total, with_any = wrong + found, total + len(said), with_any + bool(found)
    return Alarms(with_any / times, wrong / max(total, 1))


@dataclass(frozen=True)
class Halves:
    """A campaign's results until the middle of its days, and after."""

    first: Campaign
    second: Campaign


def halves(promotions: dict[int, Shown], days: Sequence[CampaignDay]) -> list[Halves]:
    """Of campaigns with enough clicks in both halves and a price of a click."""
    by_promotion: dict[int, list[CampaignDay]] = {}
    for day in days:
        by_promotion.setdefault(day.promotion_id, []).append(day)
    found = []
    for key, mine in sorted(by_promotion.items()):
        one = promotions[key]
        last = min(one.ends_on, max(day.day for day in mine))
        middle = one.starts_on + timedelta(days=((last - one.starts_on).days + 1) // 2)
        first = counted(one, [day for day in mine if day.day < middle])
        second = counted(one, [day for day in mine if day.day >= middle])
        if min(first.clicks, second.clicks) >= LEAST_CLICKS and one.cost_per_click > 0:
            found.append(Halves(first, second))
    return found


Predictor = Callable[[Sequence[Halves], Halves], float]


def continued(others: Sequence[Halves], one: Halves) -> float:
    """The first half's return goes on."""
    return one.first.roas or 0.0


def mean_of_all(others: Sequence[Halves], one: Halves) -> float:
    """What the other campaigns brought per unit of spend, all together."""
    revenue = sum(other.first.revenue + other.second.revenue for other in others)
    return revenue / max(sum(other.first.spent + other.second.spent for other in others), 1e-9)


def mean_of_kind(others: Sequence[Halves], one: Halves) -> float:
    """The same of campaigns that cover as much (a product, a category, the whole shop)."""
    alike = [other for other in others if other.first.promotion.covered == one.first.promotion.covered]
    return mean_of_all(alike or others, one)


PEERS: dict[str, Predictor] = {
    "first half continued": continued, "mean of all": mean_of_all, "mean of its kind": mean_of_kind,
}  # fmt: skip


@dataclass(frozen=True)
class Errors:
    """`log` is the mean absolute error of log(1 + return), which campaigns of all sizes take part in, of a prediction's
    median; `absolute` is of the return itself, of its mean; `covered` is the share inside the 80 % interval, `width`
    the median of its width."""

    log: float
    absolute: float
    covered: float | None = None
    width: float | None = None


def predicted_halves(found: Sequence[Halves]) -> dict[str, Errors]:
    """Each second half predicted from the first half and from the other campaigns, which are known as a whole."""
    actual = np.array([one.second.roas or 0.0 for one in found])
    ours = []
    for at, one in enumerate(found):
        others = [_whole(other) for number, other in enumerate(found) if number != at]
        model = fit_returns([*others, one.first])
        ours.append(predicted(model, one.first, one.second.clicks))
    low, high = np.array([one.low for one in ours]), np.array([one.high for one in ours])
    inside = float(((low <= actual + 1e-9) & (actual <= high + 1e-9)).mean())
    means, medians = np.array([one.mean for one in ours]), np.array([one.median for one in ours])
    table = {"hierarchical": _errors(actual, means, medians, inside, float(np.median(high - low)))}
    for name, peer in PEERS.items():
        said = [peer([o for n, o in enumerate(found) if n != at], one) for at, one in enumerate(found)]
        table[name] = _errors(actual, np.array(said), np.array(said))
    return table


def _whole(one: Halves) -> Campaign:
    a, b = one.first, one.second
    return Campaign(
        a.promotion, a.impressions + b.impressions, a.clicks + b.clicks, a.conversions + b.conversions,
        a.revenue + b.revenue, a.spent + b.spent, a.days_shown + b.days_shown,
    )  # fmt: skip


def _errors(
    actual: Floats, means: Floats, medians: Floats, covered: float | None = None, width: float | None = None
) -> Errors:
    off = np.abs(np.log1p(actual) - np.log1p(medians))
    return Errors(float(off.mean()), float(np.abs(actual - means).mean()), covered, width)

"""A campaign as the money sees it: what it is, how it was shown, what came of it, and its return on ad spend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ml_tools.promotions.campaigns.expectation import Fitted, expected_of
from store.promotion_reports import CampaignDay, Cell, Shown

Floats = NDArray[np.float64]
WHOLE_SHOP = 2


@dataclass(frozen=True)
class Campaign:
    """Counts are of its whole life. `lift` is clicks per expected click, shrunk by as many expected clicks as it takes
    to know; `seen_before` and `fitting` are shares of impressions."""

    promotion: Shown
    impressions: int
    clicks: int
    conversions: int
    revenue: float
    spent: float
    days_shown: int
    lift: float = 1.0
    seen_before: float = 0.0
    fitting: float = 0.0

    @property
    def days(self) -> int:
        return (self.promotion.ends_on - self.promotion.starts_on).days + 1

    @property
    def ctr(self) -> float:
        return self.clicks / self.impressions if self.impressions else 0.0

    @property
    def conversion_rate(self) -> float:
        """Orders per click."""
        return self.conversions / self.clicks if self.clicks else 0.0

    @property
    def order_value(self) -> float | None:
        return self.revenue / self.conversions if self.conversions else None

    @property
    def showings_per_day(self) -> float:
        return self.impressions / self.days_shown if self.days_shown else 0.0

    @property
    def cost_of_click(self) -> float:
        """What a click cost so far; what it costs now where none was paid."""
        return self.spent / self.clicks if self.clicks and self.spent else self.promotion.cost_per_click

    @property
    def roas(self) -> float | None:
        """Attributed revenue per unit of spend; None where nothing was spent."""
        return self.revenue / self.spent if self.spent > 0 else None

    def clicks_to_come(self, today: date) -> int:
        """While it runs, at its pace of clicks until its end; once it is over, as many as it had: another run."""
        left = (self.promotion.ends_on - today).days
        if left <= 0 or not self.days_shown:
            return max(self.clicks, 1)
        return max(round(self.clicks / self.days_shown * left), 1)


LIFT_SHRUNK = 10.0  # expected clicks' worth of the usual that every lift is mixed with


def campaigns_of(
    promotions: Mapping[int, Shown], days: Sequence[CampaignDay], cells: Sequence[Cell], spent: Mapping[int, float],
    fitted: Fitted,
) -> list[Campaign]:  # fmt: skip
    """Every promotion with an impression, in the order of their ids."""
    by_day: dict[int, list[CampaignDay]] = {}
    for day in days:
        by_day.setdefault(day.promotion_id, []).append(day)
    by_cell: dict[int, list[Cell]] = {}
    for cell in cells:
        by_cell.setdefault(cell.promotion_id, []).append(cell)
    found = [
        with_behaviour(counted(promotions[key], mine, spent.get(key)), by_cell.get(key, []), fitted)
        for key, mine in sorted(by_day.items())
        if key in promotions
    ]
    return [one for one in found if one.impressions]


def counted(promotion: Shown, days: Sequence[CampaignDay], spent: float | None = None) -> Campaign:
    """The sum over days; without `spent`, at the promotion's cost of a click."""
    clicks = sum(day.clicks for day in days)
    return Campaign(
        promotion, sum(day.impressions for day in days), clicks, sum(day.conversions for day in days),
        sum(day.revenue for day in days), clicks * promotion.cost_per_click if spent is None else spent,
        sum(day.impressions > 0 for day in days),
    )  # fmt: skip


def with_behaviour(campaign: Campaign, cells: Sequence[Cell], fitted: Fitted) -> Campaign:
    shown = sum(cell.impressions for cell in cells)
    if not shown:
        return campaign
    expected = expected_of(fitted, campaign.promotion.promotion_id, cells)
    return replace(
        campaign,
        lift=(campaign.clicks + LIFT_SHRUNK) / (expected.clicks + LIFT_SHRUNK),
        seen_before=sum(cell.impressions for cell in cells if cell.seen) / shown,
        fitting=sum(cell.impressions for cell in cells if cell.fit in ("category", "everything")) / shown,
    )

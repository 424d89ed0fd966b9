"""What the campaign job does: count what has changed, then learn anew from all that was counted, and keep it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from ml_tools.promotions.campaigns.campaign import Campaign, campaigns_of
from ml_tools.promotions.campaigns.clusters import clustered
from ml_tools.promotions.campaigns.expectation import Fitted, expected_of, fit
from ml_tools.promotions.campaigns.intervals import wilson
from ml_tools.promotions.campaigns.returns import Returns, fit_returns, predicted
from ml_tools.promotions.campaigns.schemas import CampaignRow, Reason, Worth
from ml_tools.promotions.campaigns.tree import Tree, grown
from store.promotion_counting import KEPT_DAYS, changed_days, count_day, shop_currency
from store.promotion_reports import (
    Cell,
    Window,
    campaign_days,
    cells,
    counted_until,
    keep_knowledge,
    knowledge,
    promotions_shown,
    segment_sizes,
    shown_lately,
    spent_in,
)
from store.session import Database

NAME = "campaigns"
MOST_DAYS_AT_ONCE, MOST_SECONDS = 5000, 240.0
FITTED_DAYS = 365  # what is usual is of the last year
LEAST_KAPPA, MOST_KAPPA = 5.0, 500.0
MARKED_VALUE, MARKED_COST = 1.3, 1.2  # times the median of all campaigns from which on it is a reason
LEAST_ORDERS, FEW_CLICKS = 3, 20


async def refresh(database: Database, break_even: float, *, now: datetime | None = None) -> int:
    """Count what has changed and learn when there is anything new; returns how many promotions' days were counted."""
    moment = now or datetime.now(UTC)
    counted = await count(database, moment)
    async with database.read() as session:
        kept = await knowledge(session, NAME)
    if counted or kept is None or kept.content.get("break_even") != break_even:
        await learn(database, break_even, moment)
    return counted


async def count(database: Database, now: datetime) -> int:
    """Each day in a transaction of its own; what is not reached in time is counted the next time."""
    async with database.read() as session:
        days = await changed_days(session, now, most=MOST_DAYS_AT_ONCE)
        currency = await shop_currency(session) if days else None
    until, done = time.monotonic() + MOST_SECONDS, 0
    for one in days:
        if time.monotonic() > until:
            break
        async with database.begin() as session:
            await count_day(session, one, currency, now)
        done += 1
    return done


async def learn(database: Database, break_even: float, now: datetime) -> None:
    today = now.date()
    year, ever = today - timedelta(days=FITTED_DAYS), today - timedelta(days=KEPT_DAYS)
    async with database.read() as session:
        as_of, currency = await counted_until(session), await shop_currency(session)
        ids = await shown_lately(session, ever, today)
        lately = await cells(session, Window(year, today))
        by_segment = await cells(session, Window(year, today), by_segment=True)
        lifelong = await cells(session, Window(ever, today, promotions=ids))
        promotions = await promotions_shown(session, ids)
        days, spent = await campaign_days(session, ids), await spent_in(session, ids, ever, today)
        sizes = await segment_sizes(session)

    def learnt() -> dict[str, Any]:
        fitted = fit(lately)
        campaigns = campaigns_of(promotions, days, lifelong, spent, fitted)
        return {
            "break_even": break_even, "currency": currency, "expectation": fitted_as_json(fitted),
            "kappa": kappa(fitted, by_segment), "slots": slot_mix(lately),
            "sizes": {str(key): size for key, size in sizes.items()},
            **_campaigns(campaigns, {d.promotion_id: d.day for d in days}, break_even, today),
        }  # fmt: skip

    content = await asyncio.to_thread(learnt)
    async with database.begin() as session:
        await keep_knowledge(session, NAME, as_of, content)


def slot_mix(found: Sequence[Cell]) -> dict[str, float]:
    """The share of impressions by slot."""
    shown: dict[str, int] = {}
    for cell in found:
        shown[cell.slot] = shown.get(cell.slot, 0) + cell.impressions
    total = sum(shown.values())
    return {slot: count / total for slot, count in sorted(shown.items())} if total else {}


def kappa(fitted: Fitted, found: Sequence[Cell]) -> float:
    """How alike segments are: clicks of a promotion in a segment have the variance E + E^2 / kappa around what is
    expected of that promotion (method of moments for a gamma-Poisson)."""
    groups: dict[tuple[int, int], list[Cell]] = {}
    for cell in found:
        groups.setdefault((cell.promotion_id, cell.segment_id), []).append(cell)
    excess, squares = 0.0, 0.0
    for (promotion, _), mine in groups.items():
        expected = expected_of(fitted, promotion, mine, with_merit=True).clicks
        excess += (sum(cell.clicks for cell in mine) - expected) ** 2 - expected
        squares += expected**2
    return float(np.clip(squares / excess, LEAST_KAPPA, MOST_KAPPA)) if excess > 0 else MOST_KAPPA


def fitted_as_json(fitted: Fitted) -> dict[str, Any]:
    return {
        "effects": fitted.effects, "mu": fitted.mu, "tau": fitted.tau, "dispersion": fitted.dispersion,
        "promotions": fitted.promotions.tolist(), "merits": fitted.merits.tolist(),
        "precisions": fitted.precisions.tolist(),
    }  # fmt: skip


def fitted_from_json(kept: dict[str, Any]) -> Fitted:
    return Fitted(
        dict(kept["effects"]), kept["mu"], kept["tau"], kept["dispersion"],
        np.array(kept["promotions"], dtype=np.int64), np.array(kept["merits"]), np.array(kept["precisions"]),
    )  # fmt: skip


def _campaigns(
    campaigns: Sequence[Campaign], last_days: dict[int, date], break_even: float, today: date
) -> dict[str, Any]:
    groups, tree, returns = clustered(campaigns), grown(campaigns, break_even), fit_returns(campaigns)
    usual = Usual.of(campaigns)
    rows = []
    for one, number in zip(campaigns, groups.of, strict=True):
        name = groups.clusters[number].name
        row = campaign_row(one, name, returns, tree, usual, break_even, today)
        promotion = one.promotion
        last = last_days[promotion.promotion_id]
        kept = {"last_day": last, "starts_on": promotion.starts_on, "ends_on": promotion.ends_on}
        rows.append({"row": row.model_dump()} | {name: day.isoformat() for name, day in kept.items()})
    return {
        "campaigns": rows, "tree": tree.as_json(), "returns": returns.as_json(), "silhouette": groups.silhouette,
        "clusters": [cluster.model_dump() for cluster in groups.clusters],
    }  # fmt: skip


@dataclass(frozen=True)
class Usual:
    """The shop's campaigns together: what the three parts of a return are held against."""

    conversion_rate: float
    order_value: float
    cost: float

    @classmethod
    def of(cls, campaigns: Sequence[Campaign]) -> "Usual":
        clicks = sum(one.clicks for one in campaigns)
        values = [one.order_value for one in campaigns if one.order_value]
        costs = [one.cost_of_click for one in campaigns if one.cost_of_click > 0]
        return cls(
            sum(one.conversions for one in campaigns) / clicks if clicks else 0.0,
            float(np.median(values)) if values else 0.0, float(np.median(costs)) if costs else 0.0,
        )  # fmt: skip


def campaign_row(
    one: Campaign, cluster: str, returns: Returns, tree: Tree, usual: Usual, break_even: float, today: date
) -> CampaignRow:
    promised = predicted(returns, one, one.clicks_to_come(today)) if one.cost_of_click > 0 else None
    worth: Worth = "unclear"
    if promised and promised.low >= break_even:
        worth = "worth"
    elif promised and promised.high < break_even:
        worth = "not_worth"
    return CampaignRow(
        promotion_id=one.promotion.public_id, title=one.promotion.title,
        running=one.promotion.starts_on <= today <= one.promotion.ends_on, cluster=cluster,
        impressions=one.impressions, clicks=one.clicks, conversions=one.conversions, spent=round(one.spent, 2),
        revenue=round(one.revenue, 2), roas=one.roas, predicted_roas=promised.mean if promised else None,
        low=promised.low if promised else None, high=promised.high if promised else None, verdict=worth,
        reasons=[*reasons(one, usual, unsure=worth == "unclear"), *tree.path(one)],
    )  # fmt: skip


def reasons(one: Campaign, usual: Usual, *, unsure: bool) -> list[Reason]:
    """Which parts of the return stand out: orders per click, order value, the cost of a click."""
    found = []
    rate = wilson(min(one.conversions, one.clicks), one.clicks)
    if rate.low is not None and rate.high is not None and not rate.low <= usual.conversion_rate <= rate.high:
        high = rate.low > usual.conversion_rate
        found.append(Reason(code="high" if high else "low", feature="conversion_rate", value=one.conversion_rate))
    if one.conversions >= LEAST_ORDERS and one.order_value and usual.order_value:
        ratio = one.order_value / usual.order_value
        if not 1 / MARKED_VALUE <= ratio <= MARKED_VALUE:
            found.append(Reason(code="high" if ratio > 1 else "low", feature="order_value", value=one.order_value))
    if usual.cost and not 1 / MARKED_COST <= one.cost_of_click / usual.cost <= MARKED_COST:
        high = one.cost_of_click > usual.cost
        found.append(Reason(code="high" if high else "low", feature="cost_per_click", value=one.cost_of_click))
    if unsure and one.clicks < FEW_CLICKS:
        found.append(Reason(code="few", feature="clicks", value=one.clicks))
    elif unsure and one.conversions < LEAST_ORDERS:
        found.append(Reason(code="few", feature="conversions", value=one.conversions))
    return found

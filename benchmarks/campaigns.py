"""Campaign reports against what is known: verdicts against the demo store's click model, returns against later ones.

    DATABASE_URL=... python -m benchmarks.campaigns

Prints (a) of the demo store, whose click model is known: how many verdicts are right, how often the range of clicks per
expected click holds the true one, and how often there are verdicts where nothing differs; (b) the return of the second
half of each campaign, predicted from its first half and from other campaigns, beside three simple peers; (c) the same
of complete-journey's coupon campaigns (from the folder of real data, skipped without): coupons redeemed per household
that received the campaign, in the second half of its days. Results are counted first where that has not been done.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from common.settings import settings
from ml_tools.promotions.campaigns.evaluate import Errors, Halves, false_alarms, halves, judged_all, predicted_halves
from ml_tools.promotions.campaigns.expectation import fit
from ml_tools.promotions.campaigns.learning import count, refresh
from ml_tools.promotions.campaigns.report import verdicts
from ml_tools.promotions.demo_impressions import demo_shown, demo_truth, true_probabilities, with_history
from ml_tools.promotions.journey import COMPLETE_JOURNEY, read_journey
from store.promotion_counting import KEPT_DAYS
from store.promotion_reports import (
    CampaignDay,
    Cell,
    Shown,
    Window,
    campaign_days,
    cells,
    knowledge,
    promotions_shown,
    shown_lately,
)
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database

SIMULATIONS = 100
_COVERED = {"Type C": 0, "Type B": 1, "Type A": 2}  # few and many coupons, and those that are chosen for a household
console = Console(width=130)


async def demo(url: str) -> None:
    database = Database(url, pool_size=2, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    now = datetime.now(UTC)
    while await count(database, now):
        pass
    await refresh(database, 1.0)
    today, ever = now.date(), now.date() - timedelta(days=KEPT_DAYS)
    async with database.read() as session:
        ids = await shown_lately(session, ever, today)
        found = await cells(session, Window(ever, today))
        promotions, days = await promotions_shown(session, ids), await campaign_days(session, ids)
        kept = await knowledge(session, "campaigns")
        truth = await demo_truth(session)
        rows = with_history(await demo_shown(session)) if truth else None
    await database.close()
    if rows is not None:
        _verdicts(found, promotions, _true_lifts(rows[rows["at"] >= pd.Timestamp(ever, tz="UTC")], truth))
    _returns("demo store", predicted_halves(halves(promotions, days)), len(halves(promotions, days)))
    if kept:
        tree, content = kept.content["tree"], kept.content
        console.print(f"clusters: {len(content['clusters'])}, silhouette {content['silhouette']:.2f}" if
                      content["silhouette"] is not None else "clusters: 1")  # fmt: skip
        console.print(f"tree: balanced accuracy {tree['accuracy']}, cross-validated on {len(content['campaigns'])} "
                      f"campaigns (.5 is chance); {len(tree['rules'])} rules kept")  # fmt: skip


def _true_lifts(rows: pd.DataFrame, truth: dict[tuple[str, str], Any]) -> dict[int, float]:
    """By promotion: clicks that its own discount makes true, per click of a promotion with the mean discount before the
    same people in the same places."""
    model = truth["click_model", "promotions"]["parameters"]
    true = true_probabilities(rows, truth)
    own = rows["discount"].astype(float).to_numpy() / 100
    mean = float(rows.groupby("promotion")["discount"].first().astype(float).mean()) / 100
    odds = np.log(true / (1 - true)) - model["discount"] * (own - mean)
    sums = pd.DataFrame({"promotion": rows["promotion"].to_numpy(), "own": true, "usual": 1 / (1 + np.exp(-odds))})
    both = sums.groupby("promotion").sum()
    return {int(key): float(value) for key, value in (both["own"] / both["usual"]).items()}


def _verdicts(found: list[Cell], promotions: dict[int, Shown], true: dict[int, float]) -> None:
    fitted = fit(found)
    rows = judged_all(fitted, found, promotions)
    said = verdicts(rows)
    lifts = [true[row.subject.promotion.promotion_id] for row in rows]
    called = [(verdict, lift) for verdict, lift in zip(said, lifts, strict=True) if verdict in ("above", "below")]
    right = sum((verdict == "above") == (lift > 1) for verdict, lift in called)
    inside = np.mean([row.lift.low <= lift <= row.lift.high for row, lift in zip(rows, lifts, strict=True)])
    logs = np.corrcoef(np.log([max(row.lift.value, 0.01) for row in rows]), np.log(lifts))[0, 1]
    alarms = false_alarms(fitted, found, promotions, times=SIMULATIONS)
    table = Table("verdicts on the demo store", "value")
    for name, value in (
        ("promotions", str(len(rows))),
        ("true clicks per usual click", f"{min(lifts):.2f} to {max(lifts):.2f}"),
        ("above or below", f"{len(called)}, of them right {right}"),
        ("as expected", str(said.count("as_expected"))),
        ("too little", str(said.count("too_little"))),
        ("95 % range holds the true value", f"{inside:.0%}"),
        ("correlation with the truth (logs)", f"{logs:.2f}"),
        (f"nothing differs, {SIMULATIONS} draws: with any verdict", f"{alarms.any_verdict:.0%}"),
        ("nothing differs: share of promotions called above or below", f"{alarms.of_verdicts:.2%}"),
    ):
        table.add_row(name, value)
    console.print(table)


def _returns(name: str, errors: dict[str, Errors], campaigns: int) -> None:
    table = Table(
        f"second half of {campaigns} campaigns, {name}", "MAE of log(1 + return)", "MAE", "inside 80 %", "width"
    )
    for model, one in errors.items():
        covered = "" if one.covered is None else f"{one.covered:.0%}"
        width = "" if one.width is None else f"{one.width:.2f}"
        table.add_row(model, f"{one.log:.3f}", f"{one.absolute:.3f}", covered, width)
    console.print(table)


def journey(folder: Path) -> list[Halves]:
    """complete-journey's campaigns: every household that received one "clicked" at a cost of 1 in each half; orders are
    households that redeemed in that half, revenue is coupons redeemed."""
    data = read_journey(folder)
    received = data.received.groupby("campaign_id").size()
    sizes = data.coupons.groupby("campaign_id")["product_id"].nunique()
    promotions, days = {}, []
    for campaign in data.campaigns.itertuples():
        key, starts, ends = int(campaign.campaign_id), campaign.start_date.date(), campaign.end_date.date()
        promotions[key] = Shown(
            key, str(key), f"campaign {key}", starts, ends, 0.0, 1.0, _COVERED[campaign.campaign_type],
            float(sizes.get(key, 0)),
        )  # fmt: skip
        mine = data.redemptions[data.redemptions["campaign_id"] == key]
        middle = starts + timedelta(days=((ends - starts).days + 1) // 2)
        for day, first, last in ((starts, starts, middle - timedelta(days=1)), (middle, middle, ends)):
            inside = mine[mine["redemption_date"].dt.date.between(first, last)]
            reached = int(received.get(key, 0))
            days.append(CampaignDay(key, day, reached, reached, inside["household_id"].nunique(), float(len(inside))))
        days.append(CampaignDay(key, ends, 0, 0, 0, 0.0))
    return halves(promotions, days)


def main() -> None:
    config = settings()
    if config.database_url:
        asyncio.run(demo(config.database_url))
    else:
        console.print("DATABASE_URL is not set: the demo store is skipped")
    folder = config.shopclerk_data / COMPLETE_JOURNEY
    if folder.is_dir():
        found = journey(folder)
        _returns(COMPLETE_JOURNEY, predicted_halves(found), len(found))
    else:
        console.print(f"{COMPLETE_JOURNEY} is not in {config.shopclerk_data}: skipped")


if __name__ == "__main__":
    main()

"""complete-journey: which households redeem a coupon of a campaign that was sent to them, from what was known before.

A row is a household and a campaign that it received; it counts as a click when the household redeemed any of the
campaign's coupons from its first to its last day. Every feature is of days before the campaign began. Training rows are
campaigns that were over before the first campaign of the later part began, so that their outcomes were known by then.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ml_tools.promotions.batch import Batch, Fields

COMPLETE_JOURNEY = "complete-journey"
LATER = pd.Timestamp("2017-10-01")  # campaigns that began from here on are predicted
DEMOGRAPHICS = ("age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count")
CATEGORICAL = ("campaign_type", *DEMOGRAPHICS)
NUMERIC = (
    "days",
    "coupons",
    "campaign_products",
    "received",
    "redeemed_campaigns",
    "redeemed_coupons",
    "redeemed_share",
    "days_since_redeemed",
    "redeemed_of_type",
    "received_of_type",
    "others_share",
    "spent",
    "baskets",
    "coupon_lines",
    "coupon_share",
    "discount_share",
    "days_since_bought",
    "bought_covered",
    "spent_covered",
    "covered_share",
)
FIELDS = Fields(categorical=CATEGORICAL, numeric=NUMERIC)


@dataclass(frozen=True)
class Journey:
    """The files: campaigns by day, who received them, redemptions, coupons' products, sampled purchases, households."""

    campaigns: pd.DataFrame
    received: pd.DataFrame
    redemptions: pd.DataFrame
    coupons: pd.DataFrame
    purchases: pd.DataFrame
    households: pd.DataFrame


def read_journey(folder: Path) -> Journey:
    dates = {
        "campaign_descriptions": ["start_date", "end_date"],
        "coupon_redemptions": ["redemption_date"],
        "transactions_sample": ["transaction_timestamp"],
    }
    names = (
        "campaign_descriptions",
        "campaigns",
        "coupon_redemptions",
        "coupons",
        "transactions_sample",
        "demographics",
    )
    tables = [pd.read_csv(folder / f"{name}.csv.gz", parse_dates=dates.get(name, [])) for name in names]
    return Journey(*tables)


def rows_of(journey: Journey) -> pd.DataFrame:
    """A row per household and campaign, oldest campaign first: FIELDS, `redeemed` 0 or 1, `start_date`, `end_date`."""
    rows = journey.received.merge(journey.campaigns, on="campaign_id")
    rows = rows.sort_values(["start_date", "campaign_id", "household_id"], ignore_index=True)
    rows["days"] = (rows["end_date"] - rows["start_date"]).dt.days + 1
    rows = rows.merge(_sizes(journey.coupons), on="campaign_id", how="left")
    rows["redeemed"] = _redeemed(rows, journey.redemptions)
    parts = [_before(rows, journey, start) for start in sorted(rows["start_date"].unique())]
    return pd.concat(parts, ignore_index=True).merge(journey.households, on="household_id", how="left")


def split(rows: pd.DataFrame, later: pd.Timestamp = LATER) -> tuple[Batch, Batch]:
    """What was over before `later` began, and what began from then on."""
    first = rows.loc[rows["start_date"] >= later, "start_date"].min()
    learnt, asked = rows[rows["end_date"] < first], rows[rows["start_date"] >= later]
    return FIELDS.batch(learnt, "redeemed"), FIELDS.batch(asked, "redeemed")


def _sizes(coupons: pd.DataFrame) -> pd.DataFrame:
    groups = coupons.groupby("campaign_id")
    return groups.agg(coupons=("coupon_upc", "nunique"), campaign_products=("product_id", "nunique")).reset_index()


def _redeemed(rows: pd.DataFrame, redemptions: pd.DataFrame) -> pd.Series:
    """1 where the household redeemed within the campaign's days."""
    both = rows[["campaign_id", "household_id", "start_date", "end_date"]].reset_index()
    both = both.merge(redemptions, on=["campaign_id", "household_id"])
    inside = (both["redemption_date"] >= both["start_date"]) & (both["redemption_date"] <= both["end_date"])
    return pd.Series(np.isin(rows.index, both.loc[inside, "index"]).astype(int), index=rows.index)


def _before(rows: pd.DataFrame, journey: Journey, start: pd.Timestamp) -> pd.DataFrame:
    """The rows of campaigns that began on a day, with what was known the day before."""
    now = rows[rows["start_date"] == start]
    earlier = rows[rows["start_date"] < start]
    redemptions = journey.redemptions[journey.redemptions["redemption_date"] < start]
    bought = journey.purchases[journey.purchases["transaction_timestamp"] < start]
    now = now.join(_answers(earlier, redemptions, start), on="household_id").join(
        _habits(bought, start), on="household_id"
    )
    parts = [
        _of_campaign(part, earlier, redemptions, bought, journey.coupons) for _, part in now.groupby("campaign_id")
    ]
    found = pd.concat(parts)
    counts = ["received", "redeemed_campaigns", "redeemed_coupons", "spent", "baskets", "coupon_lines"]
    found[counts] = found[counts].fillna(0)
    found["redeemed_share"] = (found["redeemed_campaigns"] + 0.3) / (found["received"] + 2)
    found["covered_share"] = found["spent_covered"] / found["spent"].clip(lower=1)
    return found


def _answers(earlier: pd.DataFrame, redemptions: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """Per household: campaigns received, those and coupons redeemed so far, days since the last."""
    groups = redemptions.groupby("household_id")
    found = pd.DataFrame(
        {
            "redeemed_campaigns": groups["campaign_id"].nunique(),
            "redeemed_coupons": groups.size(),
            "days_since_redeemed": (start - groups["redemption_date"].max()).dt.days,
        }
    )
    return found.join(earlier.groupby("household_id").size().rename("received"), how="outer")


def _habits(bought: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """Per household: what the sampled purchases say of spending and of coupons."""
    lines = bought.assign(
        coupon=(bought["coupon_disc"] > 0).astype(float),
        discount=bought["retail_disc"] + bought["coupon_disc"] + bought["coupon_match_disc"],
    )
    groups = lines.groupby("household_id")
    found = pd.DataFrame(
        {
            "spent": groups["sales_value"].sum(),
            "baskets": groups["basket_id"].nunique(),
            "coupon_lines": groups["coupon"].sum(),
            "coupon_share": groups["coupon"].mean(),
            "discount": groups["discount"].sum(),
            "days_since_bought": (start - groups["transaction_timestamp"].max()).dt.days,
        }
    )
    found["discount_share"] = found["discount"] / (found["spent"] + found["discount"]).clip(lower=1)
    return found.drop(columns="discount")


def _of_campaign(
    part: pd.DataFrame, earlier: pd.DataFrame, redemptions: pd.DataFrame, bought: pd.DataFrame, coupons: pd.DataFrame
) -> pd.DataFrame:
    """What is known of a household and this very campaign: its kind before, and its products in their past."""
    kind, campaign = part["campaign_type"].iloc[0], part["campaign_id"].iloc[0]
    alike = earlier[earlier["campaign_type"] == kind]
    answered = redemptions[redemptions["campaign_id"].isin(alike["campaign_id"])]
    products = coupons.loc[coupons["campaign_id"] == campaign, "product_id"].unique()
    covered = bought[bought["product_id"].isin(products)].groupby("household_id")
    pairs = answered[["campaign_id", "household_id"]].drop_duplicates()
    household = part["household_id"]
    return part.assign(
        received_of_type=household.map(alike.groupby("household_id").size()).fillna(0),
        redeemed_of_type=household.map(pairs.groupby("household_id").size()).fillna(0),
        others_share=(len(pairs) + 5) / (len(alike) + 50),
        bought_covered=household.map(covered.size()).fillna(0),
        spent_covered=household.map(covered["sales_value"].sum()).fillna(0),
    )

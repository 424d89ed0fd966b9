"""complete-journey's rows: nothing of the campaign's own days or later is known when it begins."""

import numpy as np
import pandas as pd
import pytest

from ml_tools.promotions.journey import NUMERIC, Journey, rows_of, split

DAY = pd.Timedelta(days=1)
FIRST, SECOND, THIRD = pd.Timestamp("2017-03-01"), pd.Timestamp("2017-06-01"), pd.Timestamp("2017-10-05")


def journey():
    campaigns = pd.DataFrame(
        {
            "campaign_id": [1, 2, 3],
            "campaign_type": ["A", "A", "B"],
            "start_date": [FIRST, SECOND, THIRD],
            "end_date": [FIRST + 30 * DAY, SECOND + 30 * DAY, THIRD + 30 * DAY],
        }
    )
    received = pd.DataFrame({"campaign_id": [1, 1, 2, 2, 3, 3], "household_id": [7, 8, 7, 8, 7, 9]})
    redemptions = pd.DataFrame(
        {
            "household_id": [7, 7, 8, 9],
            "coupon_upc": [10, 10, 10, 30],
            "campaign_id": [1, 1, 1, 3],
            "redemption_date": [FIRST, FIRST + 3 * DAY, FIRST + 31 * DAY, THIRD + 2 * DAY],  # 8's a day too late
        }
    )
    coupons = pd.DataFrame({"coupon_upc": [10, 20, 30], "product_id": [100, 200, 100], "campaign_id": [1, 2, 3]})
    purchases = pd.DataFrame(
        {
            "household_id": [7, 7, 9],
            "basket_id": [1, 2, 3],
            "product_id": [100, 100, 100],
            "sales_value": [4.0, 6.0, 5.0],
            "retail_disc": [0.0, 0.0, 0.0],
            "coupon_disc": [1.0, 0.0, 0.0],
            "coupon_match_disc": [0.0, 0.0, 0.0],
            "transaction_timestamp": [FIRST - DAY, SECOND + DAY, THIRD + DAY],
        }
    )
    households = pd.DataFrame({"household_id": [7], **{name: ["x"] for name in DEMOGRAPHICS}})
    return Journey(campaigns, received, redemptions, coupons, purchases, households)


DEMOGRAPHICS = ("age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count")


@pytest.fixture
def rows():
    return rows_of(journey()).set_index(["campaign_id", "household_id"])


def test_a_redemption_counts_within_the_campaigns_days(rows):
    assert rows["redeemed"].to_dict() == {(1, 7): 1, (1, 8): 0, (2, 7): 0, (2, 8): 0, (3, 7): 0, (3, 9): 1}


def test_what_is_known_is_of_days_before(rows):
    assert rows.loc[(1, 7), ["received", "redeemed_coupons", "spent"]].tolist() == [0, 0, 4.0]
    assert rows.loc[(2, 7), ["received", "redeemed_coupons", "spent", "redeemed_of_type"]].tolist() == [1, 2, 4.0, 1]
    assert rows.loc[(3, 7), ["received", "redeemed_of_type", "spent", "bought_covered"]].tolist() == [2, 0, 10.0, 2]
    assert rows.loc[(3, 9), ["received", "spent", "bought_covered"]].tolist() == [0, 0, 0]


def test_later_days_change_nothing(rows):
    told = journey()
    late = told.redemptions[told.redemptions["redemption_date"] < SECOND]
    bought = told.purchases[told.purchases["transaction_timestamp"] < SECOND]
    told = Journey(told.campaigns, told.received, late, told.coupons, bought, told.households)
    less = rows_of(told).set_index(["campaign_id", "household_id"])
    columns = list(NUMERIC)
    assert np.array_equal(rows.loc[[1, 2], columns].to_numpy(), less.loc[[1, 2], columns].to_numpy(), equal_nan=True)


def test_models_learn_campaigns_that_were_over():
    learnt, asked = split(rows_of(journey()))
    assert (len(learnt), len(asked)) == (4, 2)
    still_running = journey()
    still_running.campaigns.loc[1, "end_date"] = THIRD + DAY
    learnt, asked = split(rows_of(still_running))
    assert (len(learnt), len(asked)) == (2, 2)

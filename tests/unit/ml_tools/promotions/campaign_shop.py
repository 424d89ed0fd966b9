"""Campaigns whose truth is chosen: cells drawn from known effects, campaigns from known orders."""

from datetime import date, timedelta

import numpy as np
from scipy.special import expit

from ml_tools.promotions.campaigns.campaign import Campaign
from store.promotion_reports import Cell, Shown

SLOTS = {"home_hero": 0.9, "home_row": 0.0, "product_side": -0.5}
FITS = {"category": 1.0, "other": 0.0}
BASE = -2.5
START = date(2026, 3, 1)


def shown(number: int, **values: object) -> Shown:
    given = {
        "promotion_id": number, "public_id": f"pr_{number}", "title": f"Offer {number}", "starts_on": START,
        "ends_on": START + timedelta(days=9), "discount": 20.0, "cost_per_click": 0.5, "covered": 1, "price": 40.0,
    }  # fmt: skip
    return Shown(**(given | values))  # type: ignore[arg-type]


def cells_of(merits: list[float], *, each: int = 200, seed: int = 0, slots: dict[int, str] | None = None) -> list[Cell]:
    """`each` impressions in every slot and fit, or (`slots`, by promotion) three times as many in one slot."""
    rng, found = np.random.default_rng(seed), []
    for number, merit in enumerate(merits):
        where = {slots[number]: 3 * each} if slots and number in slots else dict.fromkeys(SLOTS, each)
        for slot, count in where.items():
            for fit, effect in FITS.items():
                clicks = int(rng.binomial(count, expit(BASE + merit + SLOTS[slot] + effect)))
                found.append(Cell(number, slot, 0, 0, fit, 0, count, clicks, 0, 0.0))
    return found


def campaign(number: int, clicks: int, orders: int, value: float, **values: object) -> Campaign:
    """Ten times as many impressions as clicks."""
    one = shown(number, **values)
    return Campaign(one, 10 * clicks, clicks, orders, orders * value, clicks * one.cost_per_click, 10)

"""What the demo store was drawn from, as rows of `demo_truth`: one per product and customer, a few for the whole."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from store.demo.demand import PRICE_ELASTICITY
from store.demo.impressions import ClickModel, taste_match
from store.demo.rows import Ids
from store.demo.tastes import FEATURES, SEGMENTS
from store.demo.world import World

MARK = ("shop", "demo")  # the row that says: these products are the demo's


def truth_rows(world: World, ids: Ids) -> pd.DataFrame:
    rows = [
        (*MARK, _shop(world, ids)),
        ("click_model", "promotions", _click_model(world)),
        *(("product", sku, value) for sku, value in _products(world)),
        *(("customer", key, value) for key, value in _customers(world)),
        *(("promotion", p.reference, {"covers": _indices(c)}) for p, c in _covers(world)),
    ]
    frame = pd.DataFrame(rows, columns=["kind", "key", "value"])
    return frame.assign(value=frame["value"].map(json.dumps))


def _shop(world: World, ids: Ids) -> dict[str, Any]:
    """The draw's parameters, the days without records, and how far the first ids lie from the indices used here."""
    return {
        "seed": world.seed,
        "scale": world.scale,
        "start": world.span.start.isoformat(),
        "today": world.span.today.isoformat(),
        "missing_days": [world.span.day(d).isoformat() for d in world.demand.missing],
        "features": list(FEATURES),
        "segments": list(SEGMENTS),
        "first_product_id": ids.products,
        "first_customer_id": ids.customers,
    }


def _click_model(world: World) -> dict[str, Any]:
    match = taste_match(world.customers, world.features, world.promotions)
    return {"parameters": ClickModel().parameters(), "match_deviation": round(float(match.std()), 4)}


def _products(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """Per product: expected units for every day of the history and 180 days more, and what they are made of."""
    demand, span = world.demand, world.span
    for i, product in enumerate(world.catalogue.products):
        out = np.flatnonzero(world.sales.sold_out[i])
        yield (
            product.sku,
            {
                "level": _rounded(demand.level[i]),
                "trend": _rounded(demand.trend[i]),
                "weekday": [_rounded(v) for v in demand.weekday[i]],
                "season_peak": _rounded(demand.season_peak[i]),
                "season_amplitude": _rounded(demand.season_amplitude[i]),
                "promotion_lift": _rounded(demand.promotion_lift[i]),
                "price_elasticity": PRICE_ELASTICITY,
                "launched": span.day(int(demand.launched[i])).isoformat(),
                "outliers": [[span.day(day).isoformat(), factor] for day, factor in demand.outliers[i]],
                "sold_out_days": [span.day(int(d)).isoformat() for d in out],
                "features": [_rounded(v) for v in world.features[i]],
                "quality": [_rounded(v) for v in world.quality[i]],
                "daily_mean": np.round(demand.mean[i], 3).tolist(),
            },
        )


def _customers(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    people, names = world.customers, list(SEGMENTS)
    tastes = np.round(people.taste.astype(float), 3).tolist()
    for i, key in enumerate(people.public_id):
        activity = _rounded(people.activity[i])
        yield key, {"taste": tastes[i], "activity": activity, "segment": names[people.segment[i]]}


def _covers(world: World) -> Iterator[tuple[Any, np.ndarray]]:
    return zip(world.promotions.items, world.promotions.covers, strict=True)


def _indices(mask: np.ndarray) -> list[int]:
    return [int(i) for i in np.flatnonzero(mask)]


def _rounded(value: float) -> float:
    return round(float(value), 4)

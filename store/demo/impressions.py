"""Who was shown which promotion, and clicked: drawn from a logging policy and a click model that are written down."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from store.demo.customers import Customers
from store.demo.orders import HOURS, Orders
from store.demo.promotions import Promotions
from store.demo.seeds import stream
from store.demo.span import Span, times

IMPRESSIONS = 60_000  # at scale 1
SLOTS = ("home_hero", "home_row", "category_top", "product_side")
_SLOT_SHARES = (0.2, 0.4, 0.25, 0.15)


@dataclass(frozen=True)
class ClickModel:
    """P(click) = sigmoid(bias + slot + match * taste match + discount * discount - fatigue * log(1 + times seen)).

    The taste match is the customer's mean utility over the products that the promotion covers, standardised."""

    bias: float = -3.4
    home_hero: float = 0.9
    home_row: float = 0.0
    category_top: float = 0.4
    product_side: float = -0.5
    match: float = 0.9
    discount: float = 3.0
    fatigue: float = 0.5
    policy_match: float = 0.35  # the logging policy: softmax over running promotions of this times the match

    def slots(self) -> np.ndarray:
        return np.array([self.home_hero, self.home_row, self.category_top, self.product_side])

    def parameters(self) -> dict[str, float]:
        return asdict(self)


def taste_match(customers: Customers, features: np.ndarray, promotions: Promotions) -> np.ndarray:
    """(customers, promotions): mean utility over the covered products, mean 0 and deviation 1 per promotion."""
    share = promotions.covers / promotions.covers.sum(axis=1, keepdims=True)
    utility = customers.taste @ (share @ features).T
    return np.asarray((utility - utility.mean(axis=0)) / (utility.std(axis=0) + 1e-9))


def draw_impressions(
    seed: int,
    customers: Customers,
    features: np.ndarray,
    promotions: Promotions,
    orders: Orders,
    span: Span,
    scale: float,
) -> pd.DataFrame:
    """Columns promotion, customer, session, slot, at, propensity, clicked (NaT without), order (-1 without)."""
    rng, model = stream(seed, "impressions"), ClickModel()
    match = taste_match(customers, features, promotions)
    shown = _showings(rng, customers, promotions, span, round(IMPRESSIONS * scale))
    shown = _choose(rng, shown, match, promotions, model)
    shown = shown.sort_values("at", kind="stable", ignore_index=True)
    seen = shown.groupby(["customer", "promotion"]).cumcount().to_numpy()
    discount = np.array([p.discount for p in promotions.items])[shown["promotion"]]
    logit = (
        model.bias
        + model.slots()[shown["slot"]]
        + model.match * match[shown["customer"], shown["promotion"]]
        + model.discount * discount
        - model.fatigue * np.log1p(seen)
    )
    clicked = rng.random(len(shown)) < 1 / (1 + np.exp(-logit))
    delay = rng.integers(2, 90, len(shown)).astype("timedelta64[s]")
    shown["clicked"] = np.where(clicked, shown["at"].to_numpy() + delay, np.datetime64("NaT"))
    shown["order"] = _orders_after(shown, orders)
    shown["slot"] = np.array(SLOTS)[shown["slot"]]
    return shown


def _showings(
    rng: np.random.Generator, customers: Customers, promotions: Promotions, span: Span, count: int
) -> pd.DataFrame:
    """Visits of days on which at least one promotion ran, more of them of late."""
    running = np.array([promotions.active(day).sum() for day in range(span.days)])
    weight = np.minimum(running, 4) * np.where(np.arange(span.days) > span.days - 185, 3.0, 1.0)
    day = rng.choice(span.days, size=count, p=weight / weight.sum())
    cumulative = np.cumsum(customers.activity)
    joined = np.searchsorted(customers.joined, day, side="right")
    customer = np.searchsorted(cumulative, rng.random(count) * cumulative[joined - 1], side="right")
    hour = rng.choice(24, size=count, p=HOURS / HOURS.sum())
    at = times(span, day, hour * 3600 + rng.integers(0, 3500, count))
    slot = rng.choice(len(SLOTS), size=count, p=_SLOT_SHARES)
    session = np.array([f"i{n:07d}" for n in range(count)])
    return pd.DataFrame({"day": day, "customer": customer, "session": session, "slot": slot, "at": at})


def _choose(
    rng: np.random.Generator, shown: pd.DataFrame, match: np.ndarray, promotions: Promotions, model: ClickModel
) -> pd.DataFrame:
    """One running promotion for each showing, with the probability with which it was chosen."""
    first = np.array([p.starts for p in promotions.items])
    last = np.array([p.ends for p in promotions.items])
    day = shown["day"].to_numpy()[:, None]
    running = (first <= day) & (day <= last)
    weight = np.where(running, np.exp(model.policy_match * match[shown["customer"]]), 0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    pick = (np.cumsum(weight, axis=1) < rng.random(len(shown))[:, None] * 0.999999).sum(axis=1)
    shown["promotion"] = pick
    shown["propensity"] = weight[np.arange(len(shown)), pick]
    return shown


def _orders_after(shown: pd.DataFrame, orders: Orders) -> np.ndarray:
    """The customer's first order with that promotion within a week of the click; -1 for none."""
    bought = orders.line_promotion >= 0
    line = pd.DataFrame({"promotion": orders.line_promotion[bought], "order": orders.line_order[bought]})
    line["customer"] = orders.customer[line["order"]]
    line["placed"] = orders.placed[line["order"]]
    clicks = shown.loc[shown["clicked"].notna(), ["customer", "promotion", "clicked"]].reset_index()
    both = clicks.merge(line, on=["customer", "promotion"])
    wait = both["placed"] - both["clicked"]
    both = both[(wait > pd.Timedelta(0)) & (wait < pd.Timedelta(days=7))].sort_values("placed")
    order = np.full(len(shown), -1)
    firsts = both.drop_duplicates("index").drop_duplicates("order")
    order[firsts["index"]] = firsts["order"]
    return order

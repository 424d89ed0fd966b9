"""What customers and guests did on the pages of the demo store: searches, views, carts, purchases, clicks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from store.demo.catalogue import CATEGORIES, Catalogue
from store.demo.customers import Customers
from store.demo.demand import Demand
from store.demo.orders import HOURS, Orders
from store.demo.seeds import stream
from store.demo.span import Span, times

RECENT_DAYS = 183  # before that only a tenth of the orders left a trace
VISITS = 40_000  # without a purchase, at scale 1
_CATEGORY = {slug: name for slug, name, _ in CATEGORIES}


@dataclass(frozen=True)
class Preference:
    """How likely a customer is to look at a product: taste and popularity, cumulated for drawing."""

    cumulative: np.ndarray  # (customers * products,), the row number added to each row

    def draw(self, rng: np.random.Generator, customer: np.ndarray, products: int) -> np.ndarray:
        index = np.searchsorted(self.cumulative, customer + rng.random(len(customer)) * 0.999999, side="right")
        return np.asarray(index - customer * products)


def preference(customers: Customers, features: np.ndarray, demand: Demand) -> Preference:
    """Softmax of taste plus the logarithm of the level that sells today."""
    utility = customers.taste @ features.T + np.log(demand.level + 1e-6).astype(np.float32)
    weight = np.exp(utility - utility.max(axis=1, keepdims=True)).astype(np.float64)
    cumulative = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    return Preference((cumulative + np.arange(len(weight))[:, None]).ravel())


def draw_events(
    seed: int, catalogue: Catalogue, customers: Customers, liking: Preference, orders: Orders, span: Span, scale: float
) -> pd.DataFrame:
    """Columns kind, at, customer (-1 for guests), session, product (-1 for searches), detail; sorted by time."""
    rng = stream(seed, "events")
    parts = [
        *_purchases(rng, orders, liking, len(catalogue), span),
        *_visits(rng, catalogue, customers, liking, span, round(VISITS * scale)),
    ]
    events = pd.concat(parts, ignore_index=True)
    return events[events["at"] < np.datetime64(span.today.isoformat())].sort_values("at", kind="stable")


def _frame(
    kind: str, at: np.ndarray, customer: np.ndarray, session: np.ndarray, product: np.ndarray, detail: object = "{}"
) -> pd.DataFrame:
    columns = {"kind": kind, "at": at, "customer": customer, "session": session, "product": product, "detail": detail}
    return pd.DataFrame(columns)


def _purchases(
    rng: np.random.Generator, orders: Orders, liking: Preference, products: int, span: Span
) -> list[pd.DataFrame]:
    """The way to an order: looks at what is bought and at what is not, into the cart, bought."""
    recent = orders.day >= span.days - RECENT_DAYS
    traced = recent | (rng.random(len(orders)) < 0.1)
    line = np.flatnonzero(traced[orders.line_order])
    order, product = orders.line_order[line], orders.line_product[line]
    at, customer, session = orders.placed[order], orders.customer[order], orders.number[order]
    viewed = at - _seconds(rng, 300, 2400, len(line))
    carted = at - _seconds(rng, 60, 280, len(line))
    more = rng.random(len(line)) < 0.7
    other = liking.draw(rng, customer[more], products)
    return [
        _frame("view", viewed, customer, session, product),
        _frame("cart", carted, customer, session, product),
        _frame("purchase", at, customer, session, product),
        _frame("view", viewed[more] - _seconds(rng, 20, 600, int(more.sum())), customer[more], session[more], other),
    ]


def _visits(
    rng: np.random.Generator, catalogue: Catalogue, customers: Customers, liking: Preference, span: Span, count: int
) -> list[pd.DataFrame]:
    """Visits that end without an order: 35 % by guests, a third begin with a search, some fill a cart."""
    day = _recent_days(rng, span, count)
    who = _visitors(rng, customers, day)
    hour = rng.choice(24, size=count, p=HOURS / HOURS.sum())
    start = times(span, day, hour * 3600 + rng.integers(0, 3000, count))
    session = np.array([f"v{n:07d}" for n in rng.permutation(count)])
    views = 1 + rng.poisson(2.0, count)
    visit = np.repeat(np.arange(count), views)
    product = liking.draw(rng, who[visit], len(catalogue))
    at = start[visit] + _seconds(rng, 30, 900, len(visit))
    shown = np.where(rng.random(count) < 0.35, -1, who)
    parts = [_frame("view", at, shown[visit], session[visit], product)]
    cart = rng.random(len(visit)) < 0.05
    parts.append(
        _frame(
            "cart",
            at[cart] + _seconds(rng, 5, 90, int(cart.sum())),
            shown[visit][cart],
            session[visit][cart],
            product[cart],
        )
    )
    first = np.searchsorted(visit, np.arange(count))
    searched = np.flatnonzero(rng.random(count) < 0.33)
    found = product[first[searched]]
    queries = _queries(rng, catalogue, found)
    began = at[first[searched]] - _seconds(rng, 4, 40, len(searched))
    nothing = np.full(len(searched), -1)
    parts.append(_frame("search", began, shown[searched], session[searched], nothing, queries))
    position = rng.geometric(0.35, len(searched))
    clicks = np.array([f'{{"from": "search", "position": {p}}}' for p in position])
    parts.append(_frame("click", began + np.timedelta64(3, "s"), shown[searched], session[searched], found, clicks))
    return parts


def _recent_days(rng: np.random.Generator, span: Span, count: int) -> np.ndarray:
    """Nine visits in ten fall into the recent half year."""
    old = rng.random(count) < 0.1
    return np.where(
        old, rng.integers(0, span.days - RECENT_DAYS, count), rng.integers(span.days - RECENT_DAYS, span.days, count)
    )


def _visitors(rng: np.random.Generator, customers: Customers, day: np.ndarray) -> np.ndarray:
    """A customer per visit by activity, among those who had joined by then."""
    cumulative = np.cumsum(customers.activity)
    joined = np.searchsorted(customers.joined, day, side="right")
    return np.searchsorted(cumulative, rng.random(len(day)) * cumulative[joined - 1], side="right")


def _queries(rng: np.random.Generator, catalogue: Catalogue, found: np.ndarray) -> np.ndarray:
    """What people type before they find a product: its kind, its colour and kind, its brand, or its name."""
    options = [
        [
            f'{{"query": "{text.lower()}"}}'
            for text in (
                _CATEGORY[p.category],
                f"{p.attributes['colour']} {p.look.kind}",
                f"{p.brand} {p.look.kind}",
                p.name,
            )
        ]
        for p in catalogue.products
    ]
    return np.array(options)[found, rng.integers(0, 4, len(found))]


def _seconds(rng: np.random.Generator, low: int, high: int, count: int) -> np.ndarray:
    return rng.integers(low, high, count).astype("timedelta64[s]")

"""Orders of the demo store: each unit sold finds a buyer by taste; a customer's units of a day are one order."""

from dataclasses import dataclass

import numpy as np

from store.demo.catalogue import Catalogue
from store.demo.customers import SHOPPER, Customers
from store.demo.prices import Prices
from store.demo.promotions import Promotions
from store.demo.seeds import stream
from store.demo.span import Span, times
from store.demo.stock import Sales

# How the hours of a day (UTC) share the orders.
HOURS = np.array([5, 3, 2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 9, 10, 11, 11, 10, 9, 7], dtype=float)
STATUSES = ("placed", "shipped", "delivered", "cancelled", "return_requested", "returned")
PLACED, SHIPPED, DELIVERED, CANCELLED, RETURN_REQUESTED, RETURNED = range(6)
_SYMBOLS = np.array(list("23456789ABCDEFGHJKLMNPQRSTUVWXYZ"))


@dataclass(frozen=True)
class Orders:
    """Order arrays and line arrays; `line_order` says which order a line belongs to. Times are UTC seconds."""

    number: np.ndarray
    customer: np.ndarray
    day: np.ndarray
    placed: np.ndarray
    shipped: np.ndarray  # NaT where it has not
    delivered: np.ndarray
    status: np.ndarray  # index into STATUSES
    total: np.ndarray
    line_order: np.ndarray
    line_product: np.ndarray
    line_variant: np.ndarray  # index into the flat list of variants
    line_promotion: np.ndarray  # -1 without
    line_units: np.ndarray
    line_price: np.ndarray

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True)
class VariantTable:
    """All variants of the catalogue in one flat list, with how often each is chosen."""

    product: np.ndarray
    price: np.ndarray
    share: np.ndarray  # of its product's units
    first: np.ndarray  # per product: index of its first variant


def variant_table(seed: int, catalogue: Catalogue) -> VariantTable:
    rng = stream(seed, "variants")
    product = np.repeat(np.arange(len(catalogue)), [len(p.variants) for p in catalogue.products])
    price = np.array([float(v.price) for p in catalogue.products for v in p.variants])
    share = rng.gamma(4.0, 1.0, len(product))
    share /= np.bincount(product, weights=share)[product]
    first = np.searchsorted(product, np.arange(len(catalogue)))
    return VariantTable(product, price, share, first)


def draw_orders(
    seed: int,
    catalogue: Catalogue,
    customers: Customers,
    features: np.ndarray,
    sales: Sales,
    prices: Prices,
    promotions: Promotions,
    variants: VariantTable,
    span: Span,
) -> Orders:
    """Orders over the whole history, oldest first."""
    rng = stream(seed, "orders")
    day, product = _units(sales)
    customer = _buyers(rng, day, product, customers, features, span)
    variant = _choose_variants(rng, product, variants)
    customer = _promise_to_shopper(day, customer, span)
    keys = np.stack([day, customer, variant])
    lines, units = np.unique(keys, axis=1, return_counts=True)
    order_keys, line_order = np.unique(lines[:2], axis=1, return_inverse=True)
    line_product = variants.product[lines[2]]
    price, promotion = _prices(lines[0], line_product, lines[2], prices, promotions, variants, span)
    total = np.bincount(line_order.ravel(), weights=price * units)
    placed, shipped, delivered, status = _progress(rng, order_keys, span)
    return Orders(
        _numbers(rng, order_keys.shape[1]), order_keys[1], order_keys[0], placed, shipped, delivered, status,
        np.round(total, 2), line_order.ravel(), line_product, lines[2], promotion, units, price,
    )  # fmt: skip


def _units(sales: Sales) -> tuple[np.ndarray, np.ndarray]:
    """One entry per unit sold, ordered by day."""
    by_day = sales.sold.T
    days, products = np.nonzero(by_day)
    count = by_day[days, products]
    return np.repeat(days, count), np.repeat(products, count)


def _buyers(
    rng: np.random.Generator,
    day: np.ndarray,
    product: np.ndarray,
    customers: Customers,
    features: np.ndarray,
    span: Span,
) -> np.ndarray:
    """For every unit the index of its customer: a day's visitors come by activity, and share the units by taste."""
    buyer = np.empty(len(day), dtype=np.int64)
    starts = np.searchsorted(day, np.arange(span.days + 1))
    log_activity = np.log(customers.activity).astype(np.float32)
    for today in range(span.days):
        units = slice(starts[today], starts[today + 1])
        wanted = product[units]
        if not len(wanted):
            continue
        visitors = _visitors(rng, log_activity[: np.searchsorted(customers.joined, today, side="right")], len(wanted))
        liking = features[wanted] @ customers.taste[visitors].T
        buyer[units] = visitors[np.argmax(liking + _gumbel(rng, liking.shape), axis=1)]
    return buyer


def _visitors(rng: np.random.Generator, log_activity: np.ndarray, units: int) -> np.ndarray:
    """About 0.85 customers a unit, drawn by activity without repetition (Gumbel top-k)."""
    count = min(max(2, round(units * 0.85)), len(log_activity))
    score = log_activity + _gumbel(rng, log_activity.shape)
    return np.argpartition(-score, count - 1)[:count]


def _gumbel(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    draws: np.ndarray = rng.standard_exponential(shape, dtype=np.float32)
    return np.asarray(-np.log(draws + np.float32(1e-20)))


def _choose_variants(rng: np.random.Generator, product: np.ndarray, variants: VariantTable) -> np.ndarray:
    """A variant per unit, by the shares within its product."""
    cumulative = np.cumsum(variants.share)
    before = np.concatenate([[0.0], cumulative])[variants.first]
    index = np.searchsorted(cumulative, before[product] + rng.random(len(product)) * 0.999999, side="right")
    return np.minimum(index, len(cumulative) - 1)


def _promise_to_shopper(day: np.ndarray, customer: np.ndarray, span: Span) -> np.ndarray:
    """The demo shopper ordered yesterday and ten days ago: the first buyer of those days becomes the shopper."""
    customer = customer.copy()
    for promised in (span.days - 1, span.days - 10):
        of_day = np.flatnonzero(day == promised)
        if len(of_day):
            customer[(day == promised) & (customer == customer[of_day[0]])] = SHOPPER
    return customer


def _prices(
    day: np.ndarray,
    product: np.ndarray,
    variant: np.ndarray,
    prices: Prices,
    promotions: Promotions,
    variants: VariantTable,
    span: Span,
) -> tuple[np.ndarray, np.ndarray]:
    """What was paid for a unit: the list price of the day less the best promotion; and that promotion."""
    discount, which = promotions.discounts(span.days)
    paid = variants.price[variant] * prices.factor[product, day] * (1 - discount[product, day])
    return np.round(paid, 2), which[product, day].astype(np.int64)


def _progress(
    rng: np.random.Generator, order_keys: np.ndarray, span: Span
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """When orders were placed, shipped and delivered, and where they stand at the midnight that begins today."""
    day, customer = order_keys
    count = len(day)
    hour = rng.choice(24, size=count, p=HOURS / HOURS.sum())
    placed = times(span, day, hour * 3600 + rng.integers(0, 3600, count))
    shipped = placed + (rng.integers(10 * 3600, 44 * 3600, count)).astype("timedelta64[s]")
    delivered = shipped + (rng.integers(20 * 3600, 76 * 3600, count)).astype("timedelta64[s]")
    promised = (customer == SHOPPER) & np.isin(day, [span.days - 1, span.days - 10])
    now = np.datetime64(span.today.isoformat(), "s")
    shipped = np.where(promised & (day == span.days - 1), now + np.timedelta64(86_400, "s"), shipped)
    status = np.where(delivered <= now, DELIVERED, np.where(shipped <= now, SHIPPED, PLACED))
    status = _changes_of_mind(rng, status, day, span, promised)
    gone = status == CANCELLED
    shipped = np.where((shipped > now) | gone, np.datetime64("NaT"), shipped)
    return placed, shipped, np.where((delivered > now) | gone, np.datetime64("NaT"), delivered), status


def _changes_of_mind(
    rng: np.random.Generator, status: np.ndarray, day: np.ndarray, span: Span, promised: np.ndarray
) -> np.ndarray:
    """3 % of orders are cancelled; of the delivered ones some come back."""
    age, luck = span.days - day, rng.random(len(status))
    free = ~promised
    status = np.where(free & (luck < 0.03), CANCELLED, status)
    delivered = free & (status == DELIVERED) & (luck > 0.95)
    status = np.where(delivered & (age > 18), RETURNED, status)
    return np.where(delivered & (age <= 18) & (age > 6), RETURN_REQUESTED, status)


def _numbers(rng: np.random.Generator, count: int) -> np.ndarray:
    """Different order numbers such as S-7F3K2M, without letters and digits that look alike."""
    codes = rng.choice(32**6, size=count + count // 50 + 8, replace=True)
    codes = codes[np.sort(np.unique(codes, return_index=True)[1])][:count]
    digits = (codes[:, None] // 32 ** np.arange(6)) % 32
    letters = _SYMBOLS[digits]
    return np.array(["S-" + "".join(row) for row in letters])

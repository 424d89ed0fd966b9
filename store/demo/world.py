"""The whole demo store in memory, drawn step by step from one seed; nothing here touches a database."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from store.demo.catalogue import Catalogue, catalogue
from store.demo.customers import Customers, draw_customers
from store.demo.demand import Demand, draw_demand
from store.demo.events import draw_events, preference
from store.demo.impressions import draw_impressions
from store.demo.orders import Orders, VariantTable, draw_orders, variant_table
from store.demo.prices import Prices, draw_prices
from store.demo.promotions import Promotions, draw_promotions
from store.demo.reviews import draw_reviews
from store.demo.span import Span
from store.demo.stock import Sales, draw_sales
from store.demo.tastes import product_features


@dataclass(frozen=True)
class World:
    """Everything by index: products as in the catalogue, customers by when they joined, orders by day."""

    seed: int
    scale: float
    span: Span
    catalogue: Catalogue
    variants: VariantTable
    features: np.ndarray
    prices: Prices
    promotions: Promotions
    customers: Customers
    demand: Demand
    sales: Sales
    orders: Orders
    events: pd.DataFrame
    impressions: pd.DataFrame
    reviews: pd.DataFrame
    quality: np.ndarray


def draw_world(seed: int, today: date, scale: float = 1.0) -> World:
    """The same seed, day and scale give the same world; raises ValueError for a scale outside (0, 1]."""
    if not 0 < scale <= 1:
        raise ValueError(f"the demo store's scale must lie between 0 and 1, not {scale}")
    span, goods = Span(today), catalogue(seed)
    variants, features = variant_table(seed, goods), product_features(goods)
    prices, promotions = draw_prices(seed, goods, span), draw_promotions(seed, goods, span)
    customers = draw_customers(seed, span, scale)
    demand = draw_demand(seed, goods, span, prices, promotions, scale)
    sales = draw_sales(seed, demand, span)
    orders = draw_orders(seed, goods, customers, features, sales, prices, promotions, variants, span)
    liking = preference(customers, features, demand)
    events = draw_events(seed, goods, customers, liking, orders, span, scale)
    impressions = draw_impressions(seed, customers, features, promotions, orders, span, scale)
    reviews, quality = draw_reviews(seed, goods, customers, features, orders, span, scale)
    return World(
        seed, scale, span, goods, variants, features, prices, promotions, customers, demand, sales, orders,
        events, impressions, reviews, quality,
    )  # fmt: skip

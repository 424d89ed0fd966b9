"""The demo world as rows of the schema's tables: indices become ids, arrays become columns."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from store.demo.catalogue import CATEGORIES
from store.demo.orders import STATUSES
from store.demo.promotions import dates_of
from store.demo.seeds import public_ids, stream
from store.demo.world import World


@dataclass(frozen=True)
class Ids:
    """The first id of each table; an index becomes an id by adding it."""

    categories: int
    products: int
    variants: int
    customers: int
    promotions: int
    orders: int
    order_lines: int


def tables(world: World, ids: Ids) -> dict[str, Callable[[], pd.DataFrame]]:
    """Table name -> how to make its rows, in an order that every foreign key allows."""
    return {
        "categories": lambda: _categories(ids),
        "products": lambda: _products(world, ids),
        "variants": lambda: _variants(world, ids),
        "price_history": lambda: _prices(world, ids),
        "stock_days": lambda: _stock_days(world, ids),
        "customers": lambda: _customers(world, ids),
        "promotions": lambda: _promotions(world, ids),
        "orders": lambda: _orders(world, ids),
        "order_lines": lambda: _order_lines(world, ids),
        "events": lambda: _events(world, ids),
        "impressions": lambda: _impressions(world, ids),
        "reviews": lambda: _reviews(world, ids),
    }


def _ids(first: int, index: np.ndarray) -> pd.Series:
    """Ids from indices; a negative index means there is none."""
    return pd.Series(index, dtype="Int64").add(first).where(index >= 0)


def _categories(ids: Ids) -> pd.DataFrame:
    position = {slug: ids.categories + i for i, (slug, _, _) in enumerate(CATEGORIES)}
    rows = [(position[s], s, name, position.get(p) if p else None) for s, name, p in CATEGORIES]
    frame = pd.DataFrame(rows, columns=["id", "slug", "name", "parent_id"])
    return frame.astype({"parent_id": "Int64"})


def _products(world: World, ids: Ids) -> pd.DataFrame:
    position = {slug: ids.categories + i for i, (slug, _, _) in enumerate(CATEGORIES)}
    public = public_ids(stream(world.seed, "product ids"), "p", len(world.catalogue))
    rows = [
        {
            "id": ids.products + i,
            "public_id": public[i],
            "sku": p.sku,
            "name": p.name,
            "brand": p.brand,
            "category_id": position[p.category],
            "description": p.description,
            "attributes": json.dumps(p.attributes),
            "price": str(p.price),
            "currency": "USD",
            "created_at": world.span.moment(int(world.demand.launched[i])),
        }
        for i, p in enumerate(world.catalogue.products)
    ]
    return pd.DataFrame(rows)


def _variants(world: World, ids: Ids) -> pd.DataFrame:
    flat = [v for p in world.catalogue.products for v in p.variants]
    return pd.DataFrame(
        {
            "id": ids.variants + np.arange(len(flat)),
            "product_id": ids.products + world.variants.product,
            "sku": [v.sku for v in flat],
            "size": [v.size for v in flat],
            "colour": [v.colour for v in flat],
            "storage": [v.storage for v in flat],
            "price": [str(v.price) for v in flat],
            "stock": _split_stock(world),
        }
    )


def _split_stock(world: World) -> np.ndarray:
    """The stock of yesterday's evening, shared out among the variants of each product."""
    rng = stream(world.seed, "variant stock")
    bounds = [*world.variants.first, len(world.variants.product)]
    stock = world.sales.stock[:, -1]
    parts = [
        rng.multinomial(units, world.variants.share[a:b] / world.variants.share[a:b].sum())
        for units, a, b in zip(stock, bounds[:-1], bounds[1:], strict=True)
    ]
    return np.concatenate(parts)


def _prices(world: World, ids: Ids) -> pd.DataFrame:
    rows = [
        (ids.products + i, world.span.day(max(day, int(world.demand.launched[i]))), f"{float(p.price) * factor:.2f}")
        for i, p in enumerate(world.catalogue.products)
        for day, factor in world.prices.changes[i]
    ]
    frame = pd.DataFrame(rows, columns=["product_id", "valid_from", "price"])
    # Changes before a product's launch fall onto the launch day: the last of them holds.
    return frame.drop_duplicates(["product_id", "valid_from"], keep="last")


def _stock_days(world: World, ids: Ids) -> pd.DataFrame:
    """A row per product and day since its launch; none on the days without records."""
    days = np.arange(world.span.days)
    known = (days[None, :] >= world.demand.launched[:, None]) & ~np.isin(days, world.demand.missing)[None, :]
    product, day = np.nonzero(known)
    return pd.DataFrame(
        {
            "product_id": ids.products + product,
            "day": (world.span.midnight.astype("datetime64[D]") + day).astype("datetime64[s]"),
            "units": world.sales.stock[product, day],
            "sold_out": world.sales.sold_out[product, day],
        }
    )


def _customers(world: World, ids: Ids) -> pd.DataFrame:
    people = world.customers
    return pd.DataFrame(
        {
            "id": ids.customers + np.arange(len(people)),
            "public_id": people.public_id,
            "reference": [f"DEMO-{i:05d}" for i in range(len(people))],
            "name": people.name,
            "attributes": [json.dumps({"city": a["city"], "state": a["state"]}) for a in people.address],
            "created_at": world.span.midnight + people.joined * 86_400,
        }
    )


def _promotions(world: World, ids: Ids) -> pd.DataFrame:
    position = {slug: ids.categories + i for i, (slug, _, _) in enumerate(CATEGORIES)}
    rows = [
        {
            "id": ids.promotions + i,
            "public_id": p.public_id,
            "reference": p.reference,
            "title": p.title,
            "body": p.body,
            "product_id": None if p.product is None else ids.products + p.product,
            "category_id": position.get(p.category or ""),
            "discount_percent": round(p.discount * 100),
            "starts_on": dates_of(p, world.span)[0],
            "ends_on": dates_of(p, world.span)[1],
            "budget": p.budget,
            "audience": json.dumps(p.audience),
        }
        for i, p in enumerate(world.promotions.items)
    ]
    return pd.DataFrame(rows).astype({"product_id": "Int64", "category_id": "Int64"})


def _orders(world: World, ids: Ids) -> pd.DataFrame:
    orders = world.orders
    addresses = np.array([json.dumps(a) for a in world.customers.address])
    return pd.DataFrame(
        {
            "id": ids.orders + np.arange(len(orders)),
            "number": orders.number,
            "customer_id": ids.customers + orders.customer,
            "status": np.array(STATUSES)[orders.status],
            "placed_at": orders.placed,
            "shipped_at": orders.shipped,
            "delivered_at": orders.delivered,
            "total": orders.total.round(2),
            "currency": "USD",
            "address": addresses[orders.customer],
        }
    )


def _order_lines(world: World, ids: Ids) -> pd.DataFrame:
    orders = world.orders
    return pd.DataFrame(
        {
            "id": ids.order_lines + np.arange(len(orders.line_order)),
            "order_id": ids.orders + orders.line_order,
            "product_id": ids.products + orders.line_product,
            "variant_id": ids.variants + orders.line_variant,
            "promotion_id": _ids(ids.promotions, orders.line_promotion),
            "units": orders.line_units,
            "unit_price": orders.line_price.round(2),
        }
    )


def _events(world: World, ids: Ids) -> pd.DataFrame:
    events = world.events
    return pd.DataFrame(
        {
            "kind": events["kind"].to_numpy(),
            "at": events["at"].to_numpy(),
            "customer_id": _ids(ids.customers, events["customer"].to_numpy()),
            "session": events["session"].to_numpy(),
            "product_id": _ids(ids.products, events["product"].to_numpy()),
            "detail": events["detail"].to_numpy(),
        }
    )


def _impressions(world: World, ids: Ids) -> pd.DataFrame:
    shown = world.impressions
    return pd.DataFrame(
        {
            "promotion_id": ids.promotions + shown["promotion"].to_numpy(),
            "customer_id": ids.customers + shown["customer"].to_numpy(),
            "session": shown["session"].to_numpy(),
            "slot": shown["slot"].to_numpy(),
            "shown_at": shown["at"].to_numpy(),
            "propensity": shown["propensity"].round(6).to_numpy(),
            "clicked_at": shown["clicked"].to_numpy(),
            "order_id": _ids(ids.orders, shown["order"].to_numpy()),
        }
    )


def _reviews(world: World, ids: Ids) -> pd.DataFrame:
    reviews = world.reviews
    return pd.DataFrame(
        {
            "reference": [f"DEMO-{i + 1:05d}" for i in range(len(reviews))],
            "product_id": ids.products + reviews["product"].to_numpy(),
            "customer_id": ids.customers + reviews["customer"].to_numpy(),
            "rating": reviews["rating"].to_numpy(),
            "title": reviews["title"].to_numpy(),
            "body": reviews["body"].to_numpy(),
            "written_at": reviews["at"].to_numpy(),
        }
    )

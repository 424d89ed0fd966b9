"""The demo store's impressions as a split by time, and what their true click model says of the later part.

Models read what a shop would have known when a promotion was shown; only the truth's own row reads `demo_truth`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from scipy.special import expit
from sqlalchemy import Select, func, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ml_tools.promotions.batch import Doubles, Fields
from ml_tools.promotions.evaluate import Metrics, Split
from ml_tools.promotions.measures import measured
from store.session import LONG_STATEMENT_TIMEOUT_MS, Database
from store.tables.catalogue import Category, Product
from store.tables.customers import Customer
from store.tables.marketing import DemoTruth, Impression, Promotion
from store.tables.orders import Order, OrderLine

DEMO = "demo-store"
ASKED_SHARE = 0.3
FIELDS = Fields(
    categorical=("promotion", "slot", "category", "parent", "whole_shop", "hour", "weekday", "audience", "customer"),
    numeric=(
        "discount",
        "seen",
        "clicked_before",
        "bought",
        "bought_category",
        "bought_parent",
        "share_parent",
        "price",
    ),
)


@dataclass(frozen=True)
class Shown:
    """Impressions, oldest first, with what their promotions are and what is known of the customers."""

    rows: pd.DataFrame
    lines: pd.DataFrame  # customer_id, category, parent, placed_at


async def demo_split(url: str) -> tuple[Split, Metrics] | None:
    """The split, and the measures of the true probabilities on its later part; None without the demo store."""
    database = Database(url, pool_size=1, timeout_ms=LONG_STATEMENT_TIMEOUT_MS)
    try:
        async with database.read() as session:
            truth = await demo_truth(session)
            if ("click_model", "promotions") not in truth:
                return None
            shown = await demo_shown(session)
    except (OperationalError, ProgrammingError) as error:
        if isinstance(error.orig, psycopg.errors.QueryCanceled):
            raise
        return None  # no server, or no tables
    finally:
        await database.close()
    if not len(shown.rows):
        return None
    rows = with_history(shown)
    first = int(len(rows) * (1 - ASKED_SHARE))
    batch = FIELDS.batch(rows, "click")
    asked = batch.take(slice(first, None))
    found = measured(asked.labels, true_probabilities(rows.iloc[first:], truth))
    split = Split(DEMO, batch.take(slice(0, first)), asked)
    return split, {measure: {"the truth": value} for measure, value in found.items()}


async def demo_truth(session: AsyncSession) -> dict[tuple[str, str], Any]:
    kinds = ("shop", "click_model", "customer", "promotion", "product")
    found = await session.execute(
        select(DemoTruth.kind, DemoTruth.key, DemoTruth.value).where(DemoTruth.kind.in_(kinds))
    )
    truth = {(kind, key): value for kind, key, value in found}
    if truth:  # promotions cover products by their place among all
        truth["products", "in order"] = list(await session.scalars(select(Product.sku).order_by(Product.id)))
    return truth


async def demo_shown(session: AsyncSession) -> Shown:
    """Those that came with the demo: what the shop has shown since was not clicked by its click model."""
    impressions = await _frame(session, _impressions().where(Impression.key.is_(None)))
    impressions = impressions.sort_values("at", kind="stable", ignore_index=True)
    return Shown(impressions, await _frame(session, _lines()))


async def _frame(session: AsyncSession, query: Select[Any]) -> pd.DataFrame:
    found = await session.execute(query)
    return pd.DataFrame(found.all(), columns=list(found.keys()))


def _impressions() -> Select[Any]:
    own, of_product, parent = aliased(Category), aliased(Category), aliased(Category)
    return (
        select(
            Impression.shown_at.label("at"),
            Impression.slot,
            Impression.customer_id,
            Impression.promotion_id.label("promotion"),
            Impression.clicked_at,
            Customer.public_id.label("customer"),
            Customer.attributes.label("attributes"),
            Promotion.reference,
            Promotion.discount_percent.label("discount"),
            Promotion.audience.label("wanted"),
            Product.price,
            own.slug.label("own"),
            of_product.slug.label("of_product"),
            parent.slug.label("parent"),
        )
        .join(Promotion, Promotion.id == Impression.promotion_id)
        .outerjoin(Customer, Customer.id == Impression.customer_id)
        .outerjoin(Product, Product.id == Promotion.product_id)
        .outerjoin(own, own.id == Promotion.category_id)
        .outerjoin(of_product, of_product.id == Product.category_id)
        .outerjoin(parent, parent.id == func.coalesce(own.parent_id, of_product.parent_id, own.id, of_product.id))
    )


def _lines() -> Select[Any]:
    own, parent = aliased(Category), aliased(Category)
    query: Any = (
        select(Order.customer_id, own.slug.label("category"), parent.slug.label("parent"), Order.placed_at.label("at"))
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Product, Product.id == OrderLine.product_id)
        .join(own, own.id == Product.category_id)
        .outerjoin(parent, parent.id == own.parent_id)
    )
    found: Select[Any] = query
    return found


def with_history(shown: Shown) -> pd.DataFrame:
    """FIELDS and `click`, from what had happened before each impression."""
    rows = shown.rows.copy()
    rows["click"] = rows["clicked_at"].notna().astype(int)
    rows["category"] = rows["own"].fillna(rows["of_product"])
    rows["whole_shop"] = rows["category"].isna().astype(int)
    rows["hour"], rows["weekday"] = rows["at"].dt.hour, rows["at"].dt.day_of_week
    rows["audience"] = rows["wanted"].map(lambda wanted: (wanted or {}).get("audience", ""))
    rows["seen"] = rows.groupby(["customer_id", "promotion"]).cumcount()
    rows["clicked_before"] = rows.groupby("customer_id")["click"].cumsum() - rows["click"]
    rows["bought"] = _bought_before(rows, shown.lines, [])
    rows["bought_category"] = _bought_before(rows, shown.lines, ["category"])
    rows["bought_parent"] = _bought_before(rows, shown.lines, ["parent"])
    rows["share_parent"] = (rows["bought_parent"] + 0.2) / (rows["bought"] + 2)
    return rows


def _bought_before(rows: pd.DataFrame, lines: pd.DataFrame, by: Sequence[str]) -> "pd.Series[float]":
    """[n]: lines of the customer's earlier orders, of the promotion's category or its parent."""
    keys = ["customer_id", *by]
    counted = lines.dropna(subset=keys).sort_values("at", kind="stable")
    counted = counted.assign(count=counted.groupby(keys).cumcount() + 1)[[*keys, "at", "count"]]
    asked = rows[[*keys, "at"]].reset_index().dropna(subset=keys).sort_values("at", kind="stable")
    found = pd.merge_asof(asked.astype({"customer_id": "int64"}), counted, on="at", by=keys, allow_exact_matches=False)
    return found.set_index("index")["count"].reindex(rows.index).fillna(0.0)


def true_probabilities(rows: pd.DataFrame, truth: dict[tuple[str, str], Any]) -> Doubles:
    """[n]: what the clicks were drawn from (`store.demo.impressions`)."""
    model = truth["click_model", "promotions"]["parameters"]
    match = taste_matches(rows["reference"].unique(), truth)
    matched = [match[reference][one] for reference, one in zip(rows["reference"], rows["customer"], strict=True)]
    odds = model["bias"] + rows["slot"].map(model).to_numpy() + model["match"] * np.array(matched)
    odds = odds + model["discount"] * rows["discount"].astype(float).to_numpy() / 100
    return np.asarray(expit(odds - model["fatigue"] * np.log1p(rows["seen"].to_numpy())))


def taste_matches(references: Iterable[str], truth: dict[tuple[str, str], Any]) -> dict[str, dict[str, float]]:
    """Promotion's reference -> customer's public id -> how well it matches their taste, mean 0 and deviation 1."""
    people = [key for kind, key in truth if kind == "customer"]
    tastes = np.array([truth["customer", key]["taste"] for key in people])
    skus = [sku for sku in truth["products", "in order"] if ("product", sku) in truth]
    features = np.array([truth["product", sku]["features"] for sku in skus])
    match = {}
    for reference in references:
        covered = truth["promotion", reference]["covers"]
        utility = tastes @ features[covered].mean(axis=0)
        match[reference] = dict(zip(people, (utility - utility.mean()) / (utility.std() + 1e-9), strict=True))
    return match

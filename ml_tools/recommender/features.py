"""From rows of the store to what models learn from: histories in time order, and what products are."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml_tools.recommender.interactions import Floats, Interactions, Ints, ProductFeatures
from store.recommendations import ASKED, ORDERED, Described, Touch

STRENGTHS = {"view": 1.0, "click": 1.5, "cart": 3.0, "purchase": 5.0, ORDERED: 5.0, ASKED: 4.0}
BOUGHT = {"purchase", ORDERED}
LONGEST_HISTORY = 200  # newest products of a customer that are learnt from
TEXT_LENGTH = 300  # letters of a description that say what a product is
PRICE_STEP = 1.5  # prices that differ by less than this factor share a word
MOST_VALUE_LETTERS = 40


TEXT_TOKENS = 64  # of a product's text that count: the beginning says what it is


class TextEncoder(Protocol):
    """Texts -> unit vectors [n, 384]."""

    def __call__(self, texts: Sequence[str]) -> Floats: ...


@dataclass(frozen=True)
class History:
    """Distinct products, oldest first, each where it was touched last, with its strongest touch; rows of a model."""

    products: Ints
    strengths: Floats

    def __len__(self) -> int:
        return len(self.products)


def history_of(touches: Iterable[Touch], row_of: Callable[[int], int | None], *, longest: int) -> History:
    """The history that touches (oldest first) amount to; products without a row are left out."""
    strongest: dict[int, float] = {}
    for touch in touches:
        row = row_of(touch.product_id)
        if row is not None:
            strongest[row] = max(strongest.pop(row, 0.0), STRENGTHS.get(touch.kind, 1.0))
    newest = list(strongest.items())[-longest:]
    return History(
        np.array([row for row, _ in newest], dtype=np.int32), np.array([s for _, s in newest], dtype=np.float32)
    )


@dataclass(frozen=True)
class Learnt:
    """Interactions with what they came from: when each happened (epoch seconds), products by row of the catalogue."""

    interactions: Interactions
    at: NDArray[np.int64]  # [n]


def learnt_from(
    events: pd.DataFrame, lines: pd.DataFrame, catalogue: NDArray[np.int64], features: ProductFeatures
) -> Learnt:
    """Everybody's history from events and order lines; `catalogue` [products] are sorted ids.

    A product stands once in a history, where it was touched last and with its strongest touch, so that view, cart and
    purchase of one product are one step.
    """
    columns = ["who", "product", "kind", "at"]
    touches = pd.concat([events[columns], lines[columns]], ignore_index=True)
    row = np.searchsorted(catalogue, touches["product"].to_numpy())
    known = row < len(catalogue)
    known[known] = catalogue[row[known]] == touches["product"].to_numpy()[known]
    touches = touches.assign(row=row, strength=touches["kind"].astype("string").map(STRENGTHS).fillna(1.0))[known]
    steps = touches.groupby(["who", "row"], sort=False).agg(at=("at", "max"), strength=("strength", "max"))
    steps = steps.reset_index().sort_values(["who", "at", "row"], kind="stable")
    steps = steps[steps.groupby("who").cumcount(ascending=False) < LONGEST_HISTORY]
    lengths = steps.groupby("who", sort=False).size().to_numpy()
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    products, strengths = steps["row"].to_numpy(np.int32), steps["strength"].to_numpy(np.float32)
    data = Interactions(starts, products, strengths, len(catalogue), features)
    return Learnt(data, steps["at"].to_numpy(np.int64))


def repeat_shares(lines: pd.DataFrame, categories: Mapping[int, str], *, least_pairs: int = 30) -> dict[str, float]:
    """By category: the share of what customers bought that they bought again in another order.

    Categories with fewer than `least_pairs` pairs of customer and product say nothing and are left out.
    """
    orders = lines.groupby(["who", "product"], sort=False)["order"].nunique().reset_index()
    orders = orders.assign(category=orders["product"].map(categories)).dropna(subset=["category"])
    groups = orders.groupby("category")["order"]
    return {str(category): float((counts > 1).mean()) for category, counts in groups if len(counts) >= least_pairs}


def words_of(product: Described) -> list[str]:
    """What a product is, as words such as `brand:Samsung`; numbers other than the price are no words."""
    found = [f"category:{product.category}"]
    if product.brand:
        found.append(f"brand:{product.brand}")
    if product.price > 0:
        found.append(f"price:{round(math.log(product.price) / math.log(PRICE_STEP))}")
    for name, value in product.attributes.items():
        found += [f"{name}:{one}" for one in _plain(value)]
    return found


def _plain(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if isinstance(one, str | bool) and len(str(one)) <= MOST_VALUE_LETTERS]


def text_of(product: Described) -> str:
    """The words that the sentence encoder reads."""
    return f"{product.name}. {product.description[:TEXT_LENGTH]}".strip()


def pictures_of(products: Sequence[Described], dimensions: int) -> Floats:
    """[products, dimensions]: unit vectors, zeros for a product without a picture."""
    vectors = np.zeros((len(products), dimensions), dtype=np.float32)
    for at, product in enumerate(products):
        if product.picture is not None:
            vectors[at] = product.picture
    return unit(vectors)


def unit(vectors: Floats) -> Floats:
    """Rows of length one; rows of zeros stay so."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def steps_within(data: Interactions, reach: int) -> tuple[Ints, Ints, Floats]:
    """Pairs (a, b) of products where b came at most `reach` steps after a in one history, and 1 / steps."""
    owner = np.repeat(np.arange(data.customer_count), np.diff(data.starts))
    found = []
    for apart in range(1, reach + 1):
        same = owner[:-apart] == owner[apart:]
        pairs = data.products[:-apart][same], data.products[apart:][same]
        found.append((*pairs, np.full(int(same.sum()), 1 / apart, dtype=np.float32)))
    first, second, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return first, second, weights

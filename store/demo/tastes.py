"""What products are like and what people like, on the same axes: the hidden reason who buys what."""

import numpy as np

from store.demo.catalogue import Catalogue
from store.demo.goods import DemoProduct

FEATURES = (
    "tech", "women", "men", "shoes", "bags", "watches", "home",
    "premium", "sporty", "elegant", "classic", "bold", "patterned", "samsung", "apple",
)  # fmt: skip
_BRIGHT = {"Red", "Coral", "Pink", "Yellow", "Orange", "Magenta", "Teal", "Mustard"}

# Groups of customers: share, then the taste of the group where it is not zero.
SEGMENTS: dict[str, tuple[float, dict[str, float]]] = {
    "wardrobe, women": (0.26, {"women": 1.9, "men": -1.6, "bags": 0.8, "elegant": 0.7, "patterned": 0.5, "tech": -0.5}),
    "wardrobe, men": (0.20, {"men": 1.8, "women": -1.8, "watches": 0.6, "classic": 0.6, "bags": -0.4}),
    "gadgets": (0.20, {"tech": 2.2, "watches": 0.5, "premium": 0.5, "women": -0.6, "home": -0.4}),
    "nest builders": (0.14, {"home": 2.2, "elegant": 0.4, "tech": -0.6}),
    "movers": (0.12, {"sporty": 1.8, "shoes": 1.0, "elegant": -0.9, "premium": -0.3}),
    "show-offs": (0.08, {"premium": 1.6, "bold": 1.0, "apple": 0.8, "watches": 1.0, "elegant": 0.5}),
}


def product_features(catalogue: Catalogue) -> np.ndarray:
    """(products, features), each value between 0 and 1."""
    return np.array([[float(v) for v in _features(p)] for p in catalogue.products], dtype=np.float32)


def _features(product: DemoProduct) -> list[float]:
    kind, audience = product.look.kind, product.attributes["audience"]
    present = {
        "tech": kind == "phone",
        "women": audience == "women",
        "men": audience == "men",
        "shoes": kind in ("sneaker", "boot", "heel", "loafer"),
        "bags": product.category.startswith("bags-"),
        "watches": kind == "watch",
        "home": product.category.startswith("home-"),
        "premium": _premium(product),
        "sporty": "sporty" in product.tags,
        "elegant": "elegant" in product.tags,
        "classic": "classic" in product.tags,
        "bold": "bold" in product.tags or product.attributes["colour"] in _BRIGHT,
        "patterned": product.look.pattern != "plain",
        "samsung": product.brand == "Samsung",
        "apple": product.brand == "Apple",
    }
    return [float(present[name]) for name in FEATURES]


def _premium(product: DemoProduct) -> float:
    """0 for the cheap end of a shop like this, 1 for the dear end; phones on a scale of their own."""
    low, high = (200, 1200) if product.look.kind == "phone" else (25, 220)
    return float(np.clip((float(product.price) - low) / (high - low), 0, 1))


def draw_tastes(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Tastes (customers, features) and the segment of each: the segment's taste and a personal part."""
    shares = np.array([share for share, _ in SEGMENTS.values()])
    segment = rng.choice(len(shares), size=count, p=shares / shares.sum())
    centres = np.array([[taste.get(f, 0.0) for f in FEATURES] for _, taste in SEGMENTS.values()])
    brand_loyalty = np.isin(FEATURES, ["samsung", "apple"]) * 0.6
    personal = rng.normal(0, 1, (count, len(FEATURES))) * (0.45 + brand_loyalty)
    return (centres[segment] + personal).astype(np.float32), segment

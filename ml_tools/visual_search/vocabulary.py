"""What pictures are told apart by: kinds, colours, patterns, styles, audiences; and how people call them.

The labels of the public catalogue that the network learns from are the vocabulary; the demo store's own words and
those of other shops are mapped onto them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

UNKNOWN = -1  # no label: the picture teaches nothing about this attribute
ATTRIBUTES = ("kind", "colour", "pattern", "style", "audience")
GARMENTS = ("dress", "hat", "longsleeve", "outwear", "pants", "shirt", "shoes", "shorts", "skirt", "t-shirt")

AUDIENCE_OF_GENDER = {"Men": "men", "Women": "women", "Boys": "kids", "Girls": "kids", "Unisex": "unisex"}
STYLE_OF_USAGE = {"Casual": "casual", "Formal": "formal", "Sports": "sporty", "Ethnic": "ethnic"}
PATTERNS = ("plain", "striped", "checked", "dotted", "floral", "geometric", "printed")
_PATTERN_WORDS = (
    ("striped", r"strip\w*"), ("checked", r"check\w*|plaid"), ("dotted", r"polka|dot\w*"),
    ("floral", r"flor\w*|flower\w*"), ("printed", r"print\w*|graphic\w*"), ("plain", r"solid\w*|plain"),
)  # fmt: skip

# A drawing of the demo store (kind, cut) as the public catalogue would call it; the rest are kinds of their own.
KIND_OF_DRAWING: Mapping[str, str] = {
    "dress": "Dresses", "shirt": "Shirts", "tee": "Tshirts", "jeans": "Jeans", "jacket": "Jackets", "coat": "Coats",
    "sweater": "Sweaters", "skirt": "Skirts", "sneaker/runner": "Sports Shoes", "sneaker/low": "Casual Shoes",
    "sneaker/high": "Casual Shoes", "boot": "Boots", "heel": "Heels", "loafer": "Loafers", "handbag": "Handbags",
    "backpack": "Backpacks", "tote": "Totes", "watch": "Watches", "phone": "Smartphones", "lamp": "Lamps",
    "vase": "Vases", "chair": "Chairs", "mug": "Mugs", "rug": "Rugs", "cushion": "Cushions",
}  # fmt: skip
COLOUR_OF_PALETTE: Mapping[str, str] = {
    "Camel": "Tan", "Navy": "Navy Blue", "Sky Blue": "Blue", "Indigo": "Navy Blue", "Mint": "Green", "Sage": "Green",
    "Coral": "Orange", "Terracotta": "Rust", "Burgundy": "Maroon", "Violet": "Purple",
}  # fmt: skip

_NAMES = {
    "Tshirts": "T-shirts", "Bra": "bras", "Sports Shoes": "sports shoes", "Free Gifts": "gifts",
    "Innerwear Vests": "vests", "Perfume and Body Mist": "perfumes", "Accessory Gift Set": "gift sets",
    "Nail Polish": "nail polish", "Trunk": "trunks", "Laptop Bag": "laptop bags", "Duffel Bag": "duffel bags",
    "Mobile Pouch": "mobile pouches", "Deodorant": "deodorants", "Casual Shoes": "casual shoes",
}  # fmt: skip


@dataclass(frozen=True)
class Labels:
    """The classes of each attribute, in the order of the network's outputs."""

    classes: Mapping[str, Sequence[str]]

    def index(self, attribute: str, label: str | None) -> int:
        """The place of a label, UNKNOWN when there is none of that name."""
        try:
            return self.classes[attribute].index(label or "")
        except ValueError:
            return UNKNOWN


def pattern_in(name: str) -> str | None:
    """The pattern that a product's name speaks of: `Men Check Purple Shirt` -> `checked`."""
    for pattern, words in _PATTERN_WORDS:
        if re.search(rf"\b(?:{words})\b", name, re.IGNORECASE):
            return pattern
    return None


def spoken(label: str) -> str:
    """A label as people say it: `Tshirts` -> `T-shirts`, `Navy Blue` -> `navy blue`."""
    return _NAMES.get(label, label.lower())

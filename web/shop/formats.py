"""How prices, dates and specifications read on a page."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
UNITS = {"battery_mah": "mAh", "weight_g": "g", "ram_gb": "GB", "storage_gb": "GB"}
LABELS = {
    "os": "Operating system", "sim": "SIM", "battery_mah": "Battery", "weight_g": "Weight", "ram_gb": "Memory",
    "storage_gb": "Storage", "audience": "Made for", "released": "Released",
}  # fmt: skip
HIDDEN = {"advantages", "display_inches"}  # shown as a list of their own; stands in the display's text
# What people look at first; keys of a shop's own come behind, by name.
ORDER = (
    "display", "resolution", "main_camera", "selfie_camera", "battery_mah", "charging", "chipset", "ram_gb",
    "storage_gb", "os", "network", "sim", "material", "colour", "pattern", "audience", "season", "weight_g",
    "dimensions", "water_resistance", "care", "released",
)  # fmt: skip
RANKS = {key: rank for rank, key in enumerate(ORDER)}
# One hue a colour word; the last known word of "Mystic Bronze" or "light blue" decides.
SWATCHES = {
    "black": "#1f1f1f", "white": "#ffffff", "grey": "#8b8f94", "gray": "#8b8f94", "silver": "#c9ced3",
    "graphite": "#4a4d52", "blue": "#2f66b5", "navy": "#1d2f57", "teal": "#1c7f7b", "green": "#3c7a4b",
    "olive": "#71733a", "mint": "#a8dcc3", "red": "#c0322f", "burgundy": "#6d1f33", "pink": "#e7a1b5",
    "purple": "#7a5aa6", "violet": "#7a5aa6", "lavender": "#b9a7d9", "yellow": "#ecc94b", "mustard": "#cf9b2b",
    "gold": "#d3b06a", "orange": "#e0782f", "coral": "#ef8066", "brown": "#7a4f33", "tan": "#c79a6b",
    "camel": "#c19a6b", "beige": "#dcc9a9", "cream": "#f3ead7", "bronze": "#b7826a", "copper": "#b46a45",
    "sand": "#d8c3a0", "titanium": "#8f8a83", "starlight": "#f1e9dc", "midnight": "#1c2430", "turquoise": "#3fb5b0",
}  # fmt: skip


def money(value: Decimal | float, currency: str) -> str:
    """`1234.5, "USD"` -> `$1,234.50`; a currency without a sign of its own goes before: `CHF 12.00`."""
    sign = SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{sign}{value:,.2f}"


def day(value: date | datetime) -> str:
    """`21 November 2026`."""
    return f"{value.day} {value:%B %Y}"


def label(key: str) -> str:
    """A specification's key as people read it: `main_camera` -> `Main camera`."""
    return LABELS.get(key) or key.replace("_", " ").capitalize()


def specification(key: str, value: Any) -> str:
    """A specification's value with its unit: `battery_mah, 4300` -> `4,300 mAh`."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    text = value[:1].upper() + value[1:] if isinstance(value, str) else str(value)
    text = f"{value:,}" if isinstance(value, int) and key in UNITS else text
    unit = UNITS.get(key)
    return f"{text} {unit}" if unit else text


def specifications(attributes: dict[str, Any]) -> list[tuple[str, str]]:
    """The rows of the table on the product page; empty values are left out."""
    shown = [(key, value) for key, value in attributes.items() if key not in HIDDEN and value not in (None, "", [])]
    shown.sort(key=lambda row: (RANKS.get(row[0], len(RANKS)), row[0]))
    return [(label(key), specification(key, value)) for key, value in shown]


def swatch(colour: str) -> str | None:
    """A colour to paint beside the colour's name, or None when the name says nothing to us."""
    known = [SWATCHES[word] for word in colour.lower().replace("-", " ").split() if word in SWATCHES]
    return known[-1] if known else None


def stars(mean: float) -> list[str]:
    """Five icons, `full`, `half` or `empty`, for a mean of 1 to 5."""
    halves = round(mean * 2)
    return ["full" if halves >= 2 * n else "half" if halves == 2 * n - 1 else "empty" for n in range(1, 6)]

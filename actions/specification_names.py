"""What specifications are called, and how their values are said."""

from collections.abc import Mapping
from typing import Any

from actions.formats import count
from store.facts import ProductFacts

_UNITS = {"g": "g", "kg": "kg", "gb": "GB", "mah": "mAh", "inches": "in", "mm": "mm", "cm": "cm", "ml": "ml"}
_LABELS = {"ram_gb": "RAM", "os": "Operating system", "sim": "SIM", "display_inches": "Display size"}
_HIDDEN = {"advantages"}
# What people ask about first; JSONB keeps no order of its own. The rest follows by name.
_ORDER = (
    "display", "display_inches", "resolution", "chipset", "ram_gb", "storage_gb", "main_camera", "selfie_camera",
    "battery_mah", "charging", "os", "weight_g", "dimensions", "water_resistance", "material", "colour", "pattern",
)  # fmt: skip
_PLACE = {key: place for place, key in enumerate(_ORDER)}
# What people call a specification -> the attributes that answer it, where its name alone does not say so.
_SYNONYMS = {
    "camera": ["main_camera", "selfie_camera"],
    "display": ["display", "display_inches", "resolution"],
    "screen": ["display", "display_inches", "resolution"],
    "memory": ["ram_gb", "storage_gb"],
    "processor": ["chipset"],
    "size": ["dimensions", "display_inches"],
    "operating_system": ["os"],
    "battery": ["battery_mah", "charging"],
    "waterproof": ["water_resistance"],
}


def matching(attributes: Mapping[str, Any], asked: str) -> dict[str, Any]:
    """The attributes that answer a question for `asked`: its own key, one with a unit, or known synonyms."""
    wanted = asked.lower().replace(" ", "_")
    keys = [wanted, *(f"{wanted}_{unit}" for unit in _UNITS), *_SYNONYMS.get(wanted, [])]
    return {key: attributes[key] for key in dict.fromkeys(keys) if key in attributes and key not in _HIDDEN}


def label(key: str) -> str:
    """`weight_g` -> `Weight`, `main_camera` -> `Main camera`."""
    stem, _, unit = key.rpartition("_")
    return _LABELS.get(key) or (stem if stem and unit in _UNITS else key).replace("_", " ").capitalize()


def spoken(key: str, value: Any) -> str:
    """A value with its unit: `208 g`, `4,300 mAh`, `yes`, `a, b`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    unit = _UNITS.get(key.rpartition("_")[2]) if "_" in key else None
    if isinstance(value, int | float):
        number = count(value) if float(value).is_integer() else f"{value:,}"
        return f"{number} {unit}" if unit else number if abs(value) >= 10_000 else f"{value:g}"
    return str(value)


def specification(product: ProductFacts) -> dict[str, str]:
    """Everything that is known, by label, the main ones first."""
    known = {key: value for key, value in product.attributes.items() if value not in (None, "", [])}
    ordered = sorted(known, key=lambda key: (_PLACE.get(key, len(_PLACE)), key))
    return {label(key): spoken(key, known[key]) for key in ordered if key not in _HIDDEN}

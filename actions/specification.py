"""Questions about what a product is: its specification, and why to buy it."""

from collections.abc import Mapping
from typing import Any

from actions.focus import ProductAction
from actions.formats import count, money
from actions.turn import Turn
from common.caller import Role
from store.facts import ProductFacts

MAX_ROWS = 16
MAX_ADVANTAGES = 6
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


class SpecificationAction(ProductAction):
    name, role, intent, repeatable = "action_specification", Role.GUEST, "ask_specification", True

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product = products[0]
        asked = turn.entities.attributes or (turn.context.attributes if turn.intent == "follow_up_product" else [])
        turn.context.attributes = asked[:8]
        if asked:
            self._say_attributes(turn, product, asked)
        else:
            _say_all(turn, product)

    def _say_attributes(self, turn: Turn, product: ProductFacts, asked: list[str]) -> None:
        for attribute in asked:
            found = matching(product.attributes, attribute)
            if found:
                values = "; ".join(f"{label(key)}: {spoken(key, value)}" for key, value in found.items())
                turn.reply.say("utter_specification_value", name=product.name, specification=values)
            else:
                words = label(attribute).lower()
                turn.reply.say("utter_specification_unknown", name=product.name, attribute=words)

    def repeated(self, turn: Turn) -> dict[str, Any]:
        return {"attribute": turn.entities.attributes} if turn.entities.attributes else {}


def _say_all(turn: Turn, product: ProductFacts) -> None:
    rows = list(specification(product).items())[:MAX_ROWS]
    if not rows:
        turn.reply.say("utter_specification_none", name=product.name)
        return
    turn.reply.say("utter_specification", name=product.name)
    turn.reply.table(["Specification", product.name], rows)


class AdvantagesAction(ProductAction):
    name, role, intent, repeatable = "action_advantages", Role.GUEST, "ask_advantages", True

    async def about(self, turn: Turn, products: list[ProductFacts]) -> None:
        product = products[0]
        advantages = [str(item) for item in product.attributes.get("advantages") or []][:MAX_ADVANTAGES]
        if product.price < product.list_price:
            saved = money(product.list_price - product.price, product.currency)
            advantages.append(f"{saved} off at the moment")
        if advantages:
            points = "\n".join(f"• {advantage}" for advantage in advantages)
            turn.reply.say("utter_advantages", name=product.name, advantages=points)
        elif product.description:
            turn.reply.say("utter_description", name=product.name, description=product.description)
        else:
            turn.reply.say("utter_advantages_unknown", name=product.name)

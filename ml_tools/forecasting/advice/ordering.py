"""How the shop orders a product, and what is there of it: from the question, the product itself, and the settings."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from ml_tools.forecasting.advice.stock_plan import Policy
from ml_tools.forecasting.schemas import StockPlanRequest
from store.stock import StockNow

LONGEST_LEAD, MOST_ARRIVING = 120, 10**9
LEAD_DAYS, ARRIVING = "lead_days", "arriving"  # the names of a product's attributes


@dataclass(frozen=True)
class Ordering:
    """A product's stock, what is on its way, and how it is ordered; notes on what was said but cannot be meant."""

    now: StockNow
    arriving: int
    policy: Policy
    notes: list[str]


def ordering(now: StockNow, shop: Policy, asked: StockPlanRequest | None = None) -> Ordering:
    """The question's word counts first, then the product's own, then the shop's."""
    notes = _on_variants(now)
    arriving = _said(now.attributes, ARRIVING, MOST_ARRIVING, notes)
    lead = asked.lead_days if asked else None
    if lead is None:
        lead = _said(now.attributes, LEAD_DAYS, LONGEST_LEAD, notes)
    policy = Policy(
        lead_days=shop.lead_days if lead is None else lead,
        service_level=(asked.service_level if asked else None) or shop.service_level,
        cover_days=(asked.cover_days if asked else None) or shop.cover_days,
    )
    return Ordering(now, arriving or 0, policy, notes)


def _said(attributes: dict[str, Any], name: str, most: int, notes: list[str]) -> int | None:
    """A whole number among a product's attributes; with a note, None, where it is something else."""
    value = attributes.get(name)
    if value is None:
        return None
    number = _number(value)
    if number is None or not 0 <= number <= most:
        notes.append(f"Its attribute {name} is not a whole number from 0 to {most:,}, and was not used.")
        return None
    return number


def _number(value: Any) -> int | None:
    """A whole number, also one that an importer left as text; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if isfinite(number) and number == int(number) else None


def _on_variants(now: StockNow) -> list[str]:
    if not now.empty or not now.units:
        return []
    some = "1 is" if now.empty == 1 else f"{now.empty} are"
    return [f"The stock is summed up over {now.variants} variants, of which {some} out already."]

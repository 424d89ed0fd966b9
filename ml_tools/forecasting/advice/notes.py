"""What has to be told along with advice."""

from collections.abc import Sequence
from datetime import date

from ml_tools.forecasting.advice.experience import Experience
from ml_tools.forecasting.advice.ordering import Ordering
from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.advice.stock_plan import Demand
from ml_tools.forecasting.advice.what_if import Change
from ml_tools.forecasting.schemas import Way, WayKind
from store.bundles import BoughtTogether


def on_stock(demand: Demand, shop: Ordering, outlook: Outlook, today: date) -> list[str]:
    """What a plan takes for granted."""
    notes = list(shop.notes)
    if shop.now.units == 0:
        notes.append("It is out of stock now.")
    if shop.arriving:
        notes.append(
            f"The {shop.arriving:,} on their way count for what to order, not for when it runs out: "
            "the shop does not say when they come."
        )
    if outlook.ahead.start < today:
        notes.append(f"Sales are known up to {outlook.as_of:%d %b %Y}; the stock is the one of today.")
    if shop.policy.lead_days + shop.policy.cover_days > demand.days:
        notes.append(f"Days beyond the next {demand.days} are taken to sell like the last of them.")
    return notes


def on_planned(outlook: Outlook, change: Change) -> list[str]:
    """Where a promotion changes nothing, because one that takes as much off is planned already."""
    if not change.discount_percent:
        return []
    already = int((outlook.ahead.discount >= change.discount_percent / 100 - 1e-9).all(axis=0).sum())
    if not already:
        return []
    return [f"A promotion of as much or more is planned on {already} of these {outlook.ahead.horizon} days already."]


def on_currencies(currencies: Sequence[str]) -> list[str]:
    if len(currencies) < 2:
        return []
    others = " and ".join(currencies[1:])
    return [f"Some of these prices are in {others}; the revenue adds them up as if they were in {currencies[0]}."]


def no_change(what: str, tried: bool, seen: Experience) -> str:
    """Why no price cut or promotion is among the ways."""
    if not tried:
        return f"What a {what} does is not known: there was none on any of the {seen.days:,} days."
    return f"No {what} is proposed: none that was tried goes with more sales, or as much is planned already."


def on_none(found: Sequence[Way | None], listed: Sequence[Way], days: int) -> list[str]:
    """Why there is no way at all."""
    if listed:
        return []
    if any(way is not None for way in found):
        return [f"It sells so little that no way would bring a whole unit more in {days} days."]
    return ["Nothing in the shop's own past says how to sell more of it."]


def on_bundles(found: Sequence[Way | None], together: BoughtTogether) -> list[str]:
    if any(way is not None and way.kind is WayKind.BUNDLE for way in found):
        return []
    if not together.orders:
        return ["Nobody ordered it in the last year, so there is nothing to tell what would go with it."]
    return [
        f"No bundle is proposed: in its {together.orders:,} orders of the last year nothing else was bought along "
        "clearly more often than by chance, or what a lower price does for it is not known."
    ]

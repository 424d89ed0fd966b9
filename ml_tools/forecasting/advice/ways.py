"""Ways to sell more of a product: each from what the shop itself has seen, and none without.

A price or a promotion is what `what_if` makes of it, within what was tried; the one that brings in most is chosen. A
bundle goes with what is bought along with the product more often than by chance. New goods bring what would be lost
without them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil, exp, expm1, sqrt

import numpy as np
from scipy.stats import poisson

from common.errors import NotEnoughData
from ml_tools.forecasting.advice.experience import ROUNDING, Experience
from ml_tools.forecasting.advice.outlook import Outlook
from ml_tools.forecasting.advice.stock_plan import Demand, Policy, reorder
from ml_tools.forecasting.advice.what_if import Z95, Answer, Change, paid, promotion_of
from ml_tools.forecasting.patterns.factors import Factors
from ml_tools.forecasting.schemas import Effect, Way, WayKind
from store.bundles import BoughtTogether, Companion

PRICE_CUTS = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
DISCOUNTS = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
BUNDLE_DISCOUNT = 10.0
TOGETHER_AT_LEAST, COMPANIONS = 10, 20  # orders with both, and how many such products are looked at
BY_CHANCE = 0.01  # that none of the products compared is bundled by mistake, in the whole (Bonferroni)
WORTH = 1.0  # units of extra sales from which a way is worth saying


@dataclass(frozen=True)
class Stocked:
    """What there is of the product, the demand it meets, and how the shop orders."""

    units: int
    arriving: int
    demand: Demand
    policy: Policy
    today: date


def best_price(outlook: Outlook, factors: Factors, seen: Experience) -> Change | None:
    """The price cut within what was tried that brings in most; None where none sells more, or none was tried."""
    if not seen.prices.changed:
        return None
    tried = [cut for cut in PRICE_CUTS if 1 - cut / 100 >= seen.prices.lowest - ROUNDING]
    elasticity = float(factors.elasticity[factors.rows(outlook.past.groups)].mean())
    if not tried or elasticity <= 0:
        return None
    return Change(price_percent=-max(tried, key=lambda cut: (1 - cut / 100) ** (1 - elasticity)))


def best_promotion(outlook: Outlook, factors: Factors, seen: Experience) -> Change | None:
    """The promotion within what was tried that brings in most; None where none sells more, or none was tried.

    What is planned already and takes more off stays as it is.
    """
    if not seen.promotions.promotions:
        return None
    smallest, largest = seen.promotions.smallest, seen.promotions.largest
    tried = [off for off in DISCOUNTS if smallest - 0.5 <= off <= largest + 0.5] or [largest]
    lift = promotion_of(outlook, factors)
    planned = outlook.ahead.discount
    if lift <= 0 or (planned >= max(tried) / 100).all():
        return None

    def income(off: float) -> float:
        discount = np.maximum(planned, off / 100)
        units = outlook.mean * np.exp(lift * (discount - planned))
        return float((units * outlook.ahead.price * (1 - discount)).sum())

    return Change(discount_percent=max(tried, key=income))


def by_change(answer: Answer, change: Change, seen: Experience) -> Way:
    """The way of a price or a promotion; raises NotEnoughData where it might as well sell nothing more."""
    lower = bool(change.price_percent)
    percent = change.price_percent if lower else change.discount_percent
    what = f"a {abs(percent):g} % lower price" if lower else f"a promotion of {percent:g} %"
    if answer.effect.lo <= 0:
        raise NotEnoughData(
            f"Whether {what} sells more is not sure: {_span(answer.effect)}, from {seen.learnt_from(change)}."
        )
    units = answer.planned.mean
    effect = answer.effect
    return Way(
        kind=WayKind.PRICE if lower else WayKind.PROMOTION,
        change_percent=percent,
        extra_units=_effect(*(units * share / 100 for share in (effect.mean, effect.lo, effect.hi))),
        extra_revenue=round(answer.revenue_changed - answer.revenue_planned, 2),
        source=f"{what} goes with {_span(effect)}; from {seen.learnt_from(change)}",
    )


def _span(effect: Effect) -> str:
    return f"{effect.mean:+.0f} % sales ({effect.lo:+.0f} to {effect.hi:+.0f} %)"


def best_bundle(outlook: Outlook, factors: Factors, seen: Experience, together: BoughtTogether) -> Way | None:
    """The bundle that sells most more; None where nothing is bought along, or no promotion was ever tried.

    It is taken to do for those who buy both what a promotion of the same discount does for sales: nothing closer to it
    can be learnt from orders. What is of another category comes first, being no substitute.
    """
    lift, error = promotion_of(outlook, factors), promotion_of(outlook, factors, error=True)
    if not seen.promotions.promotions or lift - Z95 * error <= 0:
        return None
    found = [companion for companion in together.companions if not _by_chance(companion, together)]
    found = [companion for companion in found if not companion.alike] or found
    if not found:
        return None
    off = min(max(BUNDLE_DISCOUNT, seen.promotions.smallest), seen.promotions.largest)
    return _bundle(max(found, key=lambda companion: companion.both), off, lift, error, outlook, together)


def _by_chance(companion: Companion, together: BoughtTogether) -> bool:
    """Whether as many orders with both could be chance, given how many products were compared."""
    expected = together.orders * companion.orders / together.all_orders
    return bool(poisson.sf(companion.both - 1, expected) > BY_CHANCE / max(together.compared, 1))


def _bundle(
    companion: Companion, off: float, lift: float, error: float, outlook: Outlook, together: BoughtTogether
) -> Way:
    share = companion.both / together.orders
    along = float(outlook.mean.sum()) * share
    more = expm1(lift * off / 100)
    # Relative errors of two independent estimates: how many buy both, and what a promotion does to them.
    spread = sqrt((1 - share) / companion.both + (off / 100 * exp(lift * off / 100) * error / more) ** 2)
    extra = along * more
    both_prices = companion.price + float(np.average(paid(outlook.ahead), weights=outlook.mean))
    times = companion.both * together.all_orders / (together.orders * companion.orders)
    sure = exp(Z95 / sqrt(companion.both))
    return Way(
        kind=WayKind.BUNDLE,
        change_percent=off,
        partner_id=companion.public_id,
        partner_name=companion.name,
        extra_units=_effect(extra, extra * exp(-Z95 * spread), extra * exp(Z95 * spread)),
        extra_revenue=round(both_prices * (extra * (1 - off / 100) - along * off / 100), 2),
        source=(
            f"{companion.both:,} of its {together.orders:,} orders of the last year also had {companion.name}, "
            f"{times:.1f} times as many as by chance ({times / sure:.1f} to {times * sure:.1f}); that {off:g} % off "
            f"both does for these what a promotion of {off:g} % does for all sales is an assumption; revenue is of both"
        ),
    )


def restock(outlook: Outlook, stocked: Stocked, horizon: int) -> Way | None:
    """New goods in time: what would be lost without them, less what is lost before they can be there."""
    stock = stocked.units + stocked.arriving
    lead = min(stocked.policy.lead_days, horizon)
    late, lost = stocked.demand.shortfall(stock, lead), stocked.demand.shortfall(stock, horizon)
    saved = _effect(lost.mean - late.mean, lost.lo95 - late.lo95, lost.hi95 - late.hi95)
    if saved.mean < WORTH:
        return None
    policy = stocked.policy
    order = reorder(stocked.demand, stocked.units, stocked.arriving, policy, stocked.today)
    wanted = stocked.demand.quantile(policy.service_level, horizon)
    price = float(np.average(paid(outlook.ahead), weights=outlook.mean))
    chance = stocked.demand.chance_of(stock + 1, horizon)
    return Way(
        kind=WayKind.RESTOCK,
        quantity=max(ceil(wanted - 1e-6) - stock, 1),
        by=order.by or stocked.today,
        extra_units=saved,
        extra_revenue=round(saved.mean * price, 2),
        source=(
            f"{stock:,} are there or on their way, and more are wanted within {horizon} days with a chance of "
            f"{_percent(chance)} %; goods take {lead} days to come"
        ),
    )


def _percent(chance: float) -> str:
    return "more than 99" if chance > 0.99 else f"{100 * chance:.0f}"


def _effect(mean: float, low: float, high: float) -> Effect:
    return Effect(mean=round(mean, 1), lo=round(min(low, mean), 1), hi=round(max(high, mean), 1))


def ordered(ways: Iterable[Way | None]) -> list[Way]:
    """Those there are, the most extra revenue first; what brings less than a unit is left out."""
    found = [way for way in ways if way is not None and way.extra_units.mean >= WORTH]
    return sorted(found, key=lambda way: -way.extra_revenue)


def stock_note(ways: Iterable[Way], planned: float, stocked: Stocked) -> str | None:
    """That the stock is too small for what the best of the ways would sell, if it is."""
    more = max((way.extra_units.mean for way in ways if way.kind is not WayKind.RESTOCK), default=0.0)
    there = stocked.units + stocked.arriving
    if not more or planned + more <= there:
        return None
    short = ceil(planned + more - there)
    return (
        f"For that more goods are needed first: with {there:,} in stock or on their way, about {short:,} are missing."
    )

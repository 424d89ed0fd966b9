"""What comes of A/B tests: per arm clicks, orders and revenue, each with how sure it is, and who is ahead.

- A click is the first event `click` or `view` with detail {"from": "recommendation"} on a product that the same unit
  was shown at most 24 hours before. It counts once, for the newest answer that held the product; an answer is clicked
  or not, so the click-through rate is clicked answers per answer shown.
- A conversion is a unit that ordered a product, and kept it, at most 7 days after it was shown the product.
- Revenue is that of such lines alone, per unit: also of those who bought nothing.

Of promotions an exposure is one impression. Its click is the impression's own, a conversion is an order at that
promotion's price at most 7 days after it was shown, and revenue is that of such lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from common.sequential import Interval, Sums, amount, lift, rate, sums_per_unit

CLICK_HOURS = 24
ORDER_DAYS = 7
ERROR = 0.05  # of each metric, for all looks together; the arms that are held against the control share it

Metric = Literal["ctr", "conversion", "revenue"]
METRICS: tuple[Metric, ...] = ("ctr", "conversion", "revenue")
Decided = Literal["better", "worse", "not yet"]


@dataclass(frozen=True)
class ArmReport:
    """`ctr` is per answer shown, `conversion` and `revenue` per unit; the intervals hold the truth in 95 % of cases."""

    name: str
    policy: str
    units: int
    exposures: int
    ctr: Interval
    conversion: Interval
    revenue: Interval


@dataclass(frozen=True)
class Comparison:
    """An arm against the control. `lift_percent` may be looked at daily; None: too few clicks or orders to say.

    `decided` is "better" or "worse" once all of the interval lies on one side of zero, and stays right with 95 %
    probability however often one looks."""

    arm: str
    metric: Metric
    lift_percent: Interval | None
    decided: Decided


_PRODUCTS = f"""
WITH shown AS NOT MATERIALIZED (
  SELECT id, arm_id, unit, at, product_ids FROM exposures WHERE experiment_id = :experiment AND at < :now
), led AS (
  SELECT e.id, coalesce(c.public_id, e.session) AS unit, e.product_id, e.at
  FROM events AS e LEFT JOIN customers AS c ON c.id = e.customer_id
  WHERE e.at >= :started AND e.at < least(:ended + interval '{CLICK_HOURS} hours', :now)
    AND e.kind IN ('click', 'view') AND e.detail ->> 'from' = 'recommendation'
), clicked AS (
  SELECT DISTINCT exposure FROM (
    SELECT DISTINCT ON (led.id) led.id, shown.id AS exposure FROM led JOIN shown ON shown.unit = led.unit
      AND shown.at <= led.at AND shown.at > led.at - interval '{CLICK_HOURS} hours'
      AND led.product_id = ANY(shown.product_ids)
    ORDER BY led.id, shown.at DESC, shown.id DESC
  ) AS credited
)"""  # noqa: S608 - only a constant above is put in
_PROMOTIONS = f"""
WITH shown AS NOT MATERIALIZED (
  SELECT e.id, e.arm_id, e.unit, e.at, i.promotion_id, i.clicked_at
  FROM exposures AS e LEFT JOIN impressions AS i ON i.id = e.impression_id
  WHERE e.experiment_id = :experiment AND e.at < :now
), clicked AS (
  SELECT id AS exposure FROM shown WHERE clicked_at < least(at + interval '{CLICK_HOURS} hours', :now)
)"""  # noqa: S608 - the same
_OUTCOMES = """, sold AS (
  SELECT l.id, c.public_id AS unit, l.product_id, l.promotion_id, o.placed_at AS at, l.units * l.unit_price AS amount,
         o.currency
  FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id JOIN customers AS c ON c.id = o.customer_id
  WHERE o.placed_at >= :started AND o.placed_at < least(:ended + interval '{days} days', :now)
    AND o.status NOT IN ('cancelled', 'returned') AND l.units > 0
), bought AS (
  SELECT unit, sum(amount) AS revenue, max(currency) AS currency FROM (
    SELECT DISTINCT sold.id, sold.unit, sold.amount, sold.currency FROM sold JOIN shown ON shown.unit = sold.unit
      AND shown.at <= sold.at AND shown.at > sold.at - interval '{days} days'
      AND {same}
  ) AS lines GROUP BY unit
), units AS (
  SELECT shown.arm_id, shown.unit, count(*)::float AS exposures, count(clicked.exposure)::float AS clicks
  FROM shown LEFT JOIN clicked ON clicked.exposure = shown.id GROUP BY shown.arm_id, shown.unit
)
SELECT a.name, a.policy, count(units.unit) AS units, coalesce(sum(exposures), 0) AS y, coalesce(sum(clicks), 0) AS x,
       coalesce(sum(clicks * clicks), 0) AS xx, coalesce(sum(clicks * exposures), 0) AS xy,
       coalesce(sum(exposures * exposures), 0) AS yy, count(bought.unit) AS buyers,
       coalesce(sum(revenue), 0)::float AS revenue, coalesce(sum(revenue * revenue), 0)::float AS revenue_squared,
       max(currency) AS currency
FROM experiment_arms AS a LEFT JOIN units ON units.arm_id = a.id LEFT JOIN bought ON bought.unit = units.unit
WHERE a.experiment_id = :experiment GROUP BY a.id ORDER BY a.position
"""
_SUMS = text(_PRODUCTS + _OUTCOMES.format(days=ORDER_DAYS, same="sold.product_id = ANY(shown.product_ids)"))
_PROMOTION_SUMS = text(_PROMOTIONS + _OUTCOMES.format(days=ORDER_DAYS, same="sold.promotion_id = shown.promotion_id"))


@dataclass(frozen=True)
class ArmSums:
    """What the statistics need of an arm: `events` are the clicks or buyers behind each metric."""

    name: str
    policy: str
    sums: dict[Metric, Sums]
    events: dict[Metric, float]
    currency: str | None


async def arm_sums(
    session: AsyncSession,
    experiment_id: int,
    *,
    of_promotions: bool = False,
    started: datetime,
    ended: datetime,
    now: datetime,
) -> list[ArmSums]:
    """The sums of every arm, the control first, of all that is known at `now`."""
    asked = {"experiment": experiment_id, "started": started, "ended": ended, "now": now}
    return [_arm(row) for row in await session.execute(_PROMOTION_SUMS if of_promotions else _SUMS, asked)]


def _arm(row: Row) -> ArmSums:
    return ArmSums(
        row.name,
        row.policy,
        {
            "ctr": Sums(row.units, row.x, row.y, row.xx, row.xy, row.yy),
            "conversion": sums_per_unit(row.units, row.buyers, row.buyers),
            "revenue": sums_per_unit(row.units, row.revenue, row.revenue_squared),
        },
        {"ctr": row.x, "conversion": row.buyers, "revenue": row.buyers},
        row.currency,
    )


def arm_report(arm: ArmSums) -> ArmReport:
    sums = arm.sums
    return ArmReport(
        arm.name, arm.policy, sums["ctr"].units, int(sums["ctr"].y),
        rate(sums["ctr"]), rate(sums["conversion"]), amount(sums["revenue"]),
    )  # fmt: skip


def comparisons(arms: Sequence[ArmSums]) -> list[Comparison]:
    """Every arm against the first one, in every metric."""
    if len(arms) < 2:
        return []
    control, *others = arms
    return [_comparison(control, arm, metric, ERROR / len(others)) for arm in others for metric in METRICS]


def _comparison(control: ArmSums, arm: ArmSums, metric: Metric, error: float) -> Comparison:
    events = (control.events[metric], arm.events[metric])
    found = lift(control.sums[metric], arm.sums[metric], events, error)
    percent = Interval(100 * found.mean, 100 * found.lo, 100 * found.hi) if found else None
    return Comparison(arm.name, metric, percent, decided(percent))


def decided(lift_percent: Interval | None) -> Decided:
    """Whether the always-valid interval leaves no doubt about the sign."""
    if lift_percent is None or lift_percent.lo <= 0 <= lift_percent.hi:
        return "not yet"
    return "better" if lift_percent.lo > 0 else "worse"

"""What a marketer can do, from question to answer: read the store, ask for outlooks, compute beside the event loop."""

from collections.abc import Callable
from datetime import date, timedelta

from common.errors import BadRequest, ImpossibleHorizon, NotEnoughData
from ml_tools.capacity import Capacity
from ml_tools.forecasting.advice import notes as say
from ml_tools.forecasting.advice import stock_plan as plans
from ml_tools.forecasting.advice import ways, what_if
from ml_tools.forecasting.advice.experience import Experience, experience_of
from ml_tools.forecasting.advice.ordering import Ordering, ordering
from ml_tools.forecasting.advice.outlook import Outlook, Outlooks
from ml_tools.forecasting.advice.stock_plan import Demand, Policy
from ml_tools.forecasting.advice.ways import Stocked
from ml_tools.forecasting.advice.what_if import Change
from ml_tools.forecasting.answers import rounded
from ml_tools.forecasting.demand.reading import read
from ml_tools.forecasting.models.base import HISTORY_DAYS
from ml_tools.forecasting.patterns.drivers import drivers
from ml_tools.forecasting.patterns.factors import Factors
from ml_tools.forecasting.schemas import (
    MAX_HORIZON_DAYS,
    MIN_HORIZON_DAYS,
    About,
    DriversAnswer,
    DriversRequest,
    StockPlanAnswer,
    StockPlanRequest,
    Way,
    WaysToSellAnswer,
    WaysToSellRequest,
    WhatIfAnswer,
    WhatIfRequest,
)
from store.bundles import bought_together
from store.prices_seen import currencies_of
from store.sales import oldest_sales_day
from store.session import Database
from store.stock import stock_now

BUNDLE_DAYS = 365  # of orders that tell what is bought together
LONGEST_PAST, MOST_CELLS = 5 * 365 + 1, 4_000_000  # days, and products times days, that drivers are measured on


class Advice:
    """`factors` tells what the model in force has learnt of prices and promotions; None before anything was trained."""

    def __init__(
        self,
        database: Database,
        outlooks: Outlooks,
        factors: Callable[[], Factors | None],
        capacity: Capacity,
        policy: Policy,
        *,
        today: Callable[[], date],
    ) -> None:
        self._database, self._outlooks, self._capacity = database, outlooks, capacity
        self._factors, self._policy, self._today = factors, policy, today

    async def stock_plan(self, request: StockPlanRequest) -> StockPlanAnswer:
        """When a product runs out, and what to order. Raises NotFound, NotEnoughData, BadRequest, ImpossibleHorizon."""
        today = self._today()
        _check_until(request.until, today)
        async with self._database.read() as session:
            shop = ordering(await stock_now(session, request.product_id), self._policy, request)
        outlook = await self._outlooks.outlook(About(product_id=request.product_id), MAX_HORIZON_DAYS)
        return await self._capacity.run(_plan, outlook, shop, request.until, today)

    async def what_if(self, request: WhatIfRequest) -> WhatIfAnswer:
        """What a price or a promotion does. Raises NotFound, NotEnoughData, ImpossibleHorizon."""
        change = Change(request.price_change_percent or 0.0, request.discount_percent or 0.0)
        if change == Change():
            raise BadRequest("A change of 0 % changes nothing: say by how many percent, such as -10 for 10 % less.")
        planned = await self._outlooks.outlook(request, request.horizon_days)
        changed = await self._outlooks.outlook(request, request.horizon_days, changed=change)
        async with self._database.read() as session:
            seen = await experience_of(session, planned)
            currencies = await currencies_of(session, planned.past.keys)
        learnt_from = seen.learnt_from(change)
        factors = self._known_factors()
        answer = await self._capacity.run(what_if.compare, planned, changed, factors, change)
        return WhatIfAnswer(
            model=planned.model,
            as_of=planned.as_of,
            subject=planned.subject,
            horizon_days=request.horizon_days,
            start=planned.ahead.start,
            end=planned.ahead.start + timedelta(days=request.horizon_days - 1),
            planned=rounded(answer.planned, 1),
            changed=rounded(answer.changed, 1),
            effect=answer.effect,
            revenue_planned=round(answer.revenue_planned, 2),
            revenue_changed=round(answer.revenue_changed, 2),
            currency=currencies[0],
            learnt_from=learnt_from,
            notes=[
                *planned.notes,
                *seen.notes(change),
                *say.on_planned(planned, change),
                *say.on_currencies(currencies),
            ],
        )

    async def drivers(self, request: DriversRequest) -> DriversAnswer:
        """What goes with more or fewer sales. Raises NotFound, NotEnoughData."""
        now = await self._outlooks.outlook(request, MIN_HORIZON_DAYS)
        factors = self._known_factors()
        async with self._database.read() as session:
            first = await oldest_sales_day(session) or now.as_of
            most = max(MOST_CELLS // now.subject.products, HISTORY_DAYS)
            days = min((now.as_of - first).days + 1, LONGEST_PAST, most)
            reading = await read(session, request, days=max(days, 1), horizon=0, today=self._today())
        found = await self._capacity.run(drivers, reading.panel, factors, reading.subject)
        return DriversAnswer(
            model=now.model,
            as_of=reading.as_of,
            subject=reading.subject,
            drivers=found,
            notes=[*now.notes, *([] if found else [f"Nothing of {reading.subject.name} was sold in {days:,} days."])],
        )

    async def ways_to_sell(self, request: WaysToSellRequest) -> WaysToSellAnswer:
        """Ways to sell more of a product, as far as the shop's own past knows any. Raises as `what_if` does."""
        about = About(product_id=request.product_id)
        today = self._today()
        planned = await self._outlooks.outlook(about, request.horizon_days)
        async with self._database.read() as session:
            shop = ordering(await stock_now(session, request.product_id), self._policy)
            seen = await experience_of(session, planned)
            together = await bought_together(
                session, request.product_id, planned.as_of - timedelta(days=BUNDLE_DAYS - 1), planned.as_of,
                at_least=ways.TOGETHER_AT_LEAST, most=ways.COMPANIONS,
            )  # fmt: skip
        factors = self._factors()
        demand = await self._capacity.run(Demand.of, planned, today)
        stocked = Stocked(shop.now.units, shop.arriving, demand, shop.policy, today)
        found = [ways.restock(planned, stocked, demand.days)]
        notes = [*planned.notes, *shop.notes]
        if factors is None:
            notes.append("What prices and promotions do is not known before a model was trained on the shop's sales.")
        elif planned.mean.sum() > 0:
            more, why_not = await self._by_changes(about, planned, factors, seen)
            found += [*more, await self._capacity.run(ways.best_bundle, planned, factors, seen, together)]
            notes += [*why_not, *say.on_bundles(found, together)]
        listed = ways.ordered(found)
        notes += [note for note in (ways.stock_note(listed, planned.total().mean, stocked),) if note]
        notes += say.on_none(found, listed, request.horizon_days)
        return WaysToSellAnswer(
            model=planned.model,
            as_of=planned.as_of,
            subject=planned.subject,
            horizon_days=request.horizon_days,
            planned=rounded(planned.total(), 1),
            currency=shop.now.currency,
            ways=listed,
            notes=notes,
        )

    async def _by_changes(
        self, about: About, planned: Outlook, factors: Factors, seen: Experience
    ) -> tuple[list[Way], list[str]]:
        """The best price and the best promotion, and why one of them is none."""
        found: list[Way] = []
        notes: list[str] = []
        for choose, what in ((ways.best_price, "price cut"), (ways.best_promotion, "promotion")):
            change = choose(planned, factors, seen)
            if change is None:
                tried = seen.prices.changed if what == "price cut" else seen.promotions.promotions
                notes.append(say.no_change(what, bool(tried), seen))
                continue
            changed = await self._outlooks.outlook(about, planned.ahead.horizon, changed=change)
            try:
                answer = await self._capacity.run(what_if.compare, planned, changed, factors, change)
                way = ways.by_change(answer, change, seen)
            except NotEnoughData as reason:
                notes.append(reason.message)
                continue
            found.append(way)
            notes += [*seen.notes(change), *say.on_planned(planned, change)]
            if way.extra_revenue < 0:
                notes.append(f"No {what} that was tried would bring in more money: each unit brings in less.")
        return found, list(dict.fromkeys(notes))

    def _known_factors(self) -> Factors:
        factors = self._factors()
        if factors is None:
            raise NotEnoughData(
                "What prices and promotions do is learnt when a model is trained on the shop's sales, and none was "
                "yet. `shopclerk train forecasting` does it, and so does the night."
            )
        return factors


def _check_until(until: date | None, today: date) -> None:
    if until is None:
        return
    if until <= today:
        raise BadRequest(f"{until:%d %b %Y} is not in the future: ask about a day after {today:%d %b %Y}.")
    if (until - today).days > MAX_HORIZON_DAYS:
        raise ImpossibleHorizon(
            f"{until:%d %b %Y} is {(until - today).days:,} days ahead. The longest is {MAX_HORIZON_DAYS} days."
        )


def _plan(outlook: Outlook, shop: Ordering, until: date | None, today: date) -> StockPlanAnswer:
    demand = Demand.of(outlook, today)
    stock, policy = shop.now.units, shop.policy
    out = plans.run_out(demand, stock, today)
    order = plans.reorder(demand, stock, shop.arriving, policy, today)
    return StockPlanAnswer(
        model=outlook.model,
        as_of=outlook.as_of,
        subject=outlook.subject,
        stock=stock,
        arriving=shop.arriving,
        run_out=out.expected,
        run_out_early=out.early,
        run_out_late=out.late,
        until=until,
        chance_before_until=None if until is None else round(plans.chance_before(demand, stock, today, until), 3),
        lead_days=policy.lead_days,
        service_level=policy.service_level,
        cover_days=policy.cover_days,
        demand_in_lead=rounded(demand.interval(policy.lead_days), 1),
        reorder_point=order.point,
        order_now=order.now,
        order_quantity=order.quantity,
        order_by=order.by,
        notes=[*outlook.notes, *say.on_stock(demand, shop, outlook, today)],
    )

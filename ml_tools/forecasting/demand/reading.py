"""From the store to what the models see: a panel of cleaned days, what is known ahead, and what has to be told."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from common.errors import NotEnoughData, NotFound
from ml_tools.forecasting.demand import cleaning
from ml_tools.forecasting.demand.cleaning import Bools, Cleaned
from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats
from ml_tools.forecasting.schemas import About, Outlier, PlannedPromotion, Subject, SubjectKind
from ml_tools.settings import tools_settings
from store.sales import newest_sales_day
from store.sales_panel import (
    ProductSales,
    PromotionDays,
    SoldProduct,
    category_name,
    levels_alike,
    open_days,
    orders_on_namesakes,
    product_on_sale,
    products_on_sale,
    promotion_days,
    read_sales,
)

ALIKE_DAYS, ALIKE_PRODUCTS = 28, 8  # how many look-alikes' sales of how many days stand for a product without a past
FAMILIAR_DAYS = 56  # of known sales, from which on a product's own say enough
LOWEST_PRICE = 0.01  # models divide by prices: what is given away costs a cent


@dataclass(frozen=True)
class Reading:
    """What was read of a subject's products, all in the order of `panel.keys` (public ids).

    `panel` ends on `as_of`, the newest complete day; `ahead` begins the day after. `sold` [series, days] are the units
    as they stand in the store, returns taken off and nothing cleaned: what people are told was sold. `first_sold` is
    each product's first day with a sale, the panel's first day where it sold before, and None where it never did;
    `last_sold` its last, None likewise. `promotions` are those planned in the days ahead, `notes` say in words what was
    not taken as it stood.
    """

    panel: Panel
    ahead: Ahead
    subject: Subject
    as_of: date
    product_ids: tuple[int, ...]  # the database's
    sold: Floats
    first_sold: tuple[date | None, ...]
    last_sold: tuple[date | None, ...]
    outliers: list[Outlier]
    promotions: list[PlannedPromotion]
    notes: list[str]
    currency: str


async def read(
    session: AsyncSession,
    about: About,
    *,
    days: int,
    horizon: int,
    today: date,
    country: str | None = None,
    everything_alike: bool = False,
) -> Reading:
    """The newest `days` complete days of a subject's products, and what is known of the `horizon` days (0 for none)
    after them. Products off sale are left out of categories and of the whole shop. `country` is the shop's, as an ISO
    code; the settings' without one. What is alike is looked up of products that are known for FAMILIAR_DAYS at most,
    as it costs as much as all else together; with `everything_alike`, for training, of all.

    Raises NotFound for an unknown product or category, NotEnoughData where the shop sold nothing up to yesterday, or
    has no product of the category on sale.
    """
    products, subject = await find_subject(session, about)
    as_of, notes = await newest_complete_day(session, today)
    start, until = as_of - timedelta(days=days - 1), as_of + timedelta(days=horizon)
    ids = [product.id for product in products]
    found = await read_sales(session, ids, start, as_of, until)
    country = tools_settings().shop_country if country is None else country
    window = _Window(start, days, horizon, products, [found[product] for product in ids], country)
    promotions = await promotion_days(session, start, until)
    shop_sold = window.marks([await open_days(session, start, as_of)])[0]
    cleaned = window.cleaned(shop_sold, window.discounts(promotions)[:, :days])
    known = np.isfinite(cleaned.units).sum(axis=1)
    new = [number for number, seen in zip(ids, known, strict=True) if everything_alike or seen <= FAMILIAR_DAYS]
    alike = await levels_alike(session, new, as_of, days=ALIKE_DAYS, count=ALIKE_PRODUCTS) if new else {}
    return Reading(
        panel=window.panel(cleaned, promotions, alike),
        ahead=window.ahead(promotions),
        subject=subject,
        as_of=as_of,
        product_ids=tuple(ids),
        sold=window.sold,
        first_sold=window.first_sold(),
        last_sold=window.last_sold(),
        outliers=_outliers(cleaned, products),
        promotions=_planned(promotions, products, as_of, until),
        notes=[*notes, *cleaning.notes_on(cleaned), *_note_on_new(window)],
        currency=Counter(product.currency for product in products).most_common(1)[0][0],
    )


async def find_subject(session: AsyncSession, about: About) -> tuple[list[SoldProduct], Subject]:
    """The products that a question is about; raises NotFound, or NotEnoughData where none of them is on sale."""
    if about.product_id is not None:
        product = await product_on_sale(session, about.product_id)
        if product is None:
            raise NotFound("There is no such product.")
        return [product], Subject(kind=SubjectKind.PRODUCT, id=product.public_id, name=product.name, products=1)
    name = "the whole shop" if about.category is None else await category_name(session, about.category)
    if name is None:
        raise NotFound("There is no such category.")
    products = await products_on_sale(session, about.category)
    if not products:
        raise NotEnoughData(f"No product of {name} is on sale, so there is nothing to forecast.")
    kind = SubjectKind.SHOP if about.category is None else SubjectKind.CATEGORY
    return products, Subject(kind=kind, id=about.category, name=name, products=len(products))


async def newest_complete_day(session: AsyncSession, today: date) -> tuple[date, list[str]]:
    """The newest day before `today` whose sales are all there, and a note when a newer one was left out.

    Raises NotEnoughData for a shop without sales.
    """
    newest = await newest_sales_day(session, before=today)
    if newest is None:
        raise NotEnoughData("The shop has no sales up to yesterday, so there is nothing to forecast from.")
    if cleaning.newest_day_is_incomplete(await orders_on_namesakes(session, newest), newest):
        note = f"{newest:%d %b %Y} looks incomplete for the whole shop and was left out."
        return newest - timedelta(days=1), [note]
    return newest, []


@dataclass(frozen=True)
class _Window:
    """Sparse rows of the store spread over the days that were asked for."""

    start: date
    days: int
    horizon: int
    products: Sequence[SoldProduct]
    sales: Sequence[ProductSales]
    country: str

    @property
    def sold(self) -> Floats:
        """Units [series, days] with returns taken off the newest sales before them."""
        units = np.zeros((len(self.sales), self.days))
        for row, sales in zip(units, self.sales, strict=True):
            row[sales.days] = sales.units
            if row.min(initial=0) < 0:
                _net_returns(row)
        return units

    def marks(self, positions: Sequence[Sequence[int]]) -> Bools:
        """True [rows, days] at the positions of each row."""
        marked = np.zeros((len(positions), self.days), dtype=bool)
        for row, at in zip(marked, positions, strict=True):
            row[list(at)] = True
        return marked

    def cleaned(self, shop_sold: Bools, discount: Floats) -> Cleaned:
        return cleaning.clean(
            self.start,
            self.sold,
            shop_sold=shop_sold,
            sold_out=self.marks([sales.sold_out for sales in self.sales]),
            first=self.on_sale_from(),
            expected_peaks=discount > 0,
        )

    def on_sale_from(self) -> np.ndarray:
        """The position [series] from which each product was on sale: listed in the shop, or sold already."""
        sold = [0 if sales.sold_before else min(sales.days, default=self.days) for sales in self.sales]
        listed = [(product.listed - self.start).days for product in self.products]
        return np.clip(np.minimum(sold, listed), 0, self.days)

    def prices(self) -> Floats:
        """List prices [series, days + horizon]; before the first known one today's holds."""
        price = np.empty((len(self.products), self.days + self.horizon))
        for row, product, sales in zip(price, self.products, self.sales, strict=True):
            row[:] = product.price
            for first, value in zip(sales.price_from, sales.prices, strict=True):
                row[max(first, 0) :] = value
        return np.maximum(price, LOWEST_PRICE)

    def discounts(self, promotions: Sequence[PromotionDays]) -> Floats:
        """The best discount [series, days + horizon] that was or will be on, as a share."""
        best = np.zeros((len(self.products), self.days + self.horizon))
        for promotion in promotions:
            rows = [row for row, product in enumerate(self.products) if promotion.covers(product)]
            first, last = ((day - self.start).days for day in (promotion.first, promotion.last))
            part = best[:, max(first, 0) : last + 1]
            part[rows] = np.maximum(part[rows], promotion.percent / 100)
        return best

    def panel(self, cleaned: Cleaned, promotions: Sequence[PromotionDays], alike: Mapping[int, float | None]) -> Panel:
        levels = [alike.get(product.id) for product in self.products]
        return Panel(
            keys=tuple(product.public_id for product in self.products),
            groups=tuple(product.category for product in self.products),
            start=self.start,
            units=cleaned.units,
            at_least=cleaned.at_least,
            price=self.prices()[:, : self.days],
            discount=self.discounts(promotions)[:, : self.days],
            alike=np.array([np.nan if level is None else level for level in levels]),
            country=self.country,
        )

    def ahead(self, promotions: Sequence[PromotionDays]) -> Ahead:
        start = self.start + timedelta(days=self.days)
        return Ahead(start, self.prices()[:, self.days :], self.discounts(promotions)[:, self.days :])

    def first_sold(self) -> tuple[date | None, ...]:
        return tuple(self.start if sales.sold_before else self._day(min, sales) for sales in self.sales)

    def last_sold(self) -> tuple[date | None, ...]:
        return tuple(self._day(max, sales) or sales.last_before for sales in self.sales)

    def _day(self, choose: Callable[[list[int]], int], sales: ProductSales) -> date | None:
        selling = [day for day, units in zip(sales.days, sales.units, strict=True) if units > 0]
        return self.start + timedelta(days=choose(selling)) if selling else None


def _net_returns(units: Floats) -> None:
    """Take a day's negative units [days] off the newest days before it; what finds no sale stays negative."""
    for at in np.flatnonzero(units < 0):
        before = at - 1
        while units[at] < 0 and before >= 0:
            taken = min(-units[at], max(units[before], 0.0))
            units[before] -= taken
            units[at] += taken
            before -= 1


def _outliers(cleaned: Cleaned, products: Sequence[SoldProduct]) -> list[Outlier]:
    """The newest first."""
    newest_first = sorted(cleaned.damped, key=lambda spike: (-spike.at, spike.row))
    return [
        Outlier(
            product_id=products[spike.row].public_id,
            day=cleaned.start + timedelta(days=spike.at),
            units=spike.units,
            usual=round(spike.usual, 1),
        )
        for spike in newest_first
    ]


def _planned(
    promotions: Sequence[PromotionDays], products: Sequence[SoldProduct], as_of: date, until: date
) -> list[PlannedPromotion]:
    """The promotions on any of the products in the days after `as_of`."""
    return [
        PlannedPromotion(
            title=promotion.title, start=promotion.first, end=promotion.last, discount_percent=promotion.percent
        )
        for promotion in promotions
        if promotion.last > as_of and promotion.first <= until and any(map(promotion.covers, products))
    ]


def _note_on_new(window: _Window) -> list[str]:
    new = sum(1 for sales in window.sales if not sales.days and not sales.sold_before)
    if not new:
        return []
    what = "1 product has" if new == 1 else f"{new} products have"
    return [f"{what} not sold yet: what is alike in the category stands in for a past."]

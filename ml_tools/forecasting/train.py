"""Learning the season profile from a shop's whole history. The rest of the model is fitted per product, per request.

What a holdout does not confirm is not learnt: yearly factors are kept, halved or dropped by how well they foretell the
newest months, and a category gets factors of its own only as far as they beat the whole shop's.

    python -m ml_tools.forecasting.train
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import PoissonRegressor

from common.errors import NotEnoughData, ShopclerkError
from common.settings import settings
from ml_tools import artefacts
from ml_tools.artefacts import Artefact
from ml_tools.forecasting.profiles import FILE, TOOL
from ml_tools.forecasting.season import (
    MAX_PROMOTION_LIFT,
    SHOP,
    Floats,
    GroupSeason,
    SeasonProfile,
    calendar,
    weekdays,
    year_positions,
)  # fmt: skip
from store.sales import (
    CategoryDay,
    CategoryDiscount,
    category_daily_units,
    category_discounts,
    newest_sales_day,
    oldest_sales_day,
)
from store.session import Database

MIN_WEEKDAY_DAYS = 56
MIN_YEARLY_DAYS = 550  # with fewer, a trend and a season cannot be told apart
HOLDOUT_DAYS = 185
LEVEL_DAYS, AHEAD_DAYS = 120, 45  # how the profile will be used
HARMONICS = 6
RIDGE = 1e-3
DISCOUNT_UNIT = 0.1  # discounts enter the regression in tenths, on the scale of the other columns
SHARES = (0.0, 0.5, 1.0)  # how much of the learnt logarithms of factors is kept


@dataclass(frozen=True)
class GroupSales:
    """Daily units [n] of a group from `start` on, NaN on days that are missing, and the discounts (shares) [n]."""

    start: date
    units: Floats
    discounts: Floats

    @property
    def days(self) -> NDArray[np.datetime64]:
        return calendar(self.start, len(self.units))


@dataclass(frozen=True)
class TrainedProfile:
    """The profile, and the mean absolute percentage error of group sales in the holdout with and without it."""

    profile: SeasonProfile
    holdout_error: float | None
    holdout_error_without: float | None


def train_profile(groups: Mapping[str, GroupSales]) -> TrainedProfile:
    """Learn from the sales of groups, the whole shop's under SHOP; ValueError when that has less than eight weeks."""
    shop = groups[SHOP]
    if np.isfinite(shop.units).sum() < MIN_WEEKDAY_DAYS:
        raise ValueError(f"Season factors need {MIN_WEEKDAY_DAYS} days of sales of the whole shop.")
    if len(shop.units) < MIN_YEARLY_DAYS:
        return TrainedProfile(SeasonProfile({g: _weekday_only(s) for g, s in groups.items() if _enough(s)}), None, None)
    basis, share = _choose_shop_shape(shop)
    whole = _fit(shop, basis)
    seasons = {SHOP: _share_of(whole, share)}
    for group, sales in groups.items():
        if group != SHOP and _enough(sales):
            seasons[group] = _group_season(sales, shop, basis, share, seasons[SHOP])
    fitted = _share_of(_fit(_head(shop), basis), share)
    return TrainedProfile(
        SeasonProfile(seasons), _holdout_error(shop, fitted), _holdout_error(shop, _weekday_only(_head(shop)))
    )


def _enough(sales: GroupSales) -> bool:
    known = sales.units[np.isfinite(sales.units)]
    return len(known) >= MIN_WEEKDAY_DAYS and float(known.sum()) >= 10 * MIN_WEEKDAY_DAYS


def _choose_shop_shape(shop: GroupSales) -> tuple[str, float]:
    """The yearly basis, and the share of it, that foretold the shop's newest months best."""
    fitted = {basis: _fit(_head(shop), basis) for basis in ("months", "harmonics")}
    return min(
        ((basis, share) for basis in fitted for share in SHARES),
        key=lambda choice: _holdout_error(shop, _share_of(fitted[choice[0]], choice[1])),
    )


def _group_season(
    sales: GroupSales, shop: GroupSales, basis: str, shop_share: float, whole: GroupSeason
) -> GroupSeason:
    """The group's factors, mixed with the shop's in the proportion that foretold its newest months best."""
    if len(sales.units) < MIN_YEARLY_DAYS:
        return GroupSeason(_weekday_only(sales).weekday, whole.yearly, whole.promotion_lift)
    own, pooled = _fit(_head(sales), basis), _share_of(_fit(_head(shop), basis), shop_share)
    share = min(SHARES, key=lambda share: _holdout_error(sales, _mixed(own, pooled, share)))
    return _mixed(_fit(sales, basis), whole, share)


def _head(sales: GroupSales) -> GroupSales:
    return GroupSales(sales.start, sales.units[:-HOLDOUT_DAYS], sales.discounts[:-HOLDOUT_DAYS])


def _fit(sales: GroupSales, basis: str) -> GroupSeason:
    """A Poisson regression of daily units on a trend, discounts, the weekday and a yearly basis."""
    known = np.isfinite(sales.units)
    design = np.hstack(
        [
            np.linspace(-0.5, 0.5, len(known))[:, None],
            sales.discounts[:, None] / DISCOUNT_UNIT,
            np.eye(7)[weekdays(sales.days)],
            _yearly(year_positions(sales.days), basis),
        ]
    )
    regression = PoissonRegressor(alpha=RIDGE, solver="newton-cholesky", max_iter=200)
    regression.fit(design[known], sales.units[known])
    yearly = np.exp(_yearly(np.arange(366), basis) @ regression.coef_[9:])
    weekday = np.exp(regression.coef_[2:9])
    lift = float(np.clip(regression.coef_[1] / DISCOUNT_UNIT, 0, MAX_PROMOTION_LIFT))
    return GroupSeason(weekday / weekday.mean(), yearly / yearly.mean(), lift)


def _yearly(positions: NDArray[np.int64], basis: str) -> Floats:
    """Design columns of a yearly shape for places in a leap year [n]: 12 months, or sines and cosines."""
    if basis == "months":
        starts = np.array([0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335])
        return np.eye(12)[np.searchsorted(starts, positions, side="right") - 1]
    angles = 2 * np.pi * np.outer(positions / 366, np.arange(1, HARMONICS + 1))
    return np.hstack([np.sin(angles), np.cos(angles)])


def _weekday_only(sales: GroupSales) -> GroupSeason:
    known = np.isfinite(sales.units)
    days = weekdays(sales.days)
    mean = np.array([sales.units[known & (days == day)].mean() if (known & (days == day)).any() else np.nan
                     for day in range(7)])  # fmt: skip
    mean = np.maximum(np.nan_to_num(mean, nan=float(np.nanmean(mean))), 1e-3 * float(np.nanmax(mean)))
    return GroupSeason(mean / mean.mean(), np.ones(366))


def _share_of(season: GroupSeason, share: float) -> GroupSeason:
    yearly = season.yearly**share
    return GroupSeason(season.weekday, yearly / yearly.mean(), season.promotion_lift)


def _mixed(own: GroupSeason, pooled: GroupSeason, share: float) -> GroupSeason:
    yearly = own.yearly**share * pooled.yearly ** (1 - share)
    return GroupSeason(own.weekday, yearly / yearly.mean(), (own.promotion_lift + pooled.promotion_lift) / 2)


def _holdout_error(sales: GroupSales, season: GroupSeason) -> float:
    """Mean absolute percentage error of level x factors over the holdout, used as in a forecast."""
    factors = season.weekday[weekdays(sales.days)] * season.known_factors(sales.days, sales.discounts)
    errors = [
        np.abs(sales.units[ahead] - np.nanmean(sales.units[level] / factors[level]) * factors[ahead])
        for level, ahead in _holdout_windows(len(sales.units))
    ]
    return float(100 * np.nanmean(np.concatenate(errors)) / max(float(np.nanmean(sales.units[-HOLDOUT_DAYS:])), 1e-9))


def _holdout_windows(days: int) -> Iterator[tuple[slice, slice]]:
    for origin in range(days - HOLDOUT_DAYS, days - AHEAD_DAYS + 1, AHEAD_DAYS):
        yield slice(max(origin - LEVEL_DAYS, 0), origin), slice(origin, origin + AHEAD_DAYS)


async def train_from_store(database: Database, models: Path) -> Artefact:
    """Learn from every order in the store and write a new version under `models`; ValueError with too few sales."""
    async with database.begin() as session:
        newest = await newest_sales_day(session, before=datetime.now(UTC).date())
        oldest = await oldest_sales_day(session)
        if newest is None or oldest is None:
            raise NotEnoughData("The store has no sales yet, so there are no seasons to learn.")
        rows = await category_daily_units(session, oldest, newest)
        discounts = await category_discounts(session)
    groups = groups_of(rows, discounts, oldest, newest)
    trained = train_profile(groups)
    days, units = len(groups[SHOP].units), int(np.nansum(groups[SHOP].units))
    return artefacts.save(
        models,
        TOOL,
        {FILE: json.dumps(trained.profile.to_json()).encode()},
        name="season-profile",
        trained_on=f"{units:,} units sold on {days:,} days, {oldest} to {newest}",
        as_of=newest,
        licence="the shop's own data",
        quality={
            "holdout_error_percent": _rounded(trained.holdout_error),
            "holdout_error_percent_without_season": _rounded(trained.holdout_error_without),
            "groups": len(trained.profile.groups),
        },
    )


def groups_of(
    rows: list[CategoryDay], discounts: list[CategoryDiscount], start: date, end: date
) -> dict[str, GroupSales]:
    """The whole shop and each category as daily units; days on which the shop sold nothing are missing, not zero."""
    size = (end - start).days + 1
    units = {row.category: np.zeros(size) for row in rows}
    for row in rows:
        units[row.category][(row.day - start).days] += row.units
    off = {group: np.zeros(size) for group in units}
    for discount in discounts:
        if discount.category in off:
            when = slice(max((discount.first - start).days, 0), max((discount.last - start).days + 1, 0))
            off[discount.category][when] = np.maximum(off[discount.category][when], discount.percent / 100)
    units[SHOP] = np.sum([units[group] for group in off], axis=0)
    off[SHOP] = np.average([off[group] for group in off], axis=0, weights=[units[group].sum() + 1 for group in off])
    return {g: GroupSales(start, np.where(units[SHOP] == 0, np.nan, units[g]), off[g]) for g in units}


def _rounded(error: float | None) -> float | None:
    return None if error is None else round(error, 2)


async def _main() -> None:
    config = settings()
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set. `shopclerk train forecasting` sets it.")
    database = Database(config.database_url, pool_size=1)
    try:
        artefact = await train_from_store(database, config.trained_dir)
    except ShopclerkError as error:
        raise SystemExit(error.message) from error
    finally:
        await database.close()
    print(artefact.manifest.model_dump_json(indent=2))  # noqa: T201 (what was trained is this command's output)


if __name__ == "__main__":
    asyncio.run(_main())

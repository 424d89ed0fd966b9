"""Sales files and public sets as panels, and what an evaluation makes of them: what is learnt, asked, and right.

The public sets come from `SHOPCLERK_DATA`. At an origin everything is cleaned as the store's own sales are, from the
days before it alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from common.errors import BadRequest
from ml_tools.forecasting.demand.cleaning import clean
from ml_tools.forecasting.demand.panel import Ahead, Panel
from ml_tools.forecasting.demand.season import Floats

STORE_ITEM, ROSSMANN, ONLINE_RETAIL = "store-item-demand", "rossmann", "online-retail"
FLAG_DISCOUNT = 0.2  # what a promotion counts as of which a file says only that it was on
RETAIL_CHOSEN_DAYS, RETAIL_SOLD_SHARE = 120, 0.6
SEED = 0


@dataclass(frozen=True)
class Columns:
    """The columns of a sales file. What is not named here, and is not optional, names the series."""

    date: str = "date"
    sales: str = "sales"
    promotion: str | None = None  # 0 or 1, a share, or percent off
    price: str | None = None
    open: str | None = None  # 0 on days on which the series was closed
    group: str | None = None  # the category; it may be one of those that name the series
    ignored: tuple[str, ...] = ()

    def series(self, all_columns: Iterable[str]) -> list[str]:
        used = {self.date, self.sales, self.promotion, self.price, self.open, *self.ignored}
        return sorted(column for column in all_columns if column not in used)


@dataclass(frozen=True)
class Question:
    """What a forecaster is given at one origin, and what came after.

    It may learn from `learnt`, which ends the day before `ahead`; it sees `past`, the newest days of the series that
    are asked for. `actual` [series, horizon] is NaN where nothing is to be compared; `truth` is the true mean demand
    where that is known. `sold_out` [series] counts the days out of stock in `past`.
    """

    origin: date
    learnt: Panel
    past: Panel
    ahead: Ahead
    actual: Floats
    truth: Floats | None = None
    sold_out: Floats | None = None

    @property
    def rows(self) -> int:
        return int(np.isfinite(self.actual).sum())


def read_panel(path: Path, columns: Columns = Columns()) -> Panel:
    """A sales file (csv, csv.gz or parquet), units as they stand: negative where more came back than was sold.

    Raises BadRequest for a file that lacks a column or has a date or a number that cannot be read.
    """
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    return panel_of(frame, columns, path.name)


def panel_of(frame: pd.DataFrame, columns: Columns, name: str) -> Panel:
    """The same of a table; `name` is what errors call it."""
    wanted = (columns.date, columns.sales, columns.promotion, columns.price, columns.open, columns.group)
    missing = [column for column in wanted if column is not None and column not in frame.columns]
    if missing:
        raise BadRequest(f"{name} lacks the column {' and '.join(missing)}; it has {', '.join(frame.columns)}.")
    if frame.empty:
        raise BadRequest(f"{name} has no rows.")
    long = pd.DataFrame({"series": _series(frame, columns.series(frame.columns))})
    try:
        long["date"] = pd.to_datetime(frame[columns.date]).dt.normalize()
        for column in ("sales", "promotion", "price", "open"):
            if source := getattr(columns, column):
                long[column] = pd.to_numeric(frame[source]).astype(float)
    except (ValueError, TypeError) as error:
        raise BadRequest(f"{name} has a date or a number that cannot be read: {error}") from error
    if columns.group:
        long["group"] = frame[columns.group].astype(str)
    return _panel(long)


def _series(frame: pd.DataFrame, names: list[str]) -> NDArray[np.object_]:
    """Each row's series; numbers are written alike whether a file stores them as 1 or 1.0."""
    if not names:
        return np.full(len(frame), "all", dtype=object)
    codes, parts = pd.MultiIndex.from_frame(frame[names]).factorize()
    written = ["/".join(f"{part:g}" if isinstance(part, float) else str(part) for part in row) for row in parts]
    return np.array(written, dtype=object)[codes]


def _panel(long: pd.DataFrame) -> Panel:
    """From columns date, series, sales and optionally promotion, price, open, group."""
    days = pd.date_range(long["date"].min(), long["date"].max(), freq="D")
    wide = _wide(long, "sales", days)
    panel = Panel.of_units([str(key) for key in wide.index], days[0].date(), wide.to_numpy(dtype=float))
    if "open" in long:
        panel = replace(panel, units=np.where(_wide(long, "open", days).to_numpy() == 0, np.nan, panel.units))
    if "promotion" in long:
        panel = replace(panel, discount=_discounts(_wide(long, "promotion", days).to_numpy(dtype=float)))
    if "price" in long:
        price = _wide(long, "price", days).ffill(axis=1).bfill(axis=1).to_numpy(dtype=float)
        panel = replace(panel, price=np.where(price > 0, price, 1.0))
    if "group" in long:
        panel = replace(panel, groups=tuple(long.groupby("series")["group"].first().loc[list(wide.index)]))
    return panel


def _wide(long: pd.DataFrame, column: str, days: pd.DatetimeIndex) -> pd.DataFrame:
    """[series, days], NaN where there is no row."""
    rows = long.groupby(["series", "date"])[column]
    together = {"sales": lambda: rows.sum(min_count=1), "open": rows.min, "promotion": rows.max, "price": rows.mean}
    return together[column]().unstack("date").reindex(columns=days)


def _discounts(told: Floats) -> Floats:
    known = np.nan_to_num(told)
    if known.max(initial=0) > 1:
        known = known / 100
    elif set(np.unique(known)) <= {0.0, 1.0}:
        known = known * FLAG_DISCOUNT
    return np.clip(known, 0.0, 0.9)


def merged(earlier: Panel, panel: Panel) -> Panel:
    """Both panels' series over both panels' days; where both know a day, the second one tells."""
    keys = tuple(dict.fromkeys([*panel.keys, *earlier.keys]))
    start, end = min(earlier.start, panel.start), max(earlier.end, panel.end)
    shape = (len(keys), (end - start).days + 1)
    arrays = {name: np.full(shape, fill) for name, fill in (("units", np.nan), ("at_least", np.nan))}
    arrays |= {"price": np.full(shape, np.nan), "discount": np.zeros(shape)}
    row_of = {key: row for row, key in enumerate(keys)}
    for part in (earlier, panel):
        rows = np.array([row_of[key] for key in part.keys])[:, None]
        columns = (part.start - start).days + np.arange(part.length)
        for name, whole in arrays.items():
            value = getattr(part, name)
            whole[rows, columns] = np.where(np.isfinite(value), value, whole[rows, columns])
    prices = pd.DataFrame(arrays["price"]).ffill(axis=1).bfill(axis=1).to_numpy()
    groups = dict(zip(earlier.keys, earlier.groups, strict=True)) | dict(zip(panel.keys, panel.groups, strict=True))
    alike = np.full(len(keys), np.nan)
    named = tuple(groups[key] for key in keys)
    return Panel(keys, named, start, **(arrays | {"price": prices}), alike=alike, country="")


def questions(
    panel: Panel,
    origins: Sequence[date],
    *,
    history: int,
    horizon: int,
    train: Panel | None = None,
    sample: int | None = None,
) -> Iterator[Question]:
    """What every series of a panel (or `sample` of them, drawn with a fixed seed) is asked at every origin.

    Models learn from the `history` days before an origin, or with `train` from all days before it, of both panels.
    BadRequest when days are lacking.
    """
    for origin in origins:
        at = (origin - panel.start).days
        if at - history < 0 or at + horizon > panel.length:
            raise BadRequest(
                f"Origin {origin} needs {history} days before and {horizon} from it on; "
                f"the file has {panel.start} to {panel.end}."
            )
    rows = drawn(len(panel), sample)
    whole = panel if train is None or train is panel else merged(train, panel)  # the panel's series stay the first ones
    for origin in origins:
        at = (origin - whole.start).days
        learnt = cleaned(whole.between(0 if train is not None else at - history, at))
        asked = learnt.of(rows)
        yield Question(
            origin,
            learnt=learnt,
            past=asked.between(asked.length - history, asked.length),
            ahead=_ahead(whole, at, horizon).of(rows),
            actual=_actual(whole.between(at, at + horizon))[rows],
        )


def drawn(count: int, sample: int | None) -> NDArray[np.int64]:
    """The rows to ask for, in order."""
    if sample is None or sample >= count:
        return np.arange(count)
    return np.sort(np.random.default_rng(SEED).choice(count, sample, replace=False))


def cleaned(panel: Panel) -> Panel:
    """A panel of units as they stood, as models see it."""
    shop_sold = np.nansum(np.abs(panel.units), axis=0) > 0
    seen = clean(panel.start, panel.units, shop_sold=shop_sold, expected_peaks=panel.discount > 0)
    return replace(panel, units=seen.units)


def _ahead(panel: Panel, at: int, horizon: int) -> Ahead:
    days = panel.between(at, at + horizon)
    return Ahead(days.start, days.price, days.discount)


def _actual(panel: Panel) -> Floats:
    """What was sold, without the days on which nobody sold anything."""
    shop_sold = np.nansum(np.abs(panel.units), axis=0) > 0
    return np.where(shop_sold, np.maximum(panel.units, 0.0), np.nan)


@dataclass(frozen=True)
class PublicSet:
    """A public set with the origins that it is rehearsed on; what is learnt is learnt from all days before them."""

    name: str
    read: Callable[[Path], Panel]
    origins: tuple[date, ...]
    horizon: int = 45
    history: int = 120


def store_item(data: Path) -> Panel:
    """Ten stores' daily sales of 50 items."""
    return read_panel(data / STORE_ITEM / "daily_sales_2013_2016.parquet")


def rossmann(data: Path) -> Panel:
    """A hundred shops' daily takings, with promotions and closed days, which are left out."""
    columns = Columns(
        date="Date",
        sales="Sales",
        promotion="Promo",
        open="Open",
        ignored=("DayOfWeek", "Customers", "StateHoliday", "SchoolHoliday"),
    )
    return read_panel(data / ROSSMANN / "rossmann_100_stores.parquet", columns)


def online_retail(data: Path) -> Panel:
    """Daily units of the products that a shop sold on most days of its first months, returns taken off.

    A day without any order is missing; one without an order of the product is a day without demand.
    """
    lines = pd.read_parquet(data / ONLINE_RETAIL / "orders_to_2011_06.parquet")
    lines = lines[lines["StockCode"].str.match(r"^\d{5}")]  # the others are postage, fees and corrections
    frame = lines.assign(date=lines["InvoiceDate"].dt.normalize(), sales=lines["Quantity"], item=lines["StockCode"])
    panel = panel_of(frame[["date", "item", "sales"]], Columns(), ONLINE_RETAIL)
    shop_sold = np.isfinite(panel.units).any(axis=0)
    units = np.where(shop_sold, np.nan_to_num(panel.units), np.nan)
    early = units[:, :RETAIL_CHOSEN_DAYS]
    often = (early > 0).sum(axis=1) >= RETAIL_SOLD_SHARE * np.isfinite(early[0]).sum()
    return replace(panel, units=units).of(np.flatnonzero(often))


PUBLIC: Mapping[str, PublicSet] = {
    one.name: one
    for one in (
        PublicSet(STORE_ITEM, store_item, tuple(date(2016, month, 1) for month in (2, 5, 8, 11))),
        PublicSet(ROSSMANN, rossmann, (date(2015, 3, 2), date(2015, 5, 4), date(2015, 6, 15))),
        PublicSet(ONLINE_RETAIL, online_retail, (date(2011, 4, 4), date(2011, 5, 2)), horizon=30),
    )
}

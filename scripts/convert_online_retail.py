"""Turns real order lines (the Online Retail data, parquet) into products.csv and orders.csv for `shopclerk import`.

    python scripts/convert_online_retail.py OUT_FOLDER [--source FILE] [--stock 100] [--recent]

What is decided here:
- A line is sold goods when its stock code is one (84029G, DCGS0003). Postage, fees, discounts, vouchers and manual
  corrections are not, and neither are lines at price 0, which are corrections of the stock.
- A product's name is its commonest description with capitals and no question mark: the others are notes ("damaged",
  "?"). Its price is the median of its last 20 sales. The data knows no stock: every product gets `--stock` units.
- An invoice whose number begins with C is a return: its units are negative and it is kept as an order of its own.
- Who is not named bought as `unknown-<invoice>`: one buyer an invoice, because one buyer of all would be untrue.
- `--recent` moves all times by whole weeks so that the last order is of the past week: forecasts look from today.
- Lines that repeat another are kept (the till was used twice), and an invoice is of the minute it began. Times are
  kept as they are, as UTC. Codes that differ only in case are one product.
"""

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from common.settings import settings

GOODS = re.compile(r"\d{5}[A-Z]{0,2}|DCGS\w+|PADS")
RECENT = 20


def goods(lines: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """The lines that are sold goods, with their number in the invoice; and how many lines were what else."""
    lines = lines.assign(sku=lines["StockCode"].str.strip().str.upper(), line=lines.groupby("InvoiceNo").cumcount() + 1)
    is_goods = lines["sku"].str.fullmatch(GOODS)
    has_price = lines["UnitPrice"] > 0
    named = lines["sku"].isin(names(lines).index)
    kept = is_goods & has_price & named & (lines["Quantity"] != 0)
    return lines[kept], {
        "lines read": len(lines),
        "lines kept": int(kept.sum()),
        "postage, fees, vouchers and corrections, left out": int((~is_goods).sum()),
        "lines at price 0 or less, left out": int((is_goods & ~has_price).sum()),
        "lines of products that have no name, left out": int((is_goods & has_price & ~named).sum()),
    }


def names(lines: pd.DataFrame) -> pd.Series:
    """By stock code: the commonest description that is a name and not a note, in title case."""
    text = lines["Description"].fillna("").str.split().str.join(" ")
    proper = lines.assign(name=text)[text.str.contains(r"[A-Z]{2}") & ~text.str.contains("?", regex=False)]
    commonest = proper.groupby("sku")["name"].agg(lambda found: found.value_counts().index[0])
    return commonest.map(lambda name: re.sub(r"[A-Z]+('[A-Z]+)?", lambda word: word[0].capitalize(), name))


def products(kept: pd.DataFrame, stock: int) -> pd.DataFrame:
    sold = kept[kept["Quantity"] > 0].sort_values("InvoiceDate", kind="stable")
    recent = sold.groupby("sku").tail(RECENT)
    price = recent.groupby("sku")["UnitPrice"].median().round(2)
    only_returned = kept[~kept["sku"].isin(price.index)].groupby("sku")["UnitPrice"].median().round(2)
    price = pd.concat([price, only_returned]).sort_index()
    name = names(kept).reindex(price.index)
    table = pd.DataFrame({"name": name, "category": "Gifts", "price": price.map("{:.2f}".format), "currency": "GBP"})
    return table.assign(stock=stock).rename_axis("sku").reset_index()


def orders(kept: pd.DataFrame) -> pd.DataFrame:
    invoice = kept["InvoiceNo"].str.strip()
    known = kept["CustomerID"].notna()
    customer = kept["CustomerID"].fillna(0).astype(int).astype(str).where(known, "unknown-" + invoice)
    began = kept.groupby("InvoiceNo")["InvoiceDate"].transform("min")
    table = {
        "order_number": invoice,
        "line": kept["line"],
        "placed_at": began.dt.strftime("%Y-%m-%dT%H:%M:%S"),
        "customer": customer,
        "sku": kept["sku"],
        "units": kept["Quantity"],
        "unit_price": kept["UnitPrice"].map("{:.2f}".format),
        "currency": "GBP",
        "status": invoice.str.startswith("C").map({True: "returned", False: "delivered"}),
    }
    return pd.DataFrame(table)


def moved_to(lines: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """The lines, later by as many whole weeks as leave the last one before `today`: weekdays stay what they were."""
    weeks = (today - lines["InvoiceDate"].max().normalize() - pd.Timedelta(days=1)).days // 7
    return lines.assign(InvoiceDate=lines["InvoiceDate"] + pd.Timedelta(weeks=weeks))


def convert(source: Path, out: Path, stock: int, today: pd.Timestamp | None = None) -> dict[str, int]:
    """Write products.csv and orders.csv into `out`, moved up to `today` if given; returns counts to be told."""
    lines = pd.read_parquet(source)
    kept, counts = goods(lines if today is None else moved_to(lines, today))
    kept = kept[kept["sku"].isin(names(kept).index)]
    catalogue, lines = products(kept, stock), orders(kept)
    catalogue.to_csv(out / "products.csv", index=False)
    lines.to_csv(out / "orders.csv", index=False)
    return {
        **counts,
        "products": len(catalogue),
        "orders": lines["order_number"].nunique(),
        "returned lines": int((lines["units"] < 0).sum()),
        "lines of unnamed buyers": int(lines["customer"].str.startswith("unknown-").sum()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder for products.csv and orders.csv")
    default = settings().shopclerk_data / "online-retail" / "orders_to_2011_06.parquet"
    parser.add_argument("--source", type=Path, default=default)
    parser.add_argument("--stock", type=int, default=100)
    parser.add_argument("--recent", action="store_true", help="move all times to end in the past week")
    options = parser.parse_args()
    if not options.source.is_file():
        sys.exit(f"There is no file {options.source}; name it with --source, or its folder with SHOPCLERK_DATA.")
    options.out.mkdir(parents=True, exist_ok=True)
    today = pd.Timestamp(datetime.now(UTC).date()) if options.recent else None
    for what, count in convert(options.source, options.out, options.stock, today).items():
        print(f"{count:>8,} {what}")


if __name__ == "__main__":
    main()

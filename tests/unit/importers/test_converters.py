"""The scripts that turn public collections into import files: prices, memory, names, returns, blanks and oddities."""

import csv
import gzip
import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from scripts import convert_online_retail as retail
from scripts import convert_phones as phones


@pytest.mark.parametrize(
    ("text", "currency", "price"),
    [
        ("About 130 EUR", "USD", Decimal("150.80")),
        ("About 130 EUR", "EUR", Decimal("130.00")),
        ("$\u2009387.14 / €\u2009429.00 / £\u2009339.00", "USD", Decimal("387.14")),
        ("£\u2009100.00 / ₹\u200911,990", "USD", Decimal("137.00")),
        ("₹\u200910,000", "USD", Decimal("133.00")),
        ("$\u20091,000.95", "EUR", Decimal("862.89")),
        ("About BTC 0.1/ETH 3(crypto curr)", "USD", None),
        ("About 0 EUR", "USD", None),
        ("", "USD", None),
    ],
)
def test_prices_of_phones(text: str, currency: str, price: Decimal | None) -> None:
    assert phones.price(text, currency) == price


@pytest.mark.parametrize(
    ("internal", "storages", "ram"),
    [
        ("64GB 4GB RAM, 128GB 6GB RAM", ["64 GB", "128 GB"], 6.0),
        ("16GB 512MB RAM", ["16 GB"], 0.5),
        ("256MB RAM, 512MB ROM", ["512 MB"], 0.25),
        ("1TB 16GB RAM", ["1 TB"], 16.0),
        ("110MB", ["110 MB"], None),
        ("", [], None),
    ],
)
def test_memory_of_phones(internal: str, storages: list[str], ram: float | None) -> None:
    assert phones.memory(internal) == (storages, ram)


def test_phones_without_a_price_are_left_out_and_counted(tmp_path: Path) -> None:
    row = {
        "name": "alcatel 1X", "price": "About 100 EUR", "internal": "16GB 1GB RAM", "colors": "2 - Black, Blue; Red",
        "status": "Available. Released 2018, April", "announced": "2018, February", "size": "5.3 inches, 72.5 cm 2",
        "weight": "151 g (5.33 oz)", "battery-type": "Non-removable Li-Ion 2460 mAh battery", "os": "Android 8.0",
        "dimensions": "147.5 x 70.6 x 9.1 mm (5.81 in)", "main-camera": "Single~.~8 MP", "url": "https://x/a_1x-9067.php",
    }  # fmt: skip
    others = dict.fromkeys(
        ["display-type", "resolution", "chipset", "selfie-camera", "charging", "sim", "technology", "versions"], ""
    )
    with gzip.open(tmp_path / "phones.csv.gz", "wt", newline="") as file:
        writer = csv.DictWriter(file, [*row, *others])
        writer.writeheader()
        writer.writerows([{**row, **others}, {**row, **others, "price": "", "url": "https://x/b-1.php"}])
    counts = phones.convert(tmp_path / "phones.csv.gz", tmp_path / "products.csv", "USD", 7)
    assert dict(counts) == {"phones": 1, "variants": 3, "phones without a price, left out": 1}
    with (tmp_path / "products.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["variant_sku"], r["colour"], r["storage"], r["stock"]) for r in rows] == [
        ("PHONE-9067-1", "Black", "16 GB", "7"),
        ("PHONE-9067-2", "Blue", "16 GB", "7"),
        ("PHONE-9067-3", "Red", "16 GB", "7"),
    ]
    assert (rows[0]["brand"], rows[0]["category"], rows[0]["price"]) == ("Alcatel", "Smartphones", "116.00")
    assert json.loads(rows[0]["attributes"]) == {
        "display_inches": 5.3, "ram_gb": 1, "storage_gb": 16, "main_camera": "8 MP", "battery_mah": 2460,
        "os": "Android 8.0", "weight_g": 151, "dimensions": "147.5 x 70.6 x 9.1 mm", "released": "2018, April",
    }  # fmt: skip


def test_order_lines_of_goods_are_kept_with_returns_and_unnamed_buyers(tmp_path: Path) -> None:
    moment = pd.Timestamp("2011-01-04 10:00")
    later = pd.Timestamp("2011-01-04 10:01")
    lines = [
        ("1", "85123A", "WHITE T-LIGHT  HOLDER", 6, moment, 2.55, 17850.0),
        ("1", "85123a", "wrongly marked?", 2, later, 2.55, 17850.0),
        ("1", "POST", "POSTAGE", 1, moment, 18.0, 17850.0),
        ("C2", "85123A", "WHITE T-LIGHT HOLDER", -1, moment, 2.55, 17850.0),
        ("3", "22139", "Unknown", 56, moment, 0.0, None),
        ("4", "22139", "RETROSPOT TEA SET", 1, moment, 4.25, None),
        ("5", "99999", "?", 1, moment, 4.25, None),
    ]
    columns = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    pd.DataFrame(lines, columns=columns).to_parquet(tmp_path / "lines.parquet")
    counts = retail.convert(tmp_path / "lines.parquet", tmp_path, 100)
    assert list(counts.values()) == [7, 4, 1, 1, 1, 2, 3, 1, 1]
    with (tmp_path / "products.csv").open(newline="") as file:
        assert [(row["sku"], row["name"], row["price"]) for row in csv.DictReader(file)] == [
            ("22139", "Retrospot Tea Set", "4.25"),
            ("85123A", "White T-Light Holder", "2.55"),
        ]
    with (tmp_path / "orders.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["order_number"], r["line"], r["customer"], r["units"], r["status"]) for r in rows] == [
        ("1", "1", "17850", "6", "delivered"),
        ("1", "2", "17850", "2", "delivered"),
        ("C2", "1", "17850", "-1", "returned"),
        ("4", "1", "unknown-4", "1", "delivered"),
    ]
    assert {r["placed_at"] for r in rows} == {"2011-01-04T10:00:00"}


def test_times_move_by_whole_weeks_to_just_before_today() -> None:
    lines = pd.DataFrame({"InvoiceDate": pd.to_datetime(["2010-12-01 08:26", "2011-06-10 17:05"])})
    moved = retail.moved_to(lines, pd.Timestamp("2026-11-22"))["InvoiceDate"]
    assert list(moved.dt.weekday) == list(lines["InvoiceDate"].dt.weekday)
    assert list(moved.dt.time) == list(lines["InvoiceDate"].dt.time)
    assert pd.Timestamp("2026-11-15") <= moved.max() < pd.Timestamp("2026-11-22")

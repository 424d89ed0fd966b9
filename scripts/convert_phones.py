"""Turns the phone catalogue (gsmarena.csv.gz) into products.csv for `shopclerk import products`.

    python scripts/convert_phones.py OUT_FOLDER [--source FILE] [--currency USD] [--stock 10]

What is decided here:
- Prices stand in up to four currencies. The one asked for is taken as it is; else euros, dollars, pounds or rupees (in
  that order) are converted at the rates of the days on which the data was collected (RATES).
- A phone without a price is left out: a shop cannot sell it, and a made-up price would be an untrue answer.
- A variant is a storage in a colour (the first six colours that are named). The data knows no stock: phones that are
  available get `--stock` units a variant, discontinued and cancelled ones none.
- The number in the page's address is the SKU: the same phone has the same one in every run.
"""

import argparse
import csv
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from common.settings import settings

# What one unit is worth in dollars, October 2021.
RATES = {"EUR": Decimal("1.16"), "USD": Decimal(1), "GBP": Decimal("1.37"), "INR": Decimal("0.0133")}
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "₹": "INR"}
COLOURS = 6
COLUMNS = (
    "sku", "name", "brand", "category", "description", "price", "currency", "variant_sku", "colour", "storage", "stock",
    "attributes",
)  # fmt: skip


def prices(text: str) -> dict[str, Decimal]:
    """`$ 387.14 / € 429.00` or `About 130 EUR` -> amounts by currency; empty when there is none that RATES knows."""
    found = re.findall(r"([€$£₹])\s*([\d,]+(?:\.\d+)?)", text)
    about = re.fullmatch(r"About ([\d,.]+) ([A-Z]{3})", text.strip())
    amounts = {SIGNS[sign]: Decimal(amount.replace(",", "")) for sign, amount in found}
    if about and about[2] in RATES:
        amounts[about[2]] = Decimal(about[1].replace(",", ""))
    return {currency: amount for currency, amount in amounts.items() if amount > 0}


def price(text: str, currency: str) -> Decimal | None:
    """The price in `currency`, converted when it must be; None when the phone has no price."""
    amounts = prices(text)
    for known in (currency, *RATES):
        if known in amounts:
            amount = amounts[known] if known == currency else amounts[known] * RATES[known] / RATES[currency]
            return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return None


def number(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    return float(found[1]) if found else None


def memory(internal: str) -> tuple[list[str], float | None]:
    """`64GB 4GB RAM, 128GB 6GB RAM` -> (["64 GB", "128 GB"], 6): storages, and the most RAM in GB."""
    sizes: list[str] = []
    most = None
    for part in internal.split(","):
        ram = re.search(r"(\d+(?:\.\d+)?)\s*([GM])B\s+RAM", part)
        if ram:
            gigabytes = float(ram[1]) / (1 if ram[2] == "G" else 1024)
            most = max(most or 0, gigabytes)
        storage = re.match(r"\s*(\d+(?:\.\d+)?)\s*([TGM]B)(?!\s*RAM)", part)
        if storage and (size := f"{storage[1]} {storage[2]}") not in sizes:
            sizes.append(size)
    return sizes, round(most, 3) if most else None


def camera(text: str) -> str:
    """`Dual~.~13 MP, f/2.0 ...` -> `Dual: 13 MP, f/2.0 ...`; `No` stays."""
    return text.replace("~.~", ": ").removeprefix("Single: ")[:300]


def released(row: dict[str, str]) -> str:
    found = re.search(r"Released (\d{4}(?:, \w+(?: \d+)?)?)", f"{row['announced']}. {row['status']}")
    return found[1] if found else row["announced"].split(".")[0]


def gigabytes(size: str) -> float:
    amount, unit = size.split()
    return float(amount) * {"TB": 1024, "GB": 1, "MB": 1 / 1024}[unit]


def attributes(row: dict[str, str], storages: list[str], ram_gb: float | None) -> dict[str, str | float | None]:
    """The specifications under the shop's own names; what the source does not say is left out."""
    found: dict[str, str | float | None] = {
        "display": row["display-type"],
        "display_inches": number(r"([\d.]+) inches", row["size"]),
        "resolution": row["resolution"],
        "chipset": row["chipset"],
        "ram_gb": ram_gb,
        "storage_gb": round(max(map(gigabytes, storages)), 3) if storages else None,
        "main_camera": camera(row["main-camera"]),
        "selfie_camera": camera(row["selfie-camera"]),
        "battery_mah": number(r"(\d+)\s*mAh", row["battery-type"]),
        "charging": row["charging"],
        "os": row["os"],
        "weight_g": number(r"([\d.]+)\s*g\b", row["weight"]),
        "dimensions": row["dimensions"].split(" (")[0],
        "sim": row["sim"],
        "network": row["technology"],
        "released": released(row),
    }
    return {name: _whole(value) for name, value in found.items() if value not in (None, "", "-")}


def _whole(value: str | float | None) -> str | float | None:
    """4300.0 -> 4300: what is whole reads as whole."""
    return int(value) if isinstance(value, float) and value == int(value) else value


def category(row: dict[str, str]) -> str:
    inches = number(r"([\d.]+) inches", row["size"]) or 0
    if "watch" in f"{row['name']} {row['os']}".lower() or "Wear" in row["os"]:
        return "Smartwatches"
    if inches >= 7 and "Fold" not in row["name"]:
        return "Tablets"
    return "Smartphones" if row["os"] else "Feature phones"


def colours(text: str) -> list[str]:
    names = [re.sub(r"^\d+\s*-\s*", "", name).strip() for name in re.split(r"[,;]", text)]
    return list(dict.fromkeys(name[:40] for name in names if name))[:COLOURS]


def product_rows(row: dict[str, str], currency: str, stock: int) -> Iterator[dict[str, object]]:
    """The variants of one phone as rows of products.csv; none when it has no price."""
    amount = price(row["price"], currency)
    if amount is None:
        return
    sku = "PHONE-" + row["url"].rsplit("-", 1)[1].removesuffix(".php")
    storages, ram_gb = memory(row["internal"])
    brand = row["name"].split()[0]
    product = {
        "sku": sku, "name": row["name"], "brand": brand[:1].upper() + brand[1:], "category": category(row),
        "price": amount, "currency": currency, "stock": stock if row["status"].startswith("Available") else 0,
        "description": f"Also: {row['versions']}." if row["versions"] else "",
        "attributes": json.dumps(attributes(row, storages, ram_gb), ensure_ascii=False),
    }  # fmt: skip
    options = [(storage, colour) for storage in storages or [""] for colour in colours(row["colors"]) or [""]]
    for n, (storage, colour) in enumerate(options, start=1):
        described = {} if n == 1 else {"attributes": "", "description": ""}  # the first row describes the product
        yield {**product, **described, "variant_sku": f"{sku}-{n}", "storage": storage, "colour": colour}


def convert(source: Path, target: Path, currency: str, stock: int) -> Counter[str]:
    """Write `target`; returns how many phones, variants and phones without a price there were."""
    counts: Counter[str] = Counter()
    with (
        gzip.open(source, "rt", encoding="utf-8", newline="") as file,
        target.open("w", newline="", encoding="utf-8") as out,
    ):
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        for row in csv.DictReader(file):
            rows = list(product_rows(row, currency, stock))
            writer.writerows(rows)
            counts["phones"] += bool(rows)
            counts["variants"] += len(rows)
            counts["phones without a price, left out"] += not rows
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder for products.csv")
    parser.add_argument("--source", type=Path, default=settings().shopclerk_data / "phones" / "gsmarena.csv.gz")
    parser.add_argument("--currency", choices=RATES, default="USD")
    parser.add_argument("--stock", type=int, default=10)
    options = parser.parse_args()
    if not options.source.is_file():
        sys.exit(f"There is no file {options.source}; name it with --source, or its folder with SHOPCLERK_DATA.")
    options.out.mkdir(parents=True, exist_ok=True)
    for what, count in convert(options.source, options.out / "products.csv", options.currency, options.stock).items():
        print(f"{count:>8,} {what}")


if __name__ == "__main__":
    main()

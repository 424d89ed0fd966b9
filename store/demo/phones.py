"""Real smartphones with their true specifications, read from `data/demo/phones.csv`."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from itertools import product as combinations
from typing import Any

from common.settings import ROOT
from store.demo.colours import rgb_of_hex
from store.demo.goods import DemoProduct, DemoVariant, Look

PHONES_FILE = ROOT / "data" / "demo" / "phones.csv"
_TEXT = (
    "display", "resolution", "chipset", "main_camera", "selfie_camera", "charging", "os",
    "dimensions", "sim", "network", "released", "material", "water_resistance",
)  # fmt: skip
_NUMBERS = ("ram_gb", "display_inches", "battery_mah", "weight_g")


def phones() -> Iterator[DemoProduct]:
    """Every phone of the file, in its order."""
    with PHONES_FILE.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            yield _phone(number, row)


def _phone(number: int, row: dict[str, str]) -> DemoProduct:
    sku = f"PH-{number:03d}"
    storages = [part.split(":") for part in row["storage_prices"].split("|")]
    colours = [part.split(":") for part in row["colours"].split("|")]
    attributes = _attributes(row, storages[0][0], colours[0][1])
    price = Decimal(storages[0][1]).quantize(Decimal("0.01"))
    return DemoProduct(
        sku=sku,
        name=row["name"],
        brand=row["brand"],
        category="smartphones",
        description=_description(row, attributes),
        attributes=attributes,
        price=price,
        variants=tuple(_variants(sku, storages, colours)),
        look=Look("phone", row["back"], tuple(rgb_of_hex(c[2]) for c in colours), detail=row["front"]),
        tags=("premium",) if price > 800 else (),
    )


def _variants(sku: str, storages: list[list[str]], colours: list[list[str]]) -> Iterator[DemoVariant]:
    for (storage, price), (colour, *_) in combinations(storages, colours):
        code = "".join(word[:4].upper() for word in colour.split())
        amount = Decimal(price).quantize(Decimal("0.01"))
        yield DemoVariant(sku=f"{sku}-{storage}-{code}", price=amount, colour=colour, storage=storage)


def _attributes(row: dict[str, str], storage: str, colour: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {key: row[key].replace("; ", ", ") for key in _TEXT if row[key]}
    attributes |= {key: _number(row[key]) for key in _NUMBERS}
    attributes["display"] = f'{row["display_inches"]}" {row["display"]}'
    attributes["storage_gb"] = int(storage.removesuffix("GB"))
    attributes |= {"colour": colour, "pattern": "plain", "audience": "unisex"}
    attributes["advantages"] = _advantages(row)
    return attributes


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _advantages(row: dict[str, str]) -> list[str]:
    """What the phone is known for, then what its figures say for it."""
    found = row["known_for"].split("|")
    if any(rate in row["display"] for rate in ("120 Hz", "144 Hz", "165 Hz")):
        found.append(f"Smooth {row['display'].split()[-2]} Hz screen")
    if int(row["battery_mah"]) >= 4800:
        found.append(f"Large {row['battery_mah']} mAh battery")
    if row["water_resistance"] in ("IP67", "IP68"):
        found.append(f"Dust- and water-proof ({row['water_resistance']})")
    if float(row["weight_g"]) <= 170:
        found.append(f"Only {row['weight_g']} g")
    if row["network"] == "5G":
        found.append("Ready for 5G")
    return found


def _description(row: dict[str, str], attributes: dict[str, Any]) -> str:
    known = attributes["advantages"][0]
    camera = row["main_camera"].split(" + ")
    cameras = f"a {camera[0]} camera" if len(camera) == 1 else f"{_count(len(camera))} rear cameras led by {camera[0]}"
    return (
        f"{known}. The {row['brand']} phone has a {row['display_inches']} inch {row['display']} screen, "
        f"{cameras}, and a {row['battery_mah']} mAh battery in a body of {row['weight_g']} g. "
        f"It runs on {row['chipset']} with {row['ram_gb']} GB of memory and came with {row['os']}."
    )


def _count(number: int) -> str:
    return {2: "two", 3: "three", 4: "four"}[number]

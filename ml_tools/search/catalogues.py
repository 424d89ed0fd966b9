"""Real catalogues to evaluate the search on, as files that `shopclerk import products` takes.

The photos' catalogue has no prices: they are drawn by kind of product with a fixed seed, which is all that a search for
a price needs. Where a catalogue is not there it is said so and skipped."""

import csv
import json
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path

FASHION, PHONES = "fashion-photos", "phones"
SEED = 20_261
COLUMNS = ("sku", "name", "brand", "category", "description", "price", "currency", "colour", "stock", "attributes")


def write_fashion(data: Path, target: Path) -> None:
    """7,819 products with who it is for, kind, colour, season and use."""
    with (data / FASHION / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(_fashion_rows(rows))


def _fashion_rows(rows: list[dict[str, str]]) -> Iterator[dict[str, object]]:
    draw = random.Random(SEED)  # noqa: S311 - prices of an evaluation
    usual = {kind: draw.uniform(3.0, 5.0) for kind in sorted({row["articleType"] for row in rows})}
    for row in rows:
        price = round(math.exp(draw.gauss(usual[row["articleType"]], 0.45)), 2)
        attributes = {
            "audience": row["gender"], "colour": row["baseColour"], "season": row["season"], "usage": row["usage"],
            "group": row["subCategory"],
        }  # fmt: skip
        yield {
            "sku": f"F-{row['id']}", "name": row["productDisplayName"][:200] or row["articleType"], "brand": "",
            "category": row["articleType"], "description": "", "price": price, "currency": "USD",
            "colour": row["baseColour"], "stock": 5,
            "attributes": json.dumps({key: value for key, value in attributes.items() if value}),
        }  # fmt: skip


def write_phones(data: Path, target: Path) -> None:
    """Phones with a price, by the same conversion that a shop would use."""
    from scripts.convert_phones import convert

    convert(data / PHONES / "gsmarena.csv.gz", target, "USD", 10)


WRITERS: dict[str, Callable[[Path, Path], None]] = {FASHION: write_fashion, PHONES: write_phones}

"""How fast real files come into the store: converts and imports the phones and the online shop's orders, twice.

    python benchmarks/import_real_data.py

Needs the data folder (SHOPCLERK_DATA); what is not there is skipped. Works on a database of its own, in a temporary
folder. The second import of each file must leave every row unchanged."""

import tempfile
from pathlib import Path

from common.settings import settings
from scripts import convert_online_retail, convert_phones
from store.embedded import EmbeddedPostgres
from store.importers.run import import_file
from store.migrate import upgrade


def converted(folder: Path) -> list[tuple[str, str, Path]]:
    """`(data, kind, file)` of each file that could be made."""
    data = settings().shopclerk_data
    phones = data / "phones" / "gsmarena.csv.gz"
    retail = data / "online-retail" / "orders_to_2011_06.parquet"
    made: list[tuple[str, str, Path]] = []
    if phones.is_file():
        (folder / "phones").mkdir()
        convert_phones.convert(phones, folder / "phones" / "products.csv", "USD", 10)
        made.append(("phones", "products", folder / "phones" / "products.csv"))
    if retail.is_file():
        (folder / "retail").mkdir()
        convert_online_retail.convert(retail, folder / "retail", 100)
        made += [("online-retail", kind, folder / "retail" / f"{kind}.csv") for kind in ("products", "orders")]
    return made


def measure(folder: Path) -> None:
    files = converted(folder)
    if not files:
        print(f"skipped: there is no data in {settings().shopclerk_data} (set SHOPCLERK_DATA)")
        return
    server = EmbeddedPostgres(folder)
    try:
        url = server.url()
        upgrade(url)
        print("data           kind      pass       rows  created unchanged  seconds   rows/s")
        for run in ("first", "again"):
            for data, kind, path in files:
                report = import_file(kind, path, url, images_dir=folder / "images")
                counts = report.counts
                print(
                    f"{data:<14} {kind:<9} {run:<6} {report.rows:>8,} {counts.created:>8,} {counts.unchanged:>9,} "
                    f"{report.seconds:>8.1f} {report.rows_per_second:>8,.0f}"
                )
                for error in report.errors[:5]:
                    print(f"  line {error.line}, {error.column}: {error.reason}")
    finally:
        server.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="shopclerk-import-") as temporary:
        measure(Path(temporary))

"""Importing text as a file, and a print of everything in the store that an import could touch."""

from pathlib import Path

import psycopg
import pytest

from common.settings import ROOT
from store.importers.report import ImportReport
from store.importers.run import import_file

EXAMPLES = ROOT / "data" / "examples"
TABLES = (
    "categories", "products", "variants", "product_images", "price_history", "customers", "orders", "order_lines",
    "reviews", "events", "promotions", "import_runs",
)  # fmt: skip


class Importer:
    """Imports into one database, with its pictures beside it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.images_dir = folder / "images"

    def file(self, kind: str, path: Path, pictures: Path | None = None) -> ImportReport:
        return import_file(kind, path, self.url, images_dir=self.images_dir, pictures=pictures)

    def text(self, kind: str, text: str | bytes, pictures: Path | None = None) -> ImportReport:
        path = self.folder / f"{kind}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.file(kind, path, pictures)

    def example(self, kind: str) -> ImportReport:
        return self.file(kind, EXAMPLES / f"{kind}.csv")

    def query(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()

    def everything(self) -> dict[str, list[tuple]]:
        """All rows of all tables, and the names of all pictures."""
        with psycopg.connect(self.url) as connection:
            rows = {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in TABLES}  # noqa: S608
        return {**rows, "pictures": sorted((p.name,) for p in self.images_dir.glob("*"))}


@pytest.fixture
def importer(empty_database_url: str, tmp_path: Path) -> Importer:
    """An importer into a store that is empty but for the schema."""
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
    return Importer(empty_database_url, tmp_path)


@pytest.fixture(scope="module")
def examples(databases, tmp_path_factory: pytest.TempPathFactory) -> Importer:
    """An importer into a store that holds all the examples; for tests that leave it as it is."""
    return with_examples(Importer(databases.empty(), tmp_path_factory.mktemp("examples")))


@pytest.fixture
def filled(importer: Importer) -> Importer:
    """An importer into a store that holds all the examples; for tests that change it."""
    return with_examples(importer)


def with_examples(importer: Importer) -> Importer:
    for kind in ("products", "orders", "reviews", "events", "promotions"):
        assert importer.example(kind).ok
    return importer

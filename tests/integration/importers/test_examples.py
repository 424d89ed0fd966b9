"""The documented examples import, and importing them again changes nothing."""

from decimal import Decimal

import psycopg
import pytest

from tests.integration.importers.conftest import EXAMPLES, Importer

ROWS = {"products": 5, "orders": 4, "reviews": 2, "events": 3, "promotions": 2}


def test_every_kind_has_an_example() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.csv")} == set(ROWS)


def test_examples_are_imported_and_again_unchanged(importer: Importer) -> None:
    for kind, rows in ROWS.items():
        report = importer.example(kind)
        assert (report.errors, report.rows, report.counts.created) == ([], rows, rows)
    before = importer.everything()
    for kind, rows in ROWS.items():
        report = importer.example(kind)
        assert (report.counts.created, report.counts.updated, report.counts.unchanged) == (0, 0, rows)
    after = importer.everything()
    assert len(after.pop("import_runs")) == 2 * len(before.pop("import_runs")) == 10
    assert after == before


def test_products_have_variants_categories_and_a_first_price(filled: Importer) -> None:
    assert filled.query(
        "SELECT p.name, p.brand, p.attributes ->> 'os', v.sku, v.colour, v.storage, v.price, v.stock FROM products p"
        " JOIN variants v ON v.product_id = p.id WHERE p.sku = 'NOTE20' ORDER BY v.sku"
    ) == [
        (
            "Samsung Galaxy Note20 5G",
            "Samsung",
            "Android",
            "NOTE20-BRZ-256",
            "Mystic Bronze",
            "256 GB",
            Decimal(849),
            12,
        ),
        ("Samsung Galaxy Note20 5G", "Samsung", "Android", "NOTE20-GRY-256", "Mystic Grey", "256 GB", Decimal(849), 3),
    ]
    assert filled.query(
        "SELECT c.slug, parent.slug FROM categories c LEFT JOIN categories parent ON parent.id = c.parent_id ORDER BY 1"
    ) == [("dresses", "fashion"), ("fashion", None), ("home", None), ("smartphones", None)]
    assert filled.query("SELECT price FROM price_history ORDER BY 1") == [
        (Decimal("12.50"),), (Decimal("79.90"),), (Decimal("849.00"),)
    ]  # fmt: skip
    assert filled.query("SELECT name FROM product_candidates('note20', 5)") == [("Samsung Galaxy Note20 5G",)]


def test_orders_have_totals_customers_and_returns(filled: Importer) -> None:
    assert filled.query(
        "SELECT o.number, c.reference, o.total, o.status FROM orders o JOIN customers c ON c.id = o.customer_id"
        " ORDER BY 1"
    ) == [
        ("A-1001", "C-77", Decimal("899.00"), "delivered"),
        ("A-1002", "C-12", Decimal("79.90"), "shipped"),
        ("A-1003", "C-77", Decimal("-12.50"), "returned"),
    ]
    assert filled.query("SELECT units FROM order_lines WHERE units < 0") == [(-1,)]


def test_every_import_is_recorded(filled: Importer) -> None:
    runs = filled.query("SELECT kind, file, rows, created, length(sha256) FROM import_runs ORDER BY id")
    assert runs == [(kind, f"{kind}.csv", rows, rows, 64) for kind, rows in ROWS.items()]


def test_a_changed_price_is_one_more_row_of_price_history(filled: Importer) -> None:
    filled_on = "UPDATE price_history SET valid_from = valid_from - 1 RETURNING 1"
    assert len(filled.query(filled_on)) == 3
    report = filled.text("products", "sku,name,category,price,currency\nMUG-7,Large mug,Home,14,USD\n")
    assert (report.counts.created, report.counts.updated) == (0, 1)
    prices = filled.query(
        "SELECT h.price FROM price_history h JOIN products p ON p.id = h.product_id WHERE sku = 'MUG-7'"
        " ORDER BY valid_from"
    )
    assert prices == [(Decimal("12.50"),), (Decimal("14.00"),)]


def test_columns_that_a_file_has_not_are_left_alone(filled: Importer) -> None:
    filled.text("products", "sku,name,category,price,currency\nNOTE20,Note,Smartphones,849,USD\n")
    before = filled.query("SELECT brand, description, attributes ->> 'weight_g' FROM products WHERE sku = 'NOTE20'")
    assert before == [("Samsung", "A large phone with a pen.", "192")]
    filled.text("products", "sku,name,category,price,currency,brand\nNOTE20,Note,Smartphones,849,USD,\n")
    assert filled.query("SELECT brand FROM products WHERE sku = 'NOTE20'") == [(None,)]


def test_a_changed_order_line_changes_its_total_and_counts_once(filled: Importer) -> None:
    text = (EXAMPLES / "orders.csv").read_text().replace("MUG-7,4,", "MUG-7,5,")
    report = filled.text("orders", text)
    assert (report.counts.created, report.counts.updated, report.counts.unchanged) == (0, 1, 3)
    assert filled.query("SELECT total FROM orders WHERE number = 'A-1001'") == [(Decimal("911.50"),)]


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_files_of_spreadsheets_are_read(importer: Importer, newline: str) -> None:
    """A byte order mark, Windows' line ends, blank lines and line breaks in quotes are all fine."""
    lines = [
        "\ufeffSKU,Name,Category,Price,Currency,Description",
        'A,Mug,Home,5,USD,"two',
        'lines"',
        "",
        "B,Cup,Home,6,USD,",
    ]
    report = importer.text("products", newline.join(lines))
    assert (report.errors, report.counts.created) == ([], 2)


def test_progress_reaches_the_end_of_the_file(importer: Importer) -> None:
    from store.importers.run import import_file

    seen: list[tuple[int, int]] = []
    path = EXAMPLES / "products.csv"
    import_file(
        "products", path, importer.url, images_dir=importer.images_dir, progress=lambda *step: seen.append(step)
    )
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def test_accepted_tags_stay_when_a_file_that_lacks_them_is_imported_again(filled: Importer) -> None:
    """What the file itself says wins; what only waits is not taken for granted."""
    with psycopg.connect(filled.url) as connection:
        for attribute, label, status in (
            ("kind", "phones", "accepted"),
            ("os", "Tizen", "accepted"),
            ("style", "x", "waiting"),
        ):
            connection.execute(
                "INSERT INTO product_tags (product_id, attribute, label, confidence, status, model_version)"
                " SELECT id, %s, %s, 0.9, %s, '1' FROM products WHERE sku = 'NOTE20'",
                (attribute, label, status),
            )
    assert filled.example("products").ok
    ((attributes,),) = filled.query("SELECT attributes FROM products WHERE sku = 'NOTE20'")
    assert (attributes["kind"], attributes["os"], "style" in attributes) == ("phones", "Android", False)
    assert filled.example("products").counts.unchanged == ROWS["products"]

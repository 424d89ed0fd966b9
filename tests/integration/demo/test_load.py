"""Loading the demo store into Postgres, on a small scale."""

from datetime import date, timedelta
from pathlib import Path

import argon2
import psycopg
import pytest

from common.errors import Conflict
from store.demo.load import DemoSummary, load

TODAY = date(2026, 3, 15)
PASSWORD = "a password for tests"


@pytest.fixture(scope="module")
def loaded(empty_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, DemoSummary]:
    images = tmp_path_factory.mktemp("images")
    summary = load(empty_database_url, images, password=PASSWORD, today=TODAY, scale=0.03, picture_size=48)
    return empty_database_url, images, summary


def _one(url: str, query: str, *values: object) -> tuple:
    with psycopg.connect(url) as connection:
        row = connection.execute(query, values).fetchone()
    assert row is not None
    return row


def test_the_summary_says_what_the_tables_hold(loaded) -> None:
    url, _, summary = loaded
    assert not summary.already_there
    for table, count in (("products", summary.products), ("orders", summary.orders), ("events", summary.events)):
        assert _one(url, f"SELECT count(*) FROM {table}")[0] == count > 0  # noqa: S608
    assert summary.last_day == TODAY - timedelta(days=1)


def test_orders_add_up_and_stock_agrees_with_its_history(loaded) -> None:
    url, _, _ = loaded
    wrong = """SELECT count(*) FROM orders o WHERE total <>
               (SELECT sum(units * unit_price) FROM order_lines l WHERE l.order_id = o.id)"""
    assert _one(url, wrong)[0] == 0
    differs = """SELECT count(*) FROM stock_days s WHERE day = %s AND units <>
                 (SELECT sum(stock) FROM variants v WHERE v.product_id = s.product_id)"""
    assert _one(url, differs, TODAY - timedelta(days=1))[0] == 0


def test_prices_of_today_are_the_last_of_the_price_history(loaded) -> None:
    differs = """SELECT count(*) FROM products p WHERE price <>
                 (SELECT price FROM price_history h WHERE h.product_id = p.id ORDER BY valid_from DESC LIMIT 1)"""
    assert _one(loaded[0], differs)[0] == 0


def test_every_product_has_a_picture_that_lies_where_the_table_says(loaded) -> None:
    url, images, _ = loaded
    with psycopg.connect(url) as connection:
        paths = [row[0] for row in connection.execute("SELECT path FROM product_images").fetchall()]
    assert all((images / path).is_file() for path in paths)
    none = "SELECT count(*) FROM products p WHERE NOT EXISTS (SELECT FROM product_images i WHERE i.product_id = p.id)"
    assert _one(url, none)[0] == 0


def test_constraints_and_indexes_are_back_after_the_bulk_load(loaded) -> None:
    with psycopg.connect(loaded[0]) as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("INSERT INTO order_lines (order_id, product_id, units, unit_price) VALUES (0, 0, 1, 1)")
    names = {"ix_events_at", "ix_orders_customer_id", "ix_order_lines_product_id", "uq_orders_number"}
    found = _one(loaded[0], "SELECT count(*) FROM pg_indexes WHERE indexname = ANY(%s)", list(names))
    assert found[0] == len(names)


def test_new_rows_get_ids_after_the_loaded_ones(loaded) -> None:
    with psycopg.connect(loaded[0]) as connection:
        made = connection.execute("INSERT INTO categories (slug, name) VALUES ('new', 'New') RETURNING id").fetchone()
        assert made is not None
        connection.rollback()
    assert made[0] > 30


def test_the_shopper_signs_in_as_a_customer_and_staff_without_one(loaded) -> None:
    query = "SELECT role, customer_id IS NOT NULL, password_hash FROM accounts WHERE email = %s"
    for email, role in (
        ("shopper@demo.shop", "shopper"),
        ("marketer@demo.shop", "marketer"),
        ("agent@demo.shop", "agent"),
    ):
        found, customer, known = _one(loaded[0], query, email)
        assert (found, customer) == (role, role == "shopper")
        assert argon2.PasswordHasher().verify(known, PASSWORD)


def test_loading_again_changes_nothing_but_mends_pictures_and_passwords(loaded) -> None:
    url, images, summary = loaded
    picture = images / "demo" / "PH-001-0.jpg"
    picture.unlink()
    again = load(url, images, password="another password", today=TODAY, scale=0.03, picture_size=48)
    assert again.already_there
    assert (again.products, again.orders, again.events) == (summary.products, summary.orders, summary.events)
    assert picture.is_file()
    known = _one(url, "SELECT password_hash FROM accounts WHERE email = 'shopper@demo.shop'")[0]
    assert argon2.PasswordHasher().verify(known, "another password")


def test_the_truth_is_written_down_and_agrees_with_the_store(loaded) -> None:
    url, _, summary = loaded
    assert _one(url, "SELECT count(*) FROM demo_truth WHERE kind = 'product'")[0] == summary.products
    assert _one(url, "SELECT count(*) FROM demo_truth WHERE kind = 'customer'")[0] == summary.customers
    agrees = """SELECT count(*) FROM demo_truth t JOIN products p ON p.sku = t.key
                WHERE t.kind = 'product' AND jsonb_array_length(t.value->'sold_out_days') <>
                (SELECT count(*) FROM stock_days s WHERE s.product_id = p.id AND s.sold_out)"""
    assert _one(url, agrees)[0] == 0


def test_a_store_with_products_of_its_own_is_left_alone(databases, tmp_path: Path) -> None:
    url = databases.empty()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO categories (slug, name) VALUES ('own', 'Own')")
        connection.execute(
            "INSERT INTO products (public_id, sku, name, category_id, price, currency) "
            "SELECT 'p_own', 'own', 'Own thing', id, 1, 'USD' FROM categories"
        )
    with pytest.raises(Conflict, match="products of its own"):
        load(url, tmp_path, password=PASSWORD, today=TODAY, scale=0.03, picture_size=48)
    assert _one(url, "SELECT count(*) FROM products")[0] == 1


def test_a_short_password_is_refused(empty_database_url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="password"):
        load(empty_database_url, tmp_path, password="short", today=TODAY)

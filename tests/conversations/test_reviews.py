"""What customers say, questions on a product and searches in words, on the whole stack: quotes are the store's."""

import re

import psycopg
import pytest
from psycopg.rows import DictRow

from tests.stack import Client, Stack

pytestmark = pytest.mark.stack
Truth = psycopg.Connection[DictRow]
QUOTED = re.compile(r"“(.+?)(?: …)?”")


def plain(text: str) -> str:
    return " ".join(text.split())


BEST = "which phones have the best reviews?"


@pytest.fixture(scope="session")
def reading(stack: Stack) -> None:
    """Reviews are read in the background once the stack is up: asks until the first of them count."""
    for _ in range(20):
        asking = stack.guest()  # conversations stay short
        if any(asking.ask(BEST).products for _ in range(25)):
            return
    pytest.fail("no review was read")


@pytest.fixture(scope="session")
def reviewed(truth: Truth, reading: None) -> DictRow:
    """The phone with most reviews."""
    found = truth.execute(
        """SELECT products.*, count(*) AS reviews FROM products JOIN reviews ON reviews.product_id = products.id
        JOIN categories ON categories.id = category_id WHERE slug = 'smartphones'
        GROUP BY products.id ORDER BY reviews DESC, products.id LIMIT 1"""
    ).fetchone()
    assert found
    return found


def written(truth: Truth, product: int | None = None) -> str:
    rows = truth.execute("SELECT title, body FROM reviews WHERE %s::bigint IS NULL OR product_id = %s", (product,) * 2)
    return plain(" ".join(f"{row['title']} {row['body']}" for row in rows.fetchall()))


def test_quotes_are_what_customers_wrote_and_are_linked(guest: Client, truth: Truth, reviewed: DictRow) -> None:
    answer = guest.ask(f"what do people say about the battery of the {reviewed['name']}")
    quotes = QUOTED.findall(answer.everything)
    assert all(plain(quote) in written(truth, reviewed["id"]) for quote in quotes)
    assert str(reviewed["public_id"]) in answer.products[0]["url"]


def test_the_bad_ones_and_another_product(guest: Client, truth: Truth, reviewed: DictRow) -> None:
    guest.ask(f"how are the reviews of the {reviewed['name']}")
    bad = guest.ask("show me the bad ones").everything
    assert all(plain(quote) in written(truth, reviewed["id"]) for quote in QUOTED.findall(bad))
    assert "S21" in guest.ask("and the S21?").everything


def test_what_about_delivery_depends_on_what_is_talked_about(guest: Client, reviewed: DictRow) -> None:
    terms = guest.ask("how long does delivery take?").everything
    guest.ask(f"what do people say about the {reviewed['name']}")
    assert guest.ask("what about delivery").everything != terms


def test_a_product_without_reviews_says_so(guest: Client, truth: Truth) -> None:
    silent = truth.execute(
        """SELECT name, public_id FROM products WHERE active AND NOT EXISTS
        (SELECT 1 FROM reviews WHERE reviews.product_id = products.id) ORDER BY id LIMIT 1"""
    ).fetchone()
    if silent is None:
        pytest.skip("every product of this shop has reviews")
    answer = guest.ask("how are the reviews of it?", page_product_id=silent["public_id"])
    assert f"Nobody has reviewed {silent['name']} yet" in answer.everything


def test_best_reviewed_products_are_cards_with_their_share(guest: Client, reading: None) -> None:
    assert all("positive" in product["why"] for product in guest.ask(BEST).products)


def test_marketers_get_figures_and_shoppers_do_not(shopper: Client, marketer: Client, truth: Truth) -> None:
    for question in ("which products have the worst reviews this year", "summarise complaints about delivery"):
        before = truth.execute("SELECT count(*) AS n FROM audit WHERE outcome = 'refused'").fetchone()
        refused = shopper.ask(question)
        after = truth.execute("SELECT count(*) AS n FROM audit WHERE outcome = 'refused'").fetchone()
        assert "marketing team" in refused.everything
        assert before
        assert after
        assert after["n"] == before["n"] + 1
        told = marketer.ask(question)
        assert "marketing team" not in told.everything
        assert "right now" not in told.everything
        quotes = QUOTED.findall(told.everything)
        assert all(plain(quote) in written(truth) for quote in quotes)


def test_a_question_on_a_product_is_answered_from_its_row_or_not_at_all(guest: Client, note20: DictRow) -> None:
    charging = guest.ask("does it have wireless charging?", page_product_id=note20["public_id"]).everything
    assert str(note20["attributes"]["charging"]) in charging
    unknown = guest.ask("does it come with a teapot in the box?", page_product_id=note20["public_id"])
    assert "don't know" in unknown.everything
    assert len(unknown.choices) == 2


def test_a_search_in_words_keeps_to_the_price_and_can_be_changed(guest: Client) -> None:
    found = guest.ask("something waterproof for a summer trip under 100").products
    assert found
    assert all(product["price"] <= 100 for product in found)
    cheaper = guest.ask("anything cheaper?").products
    assert cheaper
    assert min(p["price"] for p in cheaper) <= min(p["price"] for p in found)

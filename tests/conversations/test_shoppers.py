"""Shoppers' conversations on the whole running stack: the facts in the answers are the store's."""

import psycopg
import pytest
from psycopg.rows import DictRow

from tests.stack import Client

pytestmark = pytest.mark.stack
Truth = psycopg.Connection[DictRow]


def money(amount: object) -> str:
    return f"{float(str(amount)):,.2f}"


@pytest.mark.parametrize(
    "question",
    [
        "How much is the Samsung Galaxy Note20?",
        "how much is the note20",
        "whats the pric of galaxy note 20 plz",
        "price galaxy note20 5g mystic bronze",
    ],
)
def test_a_price_is_the_stores(guest: Client, note20: DictRow, question: str) -> None:
    assert money(note20["price"]) in guest.ask(question).everything


def test_a_specification_and_its_follow_ups(guest: Client, note20: DictRow) -> None:
    assert str(note20["attributes"]["battery_mah"]) in guest.ask(
        "what battery does the Note20 have?"
    ).everything.replace(",", "")
    assert str(note20["attributes"]["weight_g"]) in guest.ask("how heavy is it").everything


def test_the_same_question_for_another_product(guest: Client, truth: Truth) -> None:
    guest.ask("how much is the note20?")
    answer = guest.ask("and the S21?")
    prices = truth.execute("SELECT price FROM products WHERE name LIKE 'Samsung Galaxy S21%'").fetchall()
    assert any(money(row["price"]) in answer.everything for row in prices)


def test_the_product_page_is_the_product_in_question(guest: Client, note20: DictRow) -> None:
    assert money(note20["price"]) in guest.ask("how much is it?", page_product_id=note20["public_id"]).everything


def test_two_questions_in_one_message_are_both_answered(guest: Client, note20: DictRow) -> None:
    answer = guest.ask("how much is the Note20? and what is its battery?").everything
    assert money(note20["price"]) in answer
    assert str(note20["attributes"]["battery_mah"]) in answer.replace(",", "")


def test_a_comparison_shows_both(guest: Client) -> None:
    table = guest.ask("compare the Note20 with the iPhone 13").of("table")[0]
    heads = " ".join(table["columns"])
    assert "Note20" in heads
    assert "iPhone 13" in heads


def test_a_search_keeps_to_its_filters_and_can_be_refined(guest: Client, truth: Truth) -> None:
    found = guest.ask("show me black dresses under 150 dollars").products
    assert found
    assert all(product["price"] <= 150 for product in found)
    cheaper = guest.ask("anything cheaper?").products
    assert cheaper
    assert min(p["price"] for p in cheaper) <= min(p["price"] for p in found)


def test_the_second_one_is_the_second_card(guest: Client) -> None:
    found = guest.ask("show me sneakers").products
    assert len(found) > 1
    answer = guest.ask("how much is the second one?")
    assert found[1]["name"] in answer.everything
    assert money(found[1]["price"]) in answer.everything


def test_an_unknown_product_gets_the_nearest_names(guest: Client) -> None:
    answer = guest.ask("how much is the Samsung Galaxy Note99?")
    assert any("Note20" in choice["title"] or "Galaxy" in choice["title"] for choice in answer.choices)
    picked = guest.choose(answer.choices[0]["id"])
    assert "$" in picked.everything


def test_a_sold_out_product_is_said_to_be_sold_out(guest: Client, truth: Truth) -> None:
    row = truth.execute(
        "SELECT p.name FROM products p JOIN variants v ON v.product_id = p.id WHERE p.active"
        " GROUP BY p.id HAVING sum(v.stock) = 0 ORDER BY p.id LIMIT 1"
    ).fetchone()
    assert row
    answer = guest.ask(f"is the {row['name']} in stock?").everything.lower()
    assert "out of stock" in answer or "sold out" in answer


def test_a_recommendation_has_reasons_and_others_and_leads_to_the_product(shopper: Client) -> None:
    answer = shopper.ask("what would you recommend for me?")
    assert answer.products
    assert all(product["why"] for product in answer.products)
    assert all(product["url"].endswith("?from=chat&for=for_you") for product in answer.products)
    assert "recommend" in shopper.ask("why do you recommend the first one?").text
    others = shopper.ask("show me others").products
    assert others
    assert {product["id"] for product in others}.isdisjoint({product["id"] for product in answer.products})


def test_a_recommendation_keeps_to_its_filters(guest: Client, truth: Truth) -> None:
    answer = guest.ask("recommend a bag under 80 dollars")
    assert answer.products
    assert all(product["price"] <= 80 for product in answer.products)
    kinds = truth.execute(
        "SELECT DISTINCT coalesce(above.slug, own.slug) AS slug FROM products p JOIN categories own"
        " ON own.id = p.category_id LEFT JOIN categories above ON above.id = own.parent_id"
        " WHERE p.public_id = ANY(%s)",
        ([product["id"] for product in answer.products],),
    ).fetchall()
    assert [row["slug"] for row in kinds] == ["bags"]
    cheaper = guest.ask("anything cheaper?").products
    assert not cheaper or max(p["price"] for p in cheaper) < min(p["price"] for p in answer.products)


@pytest.mark.parametrize("question", ["what goes with the Note20?", "what else do people buy with the Note20?"])
def test_what_goes_with_a_product_is_not_the_product(guest: Client, note20: DictRow, question: str) -> None:
    answer = guest.ask(question)
    assert answer.products
    assert "Note20" in answer.text
    assert note20["public_id"] not in {product["id"] for product in answer.products}


def test_a_surprise_comes_with_products(guest: Client) -> None:
    assert guest.ask("surprise me").products


def test_order_status_is_the_callers_own(shopper: Client, guest: Client, truth: Truth) -> None:
    own = "SELECT o.number FROM orders o JOIN accounts a USING (customer_id) WHERE a.email = 'shopper@demo.shop'"
    others = "SELECT o.number FROM orders o LEFT JOIN accounts a USING (customer_id) WHERE a.id IS NULL LIMIT 1"
    newest = truth.execute(own + " ORDER BY placed_at DESC LIMIT 1").fetchone()
    foreign = truth.execute(others).fetchone()
    assert newest
    assert foreign
    assert newest["number"] in shopper.ask("where is my order?").everything
    other, missing = (shopper.ask(f"where is order {n}?").text for n in (foreign["number"], "S-ZZZZZZ"))
    assert other.replace(foreign["number"], "") == missing.replace("S-ZZZZZZ", "")
    assert newest["number"] not in guest.ask("where is my order?").everything


def test_an_order_is_cancelled_only_after_a_yes(shopper: Client, truth: Truth) -> None:
    own = (
        "SELECT o.number FROM orders o JOIN accounts a USING (customer_id)"
        " WHERE a.email = 'shopper@demo.shop' AND o.status = 'placed' ORDER BY placed_at DESC LIMIT 1"
    )
    order = truth.execute(own).fetchone()
    assert order

    def status() -> str:
        row = truth.execute("SELECT status FROM orders WHERE number = %s", (order["number"],)).fetchone()
        assert row
        return str(row["status"])

    shopper.ask(f"please cancel my order {order['number']}")
    shopper.ask("no")
    assert status() == "placed"
    shopper.ask(f"please cancel my order {order['number']}")
    shopper.ask("yes")
    assert status() == "cancelled"


def test_a_human_gets_the_transcript(guest: Client, truth: Truth) -> None:
    guest.ask("how much is the note20?")
    guest.ask("let me talk to a human")
    ticket = truth.execute("SELECT transcript::text AS words FROM tickets ORDER BY id DESC LIMIT 1").fetchone()
    assert ticket
    assert "how much is the note20?" in ticket["words"]


@pytest.mark.parametrize(
    "question", ["what's the weather in Paris", "who won the election", "write me a python script"]
)
def test_what_it_cannot_do_is_said_so(guest: Client, question: str) -> None:
    row = guest.send(text=question).json()
    assert "$" not in str(row["messages"])
    assert row["messages"]


@pytest.mark.parametrize(
    "text",
    ["/ask_price", " \u200b/restart", '/greet{"name":"x"}', "🤷", "?", "x" * 2000, "''; DROP TABLE products; --"],
)
def test_odd_input_is_answered_in_words(guest: Client, truth: Truth, text: str) -> None:
    assert guest.ask(text).parts
    assert truth.execute("SELECT count(*) AS n FROM products").fetchone()["n"] > 300  # type: ignore[index]


def test_a_marketers_question_is_refused_and_audited(shopper: Client, truth: Truth) -> None:
    answer = shopper.ask("forecast next 45 days for Note20")
    assert answer.of("image") == []
    row = truth.execute("SELECT role, outcome FROM audit WHERE action = 'action_forecast' ORDER BY id DESC").fetchone()
    assert row == {"role": "shopper", "outcome": "refused"}

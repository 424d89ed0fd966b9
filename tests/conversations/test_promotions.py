"""Conversations about offers and promotions on the whole running stack."""

import psycopg
import pytest
from psycopg.rows import DictRow

from tests.stack import Client

pytestmark = pytest.mark.stack
Truth = psycopg.Connection[DictRow]

IMPRESSION = "SELECT * FROM impressions WHERE key = %s"


def key_of(url: str) -> str:
    return url.partition("shown=")[2].partition("&")[0]


def test_offers_are_shown_noted_and_their_click_counts(shopper: Client, truth: Truth) -> None:
    answer = shopper.ask("any deals today?")
    assert answer.products
    assert "until" in answer.text
    links = [product["url"] for product in answer.products if product["url"].startswith("/promotion/")]
    assert links, "promotions run in the demo store"
    noted = truth.execute(IMPRESSION, (key_of(links[0]),)).fetchone()
    assert noted
    assert (noted["slot"], noted["surface"], noted["clicked_at"]) == ("chat", "chat", None)
    assert 0 < noted["propensity"] <= 1
    response = shopper.http.get(links[0], headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/p/p_")
    again = truth.execute(IMPRESSION, (key_of(links[0]),)).fetchone()
    assert again
    assert again["clicked_at"] is not None


@pytest.mark.parametrize("question", ["what's on sale", "any offers for me", "deals on boots", "any dresses on offer"])
def test_whatever_is_shown_as_an_offer_is_sold(guest: Client, truth: Truth, question: str) -> None:
    answer = guest.ask(question)
    assert "found nothing for" not in answer.text
    ids = [product["id"] for product in answer.products]
    assert ids
    sold = truth.execute("SELECT count(*) AS n FROM products WHERE active AND public_id = ANY(%s)", (ids,)).fetchone()
    assert sold
    assert sold["n"] == len(set(ids))


def test_a_discount_on_a_product_is_answered_with_yes_or_no(guest: Client) -> None:
    text = guest.ask("is there a discount on the Note20?").text
    assert "instead of" in text or "no offer" in text


def test_how_a_promotion_does_is_the_stores(marketer: Client, truth: Truth) -> None:
    answer = marketer.ask("how is the skirts promotion doing?")
    if answer.choices and not answer.of("table"):
        answer = marketer.choose(answer.choices[0]["id"])
    assert "CTR" in answer.text or "not shown" in answer.text


def test_the_reports_have_a_finding_a_table_and_choices(marketer: Client) -> None:
    for question in ("which ads underperform", "which promotions do best", "CTR by slot", "what's our ROAS"):
        answer = marketer.ask(question)
        assert answer.of("table"), question
        assert answer.choices, question
        assert "not available" not in answer.text


def test_whom_to_show_which_is_answered(marketer: Client) -> None:
    answer = marketer.ask("which promotion should I show to women")
    assert answer.of("table") or answer.choices
    answer = marketer.ask("which promotion should I show to fashion customers")
    assert answer.of("table") or answer.choices


@pytest.mark.parametrize("question", ["what's the CTR of the summer banner", "which campaigns are worth the money"])
def test_a_shopper_is_refused_and_it_is_audited(shopper: Client, truth: Truth, question: str) -> None:
    assert "marketing team" in shopper.ask(question).text
    row = truth.execute("SELECT role, outcome FROM audit ORDER BY id DESC").fetchone()
    assert row == {"role": "shopper", "outcome": "refused"}


def test_a_promotion_after_an_answer_is_labelled_and_seldom(guest: Client) -> None:
    answers = [guest.ask("show me women's boots").text for _ in range(4)]
    assert sum("Promotion:" in text for text in answers) <= 1

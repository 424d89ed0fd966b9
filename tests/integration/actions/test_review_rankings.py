"""Which products have the best or worst reviews, and what is complained of."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from actions.formats import day
from actions.tools import ToolUnavailable
from common.caller import Role
from common.errors import NotEnoughData
from store.tables import AuditEntry
from tests.actions_kit import Shop, entity, spotted
from tests.fake_forecasting import TODAY
from tests.fake_reviews import complaints_json, quote_json, ranked_json, topic_json

TO_COME = TODAY + timedelta(days=5)
THIS_MONTH = {"start": str(TODAY - timedelta(days=20)), "end": str(TO_COME), "label": "this month"}


@pytest.fixture
async def cup(shop: Shop) -> str:
    return await shop.product("Cup", category="mugs")


async def test_the_worst_reviewed_come_as_a_table_with_what_was_written(shop: Shop, cup: str) -> None:
    quote = quote_json(cup, "Broke in a week.", "negative", rating=1)
    complaint = {"aspect": "quality", "name": "quality", "negative": 7, "quote": quote}
    shop.tools.ranked_json = ranked_json((cup, "Cup", 0.25), complaints=[complaint])
    talk = shop.marketer()
    said = await talk.ask("worst_reviewed", entity("period", THIS_MONTH), text="worst reviews this month")
    asked = {"since": THIS_MONTH["start"], "until": str(TODAY), "n": 5, "best": False}
    assert shop.tools.read == [("worst", asked)]
    assert said.rows == [["Cup", "20", "25 %", "12 % and 62 %", "2.4", "quality (7)"]]
    assert "“Broke in a week.” (Cup, 1 of 5, 2 Nov 2026)" in said.text
    assert (await talk.ask("choose_listed", entity("ordinal", 1), text="the first one")).cards[0]["id"] == cup


async def test_the_best_reviewed_are_cards_for_everybody(shop: Shop, cup: str) -> None:
    shop.tools.ranked_json = ranked_json((cup, "Cup", 0.95), ("p_gone0000", "Gone", 0.94))
    text = "which three mugs have the best reviews"
    mugs = spotted("category", "mugs", "mugs", text)
    said = await shop.guest().ask("best_reviewed", mugs, entity("quantity", 3), text=text)
    assert shop.tools.read == [("worst", {"category": "mugs", "n": 3, "best": True})]
    assert "Of our mugs, customers are happiest with these" in said.text
    assert [(card["id"], card["why"]) for card in said.cards] == [
        (cup, "95 % of 20 reviews are positive; 2.4 of 5 stars")
    ]


async def test_complaints_are_summed_up_by_topic_with_their_change(shop: Shop, cup: str) -> None:
    quotes = [quote_json(cup, "Three weeks late.", "negative", rating=2)]
    shop.tools.complaints_json = complaints_json(topic_json("delivery", 20, 0.08, quotes), topic_json("price", 0, None))
    text = "summarise complaints about delivery this month"
    said = await shop.marketer().ask("review_complaints", spotted("period", THIS_MONTH, "this month", text), text=text)
    asked = {"aspect": "delivery", "since": THIS_MONTH["start"], "until": str(TODAY), "n": 5}
    assert shop.tools.read == [("complaints", asked)]
    assert f"Of 100 reviews of our products from {day(TODAY - timedelta(days=20))} to {day(TODAY)}, " in said.text
    assert "30 are negative" in said.text
    assert said.rows == [["delivery", "40", "20", "20 %", "10 % and 40 %", "up 8 points"]]
    assert "“Three weeks late.” (Cup, 2 of 5, 2 Nov 2026)" in said.text
    assert [card["url"] for card in said.cards] == [f"/p/{cup}#review-1"]


async def test_complaints_of_a_product_or_a_category(shop: Shop, cup: str) -> None:
    shop.tools.complaints_json = complaints_json()
    talk = shop.marketer()
    text = "complaints about the Cup"
    await talk.ask("review_complaints", spotted("product", cup, "Cup", text) | {"name": "Cup"}, text=text)
    text = "what do our customers complain about in mugs"
    said = await talk.ask("review_complaints", spotted("category", "mugs", "mugs", text), text=text)
    assert [asked for _, asked in shop.tools.read] == [{"product_id": cup, "n": 5}, {"category": "mugs", "n": 5}]
    assert said.names == ["utter_complaints_none"]


async def test_nothing_complained_of_one_aspect_says_so(shop: Shop) -> None:
    shop.tools.complaints_json = complaints_json()
    said = await shop.marketer().ask("review_complaints", text="summarise complaints about packaging")
    assert "no complaints about packaging in 100 reviews" in said.text


@pytest.mark.parametrize("intent", ["best_reviewed", "worst_reviewed", "review_complaints"])
async def test_without_reviews_that_is_said(shop: Shop, intent: str) -> None:
    shop.tools.ranked_json, shop.tools.complaints_json = ranked_json(), complaints_json(reviews=0)
    assert (await shop.marketer().ask(intent, text="x")).names == ["utter_reviewed_none"]
    shop.tools.error = NotEnoughData("no reviews")
    assert (await shop.marketer().ask(intent, text="x")).names == ["utter_reviewed_none"]


@pytest.mark.parametrize("intent", ["best_reviewed", "worst_reviewed", "review_complaints"])
async def test_a_tool_that_is_away_or_a_time_to_come_gets_words(shop: Shop, intent: str) -> None:
    shop.tools.error = ToolUnavailable("away")
    assert (await shop.marketer().ask(intent, text="x")).names == ["utter_reviews_unavailable"]
    ahead = entity("period", {"start": str(TO_COME), "end": str(TO_COME), "label": "then"})
    assert (await shop.marketer().ask(intent, ahead, text="x")).names == ["utter_period_ahead"]


@pytest.mark.parametrize("intent", ["worst_reviewed", "review_complaints"])
@pytest.mark.parametrize("role", [Role.GUEST, Role.SHOPPER, Role.AGENT])
async def test_figures_are_for_marketers_and_a_refusal_is_audited(shop: Shop, intent: str, role: Role) -> None:
    talk = shop.person(role)
    said = await talk.ask(intent, text="which products have the worst reviews")
    assert said.names == ["utter_for_marketers"]
    assert shop.tools.read == []
    async with shop.database.read() as session:
        query = select(func.count()).where(AuditEntry.actor == talk.subject, AuditEntry.outcome == "refused")
        assert await session.scalar(query) == 1

"""Marketers' questions about promotions and campaigns: the finding, the table, the reasons, and what to ask next."""

from pathlib import Path
from typing import Any

import pytest

from actions.tools import ToolAnswerInvalid, ToolUnavailable
from common.errors import NotEnoughData
from store.session import Database
from tests.actions_kit import Said, Shop, entity
from tests.fake_promotions import campaign_json, campaigns_json, for_segment_json, report_json, row_json
from tests.integration.actions import promoting

SUMMER = {"id": "pr_summer", "name": "Summer"}
QUESTIONS = {
    "promotion_report": "which ads underperform",
    "promotion_for_segment": "which promotion for women",
    "campaign_value": "what's our roas",
}


@pytest.fixture
async def shop(database: Database, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path / "keys")


async def report(shop: Shop, text: str, rows: list[Any], *found: dict[str, Any], **more: Any) -> Said:
    shop.tools.report = report_json(rows, **more)
    return await shop.marketer().ask("promotion_report", *found, text=text)


async def test_one_promotion_is_told_with_interval_sample_verdict_reasons_and_choices(shop: Shop) -> None:
    said = await report(shop, "what's the CTR of the summer banner", [row_json("Summer")], promotion=SUMMER)
    assert shop.tools.reported[-1] == {"promotion": "summer", "days": 30, "sort": "ctr", "n": 10}
    assert "clicked 80 times in 1,000 showings: a CTR of 8.0 % (7.0 % to 9.0 %)" in said.text
    assert "clearly below expectation (10 % was expected)" in said.text
    assert "4 orders came from these clicks: 5.0 % (2.0 % to 12 %)" in said.text
    assert "seen it before" in said.text
    assert said.rows[0][:4] == ["Summer", "1,000", "80", "8.0 % (7.0 % to 9.0 %)"]
    payloads = [choice["payload"] for choice in said.choices]
    assert payloads[0] == '/promotion_report{"promotion": "pr_summer", "slot": "each"}'
    assert "/campaign_value" in payloads


async def test_an_ambiguous_name_is_asked_about_and_the_choice_answers(shop: Shop) -> None:
    marketer = shop.marketer()
    candidates = [{"id": "pr_a", "name": "Skirts 25%"}, {"id": "pr_b", "name": "Skirts 30%"}]
    shop.tools.report = report_json([], candidates=candidates)
    said = await marketer.ask("promotion_report", text="ctr of the skirts promotion in the chat")
    assert said.names == ["utter_which_promotion"]
    assert [choice["title"] for choice in said.choices] == ["Skirts 25%", "Skirts 30%"]
    shop.tools.report = report_json([row_json("Skirts 30%")], promotion=candidates[1])
    picked = await marketer.pick(said.choices[1])
    assert shop.tools.reported[-1] == {"promotion": "pr_b", "slot": "chat", "days": 30, "sort": "ctr", "n": 10}
    assert picked.names[0] == "utter_promotion_found"


async def test_an_unknown_name_is_said_and_known_ones_offered(shop: Shop) -> None:
    said = await report(shop, "how is the zebra promotion doing", [row_json("Boots")])
    assert said.names == ["utter_no_such_promotion"]
    assert "zebra" in said.text
    assert [choice["title"] for choice in said.choices] == ["Boots", "Those that do best"]


async def test_what_underperforms_is_told_or_that_nothing_does(shop: Shop) -> None:
    said = await report(shop, "which ads underperform", [row_json("Boots"), row_json("Bags", verdict="as_expected")])
    assert shop.tools.reported[-1]["sort"] == "below_expectation"
    assert "1 promotion was clicked clearly less than expected" in said.text
    assert len(said.rows) == 2
    said = await report(shop, "worst promotions", [row_json("Bags", verdict="as_expected", why=[])])
    assert said.names == ["utter_promotions_none_below"]


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("which promotions do best", "a CTR of 8.0 %"),
        ("which promotion has the best conversion", "a conversion of 5.0 %"),
        ("most clicked ads", "80 clicks, a CTR of"),
    ],
)
async def test_what_does_best_is_told_in_the_figure_that_was_asked_for(shop: Shop, text: str, figure: str) -> None:
    said = await report(shop, text, [row_json("Boots", verdict="above", why=["more_clicks"])])
    assert f'"Boots" did best: {figure}' in said.text


async def test_without_a_showing_there_is_nothing_to_count(shop: Shop) -> None:
    said = await report(shop, "which promotions do best", [])
    assert said.names == ["utter_nothing_shown"]
    assert said.choices[0]["payload"] == '/promotion_report{"horizon": {"days": 90}}'
    none = row_json("Summer", 0, 0, ctr=None, ctr_low=None, ctr_high=None, verdict="too_little", why=[])
    said = await report(shop, "how is the summer promotion doing", [none], promotion=SUMMER)
    assert said.names == ["utter_promotion_not_shown"]


async def test_of_a_promotion_of_long_ago_a_longer_time_is_told_unless_a_time_was_asked_for(shop: Shop) -> None:
    never = row_json("Summer", 0, 0, ctr=None, ctr_low=None, ctr_high=None, verdict="too_little", why=[])
    said = await report(shop, "how did the summer promotion do", [never], promotion=SUMMER)
    assert [asked["days"] for asked in shop.tools.reported] == [30, 365]
    assert said.names == ["utter_promotion_not_shown"]
    shop.tools.reported.clear()
    lately = entity("horizon", {"days": 7})
    await report(shop, "how did the summer promotion do in the last 7 days", [never], lately, promotion=SUMMER)
    assert [asked["days"] for asked in shop.tools.reported] == [7]


async def test_a_segment_narrows_it_and_an_unknown_one_is_asked_about(shop: Shop) -> None:
    men = {"id": "men", "name": "Men"}
    said = await report(shop, "how do promotions do with men", [row_json("Boots")], segment=men)
    assert shop.tools.reported[-1]["segment"] == "men"
    assert "These figures are of Men only." in said.text
    said = await report(shop, "how do promotions do with martians", [])
    assert said.names == ["utter_no_such_segment"]
    said = await report(shop, "how do promotions do with men", [], segment_candidates=[men])
    assert [choice["payload"] for choice in said.choices] == ['/promotion_report{"category": "men"}']


async def test_by_slot_each_is_counted_with_its_interval(shop: Shop) -> None:
    shop.tools.by_slot = {
        "cart": report_json([row_json("A", 50, 400), row_json("B", 50, 600)]),
        "chat": report_json([row_json("A", 10, 200)]),
    }
    said = await report(shop, "ctr by slot", [])
    assert "clicked most in the cart: a CTR of 10 % (8.3 % to 12 %) after 1,000 showings" in said.text
    assert [row[:3] for row in said.rows] == [["in the cart", "1,000", "100"], ["in the chat", "200", "10"]]
    assert {asked["slot"] for asked in shop.tools.reported} == {
        "home_hero", "home_row", "category_top", "product_side", "cart", "chat",
    }  # fmt: skip
    shop.tools.by_slot = {}
    assert (await report(shop, "ctr by slot", [])).names == ["utter_nothing_shown"]


async def test_for_a_segment_the_best_promotion_is_told(shop: Shop) -> None:
    shop.tools.for_segment = for_segment_json(["Skirts", "Coats"])
    women = entity("category", "women")
    said = await shop.marketer().ask("promotion_for_segment", women, text="which promotion for women")
    assert shop.tools.reported[-1] == {"segment": "women", "n": 5}
    assert 'Show "Skirts" to Women: 12 % (8.0 % to 17 %) of its showings should be clicked' in said.text
    assert "31 clicks in 250 showings before 820 customers" in said.text
    assert [row[0] for row in said.rows] == ["Skirts", "Coats"]
    assert said.choices[0]["payload"] == '/promotion_report{"promotion": "pr_0"}'


async def test_whom_is_asked_when_it_is_not_clear(shop: Shop, database: Database) -> None:
    await shop.product("Cup", category="kitchen")
    said = await shop.marketer().ask("promotion_for_segment", text="which promotion should I show")
    assert said.names == ["utter_which_segment"]
    assert "Kitchen" in [choice["title"] for choice in said.choices]
    assert shop.tools.reported == []
    fashion = [{"id": "women", "name": "Women"}, {"id": "men", "name": "Men"}]
    shop.tools.for_segment = for_segment_json([], segment=None, segment_candidates=fashion)
    said = await shop.marketer().ask("promotion_for_segment", text="which promotion for fashion customers")
    assert shop.tools.reported[-1]["segment"] == "fashion"
    assert [choice["title"] for choice in said.choices] == ["Women", "Men"]
    shop.tools.for_segment = for_segment_json([], segment=None)
    assert (await shop.marketer().ask("promotion_for_segment", text="promo for martians")).names == [
        "utter_no_such_segment"
    ]
    shop.tools.for_segment = for_segment_json([])
    said = await shop.marketer().ask("promotion_for_segment", text="promo for women")
    assert said.names == ["utter_segment_nothing"]


async def test_campaigns_are_told_by_their_worth(shop: Shop) -> None:
    poor = campaign_json("Lamps", 0.4, "not_worth", roas=0.2, revenue=4.0)
    shop.tools.campaigns = campaigns_json([campaign_json("Skirts"), poor])
    said = await shop.marketer().ask("campaign_value", text="which campaigns are worth the money")
    assert shop.tools.reported[-1] == {"days": 90, "n": 100}
    assert "1 of 2 campaigns in the last 90 days are worth the money" in said.text
    assert "expect 3.20 (2.20 to 4.20) back per $1.00 spent, after 80 clicks and 4 orders" in said.text
    assert "$94.00 from $40.00 spent, so 2.35 per $1.00" in said.text
    assert "a discount of at least 25 % were worth it in 75 % of 12 cases" in said.text
    assert said.rows[1] == [
        "Lamps", "$20.00", "$4.00", "0.20", "0.40 (-0.60 to 1.40)", "is not worth the money",
    ]  # fmt: skip


async def test_one_campaign_is_told_alone_and_two_that_fit_are_offered(shop: Shop) -> None:
    marketer = shop.marketer()
    shop.tools.campaigns = campaigns_json(
        [campaign_json("Skirts 25%"), campaign_json("Skirts 30%", None, "unclear"), campaign_json("Lamps")]
    )
    said = await marketer.ask("campaign_value", text="was the lamps campaign worth it")
    assert said.text.startswith('"Lamps" is worth the money')
    said = await marketer.ask("campaign_value", text="was the skirts campaign worth it")
    assert [choice["title"] for choice in said.choices] == ["Skirts 25%", "Skirts 30%"]
    picked = await marketer.pick(said.choices[1])
    assert picked.names[0] == "utter_campaign_unpredicted"
    said = await marketer.ask("campaign_value", text="was the zebra campaign worth it")
    assert said.names[0] == "utter_no_such_promotion"


async def test_no_campaign_and_none_worth_it(shop: Shop) -> None:
    said = await shop.marketer().ask("campaign_value", text="what's our roas")
    assert said.names == ["utter_no_campaigns"]
    shop.tools.campaigns = campaigns_json([campaign_json("Lamps", 0.4, "not_worth")], currency=None)
    said = await shop.marketer().ask("campaign_value", text="what's our roas")
    assert said.names[0] == "utter_campaigns_none_worth"


@pytest.mark.parametrize("intent", sorted(QUESTIONS))
@pytest.mark.parametrize("failure", [ToolUnavailable("down"), ToolAnswerInvalid("odd")])
async def test_without_the_tool_what_was_counted_is_told(
    shop: Shop, database: Database, intent: str, failure: Exception
) -> None:
    key = await promoting.promotion(database, f"Counted {intent} {type(failure).__name__}")
    await promoting.shown_before(database, key, impressions=500, clicks=40)
    shop.tools.error = failure
    said = await shop.marketer().ask(intent, text=QUESTIONS[intent])
    assert said.names[0] == "utter_reports_unavailable"
    assert any(row[1:3] == ["500", "40"] for row in said.rows)


@pytest.mark.parametrize("intent", sorted(QUESTIONS))
async def test_a_refusal_is_said_with_its_reason(shop: Shop, intent: str) -> None:
    shop.tools.error = NotEnoughData("Nothing was ever shown.")
    said = await shop.marketer().ask(intent, text=QUESTIONS[intent])
    assert "Nothing was ever shown." in said.text


@pytest.mark.parametrize("intent", sorted(QUESTIONS))
async def test_only_marketers_are_answered(shop: Shop, intent: str) -> None:
    said = await shop.shopper(await shop.customer()).ask(intent, text=QUESTIONS[intent])
    assert said.names == ["utter_for_marketers"]
    assert shop.tools.reported == []

"""What customers say about a product, a category and the shop, and what follows on it."""

import pytest
from sqlalchemy import select

from actions.tools import ToolAnswerInvalid, ToolUnavailable
from common.errors import NotFound
from store.tables import Product, Review
from tests.actions_kit import Shop, Talk, entity, spotted
from tests.fake_reviews import aspect_json, opinions_json, quote_json


async def asked_about(shop: Shop, talk: Talk, product: str, text: str, name: str = "Phone X"):
    return await talk.ask("ask_reviews", spotted("product", product, name, text), text=text)


@pytest.fixture
async def phone(shop: Shop) -> str:
    return await shop.product("Phone X", category="smartphones")


async def test_an_aspect_is_counted_with_its_interval_and_quoted_word_for_word(shop: Shop, phone: str) -> None:
    quotes = [quote_json(phone, "Two days on one charge!", rating=5)]
    battery = aspect_json("battery", 19, 4, quotes, name="battery")
    shop.tools.opinions_json = opinions_json([battery], asked_aspect="battery")
    said = await asked_about(shop, shop.guest(), phone, "what do people say about the Phone X's battery")
    assert shop.tools.read == [("opinions", {"product_id": phone, "aspect": "battery", "quotes": 3})]
    assert "19 of 23 opinions about battery in the reviews of Phone X are good: 83 %" in said.text
    assert "between 63 % and 100 %" in said.text
    assert "“Two days on one charge!” (5 of 5, 2 Nov 2026)" in said.text
    assert [card["url"] for card in said.cards] == [f"/p/{phone}#review-1"]


async def test_few_opinions_are_said_to_be_few(shop: Shop, phone: str) -> None:
    shop.tools.opinions_json = opinions_json([aspect_json("camera", 2, 1)], asked_aspect="camera")
    said = await asked_about(shop, shop.guest(), phone, "how is the camera of Phone X according to reviews")
    assert "only 3 opinions about camera" in said.text
    assert "2 good, 1 bad" in said.text
    assert "%" not in said.text


async def test_what_nobody_mentions_is_said_and_all_in_all_follows(shop: Shop, phone: str) -> None:
    shop.tools.opinions_json = opinions_json([], asked_aspect=None)
    said = await asked_about(shop, shop.guest(), phone, "what do people say about the hinge of Phone X")
    assert "nothing about hinge in the 40 reviews of Phone X" in said.text
    assert "80 % of 40 reviews of Phone X are positive" in said.text
    assert "On average Phone X got 4.3 of 5 stars (40 ratings)" in said.text


async def test_all_in_all_says_what_is_liked_and_what_is_complained_of(shop: Shop, phone: str) -> None:
    aspects = [aspect_json("screen", 20, 1), aspect_json("battery", 3, 12)]
    shop.tools.opinions_json = opinions_json(aspects, suspicious=2)
    said = await asked_about(shop, shop.guest(), phone, "how are the reviews of the Phone X")
    assert shop.tools.read[0][1] == {"product_id": phone, "quotes": 3}
    assert "like most about Phone X: screen (20 of 21)" in said.text
    assert "complain about most with Phone X: battery (12 of 15)" in said.text
    assert "I counted 2 reviews of Phone X for less" in said.text


async def test_a_product_without_reviews_says_so(shop: Shop, phone: str) -> None:
    shop.tools.opinions_json = opinions_json(reviews=0)
    said = await asked_about(shop, shop.guest(), phone, "is Phone X worth it according to customers")
    assert said.names == ["utter_reviews_none"]
    assert said.cards == []


async def test_a_period_without_reviews_says_which(shop: Shop, phone: str) -> None:
    shop.tools.opinions_json = opinions_json(reviews=0)
    text = "what was said about it last month"
    october = {"start": "2026-10-01", "end": "2026-10-31", "label": "last month"}
    said = await shop.guest().ask(
        "ask_reviews", entity("product", phone), spotted("period", october, "last month", text), text=text
    )
    assert shop.tools.read[0][1] == {
        "product_id": phone, "since": "2026-10-01", "until": "2026-10-31", "quotes": 3,
    }  # fmt: skip
    assert "from 1 Oct 2026 to 31 Oct 2026" in said.text


async def test_complained_of_most_comes_first_and_only_complaints_are_quoted(shop: Shop, phone: str) -> None:
    aspects = [
        aspect_json("screen", 20, 2, [quote_json(phone, "Lovely screen.")]),
        aspect_json("battery", 3, 12, [quote_json(phone, "Flat by noon.", "negative", rating=2)]),
    ]
    shop.tools.opinions_json = opinions_json(aspects)
    said = await asked_about(shop, shop.guest(), phone, "what do people complain about most with Phone X")
    assert said.text.startswith("What customers complain about most with Phone X: battery (12 of 15) and screen")
    assert "Flat by noon." in said.text
    assert "Lovely" not in said.text


async def test_the_bad_ones_are_of_the_product_and_aspect_talked_about(shop: Shop, phone: str) -> None:
    talk = shop.guest()
    quotes = [quote_json(phone, "Good."), quote_json(phone, "Flat by noon.", "negative", rating=1)]
    shop.tools.opinions_json = opinions_json([aspect_json("battery", 10, 5, quotes)], asked_aspect="battery")
    await asked_about(shop, talk, phone, "what do people say about the battery of Phone X")
    said = await talk.ask("ask_reviews", text="show me the bad ones")
    assert shop.tools.read[-1][1] == {"product_id": phone, "aspect": "battery", "quotes": 10}
    assert "The critical ones:\n• “Flat by noon.” (1 of 5, 2 Nov 2026)" in said.text
    assert "“Good.”" not in said.text


async def test_what_was_not_read_yet_is_not_said_not_to_be_there(shop: Shop, phone: str) -> None:
    shop.tools.opinions_json = opinions_json([], reviews=40, read=3)
    said = await asked_about(shop, shop.guest(), phone, "how are the reviews of the Phone X")
    assert "read only 3 of the 40 reviews of Phone X" in said.text


async def test_without_bad_ones_none_is_made_up(shop: Shop, phone: str) -> None:
    shop.tools.opinions_json = opinions_json([aspect_json("screen", 8, 0, [quote_json(phone, "Lovely.")])])
    said = await asked_about(shop, shop.guest(), phone, "show me the negative reviews of Phone X")
    assert "I found no complaints in the 40 reviews of Phone X." in said.text
    assert "Lovely" not in said.text


@pytest.mark.parametrize(
    ("intent", "text", "aspect"),
    [
        ("ask_specification", "and the camera?", "camera"),
        ("ask_delivery", "what about delivery", "delivery"),
        ("ask_size", "and the fit?", "fit"),
        ("follow_up_product", "how about the sound", "sound"),
        ("refine_search", "and the quality", "quality"),
        ("out_of_scope", "and the sound?", "sound"),
        ("unsure", "what about service", "service"),
        ("ask_capabilities", "what about support", "support"),
    ],
)
async def test_a_few_words_go_on_about_the_reviews(shop: Shop, phone: str, intent: str, text: str, aspect: str) -> None:
    talk = shop.guest()
    shop.tools.opinions_json = opinions_json()
    await asked_about(shop, talk, phone, "how are the reviews of the Phone X")
    await talk.ask(intent, text=text)
    assert shop.tools.read[-1][1] == {"product_id": phone, "aspect": aspect, "quotes": 3}


@pytest.mark.parametrize("text", ["and how heavy is it?", "how heavy is it", "and what does it weigh"])
async def test_a_question_of_its_own_is_no_follow_up(shop: Shop, text: str) -> None:
    phone = await shop.product("Phone X", attributes={"weight_g": 190})
    talk = shop.guest()
    shop.tools.opinions_json = opinions_json()
    await asked_about(shop, talk, phone, "how are the reviews of the Phone X")
    said = await talk.ask("ask_specification", entity("attribute", "weight_g"), text=text)
    assert "190 g" in said.text


async def test_delivery_is_the_shops_terms_while_nobody_talks_of_reviews(shop: Shop) -> None:
    assert (await shop.guest().ask("ask_delivery", text="what about delivery")).names == ["utter_delivery"]


async def test_the_same_question_for_another_product_keeps_the_aspect(shop: Shop, phone: str) -> None:
    talk, other = shop.guest(), await shop.product("Phone Y")
    shop.tools.opinions_json = opinions_json([aspect_json("battery", 10, 5)], asked_aspect="battery")
    await asked_about(shop, talk, phone, "what do people say about the battery of Phone X")
    text = "and the Phone Y?"
    said = await talk.ask("follow_up_product", spotted("product", other, "Phone Y", text), text=text)
    assert shop.tools.read[-1][1] == {"product_id": other, "aspect": "battery", "quotes": 3}
    assert "Phone Y" in said.text


async def test_which_of_several_is_offered_and_keeps_the_aspect(shop: Shop, phone: str) -> None:
    talk, other = shop.guest(), await shop.product("Phone X Pro")
    shop.tools.opinions_json = opinions_json([aspect_json("battery", 10, 5)], asked_aspect="battery")
    text = "what do people say about the battery of Phone X"
    mention = spotted("product", phone, "Phone X", text) | {"candidates": [{"id": other, "name": "Phone X Pro"}]}
    said = await talk.ask("ask_reviews", mention, text=text)
    await talk.pick(said.choices[0])
    assert shop.tools.read[-1][1] == {"product_id": other, "aspect": "battery", "quotes": 3}


async def test_it_needs_something_to_be_about(shop: Shop) -> None:
    said = await shop.guest().ask("ask_reviews", text="is it worth it according to customers")
    assert said.names == ["utter_which_product"]
    assert shop.tools.read == []


async def test_an_unknown_product_is_not_taken_for_the_shop(shop: Shop) -> None:
    unknown = entity("product_unknown", "Phone Q")
    said = await shop.guest().ask("ask_reviews", unknown, text="reviews of the Phone Q")
    assert said.names == ["utter_unknown_product"]
    assert shop.tools.read == []


@pytest.mark.parametrize(
    "text", ["what do people say about your delivery", "what do customers say about delivery", "are customers happy"]
)
async def test_without_a_product_the_shop_is_meant_and_quotes_name_their_product(
    shop: Shop, phone: str, text: str
) -> None:
    quotes = [quote_json(phone, "Came in a day.", product_name="Phone X")]
    shop.tools.opinions_json = opinions_json([aspect_json("delivery", 9, 3, quotes)], asked_aspect="delivery")
    said = await shop.guest().ask("ask_reviews", text=text)
    assert "product_id" not in shop.tools.read[0][1]
    assert "“Came in a day.” (Phone X, 4 of 5, 2 Nov 2026)" in said.text
    assert [card["id"] for card in said.cards] == [phone]


async def test_a_category_is_meant_where_it_is_named(shop: Shop, phone: str) -> None:
    shop.tools.opinions_json = opinions_json()
    text = "what do people say about your smartphones"
    said = await shop.guest().ask("ask_reviews", spotted("category", "smartphones", "smartphones", text), text=text)
    assert shop.tools.read[0][1] == {"category": "smartphones", "quotes": 3}
    assert "our smartphones" in said.text


async def test_whether_they_are_real_and_where_they_go_is_said(shop: Shop, phone: str) -> None:
    months = [
        {"month": f"2026-0{month}-01", "reviews": 10, "positive_share": share}
        for month, share in enumerate((0.9, 0.9, 0.5, 0.5, 0.5), 1)
    ]
    shop.tools.opinions_json = opinions_json(trend=months)
    real = await asked_about(shop, shop.guest(), phone, "are the reviews of the Phone X real")
    assert "Nothing looks suspicious in the 40 reviews" in real.text
    trend = await asked_about(shop, shop.guest(), phone, "are the reviews of the Phone X getting worse")
    assert "Lately 50 % were positive" in trend.text
    assert "before that 90 %" in trend.text


@pytest.mark.parametrize("failure", [ToolUnavailable("away"), ToolAnswerInvalid("odd")])
async def test_while_the_tool_is_away_the_stars_are_told(shop: Shop, phone: str, failure: Exception) -> None:
    async with shop.database.begin() as session:
        row = await session.scalar(select(Product.id).where(Product.public_id == phone))
        session.add_all(
            Review(product_id=row, reference=f"{phone}-{stars}", rating=stars, body="Fine.", written_at=shop.now)
            for stars in (5, 4)
        )
    shop.tools.error = failure
    said = await asked_about(shop, shop.guest(), phone, "how are the reviews of Phone X")
    assert said.names == ["utter_reviews_unavailable", "utter_reviews_stars"]
    assert "4.5 of 5 stars (2 ratings)" in said.text
    assert [card["url"] for card in said.cards] == [f"/p/{phone}#reviews"]


async def test_a_product_that_the_tool_does_not_know_has_no_reviews(shop: Shop, phone: str) -> None:
    shop.tools.error = NotFound("no such product")
    said = await asked_about(shop, shop.guest(), phone, "how are the reviews of Phone X")
    assert said.names == ["utter_reviews_none"]

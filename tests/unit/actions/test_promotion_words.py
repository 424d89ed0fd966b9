"""What a question about promotions asks for; figures and reasons in words; and that the tool's contract is read."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from actions import promotion_answers as ours
from actions.entities import Entities, Horizon, Period
from actions.promotion_answers import ValueReason
from actions.promotion_question import Asked, asked, days, naming
from actions.promotion_words import SLOTS, WHY_CLICKS, WHY_SEGMENT, because, rate, reasons, times, wilson
from ml_tools.promotions import schemas as chosen
from ml_tools.promotions.campaigns import schemas
from tests.fake_forecasting import TODAY
from web.shop.promotions import KEY


def question(text: str, **found: Any) -> Asked:
    turn: Any = SimpleNamespace(
        text=text, was_typed=not text.startswith("/"), entities=Entities(**found),
        services=SimpleNamespace(today=TODAY),
    )  # fmt: skip
    return asked(turn)


@pytest.mark.parametrize(
    ("text", "promotion"),
    [
        ("what's the CTR of the summer banner", "summer"),
        ("how is the black friday promotion doing", "black friday"),
        ("how is the Men's Knitwear promotion doing?", "Men's Knitwear"),
        ("ctr of the 25% off everything campaign last month", "25% everything"),
        ("how did the easter banner do over the last 30 days", "easter"),
        ("which ads underperform", None),
        ("which ads should we drop at once", None),
        ("how are our promtions perfoming", None),
        ("ctr by slot", None),
        ("how did promotions do in october", None),
        ("which promotion sells most", None),
    ],
)
def test_the_words_that_name_a_promotion_are_what_remains(text: str, promotion: str | None) -> None:
    assert question(text).promotion == promotion


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("ctr by slot", "each"),
        ("where are promotions clicked most", "each"),
        ("which banner position works best", "each"),
        ("ctr on the home page", "home_hero"),
        ("how do banners on product pages do", "product_side"),
        ("ctr in the cart", "cart"),
        ("ctr in the chat", "chat"),
        ("how is the heels promotion doing", None),
    ],
)
def test_a_place_is_understood_and_names_nothing(text: str, slot: str | None) -> None:
    assert question(text).slot == slot
    assert question(text).promotion in (None, "heels")


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("which ads underperform", "below_expectation"),
        ("which banners does nobody click", "below_expectation"),
        ("which promotions don't work", "below_expectation"),
        ("which promotion converts best", "conversion"),
        ("most clicked ads", "clicks"),
        ("which promotions do best", "ctr"),
    ],
)
def test_the_order_is_understood(text: str, sort: str) -> None:
    assert question(text).sort == sort


def test_before_whom_is_no_part_of_the_name() -> None:
    told = question("how does the heels promotion do with men")
    assert (told.promotion, told.segment) == ("heels", "men")
    text = "how do promotions do with phone buyers"
    told = question(text, category="smartphones", starts={"category": text.index("phone")})
    assert (told.promotion, told.segment) == (None, "smartphones")
    text = "how does the phone promotion do"
    assert question(text, category="smartphones", starts={"category": text.index("phone")}).segment is None


def test_a_choice_is_taken_as_it_stands() -> None:
    told = question('/promotion_report{"promotion": "pr_1"}', promotion="pr_1", slot="each", horizon=Horizon(days=90))
    assert told == Asked("pr_1", None, "each", "ctr", 90, True)


@pytest.mark.parametrize(("start", "told"), [(10, 10), (0, 1), (5000, 730)])
def test_days_count_back_from_today(start: int, told: int) -> None:
    period = Period(start=TODAY - timedelta(days=start), end=TODAY)
    assert question("ctr", period=period).days == told


def test_without_a_time_it_is_the_last_month() -> None:
    assert question("ctr").days == 30
    turn: Any = SimpleNamespace(entities=Entities(), services=SimpleNamespace(today=TODAY))
    assert days(turn, 90) == 90


def test_a_name_is_cut_to_what_an_entity_holds() -> None:
    assert len(naming("zebra " * 50) or "") <= 80


def test_wilsons_interval() -> None:
    assert rate(wilson(0, 10)) == "0.0 % (0.0 % to 28 %)"
    assert rate(wilson(80, 1000)) == "8.0 % (6.5 % to 9.8 %)"
    assert wilson(10, 10).high == pytest.approx(1.0)
    assert rate(None) == "–"


def test_reasons_read_well() -> None:
    assert because(["fewer_clicks", "unheard_of"], WHY_CLICKS) == WHY_CLICKS["fewer_clicks"]
    assert because([], WHY_CLICKS) is None
    found = [
        ValueReason(code="at_least", feature="discount", value=25),
        ValueReason(code="high", feature="conversion_rate", value=0.05),
        ValueReason(code="few", feature="clicks", value=3),
        ValueReason(code="below", feature="covered", value=0.5),
    ]
    words = "a discount of at least 25 %, a high conversion rate (5.0 %), a small number of clicks (3)"
    assert reasons(found) == words + " and a narrower range"
    assert reasons([]) is None
    assert (times(1, "order", "orders"), times(1200, "order", "orders")) == ("1 order", "1,200 orders")


def test_every_code_of_the_tool_has_words() -> None:
    assert set(WHY_CLICKS) == set(get_args(schemas.WhyClicks))
    assert set(WHY_SEGMENT) == set(get_args(schemas.WhySegment))
    assert set(SLOTS) == set(get_args(ours.Slot)) == set(get_args(chosen.Slot))
    for code in get_args(schemas.ReasonCode):
        for feature in get_args(schemas.Feature):
            assert reasons([ValueReason(code=code, feature=feature, value=1)])


def fields(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields)


def test_what_is_read_is_what_the_tool_answers() -> None:
    pairs = [
        (ours.RankAnswer, chosen.RankAnswer), (ours.RankedPromotion, chosen.RankedPromotion),
        (ours.ReportAnswer, schemas.ReportAnswer), (ours.Report, schemas.Report),
        (ours.ForSegmentAnswer, schemas.ForSegmentAnswer), (ours.ForSegment, schemas.ForSegment),
        (ours.CampaignsAnswer, schemas.CampaignsAnswer), (ours.CampaignRow, schemas.CampaignRow),
        (ours.ValueRule, schemas.Rule), (ours.ValueReason, schemas.Reason), (ours.Named, schemas.Named),
    ]  # fmt: skip
    for read, told in pairs:
        assert fields(read) <= fields(told), read
    for name in ("Verdict", "Worth", "ReasonCode"):
        assert set(get_args(getattr(ours, name))) == set(get_args(getattr(schemas, name)))


def test_a_promotions_id_fits_where_its_click_is_counted() -> None:
    assert KEY in str(ours.PromotionId)

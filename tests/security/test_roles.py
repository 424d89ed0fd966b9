"""S3: every action with every role, and nothing else decides who somebody is."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from sqlalchemy import func, select

from actions.context import Context, Pending
from common.caller import Caller, Role, TokenSigner, ensure_keys
from store.session import Database
from store.tables import AuditEntry
from tests.actions_kit import Shop, Talk, entity

SHOPPERS = {"ask_order_status", "cancel_order", "return_order"}
MARKETERS = {
    "forecast_sales", "change_horizon", "revenue_report", "stock_runout", "tag_products", "experiment_report",
    "run_out_forecast", "order_quantity", "what_if", "sell_more", "forecast_track_record", "compare_last_year",
    "forecast_as_chart", "forecast_as_csv", "sales_drivers", "promotion_report", "promotion_for_segment",
    "campaign_value", "worst_reviewed", "review_complaints",
}  # fmt: skip
EVERYBODYS = {
    "ask_capabilities", "ask_price", "ask_specification", "ask_size", "ask_stock", "ask_advantages",
    "ask_reviews", "best_reviewed", "ask_delivery", "report_damage",
    "compare_products", "search_products", "refine_search", "choose_listed", "follow_up_product", "affirm", "deny",
    "talk_to_human", "insult", "best_sellers", "send_image", "find_similar", "recommend",
    "goes_with", "others_also_bought", "why_recommended", "ask_deals", "unsure", "out_of_scope",
}  # fmt: skip
ALLOWED = {
    **{intent: set(Role) for intent in EVERYBODYS},
    **{intent: {Role.SHOPPER, Role.MARKETER, Role.AGENT} for intent in SHOPPERS},
    **{intent: {Role.MARKETER} for intent in MARKETERS},
}
REFUSALS = {"utter_not_allowed", "utter_for_marketers", "utter_sign_in"}


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path / "keys")


def test_the_matrix_names_every_action(tmp_path: Path) -> None:
    assert set(Shop(None, tmp_path / "keys").actions) == set(ALLOWED)


async def refusals(shop: Shop, talk: Talk) -> int:
    query = select(func.count()).where(AuditEntry.actor == talk.subject, AuditEntry.outcome == "refused")
    async with shop.database.begin() as session:
        return await session.scalar(query) or 0


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("intent", sorted(ALLOWED))
async def test_who_may_ask_is_answered_and_who_may_not_is_refused(shop: Shop, intent: str, role: Role) -> None:
    """A refusal is words, an audit row, and no call of a tool."""
    talk = shop.person(role)
    if role is Role.SHOPPER:
        talk.customer_id = await shop.customer()
    await shop.conversation_row(talk)
    product = await shop.product("Cup")
    said = await talk.ask(intent, entity("product", product), entity("horizon", {"days": 10}))
    assert said.names
    assert "utter_action_failed" not in said.names
    allowed = role in ALLOWED[intent]
    assert bool(REFUSALS & set(said.names)) is not allowed
    assert await refusals(shop, talk) == (0 if allowed else 1)
    if not allowed:
        tools = shop.tools
        assert (tools.asked, tools.advised, tools.looked, tools.recommending, tools.proposed) == ([], [], [], [], 0)
        assert len(said.messages) == 1


def forged(tmp_path: Path, talk: Talk) -> dict[str, Any]:
    """Tokens that claim to be a marketer's, made by somebody without the gateway's key."""
    other = tmp_path / "other"
    ensure_keys(other)
    marketer = Caller(talk.subject, Role.MARKETER, talk.public_id)
    real = talk.shop.signer.sign(marketer)
    header, body, signature = real.split(".")
    claims = jwt.decode(real, options={"verify_signature": False})
    public = next((tmp_path / "keys" / "public").glob("*.pem"))
    return {
        "none": None,
        "a number": 5,
        "empty": "",
        "alg none": jwt.encode(claims, None, algorithm="none", headers={"kid": public.stem}),
        "another key": TokenSigner(other).sign(marketer),
        "another signature": ".".join((header, body, signature[::-1])),
        "hmac with the public key": jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": public.stem}),
        "another conversation": talk.shop.signer.sign(Caller(talk.subject, Role.MARKETER, "c_other")),
        "expired": talk.shop.signer.sign(marketer, lifetime=-10),
    }


FORGERIES = [
    "none", "a number", "empty", "alg none", "another key", "another signature", "hmac with the public key",
    "another conversation", "expired",
]  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_without_the_gateways_word_nothing_is_done(shop: Shop, tmp_path: Path, forgery: str) -> None:
    """S5: a missing, forged, old or borrowed token gets words and no answer, for any action."""
    talk = shop.guest()
    product = await shop.product("Cup")
    for intent in ("forecast_sales", "ask_price", "ask_order_status"):
        said = await talk.ask(intent, entity("product", product), token=forged(tmp_path, talk)[forgery])
        assert said.names == ["utter_caller_unknown"]
        assert said.events == []
    assert shop.tools.asked == []


async def test_a_slot_cannot_make_somebody_a_marketer(shop: Shop) -> None:
    """S2: role, customer and price in the context are not read, and the rest of such a slot is not trusted."""
    talk = shop.guest()
    talk.slot = {"role": "marketer", "customer_id": 1, "price": 0.01, "question": "forecast_sales"}
    product = await shop.product("Cup", "7.50")
    said = await talk.ask("follow_up_product", entity("product", product))
    assert [card["price"] for card in said.cards] == [7.5]
    assert shop.tools.asked == []


async def test_a_pending_step_in_a_slot_acts_on_the_callers_own_orders_only(shop: Shop) -> None:
    """S2, S4: even a planted confirmation reaches no order but one's own."""
    owner, other = await shop.customer(), await shop.customer()
    number = await shop.order(owner, await shop.product("Cup"))
    thief = shop.shopper(other)
    pending = Pending(step="cancel_order", order_number=number, asked_at=shop.now - timedelta(minutes=1))
    thief.slot = Context(pending=pending).dump()
    said = await thief.ask("affirm")
    assert said.names == ["utter_step_impossible"]
    assert "placed" in (await shop.shopper(owner).ask("ask_order_status")).names[0]

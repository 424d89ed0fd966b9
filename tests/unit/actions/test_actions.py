"""What holds for every action: a role, async, its rule, its words, and words whatever happens."""

import ast
import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from rasa_sdk.executor import CollectingDispatcher

from actions.base import ShopAction
from actions.replies import RESERVED, Reply
from actions.turn import Turn
from common.caller import Role
from common.settings import ROOT
from tests.actions_kit import RESPONSES_BY_NAME, Shop

ACTIONS = sorted((ROOT / "actions").glob("*.py"))
# Said by a rule alone, without an action.
BY_RULE = {
    "utter_greet", "utter_goodbye", "utter_thank", "utter_returns_policy",
    "utter_payment", "utter_warranty", "utter_privacy", "utter_contact",
}  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(None, tmp_path / "keys")


def test_every_action_declares_its_name_its_role_and_its_intent(shop: Shop) -> None:
    for action in shop.actions.values():
        assert action.name.startswith("action_")
        assert isinstance(action.role, Role)
        assert action.intent


def test_every_rule_that_runs_an_action_runs_the_one_of_its_intent(shop: Shop) -> None:
    rules = yaml.safe_load((ROOT / "assistant/data/rules/rules.yml").read_text())["rules"]
    ruled = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in rules}
    by_rule = {intent: action for intent, action in ruled.items() if action.startswith("action_")}
    assert by_rule == {intent: action.name for intent, action in shop.actions.items()}
    assert {action for action in ruled.values() if action.startswith("utter_")} == BY_RULE


def test_nothing_an_action_does_blocks_the_others(shop: Shop) -> None:
    """F4: `run` and all that answers is async; a sync one would stop every conversation."""
    for action in shop.actions.values():
        for method in (action.run, action.serve, action.answer):
            assert inspect.iscoroutinefunction(method), (action.name, method.__name__)


def _said() -> set[str]:
    """Every response name that the code can say; the parts of an f-string that vary are any word."""
    found: set[str] = set()
    for path in ACTIONS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("utter_"):
                found.add(node.value)
            if isinstance(node, ast.JoinedStr):
                pattern = "".join(
                    re.escape(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in node.values
                )
                if pattern.startswith("utter_"):
                    found |= {name for name in RESPONSES_BY_NAME if re.fullmatch(pattern, name)}
    return {name for name in found if not name.endswith("_")}  # what ends so is the beginning of an f-string


def test_everything_said_has_words_and_all_words_are_said() -> None:
    assert set(RESPONSES_BY_NAME) == _said() | BY_RULE


def test_no_response_has_a_placeholder_that_rasa_would_take_for_its_own() -> None:
    for name, variations in RESPONSES_BY_NAME.items():
        placeholders = [set(re.findall(r"{(\w+)}", text)) for text in variations]
        assert len(variations) <= 3
        assert not RESERVED & set().union(*placeholders)
        assert all(found == placeholders[0] for found in placeholders), f"{name}: each variation says the same facts"
        if name in BY_RULE:
            assert placeholders[0] == set()


class Failing(ShopAction):
    name, role, intent, budget_seconds = "action_failing", Role.GUEST, "greet", 0.1

    def __init__(self, shop: Shop, error: BaseException | None) -> None:
        super().__init__(shop.services)
        self.error = error

    async def answer(self, turn: Turn) -> None:
        turn.reply.say("utter_all_right")
        turn.context.focus = ["p_1"]
        if self.error:
            raise self.error
        await asyncio.Event().wait()


@pytest.mark.parametrize("error", [RuntimeError("secret"), KeyError("x"), TimeoutError(), None])
async def test_a_failure_or_a_hang_is_one_apology_with_the_logs_id(shop: Shop, error: Exception | None) -> None:
    """F3, F4: nothing half-said, nothing remembered, nothing of the error; the id stands in the log."""
    shop.actions["greet"] = Failing(shop, error)
    with structlog.testing.capture_logs() as logs:
        said = await shop.guest().ask("greet", request_id="r_0123456789")
    assert said.names == ["utter_action_failed"]
    assert "r_0123456789" in said.text
    assert "secret" not in said.everything
    assert said.events == []
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["action_failed"]


def test_a_reply_refuses_a_placeholder_that_rasa_uses_itself(shop: Shop) -> None:
    reply = Reply(CollectingDispatcher())
    with pytest.raises(ValueError, match="image"):
        reply.say("utter_greet", image="x")


@pytest.mark.parametrize("intent", ["ask_capabilities", "out_of_scope"])
@pytest.mark.parametrize("role", list(Role))
async def test_what_it_can_do_is_said_for_the_one_who_asks(shop: Shop, intent: str, role: Role) -> None:
    said = await shop.person(role).ask(intent)
    assert f"utter_capabilities_{role.value}" in said.names
    assert ("forecast" in said.text) is (role is Role.MARKETER)
    offered: set[Any] = {choice["payload"].lstrip("/") for choice in said.choices}
    assert offered <= set(shop.actions)


async def test_a_picture_beside_words_that_have_nothing_to_do_with_it_is_not_passed_over(shop: Shop) -> None:
    guest = shop.guest()
    said = await guest.ask("ask_capabilities", text="what can you do with this?", image="u_1")
    assert said.names == ["utter_capabilities_guest", "utter_image_not_looked_at"]
    assert "utter_image_not_looked_at" not in (await guest.ask("find_similar", text="like this")).names


async def test_with_one_meaning_left_it_says_what_it_can_do(shop: Shop) -> None:
    said = await shop.guest().ask("unsure", ranking=[{"name": "forecast_sales"}, {"name": "ask_price"}])
    assert said.names[0] == "utter_not_understood"

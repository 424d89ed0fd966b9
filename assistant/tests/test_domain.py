"""The domain, the rules and the test stories agree: every intent leads somewhere, and a story walks there."""

from pathlib import Path
from typing import Any

import yaml

from assistant.settings import ASSISTANT, ROOT

STORIES = ROOT / "tests" / "conversations" / "rasa"


def read(path: Path) -> "dict[str, Any]":
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded


DOMAIN = read(ASSISTANT / "domain" / "domain.yml")
RULES = [rule["steps"] for rule in read(ASSISTANT / "data" / "rules" / "rules.yml")["rules"]]
INTENTS = {name for intent in DOMAIN["intents"] for name in intent}
RESPONSES = {name for path in (ASSISTANT / "domain" / "responses").glob("*.yml") for name in read(path)["responses"]}


def test_each_intent_has_one_rule_and_each_rule_one_action() -> None:
    assert sorted(steps[0]["intent"] for steps in RULES) == sorted(INTENTS)
    assert all(len(steps) == 2 for steps in RULES)


def test_each_rule_leads_to_something_that_exists_and_every_action_is_reached() -> None:
    reached = {steps[1]["action"] for steps in RULES}
    assert reached - RESPONSES == set(DOMAIN["actions"])


def test_each_intent_has_a_story_that_ends_in_its_action() -> None:
    action_of = {steps[0]["intent"]: steps[1]["action"] for steps in RULES}
    told = [story["steps"] for path in STORIES.glob("test_*.yml") for story in read(path)["stories"]]
    pairs = [(steps[at]["intent"], steps[at + 1]["action"]) for steps in told for at in range(0, len(steps), 2)]
    assert {intent for intent, _ in pairs} == INTENTS
    assert all(action_of[intent] == action for intent, action in pairs)


def test_the_context_is_the_only_slot_and_steers_no_rule() -> None:
    """Role, price and customer are never slots; nothing that somebody says can fill one."""
    assert list(DOMAIN["slots"]) == ["context"]
    assert DOMAIN["slots"]["context"]["influence_conversation"] is False
    assert DOMAIN["slots"]["context"]["mappings"] == [{"type": "custom"}]


def test_there_are_words_for_a_failed_action() -> None:
    assert "utter_action_failed" in RESPONSES
